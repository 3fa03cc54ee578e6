"""Addresses as people copy them from Confluence: which page, post, folder or space is meant."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal
from urllib.parse import parse_qs, unquote, unquote_plus, urlsplit

from confluence_xpress.errors import InputError
from confluence_xpress.transforms.urls import tiny_id

Kind = Literal["page", "space", "site"]

# Without a scheme, much looks like a host that is a file.
_HOST = re.compile(
    r"[\w-]+\.atlassian\.net(?:/.*)?"
    r"|(?:[\w-]+\.)+[a-z]{2,}(?::\d+)?/(?:[\w-]+/)?(?:spaces|display|pages|x|ex/confluence)/.*"
    r"|(?:localhost|127\.0\.0\.1|\[::1\]):\d+(?:/.*)?",
    re.IGNORECASE,
)
_API = re.compile(r"/(?:api/v2/(?:pages|blogposts|folders|whiteboards|databases|embeds)|rest/api/content)/(\d+)")
_IN_SPACE = re.compile(r"/spaces/([^/]+)/(pages|blog|folder|whiteboard|database|embed)(?:/[^/]+)*?/(\d+)(?:/|$)")
_POST = re.compile(r"/spaces/([^/]+)/blog/\d{4}/\d{1,2}/\d{1,2}/(\d+)")
_SPACE = re.compile(r"/(?:spaces|display)/([^/]+(?<!\.action))(?:/(?:overview|pages|blog|home))?/?")
_DISPLAY = re.compile(r"/display/([^/]+)(?:/(\d{4})/(\d{1,2})/(\d{1,2}))?/([^/]+)/?")
_TINY = re.compile(r"/x/([\w-]{1,11})/?", re.ASCII)
_KEY = re.compile(r"/(~?[\w.-]+(?<!\.action))/?")
_PAGE_IDS = ("pageId", "pageid", "contentId", "draftId", "homepageId")
_EXAMPLE = "Copy the address of a page or a space from the browser."


@dataclass(frozen=True, slots=True)
class Target:
    """What an address names: a page (also a blog post, folder and so on) by id or by space and title, or a space.

    `version` is set where the address is that of an older version, `day` (ISO) where it is that of a blog post.
    """

    kind: Kind
    id: str = ""
    space: str = ""
    title: str = ""
    day: str = ""
    version: int | None = None


def as_url(text: str) -> str:
    """The address as an absolute URL, also if its scheme was left out; empty if the text is no web address."""
    if re.match(r"https?://", text, re.IGNORECASE):
        return text
    return f"https://{text}" if _HOST.fullmatch(text) else ""


def target(url: str, site: str, api: str = "") -> Target:
    """What an absolute URL names on a site, of which `site` and `api` are the base URLs.

    InputError if it names no page and no space.

    A lone word behind the site is the key of a space: `https://example.atlassian.net/wiki/ENG`.
    """
    try:
        parts = urlsplit(url)
        values = parse_qs(parts.query, max_num_fields=50)
    except ValueError as error:
        raise InputError(f"{url} is no address: {error}.", _EXAMPLE) from error
    path = _below(url, site, api)
    query = {name: found[0] for name, found in values.items()}
    found = _by_path(path) or _by_query(path, query)
    if found is None:
        raise InputError(f"{url} is not the address of a page or a space.", _EXAMPLE)
    version = query.get("pageVersion") or query.get("version") or ""
    if found.kind == "page" and version.isdecimal() and len(version) < 9:
        return Target("page", found.id, found.space, found.title, found.day, int(version))
    return found


def _below(url: str, site: str, api: str) -> str:
    """The path below the site's base URL."""
    path = urlsplit(url).path
    for base in (api, site):
        root = urlsplit(base).path.rstrip("/")
        if base and (path == root or path.startswith(f"{root}/")):
            return path[len(root) :] or "/"
    # Cloud answers without /wiki, too, by leading there.
    return path or "/"


def _by_path(path: str) -> Target | None:
    if path in ("", "/", "/home", "/wiki", "/wiki/"):
        return Target("site")
    if match := _API.match(path):
        return Target("page", match[1])
    if match := _POST.match(path):
        return Target("page", match[2], unquote(match[1]))
    if match := _IN_SPACE.match(path):
        return Target("page", match[3], unquote(match[1]))
    if match := _SPACE.fullmatch(path):
        return Target("space", space=unquote(match[1]))
    if match := _DISPLAY.fullmatch(path):
        day = f"{match[2]}-{match[3]:0>2}-{match[4]:0>2}" if match[2] else ""
        return Target("page", space=unquote(match[1]), title=unquote_plus(match[5]), day=day)
    if match := _TINY.fullmatch(path):
        page_id = tiny_id(match[1])
        return Target("page", page_id) if page_id else None
    return None


def _by_query(path: str, query: dict[str, str]) -> Target | None:
    for name in _PAGE_IDS:
        if query.get(name, "").isdecimal():
            return Target("page", query[name])
    key, title = query.get("spaceKey") or query.get("key", ""), query.get("title", "")
    if title and key:
        return Target("page", space=key, title=title)
    if key:
        return Target("space", space=key)
    if match := re.match(r"/spaces/([^/]+)/", path):
        return Target("space", space=unquote(match[1]))
    if match := _KEY.fullmatch(path):
        return Target("space", space=unquote(match[1]))
    return None
