"""How many parameters a model has: a language model of three kinds, and recurrent layers, single or stacked.

All count numbers that training would set. The language models (a recurrent network, a table of n-grams, a net on a
fixed window) have one-hot inputs of V symbols and a distribution over V symbols out.
"""

from helpers.arrays import check_choice, check_count

BLOCKS = {"tanh": 1, "relu": 1, "gru": 3, "lstm": 4}
"""Blocks of H rows in the weights of each kind of layer: one for each gate and the candidate."""
BIASES = {"tanh": 1, "relu": 1, "gru": 2, "lstm": 1}
"""Biases that each kind needs; PyTorch holds two in every kind."""


def rnn_parameters(D: int, H: int, V: int) -> int:
    """Count the parameters of a recurrent layer with an output layer: ``H D + H H + H + V H + V``.

    W_x, W_h and b of the layer, W_y and b_y of the output. The number of steps T does not occur: the same
    weights serve every step. This is one bias b; ``torch.nn.RNN`` holds two (their sum is what counts), so it has
    H more. A learned initial state would add H.

    Parameters
    ----------
    D, H, V : int
        Numbers per input, state and output.

    Returns
    -------
    int

    Raises
    ------
    ValueError
        If one is below 1.
    """
    D, H, V = check_count("D", D), check_count("H", H), check_count("V", V)
    return H * D + H * H + H + V * H + V


def ngram_parameters(V: int, n: int) -> int:
    """Count the entries of a full n-gram table: ``V^(n-1)`` contexts times V symbols that may follow, ``V^n``.

    This is the table that a model of every context would need. (V of each row's V probabilities are stored; only
    V - 1 are free, since they sum to 1.) What is *stored* in practice is bounded by the corpus: a text of N
    symbols holds at most N - n + 1 different n-grams, and most of the table is never seen.

    Parameters
    ----------
    V : int
    n : int
        The order: n - 1 symbols of context, and the one that follows.

    Returns
    -------
    int
        Exact, however large.

    Raises
    ------
    ValueError
        If one is below 1.

    References
    ----------
    Bengio, Ducharme, Vincent & Jauvin (2003), "A neural probabilistic language model", Journal of Machine
    Learning Research 3, section 1, for the curse of dimensionality.
    """
    exact: int = check_count("V", V) ** check_count("n", n)
    return exact


def window_parameters(V: int, n: int, H: int) -> int:
    """Count the parameters of a net with one hidden layer on a window of n - 1 one-hot symbols.

    ``H (n - 1) V + H + V H + V``: the hidden layer has a column of weights for each symbol at each place, so the
    count grows with the window, though in proportion to n and not as V^n. (Bengio et al. share an embedding
    between the places, which makes the growing part smaller.)

    Parameters
    ----------
    V : int
    n : int
        The order, as of an n-gram: n - 1 symbols of context; at least 2.
    H : int
        Hidden units.

    Returns
    -------
    int

    Raises
    ------
    ValueError
        If n is below 2 or another below 1.

    References
    ----------
    Bengio, Ducharme, Vincent & Jauvin (2003), "A neural probabilistic language model", Journal of Machine
    Learning Research 3.
    """
    V, n, H = check_count("V", V), check_count("n", n), check_count("H", H)
    if n == 1:
        raise ValueError("n: got 1, wanted at least 2: a window of n - 1 symbols")
    return H * (n - 1) * V + H + V * H + V


def lstm_parameters(D: int, H: int, biases: int = 1) -> int:
    """Count the parameters of an LSTM layer without peepholes: ``4 (H D + H H + biases H)``.

    Four affine maps, for i, f, g and o, each as large as a tanh layer. `torch.nn.LSTM` has ``biases=2``; only the sum
    of its two counts.

    Parameters
    ----------
    D, H : int
        Numbers per input and state.
    biases : int
        1, or 2 as in PyTorch.

    Returns
    -------
    int

    Raises
    ------
    ValueError
        If a size is below 1 or `biases` is neither 1 nor 2.
    """
    return layer_parameters("lstm", D, H, biases=biases)


