"""A part of a document, from Typst's file to objects that can be written into the document one after the other.

What has to be known of the other parts is given as a `Placement`, so parts are finished in any order, by any process.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from confluence_xpress.errors import InternalError
from confluence_xpress.typeset.numbers import AFTER, BEFORE, DOCUMENT, FURNITURE, KEYS, PAGE_TREE, PROFILE
from confluence_xpress.typeset.pdffile import Stream, pack
from confluence_xpress.typeset.raw import (
    Position,
    RawPdf,
    array,
    box,
    reference,
    references,
    renumber,
    renumber_all,
    split_stream,
)
from confluence_xpress.typeset.syntax import text_string

PRIVATE = "xpress:"
"""Scheme of links to other parts, which are resolved when all parts are known."""
_LINK = re.compile(rb"/A<</Type/Action/S/URI/URI\(xpress:([!-'*-~]*)\)>>")
_DESCRIPTION = re.compile(rb"/Contents\((?:[^()\\]|\\.)*\)")
_PARENT_KEY = re.compile(rb"/StructParent(s?) (\d+)")
_NUMBERED = re.compile(rb"(\d+) (\d+) 0 R")
_NAMED = re.compile(rb"\((U\d+x\d+y\d+|Note \d+)\)(\d+) 0 R")
_ID = re.compile(rb"\((U\d+x\d+y\d+|Note \d+)\)")
# Elements that have an id or name others by theirs; they hold no text.
_WITH_ID = (b"<</Type/StructElem/S/TH/", b"<</Type/StructElem/S/TD/", b"<</Type/StructElem/S/Note/")
_IMAGE = b"/Subtype/Image"
_LENGTH = re.compile(rb"<<(?:/Subtype/XML|/Type/Metadata)?/Length (\d+)")
_SHRINKS = 7
"""How many times smaller objects become in object streams, at least."""
_FURNITURE_SIZE = 700
"""Bytes of a page's running head and foot."""
_LEAST_SHARED = 1_000
"""Bytes of an image from which on it pays to look for the same one in other parts."""


@dataclass(frozen=True, slots=True)
class Shared:
    """A stream that other parts may have too: what tells that it is the same, and its place in the part."""

    digest: bytes
    local: int
    rank: int


@dataclass(frozen=True, slots=True)
class Scan:
    """What the rest of the document has to know of a part."""

    sizes: tuple[tuple[float, float], ...]
    """Width and height of each page in points."""
    room: int
    """Object numbers that the part needs at most."""
    shared: tuple[Shared, ...]
    links: tuple[str, ...]
    """Where its links to other parts lead, without the scheme."""
    positions: tuple[Position | None, ...]
    """The positions that were asked for."""
    size: int
    """Bytes that the part will take in the document, by estimate."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where a link to another part leads: a named destination, in this or in another file."""

    label: str
    title: str
    file: str = ""


@dataclass(frozen=True, slots=True)
class Placement:
    """A part's place in its document."""

    index: int
    first: int
    """Its first object number."""
    room: int
    shared: Mapping[int, int]
    """Objects that an earlier part has already: number in this part, number in the document."""
    links: Mapping[str, Target]
    annotation: int = 0
    """The number of an annotation that its first page has besides its own; 0: none."""


@dataclass(frozen=True, slots=True)
class Finished:
    """A part that can be written. Numbers are object numbers of the document."""

    streams: tuple[Stream, ...]
    node: int
    """Its node of the page tree."""
    pages: tuple[int, ...]
    division: int
    """Its structure element; 0 if it has no tags."""
    parents: tuple[int, int, int]
    """Its node of the parent tree, lowest and highest key; zeros if it has no tags."""
    ids: tuple[int, bytes, bytes] | None
    """Its node of the tree of element ids, lowest and highest id."""
    roles: bytes
    """Its role map: names and what they stand for."""


def scan(pdf: bytes) -> Scan:
    """Look at a part that Typst wrote."""
    raw = RawPdf(pdf)
    kept = _kept(raw)
    rank = {number: index for index, number in enumerate(kept)}
    pages = [raw.body(number) for number in raw.pages()]
    shared = [
        Shared(_digest(raw, number), number, rank[number])
        for number in _images(raw, pdf)
        if number in rank and len(raw.body(number)) >= _LEAST_SHARED
    ]
    return Scan(
        sizes=tuple(box(page) for page in pages),
        room=len(kept) + len(kept) // 100 + 3 * len(pages) + 200,
        shared=tuple(shared),
        links=tuple(dict.fromkeys(found[1].decode("ascii") for found in _LINK.finditer(pdf))),
        positions=tuple(raw.facts()),
        size=_packed_size(pdf, len(pages)),
    )


