"""The numbers that chapter 5 states in its text, and no cell of it computes, are what the code and the runs say."""

import re
from functools import cache
from math import comb

import numpy as np
import pytest
from chapters import chapter, pair, reading, stated

from helpers.containers import open_arrays
from helpers.counts import layer_parameters
from helpers.figures import bidirectional as figures
from helpers.figures.bidirectional.depth import norms
from helpers.grammars import REVIEW_WORDS, TAGS, TONE_WORDS, WORDS, encode_words, reviews, sentences, tones
from helpers.layers import start_layer
from helpers.networks import start_network
from helpers.padding import pad
from helpers.readers import DISTANCES, train_tagger
from helpers.sensitivity import sensitivity_map
from helpers.stacks import Both, stack_forward

CHAPTER = chapter("05_bidirectional")
TEXT, CODE = CHAPTER.text, CHAPTER.code
run, results, cells_of = CHAPTER.run, CHAPTER.results, CHAPTER.cells_of


def parameters(kind, D, H, V, depth=1, both=True, connect="plain"):
    """Of a network as it is trained, output layer included."""
    start = start_network(kind, D, H, V, np.random.default_rng(0), depth, both, connect)
    return sum(array.size for array in open_arrays("network", start)[1])


@pytest.mark.parametrize("name", ["tagger", "sentiment", "depth", "probes", "next_character"])
def test_the_runs_are_five_consecutive_seeds_from_0(name):
    assert run(name)["seeds"] == [0, 1, 2, 3, 4]
    assert {"python", "numpy"} <= set(run(name)["versions"])


# -- What an output has seen --------------------------------------------------------------------------------
def test_the_opening_question():
    assert "step=(1, 30, 1, 12),\n    T=(10, 30, 10, 20)" in CODE, "20 words, where a link does not say"
    says = "[All 20](#sees?direction=both%20directions&step=5): five come by the forward chain, "
    assert says + "sixteen by the backward chain, word 5 itself by both." in TEXT
    assert "output 5 can know all 20; forward chain 5, backward chain 16" in reading(figures.sees("both", 5, 20))
    says = "At [word 20](#sees?direction=backward&step=20) the backward chain has only just started, "
    assert says + "and has read one word." in TEXT
    assert "has seen one word only, its own" in reading(figures.sees("backward", 20, 20))


def test_influence_fades_on_either_side():
    says = "Read a row from the diagonal outwards and you see chapter 3: influence fades with distance, on either side."
    assert says in TEXT
    assert "everything above the diagonal is zero, not small but exactly 0" in TEXT
    rng = np.random.default_rng(0)
    ahead, back = (start_layer("tanh", 3, 8, rng) for _ in range(2))
    words = rng.standard_normal((5, 3))
    assert (np.triu(sensitivity_map([ahead], words), 1) == 0).all()
    both = sensitivity_map([Both(ahead, back)], words)
    for t, row in enumerate(both):
        assert (np.diff(row[t:]) < 0).all()
        assert (np.diff(row[: t + 1]) > 0).all()


# -- Terribly exciting --------------------------------------------------------------------------------------
def test_the_sheep():
    for sentence in ("The sheep slowly past the barn sleeps", "The sheep slowly past the barn sleep"):
        assert f"*{sentence}*" in TEXT
        encode_words(sentence.lower(), WORDS)
    assert "The word does not tell, its verb does, up to eight words later." in TEXT
    drawn = sentences(5000, np.random.default_rng(0))
    assert (drawn.distance.min(), drawn.distance.max()) == (-8, 8)
    assert "one and many are equally likely, whatever else has been read" in TEXT
    asked = drawn.distance != 0
    assert np.mean(drawn.targets[asked] == TAGS.index("NNS")) == pytest.approx(0.5, abs=0.02)
    many = drawn.targets[drawn.distance > 0] == TAGS.index("NNS")
    assert many.mean() == pytest.approx(0.5, abs=0.03), "also where the verb is still to come"


