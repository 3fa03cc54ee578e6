"""Typesetting: Typst files become a PDF, the PDF is finished."""
