"""Rendered references: images, files, links to pages and people."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import unquote

from lxml.etree import _Element as Element

from confluence_xpress.model import (
    AttachmentRef,
    Border,
    Figure,
    FigurePlace,
    File,
    Files,
    Image,
    InlineFile,
    MediaSource,
    Mention,
    PageRef,
    Paragraph,
    Text,
    Url,
    UserRef,
)
from confluence_xpress.model.text import inline_text
from confluence_xpress.readers.html.blocks import paragraph
from confluence_xpress.readers.html.convert import Converter
from confluence_xpress.readers.html.emoji import emoji
from confluence_xpress.readers.html.flow import Loose, Node
from confluence_xpress.readers.html.images import image
from confluence_xpress.readers.html.inlines import link, linked
from confluence_xpress.readers.html.style import classes, length

_PLACES: dict[str, FigurePlace] = {
    "image-left": "left",
    "image-center": "center",
    "image-right": "right",
    "confluence-content-image-wrap-left": "wrap-left",
    "confluence-content-image-wrap-right": "wrap-right",
}
_EXPORTED_PAGE = re.compile(r"(?:[^/:?#]*_)?(\d{4,})\.html(?:#(.*))?")
"""How pages of an HTML export link to each other."""


def _attachment(element: Element) -> AttachmentRef | None:
    name = element.get("data-linked-resource-default-alias")
    page = PageRef(id=element.get("data-linked-resource-container-id") or "")
    return AttachmentRef(name, page=page) if name else None


def embedded_image(converter: Converter, element: Element) -> Iterable[Node]:
    """An attached image by its name, any other by its address."""
    names = classes(element)
    place: FigurePlace = next((_PLACES[name] for name in names if name in _PLACES), "")
    border = Border() if {"confluence-content-image-border", "image-border"} & set(names) else None
    source: MediaSource | None = _attachment(element)
    if source is None:
        address = (element.get("data-image-src") or element.get("src") or "").strip()
        if not address:
            return image(converter, element)
        source = Url(address)
    picture = Image(
        source,
        (element.get("alt") or "").strip(),
        element.get("title") or "",
        length(element.get("width")),
        length(element.get("height")),
        border,
    )
    return (Loose(Figure(picture, (), place)),)


def emoticon(_converter: Converter, element: Element) -> Iterable[Node]:
    """An emoji that is shown as an image."""
    get = element.get
    name = get("data-emoticon-name") or ""
    found = emoji(
        name,
        get("data-emoji-short-name") or get("data-emoji-shortname") or "",
        get("data-emoji-id") or "",
        get("data-emoji-fallback") or "",
    )
    alt = (get("alt") or "").strip()
    return (found,) if found.text or found.short_name else (Text(alt),)


def person(converter: Converter, element: Element) -> Iterable[Node]:
    """A link to a person's profile; a mention keeps the name that the page shows."""
    user = UserRef(
        element.get("data-account-id") or "", element.get("data-userkey") or "", element.get("data-username") or ""
    )
    nodes = converter.nodes(element)
    if user == UserRef():
        return link(converter, element)
    if "user-mention" in classes(element):
        name = inline_text(converter.line(element)).strip().removeprefix("@")
        return (Mention(user, name),)
    return linked(nodes, user)


def file_card(converter: Converter, element: Element) -> Iterable[Node]:
    """A file that is named, perhaps with a preview."""
    source = _attachment(element)
    if source is None:
        return link(converter, element)
    return (InlineFile(File(source, source.filename, element.get("data-mime-type") or "")),)


def any_link(converter: Converter, element: Element) -> Iterable[Node]:
    """A link; those that Confluence marked as page or file lead there."""
    href = (element.get("href") or "").strip()
    resource = element.get("data-linked-resource-id")
    kind = element.get("data-linked-resource-type")
    if resource and kind in ("page", "blogpost"):
        anchor = unquote(href.partition("#")[2])
        return linked(converter.nodes(element), PageRef(id=resource), anchor=anchor)
    if kind == "attachment" and (attachment := _attachment(element)):
        return linked(converter.nodes(element), attachment)
    if found := _EXPORTED_PAGE.fullmatch(href):
        return linked(converter.nodes(element), PageRef(id=found[1]), anchor=unquote(found[2] or ""))
    return link(converter, element)


def media_group(converter: Converter, element: Element) -> Iterable[Node]:
    """A paragraph of file cards."""
    for block in paragraph(converter, element):
        if isinstance(block, Paragraph) and all(isinstance(n, InlineFile) or n == Text(" ") for n in block.content):
            yield Files(tuple(n.file for n in block.content if isinstance(n, InlineFile)))
        else:
            yield block
