"""Text to element tree: as XML when it is well formed, else as a browser would read it."""

from __future__ import annotations

import re
from html.entities import html5

from lxml import etree
from lxml.etree import _Element as Element

from confluence_xpress.readers.html.clean import clean
from confluence_xpress.readers.html.names import NAMESPACES
from confluence_xpress.readers.html.repair import repair

_ENTITY = re.compile(r"<!\[CDATA\[.*?\]\]>|&([A-Za-z][A-Za-z0-9]*);", re.DOTALL)
_NAMED = re.compile(r"&(?!(?:amp|lt|gt|quot|apos);)[A-Za-z]")
_UPPER = re.compile(r"<[A-Z]")
_ESCAPED = {"<": "&lt;", ">": "&gt;", "&": "&amp;", '"': "&quot;", "'": "&apos;"}
_SPLIT_END = re.compile(r"(\]\]) +(\]?>)(?=\s*</ac:plain-text|<!\[CDATA\[)")
"""How space exports write the end of a CDATA section inside another one: with a space after the second bracket."""

_PARSER = etree.XMLParser(
    resolve_entities=False,
    no_network=True,
    load_dtd=False,
    dtd_validation=False,
    huge_tree=False,
    remove_comments=True,
    remove_pis=True,
)
_OPEN = "<body" + "".join(f' xmlns:{prefix}="{uri}"' for prefix, uri in NAMESPACES.items()) + ">"


def parse_storage(value: str) -> tuple[Element, bool]:
    """The root element that holds a storage-format body, and whether its mark-up had to be repaired."""
    text = clean(value)
    if "]] " in text:
        text = _SPLIT_END.sub(r"\1\2", text)
    try:
        root = etree.fromstring(f"{_OPEN}{_characters(text)}</body>", _PARSER)
    except etree.XMLSyntaxError:
        return repair(text), True
    if "xmlns" in text:
        _use_own_namespaces(root)
    if _UPPER.search(text):
        _use_lower_case(root)
    return root, False


def _characters(text: str) -> str:
    """HTML's named entities as characters, except in CDATA sections."""
    return _ENTITY.sub(_character, text) if _NAMED.search(text) else text


def _character(found: re.Match[str]) -> str:
    name = found[1]
    if not name or name in ("amp", "lt", "gt", "quot", "apos") or f"{name};" not in html5:
        return found[0]
    character = html5[f"{name};"]
    return _ESCAPED.get(character, character)


def _use_own_namespaces(root: Element) -> None:
    """Elements whose `ac:`, `ri:` or `at:` was bound to another address, brought home; default namespaces removed."""
    home = dict.fromkeys(NAMESPACES.values(), "")
    for element in root.iter(etree.Element):
        name = etree.QName(element)
        if name.namespace and name.namespace not in home:
            own = NAMESPACES.get(element.prefix or "")
            if own or not element.prefix:
                element.tag = f"{{{own}}}{name.localname}" if own else name.localname
        for key, value in list(element.attrib.items()):
            uri = etree.QName(key).namespace
            prefix = next((p for p, u in element.nsmap.items() if u == uri), None) if uri and uri not in home else None
            if prefix in NAMESPACES:
                element.set(f"{{{NAMESPACES[prefix]}}}{etree.QName(key).localname}", value)


def _use_lower_case(root: Element) -> None:
    """HTML elements in upper case, as other editors wrote them."""
    for element in root.iter(etree.Element):
        if not element.tag.startswith("{") and element.tag != element.tag.lower():
            element.tag = element.tag.lower()
            for key in element.keys():  # noqa: SIM118 - an element is no dictionary
                if key != key.lower():
                    element.set(key.lower(), element.get(key) or "")
