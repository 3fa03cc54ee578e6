"""Links lead to places in the book, or to safe absolute addresses; those that can't leave their text."""

from __future__ import annotations

from dataclasses import dataclass, replace
from urllib.parse import quote, unquote

from confluence_xpress.bundle import Page, Unavailable
from confluence_xpress.diagnostics import Diagnostic
from confluence_xpress.macros.issues import headline, status_after
from confluence_xpress.macros.jira import issue_key, issue_need, jira_of
from confluence_xpress.model import (
    AttachmentRef,
    Blocks,
    Card,
    Destination,
    Document,
    Figure,
    File,
    Files,
    Heading,
    Image,
    Inline,
    InlineFile,
    InlineImage,
    Inlines,
    Link,
    LinkTarget,
    Mention,
    PageRef,
    Shortcut,
    SpaceRef,
    Text,
    Url,
    UserRef,
)
from confluence_xpress.model.build import collapse, is_blank, to_blocks
from confluence_xpress.model.text import target_text
from confluence_xpress.model.walk import rewrite_inlines
from confluence_xpress.transforms.anchors import page_label
from confluence_xpress.transforms.files import describe_file
from confluence_xpress.transforms.index import Index, find_attachment
from confluence_xpress.transforms.people import name_person
from confluence_xpress.transforms.rules import Kinds, apply_rules
from confluence_xpress.transforms.urls import absolute, is_safe, tidy


@dataclass(frozen=True, slots=True)
class Linked:
    """A document whose links are resolved."""

    document: Document
    headings: dict[str, Inlines]
    """The headings' resolved content by label."""
    diagnostics: tuple[Diagnostic, ...]


@dataclass(frozen=True, slots=True)
class _Resolved:
    """What a link leads to (None: to nothing), and what it shows if it has no text of its own."""

    target: Destination | Url | None
    title: str
    named: bool = False
    """`title` is the title of a page or issue, better than what a smart link says."""
    after: Inlines = ()
    """What a smart link shows behind the title."""


def resolve_links(document: Document, page: Page, index: Index, included: frozenset[str], present: Kinds) -> Linked:
    """Links, cards, linked images and files of a page resolved.

    `included` are the pages that it shows as part of itself, `present` the classes of the document's nodes.
    """
    run = _Run(page, index, included)
    linked = apply_rules(
        document,
        {Card: run.card, Figure: run.figure, Files: run.files, Heading: run.heading},
        {Link: run.link, InlineImage: run.inline_image, InlineFile: run.inline_file},
        present,
    )
    return Linked(linked, run.headings, tuple(run.diagnostics))