def test_the_sheep_of_the_text_are_of_the_grammar():
    """Each example that the text gives could have been drawn."""
    found = re.search(r"In \*([a-z ]+ sheep slept)\* it is the number before it", TEXT)
    encode_words(found[1], WORDS)


def test_four_readers():
    says = "each a tanh network with about 2,400 parameters: one reads forward, one backward, "
    says += "one in both directions (19 units each way, where the others have 32), "
    assert says + "and one forward with an answer that is due four words later" in TEXT
    settings, found = run("tagger")["settings"], results("tagger")["tanh"]
    assert settings["units"] == {"forward": 32, "backward": 32, "both": 19, "delayed": 32}
    for reader in ("forward", "backward", "both", "delayed by 4"):
        both = reader == "both"
        assert found[reader]["parameters"] == parameters("tanh", len(WORDS), 19 if both else 32, len(TAGS), both=both)
        assert found[reader]["parameters"] == pytest.approx(2400, rel=0.02)


@cache
def tagger(reader):
    """One of the readers of the chapter's cell, of seed 0. Three seconds."""
    assert "moments = tuple(range(100, 700, 100))" in CODE
    assert "rng = np.random.default_rng(0)\n    taggers.append(train_tagger(reader, rng, moments))" in CODE
    return train_tagger(reader, np.random.default_rng(0), (600,))


@pytest.mark.parametrize(
    ("link", "reader", "left", "right"),
    [
        ("[Forward](#distance?reader=forward&updates=600) knows all that is decided from the left and tosses a coin on "
         "the right.", "forward", 8 * [1], 8 * [0.5]),
        ("[Four words later](#distance?reader=forward%2C%20four%20words%20later&updates=600) it is right up to a "
         "distance of 4, and tosses again beyond.", "delayed", 8 * [1], 4 * [1] + 4 * [0.5]),
        ("In [both directions](#distance?reader=both%20directions&updates=600) it knows everything.", "both",
         8 * [1], 8 * [1]),
    ],
    ids=["forward", "delayed", "both"],
)  # fmt: skip
def test_accuracy_by_distance(link, reader, left, right):
    assert link in TEXT
    assert '"forward, four words later": "delayed"' in CODE
    figure = figures.distance([tagger(reader)], reader, 600)
    assert "as much as it can know" in reading(figure)
    bars = dict(zip(figure.data[0].x, figure.data[0].y, strict=True))
    found = [bars[d] for d in DISTANCES if d]
    for value, best in zip(found, left + right, strict=True):
        assert value == pytest.approx(best, abs=0.1 if best < 1 else 0.03)


@pytest.mark.parametrize(
    ("label", "reader"),
    [
        ("forward", "forward"),
        ("backward", "backward"),
        ("both directions", "both"),
        ("forward, 4 later", "delayed by 4"),
        ("forward, 8 later", "delayed by 8"),
    ],
)
def test_tagger_table(label, reader):
    assert "Over five seeds (0 to 4), 600 updates, judged on 5,000 new sentences, share of right tags" in TEXT
    assert "| reader | decided from the left | from the right | other words |" in TEXT
    settings, row = run("tagger")["settings"], results("tagger")["tanh"][reader]
    assert (settings["updates"], settings["judged on"]) == (600, "5,000 sentences")
    left, right, plain = cells_of(label)
    assert pair(left) == stated(row["from the left"])
    assert pair(right) == stated(row["from the right"])
    assert float(plain) == pytest.approx(row["plain words"]["median"], abs=6e-4)


def test_no_training_no_size_and_no_gate():
    assert "No training, no size and no gate will lift the 0.494 above one half but by luck" in TEXT
    assert "four distances of eight, so 0.75 at most" in TEXT
    gated = results("tagger")["gru"]["forward"]
    assert gated["parameters"] > 1.5 * results("tagger")["tanh"]["forward"]["parameters"]
    assert gated["from the right"]["each"] == pytest.approx([0.5] * 5, abs=0.02)


