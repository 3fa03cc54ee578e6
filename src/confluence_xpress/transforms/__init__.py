"""Transforms: document to document, with what is known about the site."""
