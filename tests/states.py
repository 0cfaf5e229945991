"""Every combination of a figure's controls."""

import itertools


def states(explorer):
    """Yield the keywords of each combination that `explorer` offers."""
    for values in itertools.product(*(control.values for control in explorer.controls)):
        yield dict(zip((control.name for control in explorer.controls), values, strict=True))
