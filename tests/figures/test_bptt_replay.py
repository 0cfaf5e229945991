"""The replay shows what `fit` returned, at the moment that is asked."""

import numpy as np
import pytest

from helpers.explore import MAX_BYTES, explore
from helpers.figures.bptt.replay import LINES, WIDTH, replay
from helpers.language import Fit, Snapshot, smoothed
from helpers.writing import start_language_model

MOMENTS = (0, 20, 100, 400, 1000)


def history(updates=1000):
    rng = np.random.default_rng(0)
    losses = 0.5 + 4.5 * np.exp(-np.arange(updates) / 100) + 0.02 * rng.standard_normal(updates)
    checked = np.arange(0, updates + 1, 250)
    dev = 0.55 + 4.5 * np.exp(-checked / 100)
    texts = ["x (& \n" * 30, "once" * 50, "it yawns.\n" * 20, "short", "once an ox lived in the barn. " * 6]
    shots = [Snapshot(n, 0.55 + 4.5 * np.exp(-n / 100), text) for n, text in zip(MOMENTS, texts, strict=True)]
    model = start_language_model(3, 2, rng)
    return Fit(model, int(checked[dev.argmin()]), losses, 0 * losses, checked, dev, tuple(shots))


def test_the_marker_stands_at_the_moment():
    seen = history()
    for i, n in enumerate(MOMENTS):
        figure = replay(seen, i, 0.8, 0.3)
        marker = figure.data[2]
        assert marker.x == pytest.approx([np.log10(1 + n)], abs=1e-3)
        assert marker.y == pytest.approx([np.log2(seen.snapshots[i].bits)], abs=1e-3)
        assert f"After {n:,} updates" in figure.layout.meta["reading"]
        assert f"{seen.snapshots[i].bits:.2f} bits" in figure.layout.meta["reading"]
    assert "0.25 fewer than the n-gram" in replay(seen, 4, 0.8).layout.meta["reading"]
    assert "4.25 more than the n-gram" in replay(seen, 0, 0.8).layout.meta["reading"]


def test_the_lines_are_train_and_dev():
    seen = history()
    train, dev, _ = replay(seen, 1, 0.8, 0.3).data
    at, means = smoothed(seen.losses)
    np.testing.assert_allclose(train.x, np.log10(1 + at), atol=1e-3)
    np.testing.assert_allclose(train.y, np.log2(means), atol=1e-3)
    np.testing.assert_allclose(10 ** np.array(dev.x) - 1, [0, 20, 100, 250, 400, 500, 750, 1000], rtol=2e-3, atol=1e-3)
    assert 2 ** np.array(dev.y)[[0, 3, 7]] == pytest.approx(seen.dev[[0, 1, 4]], rel=2e-3)


def test_the_references_are_named_and_drawn():
    both, alone = replay(history(), 0, 0.8, 0.3), replay(history(), 0, 0.8)
    assert [shape.y0 for shape in both.layout.shapes] == pytest.approx(np.log2([0.8, 0.3]), abs=1e-3)
    texts = [note.text for note in both.layout.annotations]
    assert "best n-gram: 0.80" in texts
    assert "the grammar itself: 0.30" in texts
    assert len(alone.layout.shapes) == 1


def test_everything_drawn_is_inside_the_fixed_axes():
    seen = history()
    ranges = []
    for i in range(len(MOMENTS)):
        layout = replay(seen, i, 0.8, 0.3).layout
        ranges.append((layout.xaxis.range, layout.yaxis.range))
        for trace in replay(seen, i, 0.8, 0.3).data:
            assert layout.xaxis.range[0] < min(trace.x) <= max(trace.x) < layout.xaxis.range[1]
            assert layout.yaxis.range[0] < min(trace.y) <= max(trace.y) < layout.yaxis.range[1]
        assert layout.yaxis.range[0] < np.log2(0.3), "the references, too"
    assert len(set(ranges)) == 1


def test_the_sample_fits_a_phone():
    for i in range(len(MOMENTS)):
        lines = replay(history(), i, 0.8).layout.annotations[-1].text.split("<br>")
        assert len(lines) == LINES
        assert max(len(written.replace("&amp;", "&")) for written in lines) <= WIDTH
    assert "&amp;" in replay(history(), 0, 0.8).layout.annotations[-1].text
    assert "↵" in replay(history(), 2, 0.8).layout.annotations[-1].text


def test_it_can_be_baked():
    seen = history()
    explorer = explore(
        lambda moment: replay(seen, moment, 0.8, 0.3),
        name="test-replay", moment=(0, len(MOMENTS) - 1, 1), play="moment", live=False,
    )  # fmt: skip
    explorer.bake()  # raises beyond 35 KB
    assert MAX_BYTES == 35_000


def test_errors():
    with pytest.raises(ValueError, match="moment: got 5, wanted one of the 5 snapshots"):
        replay(history(), 5, 0.8)
    with pytest.raises(ValueError, match="moment: got -1"):
        replay(history(), -1, 0.8)
