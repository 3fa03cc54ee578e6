"""Block elements: paragraphs, headings, lists, quotations, preformatted text."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from lxml.etree import _Element as Element

from confluence_xpress.model import (
    Block,
    BulletList,
    CodeBlock,
    Expand,
    Figure,
    Heading,
    Inline,
    Inlines,
    LineBreak,
    Link,
    ListItem,
    Mark,
    OrderedList,
    Paragraph,
    Preformatted,
    Quote,
    Rule,
    Table,
    Text,
    Url,
)
from confluence_xpress.model.build import filled_items, is_blank
from confluence_xpress.model.text import inline_text
from confluence_xpress.readers.html.convert import Converter, Handler, division, nothing
from confluence_xpress.readers.html.flow import Loose, Node, aligned, is_block, to_line, wrap
from confluence_xpress.readers.html.style import paragraph_like


def paragraph(converter: Converter, element: Element) -> Iterable[Node]:
    """`p`. A block inside splits it."""
    return converter.blocks(element, paragraph_like(element))


def heading(converter: Converter, element: Element) -> Iterable[Node]:
    """`h1` … `h6`. A block inside splits it."""
    level = int(element.tag[-1])
    for block in converter.blocks(element, paragraph_like(element)):
        if isinstance(block, Paragraph):
            yield Heading(level, block.content, block.align, block.indent)
        else:
            yield block


def bullet_list(converter: Converter, element: Element) -> Iterable[Node]:
    """`ul`."""
    items = filled_items(_items(converter, element))
    return (BulletList(items),) if items else ()


def ordered_list(converter: Converter, element: Element) -> Iterable[Node]:
    """`ol` with its start number."""
    items = filled_items(_items(converter, element), numbered=True)
    start = (element.get("start") or "").strip()
    return (OrderedList(items, int(start) if start.isdecimal() and len(start) < 10 else 1),) if items else ()


def _items(converter: Converter, element: Element) -> list[ListItem]:
    items: list[ListItem] = []
    for part in converter.parts(element, ("li",)):
        if not isinstance(part, tuple):
            items.append(ListItem(converter.blocks(part)))
        elif items:  # a list directly inside a list belongs to the item before it
            items[-1] = ListItem(items[-1].content + part)
        else:
            items.append(ListItem(part))
    return items


def list_item(converter: Converter, element: Element) -> Iterable[Node]:
    """`li` outside a list."""
    content = converter.blocks(element)
    return (BulletList((ListItem(content),)),) if content else ()


def quote(converter: Converter, element: Element) -> Iterable[Node]:
    """`blockquote`."""
    content = converter.blocks(element)
    return (Quote(content),) if content else ()


def rule(converter: Converter, element: Element) -> Iterable[Node]:
    """`hr`; what stands inside it can only come from sloppy mark-up."""
    return [Rule(), *converter.nodes(element)]


def preformatted(converter: Converter, element: Element) -> Iterable[Node]:
    """`pre`: code when it is only text, else lines in which spaces count."""
    if all(child.tag in ("br", "code", "span") and not child.attrib and not len(child) for child in element):
        text = "".join(_code_text(element)).replace("\r\n", "\n").strip("\n")
        return (CodeBlock(text),) if text.strip() else ()
    result: list[Block] = []
    line: list[Inline] = []
    for node in converter.preserved(element):
        if is_block(node):
            result += _preformatted(line)
            line = []
            result.append(node)
        else:
            line += to_line((node,)) if isinstance(node, Loose) else (node,)
    return [*result, *_preformatted(line)]


def _code_text(element: Element) -> Iterable[str]:
    yield element.text or ""
    for child in element:
        yield "\n" if child.tag == "br" else child.text or ""
        yield child.tail or ""


def _preformatted(line: list[Inline]) -> list[Block]:
    while line and isinstance(line[-1], LineBreak):
        line.pop()
    while line and isinstance(line[0], LineBreak):
        del line[0]
    return [] if is_blank(tuple(line)) else [Preformatted(tuple(line))]


def definition_list(converter: Converter, element: Element) -> Iterable[Node]:
    """`dl`: terms in bold, their definitions indented below."""
    for part in converter.parts(element, ("dt", "dd", "div")):
        if isinstance(part, tuple):
            yield from part
        elif part.tag == "div":
            yield from definition_list(converter, part)
        else:
            yield from term(converter, part) if part.tag == "dt" else definition(converter, part)


def term(converter: Converter, element: Element) -> Iterable[Node]:
    """`dt`."""
    return wrap(converter.blocks(element), _strong)


def _strong(content: Inlines) -> Inline:
    return Mark("strong", content)


def definition(converter: Converter, element: Element) -> Iterable[Node]:
    """`dd`."""
    return tuple(
        replace(block, indent=block.indent + 1) if isinstance(block, Paragraph) else block
        for block in converter.blocks(element)
    )


def div(converter: Converter, element: Element) -> Iterable[Node]:
    """`div`, and other elements that are blocks of their own; alignment is inherited by what is inside."""
    like = paragraph_like(element)
    blocks = converter.blocks(element, like)
    return aligned(blocks, like) if like.align or like.indent else blocks


def center(converter: Converter, element: Element) -> Iterable[Node]:
    """The old `center` element."""
    like = Paragraph((), "center")
    return aligned(converter.blocks(element, like), like)


def details(converter: Converter, element: Element) -> Iterable[Node]:
    """HTML's own foldable box."""
    title = ""
    content: list[Block] = []
    for part in converter.parts(element, ("summary",)):
        if isinstance(part, tuple):
            content += part
        else:
            title = inline_text(converter.line(part))
    return (Expand(title, tuple(content)),)


