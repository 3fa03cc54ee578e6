"""Text that is cut: lines of text, their marks and links, and code."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from math import ceil

from confluence_xpress.model import (
    Annotation,
    Block,
    CodeBlock,
    Colored,
    Heading,
    Inline,
    Inlines,
    Link,
    Mark,
    Paragraph,
    Preformatted,
    Text,
)
from confluence_xpress.transforms.cut.marks import mark_block, mark_inline
from confluence_xpress.transforms.cut.pieces import Marks, Opened, Run, SeamedPieces, share_out, sums
from confluence_xpress.transforms.cut.weights import Scale

PIECE = 256.0
"""Kilobytes of a piece of text, about a third of a page: it may begin a page anywhere."""
_JOINERS = "\u200d\ufe0e\ufe0f\u20e3"
_CLUSTER = 16
"""Characters that are looked at for where a letter ends."""


def cut_line(nodes: Inlines, scale: Scale, limit: float) -> Run[Inline]:
    """A line of text in pieces."""
    fine = min(limit, PIECE)

    def open_inline(node: Inline) -> Opened[Inline] | None:
        match node:
            case Text():
                return _TextPieces.of(node.text, scale.letter(node.text), fine)
            case Mark() | Colored() | Annotation():
                return _NestedPieces.of(node, cut_line(node.content, scale, limit))
            case Link() if node.content:
                return _NestedPieces.of(node, cut_line(node.content, scale, limit))
            case _:
                return None

    return Run(nodes, [scale.inline(node) for node in nodes], fine, open_inline, mark_inline)


class _TextPieces:
    def __init__(self, text: str, bounds: Sequence[int], letter: float) -> None:
        self._text = text
        self._bounds = bounds
        self.weights = [ceil((stop - start) * letter) for start, stop in pairwise(bounds)]

    @staticmethod
    def of(text: str, letter: float, limit: float) -> _TextPieces | None:
        bounds = text_bounds(text, max(1, int(limit / letter)))
        return _TextPieces(text, bounds, letter) if len(bounds) > 2 else None

    def take(self, start: int, stop: int, marks: Marks) -> Inlines:
        cuts = [start, *(n for n in range(start, stop) if n in marks), stop]
        result: list[Inline] = []
        for first, end in pairwise(cuts):
            text = Text(self._text[self._bounds[first] : self._bounds[end]]) if first < end else None
            if text:
                result += mark_inline(text, marks[first]) if first in marks else (text,)
        return tuple(result)


class _NestedPieces:
    def __init__(self, node: Mark | Colored | Annotation | Link, run: Run[Inline]) -> None:
        self._node = node
        self._run = run
        self.weights = run.weights

    @staticmethod
    def of(node: Mark | Colored | Annotation | Link, run: Run[Inline]) -> _NestedPieces | None:
        return _NestedPieces(node, run) if len(run.weights) > 1 else None

    def take(self, start: int, stop: int, marks: Marks) -> Inlines:
        return (replace(self._node, content=self._run.take(start, stop, marks)),)


class LinePieces:
    """A paragraph, heading or preformatted text. A heading goes on as strong text: it is one heading, not several."""

    def __init__(self, node: Paragraph | Heading | Preformatted, run: Run[Inline]) -> None:
        self._node = node
        self._run = run
        self.weights = run.weights

    def take(self, start: int, stop: int, marks: Marks) -> tuple[Block, ...]:
        node, line = self._node, self._run.take(start, stop, marks)
        if isinstance(node, Heading) and start:
            return (Paragraph((Mark("strong", line),), node.align, node.indent),)
        return (replace(node, content=line),)


def text_bounds(text: str, longest: int) -> list[int]:
    """Where to cut a text into parts of about `longest` characters at most: after spaces, else between letters.

    Letters keep their accents, and emoji that are made of several stay whole.
    """
    bounds = [0]
    while len(text) - bounds[-1] > longest:
        start = bounds[-1]
        end = text.rfind(" ", start + longest // 2, start + longest) + 1 or start + longest
        while end < min(len(text), start + longest + _CLUSTER) and _clings(text, end):
            end += 1
        bounds.append(end)
    return bounds if bounds[-1] == len(text) > 0 else [*bounds, len(text)]


def _clings(text: str, index: int) -> bool:
    """Whether a character belongs to the one before it."""
    character = text[index]
    return (
        character in _JOINERS
        or text[index - 1] == "\u200d"
        or "\U0001f3fb" <= character <= "\U0001f3ff"
        or unicodedata.category(character).startswith("M")
    )


def cut_code(node: CodeBlock, scale: Scale, limit: float) -> SeamedPieces[Block]:
    """Code in pieces with their own line numbers, cut at line ends; a line that is too heavy by itself, anywhere."""
    longest = max(1, int(limit / scale.code("x", node.language)))
    bounds = [0]  # of lines and parts of lines
    for line in node.text.split("\n"):
        start = bounds[-1]
        *inner, end = text_bounds(line, longest)
        bounds += [*(start + bound for bound in inner[1:]), start + end + 1]
    bounds[-1] -= 1  # the last line has no end
    if len(bounds) > 1 and bounds[-1] == bounds[-2]:
        del bounds[-2]
    weights = [scale.code(node.text[start:stop].removesuffix("\n"), node.language) for start, stop in pairwise(bounds)]
    cuts = share_out(weights, limit)
    ends = [bounds[cut] for cut in cuts]

    def make(start: int, stop: int) -> Block:
        text = node.text[ends[start] : ends[stop]]
        return replace(
            node,
            text=text if stop == len(ends) - 1 else text.removesuffix("\n"),
            title="" if start else node.title,
            first_line=node.first_line + node.text.count("\n", 0, ends[start]),
        )

    return SeamedPieces(make, sums(weights, cuts), mark_block)
