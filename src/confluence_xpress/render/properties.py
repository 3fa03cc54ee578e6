"""What a document says about itself: title, language, dates, standards."""

from __future__ import annotations

from importlib.metadata import version

from confluence_xpress import __version__
from confluence_xpress.render.options import Options
from confluence_xpress.typeset.assemble import Properties
from confluence_xpress.typeset.metadata import Metadata
from confluence_xpress.typeset.standards import archive_of, version_of
from confluence_xpress.writers.typst import Book

_PRODUCER = f"Typst {version('typst')}"
_RIGHT_TO_LEFT = ("ar", "dv", "fa", "he", "ps", "sd", "ug", "ur", "yi")


def make_properties(book: Book, options: Options) -> Properties:
    """The properties of a volume of a book."""
    title = f"{book.title}, {book.volume}" if book.volume else book.title
    return Properties(
        Metadata(
            title=title,
            language="-".join(part for part in (book.language, book.region) if part),
            creator=f"XPress {__version__}",
            producer=_PRODUCER,
            timestamp=options.timestamp,
            authors=book.authors,
            subject=book.subtitle,
            keywords=book.keywords,
            archive=archive_of(options.standards),
            accessible="ua-1" in options.standards,
        ),
        version=version_of(options.standards),
        right_to_left=book.language in _RIGHT_TO_LEFT,
    )
