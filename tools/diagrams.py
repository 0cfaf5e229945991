"""Primitives for the book's diagrams: one hand, one grid, colours from tokens.css.

Units are SVG user units on a 440-wide sheet; CONTRIBUTING.md says what to use when.
Every colour is a CSS variable with the light value as fallback, so that a file works
inlined (follows the theme) and as <img> (light card).
"""

import math
import re
from html import escape
from pathlib import Path

TOKENS = (Path(__file__).parents[1] / "book" / "_static" / "tokens.css").read_text()
LIGHT = dict(re.findall(r"--c-([\w-]+):\s*(#\w+)", TOKENS.split("data-theme=dark")[0]))
SERIF = "var(--serif,Charter,Cambria,Georgia,serif)"
SANS = "var(--sans,'Segoe UI',Roboto,Helvetica,Arial,sans-serif)"
UPRIGHT = {"the", "sum", "over", "all", "steps", "tanh", "softmax", "diag", "score", "LSTM", "for", "size"}
UPRIGHT |= {"of", "add", "to"}


def colour(role):
    """The role's CSS variable, with the light value behind it."""
    return f"var(--c-{role},{LIGHT[role]})"


def spans(source, size):
    """TeX-like `h_{t-1}`, `W_{hh}^⊤` to tspans: letters italic, words in UPRIGHT and signs upright."""
    out, shift = [], 0.0
    for mark, braced, single, plain in re.findall(r"([_^])(?:\{([^}]*)\}|(.))|([^_^]+)", source):
        want = {"_": 0.22, "^": -0.36}.get(mark, 0.0) * size
        for run in re.findall(r"[A-Za-zα-ωΑ-Ω]+|[^A-Za-zα-ωΑ-Ω]+", braced or single or plain):
            italic = run[0].isalpha() and run not in UPRIGHT
            style = (f' dy="{want - shift:.1f}"' if want != shift else "") + (' font-style="italic"' if italic else "")
            style += f' font-size="{size * 0.78:.1f}"' if mark else ""
            out.append(f"<tspan{style}>{escape(run)}</tspan>" if style else escape(run))
            shift = want
    return "".join(out)


