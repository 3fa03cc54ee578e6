"""Rewriting the tree: rules by class, and what is left alone."""

from __future__ import annotations

from confluence_xpress.model import (
    Anchor,
    BulletList,
    Cell,
    Column,
    Columns,
    Document,
    Expand,
    Heading,
    Image,
    InlineImage,
    ListItem,
    Mark,
    Panel,
    Paragraph,
    Row,
    Rule,
    Table,
    Text,
    Url,
)
from confluence_xpress.model.walk import rewrite_blocks
from confluence_xpress.transforms.rules import apply_rules, kinds_in
from tests.sites import head, para, text

LEAF = para("x", Mark("strong", (Mark("emphasis", (Anchor("deep"),)),)))
DOCUMENT = Document(
    (
        head(1, "h"),
        Panel("info", (BulletList((ListItem((LEAF,)), ListItem((Rule(),)))),), title=text("t")),
        Table((Row((Cell((Expand("e", (Columns((Column((para(InlineImage(Image(Url("u")))),), 50),)),)),)),)),)),
    )
)


def test_the_kinds_of_all_nodes_are_found() -> None:
    kinds = kinds_in(DOCUMENT)
    assert {Heading, Panel, ListItem, Paragraph, Text, Mark, Anchor, Rule, Table, Cell, Column, InlineImage} <= kinds
    assert Url not in kinds


def test_what_does_not_change_is_kept() -> None:
    assert rewrite_blocks(DOCUMENT.content, lambda node: (node,), lambda node: (node,)) is DOCUMENT.content
    assert apply_rules(DOCUMENT, {}, {}, kinds_in(DOCUMENT)) is DOCUMENT
    changed = apply_rules(DOCUMENT, {Rule: lambda _: ()}, {}, kinds_in(DOCUMENT))
    assert changed.content[0] is DOCUMENT.content[0]
    assert changed.content[2] is DOCUMENT.content[2]
    panel = changed.content[1]
    assert isinstance(panel, Panel)
    assert panel == Panel("info", (BulletList((ListItem((LEAF,)), ListItem(()))),), title=text("t"))


def test_rules_reach_every_depth() -> None:
    changed = apply_rules(DOCUMENT, {}, {Anchor: lambda _: text("a"), InlineImage: lambda _: ()}, kinds_in(DOCUMENT))
    assert {Anchor, InlineImage}.isdisjoint(kinds_in(changed))
    assert para("x", Mark("strong", (Mark("emphasis", text("a")),))) in [
        item.content[0]
        for item in changed.content[1].content[0].items  # type: ignore[union-attr]
        if item.content
    ]
