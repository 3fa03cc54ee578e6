"""`xpress read`: one body, as its reader and its writer see it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Literal

from confluence_xpress.bundle import Body
from confluence_xpress.cli.console import Console
from confluence_xpress.cli.tree import tree_lines
from confluence_xpress.collect import collect
from confluence_xpress.errors import InputError
from confluence_xpress.model.json import to_json
from confluence_xpress.model.text import block_text
from confluence_xpress.needs import BodyNeed
from confluence_xpress.readers import read
from confluence_xpress.render import Options, markup, needs
from confluence_xpress.sources.open import open_source
from confluence_xpress.sources.selection import Selection
from confluence_xpress.templates import load_template, parse_settings


def run_read(file: Path, to: Literal["tree", "json", "typst", "text"], console: Console) -> None:
    """Print the body in the form asked for; the reader's findings go to standard error."""
    if not file.is_file():
        raise InputError(f"{file} is not a file", "Give one body: storage format, ADF or view HTML.")
    source = open_source(file)
    if len(source.pages().pages) != 1:
        raise InputError(f"{file} holds several pages", "Give one body; xpress export takes spaces.")
    page = source.pages().pages[0]
    if to == "typst":
        template = load_template("default")
        options = Options(template, parse_settings(template.options, {}))
        bundle = collect(source, Selection(), needs=lambda bundle: needs(bundle, options))
        print(markup(bundle, options), end="")
        return
    body = source.fulfil([BodyNeed(page.id)])[BodyNeed(page.id)]
    if not isinstance(body, Body):
        raise InputError(f"{file} can't be read", "Give one body: storage format, ADF or view HTML.")
    document, diagnostics = read(body)
    match to:
        case "tree":
            print("\n".join(tree_lines(document)))
        case "json":
            print(json.dumps(to_json(document), ensure_ascii=False, indent=1))
        case "text":
            print(block_text(document.content))
    for diagnostic in diagnostics:
        console.say(f"{diagnostic.severity}: {diagnostic.message} ({diagnostic.code})")
