"""How a document is split, as people say it, and what its volumes are called."""

from __future__ import annotations

import re
from pathlib import PurePath

from confluence_xpress.errors import InputError
from confluence_xpress.render.plan import Split

_SIZE = re.compile(r"(pages|size)=(\d{1,7})(MB)?", re.IGNORECASE)


def parse_split(text: str) -> Split | None:
    """`top-level`, `pages=200` or `size=20MB`; empty for one PDF. Raises InputError for anything else."""
    if not text:
        return None
    if text.casefold() == "top-level":
        return Split("top-level")
    found = _SIZE.fullmatch(text)
    if found and int(found[2]) > 0:
        if found[1].casefold() == "pages" and not found[3]:
            return Split("pages", int(found[2]))
        if found[1].casefold() == "size":
            return Split("size", int(found[2]) * 1_000_000)
    raise InputError(f"split “{text}” is not possible", "Give top-level, pages=200 or size=20MB.")


def volume_name(name: str, number: int, count: int) -> str:
    """The name of the file of a volume (from 1), if so many are made of a document of this name."""
    if count == 1:
        return name
    path = PurePath(name)
    return f"{path.stem}-{number:0{len(str(count))}}{path.suffix}"
