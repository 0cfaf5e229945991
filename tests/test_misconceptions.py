"""The page of misconceptions: every claim with its experiment, its correction and its source; every number computed."""

import re

import numpy as np
import prose
import pytest
from committed import experiment, run
from playwright.sync_api import expect
from test_site import home, visit  # noqa: F401

from helpers.counts import rnn_parameters, window_parameters
from helpers.gates import lstm_step
from helpers.gradients import spectral_radius
from helpers.initial import initial_matrix
from helpers.optim import clip_by_norm, clip_by_value
from helpers.rnn_basics import rnn_forward
from helpers.style import power_of_ten

TEXT, HOME = prose.page("misconceptions"), prose.ROOT / "book" / "misconceptions.md"
TOP = TEXT[: TEXT.index("\n## ")]
ENTRIES = dict(re.findall(r"^\(m-([\w-]+)\)=\n(.*?)(?=^\(m-|^## |\Z)", TEXT, re.MULTILINE | re.DOTALL))
# The syllabus's table of claims that need care: each row in a word of ours, and where it stands on the page.
CLAIMS = {
    "radius below 1 shrinks": "below-one",
    "radius above 1 explodes": "above-one",
    "initialisation near 1": "close-to-one",
    "weights stand still or become 0": "not-updated",
    "only weights near the output change": "near-the-output",
    "dependencies and layers are the cause": "because",
    "long sentences are not recalled": "recall",
    "the curse of dimensionality is solved": "curse",
    "cross-entropy is the loss": "loss",
    "ReLU is the cure": "relu",
    "norm of the parameters": "norm-of-what",
    "the cell is kept for ever": "indefinitely",
    "three activations and a gate gate": "gate-gate",
    "slips of history": "history",
    "attention sees a part": "part",
    "feed-forward outputs depend on themselves": "feedforward",
    "clipped back to a small number": "set-back",
    "the LSTM solves it": "lstm-solves",
    "the LSTM is multilayer": "multilayer",
    "first and last word are joined": "joined",
    "both directions are twice the parameters": "twice",
    "the GRU hides nothing": "exposes",
    "the GRU needs less data": "less-data",
    "whole sequences never converge": "never-converges",
    "inputs and outputs one to one": "one-to-one",
}


# -- what the page must have ----------------------------------------------------------------------------------
def test_every_claim_has_an_entry():
    assert len(CLAIMS) == len(set(CLAIMS.values())) == 25
    assert set(CLAIMS.values()) == set(ENTRIES)


@pytest.mark.parametrize("name", CLAIMS.values())
def test_an_entry_is_complete(name):
    parts = dict(re.findall(r"^\*\*([\w ]+)\.\*\* (.*?)(?=\n\n\*\*|\Z)", ENTRIES[name], re.MULTILINE | re.DOTALL))
    assert list(parts) == ["Experiment", "What is right", "Source"]
    inside = prose.links(parts["Experiment"])
    assert any(target.startswith("../notebooks/") for _, target in inside) or re.search(r"\d", parts["Experiment"])
    assert re.search(r"\d", prose.plain(parts["Experiment"])), "a measured number"
    everywhere = prose.links(ENTRIES[name])
    assert any(t.startswith("../notebooks/") and "?" not in t for _, t in everywhere), "the chapter's section"
    assert any(target.startswith("https://") for _, target in everywhere), "the paper"
    assert len(parts["What is right"].split()) >= 12


def test_the_table_can_be_scanned():
    rows = re.findall(r"^\| \[(.+?)\]\(#m-([\w-]+)\) \| (.+?) \|$", TOP, re.MULTILINE)
    assert [name for _, name, _ in rows] == list(ENTRIES), "in the order of the page"
    for claim, _, verdict in rows:
        assert 3 <= len(claim.split()) <= 15
        assert 3 <= len(verdict.split()) <= 12, verdict


@pytest.mark.parametrize("target", sorted({target for _, target in prose.links(TEXT)}))
def test_links_lead_somewhere(target):
    assert prose.wrong(target, HOME) is None


STATES = sorted({target for _, target in prose.links(TEXT) if "?" in target})


