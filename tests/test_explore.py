"""`explore`: what it accepts, what it bakes, and that the live form and the baked form show the same."""

import base64
import csv
import io
import itertools
import json
import re
from pathlib import Path

import numpy as np
import plotly.graph_objects as go
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers import explore as module
from helpers.explore import MAX_BYTES, MAX_COMBINATIONS, explore, unpack


@pytest.fixture(autouse=True)
def _fresh_page(monkeypatch):
    monkeypatch.setattr(module, "_used", {})
    monkeypatch.delenv(module.STATIC, raising=False)
    monkeypatch.delenv("COLAB_RELEASE_TAG", raising=False)


def wave(length=5, height=1.0, shifted=False, kind="line"):
    y = np.round(height * np.sin(np.arange(length) + shifted), 3)
    figure = go.Figure(go.Scatter(y=y, name=kind, mode="lines" if kind == "line" else "markers"))
    figure.update_layout(height=300, meta={"reading": f"{length} points, {height:g} high."})
    return figure


def made(**more):
    controls = {"length": (5, 20, 5, 10), "height": (0.5, 2.0, 0.5), "shifted": False, "kind": ["line", "dots"]}
    return explore(wave, name="wave", **(controls | more))


def bundle(figure):
    """What the notebook would store, from a real display call."""
    from IPython.core.interactiveshell import InteractiveShell
    from IPython.utils.capture import capture_output

    InteractiveShell.instance()
    with capture_output() as captured:
        figure._ipython_display_()
    return captured.outputs[0].data


# -- controls -------------------------------------------------------------------------------------------------
def test_a_tuple_is_a_slider_a_list_or_dict_a_drop_down_a_bool_a_check_box():
    length, height, shifted, kind = made(kind={"Line": "line", "Dots": "dots"}).controls
    assert (length.kind, length.values, length.start) == ("range", [5, 10, 15, 20], 1)
    assert all(isinstance(v, int) for v in length.values), "whole numbers stay whole: a figure may index with them"
    assert (height.kind, height.values, height.start) == ("range", [0.5, 1.0, 1.5, 2.0], 2)
    assert (shifted.kind, shifted.values, shifted.start) == ("checkbox", [False, True], 0)
    assert (kind.kind, kind.values, kind.labels) == ("select", ["line", "dots"], ["Line", "Dots"])


def test_values_are_the_decimals_that_were_asked_for():
    values = explore(lambda x: wave(), name="a", x=(0.5, 1.5, 0.1, 0.9)).controls[0].values
    assert values == [0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.1, 1.2, 1.3, 1.4, 1.5]


def test_units_and_titles_stand_at_the_control():
    page = made(units={"length": "steps"}, titles={"length": "Sequence length"}).static_html()
    assert "<span>Sequence length</span>" in page
    assert "<output>10 steps</output>" in page
    assert 'aria-valuetext="10 steps"' in page
    assert explore(wave, name="turn", length=(5, 10, 5), units={"length": "°"}).controls[0].shown == ["5°", "10°"]


@pytest.mark.parametrize(
    ("controls", "message"),
    [
        ({"length": (5, 5, 1)}, r"length: got \(5, 5, 1\), an empty range"),
        ({"length": (9, 5, 1)}, "empty range"),
        ({"length": (5, 9, 0)}, "empty range"),
        ({"length": (5, 9, 1, 12)}, r"length: got start 12, wanted one of 5, 6, \.\.\. 9"),
        ({"length": (5, 9, 2, 6)}, "got start 6"),
        ({"length": (5, 9)}, r"wanted \(low, high, step"),
        ({"length": (5, float("nan"), 1)}, "finite numbers"),
        ({"length": (5, "9", 1)}, "finite numbers"),
        ({"kind": []}, "kind: got .*an empty choice"),
        ({"kind": {}}, "an empty choice"),
        ({"kind": ["a", "a"]}, "the label 'a' twice"),
        ({"length": 7}, "length: got 7, wanted"),
        ({"length": (0, MAX_COMBINATIONS, 1)}, "1001 combinations .*at most 1000"),
        ({"play": "speed"}, "play: got 'speed', wanted one of the controls"),
        ({"units": {"size": "steps"}}, "units: got 'size'"),
        ({"titles": {"size": "Length"}}, "titles: got 'size'"),
    ],
)
def test_bad_input_is_a_clear_error_at_the_call(controls, message):
    with pytest.raises(ValueError, match=message):
        explore(wave, name="wave", **controls)


