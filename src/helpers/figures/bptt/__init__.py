"""Figures of chapter 2, backpropagation through time."""

from helpers.figures.bptt.byhand import by_hand
from helpers.figures.bptt.credit import contributions, lag_learned, truncation_bias
from helpers.figures.bptt.price import cost
from helpers.figures.bptt.replay import replay

__all__ = ["by_hand", "contributions", "cost", "lag_learned", "replay", "truncation_bias"]
