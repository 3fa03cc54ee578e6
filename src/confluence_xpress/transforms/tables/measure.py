"""How narrow and how wide the content of a cell may be, estimated in points."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import assert_never

from confluence_xpress import model as m
from confluence_xpress.model.text import block_text, is_figure, target_text
from confluence_xpress.transforms.metrics import BOLD, MONO, at_most, text_width

LENGTHS = (4, 6, 9, 12, 18, 26)
"""Numbers of characters from which words may be broken, for tables that are too wide otherwise."""

PANEL_INDENT = 40.0
LIST_INDENT = 18.0
QUOTE_INDENT = 16.0
EXPAND_INDENT = 24.0
GUTTER = 16.0
"""Between the columns of a layout. All are points that a container takes from its content's width."""

_NO_LIMIT = len(LENGTHS)
_PIECE = 0.68
"""Width of a character of a broken word, in em: few runs of characters are wider."""
_HEADING = (2.2, 1.5, 1.2, 1.1, 1.0, 1.0)
_IMAGE_MIN = 60.0
_IMAGE_MAX = 480.0
_PIXEL = 0.75
_CODE_PADDING = 18.0
_CODE_MIN_CHARACTERS = 16
_CODE_MAX_CHARACTERS = 90
_CHIP = 14.0
"""What a file chip adds to its text."""
_LOZENGE = 10.0
"""The same of a lozenge, whose letters are bold."""
_DATE = 8.6
"""Em of a day as most languages write it out: 15 December 2026."""
_WORD = re.compile(r"\S+")
# a line may end after a hyphen or slash inside a word, between ideographs, and in scripts without spaces
_BREAK = re.compile(r"(?<=\w[-–—/])(?=[^\W\d])|(?<=[\u200b\u00ad])")
_IDEOGRAPHS = re.compile(r"[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef\U00020000-\U0003fffd]+")
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]+")


@dataclass(slots=True)
class Extent:
    """What a cell needs: `words[n]` is the widest word of at most LENGTHS[n] characters (the last: of any length)."""

    words: list[float]
    fixed: float = 0.0
    """The widest thing that can't be broken, such as an image at its smallest."""
    line: float = 0.0
    """The width at which no line needs to be wrapped."""
    seen: set[str] = field(default_factory=set)
    """Words of plain lines that were measured already; columns repeat many."""

    def narrowest(self, limit: int | None, size: float) -> float:
        """The smallest width; words longer than `LENGTHS[limit]` are broken, none if it is None."""
        if limit is None:
            return max(self.fixed, *self.words)
        longer = max(self.words[limit + 1 :])
        broken = min(longer, LENGTHS[limit] * _PIECE * size)
        return max(self.fixed, broken, *self.words[: limit + 1])


def empty_extent() -> Extent:
    """The extent of nothing."""
    return Extent([0.0] * (_NO_LIMIT + 1))


NestedWidth = Callable[[m.Table], tuple[float, float]]
"""Smallest and preferred width of a table inside a cell, in points."""


