"""Reading the CSV export of Confluence Cloud: one table a file, related by ids."""

from __future__ import annotations

import base64
import binascii
import csv
import gzip
import importlib
import io
import zlib
from collections.abc import Iterator, Mapping
from typing import Any

from confluence_xpress.errors import InputError
from confluence_xpress.sources import limits
from confluence_xpress.sources.files import FileTree, reason
from confluence_xpress.sources.records import (
    PROPERTY_NAMES,
    Export,
    FileRecord,
    PageRecord,
    PropertyRecord,
    SpaceRecord,
    UserRecord,
)

_FOLDERS = ("", "data/", "entities/")
_ZSTD_BASE64 = "KLUv/"
"""How base64 of a Zstandard frame begins; site exports hold bodies this way."""

Row = Mapping[str, str]


def find_table(tree: FileTree, table: str) -> str | None:
    """The name of a table's file, which may lie at the top, in `data/` or in `entities/`."""
    names = (f"{folder}{table}{suffix}" for folder in _FOLDERS for suffix in (".csv", ".csv.gz"))
    return next((found for name in names if (found := tree.find(name))), None)


def read_tables(tree: FileTree, export: Export) -> None:
    """Add what matters in a CSV export to `export`. InputError if no page can be read."""
    for row in _rows(tree, "spaces", export):
        export.spaces[row["spaceid"]] = SpaceRecord(row["spacekey"], row["spacename"], row["homepage"])
    for row in _rows(tree, "content", export):
        _add_content(row, export)
    if not export.pages and export.problems:
        raise InputError(export.problems[0], "Export the space again.")
    for row in _rows(tree, "bodycontent", export):
        if row["contentid"] in export.pages:
            _add_body(row, export)
    for row in _rows(tree, "contentproperties", export):
        if row["propertyname"] in PROPERTY_NAMES and row["contentid"] in export.files:
            value = row["stringval"] or row["longval"]
            export.properties[row["propertyid"]] = PropertyRecord(row["propertyname"], value, row["contentid"])
    for row in _rows(tree, "label", export):
        if row["namespace"] in ("", "global"):
            export.labels[row["labelid"]] = row["name"]
    for row in _rows(tree, "content_label", export):
        export.labellings.append((row["labelid"], row["contentid"] or row["labelableid"]))
    for row in _rows(tree, "user_mapping", export):
        export.users[row["user_key"]] = UserRecord(row["aaid"], row["username"])


def _add_content(row: Row, export: Export) -> None:
    if row["prevver"] or row["content_status"].lower() not in ("", "current"):
        return
    kind = row["contenttype"].upper()
    if kind in ("PAGE", "BLOGPOST"):
        export.pages[row["contentid"]] = PageRecord(
            kind="page" if kind == "PAGE" else "blogpost",
            title=row["title"],
            space=row["spaceid"],
            parent=row["parentid"],
            position=row["child_position"],
            version=row["version"],
            created=row["creationdate"],
            updated=row["lastmoddate"],
            author=row["creator"],
        )
    elif kind == "ATTACHMENT":
        export.files[row["contentid"]] = FileRecord(row["title"], row["pageid"], row["version"])


def _add_body(row: Row, export: Export) -> None:
    body = row["body"]
    kind = row["bodytypeid"]
    if body.startswith(_ZSTD_BASE64):
        try:
            body = _unpack_zstd(base64.b64decode(body)).decode("utf-8", "replace")
        except (InputError, binascii.Error) as error:
            what = error.message if isinstance(error, InputError) else "It is damaged."
            export.problems.append(f"The body of page {row['contentid']} can't be unpacked. {what}")
            kind = "1"
    export.bodies.add(row["bodycontentid"], row["contentid"], int(kind) if kind in ("0", "1") else 2, body)


class _Row(dict[str, str]):
    """A row; a column that the table does not have is empty."""

    def __missing__(self, _: str) -> str:
        return ""


def _rows(tree: FileTree, table: str, export: Export) -> Iterator[Row]:
    """A table's rows by lower-case column names; nothing if there is no such table."""
    name = find_table(tree, table)
    if name is None:
        return
    try:
        with tree.open(name, limits.ENTITIES_BYTES) as raw, io.BufferedReader(raw) as buffered:
            # The names lie: most .gz files are plain text.
            packed = buffered.peek(2)[:2] == b"\x1f\x8b"
            stream = gzip.GzipFile(fileobj=buffered) if packed else buffered
            text = io.TextIOWrapper(stream, encoding="utf-8-sig", errors="replace", newline="")
            csv.field_size_limit(limits.BODY_BYTES)
            rows = csv.reader(text)
            columns = [column.strip().lower() for column in next(rows, [])]
            for count, row in enumerate(rows):
                if row:
                    yield _Row(zip(columns, row, strict=False))
                if count % 10_000 == 0:
                    export.check_size()
    except (csv.Error, EOFError, OSError, zlib.error) as error:
        export.problems.append(f"{name} is damaged ({reason(error)}); what follows was not read.")
    except InputError as error:
        export.problems.append(f"{error.message} What follows was not read.")


def _unpack_zstd(data: bytes) -> bytes:
    # In the standard library from Python 3.14 on; before that a package that few installations need.
    for module in ("compression.zstd", "zstandard"):
        try:
            zstd: Any = importlib.import_module(module)
        except ImportError:
            continue
        try:
            if module == "zstandard":
                unpacked = zstd.ZstdDecompressor().stream_reader(data).read(limits.BODY_BYTES + 1)
            else:
                unpacked = zstd.ZstdDecompressor().decompress(data, max_length=limits.BODY_BYTES + 1)
        except zstd.ZstdError as error:
            raise InputError("It is damaged.") from error
        if len(unpacked) > limits.BODY_BYTES:
            raise InputError("It is too large.")
        return bytes(unpacked)
    raise InputError("It is compressed with Zstandard.", "Install the package zstandard, or use Python 3.14 or later.")
