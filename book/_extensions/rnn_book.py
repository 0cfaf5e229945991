"""The book's Sphinx extension: baked figures, an honest cache, an offline and light site.

Jupyter Book 1 does the rest. Everything here is something that its settings cannot say.
"""

from __future__ import annotations

import hashlib
import html
import json
import os
import posixpath
import re
import shutil
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.parse import quote

from docutils import nodes
from fontTools import subset
from fontTools.ttLib import TTFont
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))
from tools.notebooks import set_source  # noqa: E402
from tools.repository import edition, install_source, resolve, site  # noqa: E402

LOG = logging.getLogger(__name__)
STATIC = "RNN_TEXTBOOK_STATIC"
DATA = re.compile(r'<script type="application/json" class="explore-data">(.*?)</script>', re.DOTALL)


# -- the cache: Jupyter Book's compares code cells only, so a changed helper would leave old numbers ------
def helpers_digest() -> str:
    """Digest of all that can change an output although no cell changed."""
    parts = [path.read_bytes() for path in sorted((ROOT / "src" / "helpers").rglob("*.py"))]
    parts += [path.read_bytes() for path in sorted((ROOT / "book" / "figures").glob("*.svg"))]
    parts += [version(name).encode() for name in ("numpy", "plotly", "torch")]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()[:16]


def configure(app: Sphinx, config: Any) -> None:
    """Cache folder, repository address and vendored scripts, before anything reads the settings."""
    build = Path(app.outdir).parent
    cache = build / ".jupyter_cache" / helpers_digest()
    for stale in (build / ".jupyter_cache").glob("*"):
        if stale != cache:
            shutil.rmtree(stale, ignore_errors=True)
    config.nb_execution_cache_path = str(cache)

    url = resolve(ROOT)
    options = config.html_theme_options
    config.html_context |= {"edition": edition(ROOT), "repository_url": url, "site_url": site(url) if url else ""}
    for key in ("repository_url", "launch_buttons", "repository_branch", "path_to_docs"):
        options.pop(key, None)
    options |= {"use_repository_button": bool(url), "use_issues_button": False, "use_edit_page_button": False}
    if url:
        options |= {
            "repository_url": url,
            "repository_branch": f"edition-{edition(ROOT)}",
            "path_to_docs": "",
            "launch_buttons": {
                "notebook_interface": "jupyterlab",
                "binderhub_url": "https://mybinder.org",
                "colab_url": "https://colab.research.google.com" if "github.com" in url else "",
            },
        }

    assets = build / "assets"
    vendor(assets)
    config.html_static_path.append(str(assets))


def vendor(assets: Path) -> None:
    """Put the npm assets where the site serves them: only the components of MathJax that the book uses."""
    modules = ROOT / "node_modules"
    mathjax = modules / "mathjax" / "es5"
    if not mathjax.is_dir():
        raise FileNotFoundError("node_modules/mathjax is missing: run `make book`, which installs the site's assets")
    bundle_plotly(assets / "vendor" / "plotly.min.js")
    wanted = {}
    for part in ("startup.js", "core.js", "input/tex-base.js", "input/tex/extensions/ams.js",
                 "output/chtml.js", "output/chtml/fonts/tex.js", "a11y/assistive-mml.js"):  # fmt: skip
        wanted[mathjax / part] = f"vendor/mathjax/{part}"
    for font in (mathjax / "output/chtml/fonts/woff-v2").glob("*.woff"):
        wanted[font] = f"vendor/mathjax/output/chtml/fonts/woff-v2/{font.name}"
    for origin, name in wanted.items():
        target = assets / name
        if not target.exists() or target.stat().st_mtime < origin.stat().st_mtime:
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(origin, target)


def bundle_plotly(target: Path) -> None:
    """Bundle plotly.js with the traces of tools/plotly.js only: a fifth lighter than the smallest of its own."""
    entry, modules = ROOT / "tools" / "plotly.js", ROOT / "node_modules"
    if target.exists() and target.stat().st_mtime > max(f.stat().st_mtime for f in (entry, modules / "plotly.js")):
        return
    node = shutil.which("node") or Path(sys.executable).with_name("node")
    command = [node, modules / "esbuild" / "bin" / "esbuild", entry, "--bundle", "--minify", "--global-name=Plotly"]
    options = ["--define:global=window", "--loader:.css=empty", f"--outfile={target}", "--log-level=error"]
    subprocess.run([*command, *options], check=True, cwd=ROOT)