def test_with_1800_updates_a_delay_of_8_is_learned():
    says = "With 1,800 it nearly is: 0.998 (0.990) from the right, 0.996 (0.926) from the left."
    assert "a delay of 8 covers every sentence here and is not learned reliably in 600 updates. " + says in TEXT
    row = results("tagger")["tanh"]["delayed by 8, 1,800 updates"]
    assert stated(row["from the left"]) == (0.996, 0.926)
    assert stated(row["from the right"]) == (0.998, 0.990)


def test_a_reader_that_cannot_know():
    says = "Set the deciding word [to the right, seven words between]"
    assert says + "(#reading?side=to%20the%20right&between=7&number=one)." in TEXT
    assert "The forward reader says 0.59 when the noun has come" in TEXT
    says = "The bidirectional one swings from nearly 0 to nearly 1 with words that mean nothing, "
    assert says + "and is right with the verb." in TEXT
    readers = tagger("forward"), tagger("both")
    figure = figures.reading(readers, "right", 7, "one")
    forward, both = (np.asarray(line.y) for line in figure.data)
    assert forward == pytest.approx(0.59, abs=0.03)
    assert np.ptp(forward) < 1e-6
    *early, verb, _ = both
    assert len(early) == 8, "the noun, and seven words between"
    assert min(early) < 0.1
    assert max(early) > 0.9
    assert verb < 0.05
    many = np.asarray(figures.reading(readers, "right", 7, "many").data[1].y)
    assert many[:8] == pytest.approx(early), "the verb has not come"
    assert many[8] > 0.95


def test_no_judge_of_half_a_sentence():
    says = "Cut off before the verb, it is right in 49 of 100 cases, and its mean belief in its answer is 0.83 "
    assert says + "(five seeds, from 0.78 to 0.86)" in TEXT
    found = results("tagger")["unfinished sentences"]
    assert found["right"]["median"] == pytest.approx(0.49, abs=0.005)
    assert found["belief"]["median"] == pytest.approx(0.83, abs=0.005)
    each = found["belief"]["each"]
    assert (min(each), max(each)) == pytest.approx((0.78, 0.86), abs=0.005)


# -- Unequal lengths ----------------------------------------------------------------------------------------
def test_padding():
    assert "shortest=(1, 8, 1, 3),\n    longest=(8, 16, 1, 12)" in CODE
    assert "Three sentences of 8, 12 and 3 words, padded to 12" in TEXT
    assert "[36 % of the cells](#padding?mode=padding%2C%20no%20lengths) are padding." in TEXT
    assert "The forward half is off by 74 and 84 % for the two short sentences: it read the padding last." in TEXT
    assert "The backward half is off by 1 and 10 %: it read the padding first" in TEXT
    figure = figures.padding("padded", 3, 12)
    assert "lengths 8, 12, 3: 36 cells, 36 % padding" in reading(figure)
    assert round(100 * 13 / 36) == 36
    notes = " ".join(note.text for note in figure.layout.annotations)
    assert "8 words: last states off by → 74 %, ← 1 %" in notes
    assert "3 words: last states off by → 84 %, ← 10 %" in notes
    assert "[A mask](#padding?mode=padding%20and%20mask) mends both and saves nothing" in TEXT
    assert "36 cells, 36 % of them padding; every last state is right" in reading(figures.padding("masked", 3, 12))
    assert "packing mends both and computes 23 cells in place of 36" in TEXT
    assert "23 cells, 0 % of them padding; every last state is right" in reading(figures.padding("packed", 3, 12))


