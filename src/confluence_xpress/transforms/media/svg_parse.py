"""Bytes to the element tree of an SVG, hardened: no DTD, no network, no entities but the file's own, all bounded."""

from __future__ import annotations

import zlib

from lxml import etree

from confluence_xpress.transforms.media.picture import Unreadable

MAX_SVG_BYTES = 24 * 2**20
MAX_TAGS = 250_000
"""Start and end tags; the tree of so many takes some 50 MB."""
_SVG = "http://www.w3.org/2000/svg"


def parse(data: bytes) -> etree._Element | Unreadable:
    """The root element of an SVG, plain or compressed. Entities are only those the file itself declares, bounded."""
    if data.startswith(b"\x1f\x8b"):
        try:
            data = zlib.decompressobj(wbits=31).decompress(data, MAX_SVG_BYTES + 1)
        except zlib.error:
            return Unreadable("the compressed file is damaged")
    if len(data) > MAX_SVG_BYTES:
        return Unreadable(f"the drawing is larger than {MAX_SVG_BYTES // 2**20} MB")
    if data.count(b"<") > MAX_TAGS:
        return Unreadable("the drawing has too many elements")
    root = _root(data)
    if isinstance(root, Unreadable):
        return root
    missing = b""
    if root.tag == "svg":
        missing += b' xmlns="' + _SVG.encode() + b'"'
    if "xlink" not in root.nsmap and b"xlink:" in data:
        missing += b' xmlns:xlink="http://www.w3.org/1999/xlink"'
    if missing:  # written by hand, and forgotten
        root = _root(data.replace(b"<svg", b"<svg" + missing, 1))
        if isinstance(root, Unreadable):
            return root
    if root.tag != f"{{{_SVG}}}svg":
        return Unreadable("it is XML, but no SVG image")
    return root


def _root(data: bytes) -> etree._Element | Unreadable:
    parser = etree.XMLParser(
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
        recover=True,
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        return Unreadable(f"the drawing is damaged ({error})")
    # an undeclared prefix is the one error that leaves the picture whole
    fatal = parser.error_log.filter_from_errors()
    first = next((entry for entry in fatal if entry.domain_name != "NAMESPACE"), None)
    if root is None or first is not None:
        return Unreadable(f"the drawing is damaged ({first.message.strip() if first else 'no element'})")
    return root
