"""The one table of macros. To add one: write a small file with its handler, and name it here."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from confluence_xpress.diagnostics import Diagnostic
from confluence_xpress.macros.anchor import anchor
from confluence_xpress.macros.call import Call, Expansion, Otherwise, Static
from confluence_xpress.macros.children import children
from confluence_xpress.macros.code import code, noformat
from confluence_xpress.macros.context import Computed, Context
from confluence_xpress.macros.excerpt import excerpt
from confluence_xpress.macros.excerpt_include import excerpt_include
from confluence_xpress.macros.expand import expand
from confluence_xpress.macros.include import include
from confluence_xpress.macros.index_term import index_term
from confluence_xpress.macros.interactive import interactive
from confluence_xpress.macros.jira import jira
from confluence_xpress.macros.layout import column, section
from confluence_xpress.macros.panels import KINDS, message, panel
from confluence_xpress.macros.properties import details
from confluence_xpress.macros.scroll_title import scroll_title
from confluence_xpress.macros.status import status
from confluence_xpress.macros.toc import toc, toc_zone
from confluence_xpress.model import Macro

STATIC: Mapping[str, Static] = MappingProxyType(
    {
        **dict.fromkeys(KINDS, message),
        **dict.fromkeys(
            ("create-from-template", "create-space-button", "livesearch", "pagetreesearch", "scroll-exportbutton"),
            interactive,
        ),
        "anchor": anchor,
        "code": code,
        "details": details,
        "excerpt": excerpt,
        "expand": expand,
        "noformat": noformat,
        "panel": panel,
        "scroll-indexterm": index_term,
        "scroll-title": scroll_title,
        "section": section,
        "status": status,
        "toc": toc,
        "toc-zone": toc_zone,
    }
)
COMPUTED: Mapping[str, Computed] = MappingProxyType(
    {
        "children": children,
        "column": column,
        "excerpt-include": excerpt_include,
        "include": include,
        "jira": jira,
        "jiraissues": jira,
    }
)


def is_computed(name: str) -> bool:
    """Whether the macro waits for the macro transform."""
    return name.casefold() in COMPUTED


def expand_static(macro: Macro) -> tuple[Expansion, tuple[Diagnostic, ...]] | None:
    """What a reader puts in the macro's place; None if it isn't a static macro (then it stays in the tree)."""
    handler = STATIC.get(macro.name.casefold())
    if handler is None:
        return None
    call = Call(macro)
    return _finish(call, handler(call))


def expand_computed(macro: Macro, context: Context) -> tuple[Expansion, tuple[Diagnostic, ...]] | Otherwise | None:
    """What the macro transform puts in the macro's place; None if nobody knows the macro.

    `Otherwise`: the macro is known, but what it shows can't be had.
    """
    handler = COMPUTED.get(macro.name.casefold())
    if handler is None:
        return None
    call = Call(macro)
    result = handler(call, context)
    return result if isinstance(result, Otherwise) else _finish(call, result)


def _finish(call: Call, result: Expansion) -> tuple[Expansion, tuple[Diagnostic, ...]]:
    expansion = (*result, *call.leftover())
    for name in call.unread():
        call.report("macro-parameter-ignored", f"parameter “{name}” of macro “{call.macro.name}” has no effect here")
    return expansion, tuple(call.diagnostics)