def test_most_claims_have_a_live_figure():
    live = {name for name, text in ENTRIES.items() if any("?" in target for _, target in prose.links(text))}
    assert set(ENTRIES) - live == {"recall", "exposes", "less-data", "gate-gate"}


# -- what it says ---------------------------------------------------------------------------------------------
def told(place, pattern):
    """From the reading of a linked figure, what the pattern catches; the link must stand on the page."""
    (target,) = [target for target in STATES if target.endswith(f"#{place}")]
    return re.search(pattern, prose.figure(target, HOME).layout.meta["reading"]).groups()


def below_one():
    peak = max(
        max(trace.y)
        for trace in prose.figure(
            "../notebooks/03_gradients.ipynb#kinds?kind=non-normal&eigenvalue=0.9&noise=0&activation=none%20(linear)",
            HOME,
        ).data
    )
    shear, W, D = np.array([[0.9, 5], [0, 0.9]]), np.array([[2.0, -4], [1, -2]]), np.diag([1.0, 0])
    power = np.linalg.matrix_power
    stretch = [np.linalg.norm(power(shear, k), ord=2) for k in (9, 100)]
    assert spectral_radius(shear) == 0.9
    assert spectral_radius(W) < 1e-7
    assert not power(W, 2).any()
    assert spectral_radius(D @ W) == pytest.approx(2)
    twenty = np.linalg.norm(power(D @ W, 20), ord=2)
    return [
        "A non-normal matrix of radius 0.9, 100 steps: "
        f"on its way back a gradient is stretched up to {10**peak:.0f} times",
        f"[[0.9, 5], [0, 0.9]] has both eigenvalues at 0.9, stretches {stretch[0]:.1f} times over 9 steps, "
        f"and leaves {stretch[1]:.3f} after 100",
        "[[2, −4], [1, −2]] has radius 0 and dies in two steps",
        f"one step has radius 2, and 20 of them stretch {round(twenty, -5):,.0f} times",
    ]


def above_one():
    fate = r": ([\d.,]+(?: × 10[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)?) of the gradient"
    state = "kinds?kind=orthogonal&eigenvalue=1.5&noise={}&activation={}"
    return [
        "1.5 times an orthogonal matrix, 100 steps back",
        f"Linear: {told(state.format('1', 'none%20(linear)'), fate)[0]} of the gradient arrives",
        f"With tanh and input noise of 0.1: {told(state.format('0.1', 'tanh'), fate)[0]}.",
        f"With noise of 1: {told(state.format('1', 'tanh'), fate)[0]}.",
    ]


def not_updated():
    share = r"norm ([\d.]+); lags from 20 on are (.+?) of it"
    norm, far = told("lags?radius=0.5&length=100", share)
    assert told("lags?radius=0.5&length=50", share)[0] == norm
    return [
        "at a spectral radius of 0.5",
        f"With 20 steps or with 100, the training log shows a norm of {norm}",
        f"lags from 20 on are a share of {far},",
    ]


def near_the_output():
    lags = prose.figure("../notebooks/03_gradients.ipynb#lags?radius=0.5&length=100", HOME).data[0]
    assert lags.x is None, "counted from lag 0"
    return [
        f"at the last step contributes {10 ** lags.y[0]:.1f} to the gradient, "
        f"the use 20 steps before it {power_of_ten(10 ** lags.y[20])}."
    ]


def because():
    steps, left = told("map?layers=1&cell=tanh", r"(\d+) steps back, (.+?) of the gradient")
    far = told("norms?length=100&eigenvalue=0.9", r": (.+?) of the gradient")[0]
    return [
        f"{steps} steps back, {left} of the gradient is left",
        f"with eigenvalue 0.9 leaves {far} after 100 steps",
    ]


def recall():
    held, stories = run("03_recall")["results"], run("03_greetings")["results"]
    rows = [held[name]["20"]["median"] for name in ("reservoir", "torch, trained", "orthogonal, trained")]
    long = stories["trained on n, asked at n"]["16"]["median"], stories["trained on 0 to 2, asked at n"]["16"]["median"]
    return [
        f"20 steps ago: a fixed linear reservoir, never trained through time, recalls it with $R^2$ = {rows[0]:.3f}",
        f"with {rows[1]:.3f}, from an orthogonal start with {rows[2]:.3f}",
        f"16 sentences between name and question answers {long[0]:.2f} of them, chance being 1 in 8",
        f"answers {long[1]:.2f} of the same",
    ]


