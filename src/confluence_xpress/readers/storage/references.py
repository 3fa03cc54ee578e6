"""Resource identifiers (`ri:`)."""

from __future__ import annotations

from collections.abc import Iterator

from lxml.etree import _Element as Element

from confluence_xpress.model import AttachmentRef, PageRef, Reference, Shortcut, SpaceRef, Url, UserRef
from confluence_xpress.readers.html.names import NAMESPACES, ri

_PREFIX = f"{{{NAMESPACES['ri']}}}"


def reference(element: Element) -> Reference | None:
    """What an `ri:` element points to; None for any other element."""
    match element.tag.removeprefix(_PREFIX) if element.tag.startswith(_PREFIX) else "":
        case "page" | "blog-post":
            day = _get(element, "posting-day").replace("/", "-")
            return PageRef(_get(element, "content-title"), _get(element, "space-key"), day=day)
        case "content-entity":
            return PageRef(id=_get(element, "content-id"))
        case "attachment":
            return AttachmentRef(_get(element, "filename"), page=_container(element))
        case "user":
            return UserRef(_get(element, "account-id"), _get(element, "userkey"), _get(element, "username"))
        case "space":
            return SpaceRef(_get(element, "space-key"))
        case "url":
            return Url(_get(element, "value"))
        case "shortcut":
            return Shortcut(_get(element, "key"), _get(element, "parameter"))
        case _:
            return None


def references(element: Element) -> Iterator[Reference]:
    """The references inside an element, at any depth, but not those that only locate another one."""
    for child in element:
        found = reference(child)
        if found is not None:
            yield found
        else:
            yield from references(child)


def _container(element: Element) -> PageRef:
    return next((found for child in element if isinstance(found := reference(child), PageRef)), PageRef())


def _get(element: Element, name: str) -> str:
    return (element.get(ri(name)) or "").strip()
