"""Every combination of a figure's controls, and what must hold for all of them."""

import itertools
import re


def states(explorer):
    """Yield the keywords of each combination that `explorer` offers."""
    for values in itertools.product(*(control.values for control in explorer.controls)):
        yield dict(zip((control.name for control in explorer.controls), values, strict=True))


def check_readings(explorer, distinct=1 / 2):
    """Readings are short and name numbers that change; axes stay where they are."""
    figures = [explorer.draw(**values) for values in states(explorer)]
    readings = [figure.layout.meta["reading"] for figure in figures]
    for told, figure in zip(readings, figures, strict=True):
        assert len(told.split()) < 30, told
        assert re.search(r"\d", told), told
        assert "nan" not in told + str(figure.data), told
    for axis in (key for key in figures[0].layout if key.startswith(("xaxis", "yaxis"))):
        ranges = {str(figure.layout[axis].range) for figure in figures}
        assert len(ranges) == 1, f"{axis} moves: {ranges}"
    assert len(set(readings)) > distinct * len(figures), "most states are read alike"


def check_controls(explorer):
    """From the start each control alone changes the data, whatever it is set to."""
    start = explorer.values()
    drawn = [trace.to_json() for trace in explorer.draw(**start).data]  # str would leave numbers out
    for control in explorer.controls:
        for value in (value for value in control.values if value != start[control.name]):
            changed = [trace.to_json() for trace in explorer.draw(**start | {control.name: value}).data]
            assert changed != drawn, f"{control.name} = {value} changes nothing"
