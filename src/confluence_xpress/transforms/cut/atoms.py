"""The pieces of a page's content, in order, and runs of them as blocks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from confluence_xpress.model import Block, Blocks
from confluence_xpress.transforms.cut.opening import Knife
from confluence_xpress.transforms.cut.pieces import Run
from confluence_xpress.transforms.cut.weights import Scale


@dataclass(frozen=True, slots=True)
class Atom:
    """The smallest piece of a content that is not cut: a block, rows of a table, a part of a long text …"""

    weight: int
    """Kilobytes of memory that typesetting takes, about."""
    index: int
    content: Run[Block] = field(repr=False)
    """The content of which this is the piece with the number `index`."""


def atoms(content: Blocks, limit: int, files: Mapping[str, int] | None = None) -> tuple[Atom, ...]:
    """The content in pieces of at most `limit` kilobytes; a block much lighter than that is one piece.

    What can't be cut may be heavier: an image, a title, a card. `files`: bytes of each asset, by its path.
    """
    run = Knife(Scale(files or {}), limit).run(content)
    return tuple(Atom(weight, index, run) for index, weight in enumerate(run.weights))


def join(pieces: Sequence[Atom], names: Sequence[str] = ()) -> Blocks:
    """Consecutive atoms of one content as blocks; all of them are the content.

    What was opened to get them is one again, as far as it goes: a table has its header rows, a numbered list and code
    count on. `names`: of the anchor at the beginning of each atom, empty for none; there are no anchors without.
    """
    if not pieces:
        return ()
    start = pieces[0].index
    marks = {start + number: name for number, name in enumerate(names) if name}
    return pieces[0].content.take(start, pieces[-1].index + 1, marks)
