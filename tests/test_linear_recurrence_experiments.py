"""The committed experiments of chapter 8: what they show, the records made from them, short runs again."""

import json

import numpy as np
import pytest
from committed import experiment, run, script

from helpers.linear_recurrence import linear_recurrence, parameter_sensitivity, scan, scan_backward, scan_cost
from helpers.records import load

NAMES = ["08_adding", "08_cost", "08_curse", "08_parity"]
SEEDS = 5


@pytest.mark.parametrize("name", NAMES)
def test_the_settings_are_the_scripts(name):
    committed = run(name)
    assert committed["seeds"] == list(range(SEEDS))
    assert committed["settings"] == json.loads(json.dumps(script(name).SETTINGS))


@pytest.mark.parametrize("name", ["linear_recurrence_cost", "linear_recurrence_parity"])
def test_records_are_the_experiments_and_small(name):
    module, results = experiment("08_" + name.rpartition("_")[2])
    assert load(name) == json.loads(json.dumps(module.record(results)))
    assert len(json.dumps(load(name))) < 60_000


# -- parity -----------------------------------------------------------------------------------------------
def rows():
    module, results = experiment("08_parity")
    for name, by_length in results["parity"].items():
        for longest, row in by_length.items():
            yield module, name, int(longest), row
    for name, row in results["modulo 3"].items():
        yield module, f"modulo 3, {name}", 40, row


def test_right_lengths_are_those_of_the_curves():
    found = list(rows())
    assert len(found) == 2 * len(script("08_parity").MODELS) + len(script("08_parity").COUNTING)
    for module, name, _, row in found:
        each = row["accuracy"]["each"]
        assert len(each) == SEEDS, name
        np.testing.assert_allclose(row["accuracy"]["median"], np.median(each, axis=0), atol=1e-4)
        assert row["accuracy"]["worst"] == np.min(each, axis=0).tolist()
        assert row["right up to"]["each"] == [module.right_length(curve) for curve in each]
        assert row["right up to"]["median"] == np.median(row["right up to"]["each"])
    module = found[0][0]
    assert module.right_length([1.0] * len(module.LENGTHS)) == 512
    assert module.right_length([1.0, 0.995, 0.98, 1.0] + [1.0] * (len(module.LENGTHS) - 4)) == 2
    assert module.right_length([0.5] * len(module.LENGTHS)) == 0


def reach(name, longest, what="median"):
    (row,) = [row for _, found, up_to, row in rows() if (found, up_to) == (name, longest)]
    return row["right up to"][what]


@pytest.mark.parametrize("longest", [16, 40])
def test_factors_above_zero_do_not_even_learn_the_lengths_they_are_trained_on(longest):
    for name in ("positive", "minGRU"):
        assert max(reach(name, longest, "each")) <= 2
    assert 2 < max(reach("positive, hidden layer", longest, "each")) < longest


@pytest.mark.parametrize("longest", [16, 40])
def test_factors_below_zero_learn_them_and_go_further_but_not_for_ever(longest):
    """What a factor near -1 holds fades; past the trained lengths nothing mends it: 1 to 10 % is left at the end."""
    assert min(reach("signed", longest, "each")) >= 2 * longest
    assert max(reach("signed", longest, "each")) < 512
    _, results = experiment("08_parity")
    units = results["factors of the unit that flips best, at 0 and at 1"]
    for length, factors in zip(reach("signed", longest, "each"), units[f"signed, {longest}"], strict=True):
        left = np.prod(np.abs(factors)) ** (length / 2)  # as many ones as zeros
        assert 0.01 < left < 0.1


def test_an_exact_factor_goes_furthest_and_is_no_guarantee():
    """Factors of exactly 1 and -1 keep what they hold, and what other units add to the answer as well."""
    _, results = experiment("08_parity")
    units = results["factors of the unit that flips best, at 0 and at 1"]
    assert all(factors == [1.0, -1.0] for longest in (16, 40) for factors in units[f"clipped, {longest}"])
    for longest in (16, 40):
        assert min(reach("clipped", longest, "each")) > max(reach("signed", longest, "each"))
        assert reach("clipped", longest, "worst") < 512
        assert reach("LSTM", longest, "worst") == 512
        assert reach("tanh", longest) == 512
        assert reach("tanh", longest, "worst") < 5, "where it is learned at all"


def test_counting_modulo_3_wants_a_factor_that_turns():
    assert max(reach("modulo 3, signed", 40, "each")) < 5
    assert min(reach("modulo 3, complex", 40, "each")) > 40
    assert max(reach("modulo 3, complex", 40, "each")) < 512
    assert reach("modulo 3, tanh", 40) == 512


def test_the_committed_parity_runs():
    module, results = experiment("08_parity")
    _, curve = module.run("signed", 16, 0)
    committed = results["parity"]["signed"]["16"]["accuracy"]["each"][0]
    near = [i for i, length in enumerate(module.LENGTHS) if length <= 16]
    np.testing.assert_allclose(np.array(curve)[near], np.array(committed)[near], atol=0.03)