class _Run:
    """The links of one page."""

    def __init__(self, page: Page, index: Index, included: frozenset[str]) -> None:
        self.page = page
        self.index = index
        self.included = included
        self.diagnostics: dict[Diagnostic, None] = {}
        self.headings: dict[str, Inlines] = {}
        self._resolved: dict[tuple[LinkTarget, str, bool], _Resolved] = {}

    # Rules: what stands in the place of a node.

    def link(self, node: Link) -> Inlines:
        if isinstance(node.target, UserRef):
            return self._person(node.target, node.content)
        resolved = self.resolve(node.target, node.anchor, smart=bool(node.appearance))
        content = self._content(node.content, resolved, smart=bool(node.appearance))
        if resolved.target is None:
            return content
        return (Link(resolved.target, _without_links(content), "", node.title, node.appearance), *resolved.after)

    def card(self, node: Card) -> Blocks:
        if isinstance(node.target, UserRef):
            return to_blocks(self._person(node.target, node.content))
        resolved = self.resolve(node.target, node.anchor, smart=True)
        content = self._content(node.content, resolved, smart=True)
        if resolved.target is None:
            return to_blocks(content)
        content = (*_without_links(content), *resolved.after)
        return (replace(node, target=resolved.target, content=content, anchor=""),)

    def heading(self, node: Heading) -> Blocks:
        self.headings[node.label] = node.content
        return (node,)

    def figure(self, node: Figure) -> Blocks:
        image = self._image(node.image)
        return (node if image is node.image else replace(node, image=image),)

    def inline_image(self, node: InlineImage) -> Inlines:
        image = self._image(node.image)
        return (node if image is node.image else InlineImage(image),)

    def files(self, node: Files) -> Blocks:
        return (Files(tuple(self._file(file) for file in node.files)),)

    def inline_file(self, node: InlineFile) -> Inlines:
        return (InlineFile(self._file(node.file)),)

    # Parts of nodes.

    def _image(self, image: Image) -> Image:
        if image.link is None:
            return image
        if isinstance(image.link, UserRef):
            return replace(image, link=None, link_anchor="")
        return replace(image, link=self.resolve(image.link, image.link_anchor).target, link_anchor="")

    def _file(self, file: File) -> File:
        described, found = describe_file(file, self.page, self.index)
        self.diagnostics.update(dict.fromkeys(found))
        return described

    def _person(self, user: UserRef, content: Inlines) -> Inlines:
        if not is_blank(content):
            return content
        mention, found = name_person(Mention(user), self.index.site)
        self.diagnostics.update(dict.fromkeys(found))
        return (mention,)

    def _content(self, content: Inlines, resolved: _Resolved, *, smart: bool) -> Inlines:
        if (smart and resolved.named) or not content or is_blank(content):
            return (Text(collapse(resolved.title)),) if resolved.title.strip() else content
        return content

    # Targets.

    def resolve(self, target: LinkTarget, anchor: str, *, smart: bool = False) -> _Resolved:
        """Where a link leads. What is lost is reported once for each target."""
        key = (target, anchor, smart)
        if key not in self._resolved:
            self._resolved[key] = self._resolve(target, anchor, smart=smart)
        return self._resolved[key]

    def _resolve(self, target: LinkTarget, anchor: str, *, smart: bool) -> _Resolved:
        match target:
            case PageRef():
                return self._page(target, anchor)
            case Url():
                return self._url(target, anchor, smart=smart)
            case AttachmentRef():
                return self._attachment(target)
            case SpaceRef():
                return self._space(target, anchor)
            case Shortcut():
                text = target_text(target)
                return self._lost("link-unresolved", text, "a shortcut link, which only the site can resolve")
            case Destination():
                return _Resolved(target, "")
            case UserRef():
                return _Resolved(None, target_text(target))

    def _page(self, reference: PageRef, anchor: str) -> _Resolved:
        found = self.index.site.page(reference, self.page)
        if not isinstance(found, Unavailable):
            return self._known_page(found, anchor)
        title = reference.title or (f"page {reference.id}" if reference.id else "")
        url = self.index.probable_url(reference, self.page)
        lead = "its address on the site is kept" if url else "the text is kept"
        missing = self._lost("link-page-missing", title, f"the page was not found ({found.reason}); {lead}")
        return replace(missing, target=Url(_with_anchor(url, anchor))) if url else missing

    def _known_page(self, page: Page, anchor: str) -> _Resolved:
        if page.id == self.page.id or self.index.site.selected(page.id):
            place = self._place(page, anchor)
            if page.id == self.page.id and anchor:
                return _Resolved(place, anchor)
            return _Resolved(place, page.title, named=True)
        if here := self._here(page, anchor):
            return _Resolved(Destination(here), anchor)
        url = self.index.page_url(page)
        if not url:
            lost = self._lost("link-unresolved", page.title, "the page is not exported and its address is not known")
            return replace(lost, named=True)
        return _Resolved(Url(_with_anchor(url, anchor)), page.title, named=True)

    def _place(self, page: Page, anchor: str) -> Destination:
        if not anchor:
            return Destination(page_label(page.id))
        if found := self._find(page, anchor) or self._here(page, anchor):
            return Destination(found)
        if page.id not in self.index.names:
            return Destination(page_label(page.id), anchor)
        self.diagnostics[anchor_missing(page, anchor)] = None
        return Destination(page_label(page.id))

    def _here(self, page: Page, anchor: str) -> str | None:
        """An anchor on this page that a link to an included page means: what that page says is on this page too."""
        return self._find(self.page, anchor) if anchor and page.id in self.included else None

    def _find(self, page: Page, anchor: str) -> str | None:
        names = self.index.names.get(page.id)
        return names.find(anchor) if names else None

    def _url(self, target: Url, anchor: str, *, smart: bool) -> _Resolved:
        href = tidy(target.href)
        if not href or href.startswith("#"):
            return self._known_page(self.page, anchor or unquote(href[1:]))
        if not is_safe(href):
            return self._lost("link-unsafe", target.href, "addresses of this kind are not linked")
        if found := self.index.spot(href):
            spot, ours = found
            page = self._exported(spot.target)
            # What has no body has one link: to itself on the site.
            if page and (page.has_body or page.id != self.page.id):
                return self._known_page(page, anchor or spot.anchor)
            if smart and ours and page is None and isinstance(spot.target, PageRef) and spot.target.id:
                # Only to show its title: the address is good without it.
                known = self.index.site.page(PageRef(id=spot.target.id), self.page)
                url = absolute(href, self.index.base(self.page.space), self.page.url)
                if url and not isinstance(known, Unavailable):
                    return _Resolved(Url(_with_anchor(url, anchor)), known.title, named=True)
        url = absolute(href, self.index.base(self.page.space), self.index.page_url(self.page))
        if url is None:
            return self._lost("link-unresolved", href, "the address is malformed or relative to an unknown site")
        issue = self._issue(url) if smart else None
        return issue or _Resolved(Url(_with_anchor(url, anchor)), href)

    def _issue(self, url: str) -> _Resolved | None:
        """What the address of an issue in the Jira beside this site leads to, if the issue is known."""
        key = issue_key(url, jira_of(self.index.base(self.page.space)))
        found = self.index.site.issues(issue_need(key)) if key else None
        if found is None or isinstance(found, Unavailable) or not found.issues:
            return None
        issue = found.issues[0]
        return _Resolved(Url(url), headline(issue), named=True, after=status_after(issue))

    def _exported(self, target: PageRef | SpaceRef) -> Page | None:
        if isinstance(target, SpaceRef):
            return self.index.homepage(target)
        return self.index.exported(target)

    def _attachment(self, target: AttachmentRef) -> _Resolved:
        owner = self.index.site.page(target.page, self.page)
        if isinstance(owner, Unavailable):
            name = target.filename or "file"
            return self._lost("link-unresolved", name, f"the file's page was not found: {owner.reason}")
        found = find_attachment(owner, target)
        name = found.title if found else target.filename
        if url := self.index.file_url(owner, name):
            return _Resolved(Url(url), name)
        return self._lost("link-unresolved", name or "file", "the file's address is not known")

    def _space(self, target: SpaceRef, anchor: str) -> _Resolved:
        home = self.index.homepage(target)
        space = self.index.site.space(target.key)
        title = (space.name if space else "") or target.key
        if home:
            return _Resolved(self._place(home, anchor), title)
        if url := self.index.space_url(target):
            return _Resolved(Url(url), title)
        return self._lost("link-unresolved", title, "the address of the space is not known")

    def _lost(self, code: str, text: str, reason: str) -> _Resolved:
        shown = collapse(text).strip()
        self._report(code, f"the link to “{shown}” can't be followed: {reason}", shown)
        return _Resolved(None, shown)

    def _report(self, code: str, message: str, target: str) -> None:
        self.diagnostics[Diagnostic(code, message, place=f"link to “{target}”")] = None


def anchor_missing(page: Page, anchor: str) -> Diagnostic:
    """What is said about a link to a place that a page does not have."""
    message = f"there is no “{anchor}” on the page “{page.title}”, the link leads to the page"
    return Diagnostic("link-anchor-missing", message, place=f"link to “{anchor}”")


def _without_links(content: Inlines) -> Inlines:
    """The content of a link: links in it, also those of images and files, are taken off."""
    if all(isinstance(node, Text) for node in content):
        return content
    return rewrite_inlines(content, _unlink)


def _unlink(node: Inline) -> Inlines:
    match node:
        case Link():
            return node.content
        case InlineImage() if node.image.link is not None:
            return (InlineImage(replace(node.image, link=None, link_anchor="")),)
        case InlineFile() if node.file.href:
            return (InlineFile(replace(node.file, href="")),)
        case _:
            return (node,)


def _with_anchor(url: str, anchor: str) -> str:
    if not anchor or "#" in url:
        return url
    return f"{url}#{quote(anchor.replace(' ', '-'), errors='replace')}"
