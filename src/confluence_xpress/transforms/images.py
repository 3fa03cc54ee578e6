"""Images: every reference to one becomes a checked file for the typesetter, or a reason why it is not there."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from urllib.parse import unquote, unquote_plus, urlsplit

from confluence_xpress.bundle import Page, Unavailable
from confluence_xpress.diagnostics import Diagnostic
from confluence_xpress.lookup import PENDING, Site
from confluence_xpress.model import (
    Asset,
    AttachmentRef,
    Block,
    Blocks,
    Document,
    Figure,
    Image,
    Inline,
    InlineImage,
    Inlines,
    MediaSource,
    Missing,
    PageRef,
    Url,
)
from confluence_xpress.model.text import inline_text
from confluence_xpress.model.walk import iter_blocks, iter_inlines, own_inlines, rewrite_blocks
from confluence_xpress.transforms.media import Album, Picture, Unreadable, prepare
from confluence_xpress.transforms.media.data_uri import decode_data_uri
from confluence_xpress.transforms.site_images import on_media_host, site_image

Check = Callable[[bytes], Picture | Unreadable]

_DOWNLOAD = re.compile(r"/download/(?:attachments|thumbnails)/(\d+)/([^/?#]+)")
_WEB = re.compile(r"(?:https?:)?//", re.IGNORECASE)
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)
_SEPARATORS = re.compile(r"[\s_\-+.]+")
_EXTENSION = re.compile(r"\.[A-Za-z0-9]{1,5}$")


def resolve_images(
    document: Document, site: Site, page: Page, store: dict[str, bytes], check: Check | Album = prepare
) -> tuple[Document, tuple[Diagnostic, ...]]:
    """The document with each image's source an `Asset` or `Missing`, and an alternative text for each.

    `store` receives the files, path to bytes, each content once. What was not fetched yet stays as it is.
    `check` turns a file's bytes into a picture; who only wants to know what is lacking need not look into them. An
    album makes it fit for the sizes at which the document shows it, and knows what it costs.
    """
    images = list(images_in(document.content))
    if not images:
        return document, ()
    resolver = _Resolver(site, page, store, check)
    for image in images:
        resolver.announce(image)
    content = rewrite_blocks(document.content, resolver.block, resolver.inline)
    return Document(content), tuple(resolver.diagnostics)


def images_in(content: Blocks) -> Iterator[Image]:
    """All images of a content, in reading order."""
    for block in iter_blocks(content):
        if isinstance(block, Figure):
            yield block.image
        for line in own_inlines(block):
            for inline in iter_inlines(line):
                if isinstance(inline, InlineImage):
                    yield inline.image


class _Resolver:
    def __init__(self, site: Site, page: Page, store: dict[str, bytes], check: Check | Album) -> None:
        self.diagnostics: list[Diagnostic] = []
        self._site = site
        self._page = page
        self._store = store
        self._check = check
        self._uses: dict[MediaSource, list[Image]] = {}
        self._known: dict[AttachmentRef | Url, tuple[Asset | Missing, tuple[tuple[str, str], ...]]] = {}

    def announce(self, image: Image) -> None:
        """Told of all images before the first is made: a file that is shown several times must do for each place."""
        self._uses.setdefault(self._source(image), []).append(image)

    def block(self, node: Block) -> Blocks:
        if isinstance(node, Figure):
            return (replace(node, image=self._image(node.image, node.caption)),)
        return (node,)

    def inline(self, node: Inline) -> Inlines:
        if isinstance(node, InlineImage):
            return (InlineImage(self._image(node.image, ())),)
        return (node,)

    def _image(self, image: Image, caption: Inlines) -> Image:
        source = image.source
        name = _name(source)
        alt = " ".join((image.alt.strip() or inline_text(caption).strip() or image.title.strip()).split())
        place = f"image {name}" if name else "image"
        if not alt:
            alt = _humanised(name)
            self._report("image-alt-missing", f"no alternative text: “{alt}” is used", place)
        source = self._source(image)
        if not isinstance(source, (AttachmentRef, Url)):
            return replace(image, alt=alt)
        found = self._known.get(source) or self._resolve(source, name)
        if found is None:
            return replace(image, alt=alt)
        self._known[source] = found
        for code, message in found[1]:
            self._report(code, message, place)
        link = image.link
        if isinstance(found[0], Missing) and isinstance(source, Url) and link is None:
            link = _instead(source.href)
        return replace(image, source=found[0], alt=alt, link=link)

    def _source(self, image: Image) -> MediaSource:
        """Where the image's bytes come from: an address within the site is an attachment."""
        if isinstance(image.source, Url):
            return self._attachment(image.source.href) or image.source
        return image.source

    def _report(self, code: str, message: str, place: str) -> None:
        self.diagnostics.append(Diagnostic(code, message, page=self._page.id, place=place))

    def _resolve(
        self, source: AttachmentRef | Url, name: str
    ) -> tuple[Asset | Missing, tuple[tuple[str, str], ...]] | None:
        """What the source becomes, and the findings; None if it is not fetched yet."""
        if isinstance(source, Url):
            data = decode_data_uri(source.href)
            if data is not None:
                return self._keep(data, source, name)
            address = site_image(source.href, self._site.base(self._page.space), self._page.url)
            if not address:
                return _not_fetched(source.href, name)
            media = self._site.image(address)
        else:
            media = self._site.media(source, self._page)
        if media == PENDING:
            return None
        if isinstance(media, Unavailable):
            return Missing(name, media.reason), (("image-missing", f"“{name}”: {media.reason}"),)
        return self._keep(media.data, source, name)

    def _keep(
        self, data: bytes, source: AttachmentRef | Url, name: str
    ) -> tuple[Asset | Missing, tuple[tuple[str, str], ...]]:
        check = self._check
        picture = check.picture(data, self._uses.get(source, ())) if isinstance(check, Album) else check(data)
        if isinstance(picture, Unreadable):
            return Missing(name, picture.reason), (("image-unreadable", f"“{name}”: {picture.reason}"),)
        path = picture.path()
        self._store.setdefault(path, picture.svg)
        return Asset(path, picture.width, picture.height, name), tuple((c, f"“{name}”: {m}") for c, m in picture.notes)

    def _attachment(self, href: str) -> AttachmentRef | None:
        """The attachment that an address of this site means: `…/download/attachments/<page id>/<name>`."""
        found = _DOWNLOAD.search(href)
        if not found:
            return None
        bases = [space.base_url for space in self._site.bundle.spaces if space.base_url]
        if (_WEB.match(href) or _SCHEME.match(href)) and not any(_below(href, base) for base in bases):
            return None
        plain, spaced = unquote(found[2]), unquote_plus(found[2])
        page = self._page if found[1] == self._page.id else self._site.selected(found[1])
        titles = {attachment.title for attachment in page.attachments} if page else set()
        return AttachmentRef(plain if plain in titles else spaced, page=PageRef(id=found[1]))


