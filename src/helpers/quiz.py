"""`quiz`: questions with instant feedback that need no script.

Native radio buttons, and a style sheet that shows the feedback of the option which is checked. So the same
HTML works on the site (also from a folder of files), in JupyterLab and on Colab, with a keyboard and with a
screen reader. Text is plain, with a few HTML tags for formulas (``<i>h<sub>t</sub></i>``): TeX is not set in
an output of JupyterLab.
"""

import html
import os
import re
from collections.abc import Sequence
from typing import NamedTuple

from helpers._assets import asset
from helpers.explore import STATIC, _claim

__all__ = ["Option", "Question", "quiz"]

_OWN_KEYS = 'data-lm-suppress-shortcuts="true"'  # arrow keys choose an option; JupyterLab would go to another cell
_TAG = re.compile(r"&lt;(/?)(i|b|em|strong|sub|sup|code)&gt;")


class Option(NamedTuple):
    """One answer: what it says, why it is right or wrong, and which of the two."""

    text: str
    feedback: str
    right: bool = False


class Question(NamedTuple):
    """A question and its options, exactly one of them right."""

    text: str
    options: Sequence[Option]


class Quiz:
    """Questions as HTML; made by `quiz`."""

    def __init__(self, name: str, questions: Sequence[Question]):
        self.name, self.questions = name, questions

    def __repr__(self) -> str:
        return f"quiz({self.name!r}, {len(self.questions)} questions)"

    def _repr_html_(self) -> str:
        return self.static_html(standalone=not os.environ.get(STATIC))

    def static_html(self, standalone: bool = False) -> str:
        """The quiz as HTML; `standalone` carries the style sheet that the site's pages have already."""
        questions = "".join(_fieldset(self.name, i, question) for i, question in enumerate(self.questions, 1))
        # method=dialog: Enter in a form without a button would load the page again, this does nothing
        page = (
            f'<div class="quiz" id="{self.name}" role="group" '
            f'aria-label="Self-check quiz, {len(self.questions)} questions">'
            f'<form method="dialog" autocomplete="off">{questions}'
            f'<div class="quiz-end"><p class="quiz-score">Right so far, of {len(self.questions)}: </p>'
            f'<button type="reset" {_OWN_KEYS}>Clear my answers</button></div></form></div>'
        )
        return f"<style>{asset('_static/quiz.css')}</style>{page}" if standalone else page


def quiz(name: str, questions: Sequence[Question]) -> Quiz:
    """Show questions that tell at once whether an answer is right, and why.

    Parameters
    ----------
    name : str
        The quiz's address on its page, unique there; letters, digits, hyphens.
    questions : sequence of Question
        Each with two options or more, exactly one of them right, each option with its feedback. Texts are
        plain; of HTML they may have i, b, em, strong, sub, sup and code, without attributes.

    Returns
    -------
    Quiz
        Shows itself as the last line of a cell.

    Raises
    ------
    ValueError
        Naming the question, for one that is not so; and for a name used twice.

    Examples
    --------
    >>> one = Question("1 + 1?", [Option("2", "So it is.", right=True), Option("11", "Those are digits.")])
    >>> quiz("sums", [one])
    quiz('sums', 1 questions)
    """
    if not isinstance(name, str) or not re.fullmatch(r"[A-Za-z][A-Za-z0-9-]*", name):
        raise ValueError(f"name: got {name!r}, wanted letters, digits and hyphens, a letter first")
    if not questions:
        raise ValueError("questions: got none, wanted at least one Question")
    asked: set[str] = set()
    for i, question in enumerate(questions, 1):
        _check(f"questions: question {i}", question)
        if question.text in asked:
            raise ValueError(f"questions: question {i} is asked twice: {question.text!r}")
        asked.add(question.text)
    _claim(name, quiz)
    return Quiz(name, questions)


def _check(where: str, question: Question) -> None:
    if not isinstance(question, Question):
        raise ValueError(f"{where}: got {question!r}, wanted Question(text, options)")
    _check_text(f"{where}, text", question.text)
    if len(question.options) < 2:
        raise ValueError(f"{where}: got {len(question.options)} options, wanted at least two")
    for k, option in enumerate(question.options, 1):
        if not isinstance(option, Option):
            raise ValueError(f"{where}, option {k}: got {option!r}, wanted Option(text, feedback, right=False)")
        _check_text(f"{where}, option {k}, text", option.text)
        _check_text(f"{where}, option {k}, feedback", option.feedback)
    right = sum(option.right for option in question.options)
    if right != 1:
        raise ValueError(f"{where}: got {right} right options, wanted exactly one")
    texts = [option.text for option in question.options]
    if len(set(texts)) < len(texts):
        raise ValueError(f"{where}: got the option {max(texts, key=texts.count)!r} twice")


def _check_text(where: str, text: str) -> None:
    if not isinstance(text, str) or not text.strip():
        raise ValueError(f"{where}: got {text!r}, wanted some text")
    if re.search(r"\$|\\[a-zA-Z(\[]", text):
        raise ValueError(f"{where}: got TeX in {text!r}, wanted HTML such as <i>h<sub>t</sub></i> and signs such as ρ")
    opened: list[str] = []
    for closing, tag in _TAG.findall(html.escape(text)):
        if closing and (not opened or opened.pop() != tag):
            raise ValueError(f"{where}: got </{tag}> with nothing to close in {text!r}")
        if not closing:
            opened.append(tag)
    if opened:
        raise ValueError(f"{where}: got <{opened[-1]}> without its end in {text!r}")


def _html(text: str) -> str:
    """Escape all but the few tags for formulas."""
    return _TAG.sub(r"<\1\2>", html.escape(text, quote=False))


def _fieldset(name: str, number: int, question: Question) -> str:
    options = "".join(_option(f"{name}-{number}", k, option) for k, option in enumerate(question.options, 1))
    return f"<fieldset><legend>{number}. {_html(question.text)}</legend>{options}</fieldset>"


def _option(group: str, number: int, option: Option) -> str:
    """One radio button. The feedback stands in a live region, so that a screen reader says it when it shows."""
    verdict, word = ("right", "Right.") if option.right else ("wrong", "Not so.")
    key = f"{group}-{number}"
    return (
        '<div class="quiz-option">'
        f'<input type="radio" class="quiz-{verdict}" id="{key}" name="{group}" value="{number}" {_OWN_KEYS}>'
        f'<label for="{key}">{_html(option.text)}</label>'
        f'<div class="quiz-feedback" aria-live="polite"><p><strong>{word}</strong> {_html(option.feedback)}</p></div>'
        "</div>"
    )
