"""Training a character model: chunks, updates against torch, and what is returned."""

import numpy as np
import pytest
import torch
from committed import experiment
from hypothesis import given
from hypothesis import strategies as st

from helpers import language
from helpers.corpora import fables, split
from helpers.language import batches, fit, learning_rate, smoothed
from helpers.text import encode, vocabulary
from helpers.training import Model, run
from helpers.writing import bits_per_character, generate, next_scores, start_language_model


def random_model(V=5, H=7, seed=0):
    rng = np.random.default_rng(seed)
    return Model(*(0.6 * rng.standard_normal(shape) for shape in [(H, V), (H, H), (H,), (V, H), (V,)]))


def check_chunks(module):
    """Two streams of 0 .. 9 in chunks of 2: by hand."""
    chunks = [(x.tolist(), y.tolist()) for x, y in module.batches(np.arange(10), 2, 2)]
    assert chunks == [
        ([[0, 4], [1, 5]], [[1, 5], [2, 6]]),
        ([[2, 6], [3, 7]], [[3, 7], [4, 8]]),
    ]
    assert len(list(module.batches(np.arange(10), 2, 3))) == 1, "what is left is no chunk"


def check_learning_rate(module):
    """Up over a twentieth, down to a fiftieth, in the middle of the fall at (1 + 1/50) / 2."""
    rates = [module.learning_rate(i, 1000, 0.01) for i in range(1000)]
    assert rates[-1] == pytest.approx(0.01 / 50)
    assert rates[499] == pytest.approx(0.01 * 0.51)
    assert int(np.argmax(rates)) == 49
    assert rates[24] == pytest.approx(rates[49] / 2, rel=0.01)
    assert max(rates) == pytest.approx(0.01, rel=0.01)
    assert min(rates) > 0


def small_run(module=language, other="abcabdace\n" * 12, **more):
    text = "abcabdace\n" * 48
    symbols = vocabulary(text)
    train, dev = encode(text, symbols), encode(other, symbols)
    settings = {"K": 5, "batch": 3, "every": 10} | more
    model = start_language_model(len(symbols), 8, np.random.default_rng(0))
    return module.fit(model, train, dev, settings.pop("updates", 40), np.random.default_rng(1), **settings)


def check_one_update_by_torch(module):
    """The loss of the first two updates, from weights that torch has updated by Adam's first step, rate * sign."""
    V, H, ids = 5, 7, np.random.default_rng(2).integers(5, size=30)
    model = random_model(V, H)
    seen = module.fit(model, ids, ids, 2, np.random.default_rng(0), K=3, batch=3, rate=0.01, threshold=np.inf)
    offset = np.random.default_rng(0).integers(3)
    (x1, y1), (x2, y2), *_ = batches(ids[offset:], 3, 3)
    leaves = [torch.tensor(p, requires_grad=True) for p in model]

    def loss_of(x, y, h):
        total = 0.0
        for x_t, y_t in zip(torch.tensor(x), torch.tensor(y), strict=True):
            h = torch.tanh(leaves[0][:, x_t].T + h @ leaves[1].T + leaves[2])
            total = total + torch.nn.functional.cross_entropy(h @ leaves[3].T + leaves[4], y_t)
        return total / len(x), h.detach()

    loss, h = loss_of(x1, y1, torch.zeros(3, H, dtype=torch.float64))
    assert seen.losses[0] == pytest.approx(loss.item() / np.log(2), rel=1e-12)
    loss.backward()
    norm = torch.sqrt(sum((p.grad**2).sum() for p in leaves)).item()
    assert seen.norms[0] == pytest.approx(norm, rel=1e-9)
    with torch.no_grad():
        for p in leaves:
            p -= learning_rate(0, 2, 0.01) * p.grad / (p.grad.abs() + 1e-8)
    loss, _ = loss_of(x2, y2, h)
    assert seen.losses[1] == pytest.approx(loss.item() / np.log(2), rel=1e-9), "the state went on"


def check_passes_start_anew(module):
    """After the last chunk of a pass the state is zero again, and the pass begins at another place."""
    ids, K = np.random.default_rng(5).integers(5, size=400), 20
    found = module._passes(ids, 3, K, np.random.default_rng(0))
    passes = []
    for _ in range(40):
        first, x, _ = next(found)
        if first:
            passes.append(int(np.flatnonzero([(ids[i : i + K] == x[:, 0]).all() for i in range(K)])[0]))
    assert 6 <= len(passes) <= 8
    assert len(set(passes)) > 3
    assert max(passes) < K


