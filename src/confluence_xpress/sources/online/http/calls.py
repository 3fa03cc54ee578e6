"""Every call that is made, with the scopes that it needs and why. Nothing else is asked with a token.

All of them only read: GET, and the POSTs of which the question is too long for an address. Scopes are those of
Atlassian's OpenAPI files. A token needs, of each call, either the granular or the classic ones.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Literal
from urllib.parse import quote

Where = Literal["cloud", "datacenter", "any"]
Base = Literal["api", "jira", "origin"]

_FIELD = re.compile(r"\{(\+?)(\w+)\}")


@dataclass(frozen=True, slots=True)
class Call:
    """A call: `path` is a template below the deployment's `api` (or what `base` says).

    Values take the place of {name}; those of {+name} may have slashes. `identity`: what it answers are people, which
    cost two points each instead of one.
    """

    name: str
    deployment: Where
    method: Literal["GET", "POST"]
    path: str
    why: str
    granular: tuple[str, ...] = ()
    classic: tuple[str, ...] = ()
    base: Base = "api"
    identity: bool = False
    hopeless: bool = False
    """What it fails in mostly stays so: it is tried twice and not as often as others."""

    def filled(self, values: dict[str, str | int]) -> str:
        """The path with its values, quoted. KeyError if one is missing, ValueError if one can't be part of a path."""

        def value(match: re.Match[str]) -> str:
            text = str(values[match[2]])
            if any(part in ("", ".", "..") for part in text.split("/")):
                raise ValueError(f"{match[2]}: {text!r}")
            return quote(text, safe="/" if match[1] else "")

        return _FIELD.sub(value, self.path)

    def covers(self, path: str) -> bool:
        """Whether a path, still quoted, is one of this call."""
        return _pattern(self.path).fullmatch(path) is not None


@cache
def _pattern(template: str) -> re.Pattern[str]:
    made, end = "", 0
    for match in _FIELD.finditer(template):
        made += re.escape(template[end : match.start()]) + (".+" if match[1] else "[^/]+")
        end = match.end()
    return re.compile(made + re.escape(template[end:]))


def _v2(name: str, path: str, scope: str, why: str) -> Call:
    return Call(name, "cloud", "GET", f"/api/v2{path}", why, (f"read:{scope}:confluence",))


def _v1(name: str, path: str, granular: str, classic: str, why: str, *, hopeless: bool = False) -> Call:
    scopes = (f"read:{granular}:confluence",)
    return Call(name, "cloud", "GET", f"/rest/api{path}", why, scopes, (classic,), hopeless=hopeless)


def _dc(name: str, path: str, why: str) -> Call:
    return Call(name, "datacenter", "GET", path, why)


_TREE = "hierarchical-content"
_READ_ALL = "read:confluence-content.all"

# --- Cloud, v2 -------------------------------------------------------------------------------------------------------

SPACES = _v2("spaces", "/spaces", "space", "finds spaces by their keys and ids")
SPACE_PAGES = _v2("space-pages", "/spaces/{id}/pages", "page", "lists the pages of a space")
SPACE_BLOGPOSTS = _v2("space-blogposts", "/spaces/{id}/blogposts", "page", "lists the blog posts of a space")
PAGES = _v2("pages", "/pages", "page", "reads many pages at once, with their bodies")
PAGE = _v2("page", "/pages/{id}", "page", "reads one page: an older version, a draft")
PAGE_VERSIONS = _v2("page-versions", "/pages/{id}/versions", "page", "finds the version that was current at a date")
BLOGPOSTS = _v2("blogposts", "/blogposts", "page", "reads many blog posts at once, with their bodies")
BLOGPOST = _v2("blogpost", "/blogposts/{id}", "page", "reads one blog post: an older version, a draft")
BLOGPOST_VERSIONS = _v2(
    "blogpost-versions", "/blogposts/{id}/versions", "page", "finds the version that was current at a date"
)