@pytest.mark.parametrize("fill", [1.0, 0.0])
def test_word_by_word(fill):
    assert "The backward half is wrong at every word, most at the last ones" in TEXT
    assert "the forward half of a padded sentence is right where there are words" in TEXT
    assert "With zeros, and biases that are zero, the backward chain's first state, zero, stays zero" in TEXT
    rng, D, H = np.random.default_rng(0), 3, 4
    batch = [rng.standard_normal((n, D)) for n in (8, 12, 3)]
    x, lengths = pad(batch, fill=fill)
    stack = [Both(*(start_layer("lstm", D, H, rng) for _ in range(2)))]
    padded, packed = stack_forward(stack, x)[0], stack_forward(stack, x, lengths)[0]
    for b, n in enumerate(lengths):
        off = abs(padded - packed)[:n, b]
        assert off[:, :H].max() < 1e-12
        if n < 12:
            wrong = off[:, H:].max(axis=1)
            assert (wrong > 1e-3).all() if fill else (wrong < 1e-12).all()
            assert (np.diff(wrong) > 0).all() or not fill


# -- Reviews ------------------------------------------------------------------------------------------------
def test_what_word_counts_can_reach():
    """Over all kinds, labels and negations; what else a review says, it says whatever the label."""
    assert "every fourth of them with a *not*" in TEXT
    assert "45/64, that is 0.70, is the most that any function of the word counts can reach" in TEXT
    chances = {}
    for kind in ("one", "and", "but", "though"):
        for label in (0, 1):
            for nots in ((a, b) for a in (0, 1) for b in (0, 1)):
                opinions = [1 - label if kind == "but" else label, 1 - label if kind == "though" else label]
                words = [good != negated for good, negated in zip(opinions, nots, strict=True)]
                chance = np.prod([(0.75, 0.25)[negated] for negated in nots]) / 8
                if kind == "one":
                    words, nots = words[:1], nots[:1]
                chances.setdefault((kind, sum(nots), sum(words)), [0, 0])[label] += chance
    assert sum(map(sum, chances.values())) == pytest.approx(1)
    assert "always right with one opinion, 13 times of 16 with *and*, 1 of 2 with *but* and with *though*" in TEXT
    for kind, right in (("one", 1), ("and", 13 / 16), ("but", 1 / 2), ("though", 1 / 2)):
        assert 4 * sum(max(both) for (k, *_), both in chances.items() if k == kind) == pytest.approx(right)
    best = sum(map(max, chances.values()))
    assert best == pytest.approx(45 / 64)
    assert best == pytest.approx(0.70, abs=0.005)
    drawn = reviews(4000, np.random.default_rng(0), 0)
    opinions = (drawn.words == REVIEW_WORDS.index("was")).sum()
    assert (drawn.words == REVIEW_WORDS.index("not")).sum() / opinions == pytest.approx(1 / 4, abs=0.02)


@pytest.mark.parametrize(
    ("label", "ways"),
    [
        ("each chain at its own end", ("forward, at its last word", "both, each at its end")),
        ("both halves at the last real word", (None, "both, at the last word")),
        ("mean over the real words", ("forward, mean", "both, mean")),
        ("`hs[-1]` of the padded batch", ("forward, hs[-1]", "both, hs[-1]")),
        ("a linear bag of words", ("bag of words", None)),
    ],
)
def test_review_table(label, ways):
    assert "| summary | one direction | both directions |" in TEXT
    for cell, way in zip(cells_of(label), ways, strict=True):
        if way is None:
            assert cell == ""
        else:
            assert pair(cell) == stated(results("sentiment")["as trained"][way]["all"])


def test_the_readers_of_reviews():
    assert "(about 3,800 parameters, 400 updates; accuracy, median of five seeds, worst in brackets)" in TEXT
    settings, V = run("sentiment")["settings"], len(REVIEW_WORDS)
    assert settings["updates"] == 400
    for both, H in ((False, settings["H"]["forward"]), (True, settings["H"]["both"])):
        assert parameters("gru", V, H, 2, both=both) == pytest.approx(3800, rel=0.04)