OTHER = ("abcabdace\n" + "cadbaecba\n") * 6  # what helps at first does harm when the text is known by heart


def check_best_on_dev_is_kept(module):
    seen = small_run(module, OTHER, updates=60, rate=0.02)
    assert seen.checked.tolist() == [0, 10, 20, 30, 40, 50, 60]
    best = int(seen.dev.argmin())
    assert 0 < best < 6
    assert seen.update == seen.checked[best]
    bits = bits_per_character(seen.model, encode(OTHER, vocabulary(OTHER)))
    assert bits == pytest.approx(seen.dev[best], rel=1e-6)


def check_patience(module):
    seen = small_run(module, OTHER, updates=300, rate=0.02, patience=2)
    assert len(seen.dev) == int(seen.dev.argmin()) + 3, "two more looks, then the end"
    assert len(seen.losses) == len(seen.norms) == seen.checked[-1] < 300


def check_snapshots(module):
    seen = small_run(module, snapshots=(0, 7, 40), symbols=vocabulary("abcde\n"), length=50)
    assert [s.update for s in seen.snapshots] == [0, 7, 40]
    assert [len(s.text) for s in seen.snapshots] == [50, 50, 50]
    assert seen.snapshots[0].bits == pytest.approx(seen.dev[0])
    assert seen.snapshots[2].bits == pytest.approx(seen.dev[-1])
    wanted = generate(seen.model, vocabulary("abcde\n"), "\n", 50, np.random.default_rng(0))
    assert seen.update == 40
    assert seen.snapshots[2].text == wanted
    plain = small_run(module)
    np.testing.assert_array_equal(plain.losses, seen.losses, err_msg="writing does not change training")


def check_smoothed(module):
    """Stretches of the updates 1, 2-3 and 4-8, by hand."""
    at, means = module.smoothed(np.arange(8.0) ** 2, 3)
    assert at.tolist() == [0, 1.5, 5]
    assert means.tolist() == [0, 2.5, 27]
    at, means = module.smoothed([3.0], 60)
    assert (at.tolist(), means.tolist()) == ([0], [3])
    at, means = module.smoothed(np.ones(4000))
    assert 40 < len(at) <= 60
    assert at[:5].tolist() == [0, 1, 2, 3, 4]
    np.testing.assert_allclose(means, 1)


CHECKS = [
    check_smoothed,
    check_chunks,
    check_learning_rate,
    check_one_update_by_torch,
    check_passes_start_anew,
    check_best_on_dev_is_kept,
    check_patience,
    check_snapshots,
]


@pytest.mark.parametrize("check", CHECKS, ids=lambda c: c.__name__)
def test_language(check):
    check(language)


