"""The `anchor` macro."""

from __future__ import annotations

from confluence_xpress.macros.call import Call, Expansion
from confluence_xpress.model import Anchor


def anchor(call: Call) -> Expansion:
    """A named place in the text."""
    call.ignore("legacyAnchorId", "_parentId")
    name = call.get("", "name", "anchor")
    return (Anchor(name),) if name else ()