def test_a_coin_toss_and_a_treacherous_row():
    assert "`hs[-1]` without lengths is a coin toss, after 400 updates and after 1,600." in TEXT
    rows = results("sentiment")
    for found in (rows["as trained"]["forward, hs[-1]"], rows["1,600 updates"]["forward, hs[-1]"]):
        assert found["all"]["each"] == pytest.approx([0.5] * 5, abs=0.025)
    late = rows["trained with lengths, read at hs[-1]"]
    assert "only then read at `hs[-1]`, is right in 0.985 (0.932)" in TEXT
    assert stated(late["forward, at its last word"]["all"]) == (0.985, 0.932)
    assert "In both directions reading there fails either way, 0.508" in TEXT
    assert late["both, each at its end"]["all"]["median"] == pytest.approx(0.508, abs=6e-4)
    says = "Half of that summary has seen one word, and it is right in 99 of 100 cases"
    assert says in TEXT
    assert rows["as trained"]["both, at the last word"]["all"]["median"] == pytest.approx(0.99, abs=0.005)


# -- Depth --------------------------------------------------------------------------------------------------
def test_terribly():
    assert '*It was so terribly exciting*: "terribly" is praise. *It was not terribly exciting*: it is not.' in TEXT
    drawn = tones(2000, np.random.default_rng(0))
    at = drawn.targets >= 0
    assert (at.sum(axis=0) == 1).all()
    negated = (drawn.words == TONE_WORDS.index("not")).any(axis=0)
    good = np.isin(drawn.words, encode_words("exciting clever warm", TONE_WORDS)).any(axis=0)
    assert (drawn.targets.T[at.T] == (good != negated)).all(), "a product"
    for one in (negated, good):
        assert drawn.targets.T[at.T][one].mean() == pytest.approx(0.5, abs=0.05), "one word alone says nothing"


def test_tones_table():
    says = "With about 3,000 parameters in each case, 600 updates at most, five seeds (0 to 4), "
    assert says + "this many get 99 of 100 right" in TEXT
    table = TEXT.split("| layers of a bidirectional GRU | plain | residual | dense |\n|---|---|---|---|\n")[1]
    found, script, printed = results("depth")["training"], CHAPTER.script("depth"), 0
    assert run("depth")["settings"]["training"]["updates"] == 600
    for line in table.split("\n\n")[0].splitlines():
        layers, *cells = (cell.strip() for cell in line.strip("|").split("|"))
        for connect, cell in zip(("plain", "residual", "dense"), cells, strict=True):
            if cell:
                row, printed = found[f"tones, gru, {connect}, {layers}"], printed + 1
                assert cell == f"{sum(right >= 0.99 for right in row['each'])} of 5"
                assert row["H"] == script.sized("tones", "gru", int(layers), connect)
                size = parameters("gru", len(TONE_WORDS), row["H"], 2, int(layers), connect=connect)
                assert size == pytest.approx(3000, rel=0.1)
    assert printed == 8


def test_eight_plain_layers_mostly_fail():
    says = "Eight plain GRU layers mostly fail; the budget leaves them 4 units each way, "
    assert says + "and the residual ones, which never failed, have no more." in TEXT
    found = results("depth")["training"]
    assert "two plain layers get there in 1 of 5 runs, eight residual ones in 5 of 5" in TEXT
    for stack, times in (("plain, 2", 1), ("residual, 8", 5)):
        assert sum(right >= 0.99 for right in found[f"tones, tanh, {stack}"]["each"]) == times
    assert found["tones, gru, plain, 8"]["H"] == found["tones, gru, residual, 8"]["H"] == 4
    assert min(found[f"tones, gru, residual, {layers}"]["worst"] for layers in (2, 4, 8)) > 0.99


def test_on_the_sheep_depth_gains_nothing():
    says = "On the sheep, where one layer is enough, more layers gain nothing, and eight plain ones take longer "
    assert says + "(300 updates against 200)." in TEXT
    found = results("depth")["training"]
    updates = {name: np.median(row["updates"]) for name, row in found.items() if name.startswith("sentences")}
    assert updates["sentences, tanh, plain, 8"] == 300
    assert [updates[f"sentences, tanh, {stack}"] for stack in ("plain, 1", "plain, 2", "residual, 8")] == [200] * 3
    assert min(found[name]["worst"] for name in updates) > 0.99


