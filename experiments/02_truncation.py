"""A task that needs lag 10, learned by backpropagation through time cut to K steps. About four minutes.

At each of 60 steps a tanh network of 32 units, started orthogonal, says what its input was ten steps ago. The answer at
step t needs x_{t-10}, which entered at the eleventh newest step. The truncation is in the gradient alone: the state is
always carried on, and all networks make the same 500 updates, each on the summed gradient of whole sequences.

"frozen" trains the output layer only: what an orthogonal start holds without any learning in the recurrent weights.

When to update: the same sequences read, and an update after each chunk of K steps instead of one after all 60.
"""

import numpy as np

from helpers.bptt import chunked_backward, rnn_backward, window_backward
from helpers.data import recall_task
from helpers.memory import recall
from helpers.optim import adam_start, adam_step, clip_by_norm
from helpers.output import output_backward, output_layer
from helpers.rnn_basics import rnn_forward
from helpers.training import Model, loss_and_gradient, run, start_model

SETTINGS = {
    "task": "recall", "lag": 10, "T": 60, "batch": 32, "H": 32, "start": "orthogonal", "updates": 500, "rate": 2e-3,
    "threshold": 1.0, "judged on": "200 new sequences of 60 steps, R^2",
}  # fmt: skip
LAG, T, H = 10, 60, 32
STEPS = [1, 2, 5, 8, 10, 11, 12, 15, 20, 30, 60]
UPDATE_AFTER = [1, 10, 12, 20, 30, 60]


def gradient(model, x, targets, truncation, K):
    """The gradient of one batch, as the truncation leaves it."""
    outputs, hs, cache = run(model, x)
    _, dy = loss_and_gradient(outputs, targets)
    dhs, dW_y, db_y = output_backward(dy, hs, model.W_y)
    if truncation == "frozen":
        return Model(*(np.zeros_like(p) for p in model[:3]), dW_y, db_y)
    backward = {"window": window_backward, "chunks": chunked_backward}
    inner = rnn_backward(dhs, cache) if truncation == "full" else backward[truncation](dhs, cache, K)
    return Model(inner.W_x, inner.W_h, inner.b, dW_y, db_y)


def trained(truncation: str, K: int, seed: int, updates: int = SETTINGS["updates"]) -> Model:
    """The network after one update for each batch of whole sequences."""
    rng = np.random.default_rng(seed)
    model = start_model("orthogonal", 1, H, 1, rng)
    state = adam_start(model)
    for _ in range(updates):
        g, _ = clip_by_norm(gradient(model, *recall_task(T, 32, LAG, rng), truncation, K), SETTINGS["threshold"])
        model, state = adam_step(model, g, state, SETTINGS["rate"])
    return model


def recalled(model: Model, seed: int) -> float:
    """Recall on new sequences."""
    return recall(model, *recall_task(T, 200, LAG, np.random.default_rng(1000 + seed)))


def one(truncation: str, K: int, seed: int) -> float:
    """Recall after training with one update for each batch of whole sequences."""
    return recalled(trained(truncation, K, seed), seed)


def update_after(K: int, seed: int, batches: int = SETTINGS["updates"]) -> float:
    """Recall after reading as many sequences, with an update after every K steps that ask for something.

    The state is carried on from chunk to chunk, made by weights that have changed since.
    """
    rng = np.random.default_rng(seed)
    model = start_model("orthogonal", 1, H, 1, rng)
    state = adam_start(model)
    for _ in range(batches):
        x, targets = recall_task(T, 32, LAG, rng)
        h = np.zeros((32, H))
        for start in range(0, T, K):
            steps = slice(start, start + K)
            hs, cache = rnn_forward(x[steps], h, *model[:3])
            h = hs[-1]
            if np.isnan(targets[steps]).all():  # nothing is asked in the first ten steps
                continue
            _, dy = loss_and_gradient(output_layer(hs, model.W_y, model.b_y), targets[steps])
            dhs, dW_y, db_y = output_backward(dy, hs, model.W_y)
            inner = rnn_backward(dhs, cache)
            g, _ = clip_by_norm(Model(inner.W_x, inner.W_h, inner.b, dW_y, db_y), SETTINGS["threshold"])
            model, state = adam_step(model, g, state, SETTINGS["rate"])
    return recalled(model, seed)


if __name__ == "__main__":
    from common import SEEDS, save, summary

    results = {"frozen": summary([one("frozen", 1, seed) for seed in SEEDS])}
    for truncation in ("window", "chunks"):
        results[truncation] = {K: summary([one(truncation, K, seed) for seed in SEEDS]) for K in STEPS}
    results["update after each chunk"] = {K: summary([update_after(K, seed) for seed in SEEDS]) for K in UPDATE_AFTER}
    for name, row in results.items():
        row = {"": row} if name == "frozen" else row
        print(name, {K: (value["median"], value["worst"]) for K, value in row.items()})
    save(__file__, SETTINGS, results)