@given(st.integers(1, 200), st.integers(1, 6), st.integers(1, 12))
def test_chunks_are_the_text(N, B, K):
    ids = np.arange(N)
    if (N - 1) // B < K:
        with pytest.raises(ValueError, match=f"K: got K = {K} and batch = {B} for {N} characters"):
            batches(ids, B, K)
        return
    chunks = list(batches(ids, B, K))
    assert len(chunks) == (N - 1) // B // K
    for x, y in chunks:
        assert x.shape == y.shape == (K, B)
        np.testing.assert_array_equal(y, x + 1)
    streams = np.concatenate([x for x, _ in chunks])
    np.testing.assert_array_equal(np.diff(streams, axis=0), 1, err_msg="a chunk goes on where the last one ended")
    np.testing.assert_array_equal(streams[0], np.arange(B) * ((N - 1) // B))


def test_float32_stays_float32():
    model = start_language_model(6, 9, np.random.default_rng(0))
    assert all(p.dtype == np.float32 for p in model)
    seen = small_run()
    assert all(p.dtype == np.float32 for p in seen.model)
    assert next_scores(model, "abcdef", "abc").dtype == np.float32
    outputs, hs, _ = run(model, np.eye(6, dtype=np.float32)[[[0, 1], [2, 3]]])
    assert outputs.dtype == hs.dtype == np.float32


def test_it_learns_and_the_start_is_left_alone():
    text = fables(20_000, np.random.default_rng(0))
    symbols = vocabulary(text)
    train, dev, test = (encode(part, symbols) for part in split(text))
    start = start_language_model(len(symbols), 32, np.random.default_rng(0))
    kept = [p.copy() for p in start]
    seen = fit(start, train, dev, 150, np.random.default_rng(0), K=24, batch=16, rate=1e-2)
    for p, before in zip(start, kept, strict=True):
        np.testing.assert_array_equal(p, before)
    assert seen.dev[0] == pytest.approx(np.log2(len(symbols)), abs=0.1), "an untrained one guesses among all symbols"
    assert bits_per_character(seen.model, test) < 2.2
    again = fit(start, train, dev, 20, np.random.default_rng(0), K=24, batch=16, rate=1e-2)
    assert again.losses[0] == seen.losses[0]


def test_the_committed_run_of_the_short_model():
    module, results = experiment("02_language")
    _, (_, _, test) = module.parts("fables, short")
    got = bits_per_character(module.trained("fables, short", 0).model, test)
    assert got == pytest.approx(results["fables, short"]["network"]["each"][0], abs=0.01)


def test_the_committed_table():
    module, results = experiment("02_language")
    assert results["fables"]["grammar"] == pytest.approx(module.floor(), abs=1e-4)
    network, ngram = results["fables"]["network"], results["fables"]["n-gram"]
    assert results["fables"]["grammar"] < network["worst"] < ngram["test"], "it wins with every seed"
    assert ngram["order"] not in (module.ORDERS[0], module.ORDERS[-1]), "else a wider choice might be better"
    assert results["prose"]["n-gram"]["order"] not in (module.ORDERS[0], module.ORDERS[-1])
    assert max(results["fables, short"]["network"]["each"]) < ngram["test"]
    assert min(results["prose"]["network"]["each"]) > results["prose"]["n-gram"]["test"], "here it loses, every time"
    decisive = results["fables"]["decisive characters"]
    assert list(decisive) == list(module.PROBES)
    for name in (
        "bracket, closed or not",
        "quotation mark, closed or not",
        "number of the deed after a relative clause",
    ):
        assert decisive[name]["network"]["worst"] > decisive[name]["n-gram"] + 0.1, name
    for name in ("hero, last sentence", "hero's deed after it or they", "deed after a relative clause"):
        assert max(decisive[name]["network"]["each"]) < 0.25, f"not remembered: {name}"


def test_the_probes_ask_for_what_they_say():
    module, _ = experiment("02_language")
    text = (
        "once some mice lived by the well. the oxen that the miller feeds nod by the well (the ox nods at dawn). "
        'they say: "the heron that fears the judge wades." it knits. so much for the mice.\n'
    )
    asked = {name: "".join(text[i] for i in places) for name, places in module.probe_places(text).items()}
    assert asked == {
        "hero, last sentence": "m",
        "deed after a relative clause": "nw",
        "number of the deed after a relative clause": " s",
        "hero's deed after it or they": "k",
        "bracket, closed or not": ".)",
        "quotation mark, closed or not": '  "',
    }


def test_errors():
    model, rng, ids = random_model(), np.random.default_rng(0), np.arange(40) % 5
    for message, call in {
        "K: got K = 40 and batch = 1 for 40 characters": lambda: batches(ids, 1, 40),
        "batch: got 0": lambda: batches(ids, 0, 4),
        "K: got K = 20 and batch = 2": lambda: fit(model, ids, ids, 3, rng, K=20, batch=2),
        "K: got K = 19 and batch = 2 for ": lambda: fit(model, ids, ids, 300, rng, K=19, batch=2),
        "dev: got 7": lambda: fit(model, ids, [7], 3, rng, K=2, batch=2),
        "train: got -1": lambda: fit(model, -np.ones(40, int), ids, 3, rng, K=2, batch=2),
        "updates: got 0": lambda: fit(model, ids, ids, 0, rng, K=2, batch=2),
        "snapshots: got 9, wanted 0 to 3": lambda: fit(model, ids, ids, 3, rng, K=2, batch=2, snapshots=(9,)),
        "losses: got shape": lambda: smoothed([]),
        "points: got 0": lambda: smoothed([1.0], 0),
        "symbols: got 0": lambda: fit(model, ids, ids, 3, rng, K=2, batch=2, snapshots=(0,)),
    }.items():
        with pytest.raises(ValueError, match=message):
            call()