def gru_parameters(D: int, H: int, biases: int = 2) -> int:
    """Count the parameters of a GRU layer: ``3 (H D + H H + biases H)``.

    Three affine maps, for r, z and n. With the reset gate after the product, as in PyTorch, the candidate's second
    bias stands inside the reset, so two biases are needed there; r and z use the sum of theirs. With the reset gate
    before the product one would do.

    Parameters
    ----------
    D, H : int
        Numbers per input and state.
    biases : int
        2, or 1.

    Returns
    -------
    int

    Raises
    ------
    ValueError
        If a size is below 1 or `biases` is neither 1 nor 2.
    """
    return layer_parameters("gru", D, H, biases=biases)


def layer_parameters(
    kind: str,
    D: int,
    H: int,
    depth: int = 1,
    both: bool = False,
    biases: int | None = None,
    connect: str = "plain",
) -> int:
    """Count the parameters of a stack of recurrent layers, the output layer not among them.

    One layer with input width w has ``k (H w + H H + biases H)`` in each direction, k = 1, 3, 4 for tanh or ReLU, GRU,
    LSTM. The width is D for the first layer; above it, H, or 2H if the layer below runs in both directions. So two
    directions are exactly twice one in a single layer, and more than twice in a stack. Dense connections join D and
    the widths of all layers below.

    Parameters
    ----------
    kind : {"tanh", "relu", "gru", "lstm"}
    D, H : int
        Numbers per input and state (of one direction).
    depth : int
        Layers.
    both : bool
        Whether the layers run in both directions.
    biases : int, optional
        1 or 2 in each cell, 2 as in PyTorch; left out, what this book's layers hold: 2 for a GRU, else 1.
    connect : {"plain", "residual", "dense"}
        As for `helpers.stacks.stack_forward`. A residual connection has no parameters.

    Returns
    -------
    int

    Raises
    ------
    ValueError
        For an unknown kind or connection, a size below 1, or `biases` neither 1 nor 2.
    """
    blocks = BLOCKS[check_choice("kind", kind, BLOCKS)]
    check_choice("connect", connect, ("plain", "residual", "dense"))
    width, H, depth = check_count("D", D), check_count("H", H), check_count("depth", depth)
    biases = BIASES[kind] if biases is None else check_count("biases", biases)
    if biases > 2:
        raise ValueError(f"biases: got {biases}, wanted 1 or 2")
    directions = 2 if both else 1
    total = 0
    for _ in range(depth):
        total += directions * blocks * (H * width + H * H + biases * H)
        width = directions * H + (width if connect == "dense" else 0)
    return total


def nearest_units(
    kind: str,
    D: int,
    total: int,
    depth: int = 1,
    both: bool = False,
    biases: int | None = None,
    connect: str = "plain",
) -> int:
    """Find the H that brings a stack's `layer_parameters` nearest to `total`, to compare kinds at equal size.

    Parameters
    ----------
    kind : {"tanh", "relu", "gru", "lstm"}
    D : int
        Numbers per input.
    total : int
        The count wanted.
    depth, both, biases, connect
        As for `layer_parameters`.

    Returns
    -------
    int
        H, at least 1; the smaller one of two that are equally near.

    Raises
    ------
    ValueError
        As for `layer_parameters`, or if `total` is below 1.
    """
    total = check_count("total", total)

    def count(H: int) -> int:
        return layer_parameters(kind, D, H, depth, both, biases, connect)

    low, high = 1, 2
    while count(high) < total:
        low, high = high, 2 * high
    while high - low > 1:  # the count grows with H: halve the range that holds the total
        middle = (low + high) // 2
        low, high = (middle, high) if count(middle) < total else (low, middle)
    return min((low, high), key=lambda H: abs(count(H) - total))
