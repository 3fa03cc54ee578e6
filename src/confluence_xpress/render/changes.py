"""What differs between an earlier export and one made now: told by metadata, before any body is read or rendered."""

from __future__ import annotations

import json
from bisect import bisect_left
from codecs import BOM_UTF8
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from confluence_xpress.bundle import Attachment, Page
from confluence_xpress.errors import InputError
from confluence_xpress.render.manifest import FORMAT, Manifest

Digest = Callable[[Page], str]
"""A checksum of a page's body and files, or nothing; asked for only where metadata can't tell whether they changed."""

_NO_CAUSE = frozenset({"format", "exported", "template_digest", "pdf", "volumes", "images", "changes"})
"""What stands in a manifest's head without having shaped the document, or is compared apart."""
_SHOWN = ("version", "title", "kind", "space", "url", "labels", "files")
_LISTS = ("pages", "included")
_LONGEST = 60


class _Entry(msgspec.Struct):
    """What is compared of a page's entry; None is what it lacks."""

    id: str
    parent: str | None = None
    title: Any = None
    kind: Any = None
    space: Any = None
    version: Any = None
    updated: Any = None
    url: Any = None
    labels: Any = None
    files: Any = None
    digest: Any = None


@dataclass(frozen=True, slots=True)
class Changes:
    """Page ids in reading order, removed pages with their titles, and reasons beyond the pages, in words."""

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    moved: tuple[str, ...] = ()
    removed: tuple[tuple[str, str], ...] = ()
    other: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        """Whether anything differs."""
        return bool(self.added or self.changed or self.moved or self.removed or self.other)


def compare(
    earlier: Mapping[str, Any],
    head: Mapping[str, Any],
    pages: Sequence[Page],
    *,
    digest: Digest,
    known: Iterable[Page] = (),
) -> Changes:
    """What an export made now would have that the earlier one has not.

    `earlier`: a manifest as `read_earlier` gives it. `head`: what would now stand before the pages in the manifest.
    `pages`: those selected now, in reading order. `known`: all pages of the source, for those that the earlier export
    included without having selected them. What can't be told counts as changed.
    """
    before: dict[str, Manifest] = {entry["id"]: entry for entry in earlier["pages"]}
    now = {page.id: page for page in pages}
    moved = _moved(before, pages)
    return Changes(
        added=tuple(page_id for page_id in now if page_id not in before),
        changed=tuple(
            page_id for page_id, page in now.items() if page_id in before and _differs(before[page_id], page, digest)
        ),
        moved=tuple(page_id for page_id in now if page_id in moved),
        removed=tuple((page_id, str(entry["title"] or "")) for page_id, entry in before.items() if page_id not in now),
        other=(*_other(earlier, head), *_included(earlier, {page.id: page for page in known}, digest)),
    )


def page_facts(page: Page, digest: Digest) -> Manifest:
    """What a page's entry in the manifest must hold so that a later export can be compared with it."""
    return {
        "id": page.id,
        "title": page.title,
        "kind": page.kind,
        "status": page.status,
        "space": page.space,
        "parent": page.parent,
        "version": page.version,
        "updated": page.updated,
        "url": page.url,
        "labels": sorted(page.labels),
        "files": [_file(attachment) for attachment in page.attachments],
        "digest": "" if _dated(page) or not page.has_body else digest(page),
    }


def changes_entry(changes: Changes, earlier: Mapping[str, Any]) -> Manifest:
    """The changes as the manifest tells them."""
    return {
        "since": earlier.get("exported"),
        "added": list(changes.added),
        "changed": list(changes.changed),
        "moved": list(changes.moved),
        "removed": [{"id": page_id, "title": title} for page_id, title in changes.removed],
        "other": list(changes.other),
    }


