"""The book's diagrams, drawn with the primitives of `diagrams.py`: `make figures` writes book/figures/*.svg."""

import sys
from itertools import pairwise
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
from tools.diagrams import Diagram, colour

FIGURES = Path(__file__).parents[1] / "book" / "figures"


def rnn_unrolled() -> Diagram:
    """Forward in blue, back in red, the width of each red arrow being the size of what it carries."""
    d = Diagram(
        "rnn-unrolled",
        402,
        "A recurrent network unrolled over four steps",
        "Inputs x1 to x4 enter from below through the weights W_x. The states h1 to h4 are computed from left to "
        "right, each from the one before through the same weights W_h; the loss L depends on h4. The "
        "gradient leaves L, enters h4 and flows back from right to left. Its arrow becomes half as wide at each step: "
        "sizes 1, 1/2, 1/4 and 1/8, shown as bars below.",
    )
    d.math(16, 34, "h_t = tanh(W_x x_t + W_h h_{t−1} + b)", "forward", "start", 18)
    d.math(16, 66, "∂L/∂h_{t−1} = W_h^⊤ diag(1 − h_t^2) ∂L/∂h_t", "grad", "start", 18)
    xs, y, top = [76, 176, 276, 376], 186, 12

    def width(t: int) -> float:
        return top * 0.5 ** (4 - t)

    d.math(14, y + 6, "h_0", "forward")
    d.flow((28, y - 7), (xs[0] - 23, y - 7))
    d.taper((xs[0] - 23, y + 10), (28, y + 10), width(1), width(0))
    for t, (a, b) in enumerate(pairwise(xs), 1):
        d.flow((a + 23, y - 7), (b - 23, y - 7))
        d.math((a + b) / 2, y - 18, "W_h", "muted", size=17)
        d.taper((b - 22, y + 10), (a + 22, y + 10), width(t + 1), width(t))
    d.data(376, 84, "L", "output", 44, 34)
    d.flow((366, y - 22), (366, 101))
    d.taper((384, 102), (384, y - 24), top, top)
    for t, x in enumerate(xs, 1):
        d.flow((x, 238), (x, y + 24), role="input")
        d.math(x + 9, 232, "W_x", "muted", "start", 17)
        d.state(x, y, f"h_{t}")
        d.data(x, 254, f"x_{t}")
        size = 56 * 0.5 ** (4 - t)
        d.add(f'<rect x="{x - 14}" y="{368 - size:g}" width="28" height="{size:g}" fill="{colour("grad")}"/>')
        d.label(x, 361 - size, ["1/8", "1/4", "1/2", "1"][t - 1], "grad", size=16)
        d.math(x, 392, f"∂L/∂h_{t}", "grad", size=18)
    d.add(f'<path d="M50 368H402" stroke="{colour("control")}"/>')
    d.label(50, 306, "Gradient that reaches each state", "ink", "start")
    d.label(50, 325, "if every step back halves it", "muted", "start")
    return d


def shared_weight() -> Diagram:
    """Every step sends its gradient into the one W_h; near steps fill it, far steps drown."""
    d = Diagram(
        "shared-weight",
        356,
        "Four steps, one weight matrix",
        "States h1 to h4 from left to right, the loss L above h4. The gradient flows back from right to left and "
        "halves at each step. From every state an arrow of that width leads down into one box, the gradient of the "
        "shared matrix W_h. A bar below divides the box among the steps: 53 percent come from step 4, 27 from "
        "step 3, 13 from step 2 and 7 from step 1.",
    )
    xs, y, top, box = [76, 176, 276, 376], 116, 12, 236
    sizes = [top * 0.5 ** (4 - t) for t in (1, 2, 3, 4)]
    d.data(376, 34, "L", "output", 44, 34)
    d.taper((376, 52), (376, y - 25), top, top)
    for t, (a, b) in enumerate(pairwise(xs)):
        d.flow((a + 23, y - 7), (b - 23, y - 7))
        d.math((a + b) / 2, y - 18, "W_h", "muted", size=17)
        d.taper((b - 22, y + 10), (a + 22, y + 10), sizes[t + 1], sizes[t])
    for t, (x, size) in enumerate(zip(xs, sizes, strict=True), 1):
        d.taper((x, y + 25), (x, box - 22), size, size)
        d.state(x, y, f"h_{t}")
    d.box(226, box, 400, 40, "grad", radius=3)
    d.math(226, box + 6, "∂L/∂W_h : the sum over all steps", "grad", size=18)
    left, whole = 26.0, sum(sizes)
    for t, size in enumerate(sizes, 1):
        wide = 400 * size / whole
        d.add(
            f'<rect x="{left:.1f}" y="280" width="{wide - 2:.1f}" height="26" fill="{colour("grad")}" '
            f'fill-opacity="{0.25 + 0.75 * size / top:.2f}"/>'
        )
        middle = left + wide / 2
        d.label(middle, 326, f"{100 * size / whole:.0f} %", "grad", size=15)
        d.label(middle, 345, f"step {t}" if wide > 60 else str(t), "muted", size=15)
        left += wide
    return d


