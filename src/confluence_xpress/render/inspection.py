"""What the inspection of a typeset part finds, told of the Confluence pages that are in it."""

from __future__ import annotations

from collections.abc import Sequence

from confluence_xpress.diagnostics import Diagnostic
from confluence_xpress.typeset.finish import Scan
from confluence_xpress.typeset.inspect import Finding, Kind, inspect_part
from confluence_xpress.writers.typst import Chapter

_CODES: dict[Kind, tuple[str, str]] = {
    "text-outside": ("text-outside-page", "text reaches over the edge of the sheet: “{0}”"),
    "image-outside": ("image-outside-page", "an image reaches over the edge of the sheet: {0}"),
    "glyph-missing": ("glyph-missing", "a character has no glyph in its font: {0}"),
    "link-dangling": ("link-dangling", "a link leads nowhere: {0}"),
    "content-untagged": ("content-untagged", "screen readers can't reach: {0}"),
    "font-not-embedded": ("font-not-embedded", "a font is not in the PDF: {0}"),
}
_HINT = "Please report this with the page that caused it."


def inspected(pdf: bytes, scan: Scan, labels: Sequence[str], chapters: Sequence[Chapter]) -> tuple[Diagnostic, ...]:
    """What is wrong with a part that Typst wrote. `labels` are in the order of the scan's positions."""
    findings = inspect_part(pdf)
    if not findings:
        return ()
    sheet = {
        label: position.page for label, position in zip(labels, scan.positions, strict=True) if position is not None
    }
    begins = [(sheet.get(chapter.label, 0), chapter.page_id) for chapter in chapters]
    return tuple(_diagnostic(finding, begins) for finding in findings)


def _diagnostic(finding: Finding, begins: Sequence[tuple[int, str]]) -> Diagnostic:
    code, message = _CODES[finding.kind]
    on_sheet = [page for sheet, page in begins if sheet <= max(finding.page, 0)] or [begins[0][1]]
    return Diagnostic(code, message.format(finding.detail), page=on_sheet[-1], hint=_HINT)
