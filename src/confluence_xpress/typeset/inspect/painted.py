"""What a page paints, judged by PDFium: text and images outside of the page, content that no tag and no artifact holds.

PDFium computes where glyphs really have ink, whatever wrote the PDF.
"""

from __future__ import annotations

import ctypes
import math
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cache
from importlib import import_module
from types import TracebackType
from typing import Any, Self

from confluence_xpress.typeset.inspect.geometry import IDENTITY, Box, Matrix, intersect, is_empty, leaves, multiply
from confluence_xpress.typeset.inspect.geometry import transform as transform_box

_TEXT, _PATH, _IMAGE, _SHADING, _FORM = 1, 2, 3, 4, 5
_EVERYWHERE: Box = (-math.inf, -math.inf, math.inf, math.inf)


@cache
def _pdfium() -> Any:
    """PDFium's functions. Most documents need none of them, and loading takes 0.1 s."""
    import_module("pypdfium2")  # sets the library up
    return import_module("pypdfium2.raw")


@dataclass(slots=True)
class Painted:
    """What was found on one page. `numbers`: the marked-content identifiers that text and images have."""

    text_outside: list[str] = field(default_factory=list)
    images_outside: int = 0
    untagged: list[str] = field(default_factory=list)
    numbers: set[int] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class _Context:
    """What holds for an object: matrix to the page, clip on the page, and what the form it is in is marked as."""

    matrix: Matrix
    clip: Box
    tagged: bool
    figure: bool


@dataclass(frozen=True, slots=True)
class _Marks:
    tagged: bool
    figure: bool
    numbers: frozenset[int]


class PaintedPages:
    """The pages of a PDF in memory. A context manager."""

    def __init__(self, pdf: bytes) -> None:
        self._raw = _pdfium()
        self._bytes = pdf  # PDFium doesn't copy them
        self._document = self._raw.FPDF_LoadMemDocument64(pdf, len(pdf), None)
        if not self._document:
            raise ValueError("PDFium can't read the PDF")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._raw.FPDF_CloseDocument(self._document)

    def look(self, number: int, box: Box) -> Painted:
        """One page, counted from 0, and what is seen of it, in the page's own coordinates."""
        raw = self._raw
        page = raw.FPDF_LoadPage(self._document, number)
        if not page:
            raise ValueError(f"PDFium can't read page {number + 1}")
        try:
            look = _Look(raw, page, box)
            look.walk(
                raw.FPDFPage_CountObjects(page),
                lambda index: raw.FPDFPage_GetObject(page, index),
                _Context(IDENTITY, _EVERYWHERE, tagged=False, figure=False),
            )
            return look.painted
        finally:
            raw.FPDF_ClosePage(page)


