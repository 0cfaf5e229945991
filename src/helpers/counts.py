"""How many parameters a language model has: a recurrent network, a table of n-grams, a net on a fixed window.

All count numbers that training would set, with one-hot inputs of V symbols and a distribution over V symbols out.
"""

from helpers.arrays import check_count


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
