"""The `excerpt` macro."""

from __future__ import annotations

from confluence_xpress.macros.call import Call, Expansion
from confluence_xpress.model import Excerpt


def excerpt(call: Call) -> Expansion:
    """A part of the page that other pages may include."""
    call.ignore("atlassian-macro-output-type")
    return (Excerpt(call.body, call.get("name"), call.flag("hidden")),)
