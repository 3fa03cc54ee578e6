"""The documentation says what is true: its commands parse, its examples work, its links lead somewhere."""

from __future__ import annotations

import json
import re
import shlex
import tomllib
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from typer.core import TyperArgument, TyperGroup
from typer.main import get_command

from confluence_xpress.bundle import Bundle
from confluence_xpress.cli.app import app
from confluence_xpress.cli.arguments import comma_list, parse_assignments, parse_timestamp, spread
from confluence_xpress.collect import collect
from confluence_xpress.diagnostics import CODES
from confluence_xpress.macros import table
from confluence_xpress.readers.html.convert import MAX_DEPTH as NESTING
from confluence_xpress.render import Options, Rendition, needs, render
from confluence_xpress.sources import limits
from confluence_xpress.sources.online import address, scope
from confluence_xpress.sources.online.http import connection
from confluence_xpress.sources.online.http.origins import checked_site
from confluence_xpress.sources.online.http.settings import Settings
from confluence_xpress.sources.open import open_source
from confluence_xpress.sources.selection import Selection
from confluence_xpress.templates import built_in_templates, load_template, parse_settings
from confluence_xpress.templates.loader import TextArea
from confluence_xpress.transforms.macros import MAX_DEPTH, MAX_INCLUDES
from confluence_xpress.transforms.media.decode import MAX_PIXELS
from confluence_xpress.transforms.media.prepare import MAX_BYTES
from confluence_xpress.transforms.media.raster import MAX_SIDE
from confluence_xpress.transforms.media.svg_parse import MAX_SVG_BYTES, MAX_TAGS
from confluence_xpress.typeset.standards import check_standards
from tools import reference

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
GUIDE = (ROOT / "docs" / "user-guide.md").read_text(encoding="utf-8")
TEMPLATES = (ROOT / "docs" / "templates.md").read_text(encoding="utf-8")

SITES = ("https://example.atlassian.net/wiki", "https://wiki.example.com")
"""The Cloud and the Data Center of all examples."""

COMMAND = re.compile(r"\bxpress (?:export|tree|read|templates|login|whoami|logout)\b[^#]*(?:#[0-9A-F]{6}[^#]*)*")
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"`([^`\n]+)`")
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
EXAMPLE = re.compile(r"^`handbook/(\S+)`\n\n```\w+\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def section(text: str, title: str) -> str:
    """The text below a heading, up to the next one of its level or above."""
    found = re.search(rf"^(#+) {re.escape(title)}$", text, re.MULTILINE)
    assert found, f"there is no section “{title}”"
    end = re.search(rf"^#{{1,{len(found[1])}}} ", text[found.end() :], re.MULTILINE)
    return text[found.end() :][: end.start() if end else None]


def first_column(text: str) -> set[str]:
    """What is set as code in the first column of the tables in a text."""
    cells = [row.split("|")[1] for row in text.splitlines() if row.startswith("| ")]
    return {word for cell in cells for word in CODE.findall(cell)}


def commands() -> Iterator[tuple[str, str]]:
    """Every `xpress …` line of a shell example, with its page."""
    for path in PAGES:
        for language, block in BLOCK.findall(path.read_text(encoding="utf-8")):
            if language == "sh":
                for line in block.replace("\\\n", " ").splitlines():
                    if found := COMMAND.search(line):
                        yield name(path), found[0].strip()


def named(text: str) -> address.Target | None:
    """What an address in an example names; None if the text is a path."""
    url = address.as_url(text)
    if not url:
        return None
    site = next((site for site in SITES if f"{url}/".startswith(f"{site}/")), "")
    assert site, f"{url} is on none of the sites of the examples"
    return address.target(url, site)


def test_the_reference_is_current() -> None:
    stale = [name(path) for path, text in reference.pages().items() if path.read_text(encoding="utf-8") != text]
    assert not stale, "run `make docs`"


def test_there_are_commands_to_check() -> None:
    assert {page for page, _ in commands()} >= {"README.md", "docs/user-guide.md", "docs/templates.md"}


@pytest.mark.parametrize(("page", "line"), list(commands()))
def test_commands_parse(page: str, line: str) -> None:
    group = get_command(app)
    assert isinstance(group, TyperGroup)
    command, *arguments = spread([word for word in shlex.split(line.partition(" < ")[0])[1:] if word != "$@"])
    context = group.commands[command].make_context(command, arguments)
    given = context.params
    if command == "tree":
        assert named(given["source"]) or Path(given["source"]).suffix in ("", ".zip"), line
    if given.get("site"):
        checked_site(given["site"], Settings())
    if command == "export":
        sources = [(source, named(source)) for source in given["source"] or ()]
        assert sources or given["list_"], line
        assert len(sources) < 2 or all(there for _, there in sources), line
        chosen = given["pages"] or given["list_"] or given["cql"]
        for source, there in sources:
            assert chosen or there is None or there.kind != "site", line
            assert there or Path(source).suffix in ("", ".zip", ".xml"), line
        assert all(page.isdecimal() or named(page) for page in comma_list(given["pages"])), line
        if given["as_of"]:
            datetime.fromisoformat(given["as_of"])
        settings = parse_assignments(given["set_"] or [])
        parse_settings(load_template("default").options, settings)
        check_standards(() if given["pdf_standard"] == "none" else comma_list(given["pdf_standard"]))
        parse_timestamp(given["timestamp"])


def test_addresses_of_the_guide_are_understood() -> None:
    addresses = [word for word in first_column(section(GUIDE, "Addresses")) if "://" in word]
    assert len(addresses) > 10
    kinds = {text: found.kind for text in addresses if (found := named(text))}
    assert {text for text, kind in kinds.items() if kind == "space"} == {
        "https://example.atlassian.net/wiki/spaces/TEAM/overview",
        "https://wiki.example.com/display/TEAM",
    }


def test_environment_variables_are_documented() -> None:
    code = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "src").rglob("*.py"))
    text = "".join(path.read_text(encoding="utf-8") for path in PAGES)
    variables = set(re.findall(r"\bXPRESS(?:_[A-Z]+)+\b", code))
    assert len(variables) > 10
    assert not variables - set(re.findall(r"\bXPRESS(?:_[A-Z]+)+\b", text))


