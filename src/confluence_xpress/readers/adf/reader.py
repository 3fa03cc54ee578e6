"""The walk over an ADF document: finds the handler of each node, and keeps what all handlers share."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace

from confluence_xpress.diagnostics import Diagnostic
from confluence_xpress.model import Block, Blocks, Inline, Inlines, Text
from confluence_xpress.model.build import is_inline, to_blocks, trim
from confluence_xpress.model.text import inline_text
from confluence_xpress.readers.adf.values import Node, attributes, flat_text, items, marks, string, to_text

Nodes = list[Block | Inline]
Handler = Callable[["Reader", Node], Nodes]
"""What reads a kind of node: gives what stands in its place, blocks and inlines in any mixture."""

DEPTH = 100
"""Levels of nesting that are read as such; the editor makes about ten. Each costs a few frames of Python's stack."""
_PLACE_LENGTH = 60
INLINE = frozenset(
    (
        "text",
        "hardBreak",
        "mention",
        "emoji",
        "date",
        "status",
        "inlineCard",
        "placeholder",
        "inlineExtension",
        "mediaInline",
        "image",
        "confluenceJiraIssue",
        "confluenceUnsupportedInline",
        "unsupportedInline",
    )
)
"""Nodes that stand in a line of text."""


class Reader:
    """Reads nodes by a table of handlers; collects the diagnostics of one document."""

    def __init__(self, handlers: Mapping[str, Handler], known_marks: frozenset[str]) -> None:
        self._handlers = handlers
        self._known_marks = known_marks
        self.depth = 0
        """Levels of nesting around the current node."""
        self._diagnostics: dict[Diagnostic, None] = {}
        self.heading: Inlines = ()
        """The last heading so far; it says where a diagnostic belongs."""

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """What was found, each once, in reading order."""
        return tuple(self._diagnostics)

    def report(self, code: str, message: str, hint: str = "") -> None:
        """Add a diagnostic about the current place."""
        self.add((Diagnostic(code, message, hint=hint),))

    def add(self, diagnostics: Iterable[Diagnostic]) -> None:
        """Add diagnostics; those without a place get the current one."""
        place = self._place() if (found := tuple(diagnostics)) else ""
        for diagnostic in found:
            self._diagnostics[diagnostic if diagnostic.place else replace(diagnostic, place=place)] = None

    def _place(self) -> str:
        text = inline_text(self.heading)
        if len(text) > _PLACE_LENGTH:
            text = text[: _PLACE_LENGTH - 1] + "…"
        return f"under “{text}”" if text else ""

    def nodes(self, content: object, levels: int = 1) -> Nodes:
        """What stands in a list of nodes; it lies `levels` deeper in the tree than its parent."""
        result: Nodes = []
        for _, found in self._parts(content, levels):
            result += found
        return result

    def blocks(self, content: object, levels: int = 1) -> Blocks:
        """What stands in a list of nodes, as blocks. Only inline nodes beside each other share a line."""
        result: list[Block] = []
        line: Nodes = []
        for kind, found in self._parts(content, levels):
            if kind in INLINE:
                line += found
                continue
            if line:
                result += to_blocks(line)
                line = []
            result += to_blocks(found)
        if line:
            result += to_blocks(line)
        return tuple(result)

    def _parts(self, content: object, levels: int) -> Iterator[tuple[str, Nodes]]:
        """The type of each node in a list, and what stands in its place."""
        if not content:
            return
        if self.depth + levels > DEPTH:
            self.report("markup-too-deep", f"content more than {DEPTH} levels deep is shown as plain text")
            yield "", _texts(flat_text(content))
            return
        self.depth += levels
        for item in items(content):
            kind = item.get("type") if isinstance(item, dict) else None
            yield kind if isinstance(kind, str) else "", self.read(item)
        self.depth -= levels

    def read(self, node: object) -> Nodes:
        """What stands in the place of one node."""
        if not isinstance(node, dict):
            self.report("node-invalid", "a value that is no node is shown as text")
            return _texts(to_text(node))
        if node.get("marks"):
            for mark, _ in marks(node):
                if mark not in self._known_marks:
                    self.report("mark-unknown", f"text mark “{mark}” is not known")
        kind = node.get("type")
        handler = self._handlers.get(kind) if isinstance(kind, str) else None
        return handler(self, node) if handler else self._unknown(node)

    def _unknown(self, node: Node) -> Nodes:
        kind = string(node, "type")
        self.report("node-unknown", f"node “{kind}” is not known" if kind else "a node has no type")
        text = string(node, "text")
        content = self.nodes(node.get("content"))
        if not (text or content):
            text = string(attributes(node), "text")
        return [*_texts(text), *([Text(" ")] if text and content else ()), *content]

    def children(self, node: Node) -> Nodes:
        """What stands inside a node."""
        return self.nodes(node.get("content"))

    def line(self, node: Node) -> tuple[Inlines, Blocks]:
        """The content of a node that is one line, and blocks that have no place in it."""
        return split(self.children(node))


def _texts(text: str) -> Nodes:
    return [Text(text)] if text else []


def split(nodes: Nodes) -> tuple[Inlines, Blocks]:
    """A mixture as one line of text, and the blocks that were in it."""
    inlines = [node for node in nodes if is_inline(node)]
    if len(inlines) == len(nodes):
        return trim(inlines), ()
    return trim(inlines), tuple(node for node in nodes if not is_inline(node))


def transparent(reader: Reader, node: Node) -> Nodes:
    """A node that is nothing by itself: its children."""
    return reader.children(node)


def nothing(_reader: Reader, _node: Node) -> Nodes:
    """A node that print leaves out."""
    return []


def misplaced(reader: Reader, node: Node) -> Nodes:
    """A part that stands outside the node it belongs to: its children."""
    reader.report("node-invalid", f"“{string(node, 'type')}” stands outside its place; its content is shown")
    return reader.children(node)
