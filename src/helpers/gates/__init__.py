"""Chapter 4: gates. The LSTM and the GRU, forward and backward, and the leaky integrator that they grow from."""

from helpers.gates.gru import (
    GRUCache,
    GRUGates,
    GRUGradients,
    GRUWeights,
    gru_backward,
    gru_forward,
    gru_gates,
    gru_step,
)
from helpers.gates.lstm import (
    LSTMCache,
    LSTMGates,
    LSTMGradients,
    LSTMWeights,
    PeepholeGradients,
    lstm_backward,
    lstm_forward,
    lstm_gates,
    lstm_step,
)

__all__ = [
    "GRUCache",
    "GRUGates",
    "GRUGradients",
    "GRUWeights",
    "LSTMCache",
    "LSTMGates",
    "LSTMGradients",
    "LSTMWeights",
    "PeepholeGradients",
    "gru_backward",
    "gru_forward",
    "gru_gates",
    "gru_step",
    "lstm_backward",
    "lstm_forward",
    "lstm_gates",
    "lstm_step",
]
