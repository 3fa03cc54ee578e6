"""Web addresses of content, below the site's base."""

from __future__ import annotations

import base64
import re
from urllib.parse import quote, quote_plus

from testsite.model import Page

_PLAIN_TITLE = re.compile(r"[\w .\-]+", re.ASCII)


def tiny(page_id: str) -> str:
    """The identifier of a tiny link: the id's bytes, least first, in base64 of its own."""
    data = int(page_id).to_bytes(8, "little").rstrip(b"\0")
    return base64.b64encode(data).decode().rstrip("=").rstrip("A").replace("/", "-").replace("+", "_")


def from_tiny(text: str) -> str:
    """The id in a tiny link; empty if it is none."""
    plain = text.replace("-", "/").replace("_", "+")
    try:
        data = base64.b64decode(plain + "A" * (11 - len(plain)) + "=")
    except ValueError:
        return ""
    return str(int.from_bytes(data, "little"))


def webui(page: Page, kind: str) -> str:
    """Where people see a page."""
    if kind == "datacenter":
        if page.kind == "page" and _PLAIN_TITLE.fullmatch(page.title):
            return f"/display/{page.space}/{quote_plus(page.title)}"
        return f"/pages/viewpage.action?pageId={page.id}"
    title = quote_plus(page.title)
    match page.kind:
        case "page":
            return f"/spaces/{page.space}/pages/{page.id}/{title}"
        case "blogpost":
            day = page.created[:10].replace("-", "/")
            return f"/spaces/{page.space}/blog/{day}/{page.id}/{title}"
        case _:
            return f"/spaces/{page.space}/{page.kind}/{page.id}"


def download(page: Page, title: str, number: int, created: str) -> str:
    """The web route of an attachment's bytes."""
    digits = re.sub(r"\D", "", created)
    return (
        f"/download/attachments/{page.id}/{quote(title)}?version={number}"
        f"&modificationDate={digits}&cacheVersion=1&api=v2"
    )
