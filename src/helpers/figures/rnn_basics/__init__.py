"""Figures of chapter 1, RNN basics."""

from helpers.figures.rnn_basics.language import next_symbol, parameter_counts
from helpers.figures.rnn_basics.memory import SIGNALS, unrolled
from helpers.figures.rnn_basics.shapes import PROBLEMS, shapes

__all__ = ["PROBLEMS", "SIGNALS", "next_symbol", "parameter_counts", "shapes", "unrolled"]
