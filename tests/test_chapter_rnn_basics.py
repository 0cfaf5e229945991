"""The numbers that chapter 1 states in its text, and no cell of it computes, are what the code and the runs say.

The network that writes fables is trained here once more, as its cell does. Its probabilities are those of one seed, but
hardly depend on the machine: other roundings, and float64 for float32, move them by a thousandth.
"""

import json
import re

import numpy as np
import pytest
from chapters import chapter, pair, stated

from helpers.corpora import ANIMALS, FEELINGS, FOLK, fables, split
from helpers.counts import ngram_parameters, rnn_parameters, window_parameters
from helpers.data import hold_task
from helpers.figures import rnn_basics as figures
from helpers.language import fit
from helpers.output import cross_entropy, softmax
from helpers.rnn_basics import encode, rnn_forward, vocabulary
from helpers.writing import generate, next_scores, start_language_model

CHAPTER = chapter("01_rnn_basics")
CELLS, TEXT, CODE = CHAPTER.cells, CHAPTER.text, CHAPTER.code
run, cells_of = CHAPTER.run, CHAPTER.cells_of


def reading(*state):
    return figures.unrolled(*state).layout.meta["reading"]


# -- What is left of a click --------------------------------------------------------------------------------
def test_the_click():
    assert "Less: [3.3 %](#unrolled?steps=30). The click enters at step 1, so 29 steps are left" in TEXT
    assert "at eigenvalue 0.9, 3.3 % of a click after 30 steps" in TEXT
    assert "after step 30, 3.3 % of" in reading(30, 0.9, "impulse")
    assert r"$0.9^{29} \approx 4.7$ %" in TEXT
    assert pytest.approx(4.7, abs=0.05) == 100 * 0.9**29
    assert 'signal={"one click": "impulse",' in CODE
    assert "    steps=(1, 30, 1, 6),\n    eigenvalue=(0.5, 1.3, 0.1, 0.9)," in CODE, "a link to step 30 keeps 0.9"


@pytest.mark.parametrize(
    ("says", "state", "percent"),
    [
        ("Less: [3.3 %](#unrolled?steps=30).", (0.9, "impulse"), 3.3),
        ("[noise](#unrolled?steps=30&signal=noise): the states never come to rest, and yet 0.3 % of the first input "
         "is left, less than in the silence", (0.9, "noise"), 0.3),
        ("With [eigenvalue 1.3](#unrolled?steps=30&eigenvalue=1.3&signal=noise) it is 37 %.", (1.3, "noise"), 37),
    ],
)  # fmt: skip
def test_the_links_show_what_is_said(says, state, percent):
    """A link sets what it names; all else stands as at the start: eigenvalue 0.9, one click."""
    assert says in TEXT
    told = float(re.search(r"after step 30, ([\d.]+) % of", reading(30, *state))[1])
    assert told == pytest.approx(percent, rel=0.04)


def test_the_states_never_come_to_rest():
    noisy, click = (np.array(figures.unrolled(30, 0.9, signal).data[1].z) for signal in ("noise", "impulse"))
    assert noisy.shape == click.shape == (16, 30)
    assert "sixteen numbers, blue below zero and red above" in TEXT
    assert abs(noisy[:, 25:]).max() > 5 * abs(click[:, 25:]).max()


# -- Counts -------------------------------------------------------------------------------------------------
def test_counts():
    says = "23,451 numbers for 27 letters and 128 units, whatever the context; "
    says += "a net on a window of 5 has 20,891, of 20 already 72,731"
    assert says in TEXT
    assert rnn_parameters(27, 128, 27) == 23_451
    assert [window_parameters(27, context + 1, 128) for context in (5, 20)] == [20_891, 72_731]
    assert cells_of("parameters") == ["$HD + H^2 + H + VH + V$", "whatever $T$ is"]
    D, H, V = 3, 5, 7
    assert rnn_parameters(D, H, V) == H * D + H**2 + H + V * H + V
    assert r"$V^{n-1}$ contexts" in TEXT
    assert ngram_parameters(27, 4) == 27**3 * 27, "a row for each context"


