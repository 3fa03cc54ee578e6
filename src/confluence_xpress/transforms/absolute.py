"""References of included content, made independent of the page they were written on."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar
from urllib.parse import unquote

from confluence_xpress.bundle import Page
from confluence_xpress.model import (
    AttachmentRef,
    Blocks,
    Card,
    Figure,
    File,
    Files,
    Image,
    InlineFile,
    InlineImage,
    Link,
    LinkTarget,
    MediaSource,
    PageRef,
    Url,
)
from confluence_xpress.transforms.rules import rewrite

R = TypeVar("R", LinkTarget, MediaSource)


def make_absolute(blocks: Blocks, page: Page) -> Blocks:
    """Blocks written on `page`, so that they mean the same on another one."""

    def target(reference: LinkTarget, anchor: str) -> tuple[LinkTarget, str]:
        if isinstance(reference, Url) and reference.href.startswith("#"):
            return PageRef(id=page.id), anchor or unquote(reference.href[1:])
        return _reference(reference, page), anchor

    def image(node: Image) -> Image:
        if node.link is None:
            return replace(node, source=_reference(node.source, page))
        link, anchor = target(node.link, node.link_anchor)
        return replace(node, source=_reference(node.source, page), link=link, link_anchor=anchor)

    def link(node: Link) -> tuple[Link]:
        reference, anchor = target(node.target, node.anchor)
        return (replace(node, target=reference, anchor=anchor),)

    def card(node: Card) -> tuple[Card]:
        reference, anchor = target(node.target, node.anchor)
        return (replace(node, target=reference, anchor=anchor),)

    def file(node: File) -> File:
        return replace(node, source=_reference(node.source, page))

    return rewrite(
        blocks,
        {
            Card: card,
            Figure: lambda node: (replace(node, image=image(node.image)),),
            Files: lambda node: (replace(node, files=tuple(file(f) for f in node.files)),),
        },
        {
            Link: link,
            InlineImage: lambda node: (InlineImage(image(node.image)),),
            InlineFile: lambda node: (InlineFile(file(node.file)),),
        },
    )


def _reference(reference: R, page: Page) -> R:
    if isinstance(reference, PageRef):
        return _page(reference, page)
    if isinstance(reference, AttachmentRef):
        return replace(reference, page=_page(reference.page, page))
    return reference


def _page(reference: PageRef, page: Page) -> PageRef:
    if reference == PageRef():
        return PageRef(id=page.id)
    if reference.title and not reference.id and not reference.space:
        return replace(reference, space=page.space)
    return reference
