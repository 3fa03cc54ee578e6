"""PDF standards: which there are and which go together."""

from __future__ import annotations

from collections.abc import Iterable

from confluence_xpress.errors import InputError

DEFAULT = ("ua-1", "a-2a")
_VERSIONS = ("1.7", "2.0")
_ARCHIVES = {
    "a-2a": "1.7",
    "a-2b": "1.7",
    "a-2u": "1.7",
    "a-3a": "1.7",
    "a-3b": "1.7",
    "a-3u": "1.7",
    "a-4": "2.0",
    "a-4e": "2.0",
    "a-4f": "2.0",
}
"""The version of PDF that each is made of."""
_TOO_OLD = {
    **dict.fromkeys(("1.4", "1.5", "1.6"), "XPress writes PDF 1.7 and 2.0"),
    **dict.fromkeys(("a-1a", "a-1b"), "it forbids transparency, which images and emoji may have"),
}
"""What others offer and we don't, and why."""
KNOWN = (*_VERSIONS, *_ARCHIVES, "ua-1")


def check_standards(names: Iterable[str]) -> tuple[str, ...]:
    """The standards, each once. Raises InputError for unknown ones and for those that exclude each other."""
    chosen = tuple(dict.fromkeys(name.casefold() for name in names))
    for name in chosen:
        if name in _TOO_OLD:
            instead = "Choose a-2a or a-2b." if name.startswith("a") else "Choose 1.7, which every reader knows."
            raise InputError(f"XPress can't write PDF standard “{name}”: {_TOO_OLD[name]}", instead)
        if name not in KNOWN:
            raise InputError(f"there is no PDF standard “{name}”", f"XPress knows {', '.join(KNOWN)}, and none.")
    archives = [name for name in chosen if name in _ARCHIVES]
    versions = [name for name in chosen if name in _VERSIONS]
    if len(archives) > 1 or len(versions) > 1:
        raise InputError(
            f"{' and '.join(archives if len(archives) > 1 else versions)} exclude each other", "Choose one."
        )
    if "ua-1" in chosen and (versions == ["2.0"] or any(_ARCHIVES[a] == "2.0" for a in archives)):
        raise InputError("ua-1 needs PDF 1.7", "Leave out ua-1, or choose a-2a or a-3a.")
    if archives and versions and versions[0] != _ARCHIVES[archives[0]]:
        raise InputError(f"{archives[0]} is PDF {_ARCHIVES[archives[0]]}, not {versions[0]}", "Leave out the version.")
    return chosen


def for_parts(names: Iterable[str]) -> tuple[str, ...]:
    """The standard that Typst is held to for the parts of a document of these standards.

    It has to allow embedded files, in which parts tell where their labels are, and heading levels as they stand in the
    whole document; those that UA-1 adds are checked by the writer.
    """
    return ("a-4f",) if any(name == "2.0" or _ARCHIVES.get(name) == "2.0" for name in names) else ("a-3a",)


def archive_of(names: Iterable[str]) -> tuple[str, str] | None:
    """Part and conformance of PDF/A among the standards, such as ("2", "A"); part 4 may have an empty conformance."""
    found = next((name for name in names if name in _ARCHIVES), None)
    return (found[2], found[3:].upper()) if found else None


def version_of(names: Iterable[str]) -> str:
    """The version of PDF that the standards want."""
    wanted = [_ARCHIVES.get(name, name) for name in names if name in (*_ARCHIVES, *_VERSIONS)]
    return wanted[-1] if wanted else "1.7"