def figure(converter: Converter, element: Element) -> Iterable[Node]:
    """HTML's `figure`, with its `figcaption` as the caption of the first image or table."""
    caption: Inlines = ()
    content: list[Block] = []
    for part in converter.parts(element, ("figcaption",)):
        if isinstance(part, tuple):
            content += part
        else:
            caption = converter.line(part)
    for index, block in enumerate(content):
        if caption and isinstance(block, Figure | Table) and not block.caption:
            content[index] = replace(block, caption=caption)
            caption = ()
    return [*content, Paragraph(caption)] if caption else content


def control(converter: Converter, element: Element) -> Iterable[Node]:
    """A form's field: what it shows is its value."""
    hidden = element.get("type", "").casefold() in ("hidden", "checkbox", "radio", "password", "file")
    value = "" if hidden else element.get("value", "")
    return [Text(value), *converter.nodes(element)]


def frame(converter: Converter, element: Element) -> Iterable[Node]:
    """`iframe` and other embedded things: a link to what they show."""
    source = (element.get("src") or element.get("data") or "").strip()
    nodes = converter.nodes(element)
    if not source:
        return nodes
    title = (element.get("title") or "").strip() or source
    return [Paragraph((Link(Url(source), (Text(title),)),)), *nodes]


_DIVISIONS = (
    "article aside body dialog fieldset figcaption footer form header hgroup html legend main menu nav noscript "
    "optgroup option section summary search address"
)

BLOCKS: dict[str, Handler] = {
    "p": paragraph,
    **dict.fromkeys(("h1", "h2", "h3", "h4", "h5", "h6"), heading),
    "ul": bullet_list,
    "ol": ordered_list,
    "dir": bullet_list,
    "li": list_item,
    "blockquote": quote,
    "hr": rule,
    "pre": preformatted,
    "listing": preformatted,
    "xmp": preformatted,
    "dl": definition_list,
    "dt": term,
    "dd": definition,
    "div": div,
    "center": center,
    "details": details,
    "figure": figure,
    "input": control,
    "iframe": frame,
    "embed": frame,
    "object": frame,
    "video": frame,
    "audio": frame,
    "head": nothing,
    "title": nothing,
    "meta": nothing,
    "link": nothing,
    **dict.fromkeys(_DIVISIONS.split(), division),
}