def _below(href: str, base_url: str) -> bool:
    """Whether an absolute address belongs to the site, whatever scheme it was written with."""
    try:
        return urlsplit(href).netloc.casefold() == urlsplit(base_url).netloc.casefold()
    except ValueError:
        return False


def _instead(href: str) -> Url | None:
    """Where readers can see an image that is not here; None if they can't either."""
    if not _WEB.match(href) or on_media_host(href):
        return None
    return Url(f"https:{href}" if href.startswith("//") else href)


def _not_fetched(href: str, name: str) -> tuple[Missing, tuple[tuple[str, str], ...]]:
    if _WEB.match(href):
        reason = "images from other sites are never fetched"
        # The rest of such an address is a key.
        href = href.partition("?")[0] if on_media_host(href) else href
        return Missing(href, reason), (("image-external", f"{href}: {reason}"),)
    if href.lstrip()[:5].lower() == "data:":
        reason = "the embedded data is damaged"
        return Missing(name, reason), (("image-unreadable", reason),)
    if href.lower().startswith("blob:"):
        reason = "this address worked only in the author's browser"
    elif _SCHEME.match(href):
        reason = "this kind of address can't be fetched"
    else:
        reason = "an address within the site that is no attachment"
    return Missing(href or "image", reason), (("image-missing", f"“{href[:200]}”: {reason}"),)


def _name(source: AttachmentRef | Url | Asset | Missing) -> str:
    match source:
        case AttachmentRef():
            return source.filename or source.file_id
        case Url():
            if source.href.lstrip()[:5].lower() == "data:":
                return "embedded image"
            return unquote(re.split(r"[?#]", source.href, maxsplit=1)[0].rstrip("/").rpartition("/")[2]) or source.href
        case Missing():
            return source.name
        case Asset():
            return ""


def _humanised(name: str) -> str:
    """A file name as words: `order_flow-2.png` gives “order flow 2”."""
    return _SEPARATORS.sub(" ", _EXTENSION.sub("", name)).strip() or "Image"
