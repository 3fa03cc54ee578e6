"""The tree on the screen. Only the lines that are seen are made, so its size does not matter."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from confluence_xpress.cli.branches import Row
from confluence_xpress.cli.page_tree import page_notes
from confluence_xpress.cli.pick.marks import Marks
from confluence_xpress.cli.pick.ticks import Ticks
from confluence_xpress.cli.pick.view import View
from confluence_xpress.cli.terminal import Display, cells

# No colours of ours: those of the terminal are readable on its background, be it light or dark.
_PLAIN = Style()
_DIM = Style(dim=True)
_BOLD = Style(bold=True)
_TICKED = Style(color="green", bold=True)
_HIT = Style(bold=True, underline=True)
_CURSOR = Style(reverse=True)

_INDENT = 2


class PageTree(ScrollView, can_focus=True):
    """Rows with marks. Says `Changed` when ticks, folds or the filter change."""

    ALLOW_SELECT = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)"),
        Binding("down,j", "move(1)"),
        Binding("pageup", "page(-1)"),
        Binding("pagedown", "page(1)"),
        Binding("home", "end(-1)"),
        Binding("end", "end(1)"),
        Binding("enter", "toggle_fold"),
        Binding("right,l", "unfold"),
        Binding("left,h", "fold"),
        Binding("space", "tick"),
        Binding("t,shift+space", "tick_branch"),
        Binding("a", "put(True)"),
        Binding("n", "put(False)"),
    ]

    class Changed(Message):
        """Something that others show has changed."""

    def __init__(self, rows: tuple[Row, ...], ticks: Ticks, marks: Marks, display: Display) -> None:
        super().__init__()
        self.rows = rows
        self.ticks = ticks
        self.view = View(rows, [index for index, row in enumerate(rows) if row.page and ticks.state(index) == "on"])
        self.cursor = next((place for place, index in enumerate(self.view.visible) if rows[index].page), 0)
        """The place of the cursor among the visible rows."""
        self._left_at = 0
        """The row that the cursor was on before a filter found nothing."""
        self._marks = marks
        self._display = display

    # --- What is shown -----------------------------------------------------------------------------------------------

    def render_line(self, y: int) -> Strip:
        """One line of the screen."""
        place = y + self.scroll_offset.y
        width = self._width
        if place >= len(self.view.visible):
            return Strip.blank(width)
        index = self.view.visible[place]
        strip = Strip(self._segments(index, width)).adjust_cell_length(width)
        return strip.apply_style(_CURSOR) if place == self.cursor and self.has_focus else strip

    def _segments(self, index: int, width: int) -> list[Segment]:
        row, state = self.rows[index], self.ticks.state(index)
        margin, fold = self._before(index)
        mark = self._marks.tick(state)
        notes = self._display.fit(self._marks.between.join(self._notes(index)), max(0, width // 2))
        room = width - len(margin) - cells(fold) - cells(mark) - 1 - (cells(notes) + 2 if notes else 0)
        title = self._display.fit(row.title, max(1, room))
        hit = index in self.view.hits
        style = _HIT if hit else _DIM if self.view.query else _PLAIN if row.page else _BOLD
        return [
            Segment(margin + fold, _DIM),
            Segment(mark, _PLAIN if state == "off" else _TICKED),
            Segment(" ", _PLAIN),
            Segment(title, style),
            Segment(f"  {notes}" if notes else "", _DIM),
        ]

    def _before(self, index: int) -> tuple[str, str]:
        """The margin of a row, which leaves half of the width to its title, and the sign for folding."""
        margin = " " * min(_INDENT * self.rows[index].level, self._width // 2)
        if not self.view.can_open(index):
            return margin, "  "
        return margin, (self._marks.open if self.view.is_open(index) else self._marks.closed) + " "

    def _notes(self, index: int) -> list[str]:
        row = self.rows[index]
        notes = list(page_notes(row.page)) if row.page else []
        ticked, there = self.ticks.below(index)
        if there:
            notes.append(f"{ticked:,} of {there:,} below" if ticked else f"{there:,} below")
        return notes

    @property
    def _width(self) -> int:
        """Of a line, in cells: what the scroll bar leaves."""
        return self.scrollable_content_region.width

    # --- What keys do ------------------------------------------------------------------------------------------------

    @property
    def current(self) -> int:
        """The row under the cursor; -1 if there is none."""
        return self.view.visible[self.cursor] if self.view.visible else -1

    def action_move(self, rows: int) -> None:
        """Move the cursor by rows."""
        self._go(self.cursor + rows)

    def action_page(self, pages: int) -> None:
        """Move the cursor by screens."""
        self._go(self.cursor + pages * max(1, self.size.height - 1))

    def action_end(self, where: int) -> None:
        """Move the cursor to the first or last row."""
        self._go(0 if where < 0 else len(self.view.visible) - 1)

    def action_tick(self) -> None:
        """Tick or untick the row."""
        self._tick(self.ticks.toggle)

    def action_tick_branch(self) -> None:
        """Tick or untick the row and all below it."""
        self._tick(self.ticks.toggle_branch)

    def action_put(self, on: bool) -> None:
        """Tick or untick everything; with a filter, what it matches."""
        self.ticks.put(self.view.hits if self.view.query else range(len(self.rows)), on=on)
        self._changed(self.current)

    def action_toggle_fold(self) -> None:
        """Fold or unfold the row."""
        if self.current >= 0 and self.view.can_open(self.current):
            change = self.view.fold if self.view.is_open(self.current) else self.view.unfold
            self._fold(change)

    def action_unfold(self) -> None:
        """Unfold the row, or go to the first below it."""
        if self.current < 0 or not self.view.can_open(self.current):
            return
        if self.view.is_open(self.current):
            self._go(self.cursor + 1)
        else:
            self._fold(self.view.unfold)

    def action_fold(self) -> None:
        """Fold the row, or go to the one above it."""
        if self.current < 0:
            return
        if self.view.can_open(self.current) and self.view.is_open(self.current):
            self._fold(self.view.fold)
        elif (parent := self.rows[self.current].parent) >= 0:
            self._go(self.view.position(parent))

    def filter(self, query: str) -> None:
        """Show only what matches; nothing: the whole tree, with the cursor where it was."""
        if self.current >= 0:
            self._left_at = self.current
        self.view.filter(query)
        hits = self.view.hits
        if hits and self._left_at not in hits:
            self._left_at = min(hits)
        if not self.view.query:
            self.view.reveal(self._left_at)
        self._changed(self._left_at)

    def _tick(self, change: Callable[[int], None]) -> None:
        if self.current >= 0:
            change(self.current)
            self._changed(self.current)

    def _fold(self, change: Callable[[int], None]) -> None:
        current = self.current
        change(current)
        self._changed(current)

    def _changed(self, current: int) -> None:
        self.virtual_size = Size(self._width, len(self.view.visible))
        self._go(self.view.position(current))
        self.post_message(self.Changed())

    def _go(self, place: int) -> None:
        self.cursor = max(0, min(place, len(self.view.visible) - 1))
        top, height = self.scroll_offset.y, max(1, self.size.height)
        if self.cursor < top:
            self.scroll_to(y=self.cursor, animate=False, force=True)
        elif self.cursor >= top + height:
            self.scroll_to(y=self.cursor - height + 1, animate=False, force=True)
        self.refresh()

    # --- What the mouse and the terminal do --------------------------------------------------------------------------

    def on_click(self, event: events.Click) -> None:
        """On the sign for folding: fold. Elsewhere on a row: tick, with Shift all below it too."""
        place = event.y + self.scroll_offset.y
        if not 0 <= place < len(self.view.visible):
            return
        self._go(place)
        margin, fold = self._before(self.current)
        if fold.strip() and len(margin) <= event.x < len(margin) + cells(fold):
            self.action_toggle_fold()
        elif event.x >= len(margin):
            self._tick(self.ticks.toggle_branch if event.shift else self.ticks.toggle)

    def on_resize(self) -> None:
        """The cursor stays on the screen."""
        self.virtual_size = Size(self._width, len(self.view.visible))
        self._go(self.cursor)

    def on_focus(self) -> None:
        """Shows the cursor."""
        self.refresh()

    def on_blur(self) -> None:
        """Hides the cursor."""
        self.refresh()