class _Look:
    def __init__(self, raw: Any, page: Any, box: Box) -> None:
        self.painted = Painted()
        self._raw = raw
        self._page = page
        self._box = box
        self._asked = False

    def walk(self, count: int, get: Callable[[int], Any], context: _Context) -> None:
        for index in range(count):
            item = get(index)
            kind = self._raw.FPDFPageObj_GetType(item)
            marks = self._marks(item)
            inner = replace(context, tagged=context.tagged or marks.tagged, figure=context.figure or marks.figure)
            if kind == _FORM:
                self._form(item, inner)
                continue
            if kind in {_TEXT, _IMAGE}:
                self.painted.numbers |= marks.numbers
                if not inner.tagged:
                    self.painted.untagged.append(self._text(item) if kind == _TEXT else "image")
            box = transform_box(self._bounds(item), context.matrix)
            if not leaves(box, self._box):
                continue
            if kind == _TEXT:
                self._text_outside()
            elif kind == _IMAGE or (kind == _PATH and inner.figure):
                self._image_outside(item, box, context)

    def _form(self, form: Any, context: _Context) -> None:
        raw, matrix = self._raw, self._raw.FS_MATRIX()
        raw.FPDFPageObj_GetMatrix(form, matrix)
        own: Matrix = (matrix.a, matrix.b, matrix.c, matrix.d, matrix.e, matrix.f)
        inner = replace(context, matrix=multiply(own, context.matrix), clip=self._clip(form, context))
        self.walk(raw.FPDFFormObj_CountObjects(form), lambda index: raw.FPDFFormObj_GetObject(form, index), inner)

    def _text_outside(self) -> None:
        """All words of the page that are outside, once a page. White space may be anywhere."""
        if not self._asked:
            self._asked = True
            text = self._raw.FPDFText_LoadPage(self._page)
            self.painted.text_outside += _words_outside(self._raw, text, self._box)
            self._raw.FPDFText_ClosePage(text)

    def _image_outside(self, image: Any, box: Box, context: _Context) -> None:
        """An image is meant to be cut where it is clipped: what counts is the rest."""
        seen = intersect(box, self._clip(image, context))
        if not is_empty(seen) and leaves(seen, self._box):
            self.painted.images_outside += 1

    def _bounds(self, item: Any) -> Box:
        left, bottom, right, top = (ctypes.c_float() for _ in range(4))
        self._raw.FPDFPageObj_GetBounds(item, left, bottom, right, top)
        return left.value, bottom.value, right.value, top.value

    def _clip(self, item: Any, context: _Context) -> Box:
        """The box around what an object may be seen through, on the page."""
        raw, clip = self._raw, context.clip
        path = raw.FPDFPageObj_GetClipPath(item)
        for index in range(raw.FPDFClipPath_CountPaths(path)):  # -1 without a clip
            points = [
                _point(raw, raw.FPDFClipPath_GetPathSegment(path, index, segment))
                for segment in range(raw.FPDFClipPath_CountPathSegments(path, index))
            ]
            if points:
                xs, ys = zip(*points, strict=True)
                clip = intersect(clip, transform_box((min(xs), min(ys), max(xs), max(ys)), context.matrix))
        return clip

    def _marks(self, item: Any) -> _Marks:
        raw = self._raw
        tagged = figure = False
        numbers: set[int] = set()
        for index in range(raw.FPDFPageObj_CountMarks(item)):
            mark, value = raw.FPDFPageObj_GetMark(item, index), ctypes.c_int()
            if raw.FPDFPageObjMark_GetParamIntValue(mark, b"MCID", value):
                numbers.add(value.value)
                tagged = True
            elif _name(raw, mark) == "Artifact":
                tagged = True
            figure = figure or raw.FPDFPageObjMark_GetParamValueType(mark, b"Alt") != raw.FPDF_OBJECT_UNKNOWN
        return _Marks(tagged, figure, frozenset(numbers))

    def _text(self, item: Any) -> str:
        """The text of one text object; a hint at its place if it has none."""
        raw = self._raw
        text = raw.FPDFText_LoadPage(self._page)
        size = raw.FPDFTextObj_GetText(item, text, None, 0)
        buffer = ctypes.create_string_buffer(size)
        raw.FPDFTextObj_GetText(item, text, ctypes.cast(buffer, ctypes.POINTER(raw.FPDF_WCHAR)), size)
        raw.FPDFText_ClosePage(text)
        return _utf16(buffer.raw) or "white space"


def _words_outside(raw: Any, text: Any, page: Box) -> list[str]:
    """The words of which a glyph leaves the page, as far as they do."""
    words: list[list[int]] = [[]]
    for index in range(raw.FPDFText_CountChars(text)):
        unit = raw.FPDFText_GetUnicode(text, index)
        left, right, bottom, top = (ctypes.c_double() for _ in range(4))
        raw.FPDFText_GetCharBox(text, index, left, right, bottom, top)
        box = left.value, bottom.value, right.value, top.value
        if _is_white(unit) or not leaves(box, page):
            words.append([])
        else:
            words[-1].append(unit)
    return [_utf16(b"".join(unit.to_bytes(2, "little") for unit in word)) for word in words if word]


def _is_white(unit: int) -> bool:
    sign = chr(unit)
    return sign.isspace() or unicodedata.category(sign) == "Cf"


def _point(raw: Any, segment: Any) -> tuple[float, float]:
    x, y = ctypes.c_float(), ctypes.c_float()
    raw.FPDFPathSegment_GetPoint(segment, x, y)
    return x.value, y.value


def _name(raw: Any, mark: Any) -> str:
    size = ctypes.c_ulong()
    raw.FPDFPageObjMark_GetName(mark, None, 0, size)
    buffer = ctypes.create_string_buffer(size.value)
    raw.FPDFPageObjMark_GetName(mark, ctypes.cast(buffer, ctypes.POINTER(raw.FPDF_WCHAR)), size.value, size)
    return _utf16(buffer.raw)


def _utf16(data: bytes) -> str:
    """UTF-16 as PDFium gives it, with a zero at the end; control characters can't be shown."""
    text = data.decode("utf-16-le", "replace")
    return "".join("\ufffd" if unicodedata.category(c) == "Cc" and not c.isspace() else c for c in text.rstrip("\0"))
