"""Inline elements: marks, colours, links, line breaks, dates, quotations."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from functools import partial
from urllib.parse import unquote

from lxml.etree import _Element as Element

from confluence_xpress.model import (
    Anchor,
    Card,
    Colored,
    Date,
    Inline,
    InlineMacro,
    Inlines,
    LineBreak,
    Link,
    LinkTarget,
    Macro,
    Mark,
    MarkKind,
    PageRef,
    Parameter,
    Text,
    Url,
)
from confluence_xpress.model.color import normal_color
from confluence_xpress.readers.html.convert import Converter, Handler, nothing, transparent
from confluence_xpress.readers.html.flow import Node, link_images, shows_nothing, to_line, wrap
from confluence_xpress.readers.html.style import classes, declarations

_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_STYLE_MARKS: dict[tuple[str, str], MarkKind] = {
    ("font-weight", "bold"): "strong",
    ("font-weight", "bolder"): "strong",
    ("font-weight", "600"): "strong",
    ("font-weight", "700"): "strong",
    ("font-style", "italic"): "emphasis",
    ("text-decoration", "underline"): "underline",
    ("text-decoration", "line-through"): "strike",
    ("vertical-align", "super"): "superscript",
    ("vertical-align", "sub"): "subscript",
}


def _mark(kind: MarkKind) -> Handler:
    make = partial(Mark, kind)

    def handler(converter: Converter, element: Element) -> Iterable[Node]:
        return converter.wrap(element, make)

    return handler


def span(converter: Converter, element: Element) -> Iterable[Node]:
    """A span with its colours and marks."""
    if "katex-html" in classes(element):
        return ()  # the same formula again, in pieces; `math` beside it has it whole
    nodes: Iterable[Node] = converter.nodes(element)
    if style := declarations(element):
        background = style.get("background-color") or style.get("background") or ""
        nodes = colored(nodes, normal_color(style.get("color", "")), normal_color(background))
        for name, value in style.items():
            if kind := _STYLE_MARKS.get((name, value.casefold())):
                nodes = wrap(nodes, partial(Mark, kind))
    return [*named(element), *nodes] if element.get("id") else nodes


def colored(nodes: Iterable[Node], color: str, background: str) -> Iterable[Node]:
    """The nodes in these colours."""
    return wrap(nodes, lambda content: Colored(content, color, background)) if color or background else nodes


def font(converter: Converter, element: Element) -> Iterable[Node]:
    """The old `font` element; only its colour counts."""
    return colored(converter.nodes(element), normal_color(element.get("color", "")), "")


def quotation(converter: Converter, element: Element) -> Iterable[Node]:
    """`q`, whose quotation marks browsers add."""
    return [Text("“"), *converter.nodes(element), Text("”")]


def line_break(converter: Converter, element: Element) -> Iterable[Node]:
    """`br`; what stands inside it can only come from sloppy mark-up."""
    return [LineBreak(), *converter.nodes(element)]


def time(converter: Converter, element: Element) -> Iterable[Node]:
    """A date lozenge; a time that is no calendar day stays text."""
    stamp = element.get("datetime", "").strip()
    if (found := _DAY.match(stamp)) and _is_day(found[0]):
        return (Date(found[0]),)
    nodes = converter.nodes(element)
    return (Text(stamp),) if shows_nothing(nodes) else nodes


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def named(element: Element) -> tuple[Anchor, ...]:
    """The anchor that an element's name or id makes."""
    name = (element.get("id") or element.get("name") or "").strip()
    return (Anchor(name),) if name else ()


def link(converter: Converter, element: Element) -> Iterable[Node]:
    """`a`: a link, a smart link, or a named place."""
    href = (element.get("href") or "").strip()
    nodes = converter.nodes(element)
    if not href:
        return [*named(element), *nodes]
    target, anchor = address(href)
    title = element.get("title") or ""
    match element.get("data-card-appearance"):
        case "inline":
            return (Link(target, to_line(nodes), anchor, title, "inline"),)
        case "block" | "embed" as appearance:
            return (Card(target, appearance, to_line(nodes), element.get("data-datasource") or "", anchor),)
        case _:
            return linked(nodes, target, anchor=anchor, title=title)


def address(href: str) -> tuple[LinkTarget, str]:
    """Target and anchor of an address; `#name` is a place on the page itself."""
    return (PageRef(), unquote(href[1:])) if href.startswith("#") and len(href) > 1 else (Url(href), "")


def linked(nodes: Iterable[Node], target: LinkTarget, *, anchor: str = "", title: str = "") -> Iterable[Node]:
    """The nodes as a link; images in it become clickable. Without content there is nothing to see or click."""

    def make(content: Inlines) -> Inline:
        return Link(target, content, anchor, title)

    return wrap(link_images(nodes, target, anchor), make)


def math(converter: Converter, element: Element) -> Iterable[Node]:
    """MathML; a formula that carries its TeX source becomes the macro that holds TeX."""
    for annotation in element.iter("annotation", "{*}annotation"):
        if annotation.get("encoding") == "application/x-tex" and annotation.text:
            tex = annotation.text.strip()
            return (InlineMacro(Macro("mathinline", (Parameter("body", tex),), text=tex)),)
    return converter.nodes(element)


INLINES: dict[str, Handler] = {
    "strong": _mark("strong"),
    "b": _mark("strong"),
    "em": _mark("emphasis"),
    "i": _mark("emphasis"),
    "var": _mark("emphasis"),
    "dfn": _mark("emphasis"),
    "u": _mark("underline"),
    "ins": _mark("underline"),
    "s": _mark("strike"),
    "del": _mark("strike"),
    "strike": _mark("strike"),
    "sub": _mark("subscript"),
    "sup": _mark("superscript"),
    "small": _mark("small"),
    "big": _mark("big"),
    "code": _mark("code"),
    "tt": _mark("code"),
    "kbd": _mark("code"),
    "samp": _mark("code"),
    "cite": _mark("cite"),
    "mark": lambda converter, element: colored(converter.nodes(element), "", "#ffff00"),
    "span": span,
    "font": font,
    "q": quotation,
    "a": link,
    "br": line_break,
    "time": time,
    "math": math,
    "wbr": transparent,
    "script": nothing,
    "style": nothing,
    "template": nothing,
}
