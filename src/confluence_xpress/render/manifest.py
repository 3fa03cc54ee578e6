"""The manifest: what went into a PDF, what was left out and why."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from confluence_xpress import __version__
from confluence_xpress.bundle import Bundle
from confluence_xpress.diagnostics import Diagnostic
from confluence_xpress.render.options import Options

FORMAT = 1
"""Version of the manifest's shape; a reader that knows it can rely on every key below."""
Manifest = dict[str, Any]


def title_of(outline: Bundle, options: Options) -> str:
    """What the document is called."""
    return str(options.settings.get("title") or outline.title)


def manifest_head(title: str, options: Options, volumes: Sequence[Manifest]) -> Manifest:
    """What stands before the pages. `volumes`: name, pages, bytes and checksum of each PDF, as far as known."""
    return {
        "format": FORMAT,
        "generator": f"XPress {__version__}",
        "exported": iso_time(options.timestamp),
        "title": title,
        "template": options.template.name,
        "template_digest": options.template.digest,
        "options": dict(options.settings),
        "standards": list(options.standards),
        "pdf": {key: sum(v[key] for v in volumes) for key in ("pages", "bytes") if all(key in v for v in volumes)},
        "volumes": list(volumes),
    }


def volume_facts(file: str, title: str, pages: int, size: int, digest: str) -> Manifest:
    """What the manifest says of one PDF: its file's name, PDF pages, bytes and SHA-256."""
    return {"file": file, "title": title, "pages": pages, "bytes": size, "sha256": digest}


def iso_time(timestamp: int) -> str:
    """Seconds since 1970 as an ISO 8601 time in UTC."""
    return datetime.fromtimestamp(timestamp, UTC).isoformat().replace("+00:00", "Z")


def manifest_chunks(
    head: Manifest, pages: Iterable[Manifest], tail: Mapping[str, object], diagnostics: Iterable[Diagnostic]
) -> Iterator[bytes]:
    """The manifest as UTF-8 JSON, page by page, so that it never has to be in memory as a whole."""
    yield b"{\n"
    for key, value in head.items():
        yield f' "{key}": {_json(value)},\n'.encode()
    yield b' "pages": ['
    yield from _list(pages)
    yield b"],\n"
    for key, value in tail.items():
        yield f' "{key}": {_json(value)},\n'.encode()
    yield b' "diagnostics": ['
    yield from _list(_diagnostic(d) for d in diagnostics)
    yield b"]\n}\n"


def _list(entries: Iterable[Manifest]) -> Iterator[bytes]:
    for index, entry in enumerate(entries):
        yield f"{',' if index else ''}\n{_json(entry)}".encode()


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(", ", ": "))


def _diagnostic(diagnostic: Diagnostic) -> Manifest:
    entry = {
        "code": diagnostic.code,
        "severity": diagnostic.severity,
        "lost": diagnostic.lost,
        "page": diagnostic.page,
        "place": diagnostic.place,
        "message": diagnostic.message,
        "hint": diagnostic.hint,
    }
    return {key: value for key, value in entry.items() if value != ""}
