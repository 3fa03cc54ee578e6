"""Mark-up that is not well formed, read to its end as a browser would: no text is lost, nothing is read twice.

Handles unclosed and crossing tags, unquoted attributes, bare `&` and `<`, undeclared entities and prefixes, upper case,
and CDATA sections without an end.
"""

from __future__ import annotations

import re
from html import unescape

from lxml import etree
from lxml.etree import _Element as Element

from confluence_xpress.readers.html.clean import FORBIDDEN
from confluence_xpress.readers.html.names import NAMESPACES, ac

_TOKEN = re.compile(
    r"<(?:"
    r"(?P<cdata>!\[CDATA\[)"
    r"|(?P<comment>!--)"
    r"|[!?][^<>]*+>"
    r"|/\s*(?P<end>[A-Za-z][\w.:-]*)[^<>]*+>"
    r"""|(?P<start>[A-Za-z][\w.:-]*)(?P<attributes>(?:[\s/](?:[^"'<>]|"[^"<]*+"|'[^'<]*+')*+|[\s/][^<>]*+)?)>"""
    r")",
    re.ASCII,
)
_ATTRIBUTE = re.compile(r"""([A-Za-z_][\w.:-]*)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+)))?""", re.ASCII)
_BARE_VALUE = re.compile(r"""=\s*[^\s"'>]+$""")
_NAME = re.compile(r"(?:([A-Za-z][\w.-]*):)?([A-Za-z_][\w.-]*)", re.ASCII)
_RAW_END = re.compile(r"</(script|style)\b", re.IGNORECASE)
_ENTITY = re.compile(r"&(?:#\d+|#[xX][0-9a-fA-F]+|[A-Za-z][A-Za-z0-9]*);")

_MAX_OPEN = 200
"""Elements open at once; deeper ones leave only their text. Readers stop long before."""

_VOID = frozenset("area base br col embed hr img input link meta param source track wbr".split())
_FORMAT = frozenset(
    "a b big cite code del em font i ins kbd mark q s samp small span strike strong sub sup tt u".split()
)
_CLOSES_P = frozenset(
    "address article aside blockquote center details div dl fieldset figure footer form h1 h2 h3 h4 h5 h6 header hr "
    "main nav ol p pre section table ul".split()
) | {ac("layout"), ac("layout-section"), ac("task-list")}
_HOLDERS = frozenset(
    ac(name)
    for name in (
        "rich-text-body layout-cell task-body adf-content adf-fallback adf-attribute link-body caption parameter"
    ).split()
)
_PHRASE_SCOPE = _HOLDERS | {"td", "th", "caption", "table"}
_SCOPES: dict[str, frozenset[str]] = {
    "li": _PHRASE_SCOPE | {"ul", "ol"},
    **dict.fromkeys(("dt", "dd"), _PHRASE_SCOPE | {"dl"}),
    **dict.fromkeys(("td", "th", "tr", "thead", "tbody", "tfoot", "caption"), _HOLDERS | {"table"}),
    "table": _HOLDERS,
}
"""Elements beyond which an end tag has no effect."""

_IMPLIED: dict[str, tuple[str, ...]] = {
    "li": ("li",),
    **dict.fromkeys(("dt", "dd"), ("dt", "dd")),
    **dict.fromkeys(("td", "th"), ("td", "th")),
    "tr": ("tr",),
    **dict.fromkeys(("thead", "tbody", "tfoot"), ("thead", "tbody", "tfoot")),
    "a": ("a",),
    **dict.fromkeys(map(ac, ("parameter", "rich-text-body", "plain-text-body")), (ac("parameter"),)),
    ac("task"): (ac("task"),),
    ac("layout-cell"): (ac("layout-cell"),),
    ac("layout-section"): (ac("layout-section"),),
}
"""What a start tag closes."""