def test_through_depth_and_through_time():
    assert 'layers=(1, 8, 1, 2),\n    connect=["plain", "residual", "dense"]' in CODE
    assert "(Medians of five untrained stacks, seeds 0 to 4, of 16 units a layer, PyTorch's initialisation" in TEXT
    says = "[On the way down](#map?layers=8&cell=LSTM): seven layers leave a millionth, "
    assert says + "24 steps in the top layer leave 0.013." in TEXT
    plain = norms(8, "plain", "lstm")
    assert plain.shape == (8, 25)
    down, back = plain[0, -1], plain[-1, 0]
    assert down == pytest.approx(-6, abs=0.1)
    assert 10**back == pytest.approx(0.013, abs=6e-4)
    assert "Yet layer 1 gets more at step 1 than at step 25" in TEXT
    assert plain[0, 0] > plain[0, -1]
    assert r"there are $\binom{31}{7}$, over two million" in TEXT
    assert comb(24 + 7, 7) > 2_000_000
    assert "7 layers cost more than 24 steps" in reading(figures.depth(8, "plain", "lstm"))


def test_residual_connections_bring_it_down():
    assert "[Residual](#map?layers=8&cell=LSTM&connect=residual) connections bring all of it straight down." in TEXT
    assert 10 ** norms(8, "residual", "lstm")[0, -1] == pytest.approx(1, abs=0.1)
    assert "An LSTM's gates protect its gradient in time, not in depth (measured before training)." in TEXT


def test_with_tanh_it_is_the_other_way_round():
    assert "With [tanh](#map?layers=8&cell=tanh) it is the other way round: time is what kills." in TEXT
    plain = norms(8, "plain", "tanh")
    assert plain[-1, 0] < plain[0, -1] - 3
    assert "24 steps cost more than 7 layers" in reading(figures.depth(8, "plain", "tanh"))


# -- Probes -------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("label", "asked"),
    [
        ("which word is this?", "the word"),
        ("which word came before?", "the word before"),
        ("one or many, asked at the noun", "number, at the noun"),
        ("one or many, asked elsewhere in the clause", "number, elsewhere in the clause"),
    ],
)
def test_probe_table(label, asked):
    columns = ["layer 1, untrained", "layer 2, untrained", "layer 1, trained", "layer 2, trained"]
    assert f"| what the probe is asked | {' | '.join(columns)} |" in TEXT
    for cell, column in zip(cells_of(label), columns, strict=True):
        layer, training = column.split(", ")
        found = results("probes")[f"both, {training}, {layer}"][asked]
        assert float(cell) == pytest.approx(found["median"], abs=0.0051)


def test_guessing_one_or_many_gives_a_half():
    assert "(Share right, medians of five seeds; guessing one or many gives 0.50.)" in TEXT
    drawn = sentences(3000, np.random.default_rng(0))
    nouns = drawn.targets[drawn.distance != 0]  # the nouns whose number the clause decides
    assert set(nouns) == {TAGS.index("NN"), TAGS.index("NNS")}
    assert (nouns == TAGS.index("NNS")).mean() == pytest.approx(0.5, abs=0.02)


def test_the_product_is_read_off_layer_2():
    says = "the left word and the right word can each be read off layer 1, "
    assert says + "and their product (0.50 there) only off layer 2 (1.00)" in TEXT
    found = results("probes")
    for layer in (1, 2):
        assert found[f"tones, layer {layer}"]["left"]["worst"] == 1
        assert found[f"tones, layer {layer}"]["right"]["worst"] == 1
    products = [found[f"tones, layer {layer}"]["their product"]["median"] for layer in (1, 2)]
    assert products == pytest.approx([0.50, 1.00], abs=0.005)


