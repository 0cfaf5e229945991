"""Figures of chapter 8, where recurrence went."""

from helpers.figures.linear_recurrence.cost import WHAT as COST_LABELS
from helpers.figures.linear_recurrence.cost import cost
from helpers.figures.linear_recurrence.curse import curse
from helpers.figures.linear_recurrence.memory import memory
from helpers.figures.linear_recurrence.parity import LABELS as PARITY_LABELS
from helpers.figures.linear_recurrence.parity import parity
from helpers.figures.linear_recurrence.ring import ring
from helpers.figures.linear_recurrence.scan import scan

__all__ = ["COST_LABELS", "PARITY_LABELS", "cost", "curse", "memory", "parity", "ring", "scan"]
