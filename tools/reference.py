"""Writes docs/reference: what can be read off the program itself.

python tools/reference.py           writes the pages
python tools/reference.py --check   fails if a page isn't as it would be written
"""

from __future__ import annotations

import inspect
import json
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, get_args

from typer.core import TyperArgument, TyperGroup
from typer.main import get_command

from confluence_xpress.cli.app import app
from confluence_xpress.cli.templates import kind_text
from confluence_xpress.diagnostics import CODES
from confluence_xpress.macros import table
from confluence_xpress.service.openapi import openapi
from confluence_xpress.service.problems import PROBLEMS
from confluence_xpress.sources.online.http.calls import CALLS, Call
from confluence_xpress.templates import Option, built_in_templates, load_template

ROOT = Path(__file__).resolve().parent.parent
DIRECTORY = ROOT / "docs" / "reference"
WRITER = ROOT / "src" / "confluence_xpress" / "writers" / "typst"
NOTE = "<!-- Written by `make docs`: change the program, not this page. -->\n"
SEVERITIES = ("error", "warning", "info")


def main(arguments: Sequence[str]) -> int:
    """Write or check the pages."""
    check = "--check" in arguments
    wanted = pages()
    stale = [path for path, text in wanted.items() if not path.is_file() or path.read_text(encoding="utf-8") != text]
    for path in stale:
        if check:
            print(f"{path.relative_to(ROOT)} is out of date: run `make docs`")
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(wanted[path], encoding="utf-8")
    if check:
        return 1 if stale else 0
    print(f"{DIRECTORY.relative_to(ROOT)}: {len(stale)} pages written, the others were up to date")
    return 0


def pages() -> dict[Path, str]:
    """Every page as it must be."""
    texts = {
        "commands": commands(),
        "diagnostics": diagnostics(),
        "macros": macros(),
        "service": service(),
        "template-functions": functions(),
        "templates": templates(),
    }
    places = {DIRECTORY / f"{name}.md": text for name, text in texts.items()}
    places[ROOT / "docs" / "permissions.md"] = permissions()
    return {path: f"{NOTE}\n{text.rstrip()}\n" for path, text in places.items()}


def commands() -> str:
    """Every command, with its arguments and options."""
    group = get_command(app)
    if not isinstance(group, TyperGroup):
        raise TypeError("xpress has subcommands")
    parts = [f"# Commands\n\n{group.help}\n\n{_table(('Option', 'Meaning'), _parameters(group.params))}"]
    for name, command in group.commands.items():
        arguments = " ".join(str(p.metavar) for p in command.params if isinstance(p, TyperArgument))
        rows = _parameters(command.params, defaults=True)
        parts.append(
            f"## `xpress {name}`\n\n{_paragraphs(inspect.cleandoc(command.help or ''))}\n\n"
            f"```text\nxpress {name} [OPTIONS] {arguments}\n```\n\n"
            f"{_table(('Argument or option', 'Meaning', 'Default'), rows)}"
        )
    return "\n".join(parts)


def diagnostics() -> str:
    """Every code that a report can hold."""
    ordered = sorted(CODES.items(), key=lambda item: (SEVERITIES.index(item[1].severity), not item[1].lost, item[0]))
    rows = ((f"`{name}`", code.severity, "yes" if code.lost else "", code.summary) for name, code in ordered)
    return (
        "# Diagnostics\n\nWhat the summary and the manifest may say, worst first. “Lost” means that something of the "
        "source is not in the PDF:\n`--strict` fails on it. What to do about each is in the "
        f"[user guide](../user-guide.md#diagnostics).\n\n{_table(('Code', 'Severity', 'Lost', 'Meaning'), rows)}"
    )


def macros() -> str:
    """Every macro that has a handler."""
    handlers = {**table.STATIC, **table.COMPUTED}
    rows = ((f"`{name}`", (inspect.getdoc(handler) or "").partition("\n")[0]) for name, handler in handlers.items())
    return (
        "# Macros\n\nThe macros that XPress shows itself, by the name they have in storage format; ADF extensions of\n"
        "the same name mean the same. What becomes of all others is in the "
        f"[user guide](../user-guide.md#macros).\n\n{_table(('Macro', 'Becomes'), sorted(rows))}"
    )


def service() -> str:
    """The API of the rendering service: its addresses, what requests say, its problems."""
    described = openapi()
    rows = (
        (f"`{method.upper()} {path}`", operation["summary"], _body(operation))
        for path, operations in described["paths"].items()
        for method, operation in operations.items()
    )
    problems = ((f"`{name}`", str(kind.status), kind.title, kind.hint) for name, kind in PROBLEMS.items())
    schemas = [
        f"### {name}\n\n{_paragraphs(schema.get('description', ''))}\n\n"
        f"{_table(('Name', 'Type', 'Default'), _properties(schema))}"
        for name, schema in described["components"]["schemas"].items()
    ]
    return (
        "# The API of the rendering service\n\nThe same for programs: `GET /openapi.json`. How to use it is in the "
        f"[guide](../service.md).\n\n{_table(('Address', 'Gives', 'Is sent'), rows)}\n## Problems\n\n"
        f"{_table(('Code', 'Status', 'Meaning', 'What to do'), problems)}\n## Values\n\nA name in bold must be given."
        f"\n\n{chr(10).join(schemas)}"
    )