@pytest.mark.parametrize("path", PAGES, ids=name)
def test_links_lead_somewhere(path: Path) -> None:
    for target in LINK.findall(path.read_text(encoding="utf-8")):
        if re.match(r"[a-z]+:", target):
            assert target.startswith("https://"), target
            continue
        file, _, anchor = target.partition("#")
        there = (path.parent / file).resolve() if file else path
        assert there.is_file(), target
        if anchor:
            headings = re.findall(r"^#+ (.+)$", there.read_text(encoding="utf-8"), re.MULTILINE)
            assert anchor in {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}, target


@pytest.mark.parametrize("path", PAGES, ids=name)
def test_data_in_examples_is_well_formed(path: Path) -> None:
    for language, block in BLOCK.findall(path.read_text(encoding="utf-8")):
        if language == "json":
            json.loads(block)
        if language == "toml":
            tomllib.loads(block)


def test_every_export_option_is_in_the_guides() -> None:
    group = get_command(app)
    assert isinstance(group, TyperGroup)
    text = "".join(path.read_text(encoding="utf-8") for path in PAGES if "reference" not in path.parts)
    for parameter in group.commands["export"].params:
        if not isinstance(parameter, TyperArgument):
            long = max(parameter.opts, key=len)
            assert any(re.search(rf"(?<![\w-]){re.escape(option)}(?![\w-])", text) for option in parameter.opts), long


def test_every_diagnostic_says_what_to_do() -> None:
    assert first_column(section(GUIDE, "Diagnostics")) == set(CODES)


def test_every_macro_is_in_the_guide() -> None:
    shown = first_column(section(GUIDE, "Macros").split("A macro that is not")[0])
    assert shown == {*table.STATIC, *table.COMPUTED}


def test_every_template_option_is_documented() -> None:
    text = (ROOT / "docs" / "reference" / "templates.md").read_text(encoding="utf-8")
    for template in built_in_templates():
        for option in load_template(template).options:
            assert f"`{option.name}`" in text
            assert option.help, option.name


def test_every_template_function_is_explained() -> None:
    assert first_column(section(TEMPLATES, "Functions")) == set(reference.called_functions())


def test_every_value_of_a_book_is_explained() -> None:
    source = (ROOT / "src/confluence_xpress/writers/typst/document.py").read_text(encoding="utf-8")
    keys = set(re.findall(r'"(\w+)": (?:\[|list\()?(?:list\(fact\) for fact in )?book\.', source)) | {"region"}
    explained = {word.removeprefix("book.") for word in first_column(section(TEMPLATES, "Values"))}
    assert keys <= explained, keys - explained


def test_the_template_guide_names_the_sizes() -> None:
    for field in TextArea.__dataclass_fields__:
        assert f"`{field}`" in TEMPLATES


def test_the_layers_are_those_that_are_checked() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    layers = next(contract["layers"] for contract in contracts if contract["id"] == "layers")
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    assert "```text\n" + "\n".join(layers) + "\n```" in text


