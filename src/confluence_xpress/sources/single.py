"""One file as a source of one page; its attachments lie in folders beside it."""

from __future__ import annotations

import json
import re
from html import unescape
from typing import Any

from confluence_xpress.bundle import Attachment, Body, BodyFormat, Media, Page, Space, Unavailable
from confluence_xpress.errors import InputError
from confluence_xpress.sources import limits
from confluence_xpress.sources.files import Directory, is_file_name, read
from confluence_xpress.sources.offline import OfflineSource, guess_media_type
from confluence_xpress.sources.source import SiteMap

PAGE_ID = "1"

_STEM = re.compile(r"\.(?:storage|adf|view)$")
_HIDDEN = re.compile(r"<!\[CDATA\[.*?\]\]>|<!--.*?-->|<(script|style)\b.*?</\1>", re.DOTALL | re.IGNORECASE)
_HEADING = re.compile(r"<h([1-6])\b[^>]*>(.*?)</h\1\s*>", re.DOTALL | re.IGNORECASE)
_TAG = re.compile(r"<[^>]*>")
_STORAGE = re.compile(r"<(?:ac|ri|at):[a-z]")


def open_single(folder: Directory, name: str, data: bytes) -> OfflineSource:
    """The source over one file of a folder. InputError if the name and content tell no format."""
    text = data.decode("utf-8-sig", "replace")
    body_format = _format(name, text)
    stem = _STEM.sub("", name.rpartition(".")[0]) or name
    title = (_adf_heading(text) if body_format == "adf" else _heading(text)) or stem
    places = ("attachments", f"{stem}_attachments")
    files = sorted({found.rpartition("/")[2] for place in places for found in folder.walk(place)})
    attachments = tuple(Attachment(file, guess_media_type(file)) for file in files)
    page = Page(PAGE_ID, title, attachments=attachments)
    content = _Content(folder, Body(body_format, text), (*(f"{place}/" for place in places), ""))
    return OfflineSource(SiteMap((Space("", title),), (page,)), content)


class _Content:
    def __init__(self, folder: Directory, body: Body, places: tuple[str, ...]) -> None:
        self._folder = folder
        self._body = body
        self._places = places

    def body(self, page: Page) -> Body | Unavailable:  # noqa: ARG002 - there is only one page
        """The file's text."""
        return self._body

    def file(self, page: Page, attachment: Attachment) -> Media | Unavailable:  # noqa: ARG002 - there is only one page
        """The bytes of a file beside the page, found by its name."""
        if not is_file_name(attachment.title):
            return Unavailable(f"{attachment.title!r} can't be the name of a file")
        try:
            for place in self._places:
                if found := self._folder.find(place + attachment.title):
                    data = read(self._folder, found, limits.FILE_BYTES)
                    return Media(data, attachment.media_type or guess_media_type(attachment.title))
        except InputError as error:
            return Unavailable(error.message)
        return Unavailable(f"there is no file {attachment.title} beside the page or in its attachments folder")


def _format(name: str, text: str) -> BodyFormat:
    lower = name.lower()
    if lower.endswith(".json"):
        return "adf"
    if lower.endswith((".xml", ".xhtml")) or (lower.endswith((".html", ".htm")) and _STORAGE.search(text)):
        return "storage"
    if lower.endswith((".html", ".htm")):
        return "view"
    raise InputError(
        f"The format of {name} is not clear from its name.",
        "Name it .storage.xml (storage format), .adf.json (Atlassian Document Format) or .view.html (rendered HTML).",
    )


def _heading(markup: str) -> str:
    """The text of the first heading that has some."""
    for found in _HEADING.finditer(_HIDDEN.sub("", markup)):
        if text := " ".join(unescape(_TAG.sub("", found[2])).split()):
            return text
    return ""


def _adf_heading(text: str) -> str:
    """The same in an ADF document."""
    try:
        document: object = json.loads(text)
    except (ValueError, RecursionError) as error:
        what = error if isinstance(error, ValueError) else "it is nested too deeply"
        raise InputError(f"The file is not valid JSON: {what}.", "Check that it is a whole ADF document.") from error
    if not isinstance(document, dict) or document.get("type") != "doc":
        raise InputError("The file is JSON, but not an ADF document.", 'ADF begins with {"type": "doc", "version": 1 …')
    for node in _nodes(document):
        if node.get("type") == "heading":
            words = (inner.get("text") for inner in _nodes(node))
            if heading := " ".join("".join(word for word in words if isinstance(word, str)).split()):
                return heading
    return ""


def _nodes(node: dict[str, Any]) -> list[dict[str, Any]]:
    """A node and all below it, in reading order."""
    found = []
    stack = [node]
    while stack:
        current = stack.pop()
        found.append(current)
        content = current.get("content")
        if isinstance(content, list):
            stack.extend(child for child in reversed(content) if isinstance(child, dict))
    return found
