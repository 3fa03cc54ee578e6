"""Block nodes: paragraphs, headings, code, boxes, lines and layouts."""

from __future__ import annotations

from typing import Literal

from confluence_xpress.macros.code import language
from confluence_xpress.model import (
    Blocks,
    CodeBlock,
    Column,
    Columns,
    Emoji,
    Expand,
    Heading,
    Panel,
    PanelKind,
    Paragraph,
    Quote,
    Rule,
    SyncedBlock,
)
from confluence_xpress.model.build import collapse, is_blank, to_blocks
from confluence_xpress.readers.adf.marks import line_style
from confluence_xpress.readers.adf.reader import Nodes, Reader
from confluence_xpress.readers.adf.values import (
    Node,
    attributes,
    color,
    flat_text,
    items,
    mapping,
    number,
    string,
    whole,
)

_PANELS: dict[str, PanelKind] = {
    "info": "info",
    "note": "note",
    "tip": "success",
    "success": "success",
    "warning": "warning",
    "error": "error",
    "custom": "custom",
}
_RULES: dict[str, Literal["solid", "dashed", "dotted"]] = {
    "dashed": "dashed",
    "dotted": "dotted",
    # Print has no pencil strokes.
    "sketch": "dashed",
}


def paragraph(reader: Reader, node: Node) -> Nodes:
    """A paragraph; what stands on lines of its own splits it, an empty one shows nothing."""
    style = line_style(node)
    return list(to_blocks(reader.children(node), Paragraph((), style.align, style.indent, style.small)))


def heading(reader: Reader, node: Node) -> Nodes:
    """A heading, and after it what can't stand in one; an empty one shows nothing."""
    level = number(attributes(node), "level")
    if level is None or not 1 <= level <= 6:
        reader.report("node-invalid", "a heading whose level is not 1 to 6")
    content, rest = reader.line(node)
    if is_blank(content):
        return list(rest)
    reader.heading = content
    style = line_style(node)
    return [Heading(whole(attributes(node), "level", 1, 1, 6), content, style.align, style.indent), *rest]


def blockquote(reader: Reader, node: Node) -> Nodes:
    """A quotation."""
    return [Quote(reader.blocks(node.get("content")))]


def code_block(_reader: Reader, node: Node) -> Nodes:
    """Code, white space as it is; an empty block shows nothing."""
    attrs = attributes(node)
    pieces: list[str] = []
    for item in items(node.get("content")):
        child = mapping(item)
        if string(child, "type") == "hardBreak":
            pieces.append("\n")
        else:
            pieces.append(string(child, "text") or flat_text(item))
    text = "".join(pieces).replace("\r\n", "\n").replace("\r", "\n").strip("\n")
    if not text.strip():
        return []
    return [CodeBlock(text, language(string(attrs, "language")), line_numbers=attrs.get("hideLineNumbers") is False)]


def panel(reader: Reader, node: Node) -> Nodes:
    """A coloured box."""
    attrs = attributes(node)
    name = string(attrs, "panelType")
    kind = _PANELS.get(name)
    if kind is None:
        reader.report("node-invalid", f"a panel of the unknown type “{name}”" if name else "a panel without a type")
    content = reader.blocks(node.get("content"))
    if kind != "custom":
        return [Panel(kind or "info", content)]
    icon = Emoji(string(attrs, "panelIcon"), string(attrs, "panelIconText"), string(attrs, "panelIconId"))
    shown = None if icon == Emoji() else icon
    return [Panel("custom", content, icon=shown, show_icon=shown is not None, color=color(attrs, "panelColor"))]


def expand(reader: Reader, node: Node) -> Nodes:
    """A foldable box; it prints open."""
    return [Expand(collapse(string(attributes(node), "title")).strip(), reader.blocks(node.get("content")))]


def rule(_reader: Reader, node: Node) -> Nodes:
    """A horizontal line."""
    attrs = attributes(node)
    style = _RULES.get(string(attrs, "style"), "solid")
    return [Rule(color(attrs, "color"), style, whole(attrs, "weight", 1, 1, 3))]


def bodied_rule(reader: Reader, node: Node) -> Nodes:
    """A line with a text on it: the line, then the text."""
    return [*rule(reader, node), *reader.children(node)]


def layout_section(reader: Reader, node: Node) -> Nodes:
    """Columns side by side. One column is no layout, nor are empty ones; what is between goes to the one before."""
    columns: list[Column] = []
    stray: Blocks = ()
    for item in items(node.get("content")):
        child = mapping(item)
        if string(child, "type") == "layoutColumn":
            width = number(attributes(child), "width") or 0
            columns.append(Column((*stray, *reader.blocks(child.get("content"), 2)), max(width, 0)))
            stray = ()
        elif columns:
            column = columns[-1]
            columns[-1] = Column((*column.content, *reader.blocks([item])), column.width)
        else:
            stray += reader.blocks([item])
    if len(columns) > 1 and any(column.content for column in columns):
        return [Columns(tuple(columns))]
    return list(columns[0].content) if columns else list(stray)


def synced_block(reader: Reader, node: Node) -> Nodes:
    """Synced content, or a reference to it, which has none."""
    return [SyncedBlock(string(attributes(node), "resourceId"), reader.blocks(node.get("content")))]
