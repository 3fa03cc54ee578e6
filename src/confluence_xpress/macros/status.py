"""The `status` macro."""

from __future__ import annotations

from confluence_xpress.macros.call import Call, Expansion
from confluence_xpress.model import Status
from confluence_xpress.model.build import collapse
from confluence_xpress.model.color import normal_color

_COLORS = {
    "grey": "neutral",
    "gray": "neutral",
    "neutral": "neutral",
    "red": "red",
    "yellow": "yellow",
    "green": "green",
    "blue": "blue",
    "purple": "purple",
}


def status(call: Call) -> Expansion:
    """A coloured lozenge; one without a title shows its colour's name."""
    call.ignore("subtle")
    color = call.get("colour", "color")
    title = collapse(call.get("title")) or color
    return (Status(title, _COLORS.get(color.casefold()) or normal_color(color) or "neutral"),) if title else ()
