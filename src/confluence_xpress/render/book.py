"""From prepared pages to the book that the writer gets: titles, facts, furniture texts."""

from __future__ import annotations

from collections.abc import Callable

from confluence_xpress.bundle import Bundle, Page
from confluence_xpress.render.dates import day_format, day_of
from confluence_xpress.render.options import Options
from confluence_xpress.transforms.pipeline import PreparedPage
from confluence_xpress.typeset.fonts import cjk_variant, load_fonts
from confluence_xpress.writers.typst import Book, Chapter

# Width and height in points, upright.
_PAPERS = {
    "a3": (841.9, 1190.6),
    "a4": (595.3, 841.9),
    "a5": (419.5, 595.3),
    "us-letter": (612.0, 792.0),
    "us-legal": (612.0, 1008.0),
}


def paper_size(options: Options) -> tuple[float, float]:
    """Width and height of the paper in points."""
    return _PAPERS.get(str(options.settings.get("paper", "a4")), _PAPERS["a4"])


def make_book(bundle: Bundle, pages: tuple[PreparedPage, ...], options: Options) -> Book:
    """The book of these pages."""
    settings = options.settings
    language, _, region = str(settings.get("language", "en")).partition("-")
    tag = str(settings.get("language", "en"))
    words = options.template.words_in(language.casefold())
    show_day = day_format(tag)
    title = str(settings.get("title") or bundle.title)
    several = len(pages) > 1
    text = "".join(p.page.title for p in pages)
    # A single body has no space.
    spaces = [space for space in bundle.spaces if space.key and any(p.page.space == space.key for p in pages)]
    today = show_day(day_of(options.timestamp))
    facts = [
        (words.get("space", ""), f"{space.name} ({space.key})" if space.name else space.key) for space in spaces[:3]
    ]
    facts.append((words.get("pages", ""), words.get("pages-as-of", "{0}, {1}").format(len(pages), today)))
    if changes := sorted(p.page.updated for p in pages if p.page.updated):
        facts.append((words.get("updated", ""), show_day(changes[-1])))
    if classification := str(settings.get("classification", "")):
        facts.append((words.get("classification", ""), classification))
    footer = [part for part in (classification, ", ".join(s.name or s.key for s in spaces[:2])) if part]
    footer.append(f"{words.get('exported', '')} {today}")
    details = settings.get("page_details") is not False
    return Book(
        title=title,
        chapters=tuple(
            Chapter(
                page_id=p.page.id,
                title=p.page.title,
                label=p.label,
                content=p.document.content,
                depth=p.level,
                number=p.number,
                details=_details(p.page, words, show_day) if details else "",
            )
            for p in pages
        ),
        language=language.casefold(),
        region=region.rpartition("-")[2].upper(),
        subtitle=str(settings.get("subtitle", "")),
        eyebrow=" · ".join(s.name or s.key for s in spaces[:2]),
        facts=tuple(facts),
        footer=tuple(footer),
        keywords=tuple(dict.fromkeys(label for p in pages for label in p.page.labels))[:50],
        cover=_wanted(settings.get("cover"), auto=several),
        contents=_wanted(settings.get("contents"), auto=several),
        contents_depth=int(settings.get("contents_depth", 3)),
        new_sheet=str(settings.get("new_sheet", "page")),
        options=settings,
        words=words,
        fonts=load_fonts().stacks(cjk_variant(tag, text)),
    )


def _wanted(setting: object, *, auto: bool) -> bool:
    return auto if setting == "auto" else setting in (True, "true")


def _details(page: Page, words: dict[str, str], show_day: Callable[[str], str]) -> str:
    parts = []
    if page.version is not None:
        parts.append(words.get("version", "{0}").format(page.version))
    if page.updated:
        parts.append(words.get("changed", "{0}").format(show_day(page.updated)))
    if page.labels:
        parts.append(words.get("labels", "{0}").format(", ".join(page.labels)))
    return " · ".join(parts)