def test_the_best_unit_of_a_model_made_by_hand():
    import torch

    module = script("08_parity")
    model = module.start_parity("clipped", 0, 3)
    with torch.no_grad():
        model.layer.weight.zero_()
        model.layer.weight[:3] = torch.tensor([[0.0, 0.2], [-0.5, 0.4], [-0.5, -0.5]])  # a = -2 u, at a 0 and at a 1
        model.layer.bias.zero_()
    assert module.best_unit(model) == pytest.approx([1.0, -0.8], abs=1e-4)


def test_turning_states_are_the_linear_recurrence():
    import torch

    module, rng = script("08_parity"), np.random.default_rng(0)
    layer, (x, _) = torch.nn.Linear(2, 10), module.count_task(7, 3, rng)
    with torch.no_grad():
        u, b = layer(x).double().numpy().reshape(7, 3, 2, 5).transpose(2, 0, 1, 3)
        found = module.turning(layer, x).numpy()
    hs = linear_recurrence(np.exp(1j * np.pi * u), b + 0j)
    np.testing.assert_allclose(found, np.concatenate([hs.real, hs.imag], axis=-1), atol=1e-5)
    _, targets = module.count_task(9, 2, np.random.default_rng(1))
    assert set(np.unique(targets)) <= {0, 1, 2}


# -- cost -------------------------------------------------------------------------------------------------
def costs(name, what):
    _, results = experiment("08_cost")
    return np.array(results["layers"][name][what], dtype=float)


def test_the_way_back_is_the_book_s():
    module, rng = script("08_cost"), np.random.default_rng(0)
    a, b, dhs = rng.standard_normal((3, 9, 2, 4))
    hs = scan(a, b)
    wanted = scan_backward(dhs, a, hs)
    for method in module.METHODS:
        da, db = module.backward(dhs, a, hs, method)
        np.testing.assert_allclose(da, wanted.a, atol=1e-12)
        np.testing.assert_allclose(db, wanted.b, atol=1e-12)


def test_the_layers_of_the_benchmark_are_what_they_are_called():
    """Loop and scan agree, and so do the two attentions: what differs is the price."""
    import torch

    module, x = script("08_cost"), torch.randn(33, 1, 128, generator=torch.Generator().manual_seed(1))
    for pair in (("linear, loop", "linear, scan"), ("attention, matrix", "attention, fused")):
        found = []
        for name in pair:
            f, parameters = module.layer(name)
            ys = f(x)
            ys.square().sum().backward()
            found.append([ys, *(parameter.grad for parameter in parameters)])
        for one, other in zip(*found, strict=True):
            torch.testing.assert_close(one, other, rtol=1e-3, atol=1e-3)
        later = x.clone()
        later[20:] += 1
        with torch.no_grad():
            torch.testing.assert_close(f(x)[:20], f(later)[:20], rtol=1e-4, atol=1e-4)


def test_what_is_kept_is_counted():
    """Per step: six rows of 128 numbers for the linear layer; for the matrix, twice a number for each pair of steps."""
    module, results = experiment("08_cost")
    T, lengths = 256, module.LENGTHS
    for name, rows in results["layers"].items():
        assert module.kept(name, T) == pytest.approx(rows["training, MB"][lengths.index(T)], rel=1e-3)
    linear, matrix = costs("linear, scan", "training, MB"), costs("attention, matrix", "training, MB")
    np.testing.assert_allclose(linear * 2**20, 6 * 4 * 128 * np.array(lengths))
    assert matrix[6] / matrix[5] == pytest.approx(4, abs=0.3)


def test_attention_is_dearer_on_long_sequences_and_on_short_ones_not():
    for what in ("forward, ms", "training, ms"):
        linear, lstm, fused = (costs(name, what) for name in ("linear, scan", "LSTM", "attention, fused"))
        assert (lstm > linear).all()
        assert fused[-1] > 3 * lstm[-1] > 3 * linear[-1]
        assert fused[0] < lstm[0]
    slopes = np.log2(costs("attention, fused", "forward, ms")[-1] / costs("attention, fused", "forward, ms")[-3]) / 2
    assert 1.6 < slopes < 2.4, "with the square of T"


def test_the_next_token_costs_the_same_at_every_place_only_without_attention():
    for name in ("linear, scan", "LSTM"):
        ms = costs(name, "next token, ms")
        assert ms.max() < 1.8 * ms.min()
        assert len(set(costs(name, "next token, MB"))) == 1
    ms, kept = costs("attention, fused", "next token, ms"), costs("attention, fused", "next token, MB")
    assert ms[-1] > 3 * ms[0]
    np.testing.assert_allclose(kept[1:] / kept[:-1], 2)


