"""How much memory typesetting content takes, estimated from the tree.

The constants are kilobytes, measured as the growth of a process's peak when Typst compiles more of the same to tagged
PDF. Real pages took between 0.7 and 1.3 times what is said here, and a process some 50 to 100 MB besides: fonts, emoji
and what highlights code.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import ceil
from typing import assert_never

from confluence_xpress import model as m

_LETTER = 0.28
_CELL_LETTER = 0.45
"""Lines are short in cells."""
_BROKEN_LETTER = 1.05
"""Of words that may break anywhere."""
_WIDE_LETTER = 1.4
"""Times as much: letters that are not ASCII."""
_LONG = 34
"""Characters of a word that may break anywhere."""
_PARAGRAPH = 6.0
_HEADING = 14.0
_ITEM = 4.0
_TASK = 20.0
_DECISION = 60.0
_BOX = 45.0
_EXPAND = 20.0
_QUOTE = 5.0
_COLUMN = 20.0
_RULE = 6.0
_TABLE = 60.0
_ROW = 3.0
_CELL = 11.0
_CODE = 20.0
_CODE_LINE = 6.0
_CODE_LETTER = 0.08
_COLORED_LETTER = 0.9
"""Of code in a language, which is highlighted."""
_FIGURE = 50.0
_FILE = 41.0
_CARD = 32.0
_CONTENTS_LINE = 22.0
_MARK = 3.0
_GROUND = 14.0
"""Text with a ground of its own colour, or a chip."""
_LINK = 8.0
_STATUS = 8.0
_EMOJI = 4.0
_LINE_BREAK = 8.0
_ANCHOR = 4.0
_IMAGE_BYTE = 7.5 / 1024
"""For each byte of an image's file, base64 included; what it decodes to is not held."""
_PIXEL = 2 / 1024
"""For each pixel of an image whose file is not known: a photograph's share."""


def weigh(content: m.Blocks, files: Mapping[str, int] | None = None) -> int:
    """Kilobytes of memory that typesetting the blocks takes, about. `files`: bytes of each asset, by its path."""
    return ceil(Scale(files or {}).blocks(content))


class Scale:
    """Weighs nodes, in kilobytes. It remembers containers by identity: they must live as long as it does."""

    def __init__(self, files: Mapping[str, int], letter: float = _LETTER) -> None:
        self._files = files
        self._letter = letter
        self._known: dict[int, float] = {}
        self._cells: dict[float, Scale] = {}

    def cell(self, fit: m.Fit | None) -> Scale:
        """The scale for what stands in the cells of a table."""
        letter = _BROKEN_LETTER * 0.75 if fit and fit.breaks else _CELL_LETTER
        return self._cells.setdefault(letter, Scale(self._files, letter)) if letter != self._letter else self

    def letter(self, text: str) -> float:
        """What a character of the text weighs, on average."""
        broken = len(text) > _LONG * (text.count(" ") + 1)
        weight = _BROKEN_LETTER if broken else self._letter
        return weight if text.isascii() else weight * _WIDE_LETTER

    def blocks(self, nodes: m.Blocks) -> float:
        """Blocks together."""
        return sum(map(self.block, nodes))

    def block(self, node: m.Block) -> float:
        """One block."""
        if type(node) is m.Paragraph:  # most blocks
            return _PARAGRAPH + self.inlines(node.content)
        known = self._known.get(id(node))
        if known is None:
            known = self._known[id(node)] = self._block(node)
        return known

    def _block(self, node: m.Block) -> float:
        match node:
            case m.Paragraph() | m.Preformatted():
                return _PARAGRAPH + self.inlines(node.content)
            case m.Heading():
                return _HEADING + self.inlines(node.content)
            case m.BulletList() | m.OrderedList() | m.TaskList() | m.DecisionList():
                return sum(map(self.item, node.items))
            case m.CodeBlock():
                return _CODE + self.code(node.text, node.language)
            case m.Panel():
                return _BOX + self.inlines(node.title) + self.blocks(node.content)
            case m.Notice() | m.Expand():
                title = node.message if isinstance(node, m.Notice) else node.title
                return _EXPAND + self.text(title) + self.blocks(node.content)
            case m.Macro():
                return _EXPAND + self.blocks(node.body)
            case m.Quote() | m.Excerpt() | m.PageProperties() | m.SyncedBlock():
                return _QUOTE + self.blocks(node.content)
            case m.Rule():
                return _RULE
            case m.Table():
                cells = self.cell(node.fit)
                return _TABLE + self.inlines(node.caption) + sum(map(cells.row, node.rows))
            case m.Columns():
                return sum(_COLUMN + self.blocks(column.content) for column in node.columns)
            case m.Figure():
                return _FIGURE + self.image(node.image) + self.inlines(node.caption)
            case m.Files():
                return sum(map(self.file, node.files))
            case m.Card():
                return _CARD + self.inlines(node.content)
            case m.Contents():
                return sum(map(self.entry, node.entries))
            case _:
                assert_never(node)

    def item(self, item: m.ListItem | m.TaskItem | m.DecisionItem) -> float:
        """An item of a list."""
        own = _ITEM if isinstance(item, m.ListItem) else _TASK if isinstance(item, m.TaskItem) else _DECISION
        return own + self.blocks(item.content)

    def row(self, row: m.Row) -> float:
        """A row of a table, on the scale of its cells."""
        return _ROW + sum([_CELL + self.blocks(cell.content) for cell in row.cells])

    def code(self, text: str, language: str) -> float:
        """Lines of code."""
        return _CODE_LINE * (1 + text.count("\n")) + self.code_letter(language) * len(text)

    def code_letter(self, language: str) -> float:
        """A character of code."""
        return _COLORED_LETTER if language else _CODE_LETTER

    def file(self, _file: m.File) -> float:
        """A file card."""
        return _FILE

    def entry(self, entry: m.ContentsEntry) -> float:
        """A line of a table of contents."""
        return _CONTENTS_LINE + self.inlines(entry.content)

    def image(self, image: m.Image) -> float:
        """An image wherever it stands."""
        source = image.source
        if not isinstance(source, m.Asset):
            return 0.0
        size = self._files.get(source.path)
        return size * _IMAGE_BYTE if size is not None else source.width * source.height * _PIXEL

    def text(self, text: str) -> float:
        """Plain text."""
        return len(text) * self.letter(text)

    def inlines(self, nodes: m.Inlines) -> float:
        """A line of text."""
        return sum([self.inline(node) for node in nodes])

    def inline(self, node: m.Inline) -> float:
        """One node in a line of text."""
        match node:
            case m.Text():
                return self.text(node.text)
            case m.Mark():
                return (_GROUND if node.kind == "code" else _MARK) + self.inlines(node.content)
            case m.Colored():
                return (_GROUND if node.background else _MARK) + self.inlines(node.content)
            case m.Link():
                return _LINK + self.inlines(node.content)
            case m.Annotation():
                return self.inlines(node.content)
            case m.LineBreak():
                return _LINE_BREAK
            case m.Anchor() | m.IndexTerm():
                return _ANCHOR
            case m.Status() | m.Placeholder():
                return _STATUS + self.text(node.text)
            case m.Mention() | m.Date() | m.InlineFile():
                return _GROUND
            case m.Emoji():
                return _EMOJI
            case m.InlineImage():
                return _EMOJI + self.image(node.image)
            case m.InlineMacro():
                return self.text(node.macro.text or "")
            case _:
                assert_never(node)