def finish(pdf: bytes, placement: Placement, furniture: bytes | None = None) -> Finished:
    """The part with its final numbers, links and furniture.

    `furniture`: a PDF without tags that has a page for each page of the part; its pages are laid over those.
    """
    return _Finish(RawPdf(pdf), placement).run(RawPdf(furniture) if furniture else None)


def _packed_size(pdf: bytes, pages: int) -> int:
    streams = sum(int(length) for length in _LENGTH.findall(pdf))
    return streams + (len(pdf) - streams) // _SHRINKS + pages * _FURNITURE_SIZE


def _images(raw: RawPdf, pdf: bytes) -> Iterator[int]:
    """The numbers of the image objects."""
    position = pdf.find(_IMAGE)
    while position >= 0:
        start = pdf.rfind(b"\n", 0, pdf.rfind(b" 0 obj\n", 0, position)) + 1
        number = pdf[start : pdf.index(b" ", start)]
        if number.isdigit() and raw.begins(int(number), start):
            yield int(number)
        position = pdf.find(_IMAGE, position + 1)


def _kept(raw: RawPdf) -> list[int]:
    """The objects that go into the document: not what a document has only once, nor what is written anew."""
    root = raw.body(raw.root)
    dropped = {raw.root, *_page_nodes(raw), reference(root, b"/Metadata"), reference(root, b"/StructTreeRoot")}
    dropped.update(_bookmarks(raw))
    dropped |= {reference(root, b"/OutputIntents"), *_intents(raw), *_profiles(raw)}
    # Named destinations are written anew for the whole document; links may lead to the same places without a name.
    dropped.update(set(references(array(root, b"/Dests<</Names"))) - raw.destinations())
    for file in references(array(root, b"/EmbeddedFiles<</Names")):
        dropped |= {file, reference(raw.body(file), b"/EF<</F")}
    for page in raw.pages():
        dropped.add(reference(raw.body(page), b"/Resources"))
    info = raw.info
    return [number for number in raw.numbers if number not in dropped and number != info]


def _bookmarks(raw: RawPdf) -> list[int]:
    """The outline, which a template may have asked for although the document gets its own."""
    found: list[int] = []
    pending = [reference(raw.body(raw.root), b"/Outlines")]
    while pending:
        if number := pending.pop():
            found.append(number)
            body = raw.body(number)
            pending += [reference(body, b"/First"), reference(body, b"/Next")]
    return found


def _intents(raw: RawPdf) -> list[int]:
    array_of = reference(raw.body(raw.root), b"/OutputIntents")
    return references(raw.body(array_of)) if array_of else []


def _profiles(raw: RawPdf) -> list[int]:
    """The colour profile of the output intent, which is the document's own; colour spaces refer to it too."""
    return [reference(raw.body(intent), b"/DestOutputProfile") for intent in _intents(raw)]


def _page_nodes(raw: RawPdf) -> list[int]:
    nodes: list[int] = []
    pending = [reference(raw.body(raw.root), b"/Pages")]
    while pending:
        number = pending.pop()
        body = raw.body(number)
        if b"/Type/Pages" in body:
            nodes.append(number)
            pending += references(array(body, b"/Kids"))
    return nodes


def _digest(raw: RawPdf, number: int) -> bytes:
    """Tells an image from all others: its data and those of its mask, and its properties but the numbers of others."""
    dictionary, data = raw.stream(number)
    digest = hashlib.sha256(data)
    digest.update(renumber(dictionary, _Unnumbered()))
    for key in (b"/SMask", b"/ColorSpace"):
        if other := reference(dictionary, key):
            digest.update(key + renumber(raw.body(other), _Unnumbered()))
    return digest.digest()


class _Unnumbered(dict[bytes, bytes]):
    """Every number becomes none."""

    def __missing__(self, _key: bytes) -> bytes:
        return b"0"


