"""Loading a template: a built-in one by name, or any folder. The only file access of this room."""

from __future__ import annotations

import difflib
import hashlib
import json
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from functools import lru_cache
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

from confluence_xpress.errors import InputError
from confluence_xpress.templates.options import Option, read_options

_SUFFIXES = (".typ", ".toml", ".tmTheme", ".svg")
_LARGEST = 2_000_000
REQUIRED = "template.typ"


@dataclass(frozen=True, slots=True)
class TextArea:
    """What fitting needs to know of the looks; all in points."""

    table_size: float = 8.8
    table_padding: float = 6.0
    margin_left: float = 71.0
    margin_right: float = 71.0
    margin_top: float = 76.5


@dataclass(frozen=True, slots=True)
class Template:
    """A template as values: `files` by name (text), options, and words by language."""

    name: str
    description: str
    files: Mapping[str, str]
    options: tuple[Option, ...]
    words: Mapping[str, Mapping[str, str]]
    area: TextArea
    folder: Path | None = field(default=None, compare=False)
    """Where its files are on disk, if it comes with this package."""
    digest: str = field(init=False, compare=False)
    """Tells whether the template is still the same: a checksum over its files, words and measures."""

    def __post_init__(self) -> None:
        content = json.dumps([sorted(self.files.items()), self.words, asdict(self.area)], sort_keys=True, default=dict)
        object.__setattr__(self, "digest", hashlib.sha256(content.encode()).hexdigest())

    def words_in(self, language: str) -> dict[str, str]:
        """The template's own words; English ones where the language has none."""
        return {**self.words.get("en", {}), **self.words.get(language, {})}


def built_in_templates() -> tuple[str, ...]:
    """Names of the templates that come with the package."""
    root = resources.files(__package__)
    return tuple(sorted(entry.name for entry in root.iterdir() if entry.joinpath("template.toml").is_file()))


def load_template(name: str) -> Template:
    """The built-in template of this name, or the folder at this path. Raises InputError."""
    if name in (names := built_in_templates()):
        place = resources.files(__package__).joinpath(name)
        return replace(_load(place, name), folder=place if isinstance(place, Path) else None)
    folder = Path(name)
    if folder.is_dir():
        return _load(folder, str(folder))
    close = difflib.get_close_matches(name, names, n=1)
    hint = (
        f"Did you mean {close[0]}?" if close else f"Built in: {', '.join(names)}; or give a folder with template.toml."
    )
    raise InputError(f"there is no template “{name}”", hint)


@lru_cache(16)
def same_on_disk(file: Path, text: str) -> bool:
    """Whether this is what a file holds. Looked up once in each process."""
    try:
        return file.read_bytes() == text.encode()
    except OSError:
        return False


def _load(folder: Traversable, where: str) -> Template:
    files = {}
    for entry in sorted(folder.iterdir(), key=lambda item: item.name):
        if entry.is_file() and entry.name.endswith(_SUFFIXES):
            files[entry.name] = _text(entry, where)
    about = _toml(files.pop("template.toml", None), f"{where}/template.toml")
    words = _toml(files.pop("words.toml", ""), f"{where}/words.toml")
    if REQUIRED not in files:
        raise InputError(f"template {where} has no {REQUIRED}", "See docs/templates.md.")
    for name, text in files.items():
        if name.endswith(".typ") and "@preview/" in text:
            raise InputError(
                f"template {where}: {name} imports a package from the network", "Copy what it needs into the template."
            )
    area = about.get("text", {})
    try:
        text_area = TextArea(**{key: _length(value) for key, value in area.items()})
    except (AttributeError, TypeError, ValueError) as error:
        raise InputError(f"template {where}: table [text] is wrong: {error}", "See docs/templates.md.") from error
    if not all(isinstance(table, dict) for table in words.values()):
        raise InputError(f"{where}/words.toml: words must be in tables", 'Write [en], and below it name = "text".')
    return Template(
        name=str(about.get("name", folder.name)),
        description=str(about.get("description", "")),
        files=files,
        options=read_options(about.get("options", {}), where),
        words={language: {k: str(v) for k, v in table.items()} for language, table in words.items()},
        area=text_area,
    )


def _length(value: object) -> float:
    length = float(str(value))
    if not 0 <= length < 10_000:
        raise ValueError(f"{value} is no length in points")
    return length


def _text(entry: Traversable, where: str) -> str:
    try:
        data = entry.read_bytes()
        if len(data) > _LARGEST:
            raise InputError(f"template {where}: {entry.name} is larger than 2 MB", "Remove it from the folder.")
        return data.decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"template {where}: {entry.name} can't be read: {error}", "Use UTF-8 text.") from error


def _toml(text: str | None, where: str) -> dict[str, dict[str, object]]:
    if text is None:
        raise InputError(f"{where} is missing", "A template is a folder with template.toml and template.typ.")
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{where} is no TOML: {error}", "Mend the line it names.") from error
