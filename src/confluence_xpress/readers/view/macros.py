"""Rendered macros that Confluence's class names give away: they become the macro again, and look as from storage."""

from __future__ import annotations

import re
from collections.abc import Iterable

from lxml.etree import _Element as Element

from confluence_xpress.model import (
    Annotation,
    Blocks,
    Column,
    Columns,
    Inline,
    Inlines,
    Macro,
    Parameter,
    TaskItem,
    TaskList,
    Text,
)
from confluence_xpress.model.text import inline_text
from confluence_xpress.readers.html.blocks import bullet_list, div
from confluence_xpress.readers.html.columns import columns
from confluence_xpress.readers.html.convert import Converter, raw_text
from confluence_xpress.readers.html.expand import expand
from confluence_xpress.readers.html.flow import Node, flow
from confluence_xpress.readers.html.style import classes, declarations, length

_MESSAGES = {
    "confluence-information-macro-note": "note",
    "confluence-information-macro-tip": "tip",
    "confluence-information-macro-warning": "warning",
}
_LOZENGES = {
    "aui-lozenge-success": "Green",
    "aui-lozenge-error": "Red",
    "aui-lozenge-current": "Yellow",
    "aui-lozenge-moved": "Yellow",
    "aui-lozenge-complete": "Blue",
    "aui-lozenge-progress": "Purple",
    "aui-lozenge-new": "Purple",
}
_LEVEL = re.compile(r"[hH]([1-6])")


def _divide(converter: Converter, element: Element, *names: str) -> tuple[dict[str, Element], Blocks]:
    """The first child of each of these classes, and everything else as blocks."""
    found: dict[str, Element] = {}
    rest: list[Node] = [Text(element.text)] if element.text else []
    for child in element:
        name = next((c for c in classes(child) if c in names), "")
        if name and name not in found:
            found[name] = child
        else:
            rest += converter.convert(child)
        if child.tail:
            rest.append(Text(child.tail))
    return found, flow(rest)


def _descendant(element: Element, *names: str) -> Element | None:
    return next((e for e in element.iterdescendants() if any(c in names for c in classes(e))), None)


def _title(converter: Converter, element: Element | None) -> str:
    return inline_text(converter.line(element)).strip() if element is not None else ""


def _macro(converter: Converter, name: str, body: Blocks, text: str | None = None, **values: str) -> Iterable[Node]:
    parameters = tuple(Parameter(key, value) for key, value in values.items() if value)
    return expand(converter, Macro(name, parameters, body, text))


def message(converter: Converter, element: Element) -> Iterable[Node]:
    """An information, note, tip or warning box."""
    name = next((_MESSAGES[c] for c in classes(element) if c in _MESSAGES), "info")
    found, body = _divide(converter, element, "title", "confluence-information-macro-icon")
    icon = "true" if "confluence-information-macro-icon" in found else "false"
    return _macro(converter, name, body, title=_title(converter, found.get("title")), icon=icon)


def panel(converter: Converter, element: Element) -> Iterable[Node]:
    """A panel with its colours; a `panel` that isn't Confluence's is just a division."""
    found, rest = _divide(converter, element, "panelHeader", "panelContent")
    if "panelContent" not in found:
        return div(converter, element)
    header = found.get("panelHeader")
    style, inner = declarations(element), declarations(found["panelContent"])
    top = declarations(header) if header is not None else {}
    return _macro(
        converter,
        "panel",
        (*converter.blocks(found["panelContent"]), *rest),
        title=_title(converter, header),
        bgColor=inner.get("background-color") or style.get("background-color", ""),
        borderColor=style.get("border-color", ""),
        titleColor=top.get("color", ""),
        titleBGColor=top.get("background-color", ""),
    )


