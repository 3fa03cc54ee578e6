"""XPress: Confluence content becomes one beautiful, accessible, complete PDF."""

__version__ = "0.1.0"
