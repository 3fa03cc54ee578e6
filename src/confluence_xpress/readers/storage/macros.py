"""Macros: `ac:structured-macro`, and `ac:macro` of old pages."""

from __future__ import annotations

from collections.abc import Iterable

from lxml.etree import _Element as Element

from confluence_xpress.model import Blocks, Macro, Parameter
from confluence_xpress.readers.html.convert import Converter, raw_text
from confluence_xpress.readers.html.expand import expand
from confluence_xpress.readers.html.flow import Node
from confluence_xpress.readers.html.names import ac
from confluence_xpress.readers.storage.references import references

_NAME, _ID = ac("name"), ac("macro-id")
_PARAMETER, _DEFAULT = ac("parameter"), ac("default-parameter")
_RICH, _PLAIN = ac("rich-text-body"), ac("plain-text-body")
_PARTS = (_PARAMETER, _DEFAULT, _RICH, _PLAIN)


def macro(converter: Converter, element: Element) -> Iterable[Node]:
    """A macro, expanded if it needs nothing but itself."""
    parameters: list[Parameter] = []
    body: Blocks = ()
    text: str | None = None
    for part in converter.parts(element, _PARTS):
        if isinstance(part, tuple):
            body += part
        elif part.tag == _RICH:
            body += converter.blocks(part)
        elif part.tag == _PLAIN:
            text = (text or "") + raw_text(part)
        else:
            parameters.append(_parameter(part))
    name = (element.get(_NAME) or "").strip()
    return expand(converter, Macro(name, tuple(parameters), body, text, element.get(_ID) or ""))


def _parameter(element: Element) -> Parameter:
    name = element.get(_NAME) or ""
    if not len(element):
        return Parameter(name, element.text or "")
    return Parameter(name, raw_text(element).strip(), tuple(references(element)))
