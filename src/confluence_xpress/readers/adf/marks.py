"""Marks: what applies to text, and to a paragraph or heading as a whole."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from confluence_xpress.model import Align, Annotation, Colored, Inline, Inlines, Link, Mark, MarkKind, Text
from confluence_xpress.readers.adf.reader import Handler, Nodes, Reader
from confluence_xpress.readers.adf.targets import link_target
from confluence_xpress.readers.adf.values import Node, color, marks, string, whole

Wrap = Callable[[Reader, Node, Inlines], Inline | None]
"""What a mark makes of its content; None leaves the content as it is."""

_MOST = 32
"""Marks of one text that are read; the editor allows about ten at once."""
_SIMPLE: dict[str, MarkKind] = {
    "strong": "strong",
    "em": "emphasis",
    "underline": "underline",
    "strike": "strike",
    "code": "code",
}
_SUBSUP: dict[str, MarkKind] = {"sub": "subscript", "sup": "superscript"}
_ALIGN: dict[str, Align] = {"center": "center", "end": "right", "right": "right"}


def _simple(kind: MarkKind) -> Wrap:
    return lambda _reader, _attrs, content: Mark(kind, content)


def _subsup(reader: Reader, attrs: Node, content: Inlines) -> Inline | None:
    kind = _SUBSUP.get(string(attrs, "type"))
    if kind is None:
        reader.report("node-invalid", "a mark is neither subscript nor superscript")
        return None
    return Mark(kind, content)


def _text_color(reader: Reader, attrs: Node, content: Inlines) -> Inline | None:
    value = _color(reader, attrs)
    return Colored(content, color=value) if value else None


def _background_color(reader: Reader, attrs: Node, content: Inlines) -> Inline | None:
    value = _color(reader, attrs)
    return Colored(content, background=value) if value else None


def _color(reader: Reader, attrs: Node) -> str:
    value = color(attrs, "color")
    if not value:
        reader.report("node-invalid", "text with a colour that is none")
    return value


def _link(reader: Reader, attrs: Node, content: Inlines) -> Inline | None:
    target, anchor = link_target(attrs)
    if target is None:
        reader.report("node-invalid", "a link without an address; its text is shown")
        return None
    return Link(target, content, anchor, string(attrs, "title"))


def _annotation(_reader: Reader, attrs: Node, content: Inlines) -> Inline | None:
    reference = string(attrs, "id") or string(attrs, "reference")
    return Annotation(reference, content) if reference else None


_MARKS: dict[str, Wrap] = {
    **{name: _simple(kind) for name, kind in _SIMPLE.items()},
    "subsup": _subsup,
    "textColor": _text_color,
    "backgroundColor": _background_color,
    "link": _link,
    "annotation": _annotation,
    "confluenceInlineComment": _annotation,
}
KNOWN_MARKS = frozenset(_MARKS) | {
    "alignment",
    "indentation",
    "fontSize",
    "border",
    # These tell the editor something: a width on the screen, the source of a chart, the name of a table.
    "breakout",
    "dataConsumer",
    "fragment",
    "unsupportedMark",
    "unsupportedNodeAttribute",
}
"""All marks with a meaning, or known to have none in print."""


def with_marks(reader: Reader, node: Node, content: Inlines) -> Inlines:
    """The content with a node's marks around it, the first outermost; `trim` puts them in the one right order."""
    found = list(marks(node))
    if len(found) > _MOST:
        reader.report("node-invalid", f"a text has more than {_MOST} marks; the others have no effect")
    for kind, attrs in reversed(found[:_MOST]):
        wrap = _MARKS.get(kind)
        if wrap and (wrapped := wrap(reader, attrs, content)):
            content = (wrapped,)
    return content


def text(reader: Reader, node: Node) -> Nodes:
    """A text. An empty one shows nothing, but if it is a link, the link's target is shown."""
    value = string(node, "text")
    if not node.get("marks"):
        return [Text(value)] if value else []
    if value:
        return list(with_marks(reader, node, (Text(value),)))
    return [link for link in with_marks(reader, node, ()) if isinstance(link, Link)]


def marked(handler: Handler) -> Handler:
    """The handler of an inline node, with the node's marks put around what it gives."""

    def handle(reader: Reader, node: Node) -> Nodes:
        nodes = handler(reader, node)
        if not node.get("marks"):
            return nodes
        result: Nodes = []
        for item in nodes:
            result += with_marks(reader, node, (item,)) if isinstance(item, Inline) else (item,)
        return result

    return handle


@dataclass(frozen=True, slots=True)
class LineStyle:
    """What the marks of a paragraph or heading say."""

    align: Align = ""
    indent: int = 0
    small: bool = False


_PLAIN = LineStyle()


def line_style(node: Node) -> LineStyle:
    """Alignment, steps of indentation and font size of a paragraph or heading."""
    if not node.get("marks"):
        return _PLAIN
    align: Align = ""
    indent = 0
    small = False
    for kind, attrs in marks(node):
        match kind:
            case "alignment":
                align = _ALIGN.get(string(attrs, "align"), "")
            case "indentation":
                indent = whole(attrs, "level", 0, 0, 6)
            case "fontSize":
                small = string(attrs, "fontSize") == "small"
            case _:
                pass
    return LineStyle(align, indent, small)
