"""Macros that need other pages are expanded; of those that nobody knows, as much as possible is shown."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import groupby

from confluence_xpress.bundle import Page, Unavailable
from confluence_xpress.diagnostics import Diagnostic, on_page
from confluence_xpress.lookup import Site
from confluence_xpress.macros.call import Expansion, Otherwise
from confluence_xpress.macros.context import CYCLE, Context
from confluence_xpress.macros.markup import macro_need
from confluence_xpress.macros.table import expand_computed
from confluence_xpress.model import (
    Annotation,
    Block,
    Blocks,
    Card,
    Colored,
    Document,
    Excerpt,
    Figure,
    Heading,
    Inline,
    InlineMacro,
    Inlines,
    LineBreak,
    Link,
    Macro,
    Mark,
    Panel,
    Paragraph,
    Preformatted,
    Table,
    Text,
)
from confluence_xpress.model.build import is_blank, is_inline, to_blocks, trim
from confluence_xpress.model.walk import iter_blocks, iter_inlines, own_inlines, rewrite_blocks
from confluence_xpress.transforms.absolute import make_absolute
from confluence_xpress.transforms.unknown import fall_back

Expand = Callable[[Macro, Context], tuple[Expansion, tuple[Diagnostic, ...]] | Otherwise | None]

MAX_DEPTH = 10
"""Pages that include each other in turn."""
MAX_INCLUDES = 500
"""Inclusions on one page: ten pages that include each of the next ten twice would otherwise be a thousand and more."""

_NESTING = (Mark, Colored, Link, Annotation)


@dataclass(frozen=True, slots=True)
class Expanded:
    """A document without macros."""

    document: Document
    diagnostics: tuple[Diagnostic, ...]
    included: frozenset[str]
    """Ids of the pages whose content is on this page too."""


def expand_macros(document: Document, site: Site, page: Page, expand: Expand = expand_computed) -> Expanded:
    """The page's document with its macros expanded, those of included pages too."""
    run = _Run(site, expand)
    content = run.blocks(document.content, _Place(run, page, ((page.id, None),)))
    return Expanded(Document(content), tuple(dict.fromkeys(run.diagnostics)), frozenset(run.included))


