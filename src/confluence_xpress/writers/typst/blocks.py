"""Block nodes as Typst markup: calls of the template's functions, a blank line between blocks."""

from __future__ import annotations

from dataclasses import replace
from typing import assert_never

from confluence_xpress.model import (
    Asset,
    Block,
    Blocks,
    BulletList,
    Card,
    CodeBlock,
    Columns,
    Contents,
    DecisionList,
    Destination,
    Excerpt,
    Expand,
    Figure,
    Files,
    Heading,
    Image,
    Inlines,
    ListItem,
    Macro,
    Missing,
    Notice,
    OrderedList,
    PageProperties,
    Panel,
    Paragraph,
    Preformatted,
    Quote,
    Rule,
    SyncedBlock,
    Table,
    TaskList,
    Text,
    Url,
)
from confluence_xpress.model.text import block_text, target_text
from confluence_xpress.model.walk import iter_blocks, iter_inlines
from confluence_xpress.writers.typst.breaks import breakable
from confluence_xpress.writers.typst.color import is_dark
from confluence_xpress.writers.typst.compose import compose
from confluence_xpress.writers.typst.escape import literal, markup, string
from confluence_xpress.writers.typst.files import write_file
from confluence_xpress.writers.typst.groups import Beside, Landscape, group
from confluence_xpress.writers.typst.inlines import write_inlines, write_link
from confluence_xpress.writers.typst.measure import figure_size
from confluence_xpress.writers.typst.state import Place
from confluence_xpress.writers.typst.tables import write_table

SHORT_REASON = 45
"""Characters of a reason that is shown in the document."""
LONG_CONTENTS = 24
"""Entries of a page's own contents from which on they stand in two columns."""
SHORT_CODE = 14
"""Lines of code that stay on one page."""
_SIDES = {"left": "left", "center": "center", "right": "right", "justify": "left"}
_PLACES = {"left": "left", "wrap-left": "left", "right": "right", "wrap-right": "right"}


def write_blocks(nodes: Blocks, place: Place) -> str:
    """Markup of blocks, separated by blank lines."""
    if place.in_box:
        return "\n\n".join([write_block(node, place) for node in nodes])
    return "\n\n".join([compose(_write_group(node, place)) for node in group(nodes)])


def _write_group(node: Block | Beside | Landscape, place: Place) -> str:
    match node:
        case Beside():
            return _beside(node, place)
        case Landscape():
            written = "\n\n".join(write_block(block, place) for block in node.content)
            return f"#landscape[\n{written}\n]"
        case _:
            return write_block(node, place)


def write_block(node: Block, place: Place) -> str:
    """Markup of one block."""
    match node:
        case Paragraph():
            return _paragraph(node, place)
        case Heading():
            return _heading(node, place)
        case BulletList():
            return f"#bullets({_tight(node.items)}{_items(node.items, place)})"
        case OrderedList():
            start = f"start: {max(0, node.start)}, " if node.start != 1 else ""
            return f"#numbers({_tight(node.items)}{start}{_items(node.items, place)})"
        case TaskList():
            inner = place.boxed()
            rows = "".join(f"({literal(i.done)}, [{write_blocks(i.content, inner)}]), " for i in node.items)
            return f"#tasks({rows})"
        case DecisionList():
            inner = place.boxed()
            rows = "".join(f"({literal(i.decided)}, [{write_blocks(i.content, inner)}]), " for i in node.items)
            return f"#decisions({rows})"
        case Quote():
            return f"#quotation[{_body(node.content, place.boxed())}]"
        case CodeBlock():
            return _code(node, place)
        case Preformatted():
            return f"#preformatted[{write_inlines(node.content, replace(place, word_limit=16))}]"
        case Panel():
            return _panel(node, place) if node.content or node.title else ""
        case Expand():
            arguments = [f"title: [{breakable(node.title, place.word_limit)}]"] if node.title.strip() else []
            if is_short(node.content):
                arguments.append("whole: true")
            return f"#expand({', '.join(arguments)})[{_body(node.content, place.boxed())}]"
        case Rule():
            return f"#divider({_rule_arguments(node)})"
        case Table():
            return write_table(node, place, write_blocks)
        case Columns():
            inner = place.narrow()
            known = [column.width for column in node.columns if column.width > 0]
            usual = sum(known) / len(known) if known else 1.0
            widths = literal([float(column.width or usual) for column in node.columns])
            bodies = ", ".join(f"[{_body(column.content, inner)}]" for column in node.columns)
            return f"#side-by-side({widths}, {bodies})"
        case Figure():
            caption = f", caption: [{write_inlines(node.caption, place)}]" if node.caption else ""
            return f"#picture({_image(node.image, place)}{caption}, side: {_PLACES.get(node.place, 'center')})"
        case Files():
            return f"#file-cards({''.join(write_file(file, place) + ', ' for file in node.files)})"
        case Card():
            return _card(node, place)
        case Excerpt() | PageProperties() | SyncedBlock():
            return write_blocks(node.content, place)
        case Contents():
            return _contents(node, place)
        case Notice():
            return f"#notice([{breakable(node.message, place.word_limit)}])[{_body(node.content, place.boxed())}]"
        case Macro():
            return f"#notice([{breakable(node.name, place.word_limit)}])[{_body(node.body, place.boxed())}]"
        case _:
            assert_never(node)