PAGE_DESCENDANTS = _v2("page-descendants", "/pages/{id}/descendants", _TREE, "reads the tree below a page")
FOLDER_DESCENDANTS = _v2("folder-descendants", "/folders/{id}/descendants", _TREE, "reads the tree below a folder")
WHITEBOARD_DESCENDANTS = _v2(
    "whiteboard-descendants", "/whiteboards/{id}/descendants", _TREE, "reads the tree below a whiteboard"
)
DATABASE_DESCENDANTS = _v2(
    "database-descendants", "/databases/{id}/descendants", _TREE, "reads the tree below a database"
)
EMBED_DESCENDANTS = _v2("embed-descendants", "/embeds/{id}/descendants", _TREE, "reads the tree below an embed")
PAGE_CHILDREN = _v2("page-children", "/pages/{id}/direct-children", _TREE, "lists what is directly below a page")
FOLDER_CHILDREN = _v2("folder-children", "/folders/{id}/direct-children", _TREE, "lists what is directly in a folder")
WHITEBOARD_CHILDREN = _v2(
    "whiteboard-children", "/whiteboards/{id}/direct-children", _TREE, "lists what is directly below a whiteboard"
)
DATABASE_CHILDREN = _v2(
    "database-children", "/databases/{id}/direct-children", _TREE, "lists what is directly below a database"
)
EMBED_CHILDREN = _v2("embed-children", "/embeds/{id}/direct-children", _TREE, "lists what is directly below an embed")
FOLDER = _v2("folder", "/folders/{id}", "folder", "reads the title and place of a folder in the tree")
WHITEBOARD = _v2("whiteboard", "/whiteboards/{id}", "whiteboard", "reads the title and place of a whiteboard")
DATABASE = _v2("database", "/databases/{id}", "database", "reads the title and place of a database")
EMBED = _v2("embed", "/embeds/{id}", "embed", "reads the title, place and address of an embed")

PAGE_ATTACHMENTS = _v2("page-attachments", "/pages/{id}/attachments", "attachment", "lists the files of a page")
BLOGPOST_ATTACHMENTS = _v2(
    "blogpost-attachments", "/blogposts/{id}/attachments", "attachment", "lists the files of a blog post"
)
ATTACHMENT_VERSIONS = _v2(
    "attachment-versions", "/attachments/{id}/versions", "attachment", "finds the version of a file at a date"
)
USERS_BULK = Call(
    "users-bulk",
    "cloud",
    "POST",
    "/api/v2/users-bulk",
    "reads the names of many people at once: authors, mentions",
    ("read:user:confluence",),
    identity=True,
)

# --- Cloud, v1: what v2 lacks ----------------------------------------------------------------------------------------

CONTENT_SEARCH = _v1(
    "content-search",
    "/content/search",
    "content-details",
    "search:confluence",
    "finds pages by a query, and the labels and files of many pages at once",
)
ATTACHMENT_DOWNLOAD = _v1(
    "attachment-download",
    "/content/{id}/child/attachment/{attachment}/download",
    "attachment",
    "readonly:content.attachment:confluence",
    "reads images and files of pages",
)
CURRENT_USER = Call(
    "current-user",
    "cloud",
    "GET",
    "/rest/api/user/current",
    "checks a token, and says whose it is",
    ("read:content-details:confluence",),
    ("read:confluence-user",),
    identity=True,
)
MACRO_CONVERT = _v1(
    "macro-convert",
    "/content/{id}/history/{version}/macro/id/{macro}/convert/{to}",
    "content.metadata",
    _READ_ALL,
    "has Confluence render a macro that XPress doesn't know",
    hopeless=True,
)
CONVERT_START = Call(
    "convert-start",
    "cloud",
    "POST",
    "/rest/api/contentbody/convert/async/{to}",
    "has Confluence render a piece of a page; changes nothing",
    ("read:content.metadata:confluence",),
    (_READ_ALL,),
)
CONVERT_RESULT = _v1(
    "convert-result",
    "/contentbody/convert/async/{id}",
    "content.metadata",
    _READ_ALL,
    "reads what Confluence has rendered",
)
JIRA_SEARCH = Call(
    "jira-search",
    "cloud",
    "GET",
    "/rest/api/3/search/jql",
    "reads the issues that a page lists, if Jira answers to the same token",
    (
        "read:issue-details:jira",
        "read:audit-log:jira",
        "read:avatar:jira",
        "read:field-configuration:jira",
        "read:issue-meta:jira",
    ),
    ("read:jira-work",),
    base="jira",
)

