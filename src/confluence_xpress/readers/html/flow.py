"""Mixtures of blocks and inline nodes, put in order: what stands in a line, what on lines of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeGuard

from confluence_xpress.macros.table import is_computed
from confluence_xpress.model import (
    Anchor,
    Block,
    Blocks,
    Figure,
    Heading,
    IndexTerm,
    Inline,
    InlineImage,
    InlineMacro,
    Inlines,
    LineBreak,
    LinkTarget,
    Macro,
    Paragraph,
    Text,
)
from confluence_xpress.model.build import is_blank, is_inline, to_blocks, trim
from confluence_xpress.model.text import block_text
from confluence_xpress.model.walk import rewrite_blocks

if TYPE_CHECKING:
    from typing_extensions import TypeIs


@dataclass(frozen=True, slots=True)
class Loose:
    """An image or an unexpanded macro as its handler gives it: `flow` finds out whether it stands in a line of text."""

    block: Figure | Macro


Node = Block | Inline | Loose
Make = Callable[[Inlines], Inline]

_PLAIN = Paragraph(())
_FLOATS = ("wrap-left", "wrap-right")
_WIDE = ("wide", "full-width")


def is_block(node: Node) -> TypeIs[Block]:
    """Whether the node certainly stands on lines of its own."""
    return not isinstance(node, Loose) and not is_inline(node)


def flow(nodes: list[Node], like: Paragraph | None = None) -> Blocks:
    """Blocks from a mixture; inline nodes become paragraphs like `like`, loose blocks join the text beside them."""
    if not nodes:
        return ()
    like = like or _PLAIN
    plain = [node for node in nodes if not isinstance(node, Loose)]
    if len(plain) == len(nodes):
        return to_blocks(plain, like)
    settled: list[Block | Inline] = []
    run: list[Inline | Loose] = []
    for node in nodes:
        if isinstance(node, Loose) or is_inline(node):
            run.append(node)
        else:
            settled += _settle(run)
            settled.append(node)
            run = []
    settled += _settle(run)
    blocks = to_blocks(settled, like)
    return aligned(blocks, like) if like.align else blocks


def aligned(blocks: Blocks, like: Paragraph) -> Blocks:
    """Blocks that inherit the alignment and indentation of the element around them, unless they have their own."""
    return tuple(_inherit(block, like) for block in blocks)


def _inherit(block: Block, like: Paragraph) -> Block:
    match block:
        case Paragraph() | Heading():
            return replace(block, align=block.align or like.align, indent=max(block.indent, like.indent))
        case Figure(place="") if like.align in ("left", "center", "right"):
            return replace(block, place=like.align)
        case _:
            return block


def wrap(nodes: Iterable[Node], make: Make) -> list[Node]:
    """Inline nodes inside what `make` gives for them; inside blocks each line of text for itself, blocks stay whole."""
    result: list[Node] = []
    run: list[Inline] = []
    for node in nodes:
        if isinstance(node, Loose) or not is_inline(node):
            if run:
                result += _wrap_run(run, make)
                run = []
            if isinstance(node, Loose):
                result.append(node)
            else:
                result += rewrite_blocks((node,), lambda block: (_wrap_line(block, make),))
        else:
            run.append(node)
    if run:
        result += _wrap_run(run, make)
    return result


def _wrap_run(run: list[Inline], make: Make) -> list[Node]:
    content = tuple(run)
    return [*run] if is_blank(content) else [make(content)]


def shows_nothing(nodes: Iterable[Node]) -> bool:
    """Whether there is no node but white space."""
    return all(type(node) is Text and not node.text.strip() for node in nodes)


def _wrap_line(block: Block, make: Make) -> Block:
    if isinstance(block, Paragraph | Heading) and not is_blank(block.content):
        return replace(block, content=(make(block.content),))
    return block


def link_images(nodes: Iterable[Node], target: LinkTarget, anchor: str = "") -> Iterator[Node]:
    """The same nodes, their images clickable."""
    for node in nodes:
        match node:
            case Loose(Figure() as figure) | (Figure() as figure) if figure.image.link is None:
                linked = replace(figure, image=replace(figure.image, link=target, link_anchor=anchor))
                yield Loose(linked) if isinstance(node, Loose) else linked
            case _:
                yield node


def to_line(nodes: Iterable[Node]) -> Inlines:
    """A mixture as one line of text; blocks in it are set apart by line breaks."""
    line: list[Inline] = []
    for node in nodes:
        match node.block if isinstance(node, Loose) else node:
            case Figure() as figure:
                line.append(InlineImage(figure.image))
                line += (Text(" "), *figure.caption) if figure.caption else ()
            case Macro() as macro:
                line.append(InlineMacro(macro))
            case Paragraph() | Heading() as block:
                line += (LineBreak(), *block.content) if line else block.content
            case inner if is_inline(inner):
                line.append(inner)
            case inner:
                text = Text(block_text((inner,)))
                line += (LineBreak(), text) if line else (text,)
    return trim(line)


def _settle(run: list[Inline | Loose]) -> list[Block | Inline]:
    """A run of inline nodes and loose blocks: those with text beside them become inline, the others blocks."""
    if not any(_is_visible(node) for node in run):
        return [_alone(node) if isinstance(node, Loose) else node for node in run]
    # Text flows around a float: it stands before the paragraph, which stays in one piece.
    result: list[Block | Inline] = [node.block for node in run if _is_float(node)]
    lines: list[list[Inline | Loose]] = [[]]
    for node in run:
        if isinstance(node, LineBreak):
            lines.append([])
        elif not _is_float(node):
            lines[-1].append(node)
    apart = True
    for line in lines:
        own = any(isinstance(node, Loose) and isinstance(node.block, Figure) for node in line)
        own = own and not any(_is_visible(node) for node in line)
        if not (apart or own):
            result.append(LineBreak())
        result += [(_alone(node) if own else _in_line(node)) if isinstance(node, Loose) else node for node in line]
        apart = own
    return result


def _is_visible(node: Inline | Loose) -> bool:
    match node:
        case Text():
            return bool(node.text.strip())
        case LineBreak() | Anchor() | IndexTerm() | Loose() | InlineImage():
            return False
        case _:
            return True


def _is_float(node: Inline | Loose) -> TypeGuard[Loose]:
    return isinstance(node, Loose) and isinstance(node.block, Figure) and node.block.place in _FLOATS


def _alone(node: Loose) -> Block | Inline:
    block = node.block
    return InlineMacro(block) if isinstance(block, Macro) and _is_phrase(block) else block


def _in_line(node: Loose) -> Block | Inline:
    block = node.block
    if isinstance(block, Figure):
        return block if block.caption or block.place in _WIDE else InlineImage(block.image)
    return block if _is_block(block) and not _is_phrase(block) else InlineMacro(block)


def _is_phrase(macro: Macro) -> bool:
    """Whether the macro is made to stand in a line, even when it is alone there."""
    name = macro.name.casefold()
    parameters = {p.name.casefold(): p.value.strip().casefold() for p in macro.parameters}
    return (
        parameters.get("atlassian-macro-output-type") == "inline"
        or (name in ("jira", "jiraissues") and (bool(parameters.get("key")) or parameters.get("count") == "true"))
        or "inline" in name
    )


def _is_block(macro: Macro) -> bool:
    """Whether the macro stands on lines of its own, even when text is beside it: it splits the paragraph."""
    return is_computed(macro.name) or len(macro.body) > 1 or any(not isinstance(b, Paragraph) for b in macro.body)
