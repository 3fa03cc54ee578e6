"""The screen on which a person ticks pages."""

from __future__ import annotations

import signal
import sys
from collections.abc import Collection
from typing import ClassVar

from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.driver import Driver
from textual.widgets import Input, Static

from confluence_xpress.cli.branches import KINDS, count_text, number_text, page_rows
from confluence_xpress.cli.pick.keys import Help, Key, Keys, Question
from confluence_xpress.cli.pick.marks import ASCII, GLYPHS
from confluence_xpress.cli.pick.ticks import Ticks
from confluence_xpress.cli.pick.tree import PageTree
from confluence_xpress.cli.terminal import Display, safe_text, terminal_size
from confluence_xpress.sources.source import SiteMap

_CSS = """
Screen { background: ansi_default; color: ansi_default; }
#title { height: 1; text-style: bold; }
#filter { height: 1; display: none; }
#filter.on { display: block; }
#filter-label { width: auto; padding: 0 1 0 0; text-style: bold; }
#filter Input { width: 1fr; }
#matches { width: auto; padding: 0 0 0 1; text-style: dim; }
PageTree { height: 1fr; background: ansi_default; overflow-x: hidden; scrollbar-size-vertical: 1;
    scrollbar-color: ansi_default; scrollbar-color-hover: ansi_default; scrollbar-color-active: ansi_default;
    scrollbar-background: ansi_default; scrollbar-background-hover: ansi_default;
    scrollbar-background-active: ansi_default; }
#status { height: 1; }
#ticked { width: 1fr; }
#confirm { text-style: bold; }
Key { width: auto; margin: 0 2 0 0; }
Keys { height: 1; }
Question { height: 1; display: none; }
Question.on { display: block; }
#question { width: auto; margin: 0 2 0 0; text-style: bold; }
Help { background: ansi_default; padding: 1; }
"""

_ENTRIES = ("entry", "entries")


