"""A quick look at one content stream that Typst wrote: may anything in it be worth an exact look?

Nearly all text comes as `q` matrix colour `BT` font matrix string `ET Q`, marked or not: one regular expression reads
such a run. What is written otherwise goes a slower way, and what that way doesn't know is suspicious. So nothing
passes that isn't understood.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from confluence_xpress.typeset.inspect.finding import TOLERANCE
from confluence_xpress.typeset.inspect.geometry import IDENTITY, Box, Matrix, leaves, multiply, transform
from confluence_xpress.typeset.inspect.metrics import Metrics

_END = b"\nET\nQ\n"
# Marks of the content before and of this one, with backgrounds and lines between them; position; font; what is shown.
# Backgrounds are skipped: neither text nor images nor other marks are in them. No string holds a line's end.
_RUN = re.compile(
    rb"(EMC)?(?:/Artifact<</Type/Layout>>BDC\nq [^BDE]*\nQ\nEMC)*(/(?:Span<</MCID \d|Artifact)[^\n]*B[DM]C\n)?"
    rb"q 1 0 0 -1 (-?[\d.]+) (-?[\d.]+) cm/c\d+ cs [\d. ]+ scn\n"
    rb"BT 0 Tr/(f\d+) ([\d.]+) Tf 1 0 0 -1 0 0 Tm([^\n]+)\nET\nQ\n"
)
# In what paints no text. Dictionaries come first: their strings may hold anything.
_OPERATOR = re.compile(rb"/(\w+) ?(<<.*?>>)?\s?(B[DM]C)\b|/(\w+) (Do)\b|(BT|ET|BI)\b|(?:q|Q|W|cm|EMC)\b", re.DOTALL)
_TEXT = re.compile(rb"/(f\d+) (-?[\d.]+) Tf ((?:-?[\d.]+ ){6})Tm(.*?T[jJ])(?=[\n/ ]|$)", re.DOTALL)
_BETWEEN_TEXTS = re.compile(rb"(?:\s|0 Tr|/Span<<(?!/MCID)[^\n]*?>>BDC|/ReversedChars BMC|EMC)*")
# A shift to the right by a tenth of the font's size or more, see `SMALL_SHIFT`.
_LARGE_SHIFT = re.compile(rb"-\d{3}")
_MARK = re.compile(rb"B[DM]C")
_NUMBER = re.compile(rb"-?[\d.]+")
_SLACK = 0.5
"""How far a run may begin left of its start, in units of its size."""


@dataclass(frozen=True, slots=True)
class Form:
    """A form XObject: `matrix` and `box` place it, the rest is what a page has too."""

    matrix: Matrix
    box: Box
    content: bytes
    resources: Resources


@dataclass(frozen=True, slots=True)
class Resources:
    """What a stream names. A font is None if it isn't written as Typst writes; XObjects are read when they are used."""

    fonts: Mapping[bytes, Metrics | None]
    objects: Mapping[bytes, Callable[[], Form | None]]
    """Those that are images give None."""


def is_suspicious(content: bytes, resources: Resources, page: Box, *, tagged: bool) -> bool:
    """Whether text or images in a page's content may leave the page, show glyph 0 or, with `tagged`, be untagged."""
    return _Stream(resources, page, IDENTITY, [not tagged]).is_suspicious(content)


