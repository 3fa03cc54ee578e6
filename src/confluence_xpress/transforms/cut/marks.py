"""Anchors that tell where an atom begins in the PDF, and change nothing that is seen or read aloud.

They stand in the atom's first line of text; where it begins with none, in a paragraph of their own, which Typst makes
no paragraph: it has no space around it and no tag.
"""

from __future__ import annotations

from dataclasses import replace

from confluence_xpress.model import (
    Anchor,
    Block,
    Blocks,
    BulletList,
    Cell,
    DecisionItem,
    DecisionList,
    Heading,
    Inline,
    Inlines,
    ListItem,
    OrderedList,
    Paragraph,
    Row,
    Table,
    TaskItem,
    TaskList,
)


def mark_inline(node: Inline, name: str) -> Inlines:
    """The node in a line of text with the anchor before it."""
    return (Anchor(name), node)


def mark_block(node: Block, name: str) -> Blocks:
    """The block with the anchor at its beginning."""
    match node:
        case Paragraph() | Heading():
            return (replace(node, content=(Anchor(name), *node.content)),)
        # A paragraph before a list that is the beginning of an item, would set the items around it apart.
        case BulletList(items=(first, *others)) | OrderedList(items=(first, *others)):
            return (replace(node, items=(mark_item(first, name), *others)),)
        case TaskList(items=(task, *tasks)):
            return (replace(node, items=(mark_task(task, name), *tasks)),)
        case DecisionList(items=(decision, *decisions)):
            return (replace(node, items=(mark_decision(decision, name), *decisions)),)
        # What a caption begins with is its own place, by which the list of tables knows it.
        case Table(caption=(place, *words)):
            return (replace(node, caption=(place, Anchor(name), *words)),)
        # Wide tables that follow each other share turned sheets; a paragraph between them would begin a new one.
        case Table(fit=fit) if fit and fit.landscape and any(row.cells for row in node.rows[node.header_rows :]):
            return (replace(node, rows=_mark_rows(node.rows, node.header_rows, name)),)
        case _:
            return (Paragraph((Anchor(name),)), node)


def mark_blocks(nodes: Blocks, name: str) -> Blocks:
    """Blocks with the anchor at their beginning."""
    return (*mark_block(nodes[0], name), *nodes[1:]) if nodes else (Paragraph((Anchor(name),)),)


def mark_item(item: ListItem, name: str) -> ListItem:
    """The item with the anchor at its beginning."""
    return replace(item, content=mark_blocks(item.content, name))


def mark_task(item: TaskItem, name: str) -> TaskItem:
    """The same for a task."""
    return replace(item, content=mark_blocks(item.content, name))


def mark_decision(item: DecisionItem, name: str) -> DecisionItem:
    """The same for a decision."""
    return replace(item, content=mark_blocks(item.content, name))


def mark_row(row: Row, name: str) -> Row:
    """The row, which has cells, with the anchor at the beginning of one that begins where the row does."""
    index = min(range(len(row.cells)), key=lambda n: (_sinks(row.cells[n]), n))
    cell = row.cells[index]
    marked = replace(cell, content=mark_blocks(cell.content, name))
    return Row((*row.cells[:index], marked, *row.cells[index + 1 :]))


def _sinks(cell: Cell) -> bool:
    """Whether the content may stand far below the row's upper edge."""
    return cell.rowspan > 1 or cell.valign in ("middle", "bottom")


def _mark_rows(rows: tuple[Row, ...], start: int, name: str) -> tuple[Row, ...]:
    index = next(n for n in range(start, len(rows)) if rows[n].cells)
    return (*rows[:index], mark_row(rows[index], name), *rows[index + 1 :])
