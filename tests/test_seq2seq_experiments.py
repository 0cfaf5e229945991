"""The committed experiments of chapter 6: what they show, the records made from them, one short run again."""

import json

import numpy as np
import pytest
from committed import experiment, run, script

from helpers import translators
from helpers.phrases import TARGET_WORDS, date_pair, date_words, number_pair, number_words
from helpers.records import load
from helpers.seq2seq import exact_match, parameters, start_seq2seq, train_seq2seq
from helpers.translators import fresh_dates, fresh_numbers, right_symbols, trained

NAMES = ["06_bottleneck", "06_slips", "06_beam", "06_alignment", "06_costs"]
RECORDS = ["seq2seq_alignment", "seq2seq_beam", "seq2seq_bottleneck", "seq2seq_slips"]
SEEDS = 5


def rows(tree):
    """Every row of medians in a results tree."""
    if isinstance(tree, dict):
        if "each" in tree and "median" in tree:
            yield tree
        else:
            for branch in tree.values():
                yield from rows(branch)
    elif isinstance(tree, list):
        for branch in tree:
            yield from rows(branch)


@pytest.mark.parametrize("name", NAMES)
def test_medians_are_those_of_five_seeds(name):
    committed = run(name)
    assert committed["seeds"] == list(range(SEEDS))
    found = list(rows(committed["results"]))
    assert found
    for row in found:
        assert len(row["each"]) == SEEDS
        if row["median"] is None:
            assert None in row["each"]
        else:
            each = np.array(row["each"])
            np.testing.assert_allclose(row["median"], np.median(each, axis=0), atol=1e-4)
            ends = each.min(axis=0), each.max(axis=0)
            assert any(np.array_equal(row["worst"], end) for end in ends)


def test_loading_a_record():
    assert load("seq2seq_beam")["examples"]
    with pytest.raises(ValueError, match=r"name: got 'seq2seq', wanted one of .*seq2seq_alignment, seq2seq_beam"):
        load("seq2seq")


@pytest.mark.parametrize("name", RECORDS)
def test_records_are_small(name):
    assert len(json.dumps(load(name))) < 100_000


# -- one vector, or a look back ---------------------------------------------------------------------------
def test_the_bottleneck_record_is_the_experiment():
    module, results = experiment("06_bottleneck")
    assert load("seq2seq_bottleneck") == module.record(results)
    assert [(row["kind"], row["H"], row["updates"]) for row in results["models"]] == module.MODELS


def exact(kind, H, updates, digits, what="median"):
    _, results = experiment("06_bottleneck")
    (row,) = [r for r in results["models"] if (r["kind"], r["H"], r["updates"]) == (kind, H, updates)]
    if what == "each":
        return [curve[digits - 1] for curve in row["exact"]["each"]]
    return row["exact"][what][digits - 1]


def test_attention_keeps_what_one_vector_loses():
    """The worst seed with attention and 32 units against the best without it and 128, with six times the parameters."""
    _, results = experiment("06_bottleneck")
    sizes = {(row["kind"], row["H"]): row["parameters"] for row in results["models"]}
    assert sizes["plain", 128] > 6 * sizes["attention", 32]
    for digits in (9, 10, 11, 12):
        assert exact("attention", 32, 1000, digits, "worst") > max(exact("plain", 128, 1000, digits, "each")) + 0.1
    assert exact("attention", 64, 1000, 12) > 0.97
    assert exact("plain", 64, 1000, 12) < 0.05


def test_one_vector_holds_more_with_more_units_and_more_training():
    for digits in (7, 8, 9):
        assert exact("plain", 32, 1000, digits) < exact("plain", 64, 1000, digits) < exact("plain", 128, 1000, digits)
        assert exact("plain", 128, 1000, digits) < exact("plain", 128, 2000, digits)
        assert exact("plain", 64, 1000, digits) < exact("reversed", 64, 1000, digits)


def test_no_model_says_a_number_with_a_word_it_has_not_learned():
    """From 13 digits on there is "trillion"."""
    _, results = experiment("06_bottleneck")
    assert max(max(row["exact"]["each"][seed][12:]) for row in results["models"] for seed in range(SEEDS)) < 0.05


