"""The Typst writer: parts of a book become Typst files. Structure here, looks in templates."""

from confluence_xpress.writers.typst.book import Book, Chapter
from confluence_xpress.writers.typst.document import BOOK, MAIN, book_files, labels, main_file, page_file, write_part

__all__ = ["BOOK", "MAIN", "Book", "Chapter", "book_files", "labels", "main_file", "page_file", "write_part"]
