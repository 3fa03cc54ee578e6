"""The old editor's layout macros: `section`, which holds `column`s."""

from __future__ import annotations

import re

from confluence_xpress.macros.call import Call, Expansion
from confluence_xpress.macros.context import Context
from confluence_xpress.model import Block, Column, Columns, Macro

_WIDTH = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(%|px)?\s*")


def section(call: Call) -> Expansion:
    """Columns side by side; what stands between columns separates them."""
    call.ignore("border")
    result: list[Block] = []
    group: list[Macro] = []
    for block in call.body:
        if isinstance(block, Macro) and block.name.casefold() == "column":
            group.append(block)
        else:
            result += _columns(group)
            group = []
            result.append(block)
    return (*result, *_columns(group))


def column(call: Call, _context: Context) -> Expansion:
    """A column outside a section is nothing but its content."""
    call.ignore("width")
    return call.body


def _columns(group: list[Macro]) -> list[Block]:
    if len(group) < 2:
        return [block for macro in group for block in macro.body]
    found = [_WIDTH.fullmatch(Call(macro).get("width")) for macro in group]
    sizes = [(float(match[1]), match[2] or "px") if match else None for match in found]
    widths = [0.0] * len(group)
    if all(size and size[1] == "px" for size in sizes):
        total = sum(size[0] for size in sizes if size)
        widths = [round(100 * size[0] / total, 2) if size and total else 0 for size in sizes]
    else:
        widths = [size[0] if size and size[1] == "%" else 0 for size in sizes]
    return [Columns(tuple(Column(macro.body, width) for macro, width in zip(group, widths, strict=True)))]
