"""One document from its finished parts, written while they come: no more than one part is in memory.

What all parts share is written here: catalog, page tree, structure tree, outline, named destinations, metadata.
"""

from __future__ import annotations

import zlib
from array import array as numbers
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import count
from typing import TYPE_CHECKING

from confluence_xpress.typeset.attachments import Attachment, embed
from confluence_xpress.typeset.encrypt import EXTENSIONS, Encryption
from confluence_xpress.typeset.engine import compile_pdf
from confluence_xpress.typeset.finish import Finished, refs
from confluence_xpress.typeset.metadata import Metadata, information, xmp
from confluence_xpress.typeset.numbers import (
    AFTER,
    BEFORE,
    CATALOG,
    DOCUMENT,
    FIELD,
    FIRST,
    FURNITURE,
    INFO,
    KEYS,
    METADATA,
    OUTPUT_INTENT,
    PAGE_TREE,
    PROFILE,
    SIGNATURE,
    STRUCTURE,
)
from confluence_xpress.typeset.pdffile import PdfFile, Stream, pack
from confluence_xpress.typeset.raw import RawPdf, array, reference, references
from confluence_xpress.typeset.sign import Signing, signature_objects
from confluence_xpress.typeset.syntax import text_string
from confluence_xpress.typeset.trees import name_tree

if TYPE_CHECKING:
    from _typeshed import SupportsWrite

_AROUND = (b"q\n", b"\nQ\n/Artifact<</Type/Pagination>>BDC\nq\n/%s Do\nQ\nEMC\n" % FURNITURE)
_OPEN_FROM = 4
"""Pages from which on viewers show the bookmarks when they open the document."""


@dataclass(frozen=True, slots=True)
class Properties:
    """What a document says about itself, and how viewers show it."""

    metadata: Metadata
    version: str = "1.7"
    """Of PDF."""
    right_to_left: bool = False


@dataclass(frozen=True, slots=True)
class Bookmark:
    """A line of the outline: its level (from 1) and the named destination that it leads to."""

    level: int
    title: str
    label: str


@dataclass(frozen=True, slots=True)
class Destination:
    """A named place: page of the document (from 0), and points from the left and the bottom."""

    label: str
    page: int
    x: float
    y: float


@dataclass(slots=True)
class _Structure:
    """What the parts add to the structure tree."""

    divisions: list[int] = field(default_factory=list)
    parents: list[tuple[int, int, int]] = field(default_factory=list)
    ids: list[tuple[int, bytes, bytes]] = field(default_factory=list)
    roles: dict[bytes, None] = field(default_factory=dict)


