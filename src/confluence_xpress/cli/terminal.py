"""Text of others on a terminal: it can't steer the terminal, it has a known width, and it can be cut.

Titles are written by anybody. An escape sequence in one must not colour, move or answer anything, a mark for writing
directions must not turn round what follows, and a character that terminals draw differently must not shift a line.
"""

from __future__ import annotations

import os
import re
import unicodedata
from dataclasses import dataclass
from typing import TextIO

UNTITLED = "(untitled)"

_KEPT_FORMATS = "\u200c\u200d"
"""Zero width non-joiner and joiner: Persian and the scripts of India are written with them."""

_BIDI = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff\U00010800-\U00010fff\U0001e800-\U0001efff]")

# What makes one picture of several characters; each terminal has its own idea of the width of that.
_PICTURE_PARTS = re.compile("[\ufe0e\ufe0f\U0001f3fb-\U0001f3ff]|\u200d(?=[\u2190-\u2bff\U0001f000-\U0001faff])")

_MARK_RUN = re.compile("([\u0300-\u036f]{3})[\u0300-\u036f]+")
"""More marks above one letter than any script has: they would be painted over the lines above."""


def safe_text(text: str) -> str:
    """A title as one line without control characters, marks for writing directions and invisible characters.

    What is written from right to left is isolated, so that it turns round nothing beside it.
    """
    if not (text.isascii() and text.isprintable()):
        text = _MARK_RUN.sub(r"\1", "".join(map(_safe, text)))
    text = " ".join(text.split())
    return f"\u2068{text}\u2069" if _RIGHT_TO_LEFT.search(text) else text


def safe_title(text: str) -> str:
    """The same of a title, which may be empty."""
    return safe_text(text) or UNTITLED


def safe_line(line: str) -> str:
    """A line of ours with texts of others in it, as it is laid out, without what could steer a terminal."""
    if line.isascii() and line.isprintable():
        return line
    return "".join(c if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cs") else "\ufffd" for c in line)


def _safe(character: str) -> str:
    if character.isprintable() or character in _KEPT_FORMATS:
        return character
    category = unicodedata.category(character)
    if category == "Cf":
        return ""
    return " " if category in ("Cc", "Zs", "Zl", "Zp") else "\ufffd"


@dataclass(frozen=True, slots=True)
class Display:
    """What a terminal or file can show. `width`: in cells; None: lines of any length, as in a file."""

    width: int | None = None
    color: bool = False
    encoding: str = "utf-8"
    glyphs: bool = True
    """Whether it has lines and marks that ASCII lacks."""

    def fit(self, text: str, room: int | None = None) -> str:
        """A safe text as it can be shown here, cut to `room` cells if it is longer."""
        if text.isascii():
            return text if room is None or len(text) <= room else self._cut(text, room)
        if self.encoding != "utf-8":
            text = _BIDI.sub("", text).encode(self.encoding, "replace").decode(self.encoding)
        if room is None:
            return text
        text = _PICTURE_PARTS.sub("", text)
        return text if cells(text) <= room and len(text) <= 4 * room + 8 else self._cut(text, room)

    def _cut(self, text: str, room: int) -> str:
        from rich.cells import set_cell_size

        more = "…" if self.glyphs else "..."
        if room <= len(more):
            return more[:room]
        # Marks have no width, so the cells alone would let any number of them through.
        cut = set_cell_size(text[: 4 * room], room - len(more)).rstrip() + more
        return cut + "\u2069" if "\u2068" in cut else cut


PLAIN = Display()
"""A file: no colours, lines of any length."""


def cells(text: str) -> int:
    """The width of a text in cells of a terminal."""
    if text.isascii():
        return len(text)
    from rich.cells import cell_len

    return cell_len(text)


def display_of(file: TextIO) -> Display:
    """What can be shown there: colours and a width on a terminal only."""
    encoding = _encoding(file)
    glyphs = _can_write("├└│─▸▾☐☑◪…·", encoding)
    if not file.isatty():
        return Display(None, color=False, encoding=encoding, glyphs=glyphs)
    name = os.environ.get("TERM", "")
    # The console of Linux has a font of 256 or 512 characters.
    glyphs = glyphs and name not in ("linux", "dumb", "unknown")
    color = name not in ("dumb", "unknown") and not os.environ.get("NO_COLOR") and os.name != "nt"
    return Display(terminal_size(file)[0], color=color, encoding=encoding, glyphs=glyphs)


def terminal_size(file: TextIO) -> tuple[int, int]:
    """Columns and lines of a terminal; 80 and 24 if it doesn't know."""
    try:
        columns, lines = os.get_terminal_size(file.fileno())
    except (OSError, ValueError):
        columns, lines = 0, 0
    given = os.environ.get("COLUMNS", "")
    return int(given) if given.isascii() and given.isdigit() and int(given) else columns or 80, lines or 24


def _encoding(file: TextIO) -> str:
    name = (file.encoding or "ascii").lower().replace("_", "-")
    return "utf-8" if name in ("utf-8", "utf8") else name


def _can_write(text: str, encoding: str) -> bool:
    try:
        text.encode(encoding)
    except (UnicodeEncodeError, LookupError):
        return False
    return True