class PickApp(App[tuple[str, ...]], inherit_bindings=False):
    """Returns the ids of the ticked pages in the order of the tree, or None. `stopped_by`: a signal, or Ctrl-C."""

    CSS = _CSS
    TITLE = "xpress export --pick"
    ENABLE_COMMAND_PALETTE = False
    ALLOW_SELECT = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "confirm"),
        Binding("ctrl+c", "interrupt", priority=True),
        Binding("ctrl+q", "leave"),
        Binding("ctrl+z", "suspend_process", priority=True),
        Binding("e", "confirm"),
        Binding("q", "leave"),
        Binding("slash,ctrl+f", "filter"),
        Binding("question_mark,f1", "help"),
        Binding("escape", "end_filter"),
        Binding("tab,shift+tab", "to_tree"),
    ]

    def __init__(
        self, site: SiteMap, already: Collection[str] = (), *, title: str, glyphs: bool = True, encoding: str = "utf-8"
    ) -> None:
        super().__init__(ansi_color=True)
        self.stopped_by: signal.Signals | None = None
        self._site = site
        self._marks = GLYPHS if glyphs else ASCII
        self._shows = Display(None, encoding=encoding, glyphs=glyphs)
        self._heading = self._shows.fit(safe_text(title))
        self._rows = page_rows(site.spaces, site.pages)
        self.ticks = Ticks(self._rows, already)

    def compose(self) -> ComposeResult:
        """From top to bottom."""
        yield Static(Content(self._heading), id="title")
        with Horizontal(id="filter"):
            yield Static("Filter:", id="filter-label", markup=False)
            yield Input(compact=True, select_on_focus=False)
            yield Static("", id="matches", markup=False)
        yield PageTree(self._rows, self.ticks, self._marks, self._shows)
        with Horizontal(id="status"):
            yield Static("", id="ticked", markup=False)
            yield Key("e", "export", "app.confirm", name="confirm")
        yield Keys()
        yield Question()

    def on_mount(self) -> None:
        """Keys go to the tree."""
        self.theme = "ansi-dark"
        tree = self.query_one(PageTree)
        if self._marks is ASCII:
            tree.styles.scrollbar_size_vertical = 0  # it is drawn with more than ASCII
        tree.focus()
        self._tell()

    # --- What widgets say --------------------------------------------------------------------------------------------

    def on_page_tree_changed(self) -> None:
        """The numbers follow the ticks."""
        self._tell()

    def on_input_changed(self, event: Input.Changed) -> None:
        """The tree follows the filter as it is typed."""
        self.query_one(PageTree).filter(event.value)

    def on_input_submitted(self) -> None:
        """Enter in the filter goes to what it found."""
        self.query_one(PageTree).focus()

    # --- What keys do ------------------------------------------------------------------------------------------------

    def action_filter(self) -> None:
        """Type a filter."""
        self.query_one("#filter").add_class("on")
        self.query_one(Input).focus()

    def action_end_filter(self) -> None:
        """End the filter; without one, leave."""
        if self.query_one("#filter").has_class("on"):
            self.query_one(Input).value = ""
            self.query_one("#filter").remove_class("on")
            self.action_to_tree()
        else:
            self.action_leave()

    def action_to_tree(self) -> None:
        """Keys go to the tree."""
        self.query_one(PageTree).focus()

    async def action_tree(self, action: str) -> None:
        """What a click on a key of the tree does."""
        tree = self.query_one(PageTree)
        tree.focus()
        await tree.run_action(action)

    def action_help(self) -> None:
        """Show all keys."""
        self.push_screen(Help())

    def action_confirm(self) -> None:
        """Done: what is ticked is the answer."""
        if not self.ticks.count:
            self._say("Nothing is ticked yet. Space ticks a page, a ticks all.")
            return
        ticked = {page.id for page in self.ticks.pages()}
        self.exit(tuple(dict.fromkeys(page.id for page in self._site.pages if page.id in ticked)))

    def action_leave(self) -> None:
        """Leave without an answer; ask first if ticks would be lost."""
        if not (self.ticks.count and self.ticks.changed):
            self.action_leave_now()
            return
        self._ask(asking=True)

    def action_leave_now(self) -> None:
        """Leave without an answer."""
        self.exit(None)

    def action_stay(self) -> None:
        """Go on."""
        self._ask(asking=False)

    def action_interrupt(self) -> None:
        """As Ctrl-C does elsewhere."""
        self.stop(signal.SIGINT)

    def stop(self, by: signal.Signals) -> None:
        """End at once, because of a signal."""
        self.stopped_by = by
        self.exit(None)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Until the question is answered, keys do nothing else."""
        asking = self.is_running and self.query("Question.on")
        return action in ("leave_now", "stay", "interrupt") if asking else super().check_action(action, parameters)

    # --- What is told ------------------------------------------------------------------------------------------------

    def _tell(self) -> None:
        tree = self.query_one(PageTree)
        self._say(f"Ticked: {count_text(self.ticks.pages())}")
        self.query_one("#confirm", Key).tell(f"export {self._ticked_text()}" if self.ticks.count else "export")
        matches = len(tree.view.hits)
        self.query_one("#matches", Static).update(f"{matches:,} found" if tree.view.query else "")

    def _ticked_text(self) -> str:
        """How many are ticked, in few words."""
        kinds = {page.kind for page in self.ticks.pages()}
        nouns = KINDS.get(min(kinds), _ENTRIES) if len(kinds) == 1 else _ENTRIES
        return number_text(self.ticks.count, *nouns)

    def _say(self, line: str) -> None:
        self.query_one("#ticked", Static).update(Content(line))

    def _ask(self, *, asking: bool) -> None:
        question = self.query_one(Question)
        question.query_one("#question", Static).update(f"Leave without exporting {self._ticked_text()}?")
        question.set_class(asking, "on")
        self.query_one(Keys).display = not asking
        (question if asking else self.query_one(PageTree)).focus()

    # --- How it ends, and where it is shown --------------------------------------------------------------------------

    @property
    def failure(self) -> Exception | None:
        """What went wrong, if the screen failed."""
        return self._exception

    def _fatal_error(self) -> None:
        """A defect: the caller raises it, once the terminal is as it was. No traceback on the screen."""
        self._close_messages_no_wait()

    def get_driver_class(self) -> type[Driver]:
        """The driver for the terminal, which must not ask standard output how large it is: that may be a file."""
        base = super().get_driver_class()
        if base.__module__ != "textual.drivers.linux_driver":
            return base
        return type(
            "StderrDriver", (base,), {"_get_terminal_size": lambda _: terminal_size(sys.__stderr__ or sys.stderr)}
        )
