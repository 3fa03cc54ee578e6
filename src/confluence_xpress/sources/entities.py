"""Reading `entities.xml`, the main file of a space export, as a stream.

Expat instead of a tree builder: the file can have gigabytes, a single text in it too, and memory must not follow.
A document type declaration is refused, so there are no entities to expand.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable
from xml.parsers import expat

from confluence_xpress.errors import InputError
from confluence_xpress.sources import limits
from confluence_xpress.sources.files import FileReader
from confluence_xpress.sources.records import (
    PROPERTY_NAMES,
    Export,
    FileRecord,
    PageRecord,
    PropertyRecord,
    SpaceRecord,
    UserRecord,
)

_CHUNK_BYTES = 256 * 1024
# Expat keeps an unfinished tag whole and, in older versions, scans it again with every chunk.
_TOKEN_BYTES = 4 * 1024 * 1024
# Exports carry such characters raw, and no XML parser accepts them.
_FORBIDDEN_BYTES = bytes(b for b in range(32) if b not in b"\t\n\r")
_BASE_URL = re.compile(r"<baseUrl>\s*(https?://[^<\s]+?)/?\s*</baseUrl>")
_PAGE_CLASSES = ("Page", "BlogPost")

Properties = dict[str, str]
Lists = dict[str, tuple[str, ...]]


class _Object:
    """One `object` element: plain properties, references as ids (their class apart), collections as lists of ids."""

    __slots__ = ("classes", "cut", "id", "lists", "properties")

    def __init__(self) -> None:
        self.id = ""
        self.properties: Properties = {}
        self.classes: Properties = {}
        self.lists: Lists = {}
        self.cut = False

    def get(self, *names: str) -> str:
        """The first of these properties that has a value."""
        return next((value for name in names if (value := self.properties.get(name, "").strip())), "")

    @property
    def current(self) -> bool:
        """Neither history, nor draft, nor trash, nor archive."""
        status = self.get("contentStatus").lower()
        return status in ("", "current") and not self.get("originalVersion", "originalVersionId")


def read_entities(file: FileReader, export: Export, *, old: bool) -> None:
    """Add what matters in an `entities.xml` to `export`. `old`: from before storage format.

    InputError if it isn't one. Where the file breaks off, what was read stays and a problem is noted.
    """
    reader = _Reader(export, old=old)
    try:
        _feed(file, reader.parser)
    except expat.ExpatError as error:
        what = expat.ErrorString(error.code)
        _stopped(export, f"entities.xml is damaged at line {error.lineno} ({what}); what follows was not read.")
    except InputError as error:
        if reader.refused:
            raise
        _stopped(export, f"{error.message} What follows was not read.")
    if not reader.is_export:
        raise InputError("entities.xml is not from a Confluence export.", "Export the space as XML again.")


def _feed(file: FileReader, parser: expat.XMLParserType) -> None:
    decoder = codecs.getincrementaldecoder("utf-8-sig")("replace")
    fed = 0
    while data := file.read(_CHUNK_BYTES):
        text = decoder.decode(data.translate(None, _FORBIDDEN_BYTES))
        clean = text.replace("\ufffe", "").replace("\uffff", "").encode()
        parser.Parse(clean, False)
        fed += len(clean)
        if fed - parser.CurrentByteIndex > _TOKEN_BYTES:
            line = parser.CurrentLineNumber
            raise InputError(f"entities.xml has a tag of more than {_TOKEN_BYTES} bytes at line {line}.")
    parser.Parse(decoder.decode(b"", final=True).encode(), True)


def _stopped(export: Export, problem: str) -> None:
    if not export.pages:
        raise InputError(problem, "Export the space again.")
    export.problems.append(problem)


class _Reader:
    def __init__(self, export: Export, *, old: bool) -> None:
        self.parser = expat.ParserCreate("utf-8")
        self.parser.buffer_text = True
        self.parser.buffer_size = _CHUNK_BYTES
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.StartDoctypeDeclHandler = self._doctype
        self.is_export = False
        self.refused = False
        self._export = export
        self._old = old
        self._count = 0
        self._object: _Object | None = None
        self._wanted: frozenset[str] = frozenset()
        self._keep: Callable[[_Object], None] = self._ignore
        self._name = ""
        self._in_member = False
        self._ids: list[str] = []
        self._text: list[str] = []
        self._length = 0
        self._kinds: dict[str, tuple[frozenset[str], Callable[[_Object], None]]] = {
            "Space": (frozenset({"key", "name", "homePage"}), self._space),
            "Page": (_PAGE, self._page),
            "BlogPost": (_PAGE, self._page),
            "BodyContent": (frozenset({"body", "bodyType", "content"}), self._body),
            "Attachment": (_FILE, self._file),
            "ContentProperty": (frozenset({"name", "stringValue", "longValue", "content"}), self._property),
            "Label": (frozenset({"name", "namespace"}), self._label),
            "Labelling": (frozenset({"label", "content", "labelableId"}), self._labelling),
            "ConfluenceUserImpl": (frozenset({"name", "atlassianAccountId"}), self._user),
            # These two hold password hashes as well: only what is named here is ever kept.
            "InternalUser": (frozenset({"name", "displayName"}), self._display_name),
            "DefaultHibernateUser": (frozenset({"name", "fullName"}), self._display_name),
            "ConfluenceBandanaRecord": (frozenset({"key", "value"}), self._setting),
        }

    def _doctype(self, *_: object) -> None:
        self.refused = True
        raise InputError(
            "entities.xml has a document type declaration, which Confluence never writes.", "Do not trust this file."
        )

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "object":
            kind = self._kinds.get(attributes.get("class", ""))
            if kind:
                self._wanted, self._keep = kind
                self._object = _Object()
                self._object.properties["class"] = attributes["class"]
        elif self._object is None:
            if tag == "hibernate-generic":
                self.is_export = True
        elif tag in ("property", "collection"):
            name = attributes.get("name", "")
            self._in_member = True
            self._name = name if name in self._wanted else ""
            self._ids = []
            self._listen(tag == "property" and bool(self._name))
            if self._name and "class" in attributes:
                self._object.classes[name] = attributes["class"]
        elif tag == "id":
            self._listen(bool(self._name) or not self._in_member)

    def _end(self, tag: str) -> None:
        if self._object is None:
            return
        if tag == "id":
            value = "".join(self._text).strip()
            if not self._in_member:
                self._object.id = value
            elif self._name:
                self._ids.append(value)
            self._listen(False)
        elif tag == "property":
            if self._name:
                self._object.properties[self._name] = self._ids[0] if self._ids else "".join(self._text)
                self._object.cut |= self._length > limits.BODY_BYTES
            self._leave()
        elif tag == "collection":
            if self._name:
                self._object.lists[self._name] = tuple(self._ids)
            self._leave()
        elif tag == "object":
            if self._object.id:
                self._keep(self._object)
            self._object = None
            self._count += 1
            if self._count % 10_000 == 0:
                self._export.check_size()

    def _leave(self) -> None:
        self._in_member = False
        self._name = ""
        self._listen(False)

    def _listen(self, on: bool) -> None:  # noqa: FBT001 - an inner switch
        self._text = []
        self._length = 0
        self.parser.CharacterDataHandler = self._characters if on else None

    def _characters(self, text: str) -> None:
        self._length += len(text)
        if self._length <= limits.BODY_BYTES:
            self._text.append(text)
        else:
            self._text = []

    def _ignore(self, found: _Object) -> None:
        pass

    def _space(self, found: _Object) -> None:
        record = SpaceRecord(found.get("key"), found.get("name"), found.get("homePage"))
        self._export.spaces.setdefault(found.id, record)

    def _page(self, found: _Object) -> None:
        if not found.current:
            return
        record = PageRecord(
            kind="blogpost" if found.properties["class"] == "BlogPost" else "page",
            title=found.get("title"),
            space=found.get("space"),
            parent=found.get("parent") if found.classes.get("parent", "Page") == "Page" else "",
            position=found.get("position"),
            version=found.get("version"),
            created=found.get("creationDate"),
            updated=found.get("lastModificationDate"),
            author=found.get("creator", "creatorName"),
            bodies=found.lists.get("bodyContents", ()),
        )
        self._export.pages.setdefault(found.id, record)

    def _body(self, found: _Object) -> None:
        if "content" in found.properties and found.classes.get("content", "Page") not in _PAGE_CLASSES:
            return
        kind = found.get("bodyType")
        number = int(kind) if kind in ("0", "1", "2") else (0 if self._old else 2)
        # The export writes nested CDATA ends this way, see the storage format's code macro.
        text = found.properties.get("body", "").replace("]] >", "]]>")
        if found.cut:
            number = -1
        self._export.bodies.add(found.id, found.get("content"), number, text)

    def _file(self, found: _Object) -> None:
        if not found.current:
            return
        record = FileRecord(
            title=found.get("title", "fileName"),
            page=found.get("containerContent", "content"),
            version=found.get("version", "attachmentVersion"),
            media_type=found.get("contentType"),
            size=found.get("fileSize"),
            properties=found.lists.get("contentProperties", ()),
        )
        self._export.files.setdefault(found.id, record)

    def _property(self, found: _Object) -> None:
        if found.get("name") in PROPERTY_NAMES:
            value = found.get("stringValue", "longValue")
            self._export.properties[found.id] = PropertyRecord(found.get("name"), value, found.get("content"))

    def _label(self, found: _Object) -> None:
        if found.get("namespace") in ("", "global"):
            self._export.labels[found.id] = found.get("name")

    def _labelling(self, found: _Object) -> None:
        self._export.labellings.append((found.get("label"), found.get("content", "labelableId")))

    def _user(self, found: _Object) -> None:
        self._export.users.setdefault(found.id, UserRecord(found.get("atlassianAccountId"), found.get("name")))

    def _display_name(self, found: _Object) -> None:
        if name := found.get("displayName", "fullName"):
            self._export.names.setdefault(found.get("name").casefold(), " ".join(name.split()))

    def _setting(self, found: _Object) -> None:
        if found.get("key") == "atlassian.confluence.settings" and (url := _BASE_URL.search(found.get("value"))):
            self._export.base_url = url[1]


_VERSIONED = frozenset({"title", "version", "contentStatus", "originalVersion", "originalVersionId"})
_PAGE = _VERSIONED | {
    "space",
    "parent",
    "position",
    "creator",
    "creatorName",
    "creationDate",
    "lastModificationDate",
    "bodyContents",
}
_FILE = _VERSIONED | {
    "fileName",
    "attachmentVersion",
    "containerContent",
    "content",
    "contentType",
    "fileSize",
    "contentProperties",
}