def feedforward_recurrent() -> Diagram:
    """The same three words through a net without memory and through one with a state that is passed on."""
    d = Diagram(
        "feedforward-recurrent",
        420,
        "The same steps without and with recurrence",
        "Above, a feed-forward net: each input x1, x2, x3 goes up through a hidden layer to its own output y1, y2, y3, "
        "and no arrow joins one step to the next. Below, a recurrent net: the same columns, and each hidden state h1, "
        "h2 is also passed on to the right, through the weights W_h, into the next state.",
    )
    xs = [110, 240, 370]
    for top, joined in ((0, False), (210, True)):
        d.label(12, top + 24, "recurrent" if joined else "feed-forward", "ink", "start", 16, 600)
        y = top + 118
        if joined:
            d.math(28, y + 6, "h_0", "forward")
            d.flow((42, y), (xs[0] - 24, y))
            for a, b in pairwise(xs):
                d.flow((a + 24, y), (b - 24, y))
                d.math((a + b) / 2, y - 10, "W_h", "muted", size=17)
        for t, x in enumerate(xs, 1):
            d.flow((x, top + 176), (x, y + 25), role="input")
            d.flow((x, y - 25), (x, top + 66))
            d.data(x, top + 50, f"y_{t}", "output")
            d.data(x, top + 190, f"x_{t}")
            if joined:
                d.state(x, y, f"h_{t}")
            else:
                d.box(x, y, 48, 48, "forward")
                d.math(x, y + 6, f"a_{t}", "forward")
            d.math(x + 9, top + 162, "W_x", "muted", "start", 17)
            d.math(x + 9, top + 86, "W_y", "muted", "start", 17)
    return d


def two_paths() -> Diagram:
    """What reaches one state on the way back: from above and from the future."""
    d = Diagram(
        "two-paths",
        336,
        "Two paths into one state, two out of it",
        "The state h_t in the middle. In blue it sends its value up to the loss L_t at the same step and right to the "
        "next state. In red two gradients come back into it: one from L_t above, one from the next state on the "
        "right. Their sum goes on: left to the state before, and down to the weights.",
    )
    x, y = 226, 176
    d.data(x, 44, "L_t", "output", 52, 36)
    d.flow((x - 12, y - 26), (x - 12, 64))
    d.taper((x + 12, 64), (x + 12, y - 27), 7, 7)
    d.label(x + 26, 104, "from above", "grad", "start")
    for a, b, name in ((76, x, "h_{t−1}"), (x, 376, "h_{t+1}")):
        d.flow((a + 26, y - 10), (b - 26, y - 10))
        d.state(a if name == "h_{t−1}" else b, y, name, r=28)
    d.taper((376 - 30, y + 12), (x + 30, y + 12), 7, 7)
    d.label((x + 376) / 2, y + 42, "from the future", "grad")
    d.taper((x - 30, y + 12), (76 + 30, y + 12), 10, 10)
    d.taper((x, y + 30), (x, 264), 10, 10)
    d.state(x, y, "h_t", r=28)
    d.box(x, 286, 260, 40, "grad", radius=3)
    d.math(x, 292, "W_x , W_h , b : add to the sum", "grad", size=17)
    return d


def chunks() -> Diagram:
    """Truncation by chunks: the state crosses the border, the gradient does not."""
    d = Diagram(
        "chunks",
        198,
        "Two chunks of two steps",
        "States h1 to h4 from left to right, a loss above each. Blue arrows carry the state through all four, also "
        "across the dashed border between step 2 and step 3. Red arrows carry the gradient back from h4 to h3 and from "
        "h2 to h1, but none crosses the border.",
    )
    xs, y = [70, 170, 280, 380], 128
    d.add(f'<path d="M225 20V190" stroke="{colour("control")}" stroke-width="2" stroke-dasharray="6 5"/>')
    d.label(120, 186, "chunk 1", "muted")
    d.label(330, 186, "chunk 2", "muted")
    for t, (a, b) in enumerate(pairwise(xs), 1):
        d.flow((a + 24, y - 8), (b - 24, y - 8))
        if t != 2:
            d.taper((b - 23, y + 10), (a + 23, y + 10), 7, 7)
    d.label(225, 14, "state passes, gradient stops", "ink", size=15)
    for t, x in enumerate(xs, 1):
        d.data(x, 46, f"L_{t}", "output", 48, 34)
        d.flow((x - 9, y - 24), (x - 9, 65))
        d.taper((x + 9, 65), (x + 9, y - 25), 7, 7)
        d.state(x, y, f"h_{t}")
    return d


DIAGRAMS = (rnn_unrolled, shared_weight, feedforward_recurrent, two_paths, chunks)

if __name__ == "__main__":
    for draw in DIAGRAMS:
        diagram = draw()
        (FIGURES / f"{diagram.name}.svg").write_text(diagram.svg(), encoding="utf-8")
