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


def seq2seq_unrolled() -> Diagram:
    """Two networks joined by one vector; the decoder is fed what it has written."""
    d = Diagram(
        "seq2seq-unrolled",
        276,
        "Encoder and decoder, joined by one vector",
        "On the left the encoder reads forty, two and an END mark, which enter from below; its states h1 to h3 follow "
        "each other to the right. Its last state is one vector of H numbers, and that is all the decoder on the right "
        "gets: its first state d0. The decoder's states d1 to d3 write 4, 2 and END; each symbol is also fed "
        "into the next state, and a START mark into the first. Red arrows lead back from state to state, through the "
        "vector, into the encoder.",
    )
    y, top, low, r = 132, 58, 206, 18
    encoder, vector, decoder = [40, 100, 160], 214, [272, 332, 390]
    d.label(12, 24, "encoder: reads", "forward", "start", 16, 600)
    d.label(428, 24, "decoder: writes", "output", "end", 16, 600)
    stops = [*((x, r) for x in encoder), (vector, 15), *((x, r) for x in decoder)]
    for (a, left), (b, right) in pairwise(stops):
        d.flow((a + left, y - 7), (b - right, y - 7))
        d.taper((b - right - 1, y + 9), (a + left + 1, y + 9), 5, 5)
    for t, (x, word, wide) in enumerate(zip(encoder, ("forty", "two", "END"), (56, 44, 48), strict=True), 1):
        d.flow((x, low - 16), (x, y + r), role="input")
        d.box(x, low, wide, 32, "input")
        d.label(x, low + 5, word, "input")
        d.state(x, y, f"h_{t}", r=r)
    d.box(vector, y, 30, 64, "forward", width=3)
    for k in range(5):
        d.add(f'<circle cx="{vector}" cy="{y - 22 + 11 * k}" r="3" fill="{colour("forward")}"/>')
    d.label(vector, low + 5, "one vector", "forward", "start")
    d.math(vector, low + 28, "h_3 = d_0", "forward", "start", 18)
    fed = (226, 58)  # where the START mark stands, and how wide
    for t, (x, symbol, wide) in enumerate(zip(decoder, ("4", "2", "END"), (28, 28, 44), strict=True), 1):
        d.flow((fed[0] + fed[1] / 2, top), (x - 13, top), (x - 13, y - 13), role="output")
        d.flow((x + 6, y - r), (x + 6, top + 16), role="output")
        fed = (x + 12, wide)
        d.box(*(fed[0], top), wide, 32, "output")
        d.label(fed[0], top + 5, symbol, "output")
        d.state(x, y, f"d_{t}", r=r)
    d.box(226, top, 58, 32, "output")
    d.label(226, top + 5, "START", "output")
    d.label(12, 264, "The decoder's losses train the encoder, too.", "grad", "start")
    return d


