"""Spaces of any size made of real documentation: whole sets of it, again and again, in XPress's folder format.

    python -m bench.large 5000 OUT --set DOCS.zip MORE.zip
    python -m bench.large 5000 OUT --set DOCS.zip --zip A.zip --xml B.zip --csv C.zip    as archives, too

All sets together are one edition. From the second edition on, titles and the links to them carry the edition's number,
so that titles are unique and links stay within their edition. The last edition is seldom whole: its pages are picked
evenly from all sets, so that small spaces have the same mix of pages as large ones. The same arguments give the same
bytes.
"""

from __future__ import annotations

import argparse
import json
import re
import zipfile
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape, unescape
from itertools import count as counting
from pathlib import Path
from random import Random
from typing import Any

from bench.exports import write_csv_export, write_xml_export, write_zip

_FIRST_ID = 300001
_HOME = '<p>Documentation of several projects.</p>\n<ac:structured-macro ac:name="children" />'
_LINK = re.compile(r'(?P<link><ac:link\b[^>]*>\s*)?<ri:page ri:content-title="(?P<title>[^"]*)"')
_ANCHOR = re.compile(r'\s+ac:anchor="[^"]*"')


@dataclass(frozen=True, slots=True)
class SetPage:
    """A page of an edition. Other pages are named by their index in the edition."""

    title: str
    parent: int | None
    labels: tuple[str, ...]
    body: str
    files: Mapping[str, bytes]
    targets: Mapping[str, int]
    """The pages of the same set by the titles that links use."""


def write_large(folder: Path, count: int, sets: Sequence[Path]) -> int:
    """Write a space of `count` pages, its home page among them, into a new folder. Returns the bytes of the bodies."""
    edition = read_edition(sets)
    (folder / "bodies").mkdir(parents=True)
    home = str(_FIRST_ID)
    entries = [_entry(home, "Documentation", None, 0, (), {})]
    size = _write(folder, home, _HOME, {})
    children: Counter[str] = Counter()
    for number in counting(1):
        picked = _picked(len(edition), count - len(entries))
        if not picked:
            break
        ids = {index: str(_FIRST_ID + len(entries) + place) for place, index in enumerate(picked)}
        for index, page_id in ids.items():
            page = edition[index]
            above = _nearest(page.parent, edition, ids)
            parent = home if above is None else ids[above]
            entries.append(
                _entry(page_id, _title(page, number), parent, children[parent], page.labels, page.files),
            )
            children[parent] += 1
            size += _write(folder, page_id, _relinked(page, edition, ids, number), page.files)
    space = {
        "key": "DOCS",
        "name": f"Documentation in {count} pages",
        "homepage": home,
        "base_url": "https://example.atlassian.net/wiki",
    }
    (folder / "space.json").write_text(json.dumps(space), "utf-8")
    (folder / "pages.json").write_text(json.dumps(entries, ensure_ascii=False, indent=1), "utf-8")
    return size


def read_edition(sets: Sequence[Path]) -> tuple[SetPage, ...]:
    """The pages of all sets, parents first. Where a title was there before, the name of its set is added."""
    pages: list[SetPage] = []
    taken: set[str] = set()
    for source in sets:
        root: Path | zipfile.Path = source if source.is_dir() else zipfile.Path(source)
        name = json.loads((root / "space.json").read_text("utf-8"))["name"]
        entries: list[dict[str, Any]] = json.loads((root / "pages.json").read_text("utf-8"))
        places = {entry["id"]: place for place, entry in enumerate(entries, len(pages))}
        targets = {entry["title"]: places[entry["id"]] for entry in entries}
        for entry in entries:
            title = f"{entry['title']} ({name})" if entry["title"] in taken else entry["title"]
            taken.add(title)
            files = {file: (root / f"attachments/{entry['id']}/{file}").read_bytes() for file in entry["attachments"]}
            body = (root / entry["body"]).read_text("utf-8")
            parent = places.get(entry["parent"])
            pages.append(SetPage(title, parent, tuple(entry["labels"]), body, files, targets))
    return tuple(pages)


def _picked(pages: int, room: int) -> tuple[int, ...]:
    """At most `room` of so many pages, evenly spread, the first always among them."""
    taken = min(pages, room)
    return tuple(dict.fromkeys(place * pages // taken for place in range(taken)))


def _nearest(index: int | None, edition: Sequence[SetPage], ids: Mapping[int, str]) -> int | None:
    """The page itself or the nearest above it that was picked."""
    while index is not None and index not in ids:
        index = edition[index].parent
    return index


def _title(page: SetPage, number: int) -> str:
    return page.title if number == 1 else f"{page.title} (edition {number})"


def _relinked(page: SetPage, edition: Sequence[SetPage], ids: Mapping[int, str], number: int) -> str:
    """The body, its links leading to pages of this edition: for one that was not picked, to the nearest above it."""

    def relinked(found: re.Match[str]) -> str:
        link = found["link"] or ""
        wanted = page.targets.get(unescape(found["title"]))
        if wanted is None:
            return found[0]
        there = _nearest(wanted, edition, ids)
        if there != wanted:
            link = _ANCHOR.sub("", link)
        title = "Documentation" if there is None else _title(edition[there], number)
        return f'{link}<ri:page ri:content-title="{escape(title)}"'

    return _LINK.sub(relinked, page.body)


def _entry(
    page_id: str, title: str, parent: str | None, position: int, labels: Sequence[str], files: Mapping[str, bytes]
) -> dict[str, object]:
    random = Random(page_id)  # noqa: S311 - reproducible, not secret
    return {
        "id": page_id,
        "title": title,
        "parent": parent,
        "position": position,
        "labels": list(labels),
        "version": random.randrange(1, 40),
        "created": f"2024-{random.randrange(1, 13):02}-{random.randrange(1, 28):02}T09:00:00Z",
        "updated": f"2025-{random.randrange(1, 13):02}-{random.randrange(1, 28):02}T09:00:00Z",
        "body": f"bodies/{page_id}.storage.xml",
        "attachments": [{"title": name, "size": len(data)} for name, data in files.items()],
    }


def _write(folder: Path, page_id: str, body: str, files: Mapping[str, bytes]) -> int:
    data = body.encode()
    (folder / "bodies" / f"{page_id}.storage.xml").write_bytes(data)
    for name, content in files.items():
        path = folder / "attachments" / page_id / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return len(data)


def main(arguments: Sequence[str] | None = None) -> None:
    """Write a space as a folder and, if asked for, as archives."""
    parser = argparse.ArgumentParser(prog="python -m bench.large", description="A large space of real documentation.")
    parser.add_argument("pages", type=int, help="how many pages")
    parser.add_argument("folder", type=Path, help="a folder that does not exist yet")
    parser.add_argument("--set", type=Path, nargs="+", required=True, help="folder sources, may be zipped")
    parser.add_argument("--zip", type=Path, help="write the folder as a zip, too")
    parser.add_argument("--xml", type=Path, help="write a zipped XML space export, too")
    parser.add_argument("--csv", type=Path, help="write a zipped CSV space export, too")
    options = parser.parse_args(arguments)
    size = write_large(options.folder, options.pages, options.set)
    for write, path in ((write_zip, options.zip), (write_xml_export, options.xml), (write_csv_export, options.csv)):
        if path:
            write(options.folder, path)
    print(f"{options.pages} pages, {size / 1e6:.1f} MB of storage format: {options.folder}")


if __name__ == "__main__":
    main()
