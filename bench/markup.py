"""Blocks and inline nodes as HTML, for the programs that XPress is measured beside. Looks are in print.css."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import assert_never

from confluence_xpress import model as m
from confluence_xpress.model.text import inline_text, target_text
from confluence_xpress.writers.typst.measure import figure_size, inline_size

_MARKS = {"strong": "strong", "emphasis": "em", "underline": "u", "strike": "s", "code": "code", "small": "small"}
_MARKS |= {"subscript": "sub", "superscript": "sup", "cite": "cite", "big": "span"}


class Markup:
    """Writes the tree that the Typst writer gets. `targets`: the places that links may lead to."""

    def __init__(self, targets: frozenset[str], format_day: Callable[[str], str]) -> None:
        self._targets = targets
        self._format_day = format_day
        self._claimed: set[str] = set()

    def identity(self, label: str) -> str:
        """An `id` attribute, unless the label is empty or taken."""
        if not label or label in self._claimed:
            return ""
        self._claimed.add(label)
        return f' id="{escape(label)}"'

    def blocks(self, nodes: m.Blocks, level: int = 0) -> str:
        """HTML of blocks; `level` is that of the heading above them."""
        return "\n".join([self.block(node, level) for node in nodes])

    def block(self, node: m.Block, level: int) -> str:
        """HTML of one block."""
        match node:
            case m.Paragraph():
                return f"<p{_align(node.align)}>{self.inlines(node.content)}</p>"
            case m.Heading():
                return self._heading(node, level)
            case m.BulletList():
                return f"<ul>{self._items(node.items)}</ul>"
            case m.OrderedList():
                return f'<ol start="{node.start}">{self._items(node.items)}</ol>'
            case m.TaskList() | m.DecisionList():
                return f'<ul class="tasks">{self._items(node.items)}</ul>'
            case m.Quote():
                return f"<blockquote>{self.blocks(node.content)}</blockquote>"
            case m.CodeBlock():
                title = f"<b>{escape(node.title)}</b>\n" if node.title else ""
                return f"<pre>{title}{escape(node.text.expandtabs(4), quote=False)}</pre>"
            case m.Preformatted():
                return f"<pre>{self.inlines(node.content)}</pre>"
            case m.Panel():
                title = f"<p><b>{self.inlines(node.title)}</b></p>" if node.title else ""
                return f'<div class="box {node.kind}">{title}{self.blocks(node.content)}</div>'
            case m.Expand():
                return f'<div class="box"><p><b>{escape(node.title)}</b></p>{self.blocks(node.content)}</div>'
            case m.Notice():
                return f'<div class="box"><p>{escape(node.message)}</p>{self.blocks(node.content)}</div>'
            case m.Macro():
                return f'<div class="box"><p>{escape(node.text or node.name)}</p>{self.blocks(node.body)}</div>'
            case m.Rule():
                return "<hr>"
            case m.Table():
                return self._table(node)
            case m.Columns():
                columns = "".join(f"<td>{self.blocks(column.content)}</td>" for column in node.columns)
                return f'<table class="layout" role="presentation"><tr>{columns}</tr></table>'
            case m.Figure():
                caption = f"<figcaption>{self.inlines(node.caption)}</figcaption>" if node.caption else ""
                return f"<figure>{self._image(node.image, figure_size)}{caption}</figure>"
            case m.Files():
                return "".join(f'<p class="box">{escape(file.name)}</p>' for file in node.files)
            case m.Card():
                title = self.inlines(node.content) or escape(target_text(node.target))
                return f'<p class="box">{self._linked(node.target, title)}</p>'
            case m.Excerpt() | m.PageProperties() | m.SyncedBlock():
                return self.blocks(node.content, level)
            case m.Contents():
                lines = (self._linked(entry.target, self.inlines(entry.content)) for entry in node.entries)
                return f'<div class="contents">{"".join(f"<p>{line}</p>" for line in lines)}</div>'
            case _:
                assert_never(node)

    def inlines(self, nodes: m.Inlines) -> str:
        """HTML of a line of text."""
        return "".join([self.inline(node) for node in nodes])

    def inline(self, node: m.Inline) -> str:
        """HTML of one inline node."""
        match node:
            case m.Text():
                return escape(node.text, quote=False)
            case m.LineBreak():
                return "<br>"
            case m.Mark():
                return f"<{_MARKS[node.kind]}>{self.inlines(node.content)}</{_MARKS[node.kind]}>"
            case m.Colored():
                style = f"color: {node.color}; " if node.color else ""
                style += f"background: {node.background}" if node.background else ""
                return f'<span style="{escape(style)}">{self.inlines(node.content)}</span>'
            case m.Link():
                return self._linked(node.target, self.inlines(node.content) or escape(target_text(node.target)))
            case m.Annotation():
                return self.inlines(node.content)
            case m.Anchor():
                return self._place(node.name)
            case m.IndexTerm():
                return self._place(node.label)
            case m.Status():
                return f'<span class="status {escape(node.color)}">{escape(node.text)}</span>'
            case m.Date():
                return f'<span class="chip">{escape(self._format_day(node.day))}</span>'
            case m.InlineImage():
                return self._image(node.image, inline_size)
            case m.Mention() | m.InlineFile():
                return f'<span class="chip">{escape(inline_text((node,)))}</span>'
            case m.Emoji() | m.InlineMacro() | m.Placeholder():
                return escape(inline_text((node,)))
            case _:
                assert_never(node)

    def _place(self, label: str) -> str:
        identity = self.identity(label)
        return f"<span{identity}></span>" if identity else ""

    def _heading(self, node: m.Heading, level: int) -> str:
        number = f"{escape(node.number)} " if node.number else ""
        tag = f"h{min(level + node.level, 6)}"
        text = self.inlines(node.content)
        return f'<{tag} class="rank{node.level}"{self.identity(node.label)}>{number}{text}</{tag}>'

    def _items(self, items: tuple[m.ListItem | m.TaskItem | m.DecisionItem, ...]) -> str:
        return "".join(f"<li{_tick(item)}>{self.blocks(item.content)}</li>" for item in items)

    def _table(self, node: m.Table) -> str:
        widths = node.fit.columns if node.fit else ()
        columns = "".join(f'<col style="width: {100 * width / sum(widths):.1f}%">' for width in widths)
        rows = [self._row(row) for row in node.rows]
        head = f"<thead>{''.join(rows[: node.header_rows])}</thead>" if node.header_rows else ""
        size = f' style="font-size: {8.8 * node.fit.scale:.2f}pt"' if node.fit and node.fit.scale != 1 else ""
        layout = ' class="fixed"' if widths else ""
        body = f"<tbody>{''.join(rows[node.header_rows :])}</tbody>"
        return f"<table{layout}{size}><colgroup>{columns}</colgroup>{head}{body}</table>"

    def _row(self, row: m.Row) -> str:
        return f"<tr>{''.join(map(self._cell, row.cells))}</tr>"

    def _cell(self, cell: m.Cell) -> str:
        tag = "th" if cell.header else "td"
        spans = f' colspan="{cell.colspan}"' if cell.colspan > 1 else ""
        spans += f' rowspan="{cell.rowspan}"' if cell.rowspan > 1 else ""
        color = f' style="background: {escape(cell.background)}"' if cell.background else ""
        return f"<{tag}{spans}{color}>{self.blocks(cell.content)}</{tag}>"

    def _linked(self, target: m.LinkTarget | None, shown: str) -> str:
        match target:
            case m.Destination() if target.label in self._targets:
                return f'<a href="#{escape(target.label)}">{shown}</a>'
            case m.Url() if target.href:
                return f'<a href="{escape(target.href)}">{shown}</a>'
            case _:
                return shown

    def _image(self, image: m.Image, size: Callable[[m.Image, m.Asset], tuple[float, float]]) -> str:
        match image.source:
            case m.Asset():
                width, height = size(image, image.source)
                style = f"width: {width:.1f}pt; aspect-ratio: {width:.1f} / {height:.1f}"
                name = escape(image.source.path.lstrip("/"))
                return self._linked(image.link, f'<img src="{name}" alt="{escape(image.alt)}" style="{style}">')
            case _:
                return escape(image.alt)


def _align(align: m.Align) -> str:
    return f' style="text-align: {align}"' if align in ("center", "right") else ""


def _tick(item: m.ListItem | m.TaskItem | m.DecisionItem) -> str:
    match item:
        case m.TaskItem():
            return ' class="done"' if item.done else ' class="open"'
        case m.DecisionItem():
            return ' class="done"' if item.decided else ' class="open"'
        case _:
            return ""
