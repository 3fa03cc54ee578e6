"""What links and files in ADF point to."""

from __future__ import annotations

import re
from urllib.parse import unquote

from confluence_xpress.model import AttachmentRef, LinkTarget, MediaSource, PageRef, Url
from confluence_xpress.readers.adf.values import Node, mapping, string

_COLLECTION = re.compile(r"contentId-(\w+)")


def link_target(attrs: Node) -> tuple[LinkTarget | None, str]:
    """Target and anchor of a link mark. Without an address, Confluence's own note of the target is used."""
    href = string(attrs, "href").strip()
    if href.startswith("#") and len(href) > 1:
        return PageRef(), unquote(href[1:])
    if href and href != "#":
        return Url(href), ""
    noted = mapping(attrs.get("__confluenceMetadata"))
    anchor = string(noted, "anchorName")
    page = PageRef(title=string(noted, "contentTitle"), space=string(noted, "spaceKey"), id=string(noted, "contentId"))
    if filename := string(noted, "fileName"):
        return AttachmentRef(filename, page=page), ""
    if page != PageRef() or anchor:
        return page, anchor
    return None, ""


def media_source(attrs: Node) -> MediaSource | None:
    """The file or address of a media node; None if it has neither."""
    url = string(attrs, "url")
    if url and (string(attrs, "type") == "external" or not string(attrs, "id")):
        return Url(url)
    file_id = string(attrs, "id")
    filename = string(attrs, "__fileName")
    if not file_id and not filename:
        return None
    collection = _COLLECTION.fullmatch(string(attrs, "collection"))
    return AttachmentRef(filename, file_id, PageRef(id=collection[1]) if collection else PageRef())
