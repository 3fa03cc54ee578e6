"""Macros in their places: static ones give way to what they show, the others stay in the tree."""

from __future__ import annotations

from collections.abc import Iterable

from confluence_xpress.macros.table import expand_static
from confluence_xpress.model import Macro
from confluence_xpress.readers.html.convert import Converter
from confluence_xpress.readers.html.flow import Loose, Node


def expand(converter: Converter, macro: Macro) -> Iterable[Node]:
    """What stands in the macro's place. If its handler fails, the macro stays."""
    try:
        expanded = expand_static(macro)
    except Exception as error:  # noqa: BLE001 - a defect in one macro must not cost the page
        converter.report("macro-failed", f"macro “{macro.name}” failed: {type(error).__name__}", f"macro {macro.name}")
        return (Loose(macro),)
    if expanded is None:
        return (Loose(macro),)
    expansion, diagnostics = expanded
    converter.diagnostics += diagnostics
    return expansion
