"""What the content search tells of many pages at once: the same for Cloud (v1) and Data Center."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count

from msgspec import Struct, field

from confluence_xpress.bundle import Attachment, Page
from confluence_xpress.sources.online.api import Details, FileRecord, Found, Tell
from confluence_xpress.sources.online.cloud_json import results
from confluence_xpress.sources.online.http.calls import Call
from confluence_xpress.sources.online.http.connection import Connection
from confluence_xpress.sources.online.lists import entries
from confluence_xpress.sources.online.times import moment

_AT_ONCE = 100
"""Ids in one query, so that addresses stay below 2,000 characters."""
_MOST = 250


class _Label(Struct):
    name: str = ""
    prefix: str | None = None


class _Labels(Struct):
    results: Sequence[_Label] = ()


class MetadataJson(Struct, rename="camel"):
    """What a search may tell beside a page or file."""

    labels: _Labels | None = None
    media_type: str | None = None


class _Extensions(Struct, rename="camel"):
    media_type: str | None = None
    file_size: int | None = None
    file_id: str | None = None


class _Version(Struct):
    number: int | None = None
    when: str | None = None


class _Container(Struct):
    id: str | int = ""


class _Links(Struct):
    download: str | None = None


class FoundJson(Struct):
    """An entry of a search's answer, or of a list of files."""

    id: str | int = ""
    type: str | None = None
    title: str | None = None
    metadata: MetadataJson | None = None
    extensions: _Extensions | None = None
    version: _Version | None = None
    container: _Container | None = None
    links: _Links | None = field(default=None, name="_links")


def labels_of(metadata: MetadataJson | None) -> tuple[str, ...]:
    """The labels that everybody sees, sorted."""
    found = metadata.labels.results if metadata and metadata.labels else ()
    return tuple(sorted({label.name for label in found if label.name and label.prefix in (None, "", "global")}))


def file_record(entry: FoundJson) -> FileRecord:
    """A file, from an entry that has its version and extensions."""
    extensions = entry.extensions or _Extensions()
    kind = extensions.media_type or (entry.metadata.media_type if entry.metadata else None) or ""
    version = entry.version or _Version()
    return FileRecord(
        str(entry.id),
        Attachment(entry.title or "", kind, extensions.file_id or "", extensions.file_size or 0, version.number),
        moment(version.when),
        (entry.links.download if entry.links else None) or "",
    )


def details(
    connection: Connection, call: Call, pages: Sequence[Page], tell: Tell, *, labelled: bool = False
) -> Details:
    """Labels and files of pages, as far as the search knows them; only files if the pages have their labels."""
    ids = [page.id for page in pages if page.kind in ("page", "blogpost")]
    chunks = [",".join(ids[start : start + _AT_ONCE]) for start in range(0, len(ids), _AT_ONCE)]
    queries = [] if labelled else [(f"id in ({chunk})", "metadata.labels") for chunk in chunks]
    queries += [(f"type = attachment and container in ({chunk})", "version,container,extensions") for chunk in chunks]
    labels: dict[str, tuple[str, ...]] = {}
    files: dict[str, list[FileRecord]] = {}
    asked = count(1)

    def ask(query: tuple[str, str]) -> list[FoundJson]:
        found = entries(connection, call, _params(*query), FoundJson)
        tell("details", len(ids) * next(asked) // len(queries), len(ids))
        return found

    for some in connection.map(ask, queries):
        for entry in some:
            if entry.type == "attachment":
                if entry.container and entry.title:
                    files.setdefault(str(entry.container.id), []).append(file_record(entry))
            else:
                labels[str(entry.id)] = labels_of(entry.metadata)
    return Details(labels, {page: tuple(sorted(found, key=_by_title)) for page, found in files.items()})


def search(connection: Connection, call: Call, cql: str, most: int) -> list[Found]:
    """What a query finds, in its order, at most so much."""
    found: dict[str, Found] = {}
    for answer in connection.listed(call, _params(cql)):
        for entry in results(answer, FoundJson, call.name):
            found.setdefault(str(entry.id), Found(str(entry.id), entry.type or ""))
        if len(found) >= most:
            break
    return list(found.values())[:most]


def _params(cql: str, expand: str = "") -> list[tuple[str, str | int]]:
    return [("cql", cql), ("limit", _MOST), *([("expand", expand)] if expand else [])]


def _by_title(record: FileRecord) -> tuple[str, str]:
    return record.attachment.title, record.id