def close_to_one():
    def row(scheme):
        seeds = []
        for seed in range(5):
            W = initial_matrix(scheme, 64, np.random.default_rng(seed))
            seeds.append((W.std(), spectral_radius(W), np.linalg.norm(W, ord=2)))
        return np.median(seeds, axis=0)

    std, radius, largest = row("xavier")
    start = f"a standard deviation of {std:.3f}, spectral radius {radius:.2f}, largest singular value {largest:.2f}"
    others = ["{:.3f}, {:.2f}, {:.2f}.".format(*row(scheme)) for scheme in ("he", "torch")]
    return ["64 units, medians of five seeds", start, f"He: {others[0]}", f"PyTorch's own: {others[1]}"]


def relu():
    printed = prose.printed("03_gradients")
    off, kept = re.search(r"radius 1\.0: (\d+)% of the units off, gradient (\S+),", printed).groups()
    grown, low, high = re.search(r"radius 1\.5: .*gradient (\S+), from (\S+) to (\S+)", printed).groups()
    dies = told("kinds?kind=orthogonal&eigenvalue=1.5&noise=1&activation=ReLU", r": (.+?) of the gradient")[0]
    one = {number: power_of_ten(float(number), 0) for number in (kept, grown)}
    assert float(high) == 1e12
    return [
        f"At radius 1, where the linear network loses nothing, {off} % of the units are off "
        f"and the median gradient is {one[kept]}; at radius 1.5 it is {one[grown]}, from {float(low):.0f} to 10¹².",
        f"With 32 units it may also die at radius 1.5: {dies}.",
        "ReLU, noise for input, 100 steps",
    ]


def cosine(a, b):
    a, b = np.concatenate([np.ravel(v) for v in a]), np.concatenate([np.ravel(v) for v in b])
    return a @ b / np.linalg.norm(a) / np.linalg.norm(b)


def norm_of_what():
    arrays = [np.array([6.0, 8.0]), np.array([[0.6], [0.8]])]
    assert [np.linalg.norm(a) for a in arrays] == pytest.approx([10, 1])
    together = clip_by_norm(arrays, 1)[0]
    apart = [clip_by_norm([a], 1)[0][0] for a in arrays]
    assert cosine(arrays, together) == pytest.approx(1)
    return [
        "Two arrays with gradients of norm 10 and 1, threshold 1",
        f"both come out at norm 1, and the cosine is {cosine(arrays, apart):.3f}",
    ]


def set_back():
    g = [np.array([100.0, 1.0])]
    by_norm, by_value = clip_by_norm(g, 1)[0], clip_by_value(g, 1)
    figure = r"the gradient \((.+)\) becomes \(.+\), cosine ([\d.]+):"
    kept, turned = (told(f"clipping?method=by%20{how}&threshold=0.5", figure) for how in ("norm", "value"))
    assert float(kept[1]) == pytest.approx(cosine(g, by_norm)) == 1
    return [
        "The gradient (100, 1) at threshold 1: "
        f"by norm it becomes ({by_norm[0][0]:.2f}, {by_norm[0][1]:.2f}), cosine 1; "
        f"by value ({by_value[0][0]:.0f}, {by_value[0][1]:.0f}), cosine {cosine(g, by_value):.3f}",
        f"({kept[0]}) by norm keeps",
        f"a cosine of {turned[1]}",
    ]


def never_converges():
    megabytes, checkpoints, chunks, *times = told(
        "cost?length=3200",
        r"3200: (\d+) MB of states if all are stored, ([\d.]+) with checkpoints, ([\d.]+) with chunks of 25; "
        r"measured (\d+), \d+ and (\d+) ms",
    )
    found = run("02_truncation")["results"]
    learned = [found[how][K]["median"] for how, K in (("window", "60"), ("chunks", "60"), ("chunks", "10"))]
    assert round(learned[0], 3) == round(learned[1], 3), "cut at 60 is not cut: sequences have 60 steps"
    return [
        f"3,200 steps at once store {megabytes} MB of states, or {checkpoints} with checkpoints, "
        f"where chunks of 25 store {chunks}; the time is {times[0]} ms against {times[1]}",
        f"whole sequences of 60 steps reach $R^2$ = {learned[1]:.3f}, chunks of 10 steps {learned[2]:.3f}",
    ]


