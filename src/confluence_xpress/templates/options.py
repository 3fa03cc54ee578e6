"""Template options: declared once in `template.toml`, checked here."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from confluence_xpress.errors import InputError

Kind = Literal["boolean", "choice", "integer", "text", "color", "language"]
Value = bool | int | str
Settings = Mapping[str, Value]

_COLOR = re.compile(r"#[0-9a-fA-F]{6}")
_LANGUAGE = re.compile(r"[a-zA-Z]{2,3}(-[a-zA-Z]{4})?(-[a-zA-Z]{2})?")
_YES, _NO = ("true", "yes", "on", "1"), ("false", "no", "off", "0")


@dataclass(frozen=True, slots=True)
class Option:
    """One option of a template."""

    name: str
    kind: Kind
    default: Value
    help: str = ""
    choices: tuple[str, ...] = ()
    minimum: int = 0
    maximum: int = 999

    def parse(self, text: str) -> Value:
        """The value that the user wrote. Raises InputError that says what would do."""
        match self.kind:
            case "boolean":
                if text.casefold() in _YES:
                    return True
                if text.casefold() in _NO:
                    return False
                raise self._refusal(text, "true or false")
            case "choice":
                folded = text.casefold()
                # Options that also know `auto` take every spelling of yes and no.
                same = {**dict.fromkeys(_YES, "true"), **dict.fromkeys(_NO, "false")}.get(folded, folded)
                for choice in self.choices:
                    if choice in (folded, same):
                        return choice
                raise self._refusal(text, "one of " + ", ".join(self.choices))
            case "integer":
                if re.fullmatch(r"\d{1,6}", text) and self.minimum <= int(text) <= self.maximum:
                    return int(text)
                raise self._refusal(text, f"a whole number from {self.minimum} to {self.maximum}")
            case "color":
                if _COLOR.fullmatch(text):
                    return text.upper()
                raise self._refusal(text, "a colour such as #0C66E4")
            case "language":
                if _LANGUAGE.fullmatch(text):
                    return text
                raise self._refusal(text, "a language such as en, de or pt-BR")
            case "text":
                return text

    def _refusal(self, text: str, wanted: str) -> InputError:
        return InputError(f"template option {self.name}: “{text}” is not possible", f"Give {wanted}.")


def read_options(tables: object, where: str) -> tuple[Option, ...]:
    """The options declared in a template. Raises InputError if one is wrong."""
    if not isinstance(tables, dict):
        raise InputError(f"{where}: “options” must be tables", "Write [options.NAME] with type, default and help.")
    options = []
    for name, table in tables.items():
        if not isinstance(table, dict) or table.get("type") not in get_args(Kind) or "default" not in table:
            raise InputError(
                f"{where}: option “{name}” needs a type ({', '.join(get_args(Kind))}) and a default",
                "See docs/templates.md.",
            )
        try:
            option = Option(
                name,
                table["type"],
                table["default"],
                str(table.get("help", "")),
                tuple(str(choice) for choice in table.get("choices", ())),
                int(table.get("minimum", 0)),
                int(table.get("maximum", 999)),
            )
        except (TypeError, ValueError) as error:
            raise InputError(f"{where}: option “{name}” is wrong: {error}", "See docs/templates.md.") from error
        default = option.default
        option.parse(str(default).casefold() if isinstance(default, bool) else str(default))
        options.append(option)
    return tuple(options)


def parse_settings(options: Sequence[Option], given: Mapping[str, str]) -> dict[str, Value]:
    """Every option's value: the given text checked, else the default. Raises InputError for an unknown name."""
    known = {option.name: option for option in options}
    for name in given:
        if name not in known:
            close = difflib.get_close_matches(name, known, n=1)
            hint = f"Did you mean {close[0]}?" if close else "The template has: " + ", ".join(sorted(known)) + "."
            raise InputError(f"unknown template option “{name}”", hint)
    return {name: option.parse(given[name]) if name in given else option.default for name, option in known.items()}