@pytest.mark.parametrize("name", ["2wave", "a b", "ä", "a?b", "a/b"])
def test_a_name_must_serve_as_an_address(name):
    with pytest.raises(ValueError, match="name: got"):
        explore(wave, name=name, length=(5, 10, 5))


def test_a_name_is_used_once():
    made()
    for again in (lambda: explore(lambda length: wave(length), name="wave", length=(5, 10, 5)), made):
        with pytest.raises(ValueError, match="'wave' is taken by wave; names are unique"):
            again()


@pytest.mark.parametrize(
    ("first", "second", "clash"),
    [
        (("cell-1", wave), ("cell-1", wave), False),  # run again
        (("cell-1", wave), ("cell-1", made), False),  # edited and run again
        (("cell-1", wave), ("cell-2", wave), True),
        ((None, wave), (None, wave), False),  # a front end that sends no cell ids, such as Colab's
        ((None, wave), (None, made), True),
    ],
)
def test_in_a_notebook_a_cell_may_run_again(monkeypatch, first, second, clash):
    monkeypatch.setattr(module, "_in_kernel", lambda: True)
    for (cell, function), expected in ((first, False), (second, clash)):
        monkeypatch.setattr(module, "_cell_id", lambda cell=cell: cell)
        if expected:
            with pytest.raises(ValueError, match="is taken"):
                module._claim("wave", function)
        else:
            module._claim("wave", function)


def test_the_book_build_takes_no_name_twice(monkeypatch):
    monkeypatch.setattr(module, "_in_kernel", lambda: True)
    monkeypatch.setattr(module, "_cell_id", lambda: "cell-1")
    monkeypatch.setenv(module.STATIC, "1")
    module._claim("wave", wave)
    with pytest.raises(ValueError, match="is taken"):
        module._claim("wave", wave)


def test_more_bytes_than_the_budget_say_what_to_do():
    def noisy(seed):
        return go.Figure(go.Scatter(y=np.random.default_rng(seed).standard_normal(5_000)))

    with pytest.raises(ValueError, match=r"KB gzipped, at most 35 KB .*round the traces"):
        explore(noisy, name="noisy", seed=(0, 9, 1))


def test_an_error_in_the_figure_names_the_state_and_is_not_swallowed():
    def breaks(length):
        if length == 15:
            raise ZeroDivisionError("here")
        return wave(length)

    with pytest.raises(ZeroDivisionError, match="here") as caught:
        explore(breaks, name="breaks", length=(5, 20, 5))
    assert caught.value.__notes__ == ["in explore('breaks') at {'length': 15}"]


def test_a_function_that_returns_no_figure_is_refused():
    with pytest.raises(ValueError, match="returned NoneType"):
        explore(lambda x: None, name="none", x=[1, 2])
    with pytest.raises(ValueError, match="figure_function: got 3"):
        explore(3, name="three")


def test_a_trace_that_the_page_cannot_draw_is_refused():
    with pytest.raises(ValueError, match="got a pie trace, wanted scatter, bar, heatmap"):
        explore(lambda: go.Figure(go.Pie(values=[1, 2])), name="pie")
    bundle = (Path(__file__).parents[1] / "tools" / "plotly.js").read_text()
    assert set(re.findall(r"plotly\.js/lib/(\w+)", bundle)) | {"scatter"} == {*module.TRACES, "core"}


def test_a_figure_without_controls_is_shown_too():
    assert explore(lambda: wave(), name="still").bake()["varying"] == []


# -- the baked form ---------------------------------------------------------------------------------------------
def compose(baked, positions):
    """What explore.js does: the figure's tree at these positions of the controls."""
    tree = {}

    def put(path, value):
        node = tree
        for key, after in itertools.pairwise(path):
            if isinstance(node, list):
                node.extend({} for _ in range(key + 1 - len(node)))
                node = node[key]
            else:
                node = node.setdefault(key, [] if isinstance(after, int) else {})
        if isinstance(node, list):
            node.extend({} for _ in range(path[-1] + 1 - len(node)))
        node[path[-1]] = value

    for path, value in baked["fixed"]:
        put(path, value)
    for path, axes, packed in baked["varying"]:
        index = 0
        for k in axes:
            index = index * len(baked["controls"][k]["labels"]) + positions[k]
        value = unpack(packed)[index]
        if value is not None:
            put(path, value)
    return tree


