"""The index at the end of the book: terms found anywhere become sorted lines with page numbers.

Order takes no account of case and accents, as in a dictionary; the rules of single languages (such as Swedish, with
its å behind z) are not applied.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field

from confluence_xpress.model.build import collapse

DEEPEST = 3
FIGURES, SIGNS = "0–9", "#"
"""Groups of the terms that begin with a figure, or with neither a letter nor a figure."""

_HANGUL = range(0xAC00, 0xD7A4)
_VOWELS_AND_ENDS = 588
_CONSONANTS = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"
_TO_HIRAGANA = {katakana: katakana - 0x60 for katakana in range(0x30A1, 0x30F7)}
_HIRAGANA = range(0x3041, 0x3097)
_KANA_ROWS = "あかさたなはまやらわ"
_HAN = "CJK "

Found = tuple[tuple[str, ...], str, int]
"""Terms from the main entry down, the address of the place, and the number of its PDF page."""
_Key = tuple[int, str, str]


@dataclass(frozen=True, slots=True)
class IndexEntry:
    """A line of the index. Level 0 is the letter of a group (empty where a script has none), 1 to 3 are terms."""

    level: int
    term: str
    pages: tuple[tuple[int, str], ...] = ()
    """Each page number once, with the address of the first place on it; ascending."""


@dataclass(slots=True)
class _Term:
    shown: str
    pages: dict[int, str] = field(default_factory=dict)
    below: dict[str, _Term] = field(default_factory=dict)


def index_lines(found: Iterable[Found]) -> tuple[IndexEntry, ...]:
    """The lines of the index, with a line of level 0 before each group.

    Terms that differ in case or white space only are one, spelled as it is found first. Terms below the third level
    join the third. Places without a term are left out.
    """
    root = _Term("")
    for terms, address, page in found:
        named = [text for term in terms if (text := collapse(term).strip())]
        if not named:
            continue
        if len(named) > DEEPEST:
            named[DEEPEST - 1 :] = [", ".join(named[DEEPEST - 1 :])]
        node = root
        for text in named:
            node = node.below.setdefault(unicodedata.normalize("NFC", text).casefold(), _Term(text))
        node.pages.setdefault(page, address)
    lines: list[IndexEntry] = []
    group: str | None = None
    for term in _sorted(root):
        letter = group_of(term.shown)
        if letter != group:
            lines.append(IndexEntry(0, letter))
            group = letter
        _add(lines, term, 1)
    return tuple(lines)


def group_of(term: str) -> str:
    """The letter under which a term stands: its first one, without accent; empty for Chinese characters."""
    first = _base(term)[:1]
    if not first:
        return SIGNS
    written = unicodedata.normalize("NFC", term.strip())[:1]
    if ord(written) in _HANGUL:
        return _CONSONANTS[(ord(written) - _HANGUL.start) // _VOWELS_AND_ENDS]
    if ord(first) in _HIRAGANA:
        return next((row for row in reversed(_KANA_ROWS) if row <= first), _KANA_ROWS[0])
    if first.isdecimal():
        return FIGURES
    if not first.isalpha():
        return SIGNS
    return "" if unicodedata.name(first, "").startswith(_HAN) else first.upper()


def _add(lines: list[IndexEntry], term: _Term, level: int) -> None:
    lines.append(IndexEntry(level, term.shown, tuple(sorted(term.pages.items()))))
    for below in _sorted(term):
        _add(lines, below, level + 1)


def _sorted(term: _Term) -> list[_Term]:
    return [below for _, below in sorted(term.below.items(), key=lambda item: _order(item[0], item[1].shown))]


def _order(key: str, shown: str) -> _Key:
    """Signs before figures before letters; equal letters by their accents."""
    group = group_of(shown)
    return (0 if group == SIGNS else 1 if group == FIGURES else 2), _base(shown), key


def _base(text: str) -> str:
    """The text without case and accents, Japanese in one of its two alphabets."""
    apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text.strip()).casefold())
    return "".join(c for c in apart if not unicodedata.combining(c)).translate(_TO_HIRAGANA)
