"""Diagnostics: what was lost, changed or guessed, as values. One table lists every code."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

Severity = Literal["info", "warning", "error"]


@dataclass(frozen=True, slots=True)
class Code:
    """A kind of diagnostic. `lost`: something of the source is not in the PDF; `--strict` fails on it."""

    severity: Severity
    lost: bool
    summary: str


CODES: dict[str, Code] = {
    "page-body-missing": Code("error", True, "page without a readable body"),
    "page-body-unreadable": Code("error", True, "page body that could not be read"),
    "page-not-typeset": Code("error", True, "page that could not be typeset"),
    "page-unavailable": Code("error", True, "page that was asked for and can't be had"),
    "page-changed": Code("info", False, "page that was changed while it was exported"),
    "content-link-only": Code(
        "warning", True, "whiteboard, database or embed of which only the title and a link are shown"
    ),
    "markup-repaired": Code("info", False, "page body that was not well formed and was repaired"),
    "markup-too-deep": Code("warning", True, "markup nested too deeply, its text was kept"),
    "node-unknown": Code("warning", False, "unknown node, its content was kept"),
    "node-invalid": Code("warning", False, "node with wrong or missing values, read as well as possible"),
    "mark-unknown": Code("info", False, "unknown text mark, its text was kept"),
    "macro-unknown": Code("warning", True, "macro that XPress can't show"),
    "macro-body-only": Code("warning", False, "unknown macro of which only the body is shown"),
    "macro-failed": Code("error", True, "macro that failed"),
    "macro-parameter-ignored": Code("info", False, "macro parameter without effect"),
    "macro-interactive": Code("info", False, "macro for use on the screen only, it prints nothing"),
    "include-missing": Code("error", True, "included page or excerpt that was not found"),
    "include-cycle": Code("warning", False, "page that includes itself"),
    "synced-block-unavailable": Code("warning", True, "synced block whose content is elsewhere"),
    "datasource-unavailable": Code("warning", True, "live list that was not fetched"),
    "image-missing": Code("error", True, "image that was not found"),
    "image-unreadable": Code("error", True, "image that could not be read"),
    "image-external": Code("warning", True, "external image that is never fetched"),
    "image-first-frame": Code("info", False, "animation of which the first frame is shown"),
    "image-unsafe-removed": Code("warning", False, "SVG from which active or external content was removed"),
    "image-alt-missing": Code("info", False, "image without an alternative text, its name is used"),
    "attachment-missing": Code("warning", True, "file that was not found"),
    "link-page-missing": Code("warning", True, "link to a page that was not found"),
    "link-anchor-missing": Code("warning", False, "link to a heading that does not exist, it leads to its page"),
    "link-unsafe": Code("warning", True, "link with an unsafe address, its text was kept"),
    "link-unresolved": Code("warning", True, "link that can't be resolved, its text was kept"),
    "user-unknown": Code("info", False, "person whose name is not known"),
    "emoji-unknown": Code("info", False, "emoji shown by its name"),
    "glyph-missing": Code("warning", True, "characters that no installed font has"),
    "text-outside-page": Code("error", True, "text that reaches over the page's edge"),
    "image-outside-page": Code("error", True, "image that reaches over the page's edge"),
    "link-dangling": Code("warning", True, "link that leads nowhere in the PDF"),
    "content-untagged": Code("warning", False, "content that screen readers can't reach"),
    "font-not-embedded": Code("error", False, "font that is not in the PDF"),
    "table-normalised": Code("info", False, "table with overlapping or missing cells"),
    "table-split": Code("info", False, "table with too many columns for a page, shown in parts"),
    "table-too-wide": Code("warning", False, "table in which words may be broken into single letters"),
    "page-cycle": Code("warning", False, "pages that are each other's parents"),
    "source-entry-unreadable": Code("warning", True, "entry of the source that could not be read"),
    "site-call-failed": Code("warning", False, "something the site did not tell, such as labels or attachments"),
    "tree-as-of-today": Code("info", False, "tree of an earlier date that is arranged as today"),
    "budget-used-up": Code("warning", True, "the budget of calls was used up before all was fetched"),
    "attachment-too-large": Code("warning", True, "file that is too large to be embedded"),
    "pdf-not-linearised": Code("info", False, "PDF that is too long to be linearised"),
}


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One finding. `page` is a page id, `place` says where in the page, `hint` what to do."""

    code: str
    message: str
    page: str = ""
    place: str = ""
    hint: str = ""

    @property
    def severity(self) -> Severity:
        """The severity of this kind."""
        return CODES[self.code].severity

    @property
    def lost(self) -> bool:
        """Whether something of the source is not in the PDF."""
        return CODES[self.code].lost


def on_page(page: str, diagnostics: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """The same diagnostics, with the page filled in where it is empty."""
    return tuple(d if d.page else replace(d, page=page) for d in diagnostics)
