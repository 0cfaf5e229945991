"""The curse of memory: one eigenvalue learns another, the nearer the circle the harder. Half a minute.

Teacher and student are one state each, ``h_t = lambda h_{t-1} + x_t``, with a real eigenvalue, under white noise; the
loss is the mean square of the difference of their outputs over that of the teacher's, whose value in the long run is
known in closed form (`landscape`). The student starts at five radii drawn between 0.3 and 0.7 and follows the gradient
for 2000 updates: plain gradient descent, and Adam, each with the best of some rates, chosen on other starts (seed 100)
for each teacher and parametrisation. "eigenvalue": lambda is the parameter, and may leave the circle, which ends the
run; "normalised": also, with outputs sqrt(1 - lambda^2) h; "exponential": nu is, lambda = exp(-exp(nu)), with outputs
sqrt(1 - lambda^2) h, as in the LRU. Learned means a loss below 0.01. Before that, the closed forms of
`parameter_sensitivity` are compared with states that are simulated.
"""

from typing import Any

import numpy as np

from helpers.figures.linear_recurrence.curse import landscape
from helpers.linear_recurrence import parameter_sensitivity

RADII = [0.9, 0.99, 0.999]
KINDS = ["eigenvalue", "normalised", "exponential"]
RATES = [3e-6, 1e-5, 3e-5, 1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2, 0.1, 0.3, 1.0]
UPDATES, LEARNED = 2000, 0.01
SIMULATED, STEPS = [0.5, 0.9, 0.99], 100_000
SETTINGS = {"radii": RADII, "updates": UPDATES, "learned below": LEARNED, "rates": RATES, "starts": [0.3, 0.7],
            "simulated steps": STEPS}  # fmt: skip


def loss(kind: str, parameter: float, radius: float) -> float:
    """The loss of a student whose parameter this is; nan where its recurrence is not stable."""
    r = float(np.exp(-np.exp(parameter))) if kind == "exponential" else parameter
    return float(landscape(kind, np.array([r]), radius)[0]) if abs(r) < 1 else np.nan


def learn(kind: str, radius: float, start: float, rate: float, adam: bool) -> tuple[float, int | None]:
    """Follow the gradient from a start; return the last loss (nan if the circle was left), and when it was learned."""
    p = float(np.log(-np.log(start))) if kind == "exponential" else start
    mean = square = 0.0
    learned, now = None, loss(kind, p, radius)
    for n in range(1, UPDATES + 1):
        step = 1e-6 * (1.0 if kind == "exponential" else max(1 - abs(p), 1e-9))
        gradient = (loss(kind, p + step, radius) - loss(kind, p - step, radius)) / (2 * step)
        if adam:
            mean, square = 0.9 * mean + 0.1 * gradient, 0.999 * square + 0.001 * gradient**2
            gradient = mean / (1 - 0.9**n) / (np.sqrt(square / (1 - 0.999**n)) + 1e-12)
        p -= rate * gradient
        now = loss(kind, p, radius)
        if np.isnan(now):
            return now, None
        if now >= LEARNED:
            learned = None
        elif learned is None:
            learned = n
    return now, learned


def best_rate(kind: str, radius: float, adam: bool) -> float:
    """Of `RATES`, the one that learns soonest from a start that no result is from, or else ends lowest."""
    start = draw(100)

    def order(rate: float) -> tuple[float, float]:
        last, when = learn(kind, radius, start, rate, adam)
        return (when or np.inf, np.inf if np.isnan(last) else last)

    return min(RATES, key=order)


def draw(seed: int) -> float:
    """Where a student starts."""
    return float(np.random.default_rng(seed).uniform(0.3, 0.7))


def simulated(radius: float, seed: int) -> dict[str, float]:
    """Mean squares of the derivative of the state, by running it and its derivative on white noise."""
    x = np.random.default_rng(seed).standard_normal(STEPS)
    h = dh = 0.0
    hs, dhs = np.empty(STEPS), np.empty(STEPS)
    for t, value in enumerate(x):
        h, dh = radius * h + value, radius * dh + h  # dh_t/dr = r dh_{t-1}/dr + h_{t-1}
        hs[t], dhs[t] = h, dh
    gamma = np.sqrt(1 - radius**2)
    scaled = gamma * dhs - radius / gamma * hs  # d(gamma h)/dr
    found = {"eigenvalue": dhs, "normalised": scaled, "exponential": scaled * radius * np.log(radius)}
    return {kind: float(np.mean(values[STEPS // 100 :] ** 2)) for kind, values in found.items()}


if __name__ == "__main__":
    from common import SEEDS, save, summary

    results: dict[str, Any] = {"sensitivity": {}, "learning": {}}
    for radius in SIMULATED:
        found = [simulated(radius, seed) for seed in SEEDS]
        results["sensitivity"][str(radius)] = {
            kind: summary([row[kind] for row in found], high_is_bad=True)
            | {"closed form": round(float(parameter_sensitivity(radius, kind)), 4)}
            for kind in KINDS
        }
        print(radius, results["sensitivity"][str(radius)], flush=True)
    for optimiser in ("gradient descent", "Adam"):
        results["learning"][optimiser] = {}
        for kind in KINDS:
            rows = results["learning"][optimiser][kind] = {}
            for radius in RADII:
                rate = best_rate(kind, radius, optimiser == "Adam")
                runs = [learn(kind, radius, draw(seed), rate, optimiser == "Adam") for seed in SEEDS]
                when = [n for _, n in runs]
                middle = float(np.median([np.inf if n is None else n for n in when]))
                rows[str(radius)] = {
                    "rate": rate,
                    "learned": sum(n is not None for n in when),
                    "median": None if np.isinf(middle) else middle,
                    "each": when,
                    "left the circle": sum(bool(np.isnan(last)) for last, _ in runs),
                    "last loss": [None if np.isnan(last) else round(last, 4) for last, _ in runs],
                }
                print(optimiser, kind, radius, rows[str(radius)], flush=True)
    save(__file__, SETTINGS, results)
