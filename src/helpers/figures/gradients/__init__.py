"""Figures of chapter 3, vanishing and exploding gradients."""

from helpers.figures.gradients.norms import (
    eigenvalue_powers,
    lag_contributions,
    norm_against_step,
    norms_by_kind,
)
from helpers.figures.gradients.training import cliff, clipping_field, initialisation

__all__ = [
    "cliff",
    "clipping_field",
    "eigenvalue_powers",
    "initialisation",
    "lag_contributions",
    "norm_against_step",
    "norms_by_kind",
]