# --- Data Center -----------------------------------------------------------------------------------------------------

DC_CONTENTS = _dc("dc-contents", "/rest/api/content", "finds pages and blog posts by their titles")
DC_CONTENT = _dc("dc-content", "/rest/api/content/{id}", "reads a page, with its body")
DC_CONTENT_SEARCH = _dc(
    "dc-content-search", "/rest/api/content/search", "finds pages by a query, and reads many at once"
)
DC_SPACE = _dc("dc-space", "/rest/api/space/{key}", "reads the name and home page of a space")
DC_SPACE_CONTENT = _dc(
    "dc-space-content", "/rest/api/space/{key}/content/{type}", "lists the pages or blog posts of a space"
)
DC_CHILDREN = _dc("dc-children", "/rest/api/content/{id}/child/page", "lists the pages directly below a page")
DC_DESCENDANTS = _dc("dc-descendants", "/rest/api/content/{id}/descendant/page", "lists all pages below a page")
DC_ATTACHMENTS = _dc("dc-attachments", "/rest/api/content/{id}/child/attachment", "lists the files of a page")
DC_VERSIONS = _dc(
    "dc-versions", "/rest/experimental/content/{id}/version", "finds the version that was current at a date"
)
DC_DOWNLOAD = _dc("dc-download", "/download/attachments/{id}/{name}", "reads images and files of pages")
DC_USER = Call("dc-user", "datacenter", "GET", "/rest/api/user", "reads the name of a person", identity=True)
DC_CURRENT_USER = Call(
    "dc-current-user",
    "datacenter",
    "GET",
    "/rest/api/user/current",
    "checks a token, and says whose it is",
    identity=True,
)
DC_CONVERT = Call(
    "dc-convert",
    "datacenter",
    "POST",
    "/rest/api/contentbody/convert/{to}",
    "has Confluence render a macro that XPress doesn't know; changes nothing",
    hopeless=True,
)
DC_MACRO = _dc(
    "dc-macro",
    "/rest/api/content/{id}/history/{version}/macro/id/{macro}",
    "reads a macro that Confluence is to render",
)
DC_MANIFEST = _dc("dc-manifest", "/rest/applinks/1.0/manifest", "checks that an address is that of Confluence")

# --- Both ------------------------------------------------------------------------------------------------------------

SITE_FILES = Call(
    "site-files", "any", "GET", "/download/{+path}", "reads images that Confluence has put into what it rendered"
)
TENANT_INFO = Call(
    "tenant-info",
    "any",
    "GET",
    "/_edge/tenant_info",
    "tells whether a site is one of Cloud, and its id; asked without the token",
    base="origin",
)

CALLS: tuple[Call, ...] = tuple(value for value in tuple(globals().values()) if isinstance(value, Call))
"""All of them, in this order."""


def needed_scopes(base: Base = "api") -> tuple[str, ...]:
    """The granular scopes of all calls to Confluence, or the classic ones to Jira, in alphabetical order."""
    found = {
        scope for call in CALLS if call.base == base for scope in (call.granular if base == "api" else call.classic)
    }
    return tuple(sorted(found))


def call_for(kind: Literal["cloud", "datacenter"], path: str) -> Call | None:
    """The call that reads a path below the API of such a deployment; None if none does."""
    for call in CALLS:
        if call.deployment in (kind, "any") and call.base == "api" and call.method == "GET" and call.covers(path):
            return call
    return None