# -- baked figures: out of the page, into one file each, loaded when the figure comes near ---------------
def move_baked_data(app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: Any) -> None:
    """Replace the data in a page by the name of the file that holds them."""
    body = context.get("body", "")
    names = re.findall(r'<div class="explore" id="([^"]+)"', body)
    for name in {n for n in names if names.count(n) > 1}:
        LOG.warning("two figures on this page are named %r; names are addresses, and unique", name, location=pagename)

    def move(match: re.Match[str]) -> str:
        data = match[1].replace("<\\/", "</")
        key = hashlib.sha256(data.encode()).hexdigest()[:16]
        target = Path(app.outdir) / "_static" / "explore" / f"{key}.js"
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(f'(window.exploreBaked ??= {{}})["{key}"] = {data};\n')
        return f'<script type="application/json" class="explore-data" data-src="{key}"></script>'

    context["body"] = DATA.sub(move, body)


class FigureLinks(SphinxTransform):
    """`[text](#norms?length=60)` and `[text](03_gradients.ipynb#norms?length=60)` are addresses of figures.

    Sphinx would look for a section of that name, and warn.
    """

    default_priority = 5  # before MyST resolves links

    def apply(self, **kwargs: Any) -> None:
        """Turn each such link into a plain one."""
        for node in list(self.document.findall(nodes.reference)) + list(self.document.findall(addnodes.pending_xref)):
            target = node.get("refuri") or node.get("reftarget") or ""
            if node.get("reftargetid"):  # on another page: MyST has taken the address apart
                target = f"{self.app.builder.get_relative_uri(self.env.docname, target)}#{node['reftargetid']}"
            if "?" not in target or "#" not in target or target.startswith(("http:", "https:")):
                continue
            page, _, state = target.partition("#")
            uri = f"{re.sub(r'[.](ipynb|md)$', '.html', page)}#{quote(state, safe='?=&()')}"
            link = nodes.reference("", "", *[child.deepcopy() for child in node.children], refuri=uri, internal=True)
            node.replace_self(link)


class FigureBeforeCode(SphinxPostTransform):
    """Where a cell's code is folded away, its output comes first: for the eye, the Tab key and screen readers."""

    default_priority = 250  # after myst-nb has folded the code
    formats = ("html",)

    def run(self, **kwargs: Any) -> None:
        """Turn the two around."""
        for cell in self.document.findall(nodes.container):
            if cell.get("nb_element") == "cell_code" and cell.get("hide_mode") == "input":
                cell.children.reverse()


# -- each page --------------------------------------------------------------------------------------------
def page_context(app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: Any) -> None:
    """Address for error reports, and what a link to this page shows elsewhere (OpenGraph).

    sphinxext-opengraph would take the first paragraph, which here is a question full of TeX; ours is the lead.
    """
    url, address = app.config.html_context["repository_url"], app.config.html_context["site_url"]
    if url:
        title = quote(f"Error on {pagename} (edition {context['edition']})")
        kind = "-/issues/new?issue[title]=" if "gitlab" in url else "issues/new?title="
        context["report_url"] = f"{url}/{kind}{title}"
    if pagename == "search":
        app.add_js_file("search.js", loading_method="defer")
    if doctree is None:
        return
    lead = re.search(r'<p class="lead">(.*?)</p>', context.get("body", ""), re.DOTALL)
    tags = {
        "og:title": re.sub("<[^>]*>", "", context["title"]),
        "og:type": "article",
        "og:site_name": app.config.html_title,
    }
    if lead:
        tags["og:description"] = html.unescape(re.sub(r"<[^>]*>|\s+", " ", lead[1])).strip()
    if address:
        tags |= {"og:url": f"{address}{pagename}.html", "og:image": f"{address}_static/card.png"}
        tags |= {"og:image:alt": "A live figure: the gradient on its way back from the loss to step 0"}
    rows = [f'<meta property="{key}" content="{html.escape(value)}" />' for key, value in tags.items()]
    if lead:
        rows.append(f'<meta name="description" content="{html.escape(tags["og:description"])}" />')
    context["metatags"] += "\n" + "\n".join(rows)


# An equation wider than the phone scrolls in itself; then the keyboard must reach it.
SCROLLING = """
MathJax.startup = { pageReady: () => MathJax.startup.defaultPageReady().then(() => {
  for (const wide of document.querySelectorAll("mjx-container[display=true]"))
    if (wide.scrollWidth > wide.clientWidth) wide.tabIndex = 0;
}) };
"""


