"""Figures of chapter 6, sequence to sequence and attention."""

from helpers.figures.seq2seq.alignment import alignment, names
from helpers.figures.seq2seq.attend import attend
from helpers.figures.seq2seq.beam import beam
from helpers.figures.seq2seq.bottleneck import bottleneck
from helpers.figures.seq2seq.slips import slips

__all__ = ["alignment", "attend", "beam", "bottleneck", "names", "slips"]