def attention_step() -> Diagram:
    """The decoder's state asks all states of the encoder and gets their weighted mean."""
    d = Diagram(
        "attention-step",
        560,
        "One step of a decoder with attention",
        "At the bottom the encoder's states h1 to h5, one above each word of: ninth, may, nineteen, ten, END. "
        "Dashed, the decoder's last state d(t-1) asks: with each h it makes a score, and the softmax of the scores "
        "makes weights, drawn as the areas of five squares: 0.79 on may, 0.17 on nineteen, next to nothing elsewhere, "
        "because the decoder is about to write the month. The sum of the states, each times its weight, is the context "
        "c(t). It enters the decoder's next state d(t), together with the last symbol, a hyphen; from d(t) and c(t) "
        "comes the next symbol, 0.",
    )
    # Of the chapter's model for dates (64 units, 300 updates, seed 0), when it writes the 0 of 1910-05-09.
    xs, weights = [48, 134, 220, 306, 392], (0.013, 0.788, 0.165, 0.019, 0.015)
    asking, writing, up, context, grid, low = 48, 306, 96, 188, 276, 376
    d.flow((asking + 24, up), (writing - 24, up))
    d.flow((asking, up + 24), (asking, grid - 31), dash=True)
    d.label(asking + 10, 166, "asks", "forward", "start")
    d.state(asking, up, "d_{t−1}", r=24)
    d.state(writing, up, "d_t", r=24)
    d.flow((writing - 60, 36), (writing - 10, 36), (writing - 10, up - 22), role="output")
    d.box(writing - 76, 36, 32, 32, "output")
    d.label(writing - 76, 41, "-", "output")
    d.flow((writing + 10, up - 22), (writing + 10, 36), (writing + 66, 36), role="output")
    d.box(writing + 84, 36, 36, 32, "output")
    d.label(writing + 84, 41, "0", "output")
    d.box(220, grid, 416, 62, "forward", "surface", radius=3)
    for t, (x, a, word) in enumerate(zip(xs, weights, ("ninth", "may", "nineteen", "ten", "END"), strict=True), 1):
        side = 54 * a**0.5
        d.add(f'<rect x="{x - side / 2:.1f}" y="{grid - side / 2:.1f}" width="{side:.1f}" height="{side:.1f}" '
              f'fill="{colour("forward")}"/>')  # fmt: skip
        d.flow((x, low - 22), (x, grid + 31))
        d.label(x + 8, grid + 52, f"{a:.2f}", "muted", "start")
        d.flow((x, low + 48), (x, low + 22), role="input")
        d.label(x, low + 66, word, "input")
        d.state(x, low, f"h_{t}", r=22)
    for a, b in pairwise(xs):
        d.flow((a + 22, low), (b - 22, low))
    d.flow((220, grid - 31), (220, context + 16))
    d.label(230, grid - 44, "weighted mean", "forward", "start")
    d.data(220, context, "c_t", "forward")
    d.flow((242, context), (writing, context), (writing, up + 24))
    d.flow((writing - 8, context), (writing + 84, context), (writing + 84, 52))
    d.math(12, 480, "e_{ts} = v^⊤ tanh(W_q d_{t−1} + W_k h_s)", "ink", "start", 18)
    d.math(12, 510, "a = softmax(e)", "ink", "start", 18)
    d.math(12, 542, "c_t = sum over s of a_{ts} h_s", "forward", "start", 18)
    return d


def show_and_tell() -> Diagram:
    """A CNN whose last layer is chopped off, and an LSTM that is shown the image once."""
    d = Diagram(
        "show-and-tell",
        476,
        "Show and Tell: the image once, then words",
        "An image, a red triangle above a blue circle, goes through a CNN that is trained already and stays as it is. "
        "Its last layer, which named single objects, is chopped off; what is left gives 8 by 8 places, a vector for "
        "each. They become one vector v, and two layers make the first state of it, h0 and c0. Then comes START, and "
        "the LSTM writes: a, large, red. Each word is fed into the next step. Nothing leads back to the image.",
    )
    xs, y, low, r = [64, 172, 280, 388], 276, 356, 33
    _scene(d, 64, 78)
    d.label(64, 20, "image", "input")
    for k, high in enumerate((84, 64, 46)):
        d.box(152 + 20 * k, 78, 12, high, "forward", "surface", radius=2)
    d.flow((117, 78), (144, 78))
    d.flow((200, 78), (226, 78))
    d.label(172, 20, "CNN, frozen", "forward")
    _grid(d, 280, 78)
    d.label(284, 20, "8 × 8 places", "forward")
    d.add(f'<path d="M334 78H352M366 78H378" stroke="{colour("neutral")}" stroke-width="2"/>')
    d.add(f'<path d="M352 52L366 104" stroke="{colour("ink")}" stroke-width="2.5"/>')
    d.add(f'<rect x="378" y="46" width="50" height="64" rx="6" fill="{colour("paper")}" stroke="{colour("neutral")}" '
          'stroke-width="2" stroke-dasharray="5 4"/>')  # fmt: skip
    d.label(403, 74, "last", "muted")
    d.label(403, 92, "layer", "muted")
    d.label(428, 134, "chopped off", "muted", "end")
    d.flow((280, 130), (280, 158), (64, 158), (64, 182))
    d.label(80, 150, "once", "forward", "start")
    d.data(64, 198, "v", "forward")
    d.flow((64, 214), (64, y - 22))
    for a, b in pairwise(xs):
        d.flow((a + r, y - 8), (b - r, y - 8))
        middle = (a + b) / 2
        d.flow((a + r, low), (middle, low), (middle, y + 10), (b - r, y + 10), role="output")
    for t, (x, word) in enumerate(zip(xs, ("START", "a", "large", "red"), strict=True)):
        if t:
            d.box(x, y, 2 * r, 44, "forward")
            d.label(x, y + 5, "LSTM", "forward", weight=600)
        else:
            d.data(x, y, "h_0, c_0", "forward", 2 * r, 44)
        if 0 < t < 3:
            d.math(x + r + 4, y - 16, f"h_{t}", "forward", "start", 18)
        d.math(x, low + 38, f"w_{t}", "output", size=18)
        if t:
            d.flow((x, y + 22), (x, low - 17), role="output")
        d.box(x, low, 2 * r, 34, "output")
        d.label(x, low + 5, word, "output", weight=600)
    d.math(12, 432, "h_0 = tanh(W_h v + b_h),  c_0 = W_c v + b_c", "forward", "start", 18)
    d.math(12, 462, "h_t, c_t = LSTM(W_E w_{t−1}, h_{t−1}, c_{t−1})", "forward", "start", 18)
    return d


