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


def lstm_cell() -> Diagram:
    """One step of an LSTM: the cell state runs straight through; the gates touch it at two places."""
    d = Diagram(
        "lstm-cell",
        450,
        "One step of an LSTM",
        "The cell state runs straight through from c(t-1) to c(t). On its way it is multiplied by the forget gate f, "
        "then the product of input gate i and candidate g is added. A copy goes through tanh and is multiplied by the "
        "output gate o; the result is the hidden state h(t). The three gates and the candidate read the hidden state "
        "h(t-1) and the input x(t). A red arrow goes back along the cell state: there the gradient is multiplied "
        "by f alone.",
    )
    y, f, i, g, o, out, plus = 78, 112, 192, 272, 348, 398, 232
    bus, gates = 276, 214
    d.math(112, 22, "∂c_t/∂c_{t−1} = diag(f)", "grad", "start", size=18)
    d.label(274, 22, "along the line", "grad", "start")
    d.taper((366, 42), (112, 42), 4, 3)
    d.flow((12, bus), (o, bus), (o, gates + 26))
    for x in (f, i, g):
        d.flow((x, bus), (x, gates + 26))
    d.flow((60, 322), (60, bus), role="input")
    d.math(60, 344, "x_t", "input")
    d.math(12, bus - 12, "h_{t−1}", "forward", "start")
    d.flow((12, y), (432, y), role="cell", width=6)
    d.math(12, y - 15, "c_{t−1}", "cell", "start")
    d.math(432, y - 15, "c_t", "cell", "end")
    d.flow((f, gates - 26), (f, y + 14), role="gate-f")
    d.flow((i, gates - 26), (i, 146), (plus - 14, 146), role="gate-i")
    d.flow((g, gates - 26), (g, 146), (plus + 14, 146), role="gate-g")
    d.flow((plus, 132), (plus, y + 14), role="cell")
    d.flow((o, gates - 26), (o, 168), (out - 14, 168), role="gate-o")
    d.flow((out, y), (out, 154), role="cell")
    d.flow((out, 182), (out, bus), (432, bus))
    d.math(432, bus - 12, "h_t", "forward", "end")
    for x, at, sign in ((f, y, "×"), (plus, y, "+"), (plus, 146, "×"), (out, 168, "×")):
        d.op(x, at, sign)
    d.box(out, 118, 46, 26, "ink", radius=3)
    d.label(out, 123, "tanh")
    names = {"f": "forget", "i": "input", "g": "candidate", "o": "output"}
    for x, (letter, name) in zip((f, i, g, o), names.items(), strict=True):
        d.gate(x, gates, letter, f"gate-{letter}", "tanh" if letter == "g" else "σ")
        d.label(x, bus + 26, name, f"gate-{letter}")
    d.math(112, 346, "z = W_x x_t + W_h h_{t−1} + b", "ink", "start", 18)
    d.math(112, 374, "i, f, o = σ(z^i, z^f, z^o),  g = tanh(z^g)", "ink", "start", 18)
    d.math(112, 406, "c_t = f ⊙ c_{t−1} + i ⊙ g", "cell", "start", 18)
    d.math(112, 434, "h_t = o ⊙ tanh(c_t)", "forward", "start", 18)
    return d


def gru_cell() -> Diagram:
    """One step of a GRU: z fades from the old state to the candidate, r filters what the candidate hears."""
    d = Diagram(
        "gru-cell",
        516,
        "One step of a GRU",
        "The state runs straight through from h(t-1) to h(t). On its way it is multiplied by the update gate z, then "
        "the candidate n times one minus z is added: a crossfade from the old state to the candidate. Both gates read "
        "h(t-1) and the input x(t). The candidate reads x(t) and, after the product with W_h, only so much of h(t-1) "
        "as the reset gate r lets pass. A red arrow goes back along the state: there the gradient is multiplied by z "
        "alone.",
    )
    y, z, r, n, left = 78, 112, 216, 322, 36
    fade, new, row, bus, past = 142, 214, 286, 340, 404
    d.math(112, 22, "∂h_t/∂h_{t−1} = diag(z)", "grad", "start", size=18)
    d.label(278, 22, "along the line", "grad", "start")
    d.taper((366, 42), (112, 42), 4, 3)
    d.flow((12, y), (432, y), width=6)
    d.math(12, y - 15, "h_{t−1}", "forward", "start")
    d.math(432, y - 15, "h_t", "forward", "end")
    d.flow((left, y), (left, past), (n, past), (n, row + 14))
    d.flow((left, bus), (r, bus), (r, row + 26))
    d.flow((z, bus), (z, row + 26))
    d.flow((70, 374), (70, bus), role="input")
    d.math(70, 392, "x_t", "input")
    d.flow((404, new), (n + 23, new), role="input")
    d.math(408, new + 5, "x_t", "input", "start")
    d.flow((z, row - 26), (z, y + 14), role="gate-f")
    d.flow((z, fade), (n - 14, fade), role="gate-f")
    d.flow((r + 23, row), (n - 14, row), role="gate-o")
    d.flow((n, row - 14), (n, new + 26))
    d.flow((n, new - 26), (n, fade + 14), role="gate-g")
    d.flow((n, fade - 14), (n, y + 14), role="gate-g")
    for x, at, sign in ((z, y, "×"), (n, y, "+"), (n, fade, "×"), (n, row, "×")):
        d.op(x, at, sign)
    d.box(r, fade, 46, 26, "ink", radius=3)
    d.box(n, 348, 66, 28, "ink", radius=3)
    d.math(n, 353, "W_h, b_h", "ink", size=15)
    d.math(r, fade + 5, "1 − z", "ink", size=15)
    d.gate(z, row, "z", "gate-f", "σ")
    d.gate(r, row, "r", "gate-o", "σ")
    d.gate(n, new, "n", "gate-g", "tanh")
    d.label(z + 8, row - 36, "update", "gate-f", "start")
    d.label(r, row - 36, "reset", "gate-o")
    d.label(n + 30, new - 22, "candidate", "gate-g", "start")
    d.math(24, 440, "r, z = σ(W_x x_t + b_x + W_h h_{t−1} + b_h)", "ink", "start", 18)
    d.math(24, 470, "n = tanh(W_x x_t + b_x + r ⊙ (W_h h_{t−1} + b_h))", "gate-g", "start", 18)
    d.math(24, 500, "h_t = z ⊙ h_{t−1} + (1 − z) ⊙ n", "forward", "start", 18)
    d.label(424, 500, "own rows for r, z, n", "muted", "end")
    return d


