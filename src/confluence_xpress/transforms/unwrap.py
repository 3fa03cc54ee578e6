"""Wrappers that have done their work are taken off: excerpts, page properties, synced blocks, comment marks."""

from __future__ import annotations

from confluence_xpress.diagnostics import Diagnostic
from confluence_xpress.model import Annotation, Blocks, Inlines, Notice, SyncedBlock


def unwrap_annotation(node: Annotation) -> Inlines:
    """The text that carries an inline comment."""
    return node.content


def unwrap_synced(node: SyncedBlock) -> tuple[Blocks, tuple[Diagnostic, ...]]:
    """The synced content, or a notice where this page has only the reference."""
    if node.content:
        return node.content, ()
    message = "The content of a synced block is kept on another page and can't be read from this one."
    hint = "Copy the content into the page, or export the page that owns the block."
    return (Notice(message),), (
        Diagnostic("synced-block-unavailable", message, place=f"synced block {node.resource_id}", hint=hint),
    )
