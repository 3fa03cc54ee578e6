"""Pictures of the pages of a finished PDF."""

from __future__ import annotations

import io
import os
from importlib import import_module
from typing import Any, cast

import typst

from confluence_xpress.errors import InputError, InternalError

_POINTS_AN_INCH = 72


def page_sizes(pdf: bytes) -> list[tuple[float, float]]:
    """Width and height of each page in points."""
    document = _opened(pdf)
    try:
        return [document.get_page_size(index) for index in range(len(document))]
    finally:
        document.close()


def page_png(pdf: bytes, index: int, dpi: float) -> bytes:
    """A page (from 0) as PNG, with so many pixels per inch."""
    document = _opened(pdf)
    try:
        picture = document[index].render(scale=dpi / _POINTS_AN_INCH).to_pil()
    finally:
        document.close()
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


def page_svg(pdf: bytes, index: int, size: tuple[float, float]) -> bytes:
    """A page (from 0) as SVG, of a size in points. Text becomes outlines, so that it looks the same everywhere."""
    # Sources in memory must be text, so the PDF is a file in memory: no other is open in reach of this one's name.
    if not hasattr(os, "memfd_create"):
        raise InputError("SVG previews can be made on Linux only", "Ask for PNG.")
    file = os.memfd_create("preview")
    try:
        with os.fdopen(os.dup(file), "wb") as out:
            out.write(pdf)
        width, height = size
        source = (
            f"#set page(width: {width}pt, height: {height}pt, margin: 0pt)\n"
            f'#image("{file}", format: "pdf", page: {index + 1}, width: 100%, height: 100%)\n'
        )
        main = cast("bytes", {"main.typ": source.encode()})
        compiler = typst.Compiler(input=main, root="/proc/self/fd", ignore_system_fonts=True)
        drawn = compiler.compile(format="svg")
    finally:
        os.close(file)
    if not isinstance(drawn, bytes):
        raise InternalError("The typesetter drew no picture.")
    return drawn


def _opened(pdf: bytes) -> Any:
    return import_module("pypdfium2").PdfDocument(pdf)  # has no types
