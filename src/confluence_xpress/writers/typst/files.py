"""File cards."""

from __future__ import annotations

from confluence_xpress.model import File
from confluence_xpress.writers.typst.breaks import breakable
from confluence_xpress.writers.typst.escape import literal, markup, string
from confluence_xpress.writers.typst.inlines import file_name
from confluence_xpress.writers.typst.state import Place


def write_file(file: File, place: Place) -> str:
    """A file card as an array: kind, name, detail, address."""
    name = file_name(file)
    suffix = name.rpartition(".")[2] if "." in name else ""
    kind = suffix if suffix.isalnum() and len(suffix) <= 5 else "file"
    detail = f"[{markup(size_text(file.size))}]" if file.size else "none"
    return f"({string(kind)}, [{breakable(name, min(place.word_limit, 30))}], {detail}, {literal(file.href or None)})"


def size_text(size: int) -> str:
    """A file size for people, in decimal units."""
    value = float(size)
    for unit in ("B", "kB", "MB", "GB"):
        if value < 1000 or unit == "GB":
            return f"{value:.0f} {unit}" if unit == "B" or value >= 10 else f"{value:.1f} {unit}"
        value /= 1000
    raise AssertionError
