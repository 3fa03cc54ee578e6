"""Block nodes: what stands on lines of its own, and the document that holds them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from confluence_xpress.model.inlines import Emoji, File, Image, Inlines, Size
from confluence_xpress.model.refs import Destination, LinkTarget, Reference

Align = Literal["", "left", "center", "right", "justify"]
PanelKind = Literal["info", "note", "success", "warning", "error", "custom"]
TableLayout = Literal["", "default", "center", "wide", "full-width", "align-start", "align-end"]
FigurePlace = Literal["", "left", "center", "right", "wrap-left", "wrap-right", "wide", "full-width"]


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph. `indent` counts steps of the editor's indentation."""

    content: Inlines
    align: Align = ""
    indent: int = 0
    small: bool = False


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading. `level` is the author's, 1-6; transforms make levels consecutive and add `label` and `number`."""

    level: int
    content: Inlines
    align: Align = ""
    indent: int = 0
    label: str = ""
    number: str = ""


@dataclass(frozen=True, slots=True)
class ListItem:
    """One item of a bullet or numbered list."""

    content: Blocks


@dataclass(frozen=True, slots=True)
class BulletList:
    """A bullet list."""

    items: tuple[ListItem, ...]


@dataclass(frozen=True, slots=True)
class OrderedList:
    """A numbered list."""

    items: tuple[ListItem, ...]
    start: int = 1


@dataclass(frozen=True, slots=True)
class TaskItem:
    """A task; a nested task list is the last block of its content."""

    content: Blocks
    done: bool = False


@dataclass(frozen=True, slots=True)
class TaskList:
    """A list of tasks."""

    items: tuple[TaskItem, ...]


@dataclass(frozen=True, slots=True)
class DecisionItem:
    """A decision, made or open."""

    content: Blocks
    decided: bool = True


@dataclass(frozen=True, slots=True)
class DecisionList:
    """A list of decisions."""

    items: tuple[DecisionItem, ...]


@dataclass(frozen=True, slots=True)
class Quote:
    """A block quotation."""

    content: Blocks


@dataclass(frozen=True, slots=True)
class CodeBlock:
    """Code or other plain text in which white space counts. Lines end with `\\n`."""

    text: str
    language: str = ""
    title: str = ""
    line_numbers: bool = False
    first_line: int = 1


@dataclass(frozen=True, slots=True)
class Preformatted:
    """`pre` with marks or links in it; lines end with `LineBreak`, spaces count."""

    content: Inlines


@dataclass(frozen=True, slots=True)
class Panel:
    """A coloured box. Kinds are the editor's: storage `tip` is success, `note` is warning, `warning` is error."""

    kind: PanelKind
    content: Blocks
    title: Inlines = ()
    icon: Emoji | None = None
    """A custom panel's icon; the other kinds have their own."""
    show_icon: bool = True
    color: str = ""
    """Background of a custom panel, `#rrggbb`."""
    border: str = ""
    title_color: str = ""
    title_background: str = ""


@dataclass(frozen=True, slots=True)
class Expand:
    """A foldable box; print shows it open."""

    title: str
    content: Blocks


@dataclass(frozen=True, slots=True)
class Rule:
    """A horizontal line."""

    color: str = ""
    style: Literal["solid", "dashed", "dotted"] = "solid"
    weight: int = 1