# -- Counts -------------------------------------------------------------------------------------------------
def test_not_twice_the_parameters():
    assert "an LSTM of 256 units on 100 inputs goes from 366,592 to 733,184" in TEXT
    assert "two layers of it from 892,928 to 2,310,144, which is 2.587 times" in TEXT
    assert "366,592 parameters in one direction, 733,184 in both, exactly 2 ×" in reading(figures.counts(100, 256, 1))
    assert "892,928 parameters in one direction, 2,310,144 in both, 2.587 ×" in reading(figures.counts(100, 256, 2))
    assert "Each further layer costs nearly three times its one-way twin." in TEXT
    one, both = (
        layer_parameters("lstm", 100, 256, 3, way, biases=2) - layer_parameters("lstm", 100, 256, 2, way, biases=2)
        for way in (False, True)
    )
    assert 2.9 < both / one < 3
    assert "The output layer's weights double, its bias does not." in TEXT
    ways = [start_network("lstm", 3, 4, 5, np.random.default_rng(0), both=way) for way in (False, True)]
    assert ways[1].W_y.size == 2 * ways[0].W_y.size
    assert ways[1].b_y.size == ways[0].b_y.size


@pytest.mark.parametrize(("D", "H"), [(3, 5), (100, 256)])
def test_parameters_in_short(D, H):
    assert cells_of("LSTM parameters, layer 1") == ["$4H(D + H + 1)$", "twice that"]
    assert cells_of("LSTM parameters, further layers") == ["$4H(2H + 1)$ each", "nearly three times that"]
    one, both = ([layer_parameters("lstm", D, H, n, way) for n in (1, 2, 3)] for way in (False, True))
    assert one[0] == 4 * H * (D + H + 1)
    assert both[0] == 2 * one[0]
    assert np.diff(one).tolist() == 2 * [4 * H * (2 * H + 1)]
    assert np.diff(both).tolist() == 2 * [2 * 4 * H * (3 * H + 1)]


def test_what_pytorch_hands_you():
    torch = pytest.importorskip("torch")
    layers, B, H, T = 2, 3, 4, 5
    for both, row in zip((False, True), cells_of("PyTorch, `h_n`"), strict=True):
        stack = torch.nn.RNN(2, H, layers, bidirectional=both)
        output, h_n = stack(torch.tensor(np.random.default_rng(0).standard_normal((T, B, 2)), dtype=torch.float32))
        assert h_n.shape == ((1 + both) * layers, B, H)
        assert row.startswith("(2 · layers, B, H)" if both else "(layers, B, H)")
    assert "forward and backward by turns" in row
    assert torch.equal(h_n[-2], output[-1, :, :H]), "forward, upper layer: at the last step"
    assert torch.equal(h_n[-1], output[0, :, H:]), "backward, upper layer: at the first"
    assert "That is what PyTorch's `h_n` holds and `output[-1]` does not" in TEXT


# -- When not to, and exercises -----------------------------------------------------------------------------
def test_bits_per_character():
    says = "On new text the forward one needs 0.68 bits per character, the bidirectional one 0.03."
    assert says in TEXT
    found = results("next_character")
    assert found["forward"]["all steps"]["median"] == pytest.approx(0.68, abs=0.0051)
    assert found["both"]["all steps"]["median"] == pytest.approx(0.03, abs=0.0051)


def test_waiting_instead_of_looking_ahead():
    assert "The accuracies are 70, 85, 92.5, 96.25 and 100 %." in TEXT
    known = np.cumsum([0.5, 0.25, 0.125, 0.0625, 0.0625])
    assert 100 * (known + 0.4 * (1 - known)) == pytest.approx([70, 85, 92.5, 96.25, 100])


def test_a_sum_over_all_choices():
    assert "with $w = 1$ the sum is 256" in TEXT
    assert "it is a sum over all $2^8$ choices of layers to pass through and layers to skip" in TEXT
    assert (1 + 1) ** 8 == 2**8 == 256