def test_the_limits_are_those_of_the_program() -> None:
    text = section((ROOT / "docs" / "security.md").read_text(encoding="utf-8"), "Hostile input")
    assert f"A page body | {limits.BODY_BYTES // limits.MIB} MB" in text
    assert f"An attachment | {limits.FILE_BYTES // limits.MIB} MB" in text
    assert f"the like | {limits.INDEX_BYTES // limits.MIB} MB" in text
    assert f"An answer of a site | {connection.LARGEST_JSON // limits.MIB} MB" in text
    assert f"100,000 entries; a query finds {scope.MOST_FOUND:,} pages" in text
    assert f"| {limits.ENTITIES_BYTES // limits.MIB // 1024} GB, streamed" in text
    assert f"| {limits.RECORDS // 1_000_000} million" in text
    assert f"at most {limits.RATIO} times" in text
    assert f"entries | {limits.ARCHIVE_DIRECTORY_BYTES // limits.MIB} MB" in text
    assert f"an image {MAX_BYTES // limits.MIB} MB" in text
    assert f"{MAX_PIXELS // 1_000_000} million pixels; more than {MAX_SIDE:,} pixels" in text
    assert f"{MAX_SVG_BYTES // limits.MIB} MB, {MAX_TAGS:,} tags" in text
    assert f"{MAX_DEPTH} deep and {MAX_INCLUDES} inclusions" in text
    assert f"from {NESTING} levels on" in text


@pytest.fixture
def handbook(tmp_path: Path) -> Path:
    """The folder that the user guide shows."""
    files = dict(EXAMPLE.findall(GUIDE))
    assert {"pages.json", "space.json", "users.json"} <= set(files)
    for file, text in files.items():
        path = tmp_path / "handbook" / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path / "handbook"


def export(folder: Path) -> tuple[Bundle, Rendition]:
    template = load_template("default")
    options = Options(template, parse_settings(template.options, {}))
    source = open_source(folder)
    bundle = collect(source, Selection(), needs=lambda bundle: needs(bundle, options))
    return bundle, render(bundle, options, source.diagnostics)


def test_the_folder_of_the_guide_works(handbook: Path) -> None:
    bundle, rendition = export(handbook)
    assert [page.title for page in bundle.pages] == ["Team handbook", "Deploying"]
    assert rendition.diagnostics == ()
    first, second = rendition.manifest["pages"]
    assert [link["page"] for link in first["links"]] == ["101", "101"]
    assert [(image["alt"], image["result"]) for image in second["images"]] == [("Build, test, release", "shown")]


def test_the_guide_has_every_key_of_the_manifest(handbook: Path) -> None:
    body = handbook / "bodies" / "100.storage.xml"
    more = (
        '<p><ac:image><ri:attachment ri:filename="no.png" /></ac:image><a href="https://example.com/">out</a>'
        '<a href="javascript:x">bad</a></p><ac:structured-macro ac:name="nobody-knows" />'
        '<ac:structured-macro ac:name="view-file"><ac:parameter ac:name="name"><ri:attachment ri:filename="a.csv" />'
        "</ac:parameter></ac:structured-macro>"
    )
    body.write_text(body.read_text(encoding="utf-8") + more, encoding="utf-8")
    _, rendition = export(handbook)
    text = section(GUIDE, "The manifest")
    example = json.loads(BLOCK.findall(text)[0][1])
    manifest = {**rendition.manifest, "options": {}}
    assert keys(manifest) <= keys({**example, "options": {}}), keys(manifest) - keys({**example, "options": {}})
    explained = set(CODE.findall(text.split("```")[-1]))
    for path in keys(manifest):
        assert path.rpartition(".")[2] in explained, path


def keys(value: Any, path: str = "") -> set[str]:
    """The paths of all keys of a JSON value."""
    if isinstance(value, list):
        return {key for item in value for key in keys(item, path)}
    if not isinstance(value, dict):
        return set()
    return {f"{path}.{key}" for key in value} | {
        below for key, item in value.items() for below in keys(item, f"{path}.{key}")
    }


def test_the_program_in_the_architecture_page_runs(handbook: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    (program,) = (block for language, block in BLOCK.findall(text) if language == "python")
    monkeypatch.chdir(handbook.parent)
    exec(compile(program, "architecture.md", "exec"), {})
    assert (handbook.parent / "handbook.pdf").read_bytes().startswith(b"%PDF")


def test_make_targets_exist() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for path in PAGES:
        for target in re.findall(r"(?:^|`)make ([a-z-]+)", path.read_text(encoding="utf-8"), re.MULTILINE):
            assert re.search(rf"^{target}:", makefile, re.MULTILINE), f"{name(path)}: make {target}"


def test_named_files_exist() -> None:
    files = [
        name(path)
        for room in ("src", "tests", "testsite", "tools", "docs", "demo")
        for path in (ROOT / room).rglob("*.*")
    ]
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    for word in CODE.findall(text):
        if re.fullmatch(r"[\w/-]+\.(?:py|toml|typ|md)", word) and word not in ("book.typ", "main.typ", "settings.typ"):
            assert any(f"/{file}".endswith(f"/{word}") for file in files), word
