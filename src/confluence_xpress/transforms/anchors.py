"""Named places of a page and the ways in which Confluence and authors spell them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from unicodedata import normalize
from urllib.parse import unquote

from confluence_xpress.model.build import collapse

_PLAIN = re.compile(r"[A-Za-z0-9-]*")
_LETTERS = re.compile(r"[\W_]+")
_REPEAT = re.compile(r"(.+)\.(\d{1,4})", re.DOTALL)
# Cloud puts the kind of a macro in a heading before its id; the legacy renderer `id-` before what is no letter.
_PREFIX = re.compile(r"\[[^\]]*\]|id-")
_TOPS = frozenset({"", "top", "title-text", "main-content", "content"})


def page_label(page_id: str) -> str:
    """The label of a page. Different ids have different labels, all of ASCII letters, digits and `-_`."""
    if _PLAIN.fullmatch(page_id):
        return f"p{page_id}"
    return "p" + "".join(c if _PLAIN.fullmatch(c) else f"_{ord(c):x}_" for c in page_id)


def fold(text: str) -> str:
    """Letters and digits only, without case: what the spellings of an anchor have in common."""
    if not text.isascii():
        text = normalize("NFC", text)
    return _LETTERS.sub("", text.casefold())


@dataclass(slots=True)
class Names:
    """The anchors of one page: from names to labels. Filled while the page is read, then only looked up."""

    page: str
    """The page's own label."""
    title: str
    anchors: dict[str, str] = field(default_factory=dict)
    headings: dict[str, str] = field(default_factory=dict)
    folded: dict[str, str] = field(default_factory=dict)
    repeats: dict[tuple[str, int], str] = field(default_factory=dict)
    """The second heading of the same folded text under 1, the third under 2 …"""
    _counts: dict[str, int] = field(default_factory=dict)

    def add_anchor(self, name: str, label: str) -> None:
        """An anchor macro or another named place. The first of a name counts."""
        self.anchors.setdefault(name, label)
        if key := fold(name):
            self.folded.setdefault(key, label)

    def add_heading(self, text: str, label: str) -> None:
        """A heading by its text."""
        text = collapse(text).strip()
        self.headings.setdefault(text, label)
        key = fold(text)
        if key:
            count = self._counts.get(key, 0)
            self._counts[key] = count + 1
            if count:
                self.repeats[key, count] = label
            else:
                self.folded.setdefault(key, label)

    def find(self, anchor: str) -> str | None:
        """The label that an anchor leads to; None if there is no such place on the page.

        In this order: the name of an anchor, a heading's exact text, and the ids that Confluence makes of headings:
        `Heading-Text` and, in the legacy renderer, `PageTitle-HeadingText`, with `.1` for the first repeat.
        """
        if (label := self.anchors.get(anchor) or self.headings.get(anchor)) is not None:
            return label
        name = unquote(anchor).strip()
        if (label := self.anchors.get(name) or self.headings.get(collapse(name))) is not None:
            return label
        if name.casefold() in _TOPS:
            return self.page
        name = _PREFIX.sub("", name, count=1) if _PREFIX.match(name) else name
        if match := _REPEAT.fullmatch(name):
            count = int(match[2])
            for key in self._keys(match[1]):
                if label := self.repeats.get((key, count)):
                    return label
        for key in self._keys(name):
            if label := self.folded.get(key):
                return label
        return self.page if fold(name) == fold(self.title) else None

    def _keys(self, name: str) -> tuple[str, ...]:
        key, title = fold(name), fold(self.title)
        if title and key.startswith(title):
            return key, key[len(title) :]
        return (key,)
