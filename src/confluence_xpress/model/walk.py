"""Traversal and rewriting of the tree. Every container is named once, here."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TypeVar, assert_never

from confluence_xpress.model import blocks as b
from confluence_xpress.model import inlines as i

OnBlock = Callable[[b.Block], b.Blocks]
OnInline = Callable[[i.Inline], i.Inlines]
# A tuple: a union would be built anew for each node.
_NESTING = (i.Mark, i.Colored, i.Link, i.Annotation)
P = TypeVar("P", b.ListItem, b.TaskItem, b.DecisionItem, b.Cell, b.Column)


def same_block(node: b.Block) -> b.Blocks:
    """The block hook that changes nothing."""
    return (node,)


def same_inline(node: i.Inline) -> i.Inlines:
    """The inline hook that changes nothing."""
    return (node,)


def rewrite_inlines(nodes: i.Inlines, on_inline: OnInline) -> i.Inlines:
    """Each node, children first, replaced by what `on_inline` gives for it; `nodes` itself if nothing changed."""
    if on_inline is same_inline:
        return nodes
    result: list[i.Inline] | None = None  # made when the first node changes
    for index, node in enumerate(nodes):
        new = node
        if isinstance(node, _NESTING):
            content = rewrite_inlines(node.content, on_inline)
            if content is not node.content:
                new = replace(node, content=content)
        replaced = on_inline(new)
        if result is None:
            if len(replaced) == 1 and replaced[0] is node:
                continue
            result = list(nodes[:index])
        result += replaced
    return nodes if result is None else tuple(result)


def rewrite_blocks(nodes: b.Blocks, on_block: OnBlock = same_block, on_inline: OnInline = same_inline) -> b.Blocks:
    """Each block, children first, replaced by what `on_block` gives for it; lines of text by `on_inline`.

    A macro's body is rewritten like any other content. What did not change is kept, not copied.
    """
    result: list[b.Block] = []
    changed = False
    for node in nodes:
        replaced = on_block(rewrite_children(node, on_block, on_inline))
        changed = changed or len(replaced) != 1 or replaced[0] is not node
        result += replaced
    return tuple(result) if changed else nodes


def rewrite_children(node: b.Block, on_block: OnBlock, on_inline: OnInline) -> b.Block:
    """The block with its children rewritten; the block itself is not handed to `on_block`."""
    match node:
        case b.Paragraph() | b.Heading() | b.Preformatted() | b.Card():
            line = rewrite_inlines(node.content, on_inline)
            return node if line is node.content else replace(node, content=line)
        case b.Panel():
            title = rewrite_inlines(node.title, on_inline)
            content = rewrite_blocks(node.content, on_block, on_inline)
            same = title is node.title and content is node.content
            return node if same else replace(node, title=title, content=content)
        case b.Quote() | b.Expand() | b.Excerpt() | b.PageProperties() | b.SyncedBlock() | b.Notice():
            content = rewrite_blocks(node.content, on_block, on_inline)
            return node if content is node.content else replace(node, content=content)
        case b.BulletList() | b.OrderedList():
            items = _rewrite_parts(node.items, on_block, on_inline)
            return node if items is node.items else replace(node, items=items)
        case b.TaskList():
            tasks = _rewrite_parts(node.items, on_block, on_inline)
            return node if tasks is node.items else replace(node, items=tasks)
        case b.DecisionList():
            decisions = _rewrite_parts(node.items, on_block, on_inline)
            return node if decisions is node.items else replace(node, items=decisions)
        case b.Table():
            caption = rewrite_inlines(node.caption, on_inline)
            cells = [_rewrite_parts(row.cells, on_block, on_inline) for row in node.rows]
            if all(new is row.cells for new, row in zip(cells, node.rows, strict=True)):
                return node if caption is node.caption else replace(node, caption=caption)
            return replace(node, caption=caption, rows=tuple(b.Row(new) for new in cells))
        case b.Columns():
            columns = _rewrite_parts(node.columns, on_block, on_inline)
            return node if columns is node.columns else replace(node, columns=columns)
        case b.Figure():
            caption = rewrite_inlines(node.caption, on_inline)
            return node if caption is node.caption else replace(node, caption=caption)
        case b.Contents():
            entries = tuple(replace(e, content=rewrite_inlines(e.content, on_inline)) for e in node.entries)
            return node if entries == node.entries else replace(node, entries=entries)
        case b.Macro():
            body = rewrite_blocks(node.body, on_block, on_inline)
            return node if body is node.body else replace(node, body=body)
        case b.CodeBlock() | b.Rule() | b.Files():
            return node
        case _:
            assert_never(node)


def _rewrite_parts(parts: tuple[P, ...], on_block: OnBlock, on_inline: OnInline) -> tuple[P, ...]:
    result: list[P] = []
    changed = False
    for part in parts:
        content = rewrite_blocks(part.content, on_block, on_inline)
        if content is part.content:
            result.append(part)
        else:
            result.append(replace(part, content=content))
            changed = True
    return tuple(result) if changed else parts


def iter_inlines(nodes: i.Inlines) -> Iterator[i.Inline]:
    """All inline nodes, parents first."""
    for node in nodes:
        yield node
        if isinstance(node, _NESTING):
            yield from iter_inlines(node.content)


def child_blocks(node: b.Block) -> Iterator[b.Blocks]:
    """The groups of blocks directly inside a block, in reading order."""
    match node:
        case (  # first, since most blocks are such ones
            b.Paragraph()
            | b.Heading()
            | b.Preformatted()
            | b.Card()
            | b.Figure()
            | b.Contents()
            | b.CodeBlock()
            | b.Rule()
            | b.Files()
        ):
            return
        case b.BulletList() | b.OrderedList() | b.TaskList() | b.DecisionList():
            for item in node.items:
                yield item.content
        case b.Table():
            for row in node.rows:
                for cell in row.cells:
                    yield cell.content
        case b.Columns():
            for column in node.columns:
                yield column.content
        case b.Quote() | b.Expand() | b.Excerpt() | b.PageProperties() | b.SyncedBlock() | b.Notice() | b.Panel():
            yield node.content
        case b.Macro():
            yield node.body
        case _:
            assert_never(node)


def own_inlines(node: b.Block) -> Iterator[i.Inlines]:
    """The lines of text that belong to the block itself, not to blocks inside it."""
    match node:
        case b.Paragraph() | b.Heading() | b.Preformatted() | b.Card():
            yield node.content
        case b.Panel():
            yield node.title
        case b.Figure() | b.Table():
            yield node.caption
        case b.Contents():
            for entry in node.entries:
                yield entry.content
        case _:
            return


def iter_blocks(nodes: b.Blocks) -> Iterator[b.Block]:
    """All blocks, parents first, in reading order."""
    for node in nodes:
        yield node
        for group in child_blocks(node):
            yield from iter_blocks(group)
