"""The summary of an export: one line for each kind of diagnostic."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from confluence_xpress.diagnostics import CODES, Diagnostic

if TYPE_CHECKING:
    from confluence_xpress.sources.online.http.budget import Usage

_ORDER = ("error", "warning", "info")
_MARKS = {"error": "error", "warning": "warning", "info": "note"}


def diagnostic_lines(diagnostics: Sequence[Diagnostic], titles: Mapping[str, str]) -> Iterator[str]:
    """Worst first: how many of a kind, what kind, an example with its page, and what to do."""
    kinds: dict[str, list[Diagnostic]] = {}
    for diagnostic in diagnostics:
        kinds.setdefault(diagnostic.code, []).append(diagnostic)
    for code in sorted(kinds, key=lambda code: (_ORDER.index(CODES[code].severity), not CODES[code].lost, code)):
        kind, first = CODES[code], kinds[code][0]
        mark = "lost" if kind.lost else _MARKS[kind.severity]
        where = f" (page “{titles.get(first.page, first.page)}”)" if first.page else ""
        example = f"{'for example ' if len(kinds[code]) > 1 else ''}{first.message}{where}"
        yield f"{mark:>7}: {len(kinds[code])} × {kind.summary} [{code}]: {example}"
        if first.hint:
            yield f"         {first.hint}"


def size_text(size: int) -> str:
    """A file size in decimal units."""
    return f"{size / 1e6:.1f} MB" if size >= 1_000_000 else f"{max(1, round(size / 1000))} kB"


def usage_line(usage: Usage) -> str:
    """What was asked of a site."""
    waited = f", {usage.waited:.0f} s of it waiting because the site asked to" if usage.waited >= 1 else ""
    return f"Asked of the site: {usage.calls:,} calls, {usage.points:,} points, {size_text(usage.bytes)}{waited}"
