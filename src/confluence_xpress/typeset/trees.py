"""Balanced trees of a PDF: names (ISO 32000-1, 7.9.6), numbers (7.9.7) and pages (7.7.3.2).

No node has more than 64 children, so that a reader finds one entry of many without reading them all. The trees come as
objects (number, body), none of which is a stream, the root last; only a line for each node is kept in memory.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, islice, pairwise
from typing import TypeVar

from confluence_xpress.errors import InternalError
from confluence_xpress.typeset.syntax import literal_string

_KIDS = 64

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class _Node:
    """The object of a node, and the first and last key below it."""

    number: int
    lowest: bytes
    highest: bytes


def name_tree(entries: Iterable[tuple[bytes, bytes]], root: int, numbers: Iterator[int]) -> Iterator[tuple[int, bytes]]:
    """The objects of a name tree with these entries (name, value as it's written), in any order.

    The root is numbered `root`; the other nodes take their numbers from `numbers`. Names have to differ.
    """
    ordered = sorted(entries, key=lambda entry: entry[0])
    for entry, following in pairwise(ordered):
        if entry[0] == following[0]:
            raise InternalError(f"The PDF name {entry[0]!r} was given twice.")
    return _tree(b"Names", ((literal_string(key), value) for key, value in ordered), root, numbers)


def number_tree(entries: Iterable[tuple[int, bytes]], root: int, numbers: Iterator[int]) -> Iterator[tuple[int, bytes]]:
    """The objects of a number tree with these entries (number, value as it's written), in ascending order.

    The root is numbered `root`; the other nodes take their numbers from `numbers`.
    """
    return _tree(b"Nums", _ascending(entries), root, numbers)


def _ascending(entries: Iterable[tuple[int, bytes]]) -> Iterator[tuple[bytes, bytes]]:
    last = -1
    for key, value in entries:
        if key <= last:
            raise InternalError(f"The PDF number {key} was given after {last}.")
        last = key
        yield b"%d" % key, value


def _tree(
    kind: bytes, entries: Iterable[tuple[bytes, bytes]], root: int, numbers: Iterator[int]
) -> Iterator[tuple[int, bytes]]:
    leaves = _batches(entries)
    first = next(leaves, [])
    if len(first) < _KIDS:
        yield root, b"<<%b>>" % _leaf(kind, first)
        return
    nodes = []
    for leaf in chain([first], leaves):
        node = _Node(next(numbers), leaf[0][0], leaf[-1][0])
        nodes.append(node)
        yield node.number, b"<<%b%b>>" % (_limits(node), _leaf(kind, leaf))
    while len(nodes) > _KIDS:
        below, nodes = nodes, []
        for kids in _batches(below):
            node = _Node(next(numbers), kids[0].lowest, kids[-1].highest)
            nodes.append(node)
            yield node.number, b"<<%b%b>>" % (_limits(node), _kids(kid.number for kid in kids))
    yield root, b"<<%b>>" % _kids(node.number for node in nodes)


def _leaf(kind: bytes, entries: Iterable[tuple[bytes, bytes]]) -> bytes:
    return b"/%b[%b]" % (kind, b" ".join(part for entry in entries for part in entry))


def _limits(node: _Node) -> bytes:
    return b"/Limits[%b %b]" % (node.lowest, node.highest)


def _kids(numbers: Iterable[int]) -> bytes:
    return b"/Kids[%b]" % b" ".join(b"%d 0 R" % number for number in numbers)


@dataclass(frozen=True, slots=True)
class PageTree:
    """A page tree for `pages` pages. Its nodes are numbered from `first` on.

    It is laid out before any page is written, as each page names the node above it.
    """

    pages: int
    first: int

    @property
    def nodes(self) -> int:
        """How many nodes there are, and so how many numbers they take."""
        return sum(self._levels())

    @property
    def root(self) -> int:
        """The number of the root, which the catalog names."""
        return self.first + self.nodes - 1

    def parent(self, page: int) -> int:
        """The number of the node above a page, which is counted from 0."""
        return self.first + page // _KIDS

    def objects(self, pages: Iterable[int]) -> Iterator[tuple[int, bytes]]:
        """The nodes, for pages whose objects have these numbers, in order."""
        kids = [(number, 1) for number in pages]
        if len(kids) != self.pages:
            raise InternalError(f"A page tree for {self.pages} pages was given {len(kids)}.")
        number = self.first
        for nodes in self._levels():
            below, kids = kids, []
            for place in range(nodes):
                held = below[place * _KIDS : (place + 1) * _KIDS]
                count = sum(pages for _, pages in held)
                parent = b"" if number == self.root else b"/Parent %d 0 R" % (number - place + nodes + place // _KIDS)
                yield number, b"<</Type/Pages%b/Count %d%b>>" % (parent, count, _kids(kid for kid, _ in held))
                kids.append((number, count))
                number += 1

    def _levels(self) -> Iterator[int]:
        """How many nodes each level has, from the one above the pages to the root."""
        nodes = self.pages
        while True:
            nodes = max(1, -(-nodes // _KIDS))
            yield nodes
            if nodes == 1:
                return


def _batches(items: Iterable[Item]) -> Iterator[list[Item]]:
    rest = iter(items)
    return iter(lambda: list(islice(rest, _KIDS)), [])