@dataclass(slots=True)
class _Run:
    """The expansion of one exported page."""

    site: Site
    expand: Expand
    diagnostics: list[Diagnostic] = field(default_factory=list)
    included: set[str] = field(default_factory=set)
    inclusions: int = 0

    def report(self, page: Page, found: tuple[Diagnostic, ...]) -> None:
        self.diagnostics += on_page(page.id, found)

    def blocks(self, nodes: Blocks, place: _Place) -> Blocks:
        return rewrite_blocks(nodes, partial(self.block, place))

    def block(self, place: _Place, node: Block) -> Blocks:
        """A block whose children are expanded already; the macros in its own lines are not."""
        if not isinstance(node, Macro) and not any(_has_macro(line) for line in own_inlines(node)):
            return (node,)
        match node:
            case Macro():
                return to_blocks(self.macro(node, place))
            case Paragraph():
                return to_blocks(self.line(node.content, place), node)
            case Preformatted():
                return to_blocks(_regroup(self.line(node.content, place), Preformatted))
            case Panel():
                line, blocks = self.split(node.title, place)
                return (replace(node, title=line, content=(*blocks, *node.content)),)
            case Figure():
                line, blocks = self.split(node.caption, place)
                return (replace(node, caption=line), *blocks)
            case Table():
                line, blocks = self.split(node.caption, place)
                return (*blocks, replace(node, caption=line))
            case Heading() | Card():
                line, blocks = self.split(node.content, place)
                return (replace(node, content=line), *blocks)
            case _:
                return (node,)

    def split(self, nodes: Inlines, place: _Place) -> tuple[Inlines, Blocks]:
        """A line that can't be broken up, and the blocks that its macros gave."""
        line: list[Inline] = []
        blocks: list[Block] = []
        for node in self.line(nodes, place):
            if is_inline(node):
                line.append(node)
            else:
                blocks.append(node)
        return trim(line), tuple(blocks)

    def line(self, nodes: Inlines, place: _Place) -> list[Block | Inline]:
        """A line with its macros expanded; blocks among its parts stand outside of marks."""
        alone = _is_alone(nodes)
        result: list[Block | Inline] = []
        for node in nodes:
            if isinstance(node, InlineMacro):
                macro = replace(node.macro, body=self.blocks(node.macro.body, place))
                expansion = self.macro(macro, replace(place, inline=not alone))
                only = expansion[0] if len(expansion) == 1 else None
                result += only.content if isinstance(only, Paragraph) and not alone else expansion
            elif isinstance(node, _NESTING) and _has_macro(node.content):
                result += _regroup(self.line(node.content, place), partial(_with_content, node))
            else:
                result.append(node)
        return result

    def macro(self, macro: Macro, place: _Place) -> Expansion:
        """What stands in the macro's place; its body is expanded already."""
        failed = False
        try:
            result = self.expand(macro, place)
        except Exception as error:  # noqa: BLE001 - a macro that fails costs itself only
            message = f"the macro “{macro.name}” failed: {type(error).__name__}"
            self.report(place.page, (Diagnostic("macro-failed", message, place=f"macro {macro.name}"),))
            result, failed = None, True
        if result is None or isinstance(result, Otherwise):
            need = macro_need(place.page.id, macro)
            rendered = self.site.rendered(need) if need else Unavailable("nothing tells Confluence which macro it is")
            result = fall_back(macro, rendered, result, inline=place.inline, failed=failed)
        expansion, found = result
        self.report(place.page, found)
        return self.again(macro, expansion, place)

    def again(self, macro: Macro, expansion: Expansion, place: _Place) -> Expansion:
        """Macros that are in what a macro gave are expanded as well."""
        blocks = to_blocks(expansion)
        if not any(_is_open(block) for block in iter_blocks(blocks)):
            return expansion
        if place.nesting >= MAX_DEPTH:
            message = f"the macro “{macro.name}” gives more macros without end"
            self.report(place.page, (Diagnostic("macro-failed", message, place=f"macro {macro.name}"),))
            return fall_back(Macro(macro.name), Unavailable(message), inline=place.inline, failed=True)[0]
        return self.blocks(blocks, replace(place, nesting=place.nesting + 1))

    def include(self, page: Page, name: str | None, place: _Place) -> Blocks | Unavailable | None:
        """A page's content, or its excerpt of a name ('' is the first one), ready to stand on any page."""
        key = (page.id, name)
        if key in place.stack:
            return CYCLE
        if len(place.stack) > MAX_DEPTH:
            return Unavailable(f"pages are included more than {MAX_DEPTH} deep")
        if self.inclusions >= MAX_INCLUDES:
            return Unavailable(f"the page includes others more than {MAX_INCLUDES} times")
        answer = self.site.document(page)
        if isinstance(answer, Unavailable):
            return answer
        document, found = answer
        content = document.content if name is None else _excerpt(document.content, name)
        if content is None:
            return None
        self.inclusions += 1
        self.included.add(page.id)
        if not self.site.selected(page.id):
            self.report(page, found)
        there = _Place(self, page, (*place.stack, key), nesting=place.nesting)
        return make_absolute(self.blocks(content, there), page)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a macro stands: a `Context`."""

    run: _Run
    page: Page
    stack: tuple[tuple[str, str | None], ...]
    """What is being expanded: page ids, with an excerpt's name or None for the whole page."""
    inline: bool = False
    nesting: int = 0

    @property
    def site(self) -> Site:
        return self.run.site

    def content(self, page: Page) -> Blocks | Unavailable:
        found = self.run.include(page, None, self)
        return () if found is None else found

    def excerpt(self, page: Page, name: str) -> Blocks | Unavailable | None:
        return self.run.include(page, name, self)


def _excerpt(nodes: Blocks, name: str) -> Blocks | None:
    wanted = name.strip().casefold()
    for node in iter_blocks(nodes):
        if isinstance(node, Excerpt) and (not wanted or node.name.strip().casefold() == wanted):
            return node.content
    return None


def _with_content(node: Mark | Colored | Link | Annotation, content: Inlines) -> Inline:
    return replace(node, content=content)


def _has_macro(nodes: Inlines) -> bool:
    return any(
        isinstance(node, InlineMacro) or (isinstance(node, _NESTING) and _has_macro(node.content)) for node in nodes
    )


def _is_open(node: Block) -> bool:
    return isinstance(node, Macro) or any(
        isinstance(inline, InlineMacro) for line in own_inlines(node) for inline in iter_inlines(line)
    )


def _is_alone(nodes: Inlines) -> bool:
    """Whether the line is nothing but one macro: old pages wrap block macros into paragraphs."""
    rest = [n for n in nodes if not (isinstance(n, LineBreak) or (isinstance(n, Text) and not n.text.strip()))]
    return len(rest) == 1 and isinstance(rest[0], InlineMacro)


def _regroup(nodes: list[Block | Inline], wrap: Callable[[Inlines], Block | Inline]) -> Iterator[Block | Inline]:
    """Runs of inline nodes wrapped, blocks as they are; white space around blocks goes."""
    broken = not all(is_inline(node) for node in nodes)
    for inline, group in groupby(nodes, is_inline):
        if not inline:
            yield from group
            continue
        run = tuple(node for node in group if is_inline(node))
        if not (broken and is_blank(run)):
            yield wrap(run)
