"""The first pages of a space that is kept in XPress's folder format, zipped or not."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path


def first_pages(source: Path, folder: Path, count: int) -> int:
    """Write the first `count` pages of a source, with their files, into a new folder. Returns how many there were."""
    folder.mkdir(parents=True)
    root: Path | zipfile.Path = source if source.is_dir() else zipfile.Path(source)
    entries = json.loads((root / "pages.json").read_text("utf-8"))[:count]
    names = [entry["body"] for entry in entries if entry.get("body")]
    names += [f"attachments/{entry['id']}/{file}" for entry in entries for file in _files(entry)]
    for name in ("space.json", *names):
        found = root / name
        if found.is_file():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(found.read_bytes())
    (folder / "pages.json").write_text(json.dumps(entries), "utf-8")
    return len(entries)


def _files(entry: dict[str, object]) -> list[str]:
    listed = entry.get("attachments")
    return [a["title"] if isinstance(a, dict) else str(a) for a in listed] if isinstance(listed, list) else []
