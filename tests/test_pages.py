"""The pages around the chapters: cheat sheet, notation, glossary, history, bibliography and the helper reference.

What needs the built book is marked `site`; test_site.py holds for these pages what it holds for all others.
"""

import functools
import inspect
import json
import pkgutil
import re
import sys
import zlib
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest
from docutils import nodes
from docutils.utils import new_document
from prose import known, links, page, wrong
from pybtex.database import parse_file

import helpers
from helpers.gates import bias_half_life, half_life

ROOT = Path(__file__).parents[1]
BOOK, SITE = ROOT / "book", ROOT / "_build" / "html"
sys.path.insert(0, str(BOOK / "_extensions"))
import rnn_reference  # noqa: E402
import rnn_terms  # noqa: E402

FILES = [BOOK / f"{name}.md" for name in ("cheatsheet", "notation", "glossary", "history", "reference")]
FILES += sorted((BOOK / "reference").glob("*.md"))
CHAPTERS = sorted((ROOT / "notebooks").glob("*.ipynb"))


@functools.cache
def prose(path):
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return "\n\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")


def rows(text):
    """The body rows of all tables of a page, each a list of cells."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    bodies = [line for line, after in zip(lines, [*lines[1:], ""], strict=True) if not re.match(r"\|-+\|", after)]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in bodies if "---" not in line]


# -- links and sources ------------------------------------------------------------------------------------------
LIST_OF_MODELS = "https://github.com/NVlabs/GatedDeltaNet"  # no paper: its authors say in it who uses their layer
LINKS = [(path, target) for path in FILES for _, target in links(path.read_text(encoding="utf-8"))]


@pytest.mark.parametrize(("path", "target"), LINKS, ids=lambda value: value.stem if isinstance(value, Path) else value)
def test_links_lead_somewhere(path, target):
    assert target == LIST_OF_MODELS or wrong(target, path) is None


def test_each_entry_of_the_bibliography_says_where_it_is():
    places = []
    for key, entry in parse_file(BOOK / "references.bib", "bibtex").entries.items():
        fields = {name.lower(): value for name, value in entry.fields.items()}
        assert entry.persons, key
        assert {"title", "year"} <= set(fields), key
        place = f"https://doi.org/{fields['doi']}" if "doi" in fields else fields.get("url", "")
        assert re.match(r"https://[\w.-]+/\S+$", place), f"{key} has neither DOI nor URL"
        places.append(place.lower())
    assert len(places) > 80
    assert len(set(places)) == len(places), {place for place in places if places.count(place) > 1}


def test_each_entry_of_the_bibliography_is_used():
    """A page or a chapter links it; what only a function leans on stands in its docstring, by author and year."""
    pages = [*(BOOK.parent / "notebooks").glob("*.ipynb"), *BOOK.rglob("*.md"), BOOK.parent / "index.md"]
    text = "\n".join(path.read_text(encoding="utf-8") for path in pages).lower()
    docstrings = "\n".join(path.read_text(encoding="utf-8") for path in (BOOK.parent / "src").rglob("*.py"))
    for key, entry in parse_file(BOOK / "references.bib", "bibtex").entries.items():
        fields = {name.lower(): value for name, value in entry.fields.items()}
        places = [f"https://doi.org/{fields['doi']}"] if "doi" in fields else []
        places += [fields["url"]] if "url" in fields else []
        first = " ".join(entry.persons["author"][0].last_names)
        named = re.search(rf"\b{re.escape(first)}\b.{{0,60}}\({fields['year']}\)", docstrings)
        assert any(place.lower() in text for place in places) or named, f"{key} is nowhere used"


def test_history_has_sources():
    assert sum(target in known() for _, target in links(page("history"))) > 40


# -- cheat sheet ------------------------------------------------------------------------------------------------
def test_each_line_of_the_cheat_sheet_leads_to_its_section():
    found = rows(page("cheatsheet"))
    assert len(found) > 55
    for first, *_ in found:
        assert re.fullmatch(r"\[.+\]\(\.\./notebooks/[\w.]+\.ipynb#[\w-]+\)", first), first


def test_the_numbers_of_the_cheat_sheet():
    text = page("cheatsheet")
    radii = [round(float(half_life(f))) for f in (0.9, 0.99)]
    assert f"steps: {radii[0]} at 0.9, {radii[1]} at 0.99" in text
    biases = [round(float(bias_half_life(b))) for b in (1, 3, 5)]
    assert "steps: {} at 1, {} at 3, {} at 5".format(*biases) in text
    rng = np.random.default_rng(0)  # "radius near s sqrt(H)"
    W = 0.05 * rng.standard_normal((400, 400))
    assert np.abs(np.linalg.eigvals(W)).max() == pytest.approx(0.05 * 20, rel=0.05)


@pytest.fixture
def cheat_sheet(browser, request):
    context = browser.new_context(color_scheme=request.param, viewport={"width": 740, "height": 1000})
    seen = context.new_page()
    seen.goto((SITE / "book" / "cheatsheet.html").as_uri())
    seen.wait_for_function("!window.MathJax || MathJax.startup.promise?.then(() => true)")
    yield seen
    context.close()


@pytest.mark.site
@pytest.mark.parametrize("cheat_sheet", ["light", "dark"], indirect=True)
@pytest.mark.parametrize("paper", ["A4", "Letter"])
def test_the_cheat_sheet_prints_on_one_sheet(cheat_sheet, paper):
    printed = cheat_sheet.pdf(format=paper, print_background=True)
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) == 1
    drawn = b"".join(zlib.decompress(s) for s in re.findall(rb"FlateDecode.*?stream\r?\n(.*?)endstream", printed, re.S)
                     if s[:1] == b"x")  # fmt: skip
    assert drawn.count(b"Tj") + drawn.count(b"TJ") > 500, "the sheet is not empty"


@pytest.mark.site
@pytest.mark.parametrize("cheat_sheet", ["light", "dark"], indirect=True)
def test_the_printed_cheat_sheet_is_legible_and_whole(cheat_sheet):
    cheat_sheet.emulate_media(media="print")
    styles = cheat_sheet.evaluate(
        """[...document.querySelectorAll('#cheat-sheet :is(td, h2, code)')].map(e => [
            parseFloat(getComputedStyle(e).fontSize) * 0.75, e.scrollWidth - e.clientWidth, e.innerText])"""
    )
    assert min(size for size, _, _ in styles) >= 7.5, "points"
    assert [text for _, over, text in styles if over > 1] == [], "cut off at the column's edge"
    tables = "[...document.querySelectorAll('#cheat-sheet .pst-scrollable-table-container')]"
    over = cheat_sheet.evaluate(f"{tables}.filter(t => t.scrollWidth > t.clientWidth + 1).map(t => t.innerText)")
    assert over == [], "wider than its column"
    assert cheat_sheet.evaluate("getComputedStyle(document.body).getPropertyValue('--c-paper')").strip() == "#ffffff"
    assert cheat_sheet.evaluate("getComputedStyle(document.documentElement).colorScheme") == "light", "no dark margin"
    assert (
        cheat_sheet.evaluate("getComputedStyle(document.querySelector('#cheat-sheet td a')).color")
        == "rgb(1, 100, 166)"
    )
    hidden = cheat_sheet.evaluate(
        "[...document.querySelectorAll('.bd-sidebar-primary, .bd-sidebar-secondary, .bd-header-article, footer')]"
        ".filter(e => e.getClientRects().length).map(e => e.className)"
    )
    assert hidden == [], "on paper there is nothing to click"


# -- notation ---------------------------------------------------------------------------------------------------
def letters(text):
    """Capitals, Greek letters and subscripted weights of a text's formulas, without words and index letters."""
    found = set()
    for formula in re.findall(r"\$\$(.+?)\$\$|\$(.+?)\$", text, re.S):
        formula = re.sub(r"\\(?:text|mathrm|operatorname)\{[^}]*\}", "", "".join(formula))
        found |= set(
            re.findall(r"[Wb]_\{?(?:h|x|y|q|k)\b|\\(?:tau|phi|rho|sigma|gamma|lambda|theta|nu|beta)\b", formula)
        )
        found |= set(re.findall(r"(?<![\\A-Za-z])[A-Z](?![A-Za-z_])|[PG]_[tk]", formula))
    return found