def lstm_solves():
    by = [told(f"lag?bias={bias}&T=100", r"at lag 99, .+ by the direct path, (.+?) by all paths")[0] for bias in "015"]
    return [
        "A fresh LSTM of 32 units, 99 steps back",
        f"0: {by[0]}.",
        f"1: {by[1]}.",
        f"5: {by[2]}, more than was sent",
    ]


def indefinitely():
    step, held = told("playground?forget=1&write=0.2", r"Step (\d+): the cell holds ([\d.]+) \(message 1.00")
    kept = told("playground?forget=0.99&write=0", r"After 100 steps ([\d.]+) of the message")[0]
    return [
        f"f = 1, and leave the input gate at 0.2: after {step} steps the cell that held 1 holds {held}",
        f"take f = 0.99, as near to 1 as a sigmoid easily comes: {kept} is left after 100 steps",
        f"a long half-life: {np.log(0.5) / np.log(0.99):.0f} steps at 0.99",
    ]


def gate_gate():
    rng, H = np.random.default_rng(0), 4
    x, h, c, W_x, W_h, b = (rng.standard_normal(s) for s in ((1, 3), (1, H), (1, H), (4 * H, 3), (4 * H, H), 4 * H))
    rows = np.arange(4 * H).reshape(4, H)[[0, 1, 3, 2]].ravel()  # stacked i, f, o, g
    right = lstm_step(x, h, c, W_x, W_h, b)
    swapped = lstm_step(x, h, c, W_x[rows], W_h[rows], b[rows])
    return [f"one random step of {H} units is off by up to {abs(right[0] - swapped[0]).max():.2f}"]


def multilayer():
    lstm, rnn = told("counts?D=64&H=64&torch=on", r"LSTM ([\d,]+) parameters, .*?tanh RNN ([\d,]+)\.")
    assert int(lstm.replace(",", "")) == 4 * int(rnn.replace(",", ""))
    return ["64 inputs, 64 units", f"an LSTM has {lstm} parameters, a tanh layer {rnn}, a quarter of it"]


def exposes():
    state, heard = (
        [float(n) for n in re.search(rf"{label}: \[([^\]]+)\]", prose.printed("04_gates"))[1].split()][:3]
        for label in ("state of unit 3", "candidate hears")
    )
    lines = [", ".join(f"{n:.2f}" for n in row) for row in (state, heard)]
    return [f"its state is {lines[0]} at first, and what its own candidate hears of it {lines[1]}"]


def curse():
    entries = told("counts?context=20&hidden=128", r"the full table has (.+?) entries")[0]
    language = run("02_language")["results"]
    rows = {
        name: (language[name]["network"]["median"], language[name]["n-gram"]["test"]) for name in ("fables", "prose")
    }
    sizes = [round(language[name]["characters"][0], -3) for name in rows]
    return [
        f"27 letters, a context of 20: a full table has {entries} entries, "
        f"the network {rnn_parameters(27, 128, 27):,} parameters",
        f"a window of 20 letters has {window_parameters(27, 21, 128):,} and no recurrence",
        f"with {sizes[0]:,} letters of fables to learn from a tanh network needs {rows['fables'][0]:.3f} bits per "
        f"character, the best n-gram {rows['fables'][1]:.3f}",
        f"with {sizes[1]:,} of Moby-Dick it is {rows['prose'][0]:.3f} against {rows['prose'][1]:.3f}",
    ]


def loss():
    said = r"; (\d) loss"
    one = told("shapes?problem=Many%20to%20one&step=6", said)[0]
    six = told("shapes?problem=Many%20to%20many,%20aligned&step=6", said)[0]
    assert (one, six) == ("1", "6")
    return [f"always saying 1 costs {2 / 12:.4f}"]


