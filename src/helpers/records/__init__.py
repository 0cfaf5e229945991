"""What trained models did, kept for the figures: a page has no PyTorch to ask. Made by the scripts in `experiments/`.

Every record is one JSON file of this package. Those of chapter 6 (numbers are rounded, symbols are text, "<END>" among
them):

``seq2seq_alignment``
    ``examples``: list of ``{"task", "words", "right", "output", "weights", "deciding"}``. `task` is "dates" or
    "numbers"; `words` the source with its END, S of them; `right` the right answer with its END; `output` what the
    model wrote, greedily, END included, T symbols; `weights` T lists of S attention weights, each list summing to 1;
    `deciding` T lists of the places in `words` that decide the symbol of `right` (empty where none does: hyphens, END,
    digits 0 that no word says).
``seq2seq_beam``
    ``examples``: list of ``{"what", "words", "right", "beams"}``. `what` says what there is to see: "greedy wrong, beam
    right", "all right", "wider worse", "all wrong". ``beams[str(k)]``, k = 1 .. 5, is ``{"steps", "best", "score"}``:
    `best` the winning output (text, with END), `score` its mean log-probability; `steps` a list, one for each step, of
    lists of at most k hypotheses, best first, each ``[symbol, parent, log_probability, ended]``: the symbol added, the
    place in the step before of what it extends (0 at the first step), the log-probability of the whole beginning, and
    whether it has ended (then 1; an ended one repeats END).
``seq2seq_bottleneck``
    ``digits``: 1 .. 15, of which the first ``trained`` were in training. ``models``: list of ``{"kind", "H", "updates",
    "parameters", "exact"}``; `kind` is "plain", "reversed" or "attention"; `exact` is ``{"median", "worst", "each"}``:
    exact match for each number of digits, lists of 15, and one such list for each of five seeds.
``seq2seq_slips``
    ``digits``: of every number, n. ``models``: dict from "plain", "scheduled sampling", "attention" to ``{"told",
    "alone", "slips"}``. `told`: accuracy of symbol 1 .. n when the right symbols before it are fed; `alone`: when its
    own are. `slips`: n - 1 entries, one for each place s = 0 .. n - 2 at which its symbol is replaced by a wrong one
    (right ones before): ``{"place", "after"}``, `after` the accuracy of the symbols s + 1 .. n - 1, own symbols fed.
    Each accuracy list is ``{"median", "worst"}`` over five seeds.

Those of chapter 8:

``linear_recurrence_cost``
    ``lengths``: the T that were measured; ``D``: numbers in and out. ``layers``: from "linear, loop" .. "attention,
    fused" to dict from "forward, ms", "training, ms", "training, MB", "next token, ms", "next token, MB" to a list, one
    number for each T, null where it was not measured.
``linear_recurrence_parity``
    ``lengths``: those tested. ``parity``: dict from models to dict from "16" and "40" (trained up to so many bits) to
    ``{"median", "worst", "best", "right up to"}``: accuracy at each length over five seeds, and the median of the
    longest length up to which at least 99 % are right. ``modulo 3``: dict from models to the same.
"""

import json
from importlib.resources import files
from typing import Any


def load(name: str) -> dict[str, Any]:
    """Read a record.

    Parameters
    ----------
    name : str
        Such as "seq2seq_beam"; without ".json".

    Returns
    -------
    dict

    Raises
    ------
    ValueError
        If there is no such record; the message lists those there are.
    """
    folder = files(__name__)
    names = sorted(entry.name.removesuffix(".json") for entry in folder.iterdir() if entry.name.endswith(".json"))
    if name not in names:
        raise ValueError(f"name: got {name!r}, wanted one of {', '.join(names)}")
    found: dict[str, Any] = json.loads(folder.joinpath(f"{name}.json").read_text(encoding="utf-8"))
    return found
