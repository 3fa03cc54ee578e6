"""The table of storage-format elements."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from lxml.etree import _Element as Element

from confluence_xpress.model import Annotation, Inline, Inlines, Placeholder
from confluence_xpress.readers.html.blocks import BLOCKS
from confluence_xpress.readers.html.convert import Converter, Handler, division, nothing
from confluence_xpress.readers.html.emoji import emoji
from confluence_xpress.readers.html.flow import Node
from confluence_xpress.readers.html.images import image as html_image
from confluence_xpress.readers.html.inlines import INLINES
from confluence_xpress.readers.html.names import ac, at, ri
from confluence_xpress.readers.html.tables import TABLES
from confluence_xpress.readers.storage.extensions import adf_node, extension
from confluence_xpress.readers.storage.images import image
from confluence_xpress.readers.storage.layout import section
from confluence_xpress.readers.storage.links import link
from confluence_xpress.readers.storage.macros import macro
from confluence_xpress.readers.storage.tasks import task, task_list


def comment_marker(converter: Converter, element: Element) -> Iterable[Node]:
    """Text that carries an inline comment."""
    reference = element.get(ac("ref")) or ""

    def make(content: Inlines) -> Inline:
        return Annotation(reference, content)

    return converter.wrap(element, make)


def emoticon(converter: Converter, element: Element) -> Iterable[Node]:
    """An emoji."""
    get = partial(_attribute, element)
    return [
        emoji(get("name"), get("emoji-shortname"), get("emoji-id"), get("emoji-fallback")),
        *converter.nodes(element),
    ]


def _attribute(element: Element, name: str) -> str:
    return (element.get(ac(name)) or "").strip()


def variable(converter: Converter, element: Element) -> Iterable[Node]:
    """A variable of a page template: its name stands for the value that a new page would have."""
    name = element.get(at("name")) or element.get(at("key")) or ""
    nodes = converter.nodes(element)
    return [Placeholder(name), *nodes] if name else nodes


_NO_TEXT = ("page", "blog-post", "content-entity", "attachment", "user", "space", "url", "shortcut")

ELEMENTS: dict[str, Handler] = {
    **INLINES,
    **BLOCKS,
    **TABLES,
    "img": html_image,
    ac("structured-macro"): macro,
    ac("macro"): macro,
    ac("link"): link,
    ac("image"): image,
    ac("emoticon"): emoticon,
    ac("inline-comment-marker"): comment_marker,
    ac("task-list"): task_list,
    ac("task"): task,
    ac("layout"): division,
    ac("layout-section"): section,
    ac("layout-cell"): division,
    ac("rich-text-body"): division,
    ac("adf-extension"): extension,
    ac("adf-node"): adf_node,
    ac("adf-content"): division,
    ac("adf-fallback"): division,
    **dict.fromkeys(
        map(ac, ("placeholder", "parameter", "default-parameter", "adf-attribute", "adf-mark", "task-id", "task-uuid")),
        nothing,
    ),
    **dict.fromkeys(map(ri, _NO_TEXT), nothing),
    at("declarations"): nothing,
    at("var"): variable,
    at("i18n"): variable,
}

HIDDEN = frozenset(name for name, handler in ELEMENTS.items() if handler is nothing)
"""Elements whose text is not for readers."""
