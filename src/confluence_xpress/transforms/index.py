"""Where links can lead: the exported pages and their anchors, and the addresses of what is not exported."""

from __future__ import annotations

from collections.abc import Mapping
from unicodedata import normalize
from urllib.parse import quote, quote_plus, unquote, urlsplit

from confluence_xpress.bundle import Attachment, Page
from confluence_xpress.lookup import Directory, Site
from confluence_xpress.model import AttachmentRef, PageRef, SpaceRef
from confluence_xpress.transforms.anchors import Names
from confluence_xpress.transforms.urls import Spot, absolute, base_of, origin, scheme, spot

_USUAL_CONTEXTS = ("/wiki", "/confluence")


class Addresses:
    """Titles and addresses of the exported pages, and the sites they are on. Made once, used for every part."""

    def __init__(self, directory: Directory) -> None:
        self.titles: dict[tuple[str, str], Page] = {}
        self.urls: dict[tuple[str, str], Page] = {}
        self.contexts: dict[str, list[str]] = {}
        for page in directory.pages:
            self.titles.setdefault((page.space, _fold(page.title)), page)
            # The address of an embed is not its own: who links there may not mean the entry in the tree.
            if page.url and page.kind != "embed" and (place := origin(page.url))[0]:
                self.urls.setdefault(place, page)
        bases = [space.base_url for space in directory.spaces.values() if space.base_url]
        if not bases:
            bases = [base for page in directory.pages if page.kind != "embed" and (base := base_of(page.url))][:1]
        self.base = bases[0].rstrip("/") if bases else ""
        for base in bases:
            host, path = origin(base)
            self.contexts.setdefault(host, []).append(path.rstrip("/"))


class Index:
    """The exported pages by all that a link may call them.

    `names` are the anchors of the pages that were read; where an anchor of another exported page is (one in another
    part of the book) is left to be looked up when all parts are there.
    """

    def __init__(self, site: Site, names: Mapping[str, Names], addresses: Addresses | None = None) -> None:
        addresses = addresses or Addresses(site.directory)
        self.site = site
        self.names = names
        self._titles = addresses.titles
        self._urls = addresses.urls
        self._contexts = addresses.contexts
        self._base = addresses.base

    def exported(self, reference: PageRef) -> Page | None:
        """The exported page of this id, or of this space and title (and day)."""
        if reference.id:
            return self.site.selected(reference.id)
        page = self._titles.get((reference.space, _fold(reference.title)))
        return None if page and reference.day and page.created[:10] != reference.day else page

    def homepage(self, reference: SpaceRef) -> Page | None:
        """A space's homepage, if it is exported."""
        space = self.site.space(reference.key)
        return self.site.selected(space.homepage) if space and space.homepage else None

    def spot(self, href: str) -> tuple[Spot, bool] | None:
        """The place in Confluence that a tidied address names, and whether it is surely on this site."""
        kind = scheme(href)
        if kind not in ("", "http", "https"):
            return None
        try:
            parts = urlsplit(href)
        except ValueError:
            return None
        if not (kind or parts.netloc):
            path = "/" + parts.path.lstrip("./")
            contexts = [c for known in self._contexts.values() for c in known]
            found = spot(_below(path, [*contexts, *_USUAL_CONTEXTS]) or path, parts.query, parts.fragment)
            return (found, True) if found else None
        host, path = origin(href)
        if page := self._urls.get((host, path)):
            return Spot(PageRef(id=page.id), unquote(parts.fragment)), True
        if self._contexts:
            below = _below(path, self._contexts.get(host, ()))
            found = spot(below, parts.query, parts.fragment) if below is not None else None
            return (found, True) if found else None
        found = spot(_below(path, _USUAL_CONTEXTS) or path, parts.query, parts.fragment)
        return (found, False) if found and self._plausible(found) else None

    def base(self, space: str) -> str:
        """The base URL of the site that a space is on; empty if it is not known."""
        known = self.site.space(space)
        return known.base_url.rstrip("/") if known and known.base_url else self._base

    def page_url(self, page: Page) -> str:
        """A page's absolute address; empty if it is not known."""
        base = self.base(page.space)
        if page.url:
            return absolute(page.url, base) or ""
        if not base:
            return ""
        if base.endswith("/wiki") and page.space:
            kind = "pages" if page.has_body else page.kind
            return f"{base}/spaces/{quote(page.space, safe='~')}/{kind}/{quote(page.id, safe='')}"
        return f"{base}/pages/viewpage.action?pageId={quote(page.id, safe='')}"

    def probable_url(self, reference: PageRef, page: Page) -> str:
        """The address that a page nobody knows would have, seen from `page`; empty if it can't be told."""
        space = reference.space or page.space
        base = self.base(space)
        if not base:
            return ""
        if reference.id:
            return f"{base}/pages/viewpage.action?pageId={quote(reference.id, safe='')}"
        day = reference.day.replace("-", "/") + "/" if reference.day else ""
        title = quote_plus(reference.title, errors="replace")
        return f"{base}/display/{quote(space, safe='~', errors='replace')}/{day}{title}" if space else ""

    def space_url(self, reference: SpaceRef) -> str:
        """The address of a space's overview; empty if it can't be told."""
        base = self.base(reference.key)
        key = quote(reference.key, safe="~", errors="replace")
        if not base:
            return ""
        return f"{base}/spaces/{key}/overview" if base.endswith("/wiki") else f"{base}/display/{key}"

    def file_url(self, page: Page, name: str) -> str:
        """The address at which Confluence gives a file; empty if it is not known."""
        base = self.base(page.space)
        if not base or not name:
            return ""
        return f"{base}/download/attachments/{quote(page.id, safe='')}/{quote(name, safe='', errors='replace')}"

    def _plausible(self, found: Spot) -> bool:
        """Whether an address on a host nobody told us about means an exported page: id and space must both fit."""
        if not isinstance(found.target, PageRef):
            return False
        page = self.exported(found.target)
        return page is not None and found.target.space in ("", page.space)


def find_attachment(page: Page, reference: AttachmentRef) -> Attachment | None:
    """The page's file of this media id or name; names are compared in composed form."""
    wanted = normalize("NFC", reference.filename)
    by_name = None
    for attachment in page.attachments:
        if reference.file_id and attachment.file_id == reference.file_id:
            return attachment
        if by_name is None and wanted and normalize("NFC", attachment.title) == wanted:
            by_name = attachment
    return by_name


def _fold(title: str) -> str:
    return normalize("NFC", title).casefold()


def _below(path: str, contexts: tuple[str, ...] | list[str]) -> str | None:
    """The path below the first context path that it starts with."""
    for context in contexts:
        if path.startswith(f"{context}/"):
            return path[len(context) :]
    return None
