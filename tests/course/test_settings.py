"""course.toml: what is read, and what is refused in words that name the key."""

import pickle
from datetime import timedelta

import pytest

from tools.course.settings import Course, load


def written(folder, content):
    (folder / "course.toml").write_text(content, encoding="utf-8")
    return folder


def test_without_a_file_the_defaults_hold(tmp_path):
    assert load(tmp_path) == Course()
    assert Course().cell_seconds == 15
    assert Course().memory_gigabytes == 8
    assert not Course().due


def test_settings_go_to_other_processes(tmp_path):
    for content in ("", "[due]\n03_gradients = 2027-03-08T23:59:00Z"):
        course = load(written(tmp_path, content))
        assert pickle.loads(pickle.dumps(course)) == course
    assert pickle.loads(pickle.dumps(Course())) == Course()


def test_what_is_written_is_read_and_the_rest_stays(tmp_path):
    content = """
id = "rnn-2027"
key = "spring"
title = "Rekurrente Netze"
late_days = 3
grace_minutes = 2.5
[due]
03_gradients = 2027-03-08T23:59:00+01:00
04_gates = 2027-03-15T12:00:00Z
"""
    course = load(written(tmp_path, content))
    assert course[:5] == ("rnn-2027", "spring", "Rekurrente Netze", 3, 2.5)
    assert course.penalty_percent == Course().penalty_percent
    assert course.due["03_gradients"].utcoffset() == timedelta(hours=1)
    assert course.due["04_gates"].utcoffset() == timedelta(0)
    assert (course.due["04_gates"] - course.due["03_gradients"]) == timedelta(days=6, hours=13, minutes=1)


def test_a_chapter_of_ones_own_has_a_due_date(tmp_path):
    (tmp_path / "90_own").mkdir()
    assert list(load(written(tmp_path, "[due]\n90_own = 2027-03-08T23:59:00Z")).due) == ["90_own"]


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("late_day = 3", "there is no setting 'late_day'; wanted one of id, key, .*late_days"),
        ("late_days = 2.5", "late_days: wanted a whole number from 0 to 365, got 2.5"),
        ("late_days = -1", "late_days: wanted a whole number"),
        ("late_days = true", "late_days: .* got True"),
        ("cell_seconds = '15'", "cell_seconds: wanted a number from 1 to 3600, got '15'"),
        ("cell_seconds = 0", "cell_seconds: wanted a number from 1"),
        ("cell_seconds = nan", "cell_seconds: wanted a number"),
        ("penalty_percent = 101", "penalty_percent: wanted a number from 0 to 100, got 101"),
        ("memory_gigabytes = inf", "memory_gigabytes: wanted a number"),
        ("id = 7", "id: wanted a string, got 7"),
        ("id = ''", "id: wanted up to 64 letters"),
        ("key = 'a\"b'", "key: wanted up to 64 letters"),
        ('title = "a\\nb"', "title: wanted one line of text"),
        ("due = 2027-03-08T23:59:00Z", r"due: wanted a table \[due\]"),
        ("[due]\n03_gradients = 2027-03-08T23:59:00", r"due.03_gradients: 2027-03-08T23:59:00 has no offset from UTC"),
        ("[due]\n03_gradients = 2027-03-08", "due.03_gradients: wanted a date such as"),
        ("[due]\n03_gradients = '2027-03-08T23:59:00Z'", "due.03_gradients: .* without quotes"),
        ("[due]\n03_gradient = 2027-03-08T23:59:00Z", "due.03_gradient: no such chapter; there are 01_rnn_basics, "),
        ("late_days = \nid = 7", "line 1"),
    ],
)
def test_a_wrong_setting_is_refused_by_name(tmp_path, content, complaint):
    with pytest.raises(ValueError, match=f"^course.toml: .*{complaint}"):
        load(written(tmp_path, content))


def test_a_file_in_another_encoding_is_refused(tmp_path):
    (tmp_path / "course.toml").write_bytes('title = "Netze für Anfänger"'.encode("latin-1"))
    with pytest.raises(ValueError, match=r"^course.toml: .*utf-8"):
        load(tmp_path)
