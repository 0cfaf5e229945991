"""Figures of chapter 7, image captioning."""

from helpers.figures.captioning.chopped import chopped
from helpers.figures.captioning.drawing import named
from helpers.figures.captioning.looking import looking
from helpers.figures.captioning.pointing import pointing
from helpers.figures.captioning.results import results
from helpers.figures.captioning.scoring import bleu
from helpers.figures.captioning.telling import scene

__all__ = ["bleu", "chopped", "looking", "named", "pointing", "results", "scene"]
