"""An export through a rendering service: this machine reads and writes, the service typesets.

    source ── needs, answers ──► parts ── POST /v1/parts, several at once ──► typeset parts, kept in a file
                                                                                   │
    files ◄── PDFs, manifest ◄────────────── POST /v1/assemble ◄───────────────────┘

A document of one part takes one request, POST /v1/render. The bytes are those of a local export.

`export` speaks HTTP, which takes a while to import: a wrong address is told without it.
"""

from __future__ import annotations

from confluence_xpress.remote.service import Service, check_possible, service_at

__all__ = ["Service", "check_possible", "service_at"]
