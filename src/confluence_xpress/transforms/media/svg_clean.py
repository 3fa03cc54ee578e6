"""An SVG without anything active or elsewhere. What a reader could see of it stays: text and pictures."""

from __future__ import annotations

from lxml import etree

from confluence_xpress.transforms.media import css
from confluence_xpress.transforms.media.data_uri import data_uri, decode_data_uri
from confluence_xpress.transforms.media.picture import Unreadable, number
from confluence_xpress.transforms.media.raster import read_raster
from confluence_xpress.transforms.media.sniff import looks_like_svg
from confluence_xpress.transforms.media.svg_parse import parse
from confluence_xpress.transforms.media.svg_size import natural_size
from confluence_xpress.transforms.media.svg_text import replace_foreign_object
from confluence_xpress.transforms.media.svg_weight import HREF, attributes

_SVG = "{http://www.w3.org/2000/svg}"
_XHTML = "{http://www.w3.org/1999/xhtml}"
_ACTIVE = {"script": "scripts", "handler": "scripts", "listener": "scripts"} | dict.fromkeys(
    ("iframe", "object", "embed", "audio", "video", "canvas"), "embedded content"
)
_MAX_NESTING = 4
_KEPT = frozenset(("transform", "opacity", "clip-path", "mask", "filter", "display", "visibility", "id"))
_DRAWIO_NOTE = "svg-export-text-problems"
"""draw.io adds a line “Text is not SVG - cannot display” with a link to this page for viewers without HTML."""


def clean(root: etree._Element, depth: int = 0) -> list[str]:
    """Cleans the tree in place; what kinds of things were removed, in words, in order of appearance."""
    removed: dict[str, None] = {}
    pending = [root]
    count = 0
    while pending:
        element = pending.pop()
        count += 1
        if _clean_element(element, removed, f"n{count}-", depth):
            pending += reversed(element)
    etree.cleanup_namespaces(root)
    return list(removed)


def _clean_element(element: etree._Element, removed: dict[str, None], prefix: str, depth: int) -> bool:
    """Whether the element is still there, its children to be cleaned yet."""
    tag = str(element.tag)
    if not tag.startswith(_SVG):
        if tag.startswith(_XHTML):
            removed["HTML"] = None
        _drop(element)
        return False
    name = tag[len(_SVG) :]
    if name in _ACTIVE:
        removed[_ACTIVE[name]] = None
        _drop(element)
        return False
    if name == "metadata" or (name == "switch" and _is_drawio_note(element)):
        _drop(element)
        return False
    if name == "foreignObject":
        if not replace_foreign_object(element):
            removed["HTML (its text was kept)"] = None
        return False
    _clean_attributes(element, removed)
    if name == "style":
        text, found = css.clean("".join(map(str, element.itertext())))
        if found:
            removed["external styles"] = None
        for child in list(element):
            element.remove(child)
        element.text = css.monospace_rules(text)
    elif name in ("image", "feImage"):
        _clean_image(element, removed, prefix, depth)
        return False
    return True


def _drop(element: etree._Element) -> None:
    """Removes the element; the text behind it stays."""
    parent = element.getparent()
    if parent is None:
        return
    if element.tail:
        before = element.getprevious()
        if before is None:
            parent.text = (parent.text or "") + element.tail
        else:
            before.tail = (before.tail or "") + element.tail
        element.tail = None
    parent.remove(element)


def _is_drawio_note(element: etree._Element) -> bool:
    return any(_DRAWIO_NOTE in (child.get(name) or "") for child in element for name in HREF)


def _clean_attributes(element: etree._Element, removed: dict[str, None]) -> None:
    is_image = element.tag in (f"{_SVG}image", f"{_SVG}feImage")
    for name, value in attributes(element):
        local = name.rpartition("}")[2]
        if local.lower().startswith("on"):
            removed["scripts"] = None
            del element.attrib[name]
        elif name.endswith("}base") or ":" in local:  # a prefix that is declared nowhere
            del element.attrib[name]
        elif local == "href":
            if not value.startswith("#") and not is_image:
                removed["links" if element.tag == f"{_SVG}a" else "external references"] = None
                del element.attrib[name]
        elif name == "style":
            text, found = css.clean(value)
            if found:
                removed["external references"] = None
            if found or text != value or css.is_monospace(text):
                element.set(name, css.monospace_declarations(text))
        elif name == "font-family":
            if css.is_monospace(value):
                element.set(name, css.MONOSPACE)
                if "font-weight" not in element.attrib and "font-weight" not in element.get("style", ""):
                    element.set("font-variation-settings", css.REGULAR)
        elif "url(" in value.lower():
            text, found = css.clean(value)
            if found:
                removed["external references"] = None
                element.set(name, text)


def _clean_image(element: etree._Element, removed: dict[str, None], prefix: str, depth: int) -> None:
    value = next((element.get(name, "") for name in HREF if name in element.attrib), "")
    for name in HREF:
        if name in element.attrib:
            del element.attrib[name]
    if element.tag == f"{_SVG}feImage" and value.startswith("#"):
        element.set("href", value)
        return
    data = decode_data_uri(value)
    if data is None:
        if value:
            removed["external images"] = None
        _drop(element)
        return
    if looks_like_svg(data):
        _embed_svg(element, data, removed, prefix, depth)
        return
    raster = read_raster(data)
    if isinstance(raster, Unreadable):
        removed["a damaged image"] = None
        _drop(element)
    else:
        element.set("href", data_uri(raster.media_type, raster.data))


def _embed_svg(element: etree._Element, data: bytes, removed: dict[str, None], prefix: str, depth: int) -> None:
    """An SVG in an SVG: cleaned too. The typesetter draws no text in it, so one with text joins the drawing."""
    inner = parse(data) if depth < _MAX_NESTING else Unreadable("nested too deeply")
    parent = element.getparent()
    if isinstance(inner, Unreadable) or parent is None:
        removed["a damaged image"] = None
        _drop(element)
        return
    removed.update(dict.fromkeys(clean(inner, depth + 1)))
    width, height = natural_size(inner)
    if next(inner.iter(f"{_SVG}text"), None) is None:
        element.set("href", data_uri("image/svg+xml", etree.tostring(inner, encoding="utf-8")))
        return
    _prefix_ids(inner, prefix)
    for name, default in (("x", "0"), ("y", "0"), ("width", number(width)), ("height", number(height))):
        inner.set(name, element.get(name, default))
    if "preserveAspectRatio" in element.attrib:
        inner.set("preserveAspectRatio", element.get("preserveAspectRatio", ""))
    holder = etree.Element(f"{_SVG}g", {name: value for name, value in attributes(element) if name in _KEPT})
    holder.append(inner)
    holder.tail = element.tail
    parent.replace(element, holder)


def _prefix_ids(root: etree._Element, prefix: str) -> None:
    for element in root.iter(etree.Element):
        for name, value in attributes(element):
            if name == "id":
                element.set(name, prefix + value)
            elif name in HREF and value.startswith("#"):
                element.set(name, f"#{prefix}{value[1:]}")
            elif "url(" in value:
                element.set(name, css.prefix_ids(value, prefix))
        if element.tag == f"{_SVG}style" and element.text:
            element.text = css.prefix_ids(element.text, prefix)
