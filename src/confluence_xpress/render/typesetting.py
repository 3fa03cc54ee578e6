"""Typesetting a book whatever it holds: culprits are taken out, the rest is in the PDF."""

from __future__ import annotations

import re
from dataclasses import replace

from confluence_xpress.diagnostics import Diagnostic
from confluence_xpress.errors import InputError, InternalError, TypesettingError
from confluence_xpress.render.dates import day_format
from confluence_xpress.render.fallback import plain_text, without_images
from confluence_xpress.render.options import Options
from confluence_xpress.typeset.engine import compile_pdf, named_characters, unshown
from confluence_xpress.typeset.fonts import install_hint
from confluence_xpress.writers.typst import MAIN, Book, page_file, write_book

_CULPRIT = re.compile(r"pages/(\d{6})\.typ(?::(\d+))?")
_MEDIA = re.compile(r'"(/media/[^"]+)"')
_IN_TEMPLATE = re.compile(r"/template/([^/\s:]+):(\d+):\d+")


class Typesetting:
    """Compiles a book; what makes the typesetter fail is taken out, replaced by something visible, and reported."""

    def __init__(self, book: Book, options: Options, media: dict[str, bytes]) -> None:
        self.book = book
        self.diagnostics: list[Diagnostic] = []
        self._options = options
        self._unshown: set[str] = set()
        self._files = {f"template/{name}": text.encode() for name, text in options.template.files.items()}
        self._files |= {path.lstrip("/"): data for path, data in media.items()}
        self._format_day = day_format(str(options.settings.get("language", "en")))
        self._steps: dict[int, int] = {}

    def run(self) -> bytes:
        files = self._write()
        self._unshown |= unshown(files.values())
        # Each round takes something out, so that it ends.
        for _ in range(3 * len(self.book.chapters) + 20):
            try:
                pdf = self._compile(files)
            except TypesettingError as error:
                self._mend(error, files)
                files = self._write()
                continue
            self._report_unshown(files)
            return pdf
        raise InternalError("The document can't be typeset.", "Please report this with the document.")

    def _write(self) -> dict[str, str]:
        return write_book(self.book, self._format_day)

    def _compile(self, files: dict[str, str]) -> bytes:
        table = {ord(c): "\ufffd" for c in self._unshown}
        shown = {name: (text.translate(table) if table else text).encode() for name, text in files.items()}
        return compile_pdf({**self._files, **shown}, MAIN, self._options.standards, self._options.timestamp)

    def _mend(self, error: TypesettingError, files: dict[str, str]) -> None:
        """Take out what made the typesetter fail. Raises the error again if that can't be told."""
        if characters := named_characters(error.diagnostic) - self._unshown:
            self._unshown |= characters
            return
        # One line of each page: the trace names a page several times, also as included and without a line.
        places: dict[int, int] = {}
        for found in _CULPRIT.finditer(error.diagnostic):
            places[int(found[1])] = places.get(int(found[1])) or int(found[2] or 0)
        if not places:
            self._check_template()
            places = {index: 0 for index in range(len(self.book.chapters)) if self._fails_alone(index)}
        if not places:
            raise error
        for index, line in places.items():
            self._reduce(index, line, files, error)

    def _check_template(self) -> None:
        """Raises InputError if not even pages without content can be typeset, which is the template's fault."""
        empty = tuple(replace(chapter, content=()) for chapter in self.book.chapters)
        try:
            self._compile(write_book(replace(self.book, chapters=empty), self._format_day))
        except TypesettingError as error:
            found = _IN_TEMPLATE.search(error.diagnostic)
            where = f" ({found[1]}, line {found[2]})" if found else ""
            raise InputError(
                f"the template “{self._options.template.name}” can't be typeset: {error.message}{where}",
                "Mend the template; its functions are in docs/templates.md.",
            ) from error

    def _fails_alone(self, index: int) -> bool:
        alone = replace(self.book, chapters=(self.book.chapters[index],))
        try:
            self._compile(write_book(alone, self._format_day))
        except TypesettingError:
            return True
        return False

    def _reduce(self, index: int, line: int, files: dict[str, str], error: TypesettingError) -> None:
        """Images on the line first, then all but the page's text, at last the text too."""
        chapter = self.book.chapters[index]
        lines = files[page_file(index)].split("\n")
        paths = set(_MEDIA.findall(lines[line - 1])) if 0 < line <= len(lines) else set()
        content = chapter.content if index in self._steps else without_images(chapter.content, paths)
        if content != chapter.content:
            self._lost(index, "image-unreadable", f"an image could not be typeset: {error.message}")
        else:
            self._steps[index] = self._steps.get(index, 0) + 1
            content = plain_text(content, self._steps[index])
            what = "only its text is shown" if self._steps[index] == 1 else "nothing of it is shown"
            self._lost(index, "page-not-typeset", f"the page could not be typeset ({error.message}); {what}")
        chapters = [*self.book.chapters]
        chapters[index] = replace(chapter, content=content)
        self.book = replace(self.book, chapters=tuple(chapters))

    def _lost(self, index: int, code: str, message: str) -> None:
        page = self.book.chapters[index].page_id
        hint = "Please report this with the page that caused it."
        self.diagnostics.append(Diagnostic(code, message, page=page, hint=hint))

    def _report_unshown(self, files: dict[str, str]) -> None:
        if not self._unshown:
            return
        for index, chapter in enumerate(self.book.chapters):
            characters = "".join(sorted(set(files[page_file(index)]) & self._unshown))
            if characters:
                names = ", ".join(f"U+{ord(c):04X}" for c in characters[:12]) + (" …" if len(characters) > 12 else "")
                self.diagnostics.append(
                    Diagnostic(
                        "glyph-missing",
                        f"{len(characters)} characters that no installed font has are shown as \ufffd: {names}",
                        page=chapter.page_id,
                        hint=install_hint(characters),
                    )
                )
