"""How much of a source is read. Sources are untrusted, so every size has a limit; real exports stay far below."""

from __future__ import annotations

MIB = 1024 * 1024

FILE_BYTES = 128 * MIB
"""One attachment. It is held in memory; Confluence's own default limit is 100 MB."""

BODY_BYTES = 64 * MIB
"""One page body. Confluence refuses to save pages of more than about 5 MB."""

INDEX_BYTES = 64 * MIB
"""A metadata file that is read at once (pages.json): room for 200,000 pages."""

ENTITIES_BYTES = 64 * 1024 * MIB
"""The main file of a space export. It is streamed, so this bounds time, not memory."""

RECORDS = 4_000_000
"""Pages, attachments, labels and so on kept of a space export; the largest known sites have about a million pages."""

ARCHIVE_DIRECTORY_BYTES = 48 * MIB
"""A zip's list of entries, of which Python keeps about ten times as much in memory: 400,000 files of an export."""

ARCHIVE_BYTES = 1024 * 1024 * MIB
"""The uncompressed size of all entries of a zip."""

RATIO = 250
"""Uncompressed to compressed size. Page content reaches 5 to 20; deflate ends at 1,032, where bombs are."""

RATIO_FREE_BYTES = 16 * MIB
"""Entries up to this size may be compressed at any ratio: they can't do harm."""