def _body(operation: dict[str, Any]) -> str:
    if "requestBody" not in operation:
        return ""
    return _type(operation["requestBody"]["content"]["application/json"]["schema"])


def _properties(schema: dict[str, Any]) -> Iterator[tuple[str, ...]]:
    required = schema.get("required", ())
    for name, value in schema.get("properties", {}).items():
        default = "" if name in required else json.dumps(value["default"]) if "default" in value else ""
        yield (f"**`{name}`**" if name in required else f"`{name}`", _type(value), f"`{default}`" if default else "")


def _type(schema: dict[str, Any]) -> str:
    """A JSON schema in a few words."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return f"[{name}](#{name.lower()})"
    if "anyOf" in schema:
        return " or ".join(_type(each) for each in schema["anyOf"] if each.get("type") != "null")
    if "enum" in schema:
        return ", ".join(f"`{value}`" for value in schema["enum"])
    if schema.get("type") == "array":
        return f"list of {_type(schema['items'])}"
    if isinstance(more := schema.get("additionalProperties"), dict):
        return f"by name: {_type(more)}"
    kind = schema.get("type", "any value")
    if "minimum" in schema and "maximum" in schema:
        return f"{kind}, {schema['minimum']} to {schema['maximum']}"
    return f"{kind}, in base64" if schema.get("contentEncoding") == "base64" else str(kind)


def permissions() -> str:
    """What is asked of a site, with which scopes, and why."""
    cloud = [call for call in CALLS if call.deployment != "datacenter" and call.base != "origin"]
    server = [call for call in CALLS if call.deployment != "cloud" and call.base != "origin"]
    scopes: dict[str, list[Call]] = {}
    for call in cloud:
        for scope in call.granular:
            scopes.setdefault(scope, []).append(call)
    by_scope = ((f"`{scope}`", "<br>".join(_reasons(calls))) for scope, calls in scopes.items())
    return PERMISSIONS.format(
        scopes=_table(("Scope", "What for"), by_scope),
        cloud=_table(("Call", "Granular scope", "or classic scope", "What for"), map(_call, cloud)),
        server=_table(
            ("Call", "What for"), ((f"`{call.method} {call.path}`".replace("{+", "{"), call.why) for call in server)
        ),
        app_scopes=_table(("Scope", "Impersonation", "What for"), _app_scopes()),
        app_calls=_table(("Call", "Granular scope", "What for"), map(_app_call, _app_calls())),
    )


def _app_scopes() -> Iterator[tuple[str, str, str]]:
    """Each scope of the Forge app, whether it allows impersonation, and what for."""
    reasons: dict[str, list[str]] = {}
    impersonated = set()
    for call in _app_calls():
        for scope in call["scope"]:
            reasons.setdefault(scope, []).append(call["why"])
            if call["background"]:
                impersonated.add(scope)
    yield "`storage:app`", "", "keeps documents, settings and the state of exports in Forge's own storage"
    yield "`report:personal-data`", "", "tells Atlassian of which account ids there is data, to learn which were closed"
    for scope, why in reasons.items():
        yield f"`{scope}`", "yes" if scope in impersonated else "", "<br>".join(dict.fromkeys(why))


def _app_calls() -> list[dict[str, Any]]:
    """The calls of the Forge app to Confluence."""
    places = (ROOT / "forge" / "src" / room / "calls.json" for room in ("loop", "resolver"))
    return [call for place in places for call in json.loads(place.read_text("utf-8"))]


def _app_call(call: dict[str, Any]) -> tuple[str, str, str]:
    address = f"`{call['method']} {call['path']}`".replace("{+", "{")
    return address, "<br>".join(f"`{scope}`" for scope in call["scope"]) or "–", call["why"]


def _call(call: Call) -> tuple[str, str, str, str]:
    path = call.path.replace("{+", "{") if call.base == "jira" else f"/wiki{call.path}".replace("{+", "{")
    granular = "<br>".join(f"`{scope}`" for scope in call.granular) or "–"
    classic = "<br>".join(f"`{scope}`" for scope in call.classic) or "–"
    return f"`{call.method} {path}`", granular, classic, call.why


def _reasons(calls: Iterable[Call]) -> list[str]:
    return list(dict.fromkeys(call.why for call in calls))


PERMISSIONS = """# Permissions

What XPress asks a Confluence site, and what a token has to allow for it. This page is for those who give the token, and
for those who must agree to it.

- **XPress only reads.** Below are all calls that it makes; a test compares every request of an export with this list.
  The three that are sent with `POST` are questions too long for an address, and a conversion that changes nothing.
- **With the rights of the token's owner.** What they can't see in Confluence is not exported, whoever asks for it: the
  site decides, not XPress. Nothing needs an administrator.