class Ruler:
    """Measures content. `size` is that of the text in points; `nested` measures tables within."""

    def __init__(self, size: float, nested: NestedWidth) -> None:
        self._size = size
        self._nested = nested
        self._extent = empty_extent()
        self._word = 0.0
        self._word_length = 0
        self._figure = True
        self._line = 0.0

    def measure_into(self, extent: Extent, content: m.Blocks, *, bold: bool = False) -> None:
        """Widens the extent as far as a cell's content needs it."""
        self._extent = extent
        self._blocks(content, self._size * (BOLD if bold else 1.0), 0.0)

    def _blocks(self, nodes: m.Blocks, em: float, indent: float) -> None:
        for node in nodes:
            self._block(node, em, indent)

    def _block(self, node: m.Block, em: float, indent: float) -> None:
        match node:
            case m.Paragraph():
                self._lines(node.content, em, indent + node.indent * LIST_INDENT)
            case m.Heading():
                self._lines(node.content, em * _HEADING[min(max(node.level, 1), 6) - 1] * BOLD, indent)
            case m.BulletList() | m.OrderedList() | m.TaskList() | m.DecisionList():
                for item in node.items:
                    self._blocks(item.content, em, indent + LIST_INDENT)
            case m.Quote():
                self._blocks(node.content, em, indent + QUOTE_INDENT)
            case m.Panel():
                self._lines(node.title, em * BOLD, indent + PANEL_INDENT)
                self._blocks(node.content, em, indent + PANEL_INDENT)
            case m.Notice():
                self._text_line(node.message, em, indent + PANEL_INDENT)
                self._blocks(node.content, em, indent + PANEL_INDENT)
            case m.Expand():
                self._text_line(node.title, em * BOLD, indent + EXPAND_INDENT)
                self._blocks(node.content, em, indent + EXPAND_INDENT)
            case m.Excerpt() | m.PageProperties() | m.SyncedBlock():
                self._blocks(node.content, em, indent)
            case m.Columns():
                self._columns(node, em, indent)
            case m.CodeBlock():
                longest = max(map(len, node.text.split("\n")))
                narrow = min(longest, _CODE_MIN_CHARACTERS) * MONO * self._size + _CODE_PADDING
                wide = min(longest, _CODE_MAX_CHARACTERS) * MONO * self._size + _CODE_PADDING
                self._fixed(narrow + indent, wide + indent)
                self._text_line(node.title, em, indent)
            case m.Preformatted():
                self._lines(node.content, self._size * 1.15, indent + _CODE_PADDING)
            case m.Figure():
                width = _image_width(node.image)
                self._fixed(min(width, _IMAGE_MIN) + indent, width + indent)
                self._lines(node.caption, em, indent)
            case m.Table():
                self._fixed(*(width + indent for width in self._nested(node)))
                self._lines(node.caption, em, indent)
            case m.Files():
                for file in node.files:
                    self._text_line(file.name, em, indent + _CHIP)
            case m.Card():
                self._lines(node.content or (m.Text(target_text(node.target)),), em, indent + EXPAND_INDENT)
            case m.Contents():
                for entry in node.entries:
                    self._lines(entry.content, em, indent + entry.level * LIST_INDENT)
            case m.Macro():
                self._text_line(node.text or node.name, em, indent)
                self._blocks(node.body, em, indent)
            case m.Rule():
                pass
            case _:
                assert_never(node)

    def _columns(self, node: m.Columns, em: float, indent: float) -> None:
        narrow = wide = indent + GUTTER * (len(node.columns) - 1)
        for column in node.columns:
            extent = empty_extent()
            Ruler(self._size, self._nested).measure_into(extent, column.content, bold=em > self._size)
            narrow += extent.narrowest(LENGTHS.index(12), self._size)
            wide += extent.line
        self._fixed(narrow, wide)

    # --- lines

    def _fixed(self, narrow: float, wide: float) -> None:
        extent = self._extent
        extent.fixed = max(extent.fixed, narrow)
        extent.line = max(extent.line, wide)

    def _text_line(self, text: str, em: float, indent: float) -> None:
        if text:
            self._lines((m.Text(text),), em, indent)

    def _lines(self, nodes: m.Inlines, em: float, indent: float) -> None:
        if len(nodes) == 1 and isinstance(node := nodes[0], m.Text):
            self._simple(node.text, em, indent)
            return
        self._line = self._word = 0.0
        self._word_length = 0
        self._figure = True
        self._inlines(nodes, em, indent)
        self._end_line(indent)

    def _simple(self, text: str, em: float, indent: float) -> None:
        """A line of plain text, which most cells hold."""
        extent = self._extent
        if at_most(text) * em + indent > extent.line:
            extent.line = max(extent.line, text_width(text) * em + indent)
        # words in bold or indented count anew
        seen = extent.seen if em == self._size and not indent else set[str]()
        for word in text.split():
            if word in seen:
                continue
            seen.add(word)
            if at_most(word) * em + indent > extent.words[_bucket(len(word))]:
                for part in _parts(word):
                    self._keep_word(len(part), text_width(part) * em + indent, whole=is_figure(part))

    def _inlines(self, nodes: m.Inlines, em: float, indent: float) -> None:
        for node in nodes:
            match node:
                case m.Text():
                    self._text(node.text, em, indent)
                case m.Mark():
                    if node.kind == "strong":
                        self._inlines(node.content, em * BOLD, indent)
                    elif node.kind == "code":
                        self._inlines(node.content, max(em, self._size) * 1.15, indent)
                    else:
                        self._inlines(node.content, em * (1.2 if node.kind == "big" else 1.0), indent)
                case m.Colored() | m.Annotation():
                    self._inlines(node.content, em, indent)
                case m.Link():
                    self._inlines(node.content or (m.Text(target_text(node.target)),), em, indent)
                case m.LineBreak():
                    self._end_line(indent)
                case m.InlineImage():
                    width = _image_width(node.image)
                    self._unbreakable(min(width, _IMAGE_MIN), width, indent)
                case m.Status():
                    self._unbreakable(width := text_width(node.text.upper()) * em * 0.8 + _LOZENGE, width, indent)
                case m.InlineFile():
                    self._text(node.file.name, em, indent)
                    self._line += _CHIP
                case m.Mention():
                    self._text(f"@{node.text or node.user.username or node.user.account_id}", em, indent)
                case m.Date():
                    self._unbreakable(_DATE * em, _DATE * em, indent)
                case m.Emoji():
                    if node.text:
                        self._unbreakable(1.4 * em, 1.4 * em, indent)
                    else:
                        self._text(node.short_name, em, indent)
                case m.Placeholder():
                    self._text(node.text, em, indent)
                case m.InlineMacro():
                    self._text(node.macro.text or block_text(node.macro.body) or node.macro.name, em, indent)
                case m.Anchor() | m.IndexTerm():
                    pass
                case _:
                    assert_never(node)

    def _text(self, text: str, em: float, indent: float) -> None:
        """Text between other things: its first and last word may be one with what stands beside it."""
        self._line += text_width(text) * em
        position = 0
        for found in _WORD.finditer(text):
            if found.start() > position or position == 0 < found.start():
                self._end_word(indent)
            position = found.end()
            for number, part in enumerate(_parts(found.group())):
                if number:
                    self._end_word(indent)
                self._word += text_width(part) * em
                self._word_length += len(part)
                self._figure = self._figure and is_figure(part)
        if position < len(text):
            self._end_word(indent)

    def _unbreakable(self, narrow: float, wide: float, indent: float) -> None:
        """A box in the line. The line may be wrapped on both sides of it."""
        self._end_word(indent)
        self._line += wide
        self._extent.fixed = max(self._extent.fixed, narrow + indent)

    def _end_word(self, indent: float) -> None:
        if self._word:
            self._keep_word(self._word_length, self._word + indent, whole=self._figure)
        self._figure = True
        self._word = 0.0
        self._word_length = 0

    def _end_line(self, indent: float) -> None:
        self._end_word(indent)
        if self._line:
            self._extent.line = max(self._extent.line, self._line + indent)
        self._line = 0.0

    def _keep_word(self, length: int, width: float, *, whole: bool) -> None:
        if whole:
            self._extent.fixed = max(self._extent.fixed, width)
            return
        bucket = _bucket(length)
        self._extent.words[bucket] = max(self._extent.words[bucket], width)


