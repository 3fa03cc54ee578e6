"""A quick look at all that Typst wrote: which pages are worth an exact look."""

from __future__ import annotations

import re
import zlib
from functools import partial

from confluence_xpress.errors import InternalError
from confluence_xpress.typeset.inspect.geometry import IDENTITY, Box
from confluence_xpress.typeset.inspect.metrics import Metrics, font_metrics
from confluence_xpress.typeset.inspect.references import PRIVATE
from confluence_xpress.typeset.inspect.stream import Form, Resources, is_suspicious
from confluence_xpress.typeset.raw import RawPdf, array, box, reference, references

_NAMED = re.compile(rb"(\((?:[^()\\]|\\.)*\)|<[0-9A-Fa-f]*>)(\d+) 0 R", re.DOTALL)
_TARGET = re.compile(rb"/Dest ?(?:(\((?:[^()\\]|\\.)*\)|<[0-9A-Fa-f]*>)|(\d+) 0 R)", re.DOTALL)
_ENTRY = re.compile(rb"/(\w+) (\d+) 0 R")
_PAIR = re.compile(rb"(\d+) (\d+) 0 R")
_PLAIN_ACTION = b"/A<</Type/Action/S/URI/URI("
_PRIVATE = PRIVATE.encode()


class Screen:
    """A part as Typst wrote it. `tagged`: content must be tagged. `private_links`: parts may refer to others."""

    def __init__(self, raw: RawPdf, *, tagged: bool, private_links: bool) -> None:
        self._raw = raw
        self._tagged = tagged
        self._private_links = private_links
        self._pages = raw.pages()
        self._fonts: dict[int, Metrics | None] = {}
        self._resources: dict[int, Resources] = {}
        self._starts = {b"[%d 0 R" % number for number in self._pages}
        """How destinations on the pages begin."""
        root = raw.body(raw.root)
        self._targets = self._named_targets(root)
        tree = reference(root, b"/StructTreeRoot")
        nums = array(raw.body(tree), b"/ParentTree<</Nums") if tree else b""
        self._parents = {int(key): int(number) for key, number in _PAIR.findall(nums)}

    def suspects(self) -> list[int]:
        """The pages (from 0) that may have a fault. None that has one is missing."""
        return [index for index, number in enumerate(self._pages) if self._is_suspicious(self._raw.body(number))]

    def fonts_embedded(self) -> bool:
        """Whether all fonts of the pages looked at are in the file."""
        return all(font and font.embedded for font in self._fonts.values())

    def _is_suspicious(self, page: bytes) -> bool:
        number = reference(page, b"/Contents")
        if not number:
            return b"/Contents" in page
        width, height = box(page)
        area: Box = (0.0, 0.0, width, height)
        content, resources = self._content(number), self._named(reference(page, b"/Resources"))
        return (
            not array(page, b"/MediaBox").startswith(b"0 0 ")
            or any(not self._leads_somewhere(self._raw.body(note)) for note in references(array(page, b"/Annots")))
            or (self._tagged and not self._all_have_parents(page, content))
            or is_suspicious(content, resources, area, tagged=self._tagged)
        )

    def _all_have_parents(self, page: bytes, content: bytes) -> bool:
        """Whether the structure tree knows as many pieces of content as the page has."""
        key = re.search(rb"/StructParents (\d+)", page)
        number = self._parents.get(int(key[1]), 0) if key else 0
        known = self._raw.body(number).count(b" 0 R") if number else 0
        return content.count(b"/MCID ") == known

    def _leads_somewhere(self, note: bytes) -> bool:
        if target := _TARGET.search(note):
            return self._is_place(target[2]) if target[2] else target[1] in self._targets
        start = note.find(_PLAIN_ACTION)
        if start < 0:
            return b"/Subtype/Link" not in note
        return self._private_links or not note.startswith(_PRIVATE, start + len(_PLAIN_ACTION))

    def _named_targets(self, root: bytes) -> frozenset[bytes]:
        names = root.partition(b"/Dests<</Names[")[2].partition(b"]")[0]
        return frozenset(name for name, number in _NAMED.findall(names) if self._is_place(number))

    def _is_place(self, number: bytes) -> bool:
        """Whether an object is a destination on one of the pages."""
        return self._raw.body(int(number)).partition(b"/")[0] in self._starts

    def _named(self, number: int) -> Resources:
        """What a page or form names."""
        if number not in self._resources:
            body = self._raw.body(number) if number else b""
            entries = _entries(body, b"/Font")
            for entry in entries.values():
                if entry not in self._fonts:
                    self._fonts[entry] = font_metrics(self._raw, entry)
            self._resources[number] = Resources(
                {name: self._fonts[entry] for name, entry in entries.items()},
                {name: partial(self._form, entry) for name, entry in _entries(body, b"/XObject").items()},
            )
        return self._resources[number]

    def _form(self, number: int) -> Form | None:
        dictionary, _ = self._raw.stream(number)
        if b"/Subtype/Form" not in dictionary:
            return None
        numbers = [float(value) for value in array(dictionary, b"/Matrix").split()]
        left, bottom, right, top = (float(value) for value in array(dictionary, b"/BBox").split())
        matrix = (numbers[0], numbers[1], numbers[2], numbers[3], numbers[4], numbers[5]) if numbers else IDENTITY
        resources = self._named(reference(dictionary, b"/Resources"))
        return Form(matrix, (left, bottom, right, top), self._content(number), resources)

    def _content(self, number: int) -> bytes:
        dictionary, data = self._raw.stream(number)
        if b"/Filter" not in dictionary:
            return data
        if b"/Filter/FlateDecode" not in dictionary:
            raise InternalError(f"Object {number} of the typesetter's file is packed in an unknown way.")
        return zlib.decompress(data)


def _entries(resources: bytes, key: bytes) -> dict[bytes, int]:
    """Names and objects of one kind of resources."""
    entries = resources.partition(key + b"<<")[2].partition(b">>")[0]
    return {name: int(number) for name, number in _ENTRY.findall(entries)}