class Diagram:
    """A sheet that collects SVG; `title` names the thing, `desc` tells the whole picture in words."""

    def __init__(self, name, height, title, desc, width=440):
        self.name, self.w, self.h, self.title, self.desc, self.parts = name, width, height, title, desc, []

    def add(self, markup):
        """Put raw markup on the sheet."""
        self.parts.append(markup)

    def label(self, x, y, text, role="ink", anchor="middle", size=15, weight=400):
        """Words, in the book's sans."""
        self.add(
            f'<text x="{x}" y="{y}" text-anchor="{anchor}" font-size="{size}" font-weight="{weight}" '
            f'fill="{colour(role)}">{escape(text)}</text>'
        )

    def math(self, x, y, source, role="ink", anchor="middle", size=20):
        """A formula in TeX-like notation, letters italic."""
        self.add(
            f'<text x="{x}" y="{y}" text-anchor="{anchor}" font-size="{size}" font-family="{SERIF}" '
            f'fill="{colour(role)}">{spans(source, size)}</text>'
        )

    def box(self, x, y, w, h, role, fill="paper", radius=6, width=2):
        """A rectangle around (x, y)."""
        self.add(
            f'<rect x="{x - w / 2:g}" y="{y - h / 2:g}" width="{w}" height="{h}" rx="{radius}" '
            f'fill="{colour(fill)}" stroke="{colour(role)}" stroke-width="{width}"/>'
        )

    def state(self, x, y, source, role="forward", r=24):
        """A remembered vector: circle."""
        self.add(
            f'<circle cx="{x}" cy="{y}" r="{r}" fill="{colour("paper")}" stroke="{colour(role)}" stroke-width="2"/>'
        )
        self.math(x, y + 6, source, role)

    def data(self, x, y, source, role="input", w=44, h=32):
        """A vector that enters or leaves: soft rectangle."""
        self.box(x, y, w, h, role)
        self.math(x, y + 6, source, role)

    def gate(self, x, y, letter, role, function):
        """A learned layer: square, its letter above its squashing function."""
        self.box(x, y, 46, 52, role, radius=3)
        self.math(x, y - 4, letter, role, size=22)
        (self.math if len(function) == 1 else self.label)(x, y + 18, function, "ink", size=15)

    def op(self, x, y, sign, role="ink", r=14):
        """Elementwise arithmetic: small circle with × or +."""
        a = r * 0.5 if sign == "×" else r * 0.62
        strokes = f"M{-a} {-a}L{a} {a}M{-a} {a}L{a} {-a}" if sign == "×" else f"M{-a} 0H{a}M0 {-a}V{a}"
        self.add(
            f'<g transform="translate({x} {y})" stroke="{colour(role)}" stroke-width="2">'
            f'<circle r="{r}" fill="{colour("paper")}"/><path d="{strokes}"/></g>'
        )

    def flow(self, *points, role="forward", width=2, head=True, dash=False, radius=8):
        """A polyline with rounded corners; the arrowhead's tip is the last point."""
        pts = [tuple(map(float, p)) for p in points]
        (x0, y0), (x1, y1) = pts[-2:]
        ux, uy = (x1 - x0) / math.dist(*pts[-2:]), (y1 - y0) / math.dist(*pts[-2:])
        size = 9 + max(0, width - 2)
        if head:
            pts[-1] = (x1 - ux * size * 0.8, y1 - uy * size * 0.8)
        d = f"M{pts[0][0]:g} {pts[0][1]:g}"
        for a, b, c in zip(pts, pts[1:], pts[2:], strict=False):
            r = min(radius, math.dist(a, b) / 2, math.dist(b, c) / 2)
            p, q = ([b[k] + (e[k] - b[k]) * r / math.dist(b, e) for k in (0, 1)] for e in (a, c))
            d += f"L{p[0]:g} {p[1]:g}Q{b[0]:g} {b[1]:g} {q[0]:g} {q[1]:g}"
        d += f"L{pts[-1][0]:g} {pts[-1][1]:g}"
        self.add(
            f'<path d="{d}" fill="none" stroke="{colour(role)}" stroke-width="{width}"'
            + (' stroke-dasharray="5 4"' if dash else "")
            + "/>"
        )
        if head:
            self.tip(x1, y1, ux, uy, size, size * 0.45, role)

    def tip(self, x, y, ux, uy, length, half, role):
        """A filled arrowhead whose tip is at (x, y)."""
        bx, by = x - ux * length, y - uy * length
        self.add(
            f'<path d="M{x:g} {y:g}L{bx - uy * half:g} {by + ux * half:g}L{bx + uy * half:g} {by - ux * half:g}Z" '
            f'fill="{colour(role)}"/>'
        )

    def taper(self, a, b, wide, narrow, role="grad"):
        """An arrow whose width is a quantity: `wide` where it starts, `narrow` where it ends."""
        (x0, y0), (x1, y1) = a, b
        ux, uy = (x1 - x0) / math.dist(a, b), (y1 - y0) / math.dist(a, b)
        half, length = narrow / 2 + 3.2, 9 + narrow * 0.3
        ex, ey = x1 - ux * length * 0.9, y1 - uy * length * 0.9
        corners = [(x0, y0, wide), (x0, y0, -wide), (ex, ey, -narrow), (ex, ey, narrow)]
        d = "L".join(f"{x - uy * w / 2:.2f} {y + ux * w / 2:.2f}" for x, y, w in corners)
        self.add(f'<path d="M{d}Z" fill="{colour(role)}"/>')
        self.tip(x1, y1, ux, uy, length, half, role)

    def svg(self):
        """The sheet as an SVG that follows the page's theme."""
        n = self.name
        return (
            f'<svg class="diagram" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {self.w} {self.h}" role="img" '
            f'aria-labelledby="{n}-t {n}-d" font-family="{SANS}">\n<title id="{n}-t">{escape(self.title)}</title>\n'
            f'<desc id="{n}-d">{escape(self.desc)}</desc>\n<rect width="{self.w}" height="{self.h}" '
            f'fill="{colour("paper")}"/>\n' + "\n".join(self.parts) + "\n</svg>\n"
        )
