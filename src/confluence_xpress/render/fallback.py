"""What is shown of a page that the typesetter can't take."""

from __future__ import annotations

from dataclasses import replace

from confluence_xpress.model import (
    Asset,
    Block,
    Blocks,
    Figure,
    Image,
    Inline,
    InlineImage,
    Inlines,
    Missing,
    Notice,
    Paragraph,
    Text,
)
from confluence_xpress.model.build import collapse
from confluence_xpress.model.text import block_text
from confluence_xpress.model.walk import rewrite_blocks


def without_images(content: Blocks, paths: set[str]) -> Blocks:
    """The content with these images replaced by placeholders."""

    def image(node: Image) -> Image:
        if isinstance(node.source, Asset) and node.source.path in paths:
            return replace(node, source=Missing(node.alt or "image", "it could not be typeset"))
        return node

    def block(node: Block) -> Blocks:
        return (replace(node, image=image(node.image)),) if isinstance(node, Figure) else (node,)

    def inline(node: Inline) -> Inlines:
        return (InlineImage(image(node.image)),) if isinstance(node, InlineImage) else (node,)

    return rewrite_blocks(content, block, inline)


def plain_text(content: Blocks, step: int) -> Blocks:
    """The words of the content below a notice; in the second step only the notice."""
    if step > 1:
        return (Notice("This page could not be typeset."),)
    lines = (collapse(line).strip() for line in block_text(content).split("\n"))
    text = tuple(Paragraph((Text(line),)) for line in lines if line)
    return (Notice("This page could not be typeset as it is; its text follows."), *text)