@dataclass(frozen=True, slots=True)
class Cell:
    """A table cell."""

    content: Blocks
    header: bool = False
    colspan: int = 1
    rowspan: int = 1
    background: str = ""
    """`#rrggbb`."""
    align: Align = ""
    valign: Literal["", "top", "middle", "bottom"] = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A table row."""

    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Fit:
    """How a table fits on the page. Only the table transform makes it."""

    columns: tuple[float, ...]
    """Relative column widths; empty: as wide as the content."""
    scale: float = 1
    """Factor on the size of the table's text; for a table within a table, on the size of the text around it."""
    landscape: bool = False
    breaks: bool = False
    """Long words may break without a hyphen, as `model.text.line_pieces` cuts them."""
    break_after: int = 0
    """With `breaks`: words of more characters than this are long."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table. Rows may be ragged and spans may overlap until the table transform has run."""

    rows: tuple[Row, ...]
    columns: tuple[float, ...] = ()
    """Column widths in CSS pixels or percent alike, only their ratio counts; 0 where unknown."""
    width: Size | None = None
    layout: TableLayout = ""
    numbered: bool = False
    """A column of row numbers that is not among the cells (ADF `isNumberColumnEnabled`)."""
    header_rows: int = 0
    """Leading rows that repeat on each page; set by the table transform."""
    fit: Fit | None = None
    caption: Inlines = ()


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a layout; width in percent, 0 where unknown."""

    content: Blocks
    width: float = 0


@dataclass(frozen=True, slots=True)
class Columns:
    """A layout section: columns side by side. One column is no layout: readers give its blocks instead."""

    columns: tuple[Column, ...]


@dataclass(frozen=True, slots=True)
class Figure:
    """An image on lines of its own, or text flowing around it (`wrap-…`)."""

    image: Image
    caption: Inlines = ()
    place: FigurePlace = ""


@dataclass(frozen=True, slots=True)
class Files:
    """A group of file cards."""

    files: tuple[File, ...]


@dataclass(frozen=True, slots=True)
class Card:
    """A smart link as a card or an embedded preview."""

    target: LinkTarget
    appearance: Literal["block", "embed"] = "block"
    content: Inlines = ()
    datasource: str = ""
    """JSON of a live list's query; empty for a plain card."""
    anchor: str = ""


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A part of a page that other pages may include. Hidden ones are not printed on their own page."""

    content: Blocks
    name: str = ""
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class PageProperties:
    """The page properties macro: a table of keys and values that reports read."""

    content: Blocks
    id: str = ""
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class SyncedBlock:
    """Synced content; a mere reference to one has no content."""

    resource_id: str
    content: Blocks = ()


@dataclass(frozen=True, slots=True)
class ContentsEntry:
    """A line of a table of contents."""

    level: int
    content: Inlines
    target: Destination
    number: str = ""


@dataclass(frozen=True, slots=True)
class Contents:
    """The `toc` macro: this page's headings. Entries are filled in by a transform."""

    min_level: int = 1
    max_level: int = 6
    include: str = ""
    """Regular expression that a heading's text must match; empty: all."""
    exclude: str = ""
    flat: bool = False
    numbered: bool = False
    """Outline numbers (1, 1.1 …) before the entries."""
    entries: tuple[ContentsEntry, ...] = ()


@dataclass(frozen=True, slots=True)
class Notice:
    """A visible notice in place of something that is not there, with what is left of it."""

    message: str
    content: Blocks = ()


@dataclass(frozen=True, slots=True)
class Parameter:
    """A macro parameter: its text, and the references nested in it. The unnamed parameter has the name ''."""

    name: str
    value: str = ""
    references: tuple[Reference, ...] = ()


@dataclass(frozen=True, slots=True)
class Macro:
    """A macro that is not (yet) expanded: one that needs other pages, or one that nobody knows."""

    name: str
    parameters: tuple[Parameter, ...] = ()
    body: Blocks = ()
    """Rich-text body."""
    text: str | None = None
    """Plain-text body."""
    id: str = ""
    """Confluence's macro id, by which it can be rendered alone."""


Block = (
    Paragraph
    | Heading
    | BulletList
    | OrderedList
    | TaskList
    | DecisionList
    | Quote
    | CodeBlock
    | Preformatted
    | Panel
    | Expand
    | Rule
    | Table
    | Columns
    | Figure
    | Files
    | Card
    | Excerpt
    | PageProperties
    | SyncedBlock
    | Contents
    | Notice
    | Macro
)
Blocks = tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """The content of one page."""

    content: Blocks = ()
