"""Builds small space exports for tests, in the grammar of Confluence's `entities.xml` and CSV tables."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Mapping
from pathlib import Path

Values = Mapping[str, str | None]


def entities(*objects: str) -> str:
    """A whole `entities.xml`."""
    head = '<?xml version="1.0" encoding="UTF-8"?>\n<hibernate-generic datetime="2025-02-10 10:23:10.519">\n'
    return head + "\n".join(objects) + "\n</hibernate-generic>"


def obj(kind: str, ident: str, *, refs: Mapping[str, tuple[str, str]] | None = None, **values: str | None) -> str:
    """An object with plain properties, references (name to class and id) and, as `bodyContents`, a list of ids."""
    id_name = "key" if kind == "ConfluenceUserImpl" else "id"
    lines = [f'<object class="{kind}" package="com.atlassian.confluence">', f'<id name="{id_name}">{ident}</id>']
    for name, value in values.items():
        if name in ("bodyContents", "contentProperties"):
            members = "".join(
                f'<element class="X" package="p"><id name="id">{i}</id>\n</element>' for i in (value or "").split()
            )
            lines.append(f'<collection name="{name}" class="java.util.Collection">{members}</collection>')
        elif value is None:
            lines.append(f'<property name="{name}"/>')
        else:
            lines.append(f'<property name="{name}"><![CDATA[{value}]]></property>')
    for name, (cls, target) in (refs or {}).items():
        lines.append(f'<property name="{name}" class="{cls}" package="p"><id name="id">{target}</id>\n</property>')
    return "\n".join([*lines, "</object>"])


def page(
    ident: str, title: str, *, parent: str = "", space: str = "1", kind: str = "Page", **values: str | None
) -> str:
    """A current page, unless `values` say otherwise."""
    refs = {"space": ("Space", space)} if space else {}
    if parent:
        refs["parent"] = ("Page", parent)
    return obj(kind, ident, refs=refs, **{"title": title, "contentStatus": "current", **values})


def body(ident: str, owner: str, text: str, kind: str | None = "2", cls: str = "Page") -> str:
    """A body of a page."""
    values = {"body": text} | ({"bodyType": kind} if kind else {})
    return obj("BodyContent", ident, refs={"content": (cls, owner)}, **values)


def space(ident: str, key: str, name: str, homepage: str = "") -> str:
    """A space."""
    return obj("Space", ident, refs={"homePage": ("Page", homepage)} if homepage else {}, key=key, name=name)


def attachment(ident: str, owner: str, title: str, version: str = "1", **values: str | None) -> str:
    """A current attachment, unless `values` say otherwise."""
    refs = {"containerContent": ("Page", owner)}
    return obj(
        "Attachment", ident, refs=refs, **{"title": title, "version": version, "contentStatus": "current", **values}
    )


def write_zip(path: Path, files: Mapping[str, str | bytes], compression: int = zipfile.ZIP_DEFLATED) -> Path:
    """A zip with these entries."""
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return path


def write_folder(path: Path, files: Mapping[str, str | bytes]) -> Path:
    """A folder with these files."""
    for name, data in files.items():
        target = path / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


def table(columns: str, *rows: Mapping[str, str]) -> str:
    """A CSV table with these columns."""
    out = io.StringIO()
    writer = csv.DictWriter(out, columns.split(), restval="")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()