def feedforward():
    rng = np.random.default_rng(0)
    W_x, W_h, b = rng.standard_normal((3, 2)), rng.standard_normal((3, 3)), rng.standard_normal(3)
    x = rng.standard_normal((6, 1, 2))
    changed = x.copy()
    changed[4] += 1
    moved = []
    for matrix in (0 * W_h, W_h):
        before, after = (rnn_forward(inputs, np.zeros((1, 3)), W_x, matrix, b)[0] for inputs in (x, changed))
        moved.append((np.flatnonzero((before != after).any(axis=(1, 2))) + 1).tolist())
    assert moved == [[5], [5, 6]]
    output, known, others = told(
        "sees?direction=forward&step=5&T=20", r"output (\d+) can know (\d+) words.*other (\d+)"
    )
    assert known == "5"
    return [f"output {output} on five words, on the other {others} not at all"]


def one_to_one():
    pairs = {}
    for problem in ("Many to one", "One to many", "Many to many, two networks", "Many to many, aligned"):
        place = f"shapes?problem={problem.replace(' ', '%20')}&step=7"
        pairs[problem] = told(place, r": (\d+) in, (\d+) out")
    said = ["Many to one: {} in, {} out", "One to many: {} in, {} out", "Two networks: {} in, {} out"]
    said.append("aligned is {} in, {} out")
    return [sentence.format(*pair) for sentence, pair in zip(said, pairs.values(), strict=True)]


def joined():
    moved = re.findall(r"(?:last|first) step,\s+\w+ half:\s+([\d.]+)", prose.printed("05_bidirectional"))
    assert told("sees?direction=backward&step=20&T=20", r"output 20 has seen (one word) only")
    return [
        f"the forward half of the state moves by {moved[0]}, the backward half by {moved[1]}; "
        f"at the first step the backward half moves by {moved[2]}",
        "What the backward chain has seen at word 20: one word",
    ]


def twice():
    rows = re.findall(
        r"^([12]) layers:\s+([\d,]+) one way,\s+([\d,]+) both, ([\d.]+)", prose.printed("05_bidirectional"), re.M
    )
    (_, one, both, exactly), (_, two, stack, times) = rows
    assert float(exactly) == 2
    return [
        "LSTM, 100 inputs, 256 units",
        f"One layer: {one} and {both}, exactly 2 times. Two layers: {two} and {stack}, that is {times} times",
    ]


def part():
    weights, total, largest, above = re.search(
        r"(\d+) weights, sum ([\d.]+), largest ([\d.]+), above 0: (\d+)", prose.printed("07_captioning")
    ).groups()
    place = "attend?angle=0&scale=32:%20A%20=%201,024"
    assert float(told(place, r"has weight ([\d.]+);")[0]) == 1
    slope = told(place, r"a\(1 − a\) = (\S+) of that")[0]
    assert float(slope) > 0, "the others have what is left"
    return [f"{weights} weights, sum {total}, the largest {largest}, and {above} of them above 0", "scores times 32"]


def history():
    filled = re.search(r"f =\s+1\.0, i = 0\.2: after 100 steps the cell holds\s+([\d.]+)", prose.printed("04_gates"))[1]
    coco = re.search(r"([\d,]+) to train, 5,000 to validate, 5 captions", prose.source("07_captioning"))[1]
    return [
        f"After 100 steps at an input gate of 0.2 a cell that held 1 holds {filled}",
        f"COCO's training photographs are {coco}, with five captions each",
    ]


def captions_that_look_good():
    told = prose.source("07_captioning")
    bleu = re.search(r"Show and Tell has a BLEU-1 of ([\d.]+)", told)[1]
    share = re.search(r"\*\*([\d.]+) % of its captions are true\*\*", told)[1]
    sentence = f"a BLEU-1 of {bleu} means that most captions are right | {share} % of them were true"
    assert sentence in prose.plain(TEXT)
    return sentence


