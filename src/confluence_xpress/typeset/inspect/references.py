"""What a PDF's objects refer to, read with pikepdf: places in the document, font files, elements of the structure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import pikepdf

from confluence_xpress.typeset.inspect.finding import font_name

PRIVATE = "xpress:"
"""Scheme of the addresses by which parts refer to each other. None may be left in a finished PDF."""


class Destinations:
    """Where the links and bookmarks of a PDF may lead. `private`: addresses of other parts are taken as good."""

    def __init__(self, document: pikepdf.Pdf, *, private: bool = False) -> None:
        self._private = private
        self._pages = {page.objgen for page in document.pages}
        root = document.Root
        self._names: dict[str, Any] = {}
        if "/Dests" in root:
            self._names |= {str(key).lstrip("/"): value for key, value in root.Dests.items()}
        names = root.get("/Names", pikepdf.Dictionary()).get("/Dests")
        if names is not None:
            self._names |= {_text(key): value for key, value in pikepdf.NameTree(names).items()}

    def dangling(self, page: pikepdf.Page) -> Iterator[str]:
        """The targets of a page's links that are nowhere."""
        for note in page.obj.get("/Annots", pikepdf.Array()):
            if note.get("/Subtype") == "/Link" and (target := self._lost(note)) is not None:
                yield target

    def dangling_bookmarks(self, document: pikepdf.Pdf) -> Iterator[str]:
        """The titles of bookmarks that lead nowhere."""
        pending = [document.Root.get("/Outlines", pikepdf.Dictionary()).get("/First")]
        while pending:
            item = pending.pop()
            if item is None:
                continue
            pending += [item.get("/Next"), item.get("/First")]
            if self._lost(item) is not None:
                yield str(item.get("/Title", ""))

    def _lost(self, holder: pikepdf.Object) -> str | None:
        """What a link or bookmark names, if it isn't there; None for those that lead somewhere."""
        if "/Dest" in holder:
            return self._lost_target(holder.Dest)
        action = holder.get("/A")
        if action is None:
            return "no target"
        if action.get("/S") == "/GoTo":
            return self._lost_target(action.get("/D"))
        address = bytes(action.get("/URI", b"")).decode("latin-1") if action.get("/S") == "/URI" else ""
        return address if address.startswith(PRIVATE) and not self._private else None

    def _lost_target(self, target: Any) -> str | None:
        name = ""
        if isinstance(target, pikepdf.Name | pikepdf.String):
            name = str(target).lstrip("/") if isinstance(target, pikepdf.Name) else str(target)
            target = self._names.get(name)
        if isinstance(target, pikepdf.Dictionary):
            target = target.get("/D")
        if isinstance(target, pikepdf.Array) and len(target) and isinstance(target[0], pikepdf.Dictionary):
            return None if target[0].objgen in self._pages else name or "a page that isn't in the document"
        return name or "no page"


def _text(key: str | bytes) -> str:
    return key if isinstance(key, str) else key.decode("latin-1")


def fonts_not_embedded(document: pikepdf.Pdf) -> list[str]:
    """The fonts of a PDF that have no file in it, by name. Fonts drawn in the PDF itself (Type 3) need none."""
    found: dict[str, None] = {}
    for item in document.objects:
        if not isinstance(item, pikepdf.Dictionary) or item.get("/Type") != "/Font":
            continue
        if item.get("/Subtype") in {"/Type0", "/Type3"}:
            continue
        descriptor = item.get("/FontDescriptor", pikepdf.Dictionary())
        if not {"/FontFile", "/FontFile2", "/FontFile3"} & set(descriptor.keys()):
            found[font_name(str(item.get("/BaseFont", "?")))] = None
    return list(found)


class Tags:
    """The structure tree's own list of the marked content on each page."""

    def __init__(self, document: pikepdf.Pdf) -> None:
        root = document.Root.get("/StructTreeRoot", pikepdf.Dictionary())
        tree = root.get("/ParentTree")
        self._parents = None if tree is None else pikepdf.NumberTree(tree)

    def orphans(self, page: pikepdf.Page, numbers: Iterable[int]) -> list[int]:
        """Those of a page's marked-content identifiers that belong to no element."""
        key = page.obj.get("/StructParents")
        parents: Any = ()
        if self._parents is not None and key is not None and int(key) in self._parents:
            parents = self._parents[int(key)]
        count = len(parents)
        return [number for number in sorted(numbers) if not (0 <= number < count and parents[number] is not None)]
