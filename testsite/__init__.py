"""A Confluence server for tests, and for people who want to try XPress: real HTTP, Cloud or Data Center."""

from __future__ import annotations

from testsite.content import Content
from testsite.faults import Fault
from testsite.limits import Burst, Limits, Points
from testsite.model import Comment, File, FileVersion, Issue, Page, Space, User, Version
from testsite.site import Site
from testsite.tokens import Token

__all__ = [
    "Burst",
    "Comment",
    "Content",
    "Fault",
    "File",
    "FileVersion",
    "Issue",
    "Limits",
    "Page",
    "Points",
    "Site",
    "Space",
    "Token",
    "User",
    "Version",
]
