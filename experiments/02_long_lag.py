"""A stream that asks for lag 30: chunks too short, chunks just long enough, and longer ones. About eight minutes.

At each step of an endless stream of random signs a tanh network of 64 units, started orthogonal, says which sign came
30 steps ago. The answer at step t needs x_{t-30}, which entered at the 31st newest step. The state is carried on. Two
runs with other lags say what else chunks of 31 and of 40 can and cannot do; two with 31 times the streams, whether
"last" fails for want of examples.

chunks   an update after every K steps, losses at all of them: the loss of step i of a chunk reaches back i steps
last     the same chunks of K, but a loss at the last step of each alone: all losses reach back K steps
window   the same updates every 31 steps, all 31 losses, each of which reaches back K steps, over the chunk's border:
         the 30 steps before it are run once more, by the present weights
"""

import numpy as np

from helpers.bptt import rnn_backward, window_backward
from helpers.optim import adam_start, adam_step, clip_by_norm
from helpers.output import output_backward, output_layer, squared_error
from helpers.rnn_basics import rnn_forward
from helpers.training import Model, start_model

LAG, H, B, NEW = 30, 64, 32, 31
SETTINGS = {
    "task": "which sign came 30 steps ago", "H": H, "streams": B, "start": "orthogonal", "updates": 1500,
    "rate": 3e-3, "threshold": 1.0, "judged on": "mean squared error of the last 100 updates, before each update",
}  # fmt: skip
RUNS = {"chunks": [20, 31, 35, 40], "last": [31], "window": [30, 31]}
OTHER_LAGS = [(31, 20), (40, 39)]  # K, lag
MANY = {"streams": 31 * B, "updates": 500}  # as many losses at the last steps as 32 streams have at all


def one(way: str, K: int, seed: int, updates: int = SETTINGS["updates"], lag: int = LAG, streams: int = B) -> float:
    """Mean squared error of the last 100 updates: 1 for the answer 0, whatever came."""
    rng = np.random.default_rng(seed)
    model = start_model("orthogonal", 1, H, 1, rng)
    state, losses, h = adam_start(model), [], np.zeros((streams, H))
    new, again = (NEW, NEW - 1) if way == "window" else (K, 0)
    past = rng.choice([-1.0, 1.0], size=(lag + again, streams, 1))  # signs before the steps that are run
    for _ in range(updates):
        signs = np.concatenate([past, rng.choice([-1.0, 1.0], size=(new, streams, 1))])
        past = signs[new:]
        targets = signs[: new + again].copy()
        targets[: again if way != "last" else new - 1] = np.nan
        hs, cache = rnn_forward(signs[lag:], h, model.W_x, model.W_h, model.b)
        h = hs[new - 1]
        loss, dy = squared_error(output_layer(hs, model.W_y, model.b_y), targets)
        losses.append(loss)
        dhs, dW_y, db_y = output_backward(dy, hs, model.W_y)
        inner = window_backward(dhs, cache, K) if way == "window" else rnn_backward(dhs, cache)
        g, _ = clip_by_norm(Model(inner.W_x, inner.W_h, inner.b, dW_y, db_y), SETTINGS["threshold"])
        model, state = adam_step(model, g, state, SETTINGS["rate"])
    return float(np.mean(losses[-100:]))


if __name__ == "__main__":
    from common import SEEDS, save, summary

    def measure(way: str, K: int, **more: int) -> dict[str, object]:
        errors = [one(way, K, seed, **more) for seed in SEEDS]
        print(way, K, more, np.round(errors, 4), flush=True)
        return summary(errors) | {"worst": round(max(errors), 4)}

    results = {way: {K: measure(way, K) for K in steps} for way, steps in RUNS.items()}
    results["chunks, other lags"] = {f"K = {K}, lag {lag}": measure("chunks", K, lag=lag) for K, lag in OTHER_LAGS}
    results["31 times the streams"] = {way: measure(way, 31, **MANY) for way in ("chunks", "last")}
    save(__file__, SETTINGS | {"31 times the streams": MANY}, results)
