"""Several small rewriting rules applied in one pass over the tree, or in none if nothing asks for them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import Any

from confluence_xpress.model import Block, Blocks, Document, Inline, Inlines, Text
from confluence_xpress.model.walk import rewrite_blocks, same_inline

BlockRules = Mapping[type, Callable[[Any], Blocks]]
"""For a class of block: what stands in the place of such a block, its children being rewritten already."""
InlineRules = Mapping[type, Callable[[Any], Inlines]]
"""The same for nodes in a line of text."""
Kinds = frozenset[type]
"""Classes of nodes."""


def kinds_in(document: Document) -> Kinds:
    """The classes of the nodes in a document: most transforms have nothing to do on most pages."""
    found: set[type] = {Text}
    groups: list[tuple[Any, ...]] = [document.content]
    while groups:
        for node in groups.pop():
            kind = type(node)
            if kind is not Text:
                found.add(kind)
                for name in _CHILDREN[kind]:
                    groups.append(getattr(node, name))  # noqa: PERF401 - mostly none or one
    return frozenset(found)


def apply_rules(document: Document, blocks: BlockRules, inlines: InlineRules, present: Kinds) -> Document:
    """The document with each node replaced as the rule for its class says; `present` are the classes in it."""
    inlines_apply = not present.isdisjoint(inlines)
    if not inlines_apply and present.isdisjoint(blocks):
        return document
    content = rewrite(document.content, blocks, inlines if inlines_apply else {})
    return document if content is document.content else Document(content)


def rewrite(nodes: Blocks, blocks: BlockRules, inlines: InlineRules) -> Blocks:
    """The same for blocks."""

    def on_block(node: Block) -> Blocks:
        rule = blocks.get(type(node))
        return rule(node) if rule else (node,)

    def on_inline(node: Inline) -> Inlines:
        rule = inlines.get(type(node))
        return rule(node) if rule else (node,)

    return rewrite_blocks(nodes, on_block, on_inline if inlines else same_inline)


_VALUES = ("tuple[float, ...]", "tuple[str, ...]")


class _Children(dict[type, tuple[str, ...]]):
    """The fields of each class that hold nodes."""

    def __missing__(self, kind: type) -> tuple[str, ...]:
        # Annotations are strings in the model.
        annotated = ((field.name, str(field.type)) for field in fields(kind))
        self[kind] = tuple(
            name
            for name, kinds in annotated
            if kinds in ("Blocks", "Inlines") or (kinds.startswith("tuple[") and kinds not in _VALUES)
        )
        return self[kind]


_CHILDREN = _Children()