def read_earlier(data: bytes, where: str) -> Manifest:
    """An earlier manifest: what `compare` looks at, and checked. InputError says what is wrong with `where`."""
    if data.startswith(b"%PDF"):
        raise InputError(f"{where} is a PDF and not a manifest.", "Give the .json that --manifest wrote beside it.")
    advice = "Give a manifest that `xpress export --manifest` wrote, or export without --since."
    # Only what is compared is made of the JSON: all of a large manifest would be many times as much, in time as well.
    try:
        manifest = msgspec.json.decode(data.removeprefix(BOM_UTF8), type=dict[str, msgspec.Raw])
    except msgspec.ValidationError as error:
        raise InputError(f"{where} is JSON, but not a manifest of XPress.", advice) from error
    except (ValueError, RecursionError) as error:
        what = error if isinstance(error, msgspec.DecodeError) else "it is not UTF-8 or nested too deeply"
        raise InputError(f"{where} is not a manifest: it is no JSON ({what}).", advice) from error
    if "format" not in manifest or "pages" not in manifest:
        raise InputError(f"{where} is JSON, but not a manifest of XPress.", advice)
    kept = {key: msgspec.json.decode(value) for key, value in manifest.items() if key not in (*_LISTS, "diagnostics")}
    if kept["format"] != FORMAT:
        raise InputError(
            f"{where} has format {_text(kept['format'])}, and this XPress knows format {FORMAT}.",
            "Update XPress, or export without --since once.",
        )
    try:
        for name in _LISTS:
            entries = msgspec.json.decode(manifest[name], type=list[_Entry]) if name in manifest else []
            kept[name] = [msgspec.structs.asdict(entry) for entry in entries]
    except msgspec.ValidationError as error:
        raise InputError(f"{where} is damaged: its list of pages holds something else.", advice) from error
    return kept


def _dated(page: Page) -> bool:
    """Whether the metadata tells when the page or one of its files changes."""
    known = page.version is not None or bool(page.updated)
    return known and all(file.version or file.size or file.file_id for file in page.attachments)


def _file(attachment: Attachment) -> Manifest:
    return {
        "title": attachment.title,
        "size": attachment.size,
        "file_id": attachment.file_id,
        "version": attachment.version,
    }


def _differs(before: Manifest, page: Page, digest: Digest) -> bool:
    now = page_facts(page, lambda _: "")
    # A version says all that the time of the last change could say.
    keys = _SHOWN if page.version is not None else (*_SHOWN, "updated")
    if any(before.get(key) != now[key] for key in keys):
        return True
    # A digest costs reading, so it comes last.
    return not _dated(page) and before.get("digest") != (digest(page) or None)


def _moved(before: Mapping[str, Manifest], pages: Iterable[Page]) -> set[str]:
    """Pages below another parent than before, and those that changed places with siblings: as few as explain it."""
    place = {page_id: index for index, page_id in enumerate(before)}
    moved: set[str] = set()
    siblings: dict[str | None, list[str]] = defaultdict(list)
    for page in pages:
        if entry := before.get(page.id):
            if entry.get("parent") == page.parent:
                siblings[page.parent].append(page.id)
            else:
                moved.add(page.id)
    for ids in siblings.values():
        kept = _longest_rising([place[page_id] for page_id in ids])
        moved.update(page_id for index, page_id in enumerate(ids) if index not in kept)
    return moved


def _longest_rising(values: Sequence[int]) -> set[int]:
    """The indices of a longest rising subsequence of values that are all different."""
    ends: list[int] = []
    """The smallest value that ends a rising subsequence of each length."""
    last: list[int] = []
    """The index of each of them."""
    previous: list[int] = []
    for index, value in enumerate(values):
        length = bisect_left(ends, value)
        previous.append(last[length - 1] if length else -1)
        ends[length : length + 1] = [value]
        last[length : length + 1] = [index]
    kept: set[int] = set()
    index = last[-1] if last else -1
    while index >= 0:
        kept.add(index)
        index = previous[index]
    return kept


def _other(earlier: Mapping[str, Any], head: Mapping[str, Any]) -> Iterator[str]:
    """How the heads differ. Whatever a head tells is compared, so that nothing new can be forgotten here."""
    for key, now in head.items():
        then = earlier.get(key)
        if key in _NO_CAUSE or then == now:
            continue
        if isinstance(now, dict) and isinstance(then, dict):
            for name in dict.fromkeys((*then, *now)):
                if then.get(name) != now.get(name):
                    yield f"{key}: {name} was {_text(then.get(name))}, is {_text(now.get(name))}"
        else:
            yield f"{key} was {_text(then)}, is {_text(now)}"
    if earlier.get("template") == head.get("template") and earlier.get("template_digest") != head.get(
        "template_digest"
    ):
        yield f"template {_text(head.get('template'))} has other files"


def _included(earlier: Mapping[str, Any], known: Mapping[str, Page], digest: Digest) -> Iterator[str]:
    """Pages that the earlier export took content from without having selected them."""
    for before in earlier.get("included", ()):
        page = known.get(before["id"])
        if page is None:
            yield f"included page {_text(before.get('title'))} is gone"
        elif _differs(before, page, digest):
            yield f"included page {_text(before.get('title'))} changed"


def _text(value: object) -> str:
    """A value of a manifest as words."""
    if value is None:
        return "nothing"
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
