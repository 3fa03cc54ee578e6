"""The `scroll-title` macro of K15t's Scroll apps."""

from __future__ import annotations

from dataclasses import replace

from confluence_xpress.macros.call import Call, Expansion
from confluence_xpress.model import Anchor, Figure, Inlines, Paragraph, Table, Text
from confluence_xpress.model.build import collapse


def scroll_title(call: Call) -> Expansion:
    """The caption of the table or image in it; of anything else, a small line above it."""
    call.ignore("type")
    title = collapse(call.get("title", "")).strip()
    name = call.get("anchor")
    place: Inlines = (Anchor(name),) if name else ()
    body = call.body
    if not title:
        return (Paragraph(place), *body) if place else body
    caption = (*place, Text(title))
    shown = [(index, block) for index, block in enumerate(body) if isinstance(block, Figure | Table)]
    if len(shown) == 1 and not shown[0][1].caption:
        index, block = shown[0]
        return (*body[:index], replace(block, caption=caption), *body[index + 1 :])
    return (Paragraph(caption, small=True), *body)