def test_notation_has_every_symbol_of_the_chapters():
    told = letters(page("notation"))
    local = {"C", "E", "I", "Q", "R", "W", "Z", "M"}  # said where they stand, within one paragraph or exercise
    for path in CHAPTERS:
        text = re.sub(r"^## Exercises$.*?^## Check yourself$", "", prose(path), flags=re.S | re.M)
        missing = letters(re.sub(r"```.*?```", "", text, flags=re.S)) - told - local
        assert missing == set(), path.name


def test_each_symbol_says_where_it_is_first_used():
    found = rows(page("notation"))
    assert len(found) > 60
    for row in found:
        assert re.fullmatch(r"\[chapter \d\]\(\.\./notebooks/0(\d)_\w+\.ipynb#[\w-]+\)", row[-1]), row


# -- glossary ---------------------------------------------------------------------------------------------------
def glossary():
    """Terms with their synonyms, and the definition of each group."""
    body = page("glossary").split(":sorted:\n", 1)[1].split("\n```", 1)[0]
    for block in body.strip().split("\n\n"):
        *names, definition = block.splitlines()
        yield names, definition.strip()


def test_each_term_has_a_short_definition_and_its_section():
    names = [name for group, _ in glossary() for name in group]
    assert len(names) == len({name.lower() for name in names}) > 90
    for group, definition in glossary():
        told = re.fullmatch(r"(.+) \[Chapter (\d)\]\(\.\./notebooks/0(\d)_\w+\.ipynb#[\w-]+\)\.", definition)
        assert told, group
        assert told[2] == told[3]
        plain = re.sub(r"\$[^$]*\$", "x", told[1])
        assert 20 < len(plain) < 330, group
        assert len(re.findall(r"[.](?:\s|$)", plain)) <= 2, f"{group}: one or two sentences"