def repair(text: str) -> Element:
    """The root element of a body whose mark-up is not well formed."""
    builder = _Builder()
    position = 0
    comments_end, sections_end = text.rfind("-->"), text.rfind("]]>")
    raw_ends = {found[1].lower(): found.start() for found in _RAW_END.finditer(text)}
    while found := _TOKEN.search(text, position):
        start, position = found.span()
        builder.data(text[found.pos : start])
        if found["comment"]:
            position = text.index("-->", position) + 3 if position <= comments_end else position
        elif found["cdata"]:
            close = text.index("]]>", position) if position <= sections_end else _lost_end(text, position)
            builder.text(text[position:close])
            position = close + 3 if position <= sections_end else close
        elif found["end"]:
            builder.end(_clark(found["end"]))
        elif found["start"]:
            name, attributes = _clark(found["start"]), found["attributes"].rstrip()
            # In `<a href=/x/>` the slash belongs to the address.
            empty = attributes.endswith("/") and (name.startswith("{") or not _BARE_VALUE.search(attributes))
            builder.start(name, attributes.removesuffix("/") if empty else attributes, empty=empty)
            if raw_ends.get(name, 0) > position and not empty:
                position = next(end.start() for end in _RAW_END.finditer(text, position) if end[1].lower() == name)
    builder.data(text[position:])
    return builder.finish()


def _lost_end(text: str, position: int) -> int:
    close = text.find("</ac:plain-text", position)
    return close if close >= 0 else len(text)


def _clark(name: str) -> str:
    found = _NAME.fullmatch(name.casefold())
    if not found:
        return "unknown"
    prefix, local = found.groups()
    return local if not prefix else f"{{{NAMESPACES.get(prefix, 'urn:unknown')}}}{local}"


def _value(text: str) -> str:
    return FORBIDDEN.sub("", _ENTITY.sub(lambda found: unescape(found[0]), text))


class _Builder:
    """The tree so far: a stack of open elements, and text that waits for the next one."""

    def __init__(self) -> None:
        self.root = etree.Element("body", nsmap=NAMESPACES)
        self._open = [self.root]
        self._text: list[str] = []

    def data(self, text: str) -> None:
        """Text in which character references count."""
        if text:
            self._text.append(FORBIDDEN.sub("", unescape(text)) if "&" in text else text)

    def text(self, text: str) -> None:
        """Text as it is."""
        self._text.append(text)

    def start(self, name: str, attributes: str, *, empty: bool) -> None:
        """An element begins, and closes what can't hold it."""
        if name in _CLOSES_P:
            self.end("p")
        for closed in _IMPLIED.get(name, ()):
            self.end(closed)
        if len(self._open) > _MAX_OPEN:
            self._text.append(" ")
            return
        self._flush()
        element = etree.SubElement(self._open[-1], name)
        for key, *values in _ATTRIBUTE.findall(attributes):
            element.set(_clark(key), _value("".join(values)))
        if not empty and name not in _VOID:
            self._open.append(element)

    def end(self, name: str) -> None:
        """An element ends, and those inside it; marks that were still open go on after it."""
        scope = _SCOPES.get(name, frozenset() if name.startswith("{") else _PHRASE_SCOPE)
        for index in range(len(self._open) - 1, 0, -1):
            tag = self._open[index].tag
            if tag == name:
                break
            if tag in scope:
                return
        else:
            return
        self._flush()
        closed = self._open[index + 1 :]
        del self._open[index:]
        if name in _FORMAT or name == "p":
            for element in closed:
                if element.tag in _FORMAT or (element.tag == "p" and name in _FORMAT):
                    again = etree.SubElement(self._open[-1], element.tag)
                    again.attrib.update(element.attrib)
                    self._open.append(again)

    def finish(self) -> Element:
        """The whole tree."""
        self._flush()
        return self.root

    def _flush(self) -> None:
        if not self._text:
            return
        text = "".join(self._text)
        self._text.clear()
        parent = self._open[-1]
        if len(parent):
            parent[-1].tail = (parent[-1].tail or "") + text
        else:
            parent.text = (parent.text or "") + text
