"""One seed of the committed experiments of chapter 5, run again, and what the text may say about all five."""

import numpy as np
import pytest
from committed import experiment


# -- The tagger -------------------------------------------------------------------------------------------
def test_the_committed_tagger_runs():
    module, results = experiment("05_tagger")
    for reader in ("forward", "both"):
        found = module.measured(module.trained(reader, 0), 0)
        row = results["tanh"][reader]
        for key in ("from the right", "from the left", "plain words"):
            assert found[key] == pytest.approx(row[key]["each"][0], abs=0.02), (reader, key)


def test_every_seed_reaches_its_ceiling_and_none_goes_beyond():
    """The closed form, +- what 5,000 sentences leave to chance: about 460 nouns at each distance."""
    _, results = experiment("05_tagger")
    from helpers.readers import DISTANCES, best_accuracy

    for reader in ("forward", "backward", "both"):
        for d, best in zip(DISTANCES, best_accuracy(reader), strict=True):
            if d:
                each = results["tanh"][reader][str(d)]["each"]
                assert np.allclose(each, best, atol=0.09 if best < 1 else 0.01), (reader, d)
    for delay in (1, 2):
        row = results["tanh"][f"delayed by {delay}"]
        for d in range(1, 9):
            assert np.allclose(row[str(d)]["each"], 1 if d <= delay else 0.5, atol=0.09), (delay, d)


# -- Reviews ----------------------------------------------------------------------------------------------
def test_the_committed_review_runs():
    module, results = experiment("05_sentiment")
    bag = module.bag_of_words(0)
    for name in ("all", "one", "but"):
        assert bag[name] == pytest.approx(results["as trained"]["bag of words"][name]["each"][0], abs=0.01)
    network = module.trained("both, each at its end", 0)
    found = module.judged("both, each at its end", network, 0)["all"]
    assert found == pytest.approx(results["as trained"]["both, each at its end"]["all"]["each"][0], abs=0.02)
    wrong = results["trained with lengths, read at hs[-1]"]["both, each at its end"]["all"]["each"][0]
    assert module.judged("both, hs[-1]", network, 0)["all"] == pytest.approx(wrong, abs=0.06)


# -- Depth and what the layers know -----------------------------------------------------------------------
@pytest.mark.parametrize("kind", ["tanh", "lstm"])
@pytest.mark.parametrize("connect", ["plain", "residual", "dense"])
def test_the_committed_gradients(kind, connect):
    module, results = experiment("05_depth")
    for corner, value in module.gradients(kind, connect, 4, 0).items():
        row = results["gradients"][f"{kind}, {connect}, 4"]
        assert value == pytest.approx(row[corner]["each"][0], abs=1e-3), corner


def test_the_committed_depth_runs():
    module, results = experiment("05_depth")
    for depth in (1, 2):
        row = results["training"][f"tones, gru, plain, {depth}"]
        accuracy, updates = module.trained("tones", "gru", depth, "plain", 0)
        assert accuracy == pytest.approx(row["each"][0], abs=0.03)
        assert updates == pytest.approx(row["updates"][0], abs=100)


def test_one_layer_is_a_coin_on_tones_whatever_the_seed():
    _, results = experiment("05_depth")
    for kind in ("gru", "tanh"):
        row = results["training"][f"tones, {kind}, plain, 1"]
        assert max(row["each"]) <= 0.76, "an output layer that adds is right in three of four cases at most"


def test_every_stack_has_about_as_many_parameters():
    module, results = experiment("05_depth")
    from helpers.containers import open_arrays
    from helpers.networks import start_network

    for name, row in results["training"].items():
        grammar, kind, connect, depth = name.split(", ")
        _, vocabulary, V = module.GRAMMARS[grammar]
        rng = np.random.default_rng(0)
        network = start_network(kind, len(vocabulary), row["H"], V, rng, int(depth), True, connect)
        size = sum(array.size for array in open_arrays("network", network)[1])
        assert size == pytest.approx(3000, rel=0.25), name


def test_the_committed_probes():
    """Both directions, two layers: the word fades on the way up; the number is in the lower layer already."""
    module, results = experiment("05_probes")
    found = module.probes(module.tagger(0, True, 2)[1], 0)
    for layer, row in enumerate(found, 1):
        committed = results[f"both, trained, layer {layer}"]
        for fact, value in row.items():
            assert value == pytest.approx(committed[fact]["each"][0], abs=0.06), (layer, fact)


def test_the_tone_is_not_in_the_lower_layer():
    _, results = experiment("05_probes")
    assert max(results["tones, layer 1"]["their product"]["each"]) <= 0.76
