"""Needs: what the core still lacks, as data. A host meets them through official APIs and adds the answers."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class BodyNeed:
    """The body of a page. Answer: `Body`."""

    page_id: str


@dataclass(frozen=True, slots=True)
class PageNeed:
    """A page outside the selection, by id or by title. Answer: `Page`."""

    id: str = ""
    title: str = ""
    space: str = ""
    day: str = ""


@dataclass(frozen=True, slots=True)
class ChildrenNeed:
    """The children of a page, in page-tree order. Answer: `Pages`."""

    page_id: str


@dataclass(frozen=True, slots=True)
class AttachmentNeed:
    """The bytes of the current version of an attachment. Answer: `Media`."""

    page_id: str
    filename: str = ""
    file_id: str = ""


@dataclass(frozen=True, slots=True)
class UserNeed:
    """A person's display name. Answer: `User`."""

    account_id: str = ""
    key: str = ""
    username: str = ""


@dataclass(frozen=True, slots=True)
class MacroNeed:
    """A macro rendered by Confluence. Answer: `Body` in the view format.

    A macro without an id is given as `markup`, in storage format, to be rendered as if it stood on the page.
    """

    page_id: str
    macro_id: str
    name: str
    markup: str = ""


@dataclass(frozen=True, slots=True)
class ImageNeed:
    """An image at an address of the site itself that is no attachment, such as one that a macro drew. Answer: `Media`.

    `url` is absolute: on the host of the site or, for a site on Cloud, on a host from which Atlassian serves media.
    The latter must not be told who asks.
    """

    url: str


@dataclass(frozen=True, slots=True)
class JiraNeed:
    """Issues of Jira: those that `jql` finds, in its order, or the one of this `key`. Answer: `Issues`.

    `fields` are Jira's ids (`summary`, `customfield_10016`) or, where a page has nothing else, the names of fields; the
    answer calls them the same. `issuekey`, `issuetype` and `status` among them are parts of every `Issue`.
    `maximum`: the most issues that are shown; 0 if only their number is asked for. `server` and `server_id` are what
    the page says of the Jira it means: the name of a link to it, or its base URL; the id of the link, or a cloud id.
    Both are empty for the site's own.
    """

    jql: str = ""
    fields: tuple[str, ...] = ()
    maximum: int = 1
    server: str = ""
    server_id: str = ""
    key: str = ""


Need = BodyNeed | PageNeed | ChildrenNeed | AttachmentNeed | UserNeed | MacroNeed | ImageNeed | JiraNeed
