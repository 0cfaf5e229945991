"""Every combination of a figure's controls, and what must hold for all of them."""

import gzip
import itertools
import json
import re


def states(explorer):
    """Yield the keywords of each combination that `explorer` offers."""
    for values in itertools.product(*(control.values for control in explorer.controls)):
        yield dict(zip((control.name for control in explorer.controls), values, strict=True))


def check_told(figure):
    """The reading is short, names a number, and knows all its numbers; return it."""
    told = figure.layout.meta["reading"]
    assert len(told.split()) < 30, told
    assert re.search(r"\d", told), told
    assert not re.search(r"\b(nan|inf)\b", told), told
    return told


def check_readings(explorer, distinct=1 / 2):
    """Readings are short and name numbers that change; axes stay where they are."""
    figures = [explorer.draw(**values) for values in states(explorer)]
    readings = [check_told(figure) for figure in figures]
    for told, figure in zip(readings, figures, strict=True):
        assert "nan" not in str(figure.data), told
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


def check_baked(explorer, size=25_000):
    """The baked figure is small, and no axis moves with a control."""
    baked = explorer.bake()  # draws every combination; beyond the budget, explore itself raises
    assert len(gzip.compress(json.dumps(baked, separators=(",", ":")).encode())) < size
    still = {tuple(path) for path, _ in baked["fixed"]}
    axes = [axis for axis in explorer.draw(**explorer.values()).layout.to_plotly_json() if re.match(r"[xy]axis", axis)]
    assert {("layout", axis, "range") for axis in axes} <= still


def check_values(explorer, ends=""):
    """All values of a control draw something else; of the control `ends`, the last may draw the same."""
    start = {control.name: control.start for control in explorer.controls}
    for control in explorer.controls:
        figures = [explorer.draw(**explorer.values(start | {control.name: i})) for i in range(len(control.values))]
        drawn = [json.dumps(json.loads(figure.to_json())["data"]) for figure in figures]
        alike = len(drawn) - len(set(drawn))
        assert alike == 0 or (control.name == ends and len(set(drawn[-alike - 1 :])) == 1), control.name


def check_frame(explorer):
    """Readings are short and name a number, and what is drawn lies within the axes."""
    for values in states(explorer):
        figure = explorer.draw(**values)
        check_told(figure)
        for trace in figure.data:
            for letter in "xy":
                axis = (trace[f"{letter}axis"] or letter).replace(letter, f"{letter}axis")
                low, high = sorted(figure.layout[axis].range)
                drawn = () if trace[letter] is None else trace[letter]
                numbers = [v for v in drawn if v is not None and not isinstance(v, str)]
                assert all(low <= v <= high for v in numbers), (values, trace.name)