class _Stream:
    def __init__(self, resources: Resources, page: Box, matrix: Matrix, marks: list[bool]) -> None:
        self._resources = resources
        self._page = page
        self._matrix = matrix
        self._saved: list[Matrix] = []
        self._marks = marks
        """Whether the open marked-content sequences are tags or artifacts."""
        self._figure = False
        """Whether the next clip is a figure's frame."""

    def is_suspicious(self, content: bytes) -> bool:
        exactly = b"\\000\\000" in content or _LARGE_SHIFT.search(content) is not None
        left, bottom = self._page[0] - TOLERANCE, self._page[1] - TOLERANCE
        right, top = self._page[2] + TOLERANCE, self._page[3] + TOLERANCE
        fonts, marks = self._resources.fonts, self._marks
        plain, end = self._matrix is IDENTITY, 0
        for found in _RUN.finditer(content):
            start = found.start()
            if start != end:
                if self._irregular(content[end:start]):
                    return True
                plain = self._matrix is IDENTITY
            end = found.end()
            closed, opened, x_text, y_text, name, size_text, shown = found.groups()
            if closed:
                if len(marks) < 2:
                    return True
                marks.pop()
            if opened:
                marks.append(True)
            elif True not in marks:
                return True
            font = fonts.get(name)
            if not font:
                return True
            x, y, size = float(x_text), float(y_text), float(size_text)
            if not plain:
                if self._run_leaves(font, size, multiply((1.0, 0.0, 0.0, 1.0, x, y), self._matrix), shown):
                    return True
                continue
            box_left, box_bottom, box_right, box_top = font.box
            room = (right - x) / size - box_right
            if (
                x + (box_left - _SLACK) * size < left
                or y + box_bottom * size < bottom
                or y + box_top * size > top
                or ((exactly or len(shown) * font.longest > room or b"<" in shown) and font.reach(shown) > room)
            ):
                return True
        return self._irregular(content[end:])

    def _irregular(self, content: bytes) -> bool:
        """What isn't a regular run."""
        *runs, graphics = content.split(_END)
        return any(map(self._irregular_run, runs)) or self._graphics(graphics)

    def _irregular_run(self, run: bytes) -> bool:
        """Graphics and a run after it, or a run that is written in another way."""
        start = run.rfind(b"\nBT") + 1
        text = run[start + 2 :]
        if not start or self._graphics(run[:start]) or True not in self._marks or not self._saved:
            return True
        between = _TEXT.sub(b"", text)
        if not _BETWEEN_TEXTS.fullmatch(between) or len(_MARK.findall(between)) != between.count(b"EMC"):
            return True
        for found in _TEXT.finditer(text):
            font = self._resources.fonts.get(found[1])
            a, b, c, d, e, f = map(float, found[3].split())
            matrix = multiply((a, b, c, d, e, f), self._matrix)
            if not font or self._run_leaves(font, float(found[2]), matrix, found[4]):
                return True
        self._matrix = self._saved.pop()
        return False

    def _run_leaves(self, font: Metrics, size: float, matrix: Matrix, shown: bytes) -> bool:
        reach = font.reach(shown)
        if reach == math.inf:
            return True
        left, bottom, right, top = font.box
        box = ((left - _SLACK) * size, bottom * size, (reach + right) * size, top * size)
        return leaves(transform(box, matrix), self._page)

    def _graphics(self, data: bytes) -> bool:
        """What paints no text: the state is kept, images are looked at."""
        end = 0
        for found in _OPERATOR.finditer(data):
            operands = data[end : found.start()]
            end = found.end()
            if found[3]:
                self._marks.append(found[1] == b"Artifact" or b"/MCID " in (found[2] or b""))
                self._figure = b"/Alt" in (found[2] or b"")
            elif found[5]:
                if self._object(found[4]):
                    return True
            elif found[6] or self._state(found[0], operands):
                return True
        return False

    def _state(self, operator: bytes, operands: bytes) -> bool:
        match operator:
            case b"q":
                self._saved.append(self._matrix)
            case b"Q" if self._saved:
                self._matrix = self._saved.pop()
            case b"EMC" if len(self._marks) > 1:
                self._marks.pop()
                self._figure = False
            case b"W":
                return self._clip(operands)
            case b"cm":
                numbers = _NUMBER.findall(operands)
                if len(numbers) != 6:
                    return True
                a, b, c, d, e, f = map(float, numbers)
                self._matrix = multiply((a, b, c, d, e, f), self._matrix)
            case _:
                return True
        return False

    def _clip(self, path: bytes) -> bool:
        """A figure is clipped to its frame: what it paints need not be looked at."""
        if not self._figure:
            return False
        self._figure = False
        numbers = [float(number) for number in _NUMBER.findall(path)]
        if b"re" in path or len(numbers) < 4 or len(numbers) % 2:
            return True
        xs, ys = numbers[::2], numbers[1::2]
        return leaves(transform((min(xs), min(ys), max(xs), max(ys)), self._matrix), self._page)

    def _object(self, name: bytes) -> bool:
        read = self._resources.objects.get(name)
        if not read or True not in self._marks:
            return True
        form = read()
        if not form:
            return leaves(transform((0.0, 0.0, 1.0, 1.0), self._matrix), self._page)
        matrix = multiply(form.matrix, self._matrix)
        return _Stream(form.resources, self._page, matrix, [True]).is_suspicious(form.content)
