"""The numbers that chapter 2 states in its text, and no cell of it computes, are what the code and the runs say."""

import ast
import inspect
import re

import numpy as np
import pytest
from chapters import chapter, pair, stated

from helpers import language
from helpers.corpora import ANIMALS, public_domain_text, split
from helpers.costs import bptt_cost, rtrl_cost, stored_states
from helpers.credit import reached, scalar_example, share_for_memory
from helpers.data import recall_task
from helpers.figures import bptt as figures

CHAPTER = chapter("02_bptt")
CELLS, TEXT, CODE = CHAPTER.cells, CHAPTER.text, CHAPTER.code
run, results, script, cells_of = CHAPTER.run, CHAPTER.results, CHAPTER.script, CHAPTER.cells_of


@pytest.mark.parametrize("name", ["truncation", "memory", "cost", "language"])
def test_the_runs_are_five_consecutive_seeds_from_0(name):
    assert run(name)["seeds"] == [0, 1, 2, 3, 4]
    assert {"python", "numpy"} <= set(run(name)["versions"])


# -- How far back a loss reaches ----------------------------------------------------------------------------
def test_chunks_of_five():
    assert "It is the first of its chunk." in TEXT
    assert (
        "The loss of step 10 reaches back over five steps, the one of step 6 over one, and the mean is three, not five."
        in TEXT
    )
    assert 'truncation={"chunks": "chunks", "window": "window", "full": "full"},\n    K=(1, 20, 1, 5)' in CODE
    far = reached(20, "chunks", 5).sum(axis=1)
    assert (far[5], far[9], far.mean()) == (1, 5, 3)
    assert "No further than to step 6 itself." in TEXT
    assert reached(20, "chunks", 5)[5].nonzero()[0].tolist() == [5]
    assert "A **window** of five gives each loss its five." in TEXT
    assert (reached(20, "window", 5).sum(axis=1)[4:] == 5).all()


@pytest.mark.parametrize(
    ("link", "state", "reaches"),
    [
        ("[a window of five](#contributions?truncation=window&K=5)", ("window", 5), 16),
        ("[the whole way](#contributions?truncation=full)", ("full", 5), 1),
    ],
)
def test_the_links_of_the_opening_figure(link, state, reaches):
    assert link in TEXT
    assert f"reaches back to state {reaches}." in figures.contributions(0.9, *state).layout.meta["reading"]


@pytest.mark.parametrize("K", [1, 4, 11])
def test_reach_of_chunks_and_windows(K):
    assert "Only the last loss of a chunk gets $K$. The first gets 1, the mean is $(K+1)/2$." in TEXT
    assert cells_of("chunks of $K$")[0] == "reach 1 to $K$, mean $(K+1)/2$"
    assert cells_of("window of $K$") == ["reach $K$", "$T K H^2$ operations"]
    chunk = reached(6 * K, "chunks", K)[2 * K : 3 * K].sum(axis=1)
    assert (chunk[0], chunk[-1], chunk.mean()) == (1, K, (K + 1) / 2)
    assert "Every loss gets its full $K$; each step is visited $K$ times on the way back." in TEXT
    window = reached(6 * K, "window", K)
    assert (window[K:].sum(axis=1) == K).all()
    assert (window[:, : 5 * K].sum(axis=0) == K).all()


# -- By hand ------------------------------------------------------------------------------------------------
def test_three_steps_by_hand():
    e = scalar_example()
    assert "$w = 0.5$ and $h_0 = 1$" in TEXT
    assert "inputs 0.5, 2, −1; targets 0, 2, 1" in TEXT
    assert (e.w, e.h0, e.x.tolist(), e.targets.tolist()) == (0.5, 1, [0.5, 2, -1], [0, 2, 1])
    assert "The loss at step 2 says: $h_2$ is 0.5 too large." in TEXT
    assert "Smaller: 0.125." in TEXT
    assert r"from the future comes $0.5 \cdot (-0.75) = -0.375$" in TEXT
    assert (e.direct[1], e.future[1], e.dh[1], e.dh[2]) == (0.5, -0.375, 0.125, -0.75)
    assert r"what this step adds to $\partial L/\partial w$: $-1.875$, $0.125$ and $1.0625$" in TEXT
    assert e.to_w[::-1].tolist() == [-1.875, 0.125, 1.0625]