class Assembly:
    """Writes a document: `add` its parts in order, then `close` it. Equal input gives equal bytes."""

    def __init__(
        self,
        out: SupportsWrite[bytes],
        properties: Properties,
        *,
        encryption: Encryption | None = None,
        signing: Signing | None = None,
    ) -> None:
        self.signature = 0
        """Where in the file the signature's object stands, once the document is closed; 0: nowhere."""
        self._file = PdfFile(out, encryption=encryption, version=properties.version)
        self._properties = properties
        self._encryption = encryption
        self._signing = signing
        self._information = information(properties.metadata)
        self._pages = numbers("L")
        self._nodes: list[tuple[int, int]] = []
        self._tree = _Structure()
        self._next = FIRST
        for number, data in zip((BEFORE, AFTER), _AROUND, strict=True):
            self._file.write(Stream(number, b"", data))

    @property
    def size(self) -> int:
        """Bytes written so far."""
        return self._file.size

    @property
    def pages(self) -> int:
        """Pages added so far."""
        return len(self._pages)

    def add(self, part: Finished, free: int) -> None:
        """The next part. `free` is the first number after its own."""
        for stream in part.streams:
            self._file.write(stream)
        self._pages.extend(part.pages)
        self._nodes.append((part.node, len(part.pages)))
        self._next = max(self._next, free)
        if part.division:
            self._tree.divisions.append(part.division)
        if part.parents[0]:
            self._tree.parents.append(part.parents)
        if part.ids:
            self._tree.ids.append(part.ids)
        self._tree.roles[part.roles] = None

    def close(
        self,
        bookmarks: Sequence[Bookmark],
        destinations: Iterable[Destination],
        attached: Iterable[Attachment] = (),
    ) -> None:
        """The rest of the document. The outline is left out if there are no bookmarks."""
        take = count(self._next)
        names = self._names(destinations, attached, take)
        outline: list[tuple[int, bytes]] = []
        if bookmarks:
            outline = list(_outline(bookmarks, take))
        fields, form = self._signature()
        objects = [
            *names.objects,
            *outline,
            *fields,
            *self._shared(),
            (CATALOG, self._catalog(names, outline[0][0] if outline else 0, form)),
        ]
        for stream in pack(objects, next(take)):
            self._file.write(stream)
        self._file.write(Stream(METADATA, b"/Type/Metadata/Subtype/XML", xmp(self._properties.metadata)))
        self._file.close(CATALOG, INFO if self._information is not None else None)

    def _shared(self) -> Iterator[tuple[int, bytes]]:
        profile = output_profile()
        self._file.write(Stream(PROFILE, profile.dictionary, profile.data))
        yield OUTPUT_INTENT, profile.intent.replace(b"PROFILE", b"%d 0 R" % PROFILE)
        yield (
            PAGE_TREE,
            b"<</Type/Pages/Count %d/Kids[%s]>>" % (len(self._pages), refs(node for node, _ in self._nodes)),
        )
        if self._information is not None:
            yield INFO, self._information
        if self._tree.divisions:
            yield from self._structure()

    def _structure(self) -> Iterator[tuple[int, bytes]]:
        tree = self._tree
        yield (
            DOCUMENT,
            b"<</Type/StructElem/S/Document/P %d 0 R/K[%s]>>" % (STRUCTURE, refs(tree.divisions)),
        )
        ids = sorted(tree.ids, key=lambda node: node[1])
        id_tree = b"/IDTree<</Kids[%s]>>" % refs(node for node, _, _ in ids) if ids else b""
        roles = b"".join(dict.fromkeys(role for part in tree.roles for role in _roles(part)))
        yield (
            STRUCTURE,
            b"<</Type/StructTreeRoot/RoleMap<<%s>>/K[%d 0 R]/ParentTree<</Kids[%s]>>/ParentTreeNextKey %d%s>>"
            % (
                roles,
                DOCUMENT,
                refs(node for node, _, _ in tree.parents),
                tree.parents[-1][2] // KEYS * KEYS + KEYS,
                id_tree,
            ),
        )

    def _signature(self) -> tuple[list[tuple[int, bytes]], bytes]:
        """The signature's field as an object, and the form that the catalog lists."""
        if self._signing is None:
            return [], b""
        signer, details = self._signing.signer, self._signing.details
        made = signature_objects(FIELD, SIGNATURE, self._pages[0], details, signer, self._encryption)
        self.signature = self._file.plain(SIGNATURE, made.signature)
        return [(FIELD, made.field)], made.form

    def _names(
        self, destinations: Iterable[Destination], attached: Iterable[Attachment], take: Iterator[int]
    ) -> _Names:
        found = _Names()
        pages = self._pages
        entries = sorted(
            (place.label.encode("ascii"), b"[%d 0 R/XYZ %.2f %.2f 0]" % (pages[place.page], place.x, place.y))
            for place in destinations
        )
        if entries:
            found.destinations = next(take)
            found.objects += name_tree(entries, found.destinations, take)
        files = []
        for file in attached:
            stream, body = embed(file, next(take))
            self._file.write(stream)
            found.files.append(next(take))
            found.objects.append((found.files[-1], body))
            files.append((file.name.encode(), b"%d 0 R" % found.files[-1]))
        if files:
            found.embedded = next(take)
            found.objects += name_tree(files, found.embedded, take)
        return found

    def _catalog(self, names: _Names, outline: int, form: bytes) -> bytes:
        properties = self._properties
        shown = b"/UseOutlines" if outline and len(self._pages) >= _OPEN_FROM else b"/UseNone"
        direction = b"/R2L" if properties.right_to_left else b"/L2R"
        parts = [
            b"<</Type/Catalog/Pages %d 0 R/Metadata %d 0 R/Lang" % (PAGE_TREE, METADATA),
            text_string(properties.metadata.language),
            b"/ViewerPreferences<</DisplayDocTitle true/Direction%s>>/PageMode%s" % (direction, shown),
            b"/OutputIntents[%d 0 R]" % OUTPUT_INTENT,
        ]
        if self._tree.divisions:
            parts.append(b"/StructTreeRoot %d 0 R/MarkInfo<</Marked true/Suspects false>>" % STRUCTURE)
        if outline:
            parts.append(b"/Outlines %d 0 R" % outline)
        if form:
            parts.append(b"/AcroForm" + form)
        if self._encryption is not None and properties.version == "1.7":
            parts.append(EXTENSIONS)
        trees = b""
        if names.destinations:
            trees += b"/Dests %d 0 R" % names.destinations
        if names.embedded:
            trees += b"/EmbeddedFiles %d 0 R" % names.embedded
            parts.append(b"/AF[%s]" % refs(names.files))
        if trees:
            parts.append(b"/Names<<%s>>" % trees)
        return b"".join([*parts, b">>"])


