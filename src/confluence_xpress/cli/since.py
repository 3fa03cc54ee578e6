"""`--since`: whether anything differs from an earlier export. Nothing that renders is imported for it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from confluence_xpress.bundle import Bundle
from confluence_xpress.delivery import Delivery
from confluence_xpress.errors import InputError
from confluence_xpress.render import Manifest, Options
from confluence_xpress.render.changes import Changes, changes_entry, compare, read_earlier
from confluence_xpress.render.manifest import manifest_head, title_of
from confluence_xpress.sources.source import Source

_REASONS = 5


@dataclass(frozen=True, slots=True)
class Since:
    """The changes since an earlier export, and when that was."""

    changes: Changes
    time: str
    entry: Manifest
    """For the manifest."""

    def lines(self) -> Iterator[str]:
        """The changes in words."""
        changes = self.changes
        kinds = (
            ("changed", changes.changed),
            ("added", changes.added),
            ("moved", changes.moved),
            ("removed", changes.removed),
        )
        counts = [(len(pages), word) for word, pages in kinds if pages]
        if counts:
            first = f"{counts[0][0]:,} page{'' if counts[0][0] == 1 else 's'} {counts[0][1]}"
            yield f"{', '.join([first, *(f'{count:,} {word}' for count, word in counts[1:])])} since {self.time}"
        else:
            yield f"No page has changed since {self.time}, but:"
        yield from (f"  {reason}" for reason in changes.other[:_REASONS])
        if len(changes.other) > _REASONS:
            yield f"  and {len(changes.other) - _REASONS} more; see “changes” in the manifest"


def look(manifest: Path, source: Source, outline: Bundle, options: Options, delivery: Delivery) -> Since:
    """What differs from the export that wrote this manifest. InputError if it can't be read."""
    try:
        data = manifest.read_bytes()
    except FileNotFoundError as error:
        raise InputError(
            f"--since {manifest}: there is no such manifest", "Export without --since the first time."
        ) from error
    earlier = read_earlier(data, str(manifest))
    head = {
        **manifest_head(title_of(outline, options), options, []),
        "delivery": delivery.facts(options.images),
    }
    changes = compare(earlier, head, outline.pages, digest=source.digest, known=source.pages().pages)
    time = str(earlier.get("exported") or "then").removesuffix("Z").replace("T", " ")
    return Since(changes, f"{time} UTC" if earlier.get("exported") else time, changes_entry(changes, earlier))
