"""The table of HTML elements, and that of Confluence's classes."""

from __future__ import annotations

from collections.abc import Iterable

from lxml.etree import _Element as Element

from confluence_xpress.model import Heading
from confluence_xpress.readers.html.blocks import BLOCKS, bullet_list, div, heading, paragraph, preformatted
from confluence_xpress.readers.html.convert import Converter, Handler, nothing
from confluence_xpress.readers.html.flow import Node
from confluence_xpress.readers.html.images import image
from confluence_xpress.readers.html.inlines import INLINES, named, span
from confluence_xpress.readers.html.style import classes
from confluence_xpress.readers.html.tables import TABLES
from confluence_xpress.readers.view import macros, resources


def _by_class(fallback: Handler, **handlers: Handler) -> Handler:
    """A handler that the first known class of an element chooses (`_` stands for `-`)."""
    table = {name.replace("_", "-"): handler for name, handler in handlers.items()}

    def handler(converter: Converter, element: Element) -> Iterable[Node]:
        for name in classes(element):
            if found := table.get(name):
                return found(converter, element)
        return fallback(converter, element)

    return handler


def anchored_heading(converter: Converter, element: Element) -> Iterable[Node]:
    """A heading with the anchor by which links in rendered pages find it."""
    anchor = named(element)
    for block in heading(converter, element):
        if isinstance(block, Heading):
            yield Heading(block.level, (*anchor, *block.content), block.align, block.indent)
            anchor = ()
        else:
            yield block


ELEMENTS: dict[str, Handler] = {
    **INLINES,
    **BLOCKS,
    **TABLES,
    **dict.fromkeys(("h1", "h2", "h3", "h4", "h5", "h6"), anchored_heading),
    "div": _by_class(
        div,
        confluence_information_macro=macros.message,
        code=macros.code_panel,
        preformatted=macros.code_panel,
        panel=macros.panel,
        expand_container=macros.expand_container,
        toc_macro=macros.toc,
        columnLayout=macros.column_layout,
        sectionMacroRow=macros.section,
    ),
    "span": _by_class(span, status_macro=macros.status, inline_comment_marker=macros.comment_marker),
    "p": _by_class(paragraph, media_group=resources.media_group),
    "pre": _by_class(preformatted, syntaxhighlighter_pre=macros.highlighted),
    "ul": _by_class(bullet_list, inline_task_list=macros.task_list),
    "img": _by_class(image, confluence_embedded_image=resources.embedded_image, emoticon=resources.emoticon),
    "a": _by_class(
        resources.any_link,
        confluence_userlink=resources.person,
        user_mention=resources.person,
        confluence_embedded_file=resources.file_card,
    ),
    "fieldset": _by_class(div, parameters=nothing),
}

HIDDEN = frozenset(name for name, handler in ELEMENTS.items() if handler is nothing)
"""Elements whose text is not for readers."""
