"""Colours, ticks and numbers as the book writes them."""

import re

import pytest

from helpers.style import COLOR, TEMPLATE, diagram, level, line, power_of_ten, power_ticks, scale


def luminance(colour):
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    bright, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("page", ["#ffffff", "#15181d"])
@pytest.mark.parametrize("role", COLOR)
def test_each_role_can_be_seen_on_both_pages(role, page):
    assert contrast(COLOR[role], page) >= 3, "WCAG 1.4.11: graphics need 3:1"


def test_roles_differ_in_more_than_colour():
    for pair in (("forward", "grad"), ("input", "output"), ("f", "o"), ("grad", "neutral")):
        one, other = (line(role) for role in pair)
        marks = [(style["line"]["dash"], style["line"]["width"], style["marker"]["symbol"]) for style in (one, other)]
        assert marks[0] != marks[1]


def test_what_the_caller_says_wins():
    assert line("grad", name="mine")["name"] == "mine"
    with pytest.raises(ValueError, match="role: got 'gradient', wanted one of forward, grad"):
        line("gradient")


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0, "0"),
        (0.5, "0.5"),
        (0.0018, "1.8 × 10⁻³"),
        (304.48, "304"),
        (0.122, "0.12"),
        (9999, "9,999"),
        (4.1e17, "4.1 × 10¹⁷"),
        (-2.5e-9, "-2.5 × 10⁻⁹"),
    ],
)
def test_numbers_as_people_write_them(number, text):
    assert power_of_ten(number) == text


def test_ticks_of_a_log10_axis():
    ticks = power_ticks(-4, 4, 4)
    assert ticks["tickvals"] == [-4, 0, 4]
    assert ticks["ticktext"] == ["10<sup>−4</sup>", "1", "10<sup>4</sup>"]
    assert ticks["range"] == [-4, 4]


def test_scales_and_levels():
    assert scale(["#000000", "#777777", "#ffffff"]) == [[0, "#000000"], [0.5, "#777777"], [1, "#ffffff"]]
    assert level(2)["y0"] == level(2)["y1"] == 2
    assert TEMPLATE.layout.meta["roles"] == COLOR, "explore.js swaps these for the page's colours"


def test_a_diagram_is_inline_and_tells_itself():
    svg = diagram("rnn-unrolled")._repr_html_()
    assert svg.startswith('<svg class="diagram"')
    assert "var(--c-grad," in svg, "it follows the page's theme"
    assert not re.search(r"W_?\{?(xh|hh)", svg), "the book's notation is W_x, W_h"
    with pytest.raises(ValueError, match=r"figures/nothing\.svg"):
        diagram("nothing")


def test_the_committed_diagrams_are_what_draw_py_draws():
    from tools.draw import DIAGRAMS, FIGURES

    for draw in DIAGRAMS:
        drawn = draw()
        assert (FIGURES / f"{drawn.name}.svg").read_text() == drawn.svg(), "run `make figures`"