def code_panel(converter: Converter, element: Element) -> Iterable[Node]:
    """A code block with its title."""
    pre = next(element.iter("pre"), None)
    if pre is None:
        return div(converter, element)
    header = _descendant(element, "codeHeader", "preformattedHeader", "panelHeader")
    return _code(converter, pre, _title(converter, header))


def highlighted(converter: Converter, element: Element) -> Iterable[Node]:
    """A code block without a panel."""
    return _code(converter, element, "")


def _code(converter: Converter, pre: Element, title: str) -> Iterable[Node]:
    pairs = (pair.partition(":") for pair in (pre.get("data-syntaxhighlighter-params") or "").split(";"))
    settings = {name.strip(): value.strip() for name, _, value in pairs}
    return _macro(
        converter,
        "code",
        (),
        raw_text(pre),
        language=settings.get("brush", ""),
        linenumbers=settings.get("gutter", ""),
        firstline=settings.get("first-line", ""),
        title=title,
    )


def expand_container(converter: Converter, element: Element) -> Iterable[Node]:
    """An expand, open."""
    found, body = _divide(converter, element, "expand-control")
    title = found.get("expand-control")
    text = _descendant(title, "expand-control-text") if title is not None else None
    return _macro(converter, "expand", body, title=_title(converter, title if text is None else text))


def toc(converter: Converter, element: Element) -> Iterable[Node]:
    """A table of contents; the entries that the page shows are made anew."""
    levels = [int(level) for level in _LEVEL.findall(element.get("data-headerelements") or "")] or [1, 6]
    return _macro(
        converter,
        "toc",
        (),
        minLevel=str(min(levels)),
        maxLevel=str(max(levels)),
        include=element.get("data-includeheaderregex") or "",
        exclude=element.get("data-excludeheaderregex") or "",
        outline=element.get("data-numberedoutline") or "",
        type=element.get("data-structure") or "",
    )


def status(converter: Converter, element: Element) -> Iterable[Node]:
    """A status lozenge."""
    color = next((_LOZENGES[c] for c in classes(element) if c in _LOZENGES), "Grey")
    title = _title(converter, element)
    return _macro(converter, "status", (), title=title, colour=color) if title else ()


def comment_marker(converter: Converter, element: Element) -> Iterable[Node]:
    """Text that carries an inline comment."""
    reference = element.get("data-ref") or ""

    def make(content: Inlines) -> Inline:
        return Annotation(reference, content)

    return converter.wrap(element, make)


def task_list(converter: Converter, element: Element) -> Iterable[Node]:
    """A task list; a list that only looks like one stays a list."""
    if not any(child.get("data-inline-task-id") for child in element):
        return bullet_list(converter, element)
    items: list[TaskItem] = []
    for part in converter.parts(element, ("li",)):
        if not isinstance(part, tuple):
            items.append(TaskItem(converter.blocks(part), "checked" in classes(part)))
        elif items:
            items[-1] = TaskItem(items[-1].content + part, items[-1].done)
        else:
            items.append(TaskItem(part))
    return (TaskList(tuple(items)),)


def column_layout(converter: Converter, element: Element) -> Iterable[Node]:
    """A section of a page layout."""
    cells: list[Blocks] = []
    before: Blocks = ()
    for part in converter.parts(element, ("div",)):
        if isinstance(part, tuple):
            before += part
        else:
            cells.append(converter.blocks(part))
    return (*before, *columns(cells, (element.get("data-layout") or "").replace("-", "_")))


def section(converter: Converter, element: Element) -> Iterable[Node]:
    """The old layout macros: a row of columns."""
    result: list[Column] = []
    before: Blocks = ()
    for part in converter.parts(element, ("div",)):
        if isinstance(part, tuple):
            before += part
        else:
            width = length(declarations(part).get("width") or declarations(part).get("min-width"))
            result.append(Column(converter.blocks(part), width.value if width and width.unit == "%" else 0))
    if len(result) < 2:
        return (*before, *(block for column in result for block in column.content))
    return (*before, Columns(tuple(result)))