def test_a_table_of_five_letters_and_one_that_follows():
    assert "27 letters, a context of five." in TEXT
    assert r"$27^6 \approx 3.9 \cdot 10^8$" in TEXT
    assert ngram_parameters(27, 6) == 27**6 == pytest.approx(3.9e8, rel=0.01)
    shown = {context: figures.parameter_counts(context, 27, 128) for context in (5, 20)}
    assert "the full table has 3.9 × 10⁸ entries" in shown[5].layout.meta["reading"]
    labels = {context: [note.text for note in figure.layout.annotations] for context, figure in shown.items()}
    assert labels[5][4] == labels[20][4] == "recurrent network: 23,451"
    assert shown[5].data[1].x == shown[20].data[1].x, "and its bar stays"
    assert labels[5][1] == f"n-grams in 10⁶ tokens: at most {10**6 - 6 + 1:,}"


@pytest.mark.parametrize("n", [1, 2, 6, 11])
def test_a_text_holds_few_different_ngrams(n):
    assert "of a text of $N$ symbols at most $N - n + 1$ different $n$-grams, however large $V^n$ is" in TEXT

    def different(text):
        return len({text[i : i + n] for i in range(len(text) - n + 1)})

    alphabet = "abcdefghijklmnopqrstuvwxyz "
    assert different(alphabet) == len(alphabet) - n + 1, "so many, if no two are alike"
    assert different(GRAMMAR[:5000]) < 5000 - n + 1


def test_torch_counts_one_bias_more():
    torch = pytest.importorskip("torch")
    D, H, V = 3, 4, 5
    assert "PyTorch's `RNN` counts $H$ more" in TEXT
    theirs = sum(p.numel() for p in torch.nn.RNN(D, H).parameters())
    theirs += sum(p.numel() for p in torch.nn.Linear(H, V).parameters())
    assert theirs == rnn_parameters(D, H, V) + H


def test_losses_stand_where_answers_are_asked():
    assert "At one, the last; and at every step." in TEXT
    shown = {name: figures.shapes(name).layout.meta["reading"] for name in figures.PROBLEMS}
    assert "1 loss in all" in shown["Many to one"]
    assert re.search(r": (\d+) in, \1 out\..* \1 losses in all", shown["Many to many, aligned"])


def test_a_changed_input_changes_nothing_before():
    assert r"a changed $x_{5}$ changes $h_1, \dots, h_4$ by exactly 0" in TEXT
    rng = np.random.default_rng(1)
    x, weights = rng.standard_normal((7, 2, 3)), [rng.standard_normal(shape) for shape in ((4, 3), (4, 4), (4,))]
    before, _ = rnn_forward(x, np.zeros((2, 4)), *weights)
    x[4] += 1
    after, _ = rnn_forward(x, np.zeros((2, 4)), *weights)
    assert (before[:4] == after[:4]).all()
    assert (before[4:] != after[4:]).all()


# -- The window ---------------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", ["window", "sequential"])
def test_the_runs_are_five_consecutive_seeds_from_0(name):
    assert run(name)["seeds"] == [0, 1, 2, 3, 4]
    assert {"python", "numpy"} <= set(run(name)["versions"])


def test_all_nets_were_trained_alike():
    assert (
        "All three have 32 units and were trained alike, on sequences of 20 steps; they are read here at 1,000" in TEXT
    )
    settings = run("window")["settings"]
    assert (settings["H"], settings["T"], settings["gap"], settings["symbols"]) == (32, 20, [1, 20], 4)
    for call in (
        'start_model("orthogonal", 5 * max(K, 1), 32, 4, rng)',
        "hold_task(20, 32, rng)",
        "task, 1000, rng, rate=5e-3",
    ):
        assert call in CODE, "the cell trains as the experiment does"
    assert (settings["batch"], settings["updates"], settings["rate"]) == (32, 1000, 5e-3)