def test_each_term_is_used_in_a_chapter():
    everything = "\n".join(prose(path) for path in CHAPTERS).replace("$n$", "n")
    otherwise = {"additive attention", "context vector", "identity initialisation", "Jordan network"}
    otherwise |= {"query, key and value", "state space model", "vocabulary"}  # the chapters say it in other words
    for group, _ in glossary():
        assert group[0] in otherwise or rnn_terms.pattern(group).search(everything), group


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a spectral radius near 1", ["spectral radius"]),
        ("Spectral\nradius", ["Spectral\nradius"]),
        ("two Jacobians, one LSTM", ["Jacobians", "LSTM"]),
        ("lstm in small letters", []),
        ("Truncated BPTT, and bptt", ["Truncated BPTT"]),
        ("beam search, not beam", ["beam search"]),
        ("an encoder-decoder", []),
        ("attention; additive attention", ["attention", "additive attention"]),
        ("losses and masks", ["masks"]),
    ],
)
def test_terms_are_found_in_sentences(text, found):
    names = ["attention", "additive attention", "spectral radius", "Jacobian", "LSTM", "beam search", "encoder", "mask"]
    names += ["truncated BPTT"]
    assert [match[0] for match in rnn_terms.pattern(names).finditer(text)] == found


def test_the_notebooks_do_not_know_the_glossary():
    for path in CHAPTERS:
        assert "glossary" not in path.read_text(encoding="utf-8"), "such a link would be dead on Colab"


LINK = re.compile(r'<a class="([^"]*)\b(term|helper)\b[^"]*" href="([^"]*)">(.*?)</a>', re.S)


@pytest.mark.site
@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_terms_of_a_chapter_are_links_once(path):
    text = (SITE / "notebooks" / f"{path.stem}.html").read_text(encoding="utf-8")
    targets = [href for _, kind, href, _ in LINK.findall(text) if kind == "term"]
    assert len(targets) >= 8
    assert len(set(targets)) == len(targets), "the first use alone"
    assert all(href.startswith("../book/glossary.html#term-") for href in targets)
    for heading in re.findall(r"<h[1-6].*?</h[1-6]>|<blockquote.*?</blockquote>", text, re.S):
        assert 'class="term' not in heading
        assert " term reference" not in heading


@pytest.mark.site
def test_a_term_leads_to_its_entry():
    text = (SITE / "notebooks" / "03_gradients.html").read_text(encoding="utf-8")
    found = {re.sub("<.*?>", "", words): href for _, kind, href, words in LINK.findall(text) if kind == "term"}
    assert found["spectral radius"] == "../book/glossary.html#term-spectral-radius"


# -- helper reference -------------------------------------------------------------------------------------------
def modules():
    """All modules that a reader may import, without figures, questions and records, which are data."""
    for found in pkgutil.walk_packages(helpers.__path__, "helpers."):
        name = found.name
        if not re.search(r"\._|^helpers\.(figures|quizzes|records|texts)\b", name):
            yield name


def listed(path):
    """The modules that a page of the reference asks for."""
    found = rnn_reference.LINE.findall(path.read_text(encoding="utf-8"))
    return [name for names in found for name in names.split()]


def documented(path):
    """The functions and classes that it then shows."""
    text = "".join(rnn_reference.listing(name) for name in listed(path))
    return re.findall(r"^\.\. auto(?:function|class):: (\S+)$", text, re.M)


REFERENCE = sorted((BOOK / "reference").glob("*.md"))


def test_each_module_is_in_the_reference_once():
    names = [name for path in REFERENCE for name in listed(path)]
    assert len(set(names)) == len(names)
    assert {f"helpers.{name}" for name in names} == {".".join(name.split(".")[:2]) for name in modules()}


