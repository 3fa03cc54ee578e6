"""PDF standards: which there are and which go together."""

from __future__ import annotations

from collections.abc import Iterable

from confluence_xpress.errors import InputError

DEFAULT = ("ua-1", "a-2a")
_VERSIONS = ("1.4", "1.5", "1.6", "1.7", "2.0")
_ARCHIVES = {
    "a-1a": ("1.4",),
    "a-1b": ("1.4",),
    "a-2a": ("1.7",),
    "a-2b": ("1.7",),
    "a-2u": ("1.7",),
    "a-3a": ("1.7",),
    "a-3b": ("1.7",),
    "a-3u": ("1.7",),
    "a-4": ("2.0",),
    "a-4e": ("2.0",),
    "a-4f": ("2.0",),
}
KNOWN = (*_VERSIONS, *_ARCHIVES, "ua-1")


def check_standards(names: Iterable[str]) -> tuple[str, ...]:
    """The standards, each once. Raises InputError for unknown ones and for those that exclude each other."""
    chosen = tuple(dict.fromkeys(name.casefold() for name in names))
    for name in chosen:
        if name not in KNOWN:
            raise InputError(f"there is no PDF standard “{name}”", f"XPress knows {', '.join(KNOWN)}, and none.")
    archives = [name for name in chosen if name in _ARCHIVES]
    versions = [name for name in chosen if name in _VERSIONS]
    if len(archives) > 1 or len(versions) > 1:
        raise InputError(
            f"{' and '.join(archives if len(archives) > 1 else versions)} exclude each other", "Choose one."
        )
    if "ua-1" in chosen and (versions == ["2.0"] or any(_ARCHIVES[a] == ("2.0",) for a in archives)):
        raise InputError("ua-1 needs PDF 1.7", "Leave out ua-1, or choose a-2a or a-3a.")
    if archives and versions and versions[0] > _ARCHIVES[archives[0]][0]:
        raise InputError(
            f"{archives[0]} is PDF {_ARCHIVES[archives[0]][0]}, not {versions[0]}", "Leave out the version."
        )
    if "a-1a" in chosen or "a-1b" in chosen:
        raise InputError(f"{archives[0]} forbids transparency, which images and emoji may have", "Choose a-2a or a-2b.")
    return chosen
