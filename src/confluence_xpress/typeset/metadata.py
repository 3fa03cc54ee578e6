"""What a PDF says about itself: the information dictionary (ISO 32000-1, 14.3.3) and the XMP packet (ISO 16684-1)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from lxml import etree

from confluence_xpress.typeset.syntax import date, text_string

_NAMESPACES = {
    "x": "adobe:ns:meta/",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "dc": "http://purl.org/dc/elements/1.1/",
    "xmp": "http://ns.adobe.com/xap/1.0/",
    "pdf": "http://ns.adobe.com/pdf/1.3/",
    "pdfaid": "http://www.aiim.org/pdfa/ns/id/",
    "pdfuaid": "http://www.aiim.org/pdfua/ns/id/",
    "pdfaExtension": "http://www.aiim.org/pdfa/ns/extension/",
    "pdfaSchema": "http://www.aiim.org/pdfa/ns/schema#",
    "pdfaProperty": "http://www.aiim.org/pdfa/ns/property#",
}
_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
_NO_XML = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

_HEAD = b'<?xpacket begin="\xef\xbb\xbf" id="W5M0MpCehiHzreSzNTczkc9d"?>\n'
_TAIL = b'\n<?xpacket end="r"?>'


@dataclass(frozen=True, slots=True)
class Metadata:
    """What is said about a document.

    `language`: BCP 47. `creator`: the program that wrote the content, `producer`: the one that made PDF of it.
    `timestamp`: seconds since 1970, UTC. `archive`: part and conformance of PDF/A, such as ("2", "A"); part 4 has "E",
    "F" or nothing. `accessible`: whether it is PDF/UA-1.
    """

    title: str
    language: str
    creator: str
    producer: str
    timestamp: int
    authors: tuple[str, ...] = ()
    subject: str = ""
    keywords: tuple[str, ...] = ()
    archive: tuple[str, str] | None = None
    accessible: bool = False


def information(metadata: Metadata) -> bytes | None:
    """The body of the information dictionary; None for PDF/A-4, which has none."""
    if metadata.archive is not None and metadata.archive[0] == "4":
        return None
    texts = (
        (b"Title", metadata.title),
        (b"Author", ", ".join(metadata.authors)),
        (b"Subject", metadata.subject),
        (b"Keywords", ", ".join(metadata.keywords)),
        (b"Creator", metadata.creator),
        (b"Producer", metadata.producer),
    )
    moment = date(metadata.timestamp)
    entries = b"".join(b"/%b%b" % (key, text_string(text)) for key, text in texts if text)
    return b"<<%b/CreationDate%b/ModDate%b>>" % (entries, moment, moment)


def xmp(metadata: Metadata) -> bytes:
    """The XMP packet, which says the same as the information dictionary. It belongs uncompressed into a stream."""
    root = etree.Element(_tag("x:xmpmeta"), nsmap=_NAMESPACES)
    description = _add(_add(root, "rdf:RDF"), "rdf:Description")
    description.set(_tag("rdf:about"), "")
    _alternatives(description, "dc:title", metadata.title)
    _list(description, "dc:creator", "rdf:Seq", metadata.authors)
    _alternatives(description, "dc:description", metadata.subject)
    _list(description, "dc:subject", "rdf:Bag", metadata.keywords)
    _list(description, "dc:language", "rdf:Bag", (metadata.language,))
    moment = datetime.fromtimestamp(metadata.timestamp, UTC).isoformat()
    texts = [
        ("pdf:Keywords", ", ".join(metadata.keywords)),
        ("pdf:Producer", metadata.producer),
        ("xmp:CreatorTool", metadata.creator),
        ("xmp:CreateDate", moment),
        ("xmp:ModifyDate", moment),
    ]
    if metadata.archive is not None:
        part, conformance = metadata.archive
        texts += [("pdfaid:part", part), ("pdfaid:conformance", conformance)]
        texts += [("pdfaid:rev", "2020" if part == "4" else "")]
    if metadata.accessible:
        texts.append(("pdfuaid:part", "1"))
    for name, text in texts:
        _text(description, name, text)
    if metadata.accessible and metadata.archive is not None:
        _explain_accessibility(description)
    return _HEAD + etree.tostring(root, encoding="utf-8", pretty_print=True) + _TAIL


def _tag(name: str) -> str:
    """A name with a prefix, as lxml writes it."""
    prefix, local = name.split(":")
    return f"{{{_NAMESPACES[prefix]}}}{local}"


def _add(parent: etree._Element, name: str) -> etree._Element:
    return etree.SubElement(parent, _tag(name))


def _text(parent: etree._Element, name: str, text: str) -> None:
    if text:
        _add(parent, name).text = _NO_XML.sub("\N{REPLACEMENT CHARACTER}", text)


def _alternatives(parent: etree._Element, name: str, text: str) -> None:
    """A text in one language: the default."""
    if text:
        alternatives = _add(_add(parent, name), "rdf:Alt")
        _text(alternatives, "rdf:li", text)
        alternatives[0].set(_LANGUAGE, "x-default")


def _list(parent: etree._Element, name: str, kind: str, texts: Iterable[str]) -> None:
    if present := [text for text in texts if text]:
        items = _add(_add(parent, name), kind)
        for text in present:
            _text(items, "rdf:li", text)


def _explain_accessibility(description: etree._Element) -> None:
    """Describes the property of PDF/UA, which PDF/A doesn't know (ISO 19005-2, 6.6.2.3.3)."""
    schema = _record(description, "pdfaExtension:schemas", "rdf:Bag")
    _text(schema, "pdfaSchema:schema", "PDF/UA identification schema")
    _text(schema, "pdfaSchema:namespaceURI", _NAMESPACES["pdfuaid"])
    _text(schema, "pdfaSchema:prefix", "pdfuaid")
    part = _record(schema, "pdfaSchema:property", "rdf:Seq")
    _text(part, "pdfaProperty:name", "part")
    _text(part, "pdfaProperty:valueType", "Integer")
    _text(part, "pdfaProperty:category", "internal")
    _text(part, "pdfaProperty:description", "Part of ISO 14289 that the document conforms to")


def _record(parent: etree._Element, name: str, kind: str) -> etree._Element:
    """A record that is the only item of a list."""
    record = _add(_add(_add(parent, name), kind), "rdf:li")
    record.set(_tag("rdf:parseType"), "Resource")
    return record
