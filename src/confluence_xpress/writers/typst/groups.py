"""Blocks that are set together: text beside a wrapped image, and what stands on sheets turned to landscape."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from confluence_xpress.model import (
    Asset,
    Block,
    Blocks,
    BulletList,
    Figure,
    Heading,
    Notice,
    OrderedList,
    Paragraph,
    Table,
)
from confluence_xpress.model.text import block_text
from confluence_xpress.writers.typst.measure import figure_size

TEXT_WIDTH = 453.0
_GUTTER = 16.0
_LINE = 15.6
_CHARACTER = 4.9


@dataclass(frozen=True, slots=True)
class Beside:
    """An image and the text next to it; width of the image's column in points."""

    figure: Figure
    text: Blocks
    width: float


@dataclass(frozen=True, slots=True)
class Landscape:
    """Wide tables, with the headings and notices that belong to them."""

    content: Blocks


def group(nodes: Blocks) -> Iterator[Block | Beside | Landscape]:
    """The blocks in their order, those that are set together put together."""
    index = 0
    while index < len(nodes):
        node = nodes[index]
        if isinstance(node, Figure) and (beside := _beside(node, nodes, index + 1)):
            yield beside
            index += 1 + len(beside.text)
        elif wide := _landscape(nodes, index):
            yield Landscape(wide)
            index += len(wide)
        else:
            yield node
            index += 1


def _landscape(nodes: Blocks, start: int) -> Blocks:
    """The longest run from here that belongs on turned sheets: headings and notices, each followed by a wide table."""
    end = start
    for index in range(start, len(nodes)):
        node = nodes[index]
        if isinstance(node, Table) and node.fit and node.fit.landscape:
            end = index + 1
        elif not isinstance(node, (Heading, Notice)):
            break
    return nodes[start:end]


def _beside(node: Figure, nodes: Blocks, start: int) -> Beside | None:
    """The image with the blocks from `start` that fill its height, if the author let text flow around it."""
    if node.place not in ("wrap-left", "wrap-right") or not isinstance(node.image.source, Asset):
        return None
    natural, height = figure_size(node.image, node.image.source)
    width = min(natural, TEXT_WIDTH * 0.5)
    height *= width / natural
    end, room = start, TEXT_WIDTH - width - _GUTTER
    while end < len(nodes) and height > 0 and isinstance(nodes[end], (Paragraph, BulletList, OrderedList)):
        lines = block_text((nodes[end],)).split("\n")
        height -= sum(_LINE * -(-len(line) * _CHARACTER // room) for line in lines) + 8
        end += 1
    return Beside(node, nodes[start:end], width) if end > start and natural <= TEXT_WIDTH * 0.7 else None
