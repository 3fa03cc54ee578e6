"""The Typst writer: a book of documents becomes Typst files. Structure here, looks in templates."""

from confluence_xpress.writers.typst.book import Book, Chapter
from confluence_xpress.writers.typst.document import MAIN, page_file, write_book

__all__ = ["MAIN", "Book", "Chapter", "page_file", "write_book"]
