"""A folder source as a zip, and as the zipped space exports that Confluence makes of a space."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, Any
from xml.sax.saxutils import escape

_EPOCH = (1980, 1, 1, 0, 0, 0)
_SPACE = "90"
_BODY_ID, _FILE_ID, _LABEL_ID = 10_000_000, 20_000_000, 30_000_000

Entry = dict[str, Any]
Row = Mapping[str, object]


def write_zip(folder: Path, path: Path) -> None:
    """The folder as a zip."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(folder.rglob("*")):
            if file.is_file():
                _add(archive, file.relative_to(folder).as_posix(), file.read_bytes())


def write_xml_export(folder: Path, path: Path) -> None:
    """The folder as an XML space export."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        _add(archive, "exportDescriptor.properties", b"exportType=space\nbuildNumber=9012\ntimezoneId=UTC\n")
        _add_files(archive, folder)
        with _open(archive, "entities.xml") as file:
            for text in _entities(folder):
                file.write(text.encode())


def write_csv_export(folder: Path, path: Path) -> None:
    """The folder as a CSV space export."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        _add(archive, "exportDescriptor.properties", b"exportType=space\nsource=cloud\ntimezoneId=UTC\n")
        _add_files(archive, folder)
        for name, rows in _tables(folder):
            with (
                _open(archive, f"{name}.csv") as file,
                io.TextIOWrapper(file, "utf-8", newline="") as text,
            ):
                writer: csv.DictWriter[str] | None = None
                for row in rows:
                    if writer is None:
                        writer = csv.DictWriter(text, list(row))
                        writer.writeheader()
                    writer.writerow(row)


def _add(archive: zipfile.ZipFile, name: str, data: bytes) -> None:
    archive.writestr(zipfile.ZipInfo(name, _EPOCH), data, zipfile.ZIP_DEFLATED)


def _open(archive: zipfile.ZipFile, name: str) -> IO[bytes]:
    entry = zipfile.ZipInfo(name, _EPOCH)
    entry.compress_type = zipfile.ZIP_DEFLATED
    return archive.open(entry, "w", force_zip64=True)


def _add_files(archive: zipfile.ZipFile, folder: Path) -> None:
    for page, file_id, file in _files(_pages(folder)):
        data = (folder / "attachments" / page / file["title"]).read_bytes()
        _add(archive, f"attachments/{page}/{file_id}/1", data)


def _pages(folder: Path) -> list[Entry]:
    pages: list[Entry] = json.loads((folder / "pages.json").read_text("utf-8"))
    return pages


def _space(folder: Path) -> Entry:
    space: Entry = json.loads((folder / "space.json").read_text("utf-8"))
    return space


def _files(pages: Sequence[Entry]) -> Iterator[tuple[str, str, Entry]]:
    """Each attachment: its page's id, its own, and its entry."""
    files = [(page["id"], file) for page in pages for file in page["attachments"]]
    return ((page, str(_FILE_ID + i), file) for i, (page, file) in enumerate(files))


def _labels(pages: Sequence[Entry]) -> dict[str, str]:
    """Ids of labels by name."""
    names = dict.fromkeys(label for page in pages for label in page["labels"])
    return {name: str(_LABEL_ID + i) for i, name in enumerate(names)}


def _time(text: str) -> str:
    return text.replace("T", " ").replace("Z", ".000")


