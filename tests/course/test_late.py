"""Late days: when a day begins, and how a student's budget is spent."""

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.course.intake import Submission
from tools.course.late import Settled, days_late, lateness, moved, read_extensions, settle

DUE = datetime(2026, 11, 21, 23, 59, tzinfo=timezone(timedelta(hours=1)))
DATES = {"02_bptt": DUE, "03_gradients": DUE + timedelta(days=7), "04_gates": DUE + timedelta(days=14)}


@pytest.mark.parametrize(
    ("minutes", "days"),
    [(-10_000, 0), (0, 0), (15, 0), (15.01, 1), (24 * 60, 1), (24 * 60 + 15, 1), (24 * 60 + 16, 2), (10 * 24 * 60, 10)],
)
def test_each_begun_day_after_the_grace_counts(minutes, days):
    assert lateness((DUE + timedelta(minutes=minutes)).astimezone(UTC), DUE, 15) == days


def test_the_hour_of_summer_time_is_counted():
    berlin = ZoneInfo("Europe/Berlin")
    due = datetime(2026, 10, 24, 12, tzinfo=berlin)  # the clocks go back that night
    assert lateness(datetime(2026, 10, 25, 12, tzinfo=berlin), due, 30) == 2
    assert lateness(datetime(2026, 10, 25, 11, tzinfo=berlin), due, 30) == 1


@pytest.mark.parametrize(("submitted", "due"), [(DUE.replace(tzinfo=None), DUE), (DUE, DUE.replace(tzinfo=None))])
def test_a_date_without_a_zone_is_refused(submitted, due):
    with pytest.raises(ValueError, match="2026-11-21 23:59:00 has no time zone"):
        lateness(submitted, due, 0)


@pytest.mark.parametrize(
    ("submitted", "marked", "due", "days"),
    [(DUE + timedelta(days=3), False, DUE, 3), (DUE, True, DUE, 0), (None, True, DUE, 1), (None, False, DUE, 0),
     (DUE + timedelta(days=3), True, None, 0)],
)  # fmt: skip
def test_what_the_lms_says_counts_only_where_there_is_no_time(submitted, marked, due, days):
    assert days_late(Submission("a", Path("x"), submitted, marked, ()), due, 0) == days


@pytest.mark.parametrize(
    ("late", "budget", "wanted"),
    [
        ({"02_bptt": 1, "03_gradients": 1}, 3, [(1, 1, 0), (1, 1, 0)]),
        ({"03_gradients": 2, "02_bptt": 2}, 3, [(2, 2, 0), (2, 1, 0.1)]),  # by due date, whatever comes first
        ({"03_gradients": 2}, 3, [(2, 2, 0)]),  # chapter 2 is not handed in: nothing is put by for it
        ({"02_bptt": 0, "03_gradients": 20}, 3, [(0, 0, 0), (20, 3, 1)]),  # never more than everything
        ({"02_bptt": 3}, 0, [(3, 0, 0.3)]),
        ({"no_due_date": 0, "02_bptt": 1}, 0, [(0, 0, 0), (1, 0, 0.1)]),
        ({}, 3, []),
    ],
)
def test_the_budget_is_spent_in_the_order_of_due_dates(late, budget, wanted):
    settled = settle(DATES, late, budget, 10)
    assert list(settled) == sorted(settled, key=lambda chapter: (chapter in DATES, chapter))
    assert [(one.days, one.free, pytest.approx(one.penalty)) for one in settled.values()] == wanted


def test_chapters_due_together_go_by_name():
    settled = settle({"b": DUE, "a": DUE}, {"b": 1, "a": 1}, 1, 10)
    assert settled == {"a": Settled(1, 1, 0.0), "b": Settled(1, 0, 0.1)}


@pytest.mark.parametrize(("late", "said"), [({"02_bptt": -1}, "-1 days"), ({"09_none": 1}, "09_none: 1 days late")])
def test_days_that_cannot_be_are_refused(late, said):
    with pytest.raises(ValueError, match=said):
        settle(DATES, late, 3, 10)


@given(st.dictionaries(st.sampled_from(list(DATES)), st.integers(0, 9)), st.integers(0, 9), st.integers(0, 100))
def test_no_more_is_spent_than_there_is(late, budget, percent):
    settled = settle(DATES, late, budget, percent)
    assert sum(one.free for one in settled.values()) == min(budget, sum(late.values()))
    assert all(0 <= one.penalty <= 1 and one.free <= one.days == late[chapter] for chapter, one in settled.items())
    assert settled == settle(DATES, dict(reversed(late.items())), budget, percent)


def test_extensions_move_one_students_due_date(tmp_path):
    path = tmp_path / "extensions.csv"
    assert read_extensions(path, ["a"], ["02_bptt"]) == {}
    path.write_text("﻿id;chapter;days;why\na;02_bptt;7;ill\nb;02_bptt;0;\n")
    assert read_extensions(path, ["a", "b"], ["02_bptt"]) == {("a", "02_bptt"): 7, ("b", "02_bptt"): 0}
    due = datetime(2026, 10, 20, 23, 59, tzinfo=ZoneInfo("Europe/Berlin"))
    assert moved(due, 7).isoformat() == "2026-10-27T23:59:00+01:00"  # the same time of day in winter
    assert moved(None, 7) is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("id,days\na,1\n", "line 1: wanted the columns id, chapter and days, got id, days"),
        ("id,chapter,days\nx,02_bptt,1\n", "line 2: there is no 'x' in the roster"),
        ("id,chapter,days\na,2,1\n", "line 2: there is no chapter '2'; wanted one of 02_bptt"),
        ("id,chapter,days\na,02_bptt,-1\n", "line 2: wanted days from 0 to 365, got '-1'"),
        ("id,chapter,days\na,02_bptt,1.5\n", "line 2: wanted days from 0 to 365, got '1.5'"),
        ("id,chapter,days\na,02_bptt,366\n", "line 2: wanted days from 0 to 365, got '366'"),
        ("id,chapter,days\na,02_bptt,1\na,02_bptt,2\n", "line 3: a second line for a and 02_bptt"),
    ],
)
def test_bad_extensions_are_named_with_their_line(tmp_path, text, said):
    (tmp_path / "extensions.csv").write_text(text)
    with pytest.raises(ValueError, match=f"^extensions.csv, {said}"):
        read_extensions(tmp_path / "extensions.csv", ["a"], ["02_bptt"])