def local_mathjax(app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: Any) -> None:
    """MathJax from this site, with the components named one by one, and only where there is math."""
    has_math = doctree is not None and any(doctree.findall(lambda n: isinstance(n, nodes.math | nodes.math_block)))
    has_math = has_math or r"\(" in context.get("body", "")
    scripts = context.get("script_files", [])
    scripts[:] = [s for s in scripts if "mathjax" not in str(getattr(s, "filename", s)).lower()
                  and "MathJax" not in str(getattr(s, "attributes", {}).get("body", ""))]  # fmt: skip
    if not has_math:
        return
    load = ["core", "input/tex-base", "[tex]/ams", "output/chtml", "a11y/assistive-mml"]
    settings = {
        "loader": {"load": load},
        "chtml": {"matchFontHeight": False, "scale": 1.06},  # the text's size is adjusted, the math's is not
        "tex": {"packages": {"[+]": ["ams"]}, "inlineMath": [["\\(", "\\)"]], "displayMath": [["\\[", "\\]"]]},
        "options": {
            "processHtmlClass": "tex2jax_process|mathjax_process|math|output_area",
            "ignoreHtmlClass": "tex2jax_ignore|mathjax_ignore|document",
        },
    }
    root = context["pathto"]("_static/vendor/mathjax/startup.js", 1)
    script = f"window.MathJax = {json.dumps(settings)};{SCROLLING}"
    context["metatags"] += f'\n<script>{script}</script>\n<script defer src="{root}"></script>\n'


# -- after the last page --------------------------------------------------------------------------------------
# What axe-core finds in the theme and its extensions, mended in the HTML; tests/test_site.py holds it.
EDITS = {
    ' title="Search" aria-label="Search"': ' title="Search"',  # the name must contain the visible text
    '<summary aria-label="Toggle hidden content">': "<summary>",
    ' id="pst-primary-sidebar" class=': ' id="pst-primary-sidebar" role="navigation" aria-label="Book" class=',
    '<summary><span class="toctree-toggle"': '<summary aria-label="Its pages"><span class="toctree-toggle"',
    ' role="doc-biblioentry"': "",  # deprecated in ARIA 1.3
    '<div role="list" class="citation-list">': '<div class="citation-list">',
}
# The theme gives each page the book's whole index, for search as you type; ours searches on a page of its own.
SEARCHING = re.compile(r'\s*<script src="[./]*(?:_static/searchtools|_static/language_data|searchindex)\.js"></script>')


def finish(app: Sphinx, error: Exception | None) -> None:
    """Edit what templates cannot reach, subset the icon fonts, drop what no page uses."""
    if error or app.builder.name != "html":
        return
    out = Path(app.outdir)
    for template in (out / "_static").rglob("*.html"):
        template.unlink()  # the theme ships its own templates here; they are no pages
    pages = sorted(out.rglob("*.html"))
    for page in pages:
        text = edited = page.read_text()
        for found, wanted in EDITS.items():
            edited = edited.replace(found, wanted)
        if page != out / "search.html":
            edited = SEARCHING.sub("", edited)
        edited = re.sub(
            r"<title>([^<]*) &#8212; \1</title>", r"<title>\1, an interactive textbook</title>", edited, flags=re.I
        )
        if edited != text:
            page.write_text(edited)
    texts = [page.read_text() for page in pages]
    used = set(re.findall(r'data-src="([0-9a-f]{16})"', "".join(texts)))
    for data in (out / "_static" / "explore").glob("*.js"):
        if data.stem not in used:
            data.unlink()
    for notebook in (out / "_sources" / "notebooks").glob("*.ipynb"):  # the download knows its edition, too
        install = install_source(app.config.html_context["repository_url"], edition(ROOT))
        content = set_source(json.loads(notebook.read_text()), install)
        notebook.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n")
    lighten(out, texts)
    write_moved(out, app.config.moved_pages, app.config.html_context["site_url"])


# -- pages that have moved: `moved_pages` in _config.yml, old address -> new one ---------------------------------
MOVED = """\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Moved: {title}</title>
<link rel="canonical" href="{canonical}">
<script>location.replace({script} + location.search + location.hash)</script>
<noscript><meta http-equiv="refresh" content="0; url={target}"></noscript>
<style>
body {{ margin: 2rem; font: 1rem/1.5 system-ui, sans-serif; background: #ffffff; color: #1d2127 }}
a {{ color: #0164a6 }}
@media (prefers-color-scheme: dark) {{ body {{ background: #15181d; color: #e4e7eb }} a {{ color: #56bcfe }} }}
</style>
</head>
<body>
<main>
<h1>This page has moved</h1>
<p>It is now here: <a href="{target}">{title}</a>.</p>
</main>
</body>
</html>
"""