@pytest.mark.parametrize(
    ("label", "where"),
    [
        ("gaps of 1 to 20, as in training", "1000 steps"),
        ("of these, where the symbol lies outside the window", "1000 steps, symbol {} or more steps back"),
        ("gaps of 50 to 100, never trained", "gaps 50 to 100"),
    ],
)
def test_window_table(label, where):
    assert "| share of steps right, $T = 1000$ | recurrent | window of 5 | window of 10 |" in TEXT
    results, row = run("window")["results"], cells_of(label)
    assert len(row) == 3
    for cell, K in zip(row[1:], (5, 10), strict=True):
        assert pair(cell) == stated(results[f"window of {K}"][where.format(K)])
    if "outside" in label:
        assert row[0] == ""
    else:
        assert pair(row[0]) == stated(results["recurrent"][where])


def test_a_window_of_five_is_right_at_57_percent():
    says = r"A window of $K$ sees the symbol at $\min(g, K)$ of the $g$ steps of a gap: for $K = 5$ that is 90 of 210 "
    says += "on the whole, 43 %, and a quarter of the rest is guessed right, together 57 %. For $K = 10$ it is 80 %."
    assert says in TEXT
    gaps = range(1, 21)
    seen, steps = sum(min(gap, 5) for gap in gaps), sum(gaps)
    assert (seen, steps) == (90, 210)
    assert round(100 * seen / steps) == 43


@pytest.mark.parametrize(("K", "percent"), [(5, 57), (10, 80)])
def test_the_best_that_a_window_can_do(K, percent):
    """Counted, not trained: known where the symbol lies in the window, elsewhere right one time in four."""
    gaps = range(1, 21)
    known = sum(min(gap, K) for gap in gaps) / sum(gaps)
    best = known + (1 - known) / 4
    assert round(100 * best) == percent
    learned = run("window")["results"][f"window of {K}"]
    assert learned["ceiling in a long sequence"] == pytest.approx(best, abs=1e-4)
    assert "So these two have learned all that can be learned through their windows." in TEXT
    assert learned["1000 steps"]["worst"] == pytest.approx(best, abs=0.01)


def test_what_it_is_good_for():
    results = run("window")["results"]
    assert cells_of("inputs of any length") == ["trained on 20 steps, right at all of 1,000 (hold task)"]
    assert results["recurrent"]["1000 steps"]["worst"] == 1
    assert cells_of("it takes history into account") == [
        "outside its window a net guesses (0.25), the recurrent one is right (1.000)"
    ]
    for K in (5, 10):
        where = f"1000 steps, symbol {K} or more steps back"
        assert results[f"window of {K}"][where]["median"] == pytest.approx(0.25, abs=0.005)
        assert results["recurrent"][where]["worst"] == 1
    assert cells_of("weights shared over time") == ["what it has learned from gaps of 20 it does at gaps of 100"]
    assert results["recurrent"]["gaps 50 to 100"]["worst"] == 1
    assert "The recurrent one has learned, from gaps of at most 20, to hold a symbol over a hundred steps." in TEXT
    assert run("window")["settings"]["gap"] == [1, 20]


def test_a_guess_is_right_one_time_in_four():
    assert "Gaps are 1 to 20 steps, there are four symbols, so a guess is right one time in four" in TEXT
    _, targets = hold_task(2000, 20, np.random.default_rng(0))
    shares = np.bincount(targets.ravel()) / targets.size
    assert shares == pytest.approx([0.25] * 4, abs=0.03)


def test_slow_because_sequential():
    results, settings = run("sequential")["results"], run("sequential")["settings"]
    says = cells_of("slow, because each step waits for the last")[0]
    assert "one sequence, 32 units: twelve times the time of the same products done all at once" in says
    assert round(results["batch 1, 32 units"]["ratio"]) == 12
    assert "With 32 sequences and 128 units on one core: no difference" in says
    assert results["batch 32, 128 units"]["ratio"] == pytest.approx(1, abs=0.1)
    assert settings["threads"] == 1
    for row in results.values():
        assert row["step by step"] / row["all at once"] == pytest.approx(row["ratio"], rel=0.05)


