"""A bar is shown where asked for, and never where stderr must stay empty."""

import sys

import pytest

from helpers import progress as module
from helpers.progress import SILENT, progress


@pytest.fixture
def watched(monkeypatch):
    """As in a notebook: a function that takes the silencing variables away (pytest sets its own for each phase)."""

    def take_away():
        for name in SILENT:
            monkeypatch.delenv(name, raising=False)

    return take_away


def test_silent_in_tests(capfd):
    assert list(progress(range(3), "training", show=True)) == [0, 1, 2]
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("name", SILENT)
def test_silent_where_a_variable_says_so(watched, monkeypatch, capfd, name):
    watched()
    monkeypatch.setenv(name, "1")
    assert list(progress(range(3), show=True)) == [0, 1, 2]
    assert capfd.readouterr().err == ""


def test_silent_without_a_watcher_and_when_told(watched, monkeypatch, capfd):
    watched()
    monkeypatch.delitem(sys.modules, "ipykernel", raising=False)
    assert list(progress(range(3))) == [0, 1, 2]
    assert list(progress(range(3), show=False)) == [0, 1, 2]
    assert capfd.readouterr().err == ""


def test_silent_without_tqdm(watched, monkeypatch, capfd):
    watched()
    monkeypatch.setitem(sys.modules, "tqdm", None)
    monkeypatch.setitem(sys.modules, "tqdm.auto", None)
    assert list(module.progress(range(3), show=True)) == [0, 1, 2]
    assert capfd.readouterr().err == ""


def test_a_bar_where_it_is_wanted(watched, capfd):
    watched()
    pytest.importorskip("tqdm")
    assert list(progress(range(3), "training", show=True)) == [0, 1, 2]
    assert "training" in capfd.readouterr().err
