"""Which pieces a heavy block has: containers are opened, long texts and tables cut."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Generic, TypeVar, assert_never

from confluence_xpress import model as m
from confluence_xpress.transforms.cut.lines import PIECE, LinePieces, cut_code, cut_line
from confluence_xpress.transforms.cut.marks import mark_block, mark_decision, mark_item, mark_task
from confluence_xpress.transforms.cut.parallel import Parallel
from confluence_xpress.transforms.cut.pieces import Marks, Opened, Run, SeamedPieces, share_out, sums
from confluence_xpress.transforms.cut.rows import TablePieces
from confluence_xpress.transforms.cut.weights import Scale

T = TypeVar("T")
Item = TypeVar("Item", m.ListItem, m.TaskItem, m.DecisionItem)
Box = m.Quote | m.Panel | m.Expand | m.Excerpt | m.PageProperties | m.SyncedBlock | m.Notice | m.Macro


FINE = 16
"""What is heavier than such a part of the limit is opened already, where a mark between its pieces is not seen."""


class Knife:
    """Cuts what is heavier than a limit in kilobytes, and most things earlier, so that there are many places to cut.

    Code, file cards, contents and what stands side by side are left whole up to the limit.
    """

    def __init__(self, scale: Scale, limit: float, least: float | None = None) -> None:
        """`least`: the smallest limit for contents that stand side by side and share one."""
        self._scale = scale
        self._limit = limit
        self._least = min(limit, PIECE) if least is None else least

    def run(self, nodes: m.Blocks) -> Run[m.Block]:
        """Blocks in pieces."""
        return Run(nodes, [self._scale.block(node) for node in nodes], self._limit / FINE, self._opened, mark_block)

    def _opened(self, node: m.Block) -> Opened[m.Block] | None:
        seen = isinstance(node, m.CodeBlock | m.Files | m.Contents | m.Columns)
        if seen and self._scale.block(node) <= self._limit:
            return None
        opened = self._open(node)
        return opened if opened and len(opened.weights) > 1 else None

    def _open(self, node: m.Block) -> Opened[m.Block] | None:
        scale = self._scale
        match node:
            case m.Paragraph() | m.Heading() | m.Preformatted():
                return LinePieces(node, cut_line(node.content, scale, self._limit))
            case m.CodeBlock():
                return cut_code(node, scale, self._limit)
            case m.Quote() | m.Panel() | m.Expand() | m.Excerpt() | m.PageProperties() | m.SyncedBlock() | m.Notice():
                return _BoxPieces(node, self.run(node.content))
            case m.Macro():
                return _BoxPieces(node, self.run(node.body))
            case m.BulletList():
                return _ListPieces(self._items(node.items, mark_item), lambda _, items: replace(node, items=items))
            case m.OrderedList():
                return _ListPieces(
                    self._items(node.items, mark_item),
                    lambda first, items: replace(node, items=items, start=node.start + first),
                )
            case m.TaskList():
                return _ListPieces(self._items(node.items, mark_task), lambda _, items: replace(node, items=items))
            case m.DecisionList():
                return _ListPieces(self._items(node.items, mark_decision), lambda _, items: replace(node, items=items))
            case m.Table():
                return TablePieces(
                    node, scale.cell(node.fit), self._limit, self._least, self._within(scale.cell(node.fit))
                )
            case m.Columns():
                return _ColumnPieces(node, self._side_by_side(node))
            case m.Files():
                return self._parts(node.files, scale.file, m.Files)
            case m.Contents():
                return self._parts(node.entries, scale.entry, lambda entries: replace(node, entries=entries))
            case m.Rule() | m.Figure() | m.Card():
                return None
            case _:
                assert_never(node)

    def _within(self, scale: Scale) -> Callable[[m.Blocks, float], Run[m.Block]]:
        return lambda nodes, limit: Knife(scale, limit, self._least).run(nodes)

    def _side_by_side(self, node: m.Columns) -> Parallel:
        contents = [column.content for column in node.columns]
        weights = [self._scale.blocks(content) for content in contents]
        return Parallel(contents, weights, self._limit, self._least, self._within(self._scale))

    def _items(self, items: tuple[Item, ...], mark: Callable[[Item, str], Item]) -> Run[Item]:
        def open_item(item: Item) -> Opened[Item] | None:
            run = self.run(item.content)
            return _ItemPieces(item, run) if len(run.weights) > 1 else None

        weights = [self._scale.item(item) for item in items]
        return Run(items, weights, self._limit / FINE, open_item, lambda item, name: (mark(item, name),))

    def _parts(
        self, parts: tuple[T, ...], weigh: Callable[[T], float], make: Callable[[tuple[T, ...]], m.Block]
    ) -> SeamedPieces[m.Block]:
        weights = [weigh(part) for part in parts]
        bounds = share_out(weights, self._limit)
        return SeamedPieces(
            lambda start, stop: make(parts[bounds[start] : bounds[stop]]), sums(weights, bounds), mark_block
        )


class _BoxPieces:
    """A container with one content, cut into several that look like one that goes on."""

    def __init__(self, node: Box, run: Run[m.Block]) -> None:
        self._node = node
        self._run = run
        self.weights: Sequence[int] = run.weights

    def take(self, start: int, stop: int, marks: Marks) -> tuple[m.Block, ...]:
        content = self._run.take(start, stop, marks)
        return (_continued(self._node, content) if start else _begun(self._node, content),)


def _begun(node: Box, content: m.Blocks) -> m.Block:
    return replace(node, body=content) if isinstance(node, m.Macro) else replace(node, content=content)


def _continued(node: Box, content: m.Blocks) -> m.Block:
    """The container as it goes on: what it says of itself is not said again."""
    match node:
        case m.Panel():
            return replace(node, content=content, title=())
        case m.Expand():
            # Without a title it would say that it is one; this looks the same.
            return m.Panel("custom", content, show_icon=False, color="#ffffff", border="#dcdfe4")
        case m.Notice() | m.Macro():
            return m.Notice("", content)
        case m.Quote() | m.Excerpt() | m.PageProperties() | m.SyncedBlock():
            return replace(node, content=content)
        case _:
            assert_never(node)


class _ListPieces(Generic[Item]):
    def __init__(self, run: Run[Item], make: Callable[[int, tuple[Item, ...]], m.Block]) -> None:
        """`make` gives the list of items, and is told the number of the first, from 0."""
        self._run: Run[Item] = run
        self._make: Callable[[int, tuple[Item, ...]], m.Block] = make
        self.weights: Sequence[int] = run.weights

    def take(self, start: int, stop: int, marks: Marks) -> tuple[m.Block, ...]:
        return (self._make(self._run.index(start), self._run.take(start, stop, marks)),)


class _ItemPieces(Generic[Item]):
    """An item of a list; where it goes on, it has its sign again."""

    def __init__(self, item: Item, run: Run[m.Block]) -> None:
        self._item: Item = item
        self._run = run
        self.weights: Sequence[int] = run.weights

    def take(self, start: int, stop: int, marks: Marks) -> tuple[Item, ...]:
        return (replace(self._item, content=self._run.take(start, stop, marks)),)


class _ColumnPieces:
    def __init__(self, node: m.Columns, contents: Parallel) -> None:
        self._node = node
        self._contents = contents
        self.weights: Sequence[int] = contents.weights

    def take(self, start: int, stop: int, marks: Marks) -> tuple[m.Block, ...]:
        contents = self._contents.take(start, stop, marks)
        columns = zip(self._node.columns, contents, strict=True)
        return (replace(self._node, columns=tuple(replace(column, content=new) for column, new in columns)),)