# -- after a wrong symbol ---------------------------------------------------------------------------------
def test_the_slips_record_is_the_experiment():
    module, results = experiment("06_slips")
    assert load("seq2seq_slips") == module.record(results)


def test_a_slip_is_made_good():
    """What follows a slip is, almost always, not the digit due then but the one that is owed: hence wrong, too."""
    _, results = experiment("06_slips")
    plain = results["plain"]
    assert min(plain["after a slip the digit due before it"]["median"]) > 0.9
    assert max(slip["after"]["median"][0] for slip in plain["slips"]) < 0.15
    assert min(plain["the slip is the digit due next"]["median"]) > 0.5, "it swaps two digits"
    for slip in plain["slips"][:-1]:
        assert slip["after"]["median"][1] > 0.45, "and then goes on at the right place, more often than not"


def test_the_first_mistake_is_made_by_itself():
    """What is fed cannot change whether all digits are right: up to the first mistake it is the same."""
    _, results = experiment("06_slips")
    for row in results.values():
        assert row["all right, told"]["each"] == row["all right, alone"]["each"]


def test_scheduled_sampling_recovers_better_and_errs_more():
    _, results = experiment("06_slips")
    plain, scheduled = results["plain"], results["scheduled sampling"]
    after = "alone, after a wrong one"
    assert min(scheduled[after]["each"]) > max(plain[after]["each"])
    alone = "all right, alone"
    assert max(scheduled[alone]["each"]) < min(plain[alone]["each"])


# -- the beam ---------------------------------------------------------------------------------------------
@pytest.mark.parametrize("number", range(len(load("seq2seq_beam")["examples"])))
def test_the_beams_add_up(number):
    """Each step's hypotheses go back to the one symbol after another that the best one is made of."""
    example = load("seq2seq_beam")["examples"][number]
    for k, beam in example["beams"].items():
        paths, totals = [[]], [0.0]
        for step in beam["steps"]:
            assert len(step) <= int(k)
            logs = [log for _, _, log, _ in step]
            assert logs == sorted(logs, reverse=True)
            for symbol, parent, log, ended in step:
                assert symbol in TARGET_WORDS
                assert log <= totals[parent] + 2e-3
                assert ended == (symbol == "<END>")
            paths = [paths[parent] + [symbol] for symbol, parent, _, _ in step]
            totals = logs
        finished = [path[: path.index("<END>") + 1] for path in paths]
        scores = [log / len(path) for path, log in zip(finished, totals, strict=True)]
        assert beam["best"] == finished[int(np.argmax(scores))]
        assert beam["score"] == pytest.approx(max(scores), abs=1e-3)
    assert example["what"] == script("06_beam").what_happens(example["beams"], example["right"])


def test_a_wider_beam_finds_likelier_answers_and_few_more_right_ones():
    _, results = experiment("06_beam")
    for row in results.values():
        scores = [row[k]["score"]["median"] for k in ("1", "2", "3", "5", "10")]
        assert scores == sorted(scores)
    plain = results["plain"]
    assert 0.01 < plain["10"]["exact"]["median"] - plain["1"]["exact"]["median"] < 0.06
    assert plain["10"]["right anywhere in the beam"]["median"] > plain["10"]["exact"]["median"] + 0.2


def test_where_a_wider_beam_is_worse_it_has_pruned_the_better_beginning():
    _, results = experiment("06_beam")
    worse = [row for model in results.values() for row in model.values() if "of these, all" in row]
    assert sum(row["of these, all"] for row in worse) > 0
    assert all(row["of these, all"] == row["of these, pruned"] for row in worse)
    assert max(row["worse than the next narrower"]["worst"] for row in worse) < 0.02


