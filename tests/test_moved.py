"""Pages that have moved: the old address leads to the new one, also from a file and without scripts."""

import re
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "book" / "_extensions"))
import rnn_book  # noqa: E402

SITE = ROOT / "_build" / "html"
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
NEW = '<h1>What &amp; where<a class="headerlink" href="#x">#</a></h1><p id="norms">here</p>'


@pytest.fixture
def site(tmp_path):
    (tmp_path / "book").mkdir()
    (tmp_path / "index.html").write_text(NEW)
    (tmp_path / "book" / "new.html").write_text(NEW)
    return tmp_path


@pytest.mark.parametrize(
    ("old", "new", "target"),
    [
        ("intro.html", "index.html", "index.html"),
        ("intro.html", "book/new.html", "book/new.html"),
        ("book/old.html", "book/new.html", "new.html"),
        ("book/a/old.html", "index.html", "../../index.html"),
        ("old/old.html", "book/new.html", "../book/new.html"),
    ],
)
def test_addresses_are_relative(site, old, new, target):
    rnn_book.write_moved(site, {old: new})
    text = (site / old).read_text()
    assert set(re.findall(r'href="([^"]+)"', text)) == {target}
    assert f'url={target}"' in text
    assert f'location.replace("{target}" ' in text
    assert ((site / old).parent / target).resolve() == (site / new).resolve()
    assert "<title>Moved: What &amp; where</title>" in text
    assert f'<a href="{target}">What &amp; where</a>' in text


def test_search_engines_are_told_the_whole_address():
    text = rnn_book.moved_page("a/old.html", "book/new.html", "New", "https://someone.github.io/book/")
    assert '<link rel="canonical" href="https://someone.github.io/book/book/new.html">' in text
    assert 'url=../book/new.html"' in text


def test_twice_is_as_good_as_once(site):
    rnn_book.write_moved(site, {"intro.html": "index.html"})
    once = (site / "intro.html").read_text()
    rnn_book.write_moved(site, {"intro.html": "index.html"})
    assert (site / "intro.html").read_text() == once


@pytest.mark.parametrize(
    ("moved", "told"),
    [
        ({"intro.html": "gone.html"}, "no such page"),
        ({"index.html": "book/new.html"}, "index.html is still a page"),
        ({"a.html": "b.html", "b.html": "index.html"}, "which has moved itself; wanted index.html"),
        ({"../a.html": "index.html"}, r"got '\.\./a\.html'"),
        ({"/a.html": "index.html"}, r"got '/a\.html'"),
        ({"a.html": "https://elsewhere.org/a.html"}, "got 'https:"),
        ({"a": "index.html"}, "got 'a'"),
    ],
)
def test_what_cannot_be_is_refused(site, moved, told):
    with pytest.raises(ValueError, match=told):
        rnn_book.write_moved(site, moved)
    assert (site / "index.html").read_text() == NEW


@pytest.mark.site
@pytest.mark.parametrize(("scripts", "place"), [(True, "#norms?length=60"), (False, "")])
def test_a_file_leads_to_the_new_page(site, browser, scripts, place):
    rnn_book.write_moved(site, {"old/old.html": "book/new.html"})
    context = browser.new_context(java_script_enabled=scripts)
    seen = context.new_page()
    seen.goto((site / "old" / "old.html").as_uri() + "#norms?length=60")
    seen.wait_for_url((site / "book" / "new.html").as_uri() + place)
    context.close()


@pytest.mark.site
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_is_accessible(browser, scheme):
    text = rnn_book.moved_page("intro.html", "index.html", "Recurrent neural networks")
    context = browser.new_context(color_scheme=scheme)
    seen = context.new_page()
    seen.set_content(re.sub(r"<script>.*?</script>|<noscript>.*?</noscript>", "", text))  # it stays where it is
    seen.evaluate(AXE.read_text())
    assert seen.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"] == []
    context.close()


@pytest.mark.site
def test_the_books_own():
    moved = yaml.safe_load((ROOT / "_config.yml").read_text())["sphinx"]["config"]["moved_pages"]
    assert moved
    for old, new in moved.items():
        assert f'href="{Path(new).name}"' in (SITE / old).read_text()
