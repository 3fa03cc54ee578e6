"""Tables never leave the page: grids without holes, widths of columns, and what gives when a table is too wide."""

from confluence_xpress.transforms.tables.fit import fit_tables

__all__ = ["fit_tables"]