# -- where it looks ---------------------------------------------------------------------------------------
@pytest.mark.parametrize("number", range(len(load("seq2seq_alignment")["examples"])))
def test_the_weights_of_the_record(number):
    example = load("seq2seq_alignment")["examples"][number]
    weights = np.array(example["weights"])
    assert weights.shape == (len(example["output"]), len(example["words"]))
    np.testing.assert_allclose(weights.sum(axis=1), 1, atol=0.01)
    assert len(example["deciding"]) == len(example["right"])
    assert all(word == "<END>" for word in (example["words"][-1], example["right"][-1], example["output"][-1]))


def test_the_largest_weight_is_on_the_word_that_decides_or_on_the_next():
    """In dates nearly always on it; in numbers a third of the time on the next, which the encoder reads after it."""
    _, results = experiment("06_alignment")
    dates, numbers = results["dates"], results["numbers"]
    assert min(dates["largest on the deciding word"]["each"]) > 0.85
    assert max(numbers["largest on the deciding word"]["each"]) < 0.7
    offsets = numbers["largest, words from the deciding one"]
    assert offsets["0"]["median"] + offsets["1"]["median"] > 0.98


def test_the_words_looked_at_matter_and_a_truer_pointer_is_worse():
    _, results = experiment("06_alignment")
    for task in ("dates", "numbers"):
        changed = results[task]["accuracy when changed"]
        assert changed["largest out"]["median"] < 0.5 < 0.95 < changed["another out"]["worst"]
    changed = results["numbers"]["accuracy when changed"]
    assert changed["all on the deciding word"]["median"] < 0.9 < changed["none"]["worst"]


def decisive(words, symbols):
    places = script("06_alignment").deciding(words, list(symbols))
    return [words[place[0]] if place else "" for place in places]


def test_deciding_words_of_a_number():
    words = number_words(503_000_870_116)
    expected = ["five", "", "three", "", "", "", "eight", "seventy", "", "one", "sixteen", "sixteen", ""]
    assert decisive(words, "503000870116") == expected
    assert decisive(["zero"], "0") == ["zero", ""]
    assert decisive(number_words(20_000), "20000") == ["twenty", "", "", "", "", ""]


@pytest.mark.parametrize("way", [0, 1, 2])
def test_deciding_words_of_a_date(way):
    found = decisive(date_words(1989, 11, 21, way), "1989-11-21")
    assert found == ["nineteen", "nineteen", "eighty", "nine", "", "november", "november", "", "twenty", "first", ""]
    found = decisive(date_words(2005, 2, 20, way), "2005-02-20")
    assert found == ["two", "", "", "five", "", "february", "february", "", "twentieth", "twentieth", ""]
    assert decisive(date_words(2030, 2, 3, way), "2030-02-03")[:4] == ["twenty", "", "thirty", ""]
    assert decisive(date_words(1812, 2, 3, way), "1812-02-03")[:4] == ["eighteen", "eighteen", "twelve", "twelve"]
    assert decisive(date_words(1900, 2, 3, way), "1900-02-03")[:4] == ["nineteen", "nineteen", "", ""]


# -- costs ------------------------------------------------------------------------------------------------
def test_most_errors_are_the_model_s():
    """A perfect search would find few of the right answers, as the model prefers other ones."""
    _, results = experiment("06_costs")
    errors = results["errors, plain, 5 to 12 digits"]
    for wrong, search, model in zip(
        *(errors[k]["each"] for k in ("wrong", "search errors", "model errors")), strict=True
    ):
        assert search + model == pytest.approx(wrong, abs=2e-4)
        assert search < 0.3 * wrong


def test_the_committed_dates_run():
    """One short training run again: 300 updates with attention, and where it looks."""
    _, results = experiment("06_costs")
    module, looks = experiment("06_alignment")
    model = trained("dates", "attention", 64, 0, 300)
    committed = results["exact match on dates"]["attention"]["fresh, 300 updates"]["each"][0]
    assert exact_match(model, fresh_dates(100)) == pytest.approx(committed, abs=0.02)
    found = module.looks(model, fresh_dates(100))
    assert found["weight"] == pytest.approx(looks["dates"]["weight on the deciding word"]["each"][0], abs=0.08)