# -- Losses -------------------------------------------------------------------------------------------------
def test_a_know_nothing():
    assert "Over $V$ symbols a know-nothing has perplexity $V$" in TEXT
    loss, _ = cross_entropy(np.zeros((3, 7)), np.array([0, 6, 2]))
    assert np.exp(loss) == pytest.approx(7)


def test_hello_without_a_state():
    """The best for pairs of letters, counted: the entropy of what follows, weighted by how often."""
    assert r"two cost $\ln 2$ each: $\tfrac24 \ln 2 \approx 0.347$" in TEXT
    after = {}
    for now, following in zip("hello", "ello", strict=False):
        after.setdefault(now, []).append(following)
    losses = [-np.log(options.count(o) / len(options)) for options in after.values() for o in options]
    assert len(losses) == 4
    assert np.mean(losses) == pytest.approx(0.347, abs=5e-4)
    assert np.mean(losses) == pytest.approx(np.log(2) / 2)
    assert "without W_h, after 100: 0.35" in json.dumps(CELLS), "and that is where training without a state arrives"


# -- The network that writes --------------------------------------------------------------------------------
BEGIN = "\nonce a wolf lived near the mill. "
GRAMMAR = fables(300_000, np.random.default_rng(0))
WORDS = set(re.findall("[a-z]+", GRAMMAR))
REGULAR = [animal for animal in ANIMALS if animal[2] == animal[3] + "s"]  # dig, digs: one letter tells the number


@pytest.fixture(scope="module")
def writer():
    """The model and the alphabet of the chapter's cell. Five seconds."""
    for call in (
        "start_language_model(len(letters), 64, rng)",
        "fit(start, training, dev, 2500, rng, K=32, rate=1e-2).model",
        "text = fables(300_000, np.random.default_rng(0))",
    ):
        assert call in CODE, "trained here as there"
    letters = vocabulary(GRAMMAR)
    training, dev, _ = (encode(part, letters) for part in split(GRAMMAR))
    rng = np.random.default_rng(0)
    start = start_language_model(len(letters), 64, rng)
    return fit(start, training, dev, 2500, rng, K=32, rate=1e-2).model, letters


@pytest.fixture(scope="module")
def s_comes(writer):
    model, letters = writer

    def probability(context):
        return float(softmax(next_scores(model, letters, BEGIN + context))[letters.index("s")])

    return probability


def test_the_cell_trains_as_the_text_says():
    assert "for 2,500 updates" in TEXT
    settings = chapter("02_bptt").run("language")["settings"]["runs"]
    assert settings["fables, short"] == {"H": 64, "K": 32, "batch": 32, "rate": 0.01, "updates": 2500}
    assert f"begin = {json.dumps(BEGIN)}\n" in CODE


def test_it_counts_to_two(s_comes):
    assert "Nine times in ten and more after one badger, hardly ever after several: it tells one from many." in TEXT
    assert s_comes("the badger dig") > 0.9
    assert s_comes("the badgers dig") < 0.1
    # Not of this one animal only.
    assert np.mean([s_comes(f"the {animal[0]} {animal[3]}") for animal in REGULAR]) > 0.9
    assert np.mean([s_comes(f"the {animal[1]} {animal[3]}") for animal in REGULAR]) < 0.1