def soft_attention() -> Diagram:
    """Before each word the state asks all places, and gets their weighted mean."""
    d = Diagram(
        "soft-attention",
        634,
        "Soft attention: a look before each word",
        "On top the image, its CNN, and the 8 by 8 vectors f1 to f64 that it gives. They are looked at three times. "
        "Before each word the last LSTM state asks, dashed, and each place gets a weight, drawn as the area of a "
        "square: before the word triangle the weights lie on the triangle, before above they are spread over "
        "both objects, before a they lie on the circle, which comes next. The weighted mean z enters the LSTM together "
        "with the word before.",
    )
    xs, r, top, maps, mean, y, low = [96, 236, 376], 40, 66, 204, 300, 378, 464
    _scene(d, 64, top, 92)
    for k, high in enumerate((76, 58, 42)):
        d.box(142 + 18 * k, top, 11, high, "forward", "surface", radius=2)
    d.flow((110, top), (134, top))
    d.flow((186, top), (210, top))
    _grid(d, 260, top, 92)
    d.math(316, top - 30, "f_1", "forward", "start", 18)
    d.math(316, top + 44, "f_{64}", "forward", "start", 18)
    d.flow((260, top + 46), (260, 132), (xs[0], 132), (xs[0], maps - 46))
    d.flow((260, top + 46), (260, 132), (xs[2], 132), (xs[2], maps - 46))
    d.flow((xs[1], 132), (xs[1], maps - 46))
    places = [((i + 0.5) / 8, (j + 0.5) / 8) for j in range(8) for i in range(8)]
    weights = []
    for share in ((1.0, 0.0), (0.5, 0.5), (0.0, 1.0)):  # of the looks that fall on either object
        near = [[2.718 ** (-((u - a) ** 2 + (v - b) ** 2) / 0.012) for u, v in places] for a, b in OBJECTS]
        weights.append([sum(s * n[k] / sum(n) for s, n in zip(share, near, strict=True)) for k in range(64)])
    for t, (x, word, a) in enumerate(zip(xs, ("triangle", "above", "a"), weights, strict=True)):
        d.box(x, maps, 92, 92, "control", "surface", radius=2, width=1)
        for (u, v), share in zip(places, a, strict=True):
            side = 20 * share**0.5
            if side > 0.8:
                d.add(f'<rect x="{x - 46 + 92 * u - side / 2:.1f}" y="{maps - 46 + 92 * v - side / 2:.1f}" '
                      f'width="{side:.1f}" height="{side:.1f}" fill="{colour("forward")}"/>')  # fmt: skip
        name = ("t", "t+1", "t+2")[t]
        d.math(x - 10, maps + 70, f"a_{{{name}}}", "forward", "end", 18)
        d.flow((x, maps + 46), (x, mean - 16))
        d.data(x, mean, f"z_{{{name}}}", "forward", w=54)
        d.flow((x, mean + 16), (x, y - 22))
        left = x - 70 if t else 26
        asks = left + 4 if t else 26
        d.flow((asks, y - 8), (asks, maps), (x - 46, maps), dash=True)
        d.flow((left - (30 if t else 14), y - 8), (x - r, y - 8))
        d.box(x, y, 2 * r, 44, "forward")
        d.label(x, y + 5, "LSTM", "forward", weight=600)
        d.flow((x, y + 22), (x, low - 17), role="output")
        d.box(x, low, 2 * r, 34, "output")
        d.label(x, low + 5, word, "output", weight=600)
    d.math(10, y + 11, "h_{t−1}", "forward", "start", 16)
    for a, b in pairwise(xs):
        d.flow((a + r, low), (a + 62, low), (a + 62, y + 10), (b - r, y + 10), role="output")
    d.flow((14, low), (44, low), (44, y + 12), (xs[0] - r, y + 12), role="output")
    d.label(12, low + 28, "red", "output", "start")
    d.math(12, 524, "e_{tp} = (W_q h_{t−1}) · (W_k f_p) / √A", "ink", "start", 18)
    d.math(12, 554, "a_t = softmax(e_t)", "ink", "start", 18)
    d.math(12, 586, "z_t = sum over p of a_{tp} f_p", "forward", "start", 18)
    d.math(12, 618, "h_t, c_t = LSTM([W_E w_{t−1}; z_t], h_{t−1}, c_{t−1})", "forward", "start", 18)
    return d


