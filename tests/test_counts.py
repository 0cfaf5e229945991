"""Parameter counts against what PyTorch allocates, and against a corpus."""

import numpy as np
import pytest
import torch

from helpers import counts
from helpers.counts import ngram_parameters, rnn_parameters, window_parameters
from helpers.ngrams import fit_ngram


def numel(*modules):
    return sum(p.numel() for module in modules for p in module.parameters())


def check_against_torch(module):
    for D, H, V in ((3, 5, 7), (27, 32, 27), (1, 1, 1)):
        two_biases = numel(torch.nn.RNN(D, H), torch.nn.Linear(H, V))
        assert module.rnn_parameters(D, H, V) == two_biases - H
        for n in (2, 3, 6):
            wanted = numel(torch.nn.Linear((n - 1) * V, H), torch.nn.Linear(H, V))
            assert module.window_parameters(V, n, H) == wanted


def test_against_torch():
    check_against_torch(counts)


def test_an_ngram_table_has_an_entry_for_every_sequence_of_n_symbols():
    """A corpus that holds every sequence of three symbols fills the table, and no other can hold more."""
    every = np.stack(np.meshgrid(*[np.arange(4)] * 3, indexing="ij"), -1).reshape(-1)
    trigrams = fit_ngram(every, 3, 4).counts[2]
    assert ngram_parameters(4, 3) == 64 >= sum(len(followers) for followers in trigrams.values())
    assert ngram_parameters(50_000, 20) == 50_000**20, "exact beyond 64 bits"


def test_only_the_recurrent_count_does_not_know_the_context():
    longer = [window_parameters(27, n, 64) for n in (2, 3, 4)]
    assert np.diff(longer).tolist() == [64 * 27, 64 * 27], "one more place costs H V"
    assert rnn_parameters(27, 64, 27) == 64 * 27 + 64 * 64 + 64 + 27 * 64 + 27


@pytest.mark.parametrize(
    ("message", "call"),
    [
        ("H: got 0", lambda: rnn_parameters(1, 0, 1)),
        ("V: got 2.5", lambda: ngram_parameters(2.5, 3)),
        ("n: got 0", lambda: ngram_parameters(3, 0)),
        ("n: got 1, wanted at least 2", lambda: window_parameters(3, 1, 4)),
    ],
)
def test_errors(message, call):
    with pytest.raises(ValueError, match=f"^{message}"):
        call()
