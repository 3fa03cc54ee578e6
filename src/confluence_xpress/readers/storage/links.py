"""The `ac:link` element."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import unquote

from lxml.etree import _Element as Element

from confluence_xpress.model import Card, Link, Mention, PageRef, Reference, Text, UserRef
from confluence_xpress.readers.html.convert import Converter
from confluence_xpress.readers.html.flow import Node, shows_nothing, to_line
from confluence_xpress.readers.html.inlines import linked
from confluence_xpress.readers.html.names import ac
from confluence_xpress.readers.storage.references import reference

_ANCHOR, _TOOLTIP, _APPEARANCE = ac("anchor"), ac("tooltip"), ac("card-appearance")


def link(converter: Converter, element: Element) -> Iterable[Node]:
    """A link to a page, file, person, space or place; a person without a link text is a mention."""
    target = next((found for child in element if (found := reference(child)) is not None), None)
    anchor = unquote((element.get(_ANCHOR) or "").strip())
    nodes = _body(converter, element)
    blank = shows_nothing(nodes)
    if target is None:
        if not anchor and blank:
            return nodes
        target = PageRef()
    if isinstance(target, UserRef) and blank:
        return (Mention(target),)
    if blank and target == PageRef():
        nodes = [Text(anchor)]
    return _link(nodes, target, anchor, element)


def _body(converter: Converter, element: Element) -> list[Node]:
    nodes: list[Node] = []
    if element.text and not element.text.isspace():
        nodes.append(Text(element.text))
    for child in element:
        nodes += converter.convert(child)
        if child.tail and not child.tail.isspace():
            nodes.append(Text(child.tail))
    return nodes


def _link(nodes: list[Node], target: Reference, anchor: str, element: Element) -> Iterable[Node]:
    title = element.get(_TOOLTIP) or ""
    match element.get(_APPEARANCE):
        case "inline":
            return (Link(target, to_line(nodes), anchor, title, "inline"),)
        case "block" | "embed" as appearance:
            return (Card(target, appearance, to_line(nodes), anchor=anchor),)
        case _ if shows_nothing(nodes):
            return (Link(target, (), anchor, title),)
        case _:
            return linked(nodes, target, anchor=anchor, title=title)