def test_a_scan_wins_on_one_thread_only_where_the_loop_s_steps_are_tiny():
    """At B = 1 the loop spends its time on calling NumPy 1,024 times; at B = 64 the scan's extra work shows."""
    module, results = experiment("08_cost")
    rows = results["loop against scan"]
    assert rows["1"]["blelloch"]["forward"] < rows["1"]["loop"]["forward"]
    assert rows["64"]["blelloch"]["forward"] > 1.5 * rows["64"]["loop"]["forward"]
    assert rows["64"]["hillis-steele"]["forward"] > 4 * rows["64"]["loop"]["forward"]
    for row in rows.values():
        for method, found in row.items():
            assert (found["depth"], found["work"]) == tuple(scan_cost(module.STEPS, method))


# -- the adding problem -----------------------------------------------------------------------------------
def test_the_new_cells_add_as_soon_as_a_gru():
    module, results = experiment("08_adding")
    assert list(results) == list(module.RECIPES)
    for kind, row in results.items():
        assert row["solved"] == SEEDS == len(row["each"])
        assert row["median"] == np.median(row["each"])
        assert row["worst"] == max(row["each"])
        assert 4300 < row["parameters"] < 4700, kind
    for kind in ("mingru", "minlstm", "lru"):
        assert results[kind]["worst"] < results["lstm"]["median"]
    equal = run("04_equal")["results"]["adding"]
    assert results["gru"]["each"] == equal["gru, equal parameters"]["each"]


@pytest.mark.parametrize("kind", ["mingru", "minlstm", "lru"])
def test_the_committed_adding_begins_so(kind):
    """25 updates again: the same two errors."""
    module, results = experiment("08_adding")
    found, row = module.train(kind, 0, 25), results[kind]
    assert found["errors"] == pytest.approx(row["error every 25 updates"][0][:2], abs=5e-3)
    assert found["parameters"] == row["parameters"]
    assert found["solved"] is None


def test_the_scan_in_torch_is_the_book_s():
    import torch

    module, rng = script("08_adding"), np.random.default_rng(0)
    for T in (1, 2, 7, 100):
        a, b = rng.standard_normal((2, T, 3, 2))
        found = module.linear_scan(torch.tensor(a), torch.tensor(b))
        np.testing.assert_allclose(found.numpy(), linear_recurrence(a, b), atol=1e-10)


def test_the_model_of_the_lru_is_the_book_s():
    """Its state after the last step, by `lru_forward` on what the layer of ReLU hands on."""
    import torch

    from helpers.linear_recurrence import LRUParameters, lru_forward

    module = script("08_adding")
    f, parameters = module.model("lru", 0)
    W, b, nu, theta, into, W_y, b_y = (p.detach().numpy() for p in parameters)
    x = np.random.default_rng(0).standard_normal((12, 4, 2)).astype(np.float32)
    below, N = np.maximum(x @ W.T + b, 0), len(nu)
    _, hs = lru_forward(below, LRUParameters(nu, theta, into, np.ones((1, N), complex), np.zeros((1, below.shape[2]))))
    answer = np.concatenate([hs[-1].real, hs[-1].imag], axis=-1) @ W_y.T + b_y
    with torch.no_grad():
        np.testing.assert_allclose(f(torch.tensor(x)).numpy(), answer[:, 0], atol=1e-4)


# -- the curse of memory ----------------------------------------------------------------------------------
def test_the_closed_forms_are_what_a_simulation_finds():
    module, results = experiment("08_curse")
    for radius, row in results["sensitivity"].items():
        for kind, found in row.items():
            assert found["closed form"] == pytest.approx(float(parameter_sensitivity(float(radius), kind)), rel=1e-3)
            assert found["median"] == pytest.approx(found["closed form"], rel=0.06), (radius, kind)
    again = module.simulated(0.5, 0)
    for kind, value in again.items():
        assert value == pytest.approx(results["sensitivity"]["0.5"][kind]["each"][0], abs=1e-3)


def learning(optimiser, kind, radius):
    return experiment("08_curse")[1]["learning"][optimiser][kind][str(radius)]


def test_longer_memories_are_harder_to_learn_except_for_the_lru():
    """No gradient descent finds an eigenvalue of radius .999 by its radius; by nu it takes a few dozen updates."""
    for optimiser in ("gradient descent", "Adam"):
        for radius in (0.9, 0.99, 0.999):
            row = learning(optimiser, "exponential", radius)
            assert row["learned"] == SEEDS
            assert row["median"] < 200
        assert learning(optimiser, "eigenvalue", 0.9)["learned"] == SEEDS
        assert learning(optimiser, "eigenvalue", 0.999)["learned"] == 0
    assert learning("gradient descent", "normalised", 0.999)["learned"] == 0
    assert learning("Adam", "eigenvalue", 0.999)["left the circle"] > 0


def test_the_committed_learning_runs():
    module, _ = experiment("08_curse")
    row = learning("gradient descent", "exponential", 0.99)
    last, when = module.learn("exponential", 0.99, module.draw(0), row["rate"], False)
    assert when == row["each"][0]
    assert last == pytest.approx(row["last loss"][0], abs=1e-3)