def test_each_public_function_is_in_the_reference_once():
    shown = [name for path in REFERENCE for name in documented(path)]
    home = [getattr(import_module(name.rpartition(".")[0]), name.rpartition(".")[2]) for name in shown]
    assert len(set(home)) == len(home), "nothing twice"
    for module in map(import_module, modules()):
        for name in rnn_reference.public(module):
            assert getattr(module, name) in home, f"{module.__name__}.{name}"
    for thing in home:
        assert inspect.getdoc(thing), f"{thing.__qualname__} has no docstring"
    # Sphinx leads back from a file of source code to one place: its functions are all shown under one name
    places = {(thing.__module__, name.rpartition(".")[0]) for name, thing in zip(shown, home, strict=True)}
    assert len(places) == len({thing.__module__ for thing in home})


@pytest.mark.parametrize(
    ("lines", "wanted"),
    [
        (["|lambda| < 1"], [r"\|lambda\| < 1"]),
        (["z of h_{t-1} and W_h"], [r"z of h\ :sub:`t-1`\  and W_h"]),
        (["dh_T/dz_t, n_steps, H^2"], [r"dh\ :sub:`T`\ /dz\ :sub:`t`\ , n_steps, H\ :sup:`2`\ "]),
        (["h_t : array, of W_h^T"], ["h_t : array, of W_h^T"]),
        (["dims_ of x"], [r"dims\_ of x"]),
        (["a * b"], [r"a \* b"]),
        (["as ``p * c_{t-1}`` and `lstm_step`"], ["as ``p * c_{t-1}`` and `lstm_step`"]),
        (["With::", "", "    h_{t-1} * 2", "", "Then |x|"], ["With::", "", "    h_{t-1} * 2", "", r"Then \|x\|"]),
    ],
)
def test_docstrings_are_plain_text(lines, wanted):
    rnn_reference.plain(None, "function", "f", None, None, lines)
    assert lines == wanted


def test_a_colon_in_an_attribute_is_no_type():
    lines = ["i, f, g, o: see `lstm_gates`"]
    rnn_reference.plain(None, "attribute", "gates", None, None, lines)
    assert lines == ["..", "", "i, f, g, o: see `lstm_gates`"]


def test_only_chapters_are_changed():
    document = new_document("x")
    document += nodes.paragraph("", "a spectral radius")
    links = rnn_terms.ChapterLinks.__new__(rnn_terms.ChapterLinks)
    links.document = document
    document.settings.env = type("Env", (), {"docname": "book/history"})()
    links.run()
    assert document.astext() == "a spectral radius"
    assert not list(document.findall(nodes.reference))


@pytest.mark.site
@pytest.mark.parametrize("path", REFERENCE, ids=lambda path: path.stem)
def test_a_page_of_the_reference(path):
    name = path.stem
    text = (SITE / "book" / "reference" / f"{name}.html").read_text(encoding="utf-8")
    body = re.search(r"<article.*?</article>", text, re.S)[0]
    assert "problematic" not in body
    assert ">Type<" not in body
    words = re.sub("<.*?>", "", body)
    assert not re.search(r"``|:\w+:`|\\[_*|]", words), "markup on the page"
    assert str(ROOT) not in text
    shown = documented(path)
    assert [thing for thing in shown if f'id="{thing}"' not in body] == []
    assert body.count("viewcode-link") >= len(shown), "each has its code"
    assert len(text) < 400_000
    if name != "tools":
        chapter = next(chapter.stem for chapter in CHAPTERS if chapter.stem.endswith(name))
        there = (SITE / "notebooks" / f"{chapter}.html").read_text(encoding="utf-8")
        assert f'href="../book/reference/{name}.html"' in there, "the chapter leads to it"


@pytest.mark.site
def test_pages_of_code_are_small_and_say_nothing_of_the_machine():
    pages = sorted((SITE / "_modules").rglob("*.html"))
    assert len(pages) > 40
    for path in pages:
        text = path.read_text(encoding="utf-8")
        assert len(text) < 200_000, path.name
        assert str(ROOT) not in text
        assert str(Path.home()) not in text


@pytest.mark.site
def test_the_names_of_helpers_lead_to_the_reference():
    text = (SITE / "notebooks" / "04_gates.html").read_text(encoding="utf-8")
    found = {re.sub("<.*?>", "", words): href for _, kind, href, words in LINK.findall(text) if kind == "helper"}
    assert found["lstm_forward"] == "../book/reference/gates.html#helpers.gates.lstm_forward"


@pytest.mark.site
def test_search_knows_the_helpers():
    index = (SITE / "searchindex.js").read_text(encoding="utf-8")
    assert "lstm_step" in index
    assert "spectral_radius" in index