class _Finish:
    """One part being finished."""

    def __init__(self, raw: RawPdf, placement: Placement) -> None:
        self.raw = raw
        self.place = placement
        self.objects: list[tuple[int, bytes]] = []
        self.streams: list[Stream] = []
        kept = _kept(raw)
        self.numbers = {number: placement.first + rank for rank, number in enumerate(kept)}
        self.numbers |= placement.shared
        self.free = placement.first + len(kept)
        self.node = self.take()
        self.prefix = b"P%06d" % placement.index
        structure = reference(raw.body(raw.root), b"/StructTreeRoot")
        self.structure = raw.body(structure) if structure else b""
        self.division = next(iter(references(array(self.structure, b"/K"))), 0)
        aliases = {structure: DOCUMENT, **dict.fromkeys(_page_nodes(raw), self.node), **_document_profile(raw)}
        # The resources of pages are written into them.
        aliases |= dict.fromkeys((reference(raw.body(page), b"/Resources") for page in raw.pages()), 0)
        self.table = _table({**self.numbers, **aliases})
        self.kept = [number for number in kept if number not in placement.shared]

    def take(self) -> int:
        self.free += 1
        return self.free - 1

    def run(self, furniture: RawPdf | None) -> Finished:
        pages = self.raw.pages()
        forms = self._forms(furniture, len(pages)) if furniture else [0] * len(pages)
        form = dict(zip(pages, forms, strict=True))
        split = [split_stream(self.raw.body(number)) for number in self.kept]
        bodies = renumber_all([body for body, _ in split], self.table)
        for number, body, (_, data) in zip(self.kept, bodies, split, strict=True):
            if body.startswith(b"<</Type/StructElem"):
                self._add(number, self._element(number, body))
            elif number in form:
                annotation = self.place.annotation if number == pages[0] else 0
                self._add(number, self._page(number, body, form[number], annotation))
            elif body.startswith(b"<</Type/Annot"):
                self._add(number, self._annotation(body))
            elif data is None:
                self._add(number, self._keys(body))
            else:
                self._stream(self.numbers[number], self._keys(body), data)
        kids = tuple(self.numbers[page] for page in pages)
        self.objects.append(
            (self.node, b"<</Type/Pages/Parent %d 0 R/Count %d/Kids[%s]>>" % (PAGE_TREE, len(kids), refs(kids)))
        )
        parents, ids = self._parents(), self._ids()
        packed = pack(self.objects, self.free)
        self.free += len(packed)
        if self.free > self.place.first + self.place.room:
            raise InternalError("A part has more objects than there are numbers for it.")
        roles = re.search(rb"/RoleMap<<(.*?)>>", self.structure)
        return Finished(
            streams=(*self.streams, *packed),
            node=self.node,
            pages=kids,
            division=self.numbers[self.division] if self.division else 0,
            parents=parents,
            ids=ids,
            roles=roles[1] if roles else b"",
        )

    def _add(self, number: int, body: bytes) -> None:
        self.objects.append((self.numbers[number], body))

    def _stream(self, number: int, dictionary: bytes, data: bytes) -> None:
        inner = re.sub(rb"/Length \d+", b"", dictionary[2:-2], count=1)
        self.streams.append(Stream(number, inner, data))

    def _page(self, number: int, body: bytes, form: int, annotation: int) -> bytes:
        resources = renumber(self.raw.body(reference(self.raw.body(number), b"/Resources")), self.table)
        if form:
            entry = b"/%s %d 0 R" % (FURNITURE, form)
            if b"/XObject<<" in resources:
                resources = resources.replace(b"/XObject<<", b"/XObject<<" + entry, 1)
            else:
                resources = resources[:-2] + b"/XObject<<" + entry + b">>>>"
        body = re.sub(rb"/Resources \d+ 0 R", b"", body, count=1)
        body = self._keys(body)
        if form:
            body = re.sub(rb"/Contents (\d+ 0 R)", rb"/Contents[%d 0 R \1 %d 0 R]" % (BEFORE, AFTER), body, count=1)
        if annotation and b"/Annots[" in body:
            body = body.replace(b"/Annots[", b"/Annots[%d 0 R " % annotation, 1)
        elif annotation:
            body = body[:-2] + b"/Annots[%d 0 R]>>" % annotation
        return body[:-2] + b"/Resources" + resources + b">>"

    def _element(self, number: int, body: bytes) -> bytes:
        if number == self.division:
            return body.replace(b"/S/Document", b"/S/Div", 1)
        if body.startswith(_WITH_ID):
            body = _ID.sub(rb"(" + self.prefix + rb"\1)", body)
        return body

    def _annotation(self, body: bytes) -> bytes:
        body = self._keys(body)
        found = _LINK.search(body)
        if not found:
            return body
        address = found[1].decode("ascii")
        target = self.place.links.get(address)
        if target is None:
            raise InternalError(f"A part links to {address}, which nobody resolved.")
        action = b"/Dest(%s)" % target.label.encode("ascii")
        if target.file:
            file = text_string(target.file)
            action = b"/A<</S/GoToR/F<</Type/Filespec/F%s/UF%s>>/D(%s)>>" % (file, file, target.label.encode("ascii"))
        body = body[: found.start()] + action + body[found.end() :]
        described = _DESCRIPTION.search(body)
        if not described:
            return body
        return body[: described.start()] + b"/Contents" + text_string(target.title) + body[described.end() :]

    def _keys(self, body: bytes) -> bytes:
        """The body with its key in the parent tree moved into the part's own range."""
        if b"/StructParent" not in body:
            return body
        base = self.place.index * KEYS
        return _PARENT_KEY.sub(lambda found: b"/StructParent%s %d" % (found[1], base + int(found[2])), body)

    def _parents(self) -> tuple[int, int, int]:
        entries = [(int(key), int(value)) for key, value in _NUMBERED.findall(array(self.structure, b"/Nums"))]
        if not entries:
            return 0, 0, 0
        if entries[-1][0] >= KEYS:
            raise InternalError("A part has more links and pages than there are keys for them.")
        base = self.place.index * KEYS
        number = self.take()
        low, high = base + entries[0][0], base + entries[-1][0]
        values = b" ".join(b"%d %d 0 R" % (base + key, self.numbers[value]) for key, value in entries)
        self.objects.append((number, b"<</Limits[%d %d]/Nums[%s]>>" % (low, high, values)))
        return number, low, high

    def _ids(self) -> tuple[int, bytes, bytes] | None:
        names = _NAMED.findall(array(self.structure, b"/IDTree<</Names"))
        if not names:
            return None
        entries = sorted((self.prefix + name, self.numbers[int(value)]) for name, value in names)
        number = self.take()
        low, high = entries[0][0], entries[-1][0]
        values = b"".join(b"(%s)%d 0 R" % entry for entry in entries)
        self.objects.append((number, b"<</Limits[(%s)(%s)]/Names[%s]>>" % (low, high, values)))
        return number, low, high

    def _forms(self, furniture: RawPdf, count: int) -> list[int]:
        """The furniture's pages as form XObjects; their numbers."""
        pages = furniture.pages()
        if len(pages) != count:
            raise InternalError(f"There is furniture for {len(pages)} pages, but the part has {count}.")
        bodies = [furniture.body(page) for page in pages]
        contents = [reference(body, b"/Contents") for body in bodies]
        left_out = {*pages, *contents}
        kept = [number for number in _kept(furniture) if number not in left_out]
        kept += [number for body in bodies if (number := reference(body, b"/Resources"))]
        numbers = {number: self.take() for number in dict.fromkeys(kept)}
        table = _table({**numbers, **_document_profile(furniture)})
        for old, number in numbers.items():
            dictionary, data = split_stream(furniture.body(old))
            if data is None:
                self.objects.append((number, renumber(dictionary, table)))
            else:
                self._stream(number, renumber(dictionary, table), data)
        forms = []
        for body, content in zip(bodies, contents, strict=True):
            width, height = box(body)
            dictionary, data = furniture.stream(content)
            resources = numbers[reference(body, b"/Resources")]
            properties = b"/Type/XObject/Subtype/Form/BBox[0 0 %a %a]/Resources %d 0 R>>" % (width, height, resources)
            forms.append(self.take())
            self._stream(forms[-1], dictionary[:-2] + properties, data)
        return forms


def refs(numbers: Iterable[int]) -> bytes:
    """References to objects, as they stand in an array."""
    return b" ".join(b"%d 0 R" % number for number in numbers)


def _document_profile(raw: RawPdf) -> dict[int, int]:
    return dict.fromkeys(_profiles(raw), PROFILE)


def _table(numbers: Mapping[int, int]) -> dict[bytes, bytes]:
    return {b"%d" % old: b"%d" % new for old, new in numbers.items()}