OBJECTS = ((0.36, 0.3), (0.62, 0.75))
"""Where the triangle and the circle of the captioned image stand, from the upper left, as shares of its side."""


def _scene(d: Diagram, x: float, y: float, side: float = 104) -> None:
    """The image that is captioned, as `helpers.scenes` draws them."""
    (a, b), (u, v) = ((x + side * (p - 0.5), y + side * (q - 0.5)) for p, q in OBJECTS)
    k = side / 104
    d.add(f'<rect x="{x - side / 2}" y="{y - side / 2}" width="{side}" height="{side}" rx="2" fill="#dcdcdc" '
          f'stroke="{colour("input")}" stroke-width="2"/>')  # fmt: skip
    corners = "L".join(f"{a + k * i:.1f} {b + k * j:.1f}" for i, j in ((0, -24), (21, 12), (-21, 12)))
    d.add(f'<path d="M{corners}Z" fill="#db2929"/><circle cx="{u:.1f}" cy="{v:.1f}" r="{11 * k:.1f}" fill="#2b54d9"/>')


def _grid(d: Diagram, x: float, y: float, side: float = 104) -> None:
    """8 by 8 vectors."""
    step = side / 8
    for i in range(8):
        for j in range(8):
            d.add(f'<rect x="{x - side / 2 + step * i + 1.5:.1f}" y="{y - side / 2 + step * j + 1.5:.1f}" '
                  f'width="{step - 3:.1f}" height="{step - 3:.1f}" rx="1.5" fill="{colour("surface")}" '
                  f'stroke="{colour("forward")}" stroke-width="1.2"/>')  # fmt: skip


EVENTS = (
    (1982, "forward", "Hopfield: a state that settles"),
    (1986, "forward", "Jordan feeds back the output"),
    (1989, "grad", "RTRL, and in 1990 BPTT"),
    (1990, "forward", "Elman feeds back the state"),
    (1991, "grad", "why gradients vanish (again 1994)"),
    (1997, "cell", "LSTM, without a forget gate"),
    (1997, "forward", "both directions"),
    (2000, "cell", "the forget gate"),
    (2010, "forward", "RNN language models"),
    (2013, "grad", "clipping; deep LSTMs hear speech"),
    (2014, "cell", "GRU; encoder and decoder"),
    (2014, "output", "attention, beside recurrence"),
    (2017, "output", "Transformer: attention alone"),
    (2021, "forward", "S4: linear, long, parallel"),
    (2023, "forward", "LRU, RWKV, Mamba"),
    (2024, "cell", "xLSTM, minGRU, minLSTM"),
    (2026, "forward", "hybrids; Mamba-3 tracks states"),
)
"""Year, role and words of what the history page tells: gates are ochre, attention purple, the way back red."""