def test_every_combination_is_baked_as_the_function_drew_it():
    figure = made()
    baked = json.loads(json.dumps(figure.bake()))
    sizes = [range(len(c.values)) for c in figure.controls]
    for positions in itertools.product(*sizes):
        at = dict(zip((c.name for c in figure.controls), positions, strict=True))
        wanted = figure.draw(**figure.values(at))
        got = compose(baked, positions)
        np.testing.assert_allclose(got["data"][0]["y"], wanted.data[0].y, rtol=1e-5, atol=1e-9)
        assert got["data"][0]["mode"] == wanted.data[0].mode
        assert got["layout"]["meta"]["reading"] == wanted.layout.meta["reading"]


@given(
    st.lists(st.lists(st.decimals(-999, 999, places=2).map(float), min_size=1, max_size=7), min_size=1, max_size=12),
    st.booleans(),
)
def test_packing_loses_nothing(rows, square):
    shape = (len(rows) // 2, 2) if len(rows) % 2 == 0 else (len(rows),)
    if square:
        rows = [(row * 7)[:7] for row in rows]
    for row, back in zip(rows, unpack(module._pack(rows, shape)), strict=True):
        np.testing.assert_allclose(back, row, atol=1e-9)


def test_packing_keeps_heat_maps_gaps_and_texts():
    maps = [[[1.5, 2.0, 3.0], [4.0, 5.0, 6.0]], [[1.5, 2.0, 3.5], [4.0, 5.0, 6.0]]]
    assert unpack(module._pack(maps, (2,))) == maps
    for values in ([[1.0, None], [2.0, 3.0]], ["a", "b"], [1, 2], [[1e300], [1.0]], [[0.123456789], [1.0]]):
        assert unpack(module._pack(values, (2,))) == values


def test_arrays_are_kept_to_six_digits_and_missing_numbers_stay_missing():
    def gaps(length):
        return go.Figure(go.Scatter(y=[1 / 3, np.nan, 2e-9 / 3][:length]))

    baked = explore(gaps, name="gaps", length=(2, 3, 1)).bake()
    assert compose(json.loads(json.dumps(baked)), [1])["data"][0]["y"] == [0.333333, None, 6.66667e-10]


def test_the_baked_form_is_what_the_contract_says(monkeypatch):
    monkeypatch.setenv(module.STATIC, "1")
    shown = bundle(made(play="length"))
    assert set(shown) == {"text/html", "text/plain"}, "a widget view would put megabytes into the page"
    page = shown["text/html"]
    assert '<div class="explore" id="wave"' in page
    assert page.count('<input type="range"') == 2
    assert page.count('<input type="checkbox"') == 1
    assert page.count("<select") == 1
    assert re.search(r'class="explore-reading"[^>]*aria-live="polite">10 points, 1.5 high.</p>', page)
    assert re.findall(r'<button type="button" name="(\w+)"', page) == ["play", "reset", "csv", "png"]
    assert "<noscript>" in page
    assert "<script>" not in page, "the site serves the script itself"


def test_text_from_the_notebook_cannot_end_the_script():
    def sly(kind):
        return go.Figure(layout={"meta": {"reading": "</script><b>"}, "title": {"text": kind}})

    page = explore(sly, name="sly", kind=["</script>", "<i>"]).static_html()
    data = re.search(r'<script type="application/json" class="explore-data">(.*?)</script>', page, re.DOTALL)
    assert json.loads(data[1])["controls"][0]["labels"] == ["</script>", "<i>"]
    assert "<b>" not in page.replace(data[0], "")


def test_on_colab_the_output_is_an_island_of_its_own(monkeypatch):
    monkeypatch.setenv("COLAB_RELEASE_TAG", "release-colab")
    page = bundle(made())["text/html"]
    assert "exploreBaked" in page, "script inlined"
    assert "--c-forward" in page, "colours inlined"
    assert re.search(r'data-plotly="https://cdn\.plot\.ly/plotly-[\d.]+\.min\.js"', page)


def test_the_package_finds_its_page_files():
    root = Path(__file__).parents[1] / "book"
    for name in ("_static/explore.js", "_static/explore.css", "_static/tokens.css"):
        assert module.asset(name) == (root / name).read_text()
    with pytest.raises(ValueError, match="name: got 'nothing'"):
        module.asset("nothing")


# -- the live form ------------------------------------------------------------------------------------------------
def parts(box):
    row, shown, reading, actions = box.children
    return {field.description: field for field in row.children}, shown, reading, actions.children


def test_the_widget_shows_what_the_function_draws():
    fields, shown, reading, actions = parts(made(live=True).widget())
    fields["Length"].value = 20
    fields["Shifted"].value = True
    fields["Kind"].value = "dots"
    np.testing.assert_array_equal(shown.data[0].y, wave(20, 1.5, True, "dots").data[0].y)
    assert shown.data[0].mode == "markers"
    assert "20 points, 1.5 high." in reading.value
    assert 'aria-live="polite"' in reading.value
    actions[0].click()
    assert fields["Length"].value == 10
    assert "10 points" in reading.value


def test_the_widget_has_the_numbers_as_csv():
    _, _, _, (_, link) = parts(made(live=True).widget())
    text = base64.b64decode(re.search(r"base64,([^\"]*)", link.value)[1]).decode()
    rows = list(csv.reader(io.StringIO(text)))
    assert rows[0] == ["series", "x", "y", "z"]
    assert [float(row[2]) for row in rows[1:]] == pytest.approx(list(wave(10, 1.5).data[0].y))


def test_a_heat_map_as_csv_has_a_row_a_cell():
    figure = go.Figure(go.Heatmap(z=[[1, 2], [3, 4]], x=["a", "b"], y=[10, 20], name="h"))
    figure.update_xaxes(title="step<sub>t</sub>")
    lines = module._csv(figure).splitlines()
    assert lines == ["series,stept,y,z", "h,a,10,1", "h,b,10,2", "h,a,20,3", "h,b,20,4"]


def test_a_heat_map_by_edges_as_csv_has_a_row_a_visible_cell():
    figure = go.Figure(go.Heatmap(z=[[1, 2, 3], [4, 5, 6]], x=[0.5, 1.5, 2.5, 2.5], y=[10, 20], name="h"))
    assert module._csv(figure).splitlines()[1:] == ["h,1.0,10,1", "h,2.0,10,2", "h,1.0,20,4", "h,2.0,20,5"]


def test_the_widget_follows_a_figure_whose_traces_change():
    def more(count):
        return go.Figure([go.Scatter(y=[i, i]) for i in range(count)])

    fields, shown, _, _ = parts(explore(more, name="more", live=True, count=(1, 3, 1)).widget())
    for count in (3, 1, 2):
        fields["Count"].value = count
        assert len(shown.data) == count


def test_an_error_in_the_live_figure_is_shown_and_raised():
    def breaks(length):
        if length == 15:
            raise ZeroDivisionError("not <here>")
        return wave(length)

    fields, _, reading, _ = parts(explore(breaks, name="breaks", live=True, length=(5, 20, 5, 5)).widget())
    with pytest.raises(ZeroDivisionError):
        fields["Length"].value = 15
    assert reading.value == '<b role="alert">ZeroDivisionError: not &lt;here&gt;</b>'
    fields["Length"].value = 20
    assert "20 points" in reading.value


def test_play_moves_the_slider():
    import ipywidgets

    box = made(live=True, play="length").widget()
    player = parts(box)[3][0]
    assert isinstance(player, ipywidgets.Play)
    assert (player.min, player.max, player.value) == (0, 3, 1)


def test_without_ipywidgets_the_figure_stands_and_a_sentence_says_what_is_missing(monkeypatch, capsys):
    figure, find = made(live=True), module.importlib.util.find_spec
    monkeypatch.setattr(module.importlib.util, "find_spec", lambda name: None if name == "ipywidgets" else find(name))
    monkeypatch.setattr("IPython.display.display", lambda shown: print(type(shown).__name__))  # noqa: T201
    figure._ipython_display_()
    said = capsys.readouterr().out
    assert said.startswith("Figure\n")
    assert "they need the packages ipywidgets and anywidget" in said


def test_the_budgets_are_the_contracts():
    assert (MAX_COMBINATIONS, MAX_BYTES) == (1_000, 35_000)
