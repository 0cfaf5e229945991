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
from helpers.gates.leak import bias_half_life, forget_bias, half_life, leaky_integrate
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
from helpers.gates.paths import log_direct_path, log_whole_jacobian
from helpers.gates.torch_weights import from_torch, to_torch

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
    "bias_half_life",
    "forget_bias",
    "from_torch",
    "gru_backward",
    "gru_forward",
    "gru_gates",
    "gru_step",
    "half_life",
    "leaky_integrate",
    "log_direct_path",
    "log_whole_jacobian",
    "lstm_backward",
    "lstm_forward",
    "lstm_gates",
    "lstm_step",
    "to_torch",
]