def moved_page(old: str, new: str, title: str, address: str = "") -> str:
    """Return the page that leads from an old address to the new one, both relative to the site's root.

    A script takes the place in the page along, so that a link to a figure's state still opens it; without
    scripts the page is refreshed at once, and where that is switched off there is a link.

    Parameters
    ----------
    old, new : str
        Such as ``"intro.html"`` and ``"index.html"``.
    title : str
        What the new page is called.
    address : str, optional
        Where the site stands, for search engines; relative links do without.
    """
    target = quote(posixpath.relpath(new, posixpath.dirname(old) or "."))
    canonical = f"{address}{quote(new)}" if address else target
    return MOVED.format(
        title=html.escape(title), canonical=html.escape(canonical), script=json.dumps(target), target=target
    )


def write_moved(out: Path, moved: dict[str, str], address: str = "") -> None:
    """Write a page for each old address.

    Raises
    ------
    ValueError
        If an address is not that of a page in the site, an old one is still a page, or a new one is none.
    """
    for old, new in moved.items():
        for page in (old, new):
            if not re.fullmatch(r"[\w-]+(/[\w-]+)*\.html", page):
                raise ValueError(f"moved_pages: got {page!r}, wanted an address such as 'book/glossary.html'")
        if new in moved:
            raise ValueError(f"moved_pages: {old} leads to {new}, which has moved itself; wanted {moved[new]}")
        if not (out / new).is_file():
            raise ValueError(f"moved_pages: {old} leads to {new}, and there is no such page")
        if (out / old).is_file() and "<h1>This page has moved</h1>" not in (out / old).read_text():
            raise ValueError(f"moved_pages: {old} is still a page")
        found = re.search(r"<h1>(.*?)(?:<a class=\"headerlink\"|</h1>)", (out / new).read_text(), re.DOTALL)
        title = html.unescape(re.sub("<[^>]*>", "", found[1])).strip() if found else new
        (out / old).parent.mkdir(parents=True, exist_ok=True)
        (out / old).write_text(moved_page(old, new, title, address))


ICON = re.compile(r'([^{}]+)\{content:"\\([0-9a-f]+)\s*"\}')  # .fa-bars:before,.fa-navicon:before{content:"\f0c9"}


def lighten(out: Path, texts: list[str]) -> None:
    """Keep the icons that the pages show, and drop the 1.4 MB script that would draw them a second time."""
    static = out / "_static"
    (static / "scripts" / "fontawesome.js").write_text("/* the icon fonts are enough */\n")
    scripts = "".join(path.read_text() for path in (static / "scripts").glob("*.js"))
    used = set(re.findall(r"\bfa-[a-z0-9-]+", "".join(texts) + scripts))
    wanted: set[int] = set()

    def keep(rule: re.Match[str]) -> str:
        names = set(re.findall(r"\.(fa-[a-z0-9-]+)", rule[1]))
        if names and not names & used:
            return ""
        wanted.add(int(rule[2], 16))
        return rule[0]

    for sheet in static.rglob("*.css"):
        text = sheet.read_text()
        light = ICON.sub(keep, text)
        if light != text:
            sheet.write_text(light)
        wanted |= {int(code, 16) for code in re.findall(r'content:"\\(f[0-9a-f]{3})"', light)}
    for font in (static / "vendor" / "fontawesome").rglob("*.woff2"):
        face = TTFont(font)
        subsetter = subset.Subsetter(subset.Options(layout_features=[]))
        subsetter.populate(unicodes=sorted(wanted))
        subsetter.subset(face)
        face.flavor = "woff2"
        face.save(font)
    for font in (static / "vendor" / "fontawesome").rglob("*.ttf"):
        font.unlink()


def setup(app: Sphinx) -> dict[str, Any]:
    """Register everything above."""
    os.environ[STATIC] = "1"
    app.add_config_value("moved_pages", {}, "html", [dict])
    app.add_transform(FigureLinks)
    app.add_post_transform(FigureBeforeCode)
    app.connect("config-inited", configure, priority=100)
    app.connect("html-page-context", page_context)
    app.connect("html-page-context", move_baked_data)
    app.connect("html-page-context", local_mathjax, priority=900)
    app.connect("build-finished", finish)
    return {"version": html.escape(edition(ROOT)), "parallel_read_safe": True, "parallel_write_safe": True}
