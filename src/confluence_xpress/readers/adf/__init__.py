"""The reader for Atlassian Document Format (ADF), the JSON that Confluence Cloud's editor writes."""

from __future__ import annotations

from confluence_xpress.readers.adf.document import read_adf

__all__ = ["read_adf"]