def is_short(nodes: Blocks) -> bool:
    """Whether the blocks surely take less than a third of a page, so that a box around them need not break."""
    if len(nodes) > 8 or any(isinstance(n, (Table, Figure, Columns)) for n in iter_blocks(nodes)):
        return False
    lines = block_text(nodes).split("\n")
    return sum(1 + len(line) // 60 for line in lines) <= 14


def _body(nodes: Blocks, place: Place) -> str:
    """Blocks as the body of a box; one paragraph alone stays in its line."""
    written = write_blocks(nodes, place)
    return f"\n{written}\n" if "\n" in written else written


def _paragraph(node: Paragraph, place: Place) -> str:
    written = write_inlines(node.content, place)
    if node.small:
        written = f"#small[{written}]"
    if _begins_at_right(node.content):
        written = f"#from-right[{written}]"
    if node.align in ("center", "right"):
        written = f"#aligned({_SIDES[node.align]})[{written}]"
    if node.indent:
        written = f"#indented({min(node.indent, 8)})[{written}]"
    return written


def _begins_at_right(nodes: Inlines) -> bool:
    """Whether the first letter of a line is of a script that runs from right to left."""
    for node in iter_inlines(nodes):
        if isinstance(node, Text):
            for character in node.text:
                if character.isalpha():
                    return "\u0590" <= character <= "\u08ff" or "\ufb1d" <= character <= "\ufefc"
    return False


def _heading(node: Heading, place: Place) -> str:
    target = f"target: {string(node.label)}, " if place.claim(node.label) else ""
    number = f"number: [{markup(node.number)}], " if node.number else ""
    side = f"side: {_SIDES[node.align]}, " if node.align in ("center", "right") else ""
    written = (
        f"#page-heading(level: {place.level + node.level}, rank: {node.level}, {number}{target}{side})"
        f"[{write_inlines(node.content, place)}]"
    )
    return f"#indented({min(node.indent, 8)})[{written}]" if node.indent else written


def _tight(items: tuple[ListItem, ...]) -> str:
    plain = all(
        (i == 0 and isinstance(block, Paragraph)) or (i > 0 and isinstance(block, (BulletList, OrderedList)))
        for item in items
        for i, block in enumerate(item.content)
    )
    return "" if plain else "tight: false, "


def _items(items: tuple[ListItem, ...], place: Place) -> str:
    inner = place.boxed()
    return ", ".join(f"[{write_blocks(item.content, inner)}]" for item in items)


def _code(node: CodeBlock, place: Place) -> str:
    text = node.text.expandtabs(4)
    longest = max(map(len, text.split("\n")))
    room = place.code_columns - (6 if node.line_numbers else 0)
    arguments = [string(text)]
    if node.language:
        arguments.append(f"lang: {string(node.language)}")
    if node.title:
        arguments.append(f"title: [{breakable(node.title, place.word_limit)}]")
    if node.line_numbers:
        arguments.append(f"numbers: true, first: {max(0, node.first_line)}")
    if text.count("\n") < SHORT_CODE:
        arguments.append("whole: true")
    # East Asian characters are twice as wide.
    if longest > room or (not text.isascii() and longest * 2 > room):
        arguments.append("wrap: true")
    return f"#code({', '.join(arguments)})"


def _panel(node: Panel, place: Place) -> str:
    inner = place.boxed()
    arguments = [f"kind: {string(node.kind)}"]
    if node.title:
        arguments.append(f"title: [{write_inlines(node.title, inner)}]")
    if not node.show_icon:
        arguments.append("icon: none")
    elif node.icon and node.icon.text:
        arguments.append(f"icon: emoji({string(node.icon.text)})")
    if node.color:
        arguments.append(f"fill: {string(node.color)}")
    if node.border:
        arguments.append(f"border: {string(node.border)}")
    if node.title and node.title_background:
        arguments.append(f"title-fill: {string(node.title_background)}")
        if not node.title_color and is_dark(node.title_background):
            arguments.append('title-color: "#FFFFFF"')
    if node.title_color:
        arguments.append(f"title-color: {string(node.title_color)}")
    if is_short(node.content):
        arguments.append("whole: true")
    body = _body(node.content, inner)
    if node.color and is_dark(node.color):
        body = f"#on-dark[{body}]"
    return f"#panel({', '.join(arguments)})[{body}]"


def _rule_arguments(node: Rule) -> str:
    arguments = []
    if node.color:
        arguments.append(f"color: {string(node.color)}")
    if node.style != "solid":
        arguments.append(f"dash: {string(node.style)}")
    if node.weight != 1:
        arguments.append(f"weight: {node.weight}")
    return ", ".join(arguments)


def _image(image: Image, place: Place) -> str:
    """An expression that shows the image, or a placeholder."""
    match image.source:
        case Asset():
            width, height = figure_size(image, image.source)
            border = f", border: ({image.border.width}pt, {string(image.border.color)})" if image.border else ""
            shown = (
                f"fitted-image({string(image.source.path)}, alt: {string(image.alt or image.title or 'image')}, "
                f"width: {width:.2f}pt, height: {height:.2f}pt{border})"
            )
        case Missing():
            name = image.alt or image.title or image.source.name
            # The whole story is in the manifest.
            short = len(image.source.reason) <= SHORT_REASON
            reason = f"[{breakable(image.source.reason, 16)}]" if short else "none"
            shown = f"missing-image([{breakable(name, 16)}], {reason})"
        case source:
            shown = f"missing-image([{breakable(image.alt or target_text(source), 16)}], none)"
    linked = write_link(image.link, f"#{shown};", place)
    return f"[{linked}]" if linked.startswith("#link") else shown


def _beside(group: Beside, place: Place) -> str:
    inner = place.narrow()
    figure = group.figure
    caption = f", caption: [{write_inlines(figure.caption, inner)}]" if figure.caption else ""
    side = "left" if figure.place == "wrap-left" else "right"
    return (
        f"#beside(side: {side}, width: {group.width:.1f}pt, picture({_image(figure.image, place)}{caption}), "
        f"[{_body(group.text, replace(place.boxed(), code_columns=30))}])"
    )


def _card(node: Card, place: Place) -> str:
    address = target_text(node.target)
    title = write_inlines(node.content, place) or breakable(address, 24)
    arguments = [f"[{title}]"]
    if node.content and isinstance(node.target, Url):
        arguments.append(f"address: [{breakable(address, 24)}]")
    match node.target:
        case Destination():
            arguments.append(f"target: {place.address(node.target)}")
        case Url() if node.target.href:
            arguments.append(f"target: {string(node.target.href)}")
        case _:
            pass
    return f"#card({', '.join(arguments)})"


def _contents(node: Contents, place: Place) -> str:
    rows = "".join(
        f"({e.level}, {f'[{markup(e.number)}]' if e.number else 'none'}, "
        f"[{write_inlines(e.content, place)}], {place.address(e.target)}), "
        for e in node.entries
    )
    flags = "flat: true, " if node.flat else ""
    if len(node.entries) > LONG_CONTENTS and not place.in_box:
        flags += "halves: true, "
    return f"#page-contents({flags}({rows}))" if rows else ""
