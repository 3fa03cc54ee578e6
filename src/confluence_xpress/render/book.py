"""From pages and options to what the writer gets: the book's values, and its chapters."""

from __future__ import annotations

from collections.abc import Callable

from confluence_xpress.bundle import Bundle, Page
from confluence_xpress.render.dates import day_format, day_of
from confluence_xpress.render.manifest import title_of
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


def make_book(bundle: Bundle, options: Options, volume: str = "") -> Book:
    """The book of the bundle's pages; `volume` names the volume, if there are several. Looks at metadata only."""
    settings = options.settings
    pages = bundle.pages
    language, _, region = str(settings.get("language", "en")).partition("-")
    tag = str(settings.get("language", "en"))
    words = options.template.words_in(language.casefold())
    show_day = day_format(tag)
    used = {page.space for page in pages}
    # A single body has no space.
    spaces = [space for space in bundle.spaces if space.key and space.key in used]
    today = show_day(day_of(options.timestamp))
    moment = show_day(bundle.as_of) if bundle.as_of else today
    facts = [
        (words.get("space", ""), f"{space.name} ({space.key})" if space.name else space.key) for space in spaces[:3]
    ]
    facts.append((words.get("pages", ""), words.get("pages-as-of", "{0}, {1}").format(len(pages), moment)))
    if changes := sorted(page.updated for page in pages if page.updated):
        facts.append((words.get("updated", ""), show_day(changes[-1])))
    if classification := str(settings.get("classification", "")):
        facts.append((words.get("classification", ""), classification))
    footer = [part for part in (classification, ", ".join(s.name or s.key for s in spaces[:2])) if part]
    footer.append(f"{words.get('exported', '')} {today}")
    return Book(
        title=title_of(bundle, options),
        language=language.casefold(),
        region=region.rpartition("-")[2].upper(),
        subtitle=str(settings.get("subtitle", "")),
        eyebrow=" · ".join(s.name or s.key for s in spaces[:2]),
        volume=volume,
        facts=tuple(facts),
        footer=tuple(footer),
        keywords=tuple(dict.fromkeys(label for page in pages for label in page.labels))[:50],
        new_sheet=str(settings.get("new_sheet", "page")),
        options=settings,
        words=words,
        fonts=load_fonts().stacks(cjk_variant(tag, "".join(page.title for page in pages))),
    )


def make_chapter(prepared: PreparedPage, options: Options) -> Chapter:
    """A prepared page as the writer gets it."""
    details = ""
    if options.settings.get("page_details") is not False:
        tag = str(options.settings.get("language", "en"))
        words = options.template.words_in(tag.partition("-")[0].casefold())
        details = _details(prepared.page, words, day_format(tag))
    return Chapter(
        page_id=prepared.page.id,
        title=prepared.page.title,
        label=prepared.label,
        content=prepared.document.content,
        depth=prepared.level,
        number=prepared.number,
        details=details,
    )


def wanted(options: Options, name: str, *, several: bool) -> bool:
    """Whether an option such as `cover` asks for something; `auto`: when there are several pages."""
    setting = options.settings.get(name)
    return several if setting == "auto" else setting in (True, "true")


def _details(page: Page, words: dict[str, str], show_day: Callable[[str], str]) -> str:
    parts = [words.get(page.status, page.status)] if page.status != "current" else []
    if page.version is not None:
        parts.append(words.get("version", "{0}").format(page.version))
    if page.updated:
        parts.append(words.get("changed", "{0}").format(show_day(page.updated)))
    if page.labels:
        parts.append(words.get("labels", "{0}").format(", ".join(page.labels)))
    return " · ".join(parts)
