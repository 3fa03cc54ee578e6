"""Tables of contents: `toc` and `toc-zone`. A transform fills in the entries."""

from __future__ import annotations

from confluence_xpress.macros.call import Call, Expansion
from confluence_xpress.model import Contents


def toc(call: Call) -> Expansion:
    """The page's headings."""
    return (_contents(call),)


def toc_zone(call: Call) -> Expansion:
    """Contents before, after or around the body."""
    contents = _contents(call)
    match call.get("location").casefold():
        case "bottom":
            return (*call.body, contents)
        case "both":
            return (contents, *call.body, contents)
        case _:
            return (contents, *call.body)


def _contents(call: Call) -> Contents:
    call.ignore("style", "indent", "separator", "printable", "class", "cssClass", "absoluteUrl", "breakoutMode")
    call.ignore("breakoutWidth", "_parentId", "legacyAnchorId")
    low = min(max(call.number("minLevel", default=1), 1), 6)
    high = min(max(call.number("maxLevel", default=6), low), 6)
    return Contents(
        low,
        high,
        call.get("include"),
        call.get("exclude"),
        flat=call.get("type").casefold() == "flat",
        numbered=call.flag("outline"),
    )