def test_eleven_lines():
    assert "Eleven lines:" in TEXT
    source = next(text for cell in CELLS if (text := "".join(cell["source"])).startswith("def backward("))
    function = ast.parse(source).body[0]
    documented = ast.get_docstring(function)
    assert documented
    assert function.end_lineno - function.body[0].end_lineno == 11


# -- What it costs ------------------------------------------------------------------------------------------
def test_real_time_recurrent_learning():
    timed = results("cost")["by size"]["64"]
    says = "at 64 units and 50 steps, it took 188 times as long as BPTT, for 1,384 times the multiplications"
    assert says in TEXT
    assert round(timed["rtrl"]["seconds"] / timed["bptt"]["seconds"]) == 188
    assert round(timed["rtrl"]["multiplications"] / timed["bptt"]["multiplications"]) == 1384
    D = run("cost")["settings"]["rtrl"]["D"]
    assert round(rtrl_cost(50, D, 64).multiplications / bptt_cost(50, D, 64).multiplications) == 1384
    assert run("cost")["settings"]["rtrl"]["T"] == 50
    assert "of the order of $H^4$ operations per step, where BPTT needs $H^2$" in TEXT
    assert cells_of("real-time recurrent learning") == [
        "exact for fixed weights, online",
        "$T H^4$ operations, $H^3$ kept",
    ]
    assert cells_of("BPTT") == ["exact", "$T H^2$ operations, $T H$ numbers kept"]
    for price, multiplications, stored in ((rtrl_cost, 4, 3), (bptt_cost, 2, 1)):
        small, large = price(1000, 1, 1000), price(1000, 1, 2000)
        assert np.log2(large.multiplications / small.multiplications) == pytest.approx(multiplications, abs=0.01)
        assert np.log2(large.stored / small.stored) == pytest.approx(stored, abs=0.01)
    assert rtrl_cost(1000, 1, 10).stored == rtrl_cost(1, 1, 10).stored, "nothing is kept of the past"
    assert bptt_cost(2000, 1, 10).stored / bptt_cost(1000, 1, 10).stored == pytest.approx(2, abs=0.01)


