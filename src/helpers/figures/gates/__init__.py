"""Figures of chapter 4, gates."""

from helpers.figures.gates.counts import counts
from helpers.figures.gates.lag import lag
from helpers.figures.gates.leak import leak
from helpers.figures.gates.playground import playground
from helpers.figures.gates.reading import adding, reading

__all__ = ["adding", "counts", "lag", "leak", "playground", "reading"]
