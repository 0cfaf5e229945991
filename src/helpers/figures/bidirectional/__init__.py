"""Figures of chapter 5, bidirectional and deep recurrent networks."""

from helpers.figures.bidirectional.counts import counts
from helpers.figures.bidirectional.depth import depth
from helpers.figures.bidirectional.distance import distance
from helpers.figures.bidirectional.padding import padding
from helpers.figures.bidirectional.reading import reading
from helpers.figures.bidirectional.sees import sees

__all__ = ["counts", "depth", "distance", "padding", "reading", "sees"]