def test_megabytes():
    settings, price = run("cost")["settings"], results("cost")["by length"]
    assert "16 sequences, 64 units, 3,200 steps." in TEXT
    assert (settings["B"], settings["H"], settings["dtype"]) == (16, 64, "float64")
    assert r"$3201 \cdot 16 \cdot 64 \cdot 8$ bytes are [26 MB](#cost?length=3200)" in TEXT
    assert round(3201 * 16 * 64 * 8 / 1e6) == 26
    assert price["full"]["3200"]["stored bytes"] == 3201 * 16 * 64 * 8
    assert "With checkpoints it is 0.93 MB, for the same gradient, and about a fifth more time." in TEXT
    assert "And with checkpoints every 57 steps?" in TEXT
    saved = price["checkpointed"]["3200"]
    assert saved["states"] == stored_states(3200, 57) == -(-3200 // 57) + 57
    assert round(saved["stored bytes"] / 1e6, 2) == 0.93
    assert saved["seconds"] / price["full"]["3200"]["seconds"] - 1 == pytest.approx(1 / 5, abs=0.035)
    reading = figures.cost(3200, 25).layout.meta["reading"]
    assert "26 MB of states if all are stored, 0.93 with checkpoints" in reading


def test_chunks_cost_the_time_of_bptt_and_keep_one_chunk():
    assert cells_of("chunks of $K$")[1] == "as BPTT, $K H$ kept"
    price = results("cost")["by length"]
    for K in (25, 100):
        for T, row in price[f"chunks of {K}"].items():
            assert row["states"] == K + 1
            assert row["seconds"] == pytest.approx(price["full"][T]["seconds"], rel=0.35)


def test_time_grows_with_the_length():
    assert "Time grows with $T$, too." in TEXT
    full = results("cost")["by length"]["full"]
    assert full["3200"]["seconds"] / full["100"]["seconds"] == pytest.approx(32, rel=0.4)


@pytest.mark.parametrize("T", [100, 400, 2500])
def test_checkpoints_are_fewest_at_the_square_root(T):
    assert r"That is $T/s + s$ states at a time, least at $s = \sqrt T$" in TEXT
    assert cells_of("checkpoints every $s$ steps")[1] == "one more forward pass, about $(T/s + s) H$ kept"
    kept = {s: T / s + s for s in range(1, T + 1)}
    assert min(kept, key=kept.get) == T**0.5
    assert stored_states(T, round(T**0.5)) == min(kept.values())
    assert stored_states(T) == T + 1
    assert "$T + 1$ of them" in TEXT


# -- Truncation ---------------------------------------------------------------------------------------------
def test_the_share_that_a_truncation_keeps():
    """The formula of the text against a sum over all terms."""
    assert r"$1 + a + \dots + a^{n-1} = (1 - a^n)/(1 - a)$" in TEXT
    assert "the whole is taken to be 100 steps" in TEXT
    for a, K in ((0.95, 20), (0.99, 20), (0.5, 5)):
        found = [sum(a**i for i in range(n)) for n in range(1, K + 1)]
        assert found[-1] == pytest.approx((1 - a**K) / (1 - a))
        whole = (1 - a**100) / (1 - a)
        assert share_for_memory(a, 100, "window", K) == pytest.approx(found[-1] / whole)
        assert share_for_memory(a, 100, "chunks", K) == pytest.approx(np.mean(found) / whole)


@pytest.mark.parametrize(
    ("says", "memory", "K", "window", "chunks"),
    [
        ("[65 % and 39 %](#bias?memory=0.95&K=20).", 0.95, 20, 65, 39),
        ("To keep 65 % with chunks you need 50 steps.", 0.95, 50, 93, 65),
        ("At [a memory of 0.99](#bias?memory=0.99&K=20) a window of 20 keeps 29 % of the 100 steps counted "
         "(of an endless past 18 %), and chunks 16 %.", 0.99, 20, 29, 16),
    ],
)  # fmt: skip
def test_memory(says, memory, K, window, chunks):
    assert says in TEXT
    reading = figures.truncation_bias(memory, K).layout.meta["reading"]
    assert f"a window keeps {window} % of the gradient, chunks keep {chunks} %" in reading


def test_of_an_endless_past():
    """Steps without end: 1 / (1 - a) on the whole. Against 20,000 of them, at which nothing is left of the first."""
    assert "(of an endless past 18 %)" in TEXT
    a, K = 0.99, 20
    assert 100 * (1 - a**K) == pytest.approx(18, abs=0.5)
    assert sum(a**i for i in range(K)) / sum(a**i for i in range(20_000)) == pytest.approx(1 - a**K)


def test_half_of_a_state():
    assert "The memory is $a = 0.95$: a state keeps half of itself over 14 steps. You truncate to 20." in TEXT
    assert round(np.log(0.5) / np.log(0.95)) == 14


# -- Below and above the lag --------------------------------------------------------------------------------
def test_the_task_is_as_described():
    says = r"The network has 32 $\tanh$ units and an orthogonal start; 500 updates with Adam; sequences of 60 steps"
    assert says in TEXT
    assert r"say what the input was ten steps ago ($\pm 1$ at random)" in TEXT
    settings = run("truncation")["settings"]
    wanted = {"lag": 10, "T": 60, "H": 32, "start": "orthogonal", "updates": 500}
    assert {name: settings[name] for name in wanted} == wanted


@pytest.mark.parametrize("way", ["window", "chunks"])
def test_truncation_table(way):
    steps = cells_of("way back cut to $K$")
    assert steps == ["1", "5", "10", "11", "15", "20", "60"]
    for K, cell in zip(steps, cells_of(way), strict=True):
        assert pair(cell) == stated(results("truncation")[way][K]), f"{way} of {K}"


def test_below_and_above_the_lag():
    window, chunks = results("truncation")["window"], results("truncation")["chunks"]
    says = "with a window $R^2$ is [0.997 at 11](#lag?K=11), [0.013 at 10](#lag?K=10) and [0.825 at 1](#lag?K=1)."
    assert says in TEXT
    medians = [window[K]["median"] for K in ("11", "10", "1")]
    assert medians == pytest.approx([0.997, 0.013, 0.825], abs=6e-4)
    assert "and it shows: 0.983 against 0.997" in TEXT
    assert (chunks["11"]["median"], window["11"]["median"]) == pytest.approx((0.983, 0.997), abs=6e-4)


def test_eleven_states_are_needed_for_a_lag_of_ten():
    assert "With $K = 11$ the loss can just see the input that it asks for." in TEXT
    for K, sees in ((10, False), (11, True)):
        mask = reached(60, "window", K)
        assert all(mask[t, t - 10] == sees for t in range(10, 60))


def test_one_loss_in_eleven():
    """Within a chunk of eleven steps: the last one alone. And over the asked steps of the whole sequence, five."""
    assert "With chunks of 11 only the last loss of each can see its cause" in TEXT
    mask = reached(60, "chunks", 11)
    sees = np.array([mask[t, t - 10] for t in range(10, 60)])
    chunk = sees[1:12]  # steps 12 to 22
    assert chunk.tolist() == [False] * 10 + [True]
    assert sees.sum() == 5


def test_training_may_be_worse_than_none():
    found = results("truncation")
    assert "A network of which *only the output layer is trained* gets 0.827" in TEXT
    assert found["frozen"]["median"] == pytest.approx(0.827, abs=6e-4)
    assert "With $K = 1$ this stays. With $K = 5$ or 10, training is worse than none." in TEXT
    assert found["window"]["1"]["median"] == pytest.approx(found["frozen"]["median"], abs=0.01)
    for way in ("window", "chunks"):
        for K in ("5", "10"):
            assert max(found[way][K]["each"]) < found["frozen"]["worst"]


@pytest.mark.parametrize(("name", "K"), [("start", "none yet"), *((f"window of {K}", str(K)) for K in (1, 5, 10, 11))])
def test_what_the_state_still_holds(name, K):
    columns = cells_of("after training with a window of")
    assert columns == ["none yet", "1", "5", "10", "11"]
    at, row = columns.index(K), results("memory")[name]
    assert pair(cells_of("best linear readout, $R^2$")[at]) == stated(row["best readout"])
    assert float(cells_of("spectral radius of $W_h$, median")[at]) == pytest.approx(row["radius"]["median"], abs=6e-3)


def test_the_memory_is_gone_and_not_only_unread():
    found, frozen = results("memory"), results("truncation")["frozen"]
    shared = {name: value for name, value in run("truncation")["settings"].items() if name != "judged on"}
    assert shared.items() <= run("memory")["settings"].items(), "the networks of the other table"
    for K in (1, 5, 10, 11):
        own = found[f"window of {K}"]["own output"]
        assert own["each"] == pytest.approx(results("truncation")["window"][str(K)]["each"], abs=1e-3)
    assert r"an orthogonal $W_h$ holds its inputs for ten steps all by itself" in TEXT
    assert found["start"]["best readout"]["worst"] > frozen["median"]
    assert "It is gone." in TEXT
    assert "The updates have pulled it from 1 to 1.5" in TEXT
    for K in (5, 10):
        held, radius = found[f"window of {K}"]["best readout"], found[f"window of {K}"]["radius"]
        assert max(held["each"]) < 0.1
        assert round(radius["median"], 1) == 1.5
        assert min(radius["each"]) > 1.3
    assert found["start"]["radius"]["each"] == pytest.approx([1] * 5)


def test_when_to_update():
    after = results("truncation")["update after each chunk"]
    says = "one finds the same edge: 0.021 at $K = 10$, and 0.9995 at 12, from five updates where there was one. "
    assert says + "After each single step it is 0.011." in TEXT
    assert after["10"]["median"] == pytest.approx(0.021, abs=6e-4)
    assert after["12"]["median"] == pytest.approx(0.9995, abs=6e-5)
    assert after["1"]["median"] == pytest.approx(0.011, abs=6e-4)


@pytest.mark.parametrize(("K", "updates"), [(12, 5), (1, 50)])
def test_updates_where_there_was_one(K, updates):
    """A chunk in which nothing is asked brings none."""
    assert "with fifty updates where there was one (the first ten steps ask nothing)" in TEXT
    _, targets = recall_task(60, 32, 10, np.random.default_rng(0))
    asked = (~np.isnan(targets)).any(axis=(1, 2))
    assert asked.tolist() == [False] * 10 + [True] * 50
    assert sum(asked[first : first + K].any() for first in range(0, 60, K)) == updates


def test_nothing_learns_noticeably_more_than_the_exact_gradient():
    assert "in the table above nothing learns noticeably more than the exact gradient" in TEXT
    found = results("truncation")
    for way in ("window", "chunks"):
        for K in cells_of("way back cut to $K$"):
            assert found[way][K]["median"] < found["window"]["60"]["median"] + 1e-3
            assert found[way][K]["worst"] < found["window"]["60"]["worst"] + 1e-3


# -- A network that writes ----------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def learned():
    return results("language")


def test_the_network_is_as_described():
    settings = run("language")["settings"]
    assert settings["length"] == 300_000
    assert "300,000 characters of them: 80 % to train on, a tenth to decide on" in TEXT
    assert inspect.signature(split).parameters["shares"].default == (0.8, 0.1, 0.1)
    says = r"The network has 128 $\tanh$ units and reads 32 places of the text side by side, in chunks of 48 steps"
    assert says in TEXT
    fables = settings["runs"]["fables"]
    assert fables == {"H": 128, "K": 48, "batch": 32, "rate": 8e-3, "updates": 5000}
    assert "start, training, dev, 5000, rng, K=48, rate=8e-3" in CODE
    assert "start_language_model(len(letters), 128, rng)" in CODE
    default = {name: p.default for name, p in inspect.signature(language.fit).parameters.items()}
    assert "The gradient is clipped to a norm of 1" in TEXT
    assert "every 250 updates it asks for the bits on the dev set and keeps the model that was best there" in TEXT
    assert (default["batch"], default["threshold"], default["every"]) == (32, 1.0, 250)


def test_from_five_bits(learned):
    assert r"From 5 bits, which is $\log_2 32$ and means no idea, down to 0.40." in TEXT
    shots = learned["fables"]["snapshots of seed 0"]
    assert learned["fables"]["symbols"] == 32
    assert (shots[0]["bits"], shots[-1]["bits"]) == pytest.approx((np.log2(32), 0.4), abs=0.03)


def test_language_table(learned):
    for label, name in (("fables, 240,000 characters to learn from", "fables"), ("*Moby-Dick*, 171,000", "prose")):
        network, ngram, grammar = cells_of(label)
        assert pair(network) == stated(learned[name]["network"])
        assert float(ngram.strip("*")) == pytest.approx(learned[name]["n-gram"]["test"], abs=6e-4)
        thousands = int(re.search(r"(\d+),000", label)[1])
        assert round(learned[name]["characters"][0] / 1000) == thousands
        if name == "fables":
            assert float(grammar) == pytest.approx(learned[name]["grammar"], abs=6e-4)
        else:
            assert grammar == "unknown"


def test_the_worst_network_is_the_one_with_the_most_bits(learned):
    for name in ("fables", "prose"):
        assert learned[name]["network"]["worst"] == max(learned[name]["network"]["each"])


def test_the_grammars_own_bits(learned):
    assert script("language").floor() == pytest.approx(learned["fables"]["grammar"], abs=6e-5)
    assert cells_of("fables, 240,000 characters to learn from")[2] == "0.288"
    assert learned["fables"]["grammar"] == pytest.approx(0.288, abs=6e-4)


def test_who_wins(learned):
    assert "On the fables the network wins, with every seed." in TEXT
    assert max(learned["fables"]["network"]["each"]) < learned["fables"]["n-gram"]["test"]
    assert "the $n$-gram wins with every seed" in TEXT
    assert min(learned["prose"]["network"]["each"]) > learned["prose"]["n-gram"]["test"]
    assert "English has more words than 171,000 characters can teach" in TEXT
    assert run("language")["settings"]["runs"]["prose"]["updates"] == 3000
    assert len(split(public_domain_text())[0]) == learned["prose"]["characters"][0]


def test_what_the_network_wrote_stands_in_the_run(learned):
    quoted = re.search(r"What the network wrote at the end: \*(.+?)\*", TEXT)[1]
    assert len(quoted.split()) > 5
    assert quoted in learned["prose"]["snapshots of seed 0"][-1]["text"]
    assert learned["prose"]["snapshots of seed 0"][-1]["update"] == 3000


def test_the_samples_are_those_of_the_moments(learned):
    """Spaces and an "the" or two after 100 updates, the commonest words after 200, most words after 400."""
    assert "After 100 updates there are spaces and an *the* or two, after 200 the commonest words." in TEXT
    assert "After 400 most words are right" in TEXT
    assert "snapshots=[0, 25, 50, 100, 200, 400, 800, 1600, 3000, 5000]" in CODE
    grammar = set(re.findall("[a-z]+", script("language").fables(100_000, np.random.default_rng(0))))
    shots = {shot["update"]: shot["text"] for shot in learned["fables"]["snapshots of seed 0"]}
    assert list(shots) == [0, 25, 50, 100, 200, 400, 800, 1600, 3000, 5000]
    words = {update: re.findall("[a-z]+", text)[:-1] for update, text in shots.items()}  # the last may be cut
    share = {update: np.mean([word in grammar for word in found]) for update, found in words.items()}
    assert words[100].count("the") in (1, 2)
    assert share[100] < 0.2
    assert {"once", "some", "the"} <= set(words[200])
    assert 0.2 < share[200] < 0.7
    assert share[400] > 0.8


def test_quotation_marks_come_last(learned):
    """Among the samples after 400 updates: who opens quotation marks and closes them."""
    assert "Brackets and quotation marks come last, with the long tail of the curve." in TEXT
    shots = {shot["update"]: shot["text"] for shot in learned["fables"]["snapshots of seed 0"]}
    assert not any('."' in shots[update] for update in (400, 800, 1600))
    assert '"' in shots[800]
    assert '"' in shots[1600]
    assert all('."' in shots[update] for update in (3000, 5000))


@pytest.mark.parametrize(
    ("label", "probe"),
    [
        ("is the bracket closed here?", "bracket, closed or not"),
        ("the quotation mark?", "quotation mark, closed or not"),
        ("after *the badgers that the miller hears*: *dig* or *digs*?", "number of the deed after a relative clause"),
        ("which animal's deed is it, after the same words?", "deed after a relative clause"),
        ("who is named in the last sentence?", "hero, last sentence"),
    ],
)
def test_decisive_characters(learned, label, probe):
    assert "| right at the decisive character | most frequent answer | $n$-gram | network, median (worst) |" in TEXT
    often, ngram, network = cells_of(label)
    asked = learned["fables"]["decisive characters"][probe]
    assert float(often) == pytest.approx(asked["always the most frequent"], abs=0.006)
    assert float(ngram) == pytest.approx(asked["n-gram"], abs=0.006)
    assert pair(network) == stated(asked["network"], digits=2)


def test_the_places_asked(learned):
    """Of the five rows of the table; a sixth probe was measured and is not shown."""
    assert "(of an animal its first letter; 141 to 521 places)" in TEXT
    asked = learned["fables"]["decisive characters"]
    places = [row["places"] for probe, row in asked.items() if probe != "hero's deed after it or they"]
    assert len(places) == 5
    assert (min(places), max(places)) == (141, 521)


def test_the_pattern_is_plain(learned):
    asked = learned["fables"]["decisive characters"]
    assert "A fact of one bit, *inside a bracket*, *more than one*, the state carries over a clause." in TEXT
    for probe in ("bracket, closed or not", "number of the deed after a relative clause"):
        rivals = asked[probe]["always the most frequent"], asked[probe]["n-gram"]
        assert asked[probe]["network"]["worst"] > max(rivals)
    says = "A fact of one in twelve, *which animal*, it has not learned to carry at all: network and $n$-gram alike "
    assert says + "do worse there than one who always says the commonest letter." in TEXT
    assert len(ANIMALS) == 12
    for probe in ("deed after a relative clause", "hero, last sentence"):
        assert asked[probe]["network"]["median"] < asked[probe]["always the most frequent"]
        assert max(asked[probe]["network"]["each"]) <= asked[probe]["always the most frequent"]
        assert asked[probe]["n-gram"] < asked[probe]["always the most frequent"]


def test_the_animal_never_comes(learned):
    assert "The animal never comes." in TEXT
    hero = learned["fables"]["decisive characters"]["hero, last sentence"]
    assert hero["network"]["median"] < hero["always the most frequent"]


def test_what_is_missing(learned):
    assert "What is missing are the 0.11 bits between 0.40 and 0.29." in TEXT
    network, grammar = learned["fables"]["network"]["median"], learned["fables"]["grammar"]
    assert (round(network, 2), round(grammar, 2), round(network - grammar, 2)) == (0.40, 0.29, 0.11)
