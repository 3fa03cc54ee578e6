"""The table of calls: they only read, need what Atlassian says they need, and lead nowhere else."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from confluence_xpress.errors import InternalError
from confluence_xpress.sources.online.http import calls
from confluence_xpress.sources.online.http.calls import CALLS, Call, call_for
from confluence_xpress.sources.online.http.failures import GoneError
from tests.connections import connected, datacenter
from tests.corpus import ROOT
from tests.meddler import as_json

PLATFORM = ROOT.parent / "shared" / "platform"
WEB = {calls.SITE_FILES, calls.TENANT_INFO}
"""Routes of the web interface, which no OpenAPI file has."""
CLOUD = [call for call in CALLS if call.deployment == "cloud" and call.base == "api"]


def operations(name: str) -> Mapping[str, Any]:
    """The paths of an OpenAPI file."""
    path = PLATFORM / name
    if not path.is_file():
        pytest.skip(f"{path.name} is not there")
    found: Mapping[str, Any] = json.loads(path.read_bytes())["paths"]
    return found


def operation(call: Call) -> Mapping[str, Any]:
    """What Atlassian says of a call."""
    if call.path.startswith("/api/v2"):
        paths, wanted = operations("confluence-v2.openapi.json"), call.path.removeprefix("/api/v2")
    else:
        paths, wanted = operations("confluence-v1.openapi.json"), f"/wiki{call.path}"
    method = call.method.lower()
    found: Mapping[str, Any]
    (found,) = (item[method] for path, item in paths.items() if shape(path) == shape(wanted) and method in item)
    return found


def shape(path: str) -> str:
    """A template without the names of its fields."""
    return re.sub(r"\{.*?\}", "{}", path)


@pytest.mark.parametrize("call", CLOUD, ids=lambda call: call.name)
def test_a_call_is_one_of_atlassian_with_its_scopes(call: Call) -> None:
    said = operation(call)
    assert not said.get("deprecated")
    scopes = {entry["state"]: set(entry["scopes"]) for entry in said["x-atlassian-oauth2-scopes"]}
    granular, classic = scopes.get("Beta"), scopes["Current"]
    if granular is None:  # v2 has granular ones only
        granular, classic = classic, set()
    assert (set(call.granular), set(call.classic)) == (granular, classic)


def test_all_calls_only_read() -> None:
    assert {call.name for call in CALLS if call.method != "GET"} == {"users-bulk", "convert-start", "dc-convert"}
    scopes = {scope for call in CALLS for scope in (*call.granular, *call.classic)}
    assert not [scope for scope in scopes if not scope.startswith(("read:", "readonly:", "search:"))]


def test_each_call_says_what_it_is_for_and_has_a_name_of_its_own() -> None:
    assert len({call.name for call in CALLS}) == len(CALLS)
    assert all(call.why for call in CALLS)
    assert all(call.granular for call in CALLS if call.deployment == "cloud")


def test_calls_of_data_center_are_below_its_api() -> None:
    paths = [call.path for call in CALLS if call.deployment == "datacenter"]
    assert not [path for path in paths if not re.match(r"/rest/(api|experimental|applinks)/|/download/", path)]


@pytest.mark.parametrize(
    ("value", "sent"),
    [("98765", "98765"), ("~jane", "~jane"), ("a b/../c?d#e", "a%20b%2F..%2Fc%3Fd%23e"), ("käse", "k%C3%A4se")],
)
def test_values_stay_within_their_place_in_the_path(value: str, sent: str) -> None:
    with connected(lambda _: as_json({}), datacenter) as site:
        if ".." in value:  # never sent, whatever a server would make of it
            with pytest.raises(GoneError):
                site.connection.json(calls.DC_SPACE, key=value)
            assert site.paths() == []
        else:
            site.connection.json(calls.DC_SPACE, key=value)
            assert site.paths() == [f"/context/rest/api/space/{sent}"]


@pytest.mark.parametrize("value", ["", ".", ".."])
def test_what_can_be_no_id_is_not_asked_for(value: str) -> None:
    with connected(lambda _: as_json({}), datacenter) as site, pytest.raises(GoneError):
        site.connection.json(calls.DC_CONTENT, id=value)
    assert site.paths() == []


def test_a_deployment_is_not_asked_with_calls_of_the_other() -> None:
    with connected(lambda _: as_json({}), datacenter) as site, pytest.raises(InternalError):
        site.connection.json(calls.PAGE, id=1)
    assert site.paths() == []


@pytest.mark.parametrize(
    ("kind", "path", "name"),
    [
        ("cloud", "/api/v2/pages/1", "page"),
        ("cloud", "/rest/api/content/1/child/attachment/att2/download", "attachment-download"),
        ("cloud", "/download/thumbnails/1/a.png", "site-files"),
        ("datacenter", "/download/attachments/1/a%20b.png", "dc-download"),
        ("cloud", "/rest/api/content/1", ""),
        ("cloud", "/api/v2/users-bulk", ""),
        ("datacenter", "/pages/doremovepage.action", ""),
        ("datacenter", "/rest/api/content/1/label", ""),
    ],
)
def test_an_address_is_that_of_a_call_or_of_none(kind: Any, path: str, name: str) -> None:
    found = call_for(kind, path)
    assert (found.name if found else "") == name


def test_only_the_table_knows_of_paths() -> None:
    """No other module of the online source writes a path of the API itself."""
    folder = ROOT / "src/confluence_xpress/sources/online"
    texts = {path.name: path.read_text(encoding="utf-8") for path in Path(folder).rglob("*.py")}
    code = {name: re.sub(r'""".*?"""|#.*', "", text, flags=re.DOTALL) for name, text in texts.items()}
    assert [name for name, text in code.items() if re.search(r'"/(api/v2|rest)/\w', text)] == ["calls.py"]
