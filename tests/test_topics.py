"""The topic index points at what is there, and notices when it is gone."""

import copy
import subprocess
import sys
from pathlib import Path

import prose
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tools import topics
from tools.notebooks import text

LIST = topics.LIST.read_text(encoding="utf-8")
ALL = list(topics.topics(LIST))
CHAPTERS = topics.chapters()
# The live figures for which the syllabus asks: a word of the topic that must have one, and the figure.
LIVE = {
    "01_rnn_basics": {"unroll": "unrolled", "n-gram": "counts", "temperature": "next", "many to one": "shapes"},
    "02_bptt": {"chunks": "contributions", "biased": "bias", "memory": "cost", "character model": "replay"},
    "03_gradients": {
        "vanish": "norms",
        "non-normal": "kinds",
        "lag by lag": "lags",
        "complex pair": "eigenvalue",
        "by norm": "clipping",
        "cliff": "cliff",
        "Xavier": "initialisation",
    },
    "04_gates": {"gate": "playground", "direct path": "lag", "unit by unit": "reading", "parameters": "counts"},
    "05_bidirectional": {"seen": "sees", "depth and time": "map", "distance": "distance"},
    "06_seq2seq": {"alignment": "alignment", "length": "bottleneck", "beam": "beam"},
    "07_captioning": {"alternatives": "scene", "attention": "looking"},
    "08_linear_recurrence": {"depth": "scan", "radius": "memory", "cost": "cost"},
}


def test_the_page_is_what_the_notebooks_say():
    assert topics.PAGE.read_text(encoding="utf-8") == topics.page()


@pytest.mark.parametrize("target", sorted({target for _, target in prose.links(topics.page())}))
def test_links_and_states(target):
    assert prose.wrong(target, topics.PAGE) is None


@pytest.mark.parametrize("chapter", sorted(CHAPTERS))
def test_every_live_figure_of_the_syllabus_has_its_topic(chapter):
    for word, figure in LIVE[chapter].items():
        found = [topic for topic in ALL if topic.chapter == chapter and word in topic.name]
        assert figure in [name.partition("?")[0] for topic in found for name in topic.figures], word


def test_topics_are_short_and_their_own():
    names = [(topic.chapter, topic.name) for topic in ALL]
    assert len(names) == len(set(names)) > 100
    assert max(len(name) for _, name in names) <= 55


def test_topics_without_an_exercise_are_asides():
    """What stands in the syllabus as a pointer, a cure told elsewhere or an outlook; all others are asked for."""
    assert {topic.name for topic in ALL if not topic.exercises} == {
        "pictures read or drawn piece by piece",
        "a character model, on a grammar and on Moby-Dick",
        "latching a bit makes gradients vanish",
        "recall against distance; recency beats syntax",
        "ReLU, skip connections and gates as cures",
        "reversing the source",
        "from attention to the Transformer",
        "COCO captions and a ready-made encoder",
        "visual question answering",
    }


# -- what is taken away is missed -------------------------------------------------------------------------------
def without(chapter, start, stop):
    """The chapters, one of them without its cells from the one that has `start` up to the one that has `stop`."""
    notebooks = copy.deepcopy(CHAPTERS)
    cells = notebooks[chapter]["cells"]
    first = next(i for i, cell in enumerate(cells) if start in text(cell))
    last = next(i for i, cell in enumerate(cells) if i > first and stop in text(cell))
    del cells[first:last]
    return notebooks


def headings():
    """Each section with a topic, as (chapter, heading)."""
    return sorted({(topic.chapter, topic.section) for topic in ALL if topic.section != topics.TOP})


@pytest.mark.parametrize(("chapter", "section"), headings())
def test_a_section_that_is_gone_is_missed(chapter, section):
    notebooks = copy.deepcopy(CHAPTERS)
    for cell in notebooks[chapter]["cells"]:
        if cell["cell_type"] == "markdown":
            cell["source"] = "\n".join(line for line in text(cell).split("\n") if line.lstrip("# ") != section)
    with pytest.raises(ValueError, match="no section") as error:
        topics.table(LIST, notebooks)
    assert section in str(error.value)


def test_a_section_that_is_emptied_is_missed():
    notebooks = copy.deepcopy(CHAPTERS)
    for cell in notebooks["03_gradients"]["cells"]:
        cell["source"] = text(cell).replace("copy task", "task")
    with pytest.raises(ValueError, match="'copy task' is not in section 'Start in a better place'"):
        topics.table(LIST, notebooks)


def test_a_figure_that_is_gone_is_missed():
    with pytest.raises(ValueError, match="no figure 'lags"):
        topics.table(LIST, without("03_gradients", 'name="lags"', "## Memory is not learning"))


def test_an_exercise_that_is_gone_is_missed():
    with pytest.raises(ValueError, match=r"no exercise 4\.6"):
        topics.table(LIST, without("04_gates", "# Exercise 4.6", "Exercise 4.7 ·"))


@pytest.mark.parametrize(
    ("gone", "told"),
    [
        ("the cliff | cliff | cliff | 3.3\n", "no topic names cliff"),
        (
            "peepholes, coupled gates, highway, residual | peepholes | - | 4.5\n",
            "no topic names Variants, and relatives",
        ),
        ("ways to let the image in | Vinyals | scene?decoder=Show and Tell | 7.2\n", r"no topic names .*7\.2"),
    ],
)
def test_what_no_topic_names_is_told(gone, told):
    assert gone in LIST
    with pytest.raises(ValueError, match=told):
        topics.table(LIST.replace(gone, ""), CHAPTERS)


@pytest.mark.parametrize("line", ["a topic | word | -", "a topic | word | | 1.1", "a | b | c | d | e"])
def test_a_line_of_another_form_is_refused(line):
    with pytest.raises(ValueError, match="wanted 'topic"):
        list(topics.topics(f"# 01\n## One\n{line}"))


def test_a_line_below_no_heading_is_refused():
    with pytest.raises(ValueError, match="below a heading"):
        list(topics.topics("# 01\na topic | word | - | -"))


def test_a_chapter_without_topics_is_told():
    with pytest.raises(ValueError, match="09_new"):
        topics.table(LIST, CHAPTERS | {"09_new": CHAPTERS["01_rnn_basics"]})


def test_the_command_says_whether_the_page_is_right():
    ran = subprocess.run([sys.executable, topics.__file__, "--check"], capture_output=True, text=True, cwd=Path.cwd())
    assert ran.returncode == 0, ran.stderr
