"""Parameter counts against what PyTorch allocates, and against a corpus."""

import numpy as np
import pytest
import torch

from helpers import counts
from helpers.containers import open_arrays
from helpers.counts import (
    gru_parameters,
    layer_parameters,
    lstm_parameters,
    nearest_units,
    ngram_parameters,
    rnn_parameters,
    window_parameters,
)
from helpers.layers import KINDS, start_layer
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


MODULES = {"tanh": torch.nn.RNN, "relu": torch.nn.RNN, "gru": torch.nn.GRU, "lstm": torch.nn.LSTM}


def check_layers_against_torch(module):
    for kind, cell in MODULES.items():
        for depth in (1, 2, 3):
            for both in (False, True):
                with torch.device("meta"):
                    layers = cell(5, 7, depth, bidirectional=both)
                wanted = numel(layers)
                second = sum(p.numel() for name, p in layers.named_parameters() if name.startswith("bias_hh"))
                assert module.layer_parameters(kind, 5, 7, depth, both, biases=2) == wanted, (kind, depth, both)
                own = wanted if kind == "gru" else wanted - second
                assert module.layer_parameters(kind, 5, 7, depth, both) == own, (kind, depth, both)
                assert module.layer_parameters(kind, 5, 7, depth, both, connect="residual") == own
    with torch.device("meta"):
        assert module.lstm_parameters(5, 7, biases=2) == numel(torch.nn.LSTM(5, 7))
        assert module.gru_parameters(5, 7) == numel(torch.nn.GRU(5, 7))
    assert module.lstm_parameters(5, 7) == 4 * 7 * (5 + 7 + 1)
    assert module.gru_parameters(5, 7, biases=1) == 3 * 7 * (5 + 7 + 1)


def check_layers_against_our_own(module):
    """What `start_layer` makes, with the input sizes that dense connections ask for."""
    for kind in KINDS:
        for both in (False, True):
            widths, ways = [4], 2 if both else 1
            made = 0
            for _ in range(3):
                chains = [start_layer(kind, sum(widths), 3, np.random.default_rng(0)) for _ in range(ways)]
                made += sum(a.size for a in open_arrays("chains", chains)[1])
                widths.append(3 * ways)
            assert module.layer_parameters(kind, 4, 3, 3, both, connect="dense") == made


def check_nearest_units(module):
    """No other H is nearer, and a count itself leads back to its H."""
    for kind in KINDS:
        for settings in ({}, {"depth": 2, "both": True}, {"depth": 3, "connect": "dense", "biases": 2}):
            counts_by_units = np.array([module.layer_parameters(kind, 5, H, **settings) for H in range(1, 90)])
            for total in (1, 50, 777, 5000, int(counts_by_units[30]), int(counts_by_units[4] + 1)):
                wanted = 1 + int(np.abs(counts_by_units - total).argmin())
                assert module.nearest_units(kind, 5, total, **settings) == wanted, (kind, settings, total)
    assert [module.gru_parameters(1, H) for H in (3, 4)] == [54, 84]
    assert module.nearest_units("gru", 1, 69) == 3, "the smaller of two that are equally near"


def test_layers_against_torch():
    check_layers_against_torch(counts)


def test_layers_against_our_own():
    check_layers_against_our_own(counts)


def test_nearest_units():
    check_nearest_units(counts)


def test_the_numbers_of_the_chapter():
    """An LSTM from 100 to 256, as PyTorch counts: two directions are twice one layer, and more in a stack."""
    with torch.device("meta"):
        one, two = (numel(torch.nn.LSTM(100, 256, depth)) for depth in (1, 2))
        both, both_two = (numel(torch.nn.LSTM(100, 256, depth, bidirectional=True)) for depth in (1, 2))
    assert (one, both, two, both_two) == (366_592, 733_184, 892_928, 2_310_144)
    count = lambda depth, both: layer_parameters("lstm", 100, 256, depth, both, biases=2)
    assert [count(1, False), count(1, True), count(2, False), count(2, True)] == [one, both, two, both_two]
    assert both / one == 2
    assert round(both_two / two, 3) == 2.587
    assert lstm_parameters(100, 256, biases=2) == one
    assert lstm_parameters(100, 256) == one - 4 * 256


def test_a_gru_of_the_size_of_an_lstm():
    H = nearest_units("gru", 100, lstm_parameters(100, 256, biases=2), biases=2)
    assert H == 302
    assert abs(gru_parameters(100, H) / lstm_parameters(100, 256, biases=2) - 1) < 0.005


@pytest.mark.parametrize(
    ("message", "call"),
    [
        ("kind: got 'rnn'", lambda: layer_parameters("rnn", 1, 1)),
        ("connect: got 'skip'", lambda: layer_parameters("gru", 1, 1, connect="skip")),
        ("biases: got 3, wanted 1 or 2", lambda: lstm_parameters(1, 1, biases=3)),
        ("biases: got 0", lambda: gru_parameters(1, 1, biases=0)),
        ("D: got 0", lambda: lstm_parameters(0, 1)),
        ("depth: got 0", lambda: layer_parameters("gru", 1, 1, depth=0)),
        ("total: got 0", lambda: nearest_units("gru", 1, 0)),
        ("H: got 0", lambda: rnn_parameters(1, 0, 1)),
        ("V: got 2.5", lambda: ngram_parameters(2.5, 3)),
        ("n: got 0", lambda: ngram_parameters(3, 0)),
        ("n: got 1, wanted at least 2", lambda: window_parameters(3, 1, 4)),
    ],
)
def test_errors(message, call):
    with pytest.raises(ValueError, match=f"^{message}"):
        call()
