"""The lines below the tree: what keys there are, what is ticked, and the question before leaving."""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Static

HELP = """\
Up, Down     go to the row above or below; also Page Up, Page Down, Home, End
Right, Left  unfold and fold; or go one level down or up
Enter        fold or unfold
Space        tick or untick a page; a folder, blog or space: with all below it
t            tick or untick a page with all below it; also Shift+Space
a            tick all; with a filter, all that it finds
n            untick all; with a filter, all that it finds
/            filter: the pages that have all these words in the title
Esc          end the filter; without one, leave
e            export what is ticked; also Ctrl+S
q            leave without exporting
Ctrl+C       stop at once

Mouse: click a page to tick it, with Shift to tick all below it, too;
click the sign before the mark to unfold or fold.

Any key goes back."""
"""At most 78 columns and 21 lines, so that a small terminal shows it all."""


class Key(Static):
    """A key and what it does; a click does it too."""

    ALLOW_SELECT = False

    def __init__(self, key: str, what: str, action: str, *, name: str = "") -> None:
        super().__init__(id=name or None)
        self._key = key
        self._action = action
        self.tell(what)

    def tell(self, what: str) -> None:
        """Say anew what it does."""
        self.update(Content.assemble((self._key, "reverse"), f" {what}"))

    async def on_click(self, event: events.Click) -> None:
        """As if the key had been pressed."""
        event.stop()
        await self.run_action(self._action)


class Keys(Horizontal):
    """The most important keys."""

    def compose(self) -> ComposeResult:
        """One widget for each."""
        yield Key("Space", "tick", "app.tree('tick')")
        yield Key("t", "with all below", "app.tree('tick_branch')")
        yield Key("/", "filter", "app.filter")
        yield Key("a", "all", "app.tree('put(True)')")
        yield Key("n", "none", "app.tree('put(False)')")
        yield Key("?", "help", "app.help")
        yield Key("q", "cancel", "app.leave")


class Question(Horizontal, can_focus=True):
    """Whether to leave although something is ticked."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y,enter", "app.leave_now"),
        Binding("n,escape,q", "app.stay"),
    ]

    def compose(self) -> ComposeResult:
        """The question and its answers."""
        yield Static(id="question", markup=False)
        yield Key("y", "leave", "app.leave_now")
        yield Key("n", "stay", "app.stay")


class Help(Screen[None]):
    """All keys."""

    def compose(self) -> ComposeResult:
        """A text."""
        yield Static(HELP, markup=False)

    def on_key(self, event: events.Key) -> None:
        """Any key goes back."""
        event.stop()
        event.prevent_default()
        self.dismiss()

    def on_click(self) -> None:
        """So does a click."""
        self.dismiss()