- **When somebody asks for it.** There is no schedule and no background work. The token goes to the site (on Cloud also
  to `api.atlassian.com`) and to nobody else, not even to the hosts to which the site redirects a download.

## A token for Confluence Cloud

An *API token without scopes* works at once, with your own rights. A *token with scopes* can do less, which is better:
it needs those of this list, and no others. Leave out those of folders, whiteboards, databases, embeds and Jira if you
don't use them: what can't be read is named in the manifest. How to sign in with it is in the
[user guide](user-guide.md#signing-in).

{scopes}

Instead of the scopes for Jira, the classic `read:jira-work` will do. A call that a scope does not allow never ends an
export, unless nothing can be exported without it.

## Calls to Confluence Cloud

Each call needs its granular scopes or, where there is one, the classic one.

{cloud}

Without the token, XPress asks `/_edge/tenant_info` whether a site is one of Cloud.

## Calls to Confluence Data Center

A personal access token has all rights of its owner; Data Center knows no scopes. XPress makes these calls, and no
others; the one about applinks without the token:

{server}

## The Forge app

The [app in Confluence Cloud](forge.md) asks for these scopes; an administrator agrees to them when it is installed, and
to any new one before an update. All but the first two only read.

- **In the browser** it reads with the rights of the person who uses it.
- **In the background**, for large exports, it reads in the name of the person who started the export, with their
  rights and only until the export is done: Atlassian calls that impersonation. The scopes for which it is allowed are
  marked. The app's own account, which sees other pages, is never used to read content.

{app_scopes}

These are all of its calls. The app can make no others: code and manifest are checked against this list by a test.

{app_calls}
"""


def templates() -> str:
    """The options of every built-in template."""
    parts = ["# Options of the built-in templates\n\nSet with `--set NAME=VALUE`.\n"]
    for name in built_in_templates():
        template = load_template(name)
        rows = ((f"`{o.name}`", o.help, _values(o), _default(o)) for o in template.options)
        parts.append(
            f"## `{name}`\n\n{template.description}\n\n{_table(('Option', 'Meaning', 'Values', 'Default'), rows)}"
        )
    return "\n".join(parts)


def functions() -> str:
    """The functions that a template must have, as the default template declares them."""
    lines = (f"{name}({parameters})\n" for name, parameters in called_functions().items())
    return (
        "# Functions of a template\n\nThe writer calls these. Their parameters are those of the default template: a "
        "value after a colon is the\ndefault, `..` takes any number. What they mean is in the "
        f"[template guide](../templates.md#functions).\n\n```text\n{''.join(lines)}```"
    )


def called_functions() -> dict[str, str]:
    """The parameters of each function of the default template that the writer calls, in the template's order."""
    template = load_template("default").files["template.typ"]
    writer = "".join(path.read_text(encoding="utf-8") for path in sorted(WRITER.glob("*.py")))
    return {
        found[1]: _parameter_list(template, found.end())
        for found in re.finditer(r"^#let ([a-z-]+)\(", template, re.MULTILINE)
        if re.search(rf"""[#"\s(]{re.escape(found[1])}[(\["\\]""", writer)
    }


def _parameter_list(text: str, start: int) -> str:
    """The text up to the closing bracket."""
    depth, quoted = 1, False
    for end in range(start, len(text)):
        if text[end] == '"':
            quoted = not quoted
        elif not quoted:
            depth += {"(": 1, ")": -1}.get(text[end], 0)
            if not depth:
                return text[start:end]
    raise ValueError("a bracket is not closed")


def _parameters(parameters: Iterable[Any], *, defaults: bool = False) -> Iterator[tuple[str, ...]]:
    for parameter in parameters:
        if isinstance(parameter, TyperArgument):
            shown = f"`{parameter.metavar}`"
        else:
            names = ", ".join(f"`{name}`" for name in sorted(parameter.opts, key=len))
            value = _value(parameter)
            shown = f"{names} `{value}`" if value else names
        default = "" if isinstance(parameter.default, bool) or not parameter.default else str(parameter.default)
        yield (shown, str(parameter.help), f"`{default}`" if default else "")[: 3 if defaults else 2]
    yield ("`--help`", "Show the help and exit.", "")[: 3 if defaults else 2]


def _value(parameter: Any) -> str:
    if parameter.is_flag:
        return ""
    return str(parameter.metavar or "|".join(get_args(parameter.type_descriptor.annotation)) or "N")


def _paragraphs(text: str) -> str:
    return "\n\n".join(" ".join(part.split()) for part in text.split("\n\n"))


def _values(option: Option) -> str:
    if option.kind == "choice":
        return ", ".join(f"`{choice}`" for choice in option.choices)
    return {"boolean": "`true`, `false`", "color": "such as `#0C66E4`", "language": "such as `en`, `pt-BR`"}.get(
        option.kind, kind_text(option)
    )


def _default(option: Option) -> str:
    if isinstance(option.default, bool):
        return f"`{str(option.default).lower()}`"
    return f"`{option.default}`" if option.default != "" else "empty"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |\n" for line in lines)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
