"""From a path to the source that reads it."""

from __future__ import annotations

from collections.abc import Callable
from difflib import get_close_matches
from pathlib import Path

from confluence_xpress.errors import InputError
from confluence_xpress.sources import limits
from confluence_xpress.sources.archive import Archive
from confluence_xpress.sources.csv_export import find_table
from confluence_xpress.sources.files import Below, Directory, FileTree, read, reason
from confluence_xpress.sources.folder import open_folder
from confluence_xpress.sources.offline import OfflineSource
from confluence_xpress.sources.single import open_single
from confluence_xpress.sources.space_export import open_csv_export, open_xml_export

_EXPECTED = (
    "XPress reads a space export (XML or CSV) as Confluence made it or unpacked, a folder with a pages.json, "
    "or one file .storage.xml, .adf.json or .view.html."
)
_ZIP_MAGIC = (b"PK\x03\x04", b"PK\x05\x06")
_SNIFFED_BYTES = 4096


def open_source(path: Path) -> OfflineSource:
    """The source at a path. InputError says what is there instead, and what to do."""
    try:
        # A link that the user names is followed; those inside a source must stay in it.
        path = path.resolve() if path.is_symlink() else path
        is_folder, is_file = path.is_dir(), path.is_file()
    except (OSError, RuntimeError) as error:
        raise InputError(f"{path} can't be read: {reason(error)}.", "Check the path and its permissions.") from error
    if is_folder:
        return _open_tree(Directory(path))
    if not is_file:
        raise InputError(f"{path} does not exist.", _similar(path))
    folder = Directory(path.parent)
    with folder.open(path.name, limits.ENTITIES_BYTES) as file:
        start = file.read(_SNIFFED_BYTES) or b""
    if start.startswith(_ZIP_MAGIC):
        return _open_tree(Archive(path))
    if path.suffix.lower() == ".zip":
        raise InputError(f"{path.name} is not a zip file.", "Download or export it again.")
    if b"<hibernate-generic" in start or path.name == "pages.json":
        return _open_tree(folder)
    return open_single(folder, path.name, read(folder, path.name, limits.BODY_BYTES))


def _open_tree(tree: FileTree) -> OfflineSource:
    """The source in a folder or archive: at its top or in one folder of it."""
    if opener := _opener(tree):
        return opener(tree)
    inner = [(below, opener) for name in tree.folders() if (opener := _opener(below := Below(tree, name)))]
    if len(inner) == 1:
        return inner[0][1](inner[0][0])
    if inner:
        names = ", ".join(below.name for below, _ in inner[:5])
        raise InputError(f"{tree.label} holds several sources: {names}.", "Name one of them.")
    if any(tree.find(f"{name}/index.html") for name in tree.folders()) or tree.find("index.html"):
        raise InputError(
            f"{tree.label} looks like an HTML export, in which macros, links and versions are lost already.",
            "Export the space as XML (or CSV on Confluence Cloud) instead.",
        )
    raise InputError(f"There is no Confluence content in {tree.label}.", _EXPECTED)


def _opener(tree: FileTree) -> Callable[[FileTree], OfflineSource] | None:
    if tree.find("pages.json"):
        return open_folder
    if tree.find("entities.xml"):
        return open_xml_export
    if find_table(tree, "content"):
        return open_csv_export
    return None


def _similar(path: Path) -> str:
    try:
        names = [entry.name for entry in path.parent.iterdir()]
    except OSError:
        return "Check the path."
    close = get_close_matches(path.name, names, n=3)
    return f"Did you mean {', '.join(close)}?" if close else "Check the path."
