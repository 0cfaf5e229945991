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


DIAGRAMS = (rnn_unrolled, shared_weight)

if __name__ == "__main__":
    for draw in DIAGRAMS:
        diagram = draw()
        (FIGURES / f"{diagram.name}.svg").write_text(diagram.svg(), encoding="utf-8")
