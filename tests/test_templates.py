"""Templates: options are checked, folders are loaded, mistakes are named."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from confluence_xpress.errors import InputError
from confluence_xpress.render import Options, render
from confluence_xpress.templates import Option, Template, built_in_templates, load_template, parse_settings
from tests.corpus import DEMO, ROOT, export
from tests.space_exports import write_folder

DEFAULT = ROOT / "src" / "confluence_xpress" / "templates" / "default"

ABOUT = """
name = "own"
description = "Our own."
[options.accent]
type = "color"
default = "#112233"
help = "A colour."
"""


def own(folder: Path, **files: str) -> Path:
    """A folder template with these files in place of the usual ones."""
    usual = {"template.toml": ABOUT, "template.typ": "// looks"}
    changed = {name.replace("_", "."): text for name, text in files.items()}
    return write_folder(folder, usual | changed)


@pytest.fixture(scope="module")
def default() -> Template:
    return load_template("default")


def test_the_built_in_templates_load() -> None:
    assert "default" in built_in_templates()
    for name in built_in_templates():
        template = load_template(name)
        assert template.name == name and template.description and template.words["en"]
        assert all(option.help for option in template.options)


def test_without_settings_each_option_has_its_default(default: Template) -> None:
    assert parse_settings(default.options, {}) == {option.name: option.default for option in default.options}


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("header", "no", False),
        ("header", "TRUE", True),
        ("header", "1", True),
        ("cover", "yes", "true"),
        ("cover", "off", "false"),
        ("cover", "Auto", "auto"),
        ("paper", "A5", "a5"),
        ("contents_depth", "9", 9),
        ("accent", "#abcdef", "#ABCDEF"),
        ("language", "pt-BR", "pt-BR"),
        ("language", "zh-Hans-CN", "zh-Hans-CN"),
        ("title", "  Anything = goes ", "  Anything = goes "),
        ("title", "", ""),
    ],
)
def test_values_are_read_as_people_write_them(default: Template, name: str, text: str, value: object) -> None:
    assert parse_settings(default.options, {name: text})[name] == value


@pytest.mark.parametrize(
    ("name", "text", "hint"),
    [
        ("header", "maybe", "true or false"),
        ("paper", "a6", "a4"),
        ("contents_depth", "0", "1 to 9"),
        ("contents_depth", "10", "1 to 9"),
        ("contents_depth", "3.0", "whole number"),
        ("contents_depth", "٣x", "whole number"),
        ("contents_depth", "1" * 5000, "whole number"),
        ("accent", "red", "#0C66E4"),
        ("accent", '#000000" + panic()', "#0C66E4"),
        ("accent", "#000000\n", "#0C66E4"),
        ("language", "english", "pt-BR"),
        ("language", 'en"', "pt-BR"),
    ],
)
def test_impossible_values_are_refused_with_what_would_do(default: Template, name: str, text: str, hint: str) -> None:
    with pytest.raises(InputError) as error:
        parse_settings(default.options, {name: text})
    assert name in error.value.message and hint in error.value.hint


def test_an_unknown_option_is_refused_with_the_nearest_one(default: Template) -> None:
    with pytest.raises(InputError) as error:
        parse_settings(default.options, {"header": "true", "acent": "#000000"})
    assert "acent" in error.value.message and "accent" in error.value.hint


def test_an_unknown_template_is_refused_with_the_nearest_one(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="defualt") as error:
        load_template("defualt")
    assert "default" in error.value.hint
    with pytest.raises(InputError) as error:
        load_template(str(tmp_path / "nowhere"))
    assert "template.toml" in error.value.hint


def test_a_folder_is_a_template(tmp_path: Path) -> None:
    template = load_template(str(own(tmp_path / "own", logo_svg="<svg/>", notes_txt="not for Typst")))
    assert (template.name, template.description) == ("own", "Our own.")
    assert template.files == {"template.typ": "// looks", "logo.svg": "<svg/>"}
    assert template.options == (Option("accent", "color", "#112233", "A colour."),)
    assert template.words_in("de") == {}


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"template_toml": "name = "}, "template.toml"),
        ({"template_toml": "[options.x]\ntype = 'magic'\ndefault = 1"}, "x"),
        ({"template_toml": "[options.x]\ntype = 'boolean'"}, "x"),
        ({"template_toml": "[options.x]\ntype = 'color'\ndefault = 'red'"}, "x"),
        ({"template_toml": "[options.x]\ntype = 'integer'\ndefault = 5\nmaximum = 4"}, "x"),
        ({"template_toml": "[options.x]\ntype = 'integer'\ndefault = 5\nminimum = 'few'"}, "x"),
        ({"template_toml": "[options.x]\ntype = 'choice'\ndefault = 'a'\nchoices = 3"}, "x"),
        ({"template_toml": "options = 3"}, "options"),
        ({"template_toml": "[text]\nsize = 'large'"}, "text"),
        ({"template_toml": "[text]\nnonsense = 3"}, "text"),
        ({"template_toml": "[text]\nsize = nan"}, "text"),
        ({"template_toml": "[text]\nmargin_left = -1"}, "text"),
        ({"template_toml": "text = 3"}, "text"),
        ({"words_toml": "en = 3"}, "words.toml"),
        ({"words_toml": "[en"}, "words.toml"),
        ({"template_typ": '#import "@preview/cetz:0.3.0"'}, "network"),
    ],
)
def test_mistakes_in_a_template_are_named(files: dict[str, str], said: str, tmp_path: Path) -> None:
    with pytest.raises(InputError) as error:
        load_template(str(own(tmp_path / "own", **files)))
    assert said in error.value.message and error.value.hint


@pytest.mark.parametrize("missing", ["template.toml", "template.typ"])
def test_a_template_needs_both_files(missing: str, tmp_path: Path) -> None:
    folder = own(tmp_path / "own")
    (folder / missing).unlink()
    with pytest.raises(InputError, match=missing):
        load_template(str(folder))


def test_a_file_that_is_no_text_is_named(tmp_path: Path) -> None:
    folder = own(tmp_path / "own")
    (folder / "logo.svg").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match="logo.svg"):
        load_template(str(folder))


def test_a_copy_of_the_default_template_gives_the_same_pdf(tmp_path: Path) -> None:
    copy = write_folder(tmp_path / "copy", {path.name: path.read_bytes() for path in DEFAULT.iterdir()})
    made = export(DEMO / "bodies" / "131073.storage.xml")
    template = load_template(str(copy))
    again = render(made.bundle, Options(template, parse_settings(template.options, {})))
    assert again.pdf == made.rendition.pdf


def test_a_template_has_every_function_that_the_writer_calls() -> None:
    folder = ROOT / "src" / "confluence_xpress" / "writers" / "typst"
    written = "\n".join(path.read_text(encoding="utf-8") for path in folder.glob("*.py"))
    called = set(re.findall(r"#([a-z][a-z-]+)[(\[;]", written)) - {
        "link",
        "linebreak",
        "strong",
        "emph",
        "sub",
        "super",
    }
    looks = (DEFAULT / "template.typ").read_text(encoding="utf-8")
    assert {"page-title", "panel", "data-table", "code"} <= called
    assert [name for name in sorted(called) if not re.search(rf"#let {re.escape(name)}\b", looks)] == []


@pytest.mark.parametrize(
    "settings",
    [
        {"paper": "us-letter", "cover": "true", "contents": "true", "contents_depth": "9", "numbering": "true"},
        {"header": "false", "footer": "false", "page_details": "false", "new_sheet": "none"},
        {"language": "de", "hyphenate": "true", "new_sheet": "chapter", "page_total": "false"},
        {"language": "ja", "subtitle": "A subtitle", "classification": "Internal", "accent": "#00AA00"},
        {"language": "xx-Latn-ZZ", "title": "Another title", "cover_color": "#FFFFFF"},
    ],
)
def test_options_do_not_make_typesetting_fail(settings: dict[str, str]) -> None:
    made = export(DEMO.parent / "export", settings)
    assert made.rendition.manifest["options"].items() >= {"paper": settings.get("paper", "a4")}.items()
    assert "page-not-typeset" not in {diagnostic.code for diagnostic in made.rendition.diagnostics}
