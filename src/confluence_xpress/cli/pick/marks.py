"""The signs of the screen."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Marks:
    """Signs for ticks and folds; all of one mark are equally wide."""

    on: str
    some: str
    off: str
    open: str
    closed: str
    between: str

    def tick(self, state: str) -> str:
        """The sign for a state of `Ticks`."""
        return self.on if state == "on" else self.some if state == "some" else self.off


GLYPHS = Marks("☑", "◪", "☐", "▾", "▸", " · ")
ASCII = Marks("[x]", "[-]", "[ ]", "v", ">", " - ")
"""For terminals that know no more than ASCII."""