def bidirectional_layer() -> Diagram:
    """Two chains that never meet; only their states are joined, step by step."""
    d = Diagram(
        "bidirectional-layer",
        368,
        "A bidirectional layer over four steps",
        "In the middle the inputs x1 to x4, from left to right, each beside the output y of its step. Above them the "
        "forward chain: four states, each computed from the input below it and the state on its left. Below them the "
        "backward chain: four states, each computed from the input above it and the state on its right. No arrow leads "
        "from one chain to the other. Each output y joins the two states of its own step.",
    )
    xs, ahead, middle, back = [64, 168, 272, 376], 84, 184, 284
    d.label(12, 24, "forward chain: from the first word to the last", "forward", "start")
    d.label(428, 352, "backward chain: from the last word to the first", "forward", "end")
    for a, b in pairwise(xs):
        d.flow((a + 26, ahead), (b - 26, ahead))
        d.math((a + b) / 2, ahead - 10, "W_h^→", "muted", size=17)
        d.flow((b - 26, back), (a + 26, back))
        d.math((a + b) / 2, back + 24, "W_h^←", "muted", size=17)
    for t, x in enumerate(xs, 1):
        left, right = x - 15, x + 15
        for y, side in ((ahead, -1), (back, 1)):
            d.flow((left, middle + 17 * side), (left, y - 21 * side), role="input")
            d.flow((right, y - 21 * side), (right, middle + 17 * side))
            d.state(x, y, f"h_{t}^{'→' if side < 0 else '←'}", r=26)
        d.data(x - 22, middle, f"x_{t}", w=38, h=34)
        d.data(x + 22, middle, f"y_{t}", "output", w=38, h=34)
    return d


def deep_rnn() -> Diagram:
    """Time to the right, depth upwards, and one connection that skips a layer."""
    d = Diagram(
        "deep-rnn",
        468,
        "Three recurrent layers over three steps",
        "Three rows of states, the first layer below, the third above; three steps from left to right. Each state is "
        "computed from the state of the same layer at the step before and from the state of the layer below at the "
        "same step. The inputs x enter the first layer, the outputs y leave the third. At the last step one arrow goes "
        "around the second layer, and what it carries is added to what that layer puts out: a residual connection, "
        "which every step has.",
    )
    xs, rows, fork, plus, around = [96, 204, 312], [352, 246, 108], 299, 176, 380
    for layer, y in enumerate(rows, 1):
        d.label(12, y - 6, "layer", "muted", "start")
        d.label(12, y + 13, str(layer), "muted", "start")
        for a, b in pairwise(xs):
            d.flow((a + 28, y), (b - 28, y))
            d.math((a + b) / 2, y - 10, f"W_h^{{({layer})}}", "muted", size=17)
    for t, x in enumerate(xs, 1):
        d.flow((x, 416), (x, rows[0] + 28), role="input")
        d.flow((x, rows[0] - 28), (x, rows[1] + 28))
        d.flow((x, rows[1] - 28), (x, rows[2] + 28))
        d.flow((x, rows[2] - 28), (x, 52))
        d.data(x, 432, f"x_{t}")
        d.data(x, 36, f"y_{t}", "output")
        for layer, y in enumerate(rows, 1):
            d.state(x, y, f"h_{t}^{{({layer})}}", r=28)
    d.flow((xs[-1], fork), (around, fork), (around, plus), (xs[-1] + 14, plus))
    d.op(xs[-1], plus, "+")
    d.label(around + 8, rows[1] + 5, "skip", "forward", "start")
    return d


DIAGRAMS = (
    rnn_unrolled,
    shared_weight,
    feedforward_recurrent,
    two_paths,
    chunks,
    lstm_cell,
    gru_cell,
    bidirectional_layer,
    deep_rnn,
)

if __name__ == "__main__":
    for draw in DIAGRAMS:
        diagram = draw()
        (FIGURES / f"{diagram.name}.svg").write_text(diagram.svg(), encoding="utf-8")
