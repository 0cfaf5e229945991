"""What a character model predicts and writes: against torch, against an n-gram, and `hello`."""

import numpy as np
import pytest
import torch

from helpers import writing
from helpers.ngrams import fit_ngram, ngram_bits
from helpers.text import encode, vocabulary
from helpers.training import Model, start_model, train
from helpers.writing import BLOCK, bits_per_character, generate, next_scores, start_language_model

SYMBOLS = tuple("abcde")


def random_model(V=5, H=7, seed=0):
    rng = np.random.default_rng(seed)
    return Model(*(0.6 * rng.standard_normal(shape) for shape in [(H, V), (H, H), (H,), (V, H), (V,)]))


def torch_scores(model, ids):
    """Scores before each character, (N, V): the first row is from h_0 = 0."""
    V, H = len(model.b_y), len(model.b)
    cell = torch.nn.RNN(V, H, dtype=torch.float64)
    with torch.no_grad():
        for name, value in {
            "weight_ih_l0": model.W_x,
            "weight_hh_l0": model.W_h,
            "bias_ih_l0": model.b,
            "bias_hh_l0": 0 * model.b,
        }.items():
            getattr(cell, name).copy_(torch.tensor(value))
        x = torch.nn.functional.one_hot(torch.tensor(ids), V).double()[:, None]
        hs = torch.cat([torch.zeros(1, H), cell(x)[0][:-1, 0]])
        return hs @ torch.tensor(model.W_y).T + torch.tensor(model.b_y)


def check_bits_against_torch(module):
    """Two blocks and a bit, so that the state has to be carried; and one character alone."""
    model, ids = random_model(), np.random.default_rng(1).integers(5, size=2 * BLOCK + 5)
    for text in (ids, ids[:1], ids[: BLOCK + 1], ids[: BLOCK + 2]):
        nats = torch.nn.functional.cross_entropy(torch_scores(model, text), torch.tensor(text)).item()
        assert module.bits_per_character(model, text) == pytest.approx(nats / np.log(2), rel=1e-12)


def check_scores_against_torch(module):
    model, context = random_model(), "badcab"
    wanted = torch_scores(model, [*encode(context, SYMBOLS), 0])
    for n in range(len(context) + 1):
        scores = module.next_scores(model, SYMBOLS, context[:n])
        np.testing.assert_allclose(scores, wanted[n].numpy(), atol=1e-13)


def check_greedy_text_is_the_largest_score_each_time(module):
    model = random_model(seed=3)
    for prompt in ("", "cab"):
        read = prompt
        for _ in range(12):
            read += SYMBOLS[int(next_scores(model, SYMBOLS, read).argmax())]
        written = module.generate(model, SYMBOLS, prompt, 12, np.random.default_rng(0), temperature=0)
        assert prompt + written == read
        assert len(set(written)) > 1


def check_samples_follow_the_scores(module):
    """What follows "ab" in 4,000 drawings, within five standard errors."""
    model, rng = random_model(), np.random.default_rng(0)
    drawn = [module.generate(model, SYMBOLS, "ab", 1, rng, temperature=0.7) for _ in range(4000)]
    p = torch.softmax(torch.tensor(next_scores(model, SYMBOLS, "ab")) / 0.7, dim=0).numpy()
    share = np.array([drawn.count(symbol) for symbol in SYMBOLS]) / 4000
    assert (np.abs(share - p) < 5 * np.sqrt(p * (1 - p) / 4000)).all()


CHECKS = [
    check_bits_against_torch,
    check_scores_against_torch,
    check_greedy_text_is_the_largest_score_each_time,
    check_samples_follow_the_scores,
]


@pytest.mark.parametrize("check", CHECKS, ids=lambda c: c.__name__)
def test_writing(check):
    check(writing)


def test_bits_compare_with_those_of_an_n_gram():
    """A network that knows the frequencies and nothing else is the 1-gram, on the same characters."""
    unigram, text = fit_ngram(np.array([0, 0, 1, 0, 1, 2]), 1, 3), np.array([2, 0, 0, 1])
    p = (np.array([3, 2, 1]) + 3 / 3) / 9
    silent = Model(np.zeros((2, 3)), np.zeros((2, 2)), np.zeros(2), np.zeros((3, 2)), np.log(p))
    assert bits_per_character(silent, text) == pytest.approx(ngram_bits(unigram, text), rel=1e-12)


def test_hello_is_learned_by_five_seeds():
    """Four characters in, four out; after the first l comes l, after the second o: only the state tells them apart."""
    symbols = vocabulary("hello")
    ids = encode("hello", symbols)
    task = (np.eye(4)[ids[:-1], None], ids[1:, None])
    for seed in range(5):
        rng = np.random.default_rng(seed)
        start = start_model("torch", 4, 4, 4, rng)
        learned = train(start, lambda rng: task, 100, rng, rate=0.05)
        assert learned.losses[-1] < 0.01
        assert generate(learned.model, symbols, "h", 4, rng, temperature=0) == "ello"
        assert next_scores(learned.model, symbols, "hello"[:3]).argmax() == symbols.index("l")
        assert next_scores(learned.model, symbols, "hell").argmax() == symbols.index("o")
        without = start._replace(W_h=np.zeros((4, 4)))
        forgetful = train(without, lambda rng: task, 300, rng, rate=0.05, frozen=["W_h"])
        assert forgetful.losses[-1] == pytest.approx(np.log(2) / 2, abs=0.01), "two of four are a toss between l and o"


def test_errors():
    model, rng = random_model(), np.random.default_rng(0)
    for message, call in {
        "text: got 'z' at position 2": lambda: next_scores(model, SYMBOLS, "abz"),
        "text: got '!' at position 0": lambda: generate(model, SYMBOLS, "!", 3, rng),
        "symbols: got 4, wanted the model's 5": lambda: generate(model, SYMBOLS[:4], "a", 3, rng),
        "temperature: got -1": lambda: generate(model, SYMBOLS, "a", 3, rng, temperature=-1),
        "length: got 0": lambda: generate(model, SYMBOLS, "a", 0, rng),
        "rng: got 7": lambda: generate(model, SYMBOLS, "a", 3, 7),
        "ids: got no symbols": lambda: bits_per_character(model, np.array([], int)),
        "ids: got 5 at index": lambda: bits_per_character(model, [0, 5]),
        "ids: got shape [(]2, 2[)]": lambda: bits_per_character(model, [[0, 1], [1, 0]]),
        "size: got 0|H: got 0": lambda: start_language_model(3, 0, rng),
    }.items():
        with pytest.raises(ValueError, match=message):
            call()
