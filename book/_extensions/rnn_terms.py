"""Links that the built book adds to the chapters: terms lead to the glossary, names of helpers to the reference.

The notebooks themselves stay as they are, because on Colab and on GitHub such links would lead nowhere.
"""

from __future__ import annotations

import re
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform

# A term is linked where it is used in a sentence: not in headings, boxes, links, code or formulas.
ELSEWHERE = (nodes.title, nodes.block_quote, nodes.reference, nodes.literal, nodes.math, nodes.raw, nodes.table)
# ... and not in another sense than the glossary's.
OTHER_SENSES = {("notebooks/07_captioning", "batch"), ("notebooks/07_captioning", "candidate")}
HELPER = re.compile(r"(?:helpers\.)?([\w.]*_\w*)(?:\(.*\))?|(helpers\.[\w.]+)", re.DOTALL)  # a name with _, or in full


def pattern(names: list[str]) -> re.Pattern[str]:
    """A regular expression for these terms, the longest first: also as a plural, also at the start of a sentence.

    A term with a capital behind its first letter, such as BPTT, has to be written with it.
    """
    words = []
    for name in sorted(names, key=len, reverse=True):
        word = r"\s+".join(map(re.escape, name.split()))
        any_case = name[1:] == name[1:].lower()
        words.append(f"(?i:{word})" if any_case else f"(?i:{word[0]}){word[1:]}")
    return re.compile(rf"(?<![\w-])(?:{'|'.join(words)})(?:s|es)?(?![\w-])")


class ChapterLinks(SphinxPostTransform):
    """Add them to each chapter, and to its end a line that leads to all its helpers."""

    default_priority = 300
    formats = ("html",)

    def run(self, **kwargs: Any) -> None:
        """Only chapters are changed."""
        if self.env.docname.startswith("notebooks/"):
            self.link_terms()
            self.link_helpers()
            self.link_reference()

    def link(self, docname: str, anchor: str, text: nodes.Node, kind: str) -> nodes.reference:
        """A link to a place in the book."""
        uri = self.app.builder.get_relative_uri(self.env.docname, docname)
        return nodes.reference("", "", text, refuri=f"{uri}#{anchor}", internal=True, classes=[kind])

    def link_terms(self) -> None:
        """Turn the first use of each glossary term into a link; a synonym counts as a use."""
        places = {
            re.sub(r"\s+", " ", name): (docname, anchor)
            for name, _, kind, docname, anchor, _ in self.env.get_domain("std").get_objects()
            if kind == "term"
        }
        if not places:
            return
        lower = {name.lower(): place for name, place in places.items()}
        terms, used = pattern(list(places)), set()
        for text in list(self.document.findall(nodes.Text)):
            above, node = [], text.parent
            while node is not None:
                above.append(node)
                node = node.parent
            in_exercises = any("exercises" in node.get("ids", ()) for node in above)
            in_text = any(isinstance(node, nodes.paragraph) for node in above)
            if in_exercises or not in_text or any(isinstance(node, ELSEWHERE) for node in above):
                continue
            pieces: list[nodes.Node] = []
            end = 0
            for match in terms.finditer(text):
                word = re.sub(r"\s+", " ", match[0]).lower()
                place = next(lower[w] for w in (word, word[:-1], word[:-2]) if w in lower)
                if place in used or (self.env.docname, word) in OTHER_SENSES:
                    continue
                used.add(place)
                pieces += [nodes.Text(text[end : match.start()]), self.link(*place, nodes.Text(match[0]), "term")]
                end = match.end()
            if pieces:
                text.parent.replace(text, [*pieces, nodes.Text(text[end:])])

    def link_helpers(self) -> None:
        """Let the names of helpers in the text lead to the reference; of two with one name, to the chapter's own."""
        own = f"book/reference/{self.env.docname.split('_', 1)[1]}"
        places: dict[str, tuple[bool, str, str]] = {}
        for name, _, kind, docname, anchor, _ in self.env.get_domain("py").get_objects():
            key = name if kind == "module" else name.rpartition(".")[2]
            if kind in ("function", "class", "module"):
                places[key] = max(places.get(key, (False, "", "")), (docname == own, docname, anchor))
        for code in list(self.document.findall(nodes.literal)):
            match = HELPER.fullmatch(code.astext())
            name = match and (match[1] or match[2])
            if name in places and not isinstance(code.parent, nodes.reference | nodes.title):
                code.replace_self(self.link(*places[name][1:], code.deepcopy(), "helper"))

    def link_reference(self) -> None:
        """End the chapter with its part of the reference."""
        page = f"book/reference/{self.env.docname.split('_', 1)[1]}"
        sections = list(self.document.findall(nodes.section))
        if page in self.env.found_docs and sections:
            link = self.link(page, "", nodes.Text("helpers of this chapter"), "helper")
            link["refuri"] = link["refuri"].removesuffix("#")
            end = nodes.Text(" has each function, with its equation, its shapes and its source.")
            sections[-1] += nodes.paragraph("", "", nodes.Text("The reference of the "), link, end)


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the transform."""
    app.add_post_transform(ChapterLinks)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
