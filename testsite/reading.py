"""Content from anything that XPress reads from disk: a folder, a zip, a space export."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from confluence_xpress import bundle
from confluence_xpress.needs import AttachmentNeed, BodyNeed, UserNeed
from confluence_xpress.sources.offline import OfflineSource
from confluence_xpress.sources.open import open_source
from confluence_xpress.sources.site import UNPOSITIONED
from testsite.adf import to_storage
from testsite.content import Content
from testsite.markup import html_to_storage
from testsite.model import File, Page, Space, User

_PEOPLE = re.compile(
    r'ri:account-id="([^"]+)"|ri:userkey="([^"]+)"|"type":\s*"mention",\s*"attrs":\s*\{[^{}]*"id":\s*"([^"]+)"'
)
_ID_PLACES = r'(ri:content-id="|pageId=|/pages/)({ids})(?=["&/?#]|$)'


def read(path: Path) -> Content:
    """The content at a path. InputError if nothing is there that XPress reads."""
    source = open_source(path)
    site = source.pages()
    bodies = _bodies(source, site.pages)
    content = Content(
        spaces=[Space(space.key or "SPACE", space.name, homepage=space.homepage) for space in site.spaces],
        users=_users(source, site.pages, bodies.values()),
    )
    lock = threading.Lock()
    content.add(*(_page(page, bodies[page.id], source, lock) for page in site.pages))
    for space in tuple(content.spaces.values()):
        content.add_space(space)  # home pages have their new ids now
    if content.ids:
        _renumber(content)
    return content


def _bodies(source: OfflineSource, pages: Iterable[bundle.Page]) -> dict[str, bundle.Body]:
    needs = [BodyNeed(page.id) for page in pages]
    answers = source.fulfil(needs)
    empty = bundle.Body("storage", "")
    return {need.page_id: answer if isinstance(answer := answers[need], bundle.Body) else empty for need in needs}


def _users(source: OfflineSource, pages: Iterable[bundle.Page], bodies: Iterable[bundle.Body]) -> list[User]:
    names = dict.fromkeys(page.author for page in pages if page.author)
    for body in bodies:
        names.update(dict.fromkeys(next(filter(None, found)) for found in _PEOPLE.findall(body.value)))
    needs = [UserNeed(account_id=name, key=name) for name in names]
    answers = source.fulfil(needs)
    # Whom the source can't name, the site doesn't know either: accounts that were deleted.
    return [User(need.account_id, user.name) for need in needs if isinstance(user := answers[need], bundle.User)]


def _page(page: bundle.Page, body: bundle.Body, source: OfflineSource, lock: threading.Lock) -> Page:
    adf = body.value if body.format == "adf" else ""
    files = {file.file_id: file.title for file in page.attachments if file.file_id}
    storage = to_storage(adf, files) if adf else body.value
    return Page(
        page.id,
        page.title,
        html_to_storage(storage) if body.format == "view" else storage,
        page.parent,
        page.space or "SPACE",
        page.kind,
        labels=page.labels,
        position=None if page.position == UNPOSITIONED else page.position,
        version=page.version or 1,
        created=page.created,
        updated=page.updated,
        author=page.author,
        adf=adf,
        files=tuple(
            File(
                file.title,
                _reader(source, lock, AttachmentNeed(page.id, file.title, file.file_id)),
                file.media_type,
                file_id=file.file_id,
                version=file.version or 1,
                created=page.created,
            )
            for file in page.attachments
        ),
    )


def _reader(source: OfflineSource, lock: threading.Lock, need: AttachmentNeed) -> Callable[[], bytes]:
    def data() -> bytes:
        with lock:  # archives are read by one thread at a time
            media = source.fulfil([need])[need]
        return media.data if isinstance(media, bundle.Media) else b""

    return data


def _renumber(content: Content) -> None:
    """Put the new ids where bodies name pages by their old ones."""
    places = re.compile(_ID_PLACES.format(ids="|".join(map(re.escape, sorted(content.ids, key=len, reverse=True)))))
    ids: Mapping[str, str] = content.ids

    def renew(text: str) -> str:
        return places.sub(lambda match: match[1] + ids[match[2]], text)

    content.add(*(replace(page, body=renew(page.body), adf=renew(page.adf)) for page in content.pages()))
