"""Smart links that stand on lines of their own, and the cards of chat applications that came before them."""

from __future__ import annotations

from typing import Literal

from confluence_xpress.model import Card, Paragraph, Text, Url
from confluence_xpress.model.build import collapse
from confluence_xpress.readers.adf.inlines import smart_link
from confluence_xpress.readers.adf.reader import Nodes, Reader
from confluence_xpress.readers.adf.values import Node, attributes, items, mapping, string, to_json_text


def block_card(reader: Reader, node: Node) -> Nodes:
    """A smart link as a card, perhaps of a live list."""
    return _card(reader, node, "block")


def embed_card(reader: Reader, node: Node) -> Nodes:
    """A smart link as an embedded preview."""
    return _card(reader, node, "embed")


def _card(reader: Reader, node: Node, appearance: Literal["block", "embed"]) -> Nodes:
    url, title = smart_link(node)
    source = attributes(node).get("datasource")
    datasource = to_json_text(source) if source else ""
    if not (url or datasource):
        reader.report("node-invalid", "a smart link without an address")
        return [Text(title)] if title else []
    return [Card(Url(url), appearance, (Text(title),) if title else (), datasource)]


def application_card(reader: Reader, node: Node) -> Nodes:
    """A card of the first ADF versions: its title as a link, then its texts."""
    attrs = attributes(node)
    texts = _card_texts(attrs)
    title = string(mapping(attrs.get("title")), "text") or string(attrs, "text")
    url = string(mapping(attrs.get("link")), "url").strip()
    result: Nodes = [Paragraph((Text(text),)) for text in texts]
    line = collapse(title).strip()
    if url:
        return [Card(Url(url), "block", (Text(line),) if line else ()), *result]
    if not (line or result):
        reader.report("node-invalid", "a card without content")
    return [Paragraph((Text(line),)), *result] if line else result


def _card_texts(attrs: Node) -> list[str]:
    description = mapping(attrs.get("description"))
    found = [string(description, "title"), string(description, "text")]
    for item in items(attrs.get("details")):
        detail = mapping(item)
        parts = [string(detail, "title"), string(detail, "text")]
        parts += [string(mapping(detail.get(key)), "text") for key in ("lozenge", "badge")]
        found.append(" ".join(part for part in parts if part))
    found.append(string(mapping(attrs.get("context")), "text"))
    return [text for part in found if (text := collapse(part).strip())]
