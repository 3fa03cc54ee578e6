"""Inspection of PDFs: what went wrong on the way to the page that nobody reported.

`inspect_pdf` looks exactly, at any PDF. `inspect_part` finds the same in what Typst wrote, at a small part of the cost.
"""

from confluence_xpress.typeset.inspect.exact import inspect_pdf
from confluence_xpress.typeset.inspect.finding import Finding, Kind
from confluence_xpress.typeset.inspect.part import inspect_part

__all__ = ["Finding", "Kind", "inspect_part", "inspect_pdf"]
