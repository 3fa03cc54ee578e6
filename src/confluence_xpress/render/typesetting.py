"""Typesetting a part of a book whatever it holds: culprits are taken out, the rest is in the PDF."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from confluence_xpress.diagnostics import Diagnostic
from confluence_xpress.errors import InputError, InternalError, TypesettingError
from confluence_xpress.render.dates import day_format
from confluence_xpress.render.fallback import plain_text, without_images
from confluence_xpress.render.options import Options
from confluence_xpress.typeset.engine import Glyphs, Installed, compile_pdf, named_characters
from confluence_xpress.typeset.fonts import install_hint
from confluence_xpress.typeset.standards import for_parts
from confluence_xpress.writers.typst import MAIN, Book, Chapter, page_file, write_part

_CULPRIT = re.compile(r"pages/(\d{6})\.typ(?::(\d+))?")
_MEDIA = re.compile(r'"(/media/[^"]+)"')
_IN_TEMPLATE = re.compile(r"/template/([^/\s:]+):(\d+):\d+")


class Typesetting:
    """Compiles some chapters; what makes the typesetter fail is taken out, replaced by something visible, and reported.

    `files` are those of the template, by name.
    """

    def __init__(
        self,
        book: Book,
        chapters: Sequence[Chapter],
        options: Options,
        files: Mapping[str, bytes],
        media: Mapping[str, bytes],
        glyphs: Glyphs,
        installed: Installed | None = None,
    ) -> None:
        self.book = book
        self.chapters = [*chapters]
        self.diagnostics: list[Diagnostic] = []
        self._options = options
        self._glyphs = glyphs
        self._installed = installed
        self._unshown: set[str] = set()
        self._files = {**files, **{path.lstrip("/"): data for path, data in media.items()}}
        self._format_day = day_format(str(options.settings.get("language", "en")))
        self._steps: dict[int, int] = {}

    def run(self) -> bytes:
        """Typst's PDF of the chapters; `chapters` are then those that are in it."""
        files = self._write(self.chapters)
        self._unshown |= self._glyphs.unshown(files.values())
        # Each round takes something out, so that it ends.
        for _ in range(3 * len(self.chapters) + 20):
            try:
                pdf = self._compile(files)
            except TypesettingError as error:
                self._mend(error, files)
                files = self._write(self.chapters)
                continue
            self._report_unshown(files)
            return pdf
        raise InternalError("The document can't be typeset.", "Please report this with the document.")

    def _write(self, chapters: Sequence[Chapter]) -> dict[str, str]:
        return write_part(self.book, chapters, self._format_day)

    def _compile(self, files: dict[str, str]) -> bytes:
        table = {ord(c): "\ufffd" for c in self._unshown}
        shown = {name: (text.translate(table) if table else text).encode() for name, text in files.items()}
        standards = for_parts(self._options.standards)
        sources = {**self._files, **shown}
        return compile_pdf(sources, MAIN, standards, self._options.timestamp, installed=self._installed)

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
            places = {index: 0 for index in range(len(self.chapters)) if self._fails_alone(index)}
        if not places:
            raise error
        for index, line in places.items():
            self._reduce(index, line, files, error)

    def _check_template(self) -> None:
        """Raises InputError if not even pages without content can be typeset, which is the template's fault."""
        empty = [replace(chapter, content=()) for chapter in self.chapters]
        try:
            self._compile(self._write(empty))
        except TypesettingError as error:
            raise template_fault(self._options, error) from error

    def _fails_alone(self, index: int) -> bool:
        try:
            self._compile(self._write([self.chapters[index]]))
        except TypesettingError:
            return True
        return False

    def _reduce(self, index: int, line: int, files: dict[str, str], error: TypesettingError) -> None:
        """Images on the line first, then all but the page's text, at last the text too."""
        chapter = self.chapters[index]
        whole = chapter.content
        lines = files[page_file(index)].split("\n")
        paths = set(_MEDIA.findall(lines[line - 1])) if 0 < line <= len(lines) else set()
        content = whole if index in self._steps else without_images(whole, paths)
        if content != whole:
            self._lost(index, "image-unreadable", f"an image could not be typeset: {error.message}")
        else:
            self._steps[index] = self._steps.get(index, 0) + 1
            content = plain_text(content, self._steps[index])
            what = "only its text is shown" if self._steps[index] == 1 else "nothing of it is shown"
            self._lost(index, "page-not-typeset", f"the page could not be typeset ({error.message}); {what}")
        self.chapters[index] = replace(chapter, content=content)

    def _lost(self, index: int, code: str, message: str) -> None:
        page = self.chapters[index].page_id
        hint = "Please report this with the page that caused it."
        self.diagnostics.append(Diagnostic(code, message, page=page, hint=hint))

    def _report_unshown(self, files: dict[str, str]) -> None:
        if not self._unshown:
            return
        for index, chapter in enumerate(self.chapters):
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


def template_fault(options: Options, error: TypesettingError) -> InputError:
    """What to raise when not the content is to blame: it says where in the template, as far as that is known."""
    found = _IN_TEMPLATE.search(error.diagnostic)
    where = f" ({found[1]}, line {found[2]})" if found else ""
    return InputError(
        f"the template “{options.template.name}” can't be typeset: {error.message}{where}",
        "Mend the template; its functions are in docs/templates.md.",
    )