_BUCKETS = tuple(
    next((index for index, longest in enumerate(LENGTHS) if length <= longest), _NO_LIMIT)
    for length in range(LENGTHS[-1] + 1)
)


def _bucket(length: int) -> int:
    return _BUCKETS[length] if length < len(_BUCKETS) else _NO_LIMIT


def _parts(word: str) -> list[str]:
    """A word at the places where a line may end anyway."""
    if word.isascii():
        if "-" not in word and "/" not in word:
            return [word]
        return _BREAK.split(word)
    parts: list[str] = []
    for piece in _BREAK.split(word):
        spread = _IDEOGRAPHS.sub(lambda run: f" {run.group()[:3]} ", piece)
        parts += _UNSPACED.sub(lambda run: f" {run.group()[:12]} ", spread).split()
    return parts


def _image_width(image: m.Image) -> float:
    """The width of an image in points if there is room for it."""
    width = 120.0
    if isinstance(image.source, m.Asset):
        width = image.source.width * _PIXEL
        if image.height and image.height.unit == "px" and not image.width:
            width = image.height.value * _PIXEL * image.source.width / max(image.source.height, 1.0)
    if image.width and image.width.unit == "px":
        width = image.width.value * _PIXEL
    return min(max(width, 1.0), _IMAGE_MAX)