# -- the translators --------------------------------------------------------------------------------------
def check_trained_as_asked(module):
    """The same as by hand: kind, scheduled sampling, the rate, fresh pairs or a few drawn first."""

    def by_hand(task, seed, attention=False, **more):
        model, rng = start_seq2seq(8, seed, attention), np.random.default_rng(seed)
        if callable(more.get("pairs")):
            task = more.pop("pairs")(rng)
        train_seq2seq(model, task, 4, rng, 0.01, **more)
        return model

    def few(rng):
        pairs = [date_pair(rng) for _ in range(5)]
        return lambda rng: pairs[int(rng.integers(5))]

    for asked, wanted in [
        (("dates", "plain"), by_hand(date_pair, 3)),
        (("dates", "reversed"), by_hand(date_pair, 3, reverse=True)),
        (("dates", "attention"), by_hand(date_pair, 3, attention=True)),
        (("numbers", "plain"), by_hand(lambda rng: number_pair(int(rng.integers(1, 13)), rng), 3)),
        (("fewer digits", "plain"), by_hand(lambda rng: number_pair(int(rng.integers(1, 11)), rng), 3)),
    ]:
        same(module.trained(*asked, 8, 3, 4), wanted)
    same(module.trained("dates", "plain", 8, 3, 4, own=0.9), by_hand(date_pair, 3, own=0.9))
    same(module.trained("dates", "plain", 8, 3, 4, examples=5), by_hand(None, 3, pairs=few))


def same(model, wanted):
    assert len(parameters(model)) == len(parameters(wanted))
    for found, tensor in zip(parameters(model), parameters(wanted), strict=True):
        np.testing.assert_allclose(found.detach().numpy(), tensor.detach().numpy(), atol=1e-6)


def test_trained_as_asked():
    check_trained_as_asked(translators)


def test_translators_errors():
    with pytest.raises(ValueError, match="task: got 'words'"):
        trained("words", "plain", 8, 0, 1)
    with pytest.raises(ValueError, match="kind: got 'gru'"):
        trained("numbers", "gru", 8, 0, 1)
    with pytest.raises(ValueError, match="examples: got 0"):
        trained("numbers", "plain", 8, 0, 1, examples=0)


def check_fresh_sentences(module):
    """Of the length asked for, the same again, others by another seed, and none that training begins with."""
    pairs = module.fresh_numbers(7, 30)
    assert [len(symbols) for _, symbols in pairs] == [7] * 30
    assert pairs == module.fresh_numbers(7, 30) != module.fresh_numbers(7, 30, seed=1)
    assert module.fresh_numbers(7, 40)[:30] == pairs
    assert module.fresh_numbers(8, 30, seed=1) != module.fresh_numbers(8, 30)
    dates = module.fresh_dates(30)
    assert all(len(symbols) == 10 for _, symbols in dates)
    assert dates == module.fresh_dates(30) != module.fresh_dates(30, seed=1)
    rng = np.random.default_rng(0)
    assert dates != [date_pair(rng) for _ in range(30)]


def test_fresh_sentences():
    check_fresh_sentences(translators)


def check_right_symbols(module):
    """A shorter translation is wrong from its end on, a shifted one where it is, a longer one not for that."""
    pairs = [(["one"], list("12")), (["two"], list("34")), (["three"], list("56")), (["four"], list("78"))]
    original = module.translate
    module.translate = lambda model, sentences, reverse=False: [["1", "2"], ["3"], list("565"), ["9", "8"]]
    try:
        found = module.right_symbols(None, pairs)
    finally:
        module.translate = original
    np.testing.assert_array_equal(found, [[1, 1], [1, 0], [1, 1], [0, 1]])


def test_right_symbols():
    check_right_symbols(translators)


def test_right_symbols_are_of_one_length():
    model = trained("numbers", "plain", 8, 0, 1)
    pairs = fresh_numbers(3, 10)
    assert right_symbols(model, pairs).shape == (10, 3)
    with pytest.raises(ValueError, match="pairs: got right answers of different lengths"):
        right_symbols(model, [*pairs, *fresh_numbers(2, 1)])
