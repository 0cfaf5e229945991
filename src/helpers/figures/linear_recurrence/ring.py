"""Figure of chapter 8: where an LRU's eigenvalues start, and how long they remember."""

import numpy as np
import plotly.graph_objects as go

from helpers.gates import half_life
from helpers.linear_recurrence import lru_eigenvalues, start_lru
from helpers.style import COLOR

UNITS = 128
BINS = [0, 1, 3, 10, 30, 100, 300, np.inf]
NAMES = ["below 1", "1–3", "3–10", "10–30", "30–100", "100–300", "above 300"]
CIRCLE = np.round(np.exp(2j * np.pi * np.arange(73) / 72), 3)
MOST = UNITS


def ring(r_min: float, r_max: float, phase: float) -> go.Figure:
    """Which memories does an LRU start with? 128 eigenvalues as `start_lru` draws them, and their half-lives.

    Parameters
    ----------
    r_min, r_max : float
        0 <= r_min < r_max < 1: the ring on which they lie.
    phase : float
        The largest angle, in degrees, above 0 and at most 360.

    Returns
    -------
    plotly.graph_objects.Figure
        The complex plane, and how many of them have half-lives between 1, 3, 10, 30, .. steps.

    Raises
    ------
    ValueError
        As for `start_lru`.
    """
    drawn = start_lru(1, 1, UNITS, np.random.default_rng(0), r_min, r_max, np.deg2rad(phase))
    eigenvalues = lru_eigenvalues(drawn.nu, drawn.theta)
    halves = half_life(np.abs(eigenvalues))
    counts, _ = np.histogram(halves, BINS)
    middle, longest = float(np.median(halves)), float(halves.max())
    return go.Figure(
        data=[
            go.Scatter(x=CIRCLE.real, y=CIRCLE.imag, mode="lines", hoverinfo="skip", name="unit circle",
                       line={"color": COLOR["neutral"], "width": 1.5}),
            go.Scatter(x=np.round(eigenvalues.real, 3), y=np.round(eigenvalues.imag, 3), mode="markers",
                       name="eigenvalues", marker={"color": COLOR["forward"], "size": 6}),
            go.Bar(x=counts, y=NAMES, orientation="h", xaxis="x2", yaxis="y2", name="eigenvalues with this half-life",
                   text=[str(n) if n else "" for n in counts], textposition="outside", cliponaxis=False,
                   marker={"color": COLOR["forward"]}),
        ],
        layout={
            "height": 520,
            "xaxis": {"range": [-1.12, 1.12], "domain": [0.1, 0.9], "visible": False, "anchor": "y"},
            "yaxis": {"range": [-1.12, 1.12], "domain": [0.47, 1], "visible": False, "anchor": "x",
                      "scaleanchor": "x", "constrain": "domain"},
            "xaxis2": {"range": [0, MOST * 1.08], "domain": [0, 1], "anchor": "y2",
                       "title": {"text": "eigenvalues, of 128"}},
            "yaxis2": {"domain": [0, 0.38], "anchor": "x2", "range": [len(NAMES) - 0.4, -0.6], "showgrid": False,
                       "title": {"text": "half-life, steps"}},
            "meta": {
                "reading": f"Radii {r_min:g} to {r_max:g}, angles up to {phase:g}°: half of the eigenvalues remember "
                f"for less than {middle:.3g} steps, the longest for {longest:.0f}."
            },
        },
    )  # fmt: skip