@dataclass(slots=True)
class _Names:
    """The name trees: the numbers of their roots (0: none), and their objects."""

    destinations: int = 0
    embedded: int = 0
    files: list[int] = field(default_factory=list)
    objects: list[tuple[int, bytes]] = field(default_factory=list)


def _roles(text: bytes) -> list[bytes]:
    """The entries of a role map, each with its two names."""
    words = text.split(b"/")[1:]
    return [b"/%s/%s" % pair for pair in zip(words[::2], words[1::2], strict=True)]


def _outline(bookmarks: Sequence[Bookmark], take: Iterator[int]) -> Iterator[tuple[int, bytes]]:
    """The outline's objects, its root first. All but the lines at the top are folded."""
    root = next(take)
    number = [next(take) for _ in bookmarks]
    parent, above, levels = [-1] * len(bookmarks), [-1], [0]
    kids: dict[int, list[int]] = {}
    for index, bookmark in enumerate(bookmarks):
        while levels[-1] >= bookmark.level:
            levels.pop()
            above.pop()
        parent[index] = above[-1]
        kids.setdefault(above[-1], []).append(index)
        levels.append(bookmark.level)
        above.append(index)
    top = kids[-1]
    ends = (number[top[0]], number[top[-1]], len(top))
    yield root, b"<</Type/Outlines/First %d 0 R/Last %d 0 R/Count %d>>" % ends
    for siblings in kids.values():
        for position, index in enumerate(siblings):
            bookmark = bookmarks[index]
            body = b"<</Parent %d 0 R/Title%s/Dest(%s)" % (
                root if parent[index] < 0 else number[parent[index]],
                text_string(bookmark.title),
                bookmark.label.encode("ascii"),
            )
            if position:
                body += b"/Prev %d 0 R" % number[siblings[position - 1]]
            if position + 1 < len(siblings):
                body += b"/Next %d 0 R" % number[siblings[position + 1]]
            if own := kids.get(index):
                body += b"/First %d 0 R/Last %d 0 R/Count %d" % (number[own[0]], number[own[-1]], -len(own))
            yield number[index], body + b">>"


@dataclass(frozen=True, slots=True)
class Profile:
    """The output intent of Typst's files: its dictionary (`PROFILE` for the stream), and the profile's stream."""

    intent: bytes
    dictionary: bytes
    data: bytes


@cache
def output_profile() -> Profile:
    """The colours that all parts are meant for (sRGB), as Typst describes them."""
    raw = RawPdf(compile_pdf({"main.typ": b"#set page(width: 9pt, height: 9pt)"}, "main.typ", ("a-2b",), 0))
    intent = raw.body(references(raw.body(reference(raw.body(raw.root), b"/OutputIntents")))[0])
    number = reference(intent, b"/DestOutputProfile")
    dictionary, _ = raw.stream(number)
    return Profile(
        intent.replace(b"%d 0 R" % number, b"PROFILE"),
        b"/N 3/Range[%s]/Filter/FlateDecode" % array(dictionary, b"/Range"),
        zlib.compress(raw.decoded(number)),
    )