def test_with_a_relative_clause_between_it_has_forgotten_how_many_there_were(s_comes):
    """One badger or several, it says the same; and over all such clauses *s* comes about four times in ten."""
    says = "With the clause in between it gives *s* about the same chance after one badger as after several."
    assert says in TEXT
    one, several = (s_comes(f"the badger{s} that the miller hears dig") for s in ("", "s"))
    assert several > 0.5
    assert one == pytest.approx(several, abs=0.08)
    means = {
        (number, plural): np.mean([
            s_comes(f"the {animal[number]} that the {folk}{'s' * plural} {feeling[plural]} {animal[3]}")
            for animal in REGULAR for folk in FOLK for feeling in FEELINGS
        ])
        for number in (0, 1) for plural in (0, 1)
    }  # fmt: skip
    assert all(0.3 < mean < 0.55 for mean in means.values())
    for plural in (0, 1):
        assert means[0, plural] == pytest.approx(means[1, plural], abs=0.03)


def test_it_has_not_mixed_up_the_nouns(s_comes):
    """Had it taken the verb's number from the nearest noun, one miller would bring the *s*, and several none."""
    assert "It has not mixed up the nouns. It has forgotten the first." in TEXT
    one, several = (
        np.mean([s_comes(f"the {animal[1]} that the {folk}{s} {feeling[s == 's']} {animal[3]}")
                 for animal in REGULAR for folk in FOLK for feeling in FEELINGS])
        for s in ("", "s")
    )  # fmt: skip
    assert one < several + 0.02


def known(written):
    """Share of whole words that the grammar has."""
    words = re.findall("[a-z]+", written)[1:-1]  # the first and the last may be cut
    return np.mean([word in WORDS for word in words])


def test_at_temperature_0_it_repeats_itself_soon(writer):
    assert "At temperature 0 it says the likeliest thing, and soon the same thing again and again." in TEXT
    written = generate(*writer, "\nonce a", 1000, np.random.default_rng(0), 0.0)
    tail = written[-500:]
    period = next((n for n in range(1, 200) if tail[n:] == tail[:-n]), None)
    assert period, f"no period below 200: {tail}"
    sentence = tail[:period]
    assert "the " in sentence
    assert known(sentence + sentence) == 1


def test_at_temperature_2_it_cannot_spell_and_in_between_it_can(writer):
    says = "At 2 it can no longer spell. In between it writes fables, of a kind: most words are words "
    says += "and stand in a sensible order"
    assert says in TEXT
    shares = {
        temperature: known(generate(*writer, "\nonce a", 2000, np.random.default_rng(0), temperature))
        for temperature in (0.5, 1.0, 2.0)
    }
    assert shares[0.5] > 0.98
    assert shares[1.0] > 0.95
    assert shares[2.0] < 0.7


def test_brackets_and_heroes_in_what_it_writes(writer):
    says = "a bracket or a quotation mark may stay open, "
    says += "and whoever the last sentence is about need not have been in the first"
    assert says in TEXT
    written = generate(*writer, "\n", 6000, np.random.default_rng(0), 0.5).split("\n")[:-1]
    told = re.compile(r"once (?:an?|some) ([a-z]+) lived .* so much for the ([a-z]+)\.")
    heroes = [found.groups() for line in written if (found := told.fullmatch(line))]
    assert len(heroes) > 0.7 * len(written), "they begin and end as fables do"
    assert len(heroes) > 10
    assert np.mean([first == last for first, last in heroes]) < 0.5
    assert sum(line.count("(") != line.count(")") for line in written) > 1
    assert sum(line.count('"') % 2 for line in written) > 1
    fables_of_the_grammar = GRAMMAR.splitlines()
    assert all(line.count("(") == line.count(")") for line in fables_of_the_grammar), "which the grammar never does"
    assert all(line.count('"') % 2 == 0 for line in fables_of_the_grammar)


def test_a_name_has_to_be_kept_over_three_sentences():
    assert "A name that has to be kept over three sentences" in TEXT
    # Each sentence has one full stop, inside quotation marks or not; the first and the last name the hero.
    between = [line.count(".") - 2 for line in GRAMMAR.splitlines()]
    assert set(between) == {2, 3, 4}
    assert np.mean(between) == pytest.approx(3, abs=0.1)