def history() -> Diagram:
    """Forty-four years from left to right, one line for each idea."""
    told = ". ".join(f"{year}: {words}" for year, _, words in EVENTS)
    rows, top = 27, 46
    bottom = top + rows * len(EVENTS)
    d = Diagram(
        "history",
        bottom + 14,
        "Recurrent networks from 1982 to 2026",
        f"A time line from left to right, with a dot at its year for each of these. {told}. Seven of the dots stand "
        "before 2000, one at 2000, and nine, more than half, after it, from 2010 on.",
    )

    def x(year: int) -> float:
        return 20 + (year - 1982) * 396 / 44

    for year in (1990, 2000, 2010, 2020):
        d.add(f'<path d="M{x(year):.0f} 30V{bottom}" stroke="{colour("line")}"/>')
        d.label(round(x(year)), 22, str(year), "muted")
    for i, (year, role, words) in enumerate(EVENTS):
        y = top + rows * i + 6
        d.add(f'<circle cx="{x(year):.1f}" cy="{y}" r="6" fill="{colour(role)}"/>')
        early = year < 2005
        d.label(round(x(year)) + (12 if early else -12), y + 5, f"{year}  {words}" if early else f"{words}  {year}",
                "ink", "start" if early else "end")  # fmt: skip
    return d


CHAPTERS = (
    (0, 0, "The basics", ""),
    (1, 0, "Backpropagation", "through time"),
    (2, 0, "Vanishing and", "exploding"),
    (1, 1, "Gates:", "LSTM and GRU"),
    (0, 1, "Both directions,", "and depth"),
    (1, 2, "Sequence to", "sequence"),
    (2, 2, "Image", "captioning"),
    (2, 1, "Where", "recurrence went"),
)
"""Column and row of each chapter on the map, and its name in two lines."""


def book_map() -> Diagram:
    """Which chapter needs which. Arrows are neutral: nothing is computed here."""
    d = Diagram(
        "book-map",
        334,
        "Which chapter needs which",
        "Eight boxes in three rows. Chapter 1, the basics, leads to 2, backpropagation through time, 2 to 3, vanishing "
        "and exploding gradients, and 3 to 4, gates. From 4 three ways go on: to 5, both directions and depth; to 6, "
        "sequence to sequence, and from there to 7, image captioning; and to 8, where recurrence went, which needs 3 "
        "as well. A dashed arrow from 5 to 6: a little of 5 helps there.",
    )
    wide, high, across, down, left, top = 126, 74, 148, 116, 72, 50
    x = [left + across * column for column in range(3)]
    y = [top + down * row for row in range(3)]
    half, tall = wide / 2 + 1, high / 2 + 1
    for row, (a, b) in ((0, (0, 1)), (0, (1, 2)), (1, (1, 2)), (2, (1, 2))):
        d.flow((x[a] + half, y[row]), (x[b] - half, y[row]), role="ink")
    d.flow((x[1] - half, y[1]), (x[0] + half, y[1]), role="ink")
    middle = (y[0] + y[1]) / 2
    d.flow((x[2] - 24, y[0] + tall), (x[2] - 24, middle), (x[1], middle), (x[1], y[1] - tall), role="ink")
    d.flow((x[2] + 24, y[0] + tall), (x[2] + 24, y[1] - tall), role="ink")
    d.flow((x[1], y[1] + tall), (x[1], y[2] - tall), role="ink")
    d.flow((x[0], y[1] + tall), (x[0], y[2]), (x[1] - half, y[2]), role="ink", dash=True)
    for number, (column, row, *names) in enumerate(CHAPTERS, 1):
        d.box(x[column], y[row], wide, high, "ink" if number <= 4 else "control", fill="surface")
        d.label(x[column], y[row] - 15, str(number), "ink", size=17, weight=700)
        for line, name in enumerate(filter(None, names)):
            d.label(x[column], y[row] + 6 + 19 * line, name)
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
    seq2seq_unrolled,
    attention_step,
    show_and_tell,
    soft_attention,
    history,
    book_map,
)

if __name__ == "__main__":
    for draw in DIAGRAMS:
        diagram = draw()
        (FIGURES / f"{diagram.name}.svg").write_text(diagram.svg(), encoding="utf-8")