def less_data():
    found = run("04_little_data")["results"]
    rows = {cell: [row[cell]["median"] for row in found["fables"].values()] for cell in ("lstm", "gru")}
    lead = [a - b for a, b in zip(rows["lstm"], rows["gru"], strict=True)]
    assert max(lead[:2]) < 0.02 < 0.05 < lead[2]
    off = {n: [row[cell]["median"] for cell in ("lstm", "gru")] for n, row in found["adding"].items()}
    ratios = [lstm / gru for lstm, gru in off.values()]
    assert ratios[0] == max(ratios) > 2 * ratios[-1] > 2
    assert all(0.97 < a["parameters"] / b["parameters"] < 1.03
               for rows in found.values() for row in rows.values() for a, b in [(row["lstm"], row["gru"])])  # fmt: skip
    bits = ["{:.3f}, {:.3f} and {:.3f}".format(*rows[cell]) for cell in ("lstm", "gru")]
    sizes = [f"{int(n):,}" for n in found["fables"]]
    counted = run("04_equal")["results"]["counting"]
    times = run("04_equal")["results"]["milliseconds per update"]
    return [
        f"Fables learned from {sizes[0]}, {sizes[1]} and {sizes[2]} characters: {bits[0]} bits with an LSTM, "
        f"{bits[1]} with a GRU",
        f"The adding problem of 50 steps, from 100 sequences: a squared error of {off['100'][0]:.4f} with an LSTM, "
        f"{off['100'][1]:.4f} with a GRU; from 6,400 of {off['6400'][0]:.4f} and {off['6400'][1]:.4f}",
        f"the LSTM counts further, {counted['lstm']['median']:.0f} against "
        f"{counted['gru, equal parameters']['median']:.0f}",
        f"at 64 units, an update takes {times['torch, gru, H = 64']:.0f} ms with a GRU and "
        f"{times['torch, lstm, H = 64']:.0f} with an LSTM",
    ]


def test_the_committed_runs_on_little_data():
    """One of them again: the first 150 of its 1,000 updates, and what the whole has come to."""
    module, results = experiment("04_little_data")
    assert run("04_little_data")["seeds"] == [0, 1, 2, 3, 4]
    row = results["adding"]["100"]["gru"]
    early, after = module.adding("gru", 0, 100, updates=150)
    assert after == 150, "still getting better on dev"
    assert row["each"][0] < 0.01 * early < 0.01 / 6, "better than always saying 1, and far from done"
    again, _ = module.adding("gru", 0, 100, updates=150)
    assert again == early
    assert module.fables("lstm", 0, 6_000, updates=1)[0] == pytest.approx(5, abs=0.3), "32 symbols, nothing learned"


FACTS = {name: globals()[name.replace("-", "_")] for name in ENTRIES}


@pytest.mark.parametrize("name", FACTS)
def test_the_numbers_of_an_entry(name):
    for sentence in FACTS[name]():
        assert sentence in prose.plain(ENTRIES[name])


def test_no_other_numbers_stand_on_the_page():
    held = [sentence for fact in FACTS.values() for sentence in fact()]
    held += ["1, 2, 5, 6 and 7", captions_that_look_good()]
    assert prose.unheld(TEXT, held) == []


# -- in a browser ---------------------------------------------------------------------------------------------
FIRST = list({target.partition("#")[0]: target for target in reversed(STATES)}.values())


@pytest.mark.site
@pytest.mark.parametrize("target", FIRST)
def test_a_link_from_this_page_ends_at_its_figure(visit, target):  # noqa: F811
    """Math above a figure is typeset after the page has scrolled to it, and then the figure is elsewhere."""
    seen = visit(target.removeprefix("../").replace(".ipynb", ".html"), width=390, height=844)
    page, name = seen.page, target.partition("#")[2].partition("?")[0]
    page.wait_for_function("!window.MathJax || MathJax.startup.promise?.then(() => true)", timeout=15_000)
    box = page.locator(f"#{name}[data-state=ready]")
    box.wait_for(timeout=15_000)
    page.wait_for_function(
        """box => { const { top, bottom } = box.getBoundingClientRect();
                    return Math.abs((top + bottom) / 2 - innerHeight / 2) < innerHeight / 8; }""",
        arg=box.element_handle(),
        timeout=8_000,
    )
    expect(box.locator(".explore-note")).to_have_text("")
    seen.clean()