def _entities(folder: Path) -> Iterator[str]:
    pages, space = _pages(folder), _space(folder)
    labels = _labels(pages)
    yield '<?xml version="1.0" encoding="UTF-8"?>\n<hibernate-generic datetime="2025-02-10 10:23:10.519">\n'
    yield _object("Space", _SPACE, {"homePage": ("Page", space["homepage"])}, key=space["key"], name=space["name"])
    for name, label_id in labels.items():
        yield _object("Label", label_id, {}, name=name, namespace="global")
    for number, page in enumerate(pages):
        body_id = str(_BODY_ID + number)
        owner = ("Page", page["id"])
        refs = {"space": ("Space", _SPACE)} | ({"parent": ("Page", page["parent"])} if page["parent"] else {})
        yield _object(
            "Page",
            page["id"],
            refs,
            f'<collection name="bodyContents" class="java.util.Collection"><element class="BodyContent" '
            f'package="com.atlassian.confluence.core"><id name="id">{body_id}</id></element></collection>\n',
            title=page["title"],
            version=page["version"],
            position=page["position"],
            contentStatus="current",
            creationDate=_time(page["created"]),
            lastModificationDate=_time(page["updated"]),
        )
        body = (folder / page["body"]).read_text("utf-8")
        yield _object("BodyContent", body_id, {"content": owner}, body=body, bodyType=2)
        for place, label in enumerate(page["labels"]):
            refs = {"label": ("Label", labels[label]), "content": owner}
            yield _object("Labelling", str(_LABEL_ID * 2 + number * 100 + place), refs)
    for page_id, file_id, file in _files(pages):
        refs = {"containerContent": ("Page", page_id)}
        values = {"title": file["title"], "version": 1, "fileSize": file["size"], "contentStatus": "current"}
        yield _object("Attachment", file_id, refs, **values)
    yield "</hibernate-generic>\n"


def _object(kind: str, ident: str, refs: Mapping[str, tuple[str, str]], extra: str = "", **values: object) -> str:
    lines = [f'<object class="{kind}" package="com.atlassian.confluence">\n<id name="id">{ident}</id>\n', extra]
    for name, value in values.items():
        # Confluence parts the end of a CDATA section in the text by a space.
        text = str(value).replace("]]>", "]] >")
        lines.append(f'<property name="{name}"><![CDATA[{text}]]></property>\n')
    for name, (cls, target) in refs.items():
        lines.append(f'<property name="{name}" class="{cls}" package="com.atlassian.confluence">')
        lines.append(f'<id name="id">{escape(target)}</id>\n</property>\n')
    return "".join([*lines, "</object>\n"])


def _tables(folder: Path) -> Iterator[tuple[str, Iterator[Row]]]:
    pages, space = _pages(folder), _space(folder)
    labels = _labels(pages)
    row = {"spaceid": _SPACE, "spacekey": space["key"], "spacename": space["name"], "homepage": space["homepage"]}
    yield "spaces", iter([row])
    yield "content", _content(pages)
    yield "bodycontent", _bodies(folder, pages)
    yield "label", iter([{"labelid": i, "name": name, "namespace": "global"} for name, i in labels.items()])
    pairs = [(labels[label], page["id"]) for page in pages for label in page["labels"]]
    yield "content_label", iter([{"id": i, "labelid": a, "contentid": b} for i, (a, b) in enumerate(pairs)])
    sizes = [(file_id, file["size"]) for _, file_id, file in _files(pages)]
    yield (
        "contentproperties",
        iter(
            [
                {"propertyid": i, "propertyname": "FILESIZE", "stringval": "", "longval": size, "contentid": file_id}
                for i, (file_id, size) in enumerate(sizes)
            ]
        ),
    )


def _content(pages: Sequence[Entry]) -> Iterator[Row]:
    for page in pages:
        yield {
            "contentid": page["id"],
            "contenttype": "PAGE",
            "title": page["title"],
            "version": page["version"],
            "creationdate": _time(page["created"]),
            "lastmoddate": _time(page["updated"]),
            "prevver": "",
            "content_status": "current",
            "spaceid": _SPACE,
            "parentid": page["parent"] or "",
            "child_position": page["position"],
            "pageid": "",
        }
    for page_id, file_id, file in _files(pages):
        empty = dict.fromkeys(("creationdate", "lastmoddate", "prevver", "spaceid", "parentid", "child_position"), "")
        owner = {"contentid": file_id, "contenttype": "ATTACHMENT", "title": file["title"], "version": 1}
        yield owner | empty | {"content_status": "current", "pageid": page_id}


def _bodies(folder: Path, pages: Sequence[Entry]) -> Iterator[Row]:
    for number, page in enumerate(pages):
        body = (folder / page["body"]).read_text("utf-8")
        yield {"bodycontentid": _BODY_ID + number, "body": body, "contentid": page["id"], "bodytypeid": 2}
