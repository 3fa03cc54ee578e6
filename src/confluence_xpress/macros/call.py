"""A macro call as its handler sees it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from confluence_xpress.diagnostics import Diagnostic
from confluence_xpress.model import Block, Blocks, CodeBlock, Inline, Macro, Parameter, Reference

Expansion = tuple[Block | Inline, ...]


@dataclass(frozen=True, slots=True)
class Otherwise:
    """A macro that can't be expanded: what to show if Confluence renders nothing for it either, why, and what to do."""

    content: Expansion
    reason: str
    hint: str = ""


R = TypeVar("R", bound=Reference)


class Call:
    """A macro, with parameters looked up by any spelling; those that nobody asked for can be reported.

    Parameter names are matched without regard to case, since they differ between versions of a macro.
    """

    def __init__(self, macro: Macro) -> None:
        self.macro = macro
        self.diagnostics: list[Diagnostic] = []
        self._parameters = {p.name.casefold(): p for p in macro.parameters}
        self._read: set[str] = set()
        self._body_read = False
        self._text_read = False

    @property
    def body(self) -> Blocks:
        """The rich-text body."""
        self._body_read = True
        return self.macro.body

    @property
    def text(self) -> str | None:
        """The plain-text body."""
        self._text_read = True
        return self.macro.text

    def parameter(self, *names: str) -> Parameter | None:
        """The first parameter of these names that is there, references included."""
        keys = [name.casefold() for name in names]
        self._read.update(keys)
        return next((self._parameters[key] for key in keys if key in self._parameters), None)

    def get(self, *names: str, default: str = "") -> str:
        """The text of the first parameter of these names that is there and not blank."""
        keys = [name.casefold() for name in names]
        self._read.update(keys)
        for key in keys:
            if key in self._parameters and self._parameters[key].value.strip():
                return self._parameters[key].value.strip()
        return default

    def flag(self, *names: str, default: bool = False) -> bool:
        """A parameter that says yes or no."""
        value = self.get(*names).casefold()
        return default if not value else value in ("true", "yes", "1", "on")

    def number(self, *names: str, default: int) -> int:
        """A whole number; the default where it is none."""
        try:
            return int(self.get(*names))
        except ValueError:
            return default

    def reference(self, kind: type[R], *names: str) -> R | None:
        """The first reference of this kind inside the parameter."""
        found = self.parameter(*names)
        return next((r for r in found.references if isinstance(r, kind)), None) if found else None

    def ignore(self, *names: str) -> None:
        """These parameters have no meaning in print: don't report them."""
        self._read.update(name.casefold() for name in names)

    def report(self, code: str, message: str, hint: str = "") -> None:
        """Add a diagnostic about this macro."""
        self.diagnostics.append(Diagnostic(code, message, place=f"macro {self.macro.name}", hint=hint))

    def unread(self) -> list[str]:
        """Parameters that the handler never asked for."""
        return [p.name for key, p in self._parameters.items() if key not in self._read]

    def leftover(self) -> Blocks:
        """The bodies that the handler never asked for, so that they aren't lost."""
        body = () if self._body_read else self.macro.body
        text = "" if self._text_read else (self.macro.text or "").strip("\n")
        return (*body, CodeBlock(text)) if text.strip() else body


Static = Callable[[Call], Expansion]
"""A handler that needs nothing but the macro itself; readers apply it."""
