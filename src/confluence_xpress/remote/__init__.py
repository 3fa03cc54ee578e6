"""An export through a rendering service: this machine reads and writes, the service typesets.

    source ── needs, answers ──► parts ── POST /v1/parts, several at once ──► typeset parts, kept in a file
                                                                                   │
    files ◄── PDFs, manifest ◄────────────── POST /v1/assemble ◄───────────────────┘

A document of one part takes one request, POST /v1/render. The bytes are those of a local export.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from confluence_xpress.remote.service import Service, check_possible, service_at

if TYPE_CHECKING:
    from confluence_xpress.remote.export import export_remote

__all__ = ["Service", "check_possible", "export_remote", "service_at"]


def __getattr__(name: str) -> object:
    """What speaks HTTP is imported when it is first used: a wrong address is told without it."""
    if name == "export_remote":
        from confluence_xpress.remote import export  # noqa: PLC0415 - see above

        return export.export_remote
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
