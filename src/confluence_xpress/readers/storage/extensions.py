"""`ac:adf-extension`: what only ADF can express. Node and fallback hold the same content: one of them counts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial

from lxml.etree import _Element as Element

from confluence_xpress.model import (
    Blocks,
    Card,
    DecisionItem,
    DecisionList,
    Emoji,
    Link,
    Macro,
    Panel,
    PanelKind,
    Parameter,
    Url,
)
from confluence_xpress.model.color import normal_color
from confluence_xpress.readers.html.convert import Converter, raw_text
from confluence_xpress.readers.html.expand import expand
from confluence_xpress.readers.html.flow import Node
from confluence_xpress.readers.html.names import ac

_NODE, _ATTRIBUTE, _CONTENT, _FALLBACK = (ac(f"adf-{name}") for name in ("node", "attribute", "content", "fallback"))
_PARAMETER, _VALUE = ac("adf-parameter"), ac("adf-parameter-value")
_PANELS: dict[str, PanelKind] = {
    "info": "info",
    "note": "note",
    "tip": "success",
    "success": "success",
    "warning": "warning",
    "error": "error",
    "custom": "custom",
}


def extension(converter: Converter, element: Element) -> Iterable[Node]:
    """The node if its type is known, else the fallback, else what the node holds."""
    nodes = [child for child in element if child.tag == _NODE]
    fallbacks = [child for child in element if child.tag == _FALLBACK]
    if nodes and (all(node.get("type") in _NODES for node in nodes) or not fallbacks):
        for node in nodes:
            yield from adf_node(converter, node)
    else:
        for node in nodes:
            _report_unknown(converter, node)
        for fallback in fallbacks:
            yield from converter.nodes(fallback)
    for child in element:
        if child.tag not in (_NODE, _FALLBACK):
            yield from converter.convert(child)


def adf_node(converter: Converter, element: Element) -> Iterable[Node]:
    """An ADF node written as XML."""
    handler = _NODES.get(element.get("type") or "")
    if handler is None:
        _report_unknown(converter, element)
        return _content(converter, element)
    return handler(converter, element)


def _report_unknown(converter: Converter, element: Element) -> None:
    name = element.get("type") or ""
    if name not in _NODES:
        converter.report("node-unknown", f"unknown node “{name}”: its content was kept")


def _content(converter: Converter, element: Element) -> Blocks:
    result: Blocks = ()
    for part in converter.parts(element, (_CONTENT, _ATTRIBUTE)):
        if isinstance(part, tuple):
            result += part
        elif part.tag == _CONTENT:
            result += converter.blocks(part)
    return result


def _attribute(element: Element, key: str) -> str:
    found = next((child for child in element if child.tag == _ATTRIBUTE and child.get("key") == key), None)
    return raw_text(found).strip() if found is not None else ""


def _panel(converter: Converter, element: Element) -> Iterable[Node]:
    get = partial(_attribute, element)
    kind = _PANELS.get(get("panel-type"), "info")
    content = _content(converter, element)
    if kind != "custom":
        return (Panel(kind, content),)
    icon = Emoji(get("panel-icon"), get("panel-icon-text"), get("panel-icon-id"))
    shown = None if icon == Emoji() else icon
    color = normal_color(get("panel-color"))
    return (Panel("custom", content, icon=shown, show_icon=shown is not None, color=color),)


def _decision_list(converter: Converter, element: Element) -> Iterable[Node]:
    items: list[DecisionItem] = []
    for part in converter.parts(element, (_NODE, _CONTENT, _ATTRIBUTE)):
        if isinstance(part, tuple):
            items.append(DecisionItem(part))
        elif part.tag == _CONTENT:
            items.append(DecisionItem(converter.blocks(part)))
        elif part.tag == _NODE:
            items.append(_decision(converter, part))
    return (DecisionList(tuple(items)),) if items else ()


def _decision(converter: Converter, element: Element) -> DecisionItem:
    return DecisionItem(_content(converter, element), _attribute(element, "state").upper() != "UNDECIDED")


def _decision_item(converter: Converter, element: Element) -> Iterable[Node]:
    return (DecisionList((_decision(converter, element),)),)


def _inline_card(converter: Converter, element: Element) -> Iterable[Node]:
    url = _attribute(element, "url")
    content = converter.line(element)
    return (Link(Url(url), content, appearance="inline"),) if url else content


def _block_card(converter: Converter, element: Element) -> Iterable[Node]:
    url = _attribute(element, "url")
    content = converter.line(element)
    datasource = _attribute(element, "datasource")
    return (Card(Url(url), "block", content, datasource),) if url or datasource else content


def _embed_card(converter: Converter, element: Element) -> Iterable[Node]:
    url = _attribute(element, "url")
    content = converter.line(element)
    return (Card(Url(url), "embed", content),) if url else content


def _extension(converter: Converter, element: Element) -> Iterable[Node]:
    """A macro: of Confluence by its key, of a Forge app by the key of its module."""
    key = _attribute(element, "extension-key")
    settings = next((child for child in element if child.get("key") == "parameters"), None)
    parameters: list[Parameter] = []
    macro_id = ""
    if settings is not None:
        guest = _child(settings, "guest-params")
        own = _child(settings, "macro-params")
        chosen = guest if guest is not None else own
        parameters = list(_parameters(settings if chosen is None else chosen))
        identity = _child(settings, "macro-metadata", "macro-id", "value")
        macro_id = _text(identity) if identity is not None else ""
    text = next((p.value for p in parameters if p.name in ("__body-content", "__bodyContent")), None)
    parameters = [p for p in parameters if p.name not in ("__body-content", "__bodyContent")]
    body = _content(converter, element)
    if text is None and not body:
        text = _attribute(element, "text") or None
    name = key.rpartition("/")[2] if "/" in key else key
    return expand(converter, Macro(name, tuple(parameters), body, text, macro_id))


def _child(element: Element, *keys: str) -> Element | None:
    found: Element | None = element
    for key in keys:
        if found is not None:
            found = next((child for child in found if child.tag == _PARAMETER and child.get("key") == key), None)
    return found


def _parameters(element: Element) -> Iterator[Parameter]:
    for child in element:
        if child.tag == _PARAMETER:
            value = _child(child, "value")
            yield Parameter(child.get("key") or "", _text(child if value is None else value))


def _text(element: Element) -> str:
    return " ".join(text for piece in element.itertext() if (text := str(piece).strip()))


_NODES: dict[str, Callable[[Converter, Element], Iterable[Node]]] = {
    "panel": _panel,
    "decision-list": _decision_list,
    "decision-item": _decision_item,
    "inline-card": _inline_card,
    "block-card": _block_card,
    "embed-card": _embed_card,
    **dict.fromkeys(("extension", "bodied-extension", "inline-extension"), _extension),
}
