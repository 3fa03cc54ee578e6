"""The page properties macro, `details`."""

from __future__ import annotations

from confluence_xpress.macros.call import Call, Expansion
from confluence_xpress.model import PageProperties


def details(call: Call) -> Expansion:
    """A table of keys and values that reports read."""
    call.ignore("label")
    return (PageProperties(call.body, call.get("id"), call.flag("hidden")),)
