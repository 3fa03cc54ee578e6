"""The service does what its own description says: a program that knows nothing else tries it out."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from confluence_xpress.service.openapi import openapi
from confluence_xpress.service.problems import PROBLEMS
from confluence_xpress.wire.forms import DeliveryForm, Range
from confluence_xpress.wire.requests import answered, encode
from tests.service import Service, make_keys, running
from tests.service_documents import FORMS, asked, form, small, told

ADDRESS = "urn:description"


def description() -> Any:
    """As a caller gets it."""
    return json.loads(encode(openapi()))


@pytest.fixture(scope="module")
def service() -> Iterator[Service]:
    with running("--workers", "1") as started:
        yield started


def validator(pointer: str) -> Draft202012Validator:
    """Of a part of the description."""
    resource = DRAFT202012.create_resource(description())
    registry: Registry[Any] = Registry().with_resource(ADDRESS, resource)
    return Draft202012Validator({"$ref": f"{ADDRESS}#{pointer}"}, registry=registry)


def check(name: str, value: object) -> None:
    """A value is what the description says of values of this name."""
    validator(f"/components/schemas/{name}").validate(value)


# --- The description itself ------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("secured", [True, False])
def test_it_is_valid(secured: bool) -> None:
    OpenAPIV31SpecValidator(json.loads(encode(openapi(secured=secured)))).validate()
    assert bool(openapi(secured=secured)["security"]) is secured


def test_all_schemas_are_valid() -> None:
    for schema in description()["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)


@pytest.mark.slow
def test_it_is_what_the_service_gives(service: Service) -> None:
    assert service.ask("/openapi.json").json == json.loads(encode(openapi(secured=False)))


def test_every_address_is_in_it(service: Service) -> None:
    """And nothing else is: what the router doesn't know is not described."""
    for path, operations in description()["paths"].items():
        (method,) = operations
        assert method.upper() in service.ask(path, method="PUT").headers["Allow"].split(", "), path


def test_every_problem_is_in_it() -> None:
    """But for those that no address has alone: that there is no such one, or no such method."""
    said = json.dumps(description()["paths"])
    assert {code for code in PROBLEMS if f"`{code}`" not in said} == {"not-found", "method-not-allowed"}
    for operations in description()["paths"].values():
        for operation in operations.values():
            for status, response in operation["responses"].items():
                for code, kind in PROBLEMS.items():
                    assert f"`{code}`" not in response["description"] or str(kind.status) == status


@pytest.mark.parametrize("operation", ["needs", "parts", "render", "preview"])
def test_its_examples_work(service: Service, operation: str) -> None:
    content = description()["paths"][f"/v1/{operation}"]["post"]["requestBody"]["content"]
    example = content["application/json"]["examples"]["small"]["value"]
    answer = service.ask(f"/v1/{operation}", json.dumps(example).encode(), {"Content-Type": "application/json"})
    assert answer.status == 200 and answer.headers.get("XPress-Lost") == "0"


# --- Real requests and answers ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("operation", FORMS)
def test_real_requests_are_as_described(operation: str) -> None:
    needed: dict[str, dict[str, Any]] = {"parts": {"part": Range(0, 1)}, "assemble": {"parts": ("a",)}}
    more = needed.get(operation, {})
    entries = tuple(answered(need, answer, lambda _: "file0") for need, answer in small().answers.items())
    wanted = DeliveryForm(name="a.pdf", split="top-level", attachments=True, permissions=("print",))
    request = told(small(), FORMS[operation], answers=entries, delivery=wanted, settings={"cover": True}, **more)
    value = json.loads(encode(request))
    check(FORMS[operation].__name__, value)
    for wrong in ({**value, "x": 1}, {**value, "pages": []}, {**value, "timestamp": -1}):
        assert not validator(f"/components/schemas/{FORMS[operation].__name__}").is_valid(wrong)


def test_real_answers_are_as_described(service: Service) -> None:
    check("Version", service.ask("/version").json)
    check("Templates", service.ask("/v1/templates").json)
    check("Health", service.ask("/health").json)
    check("NeedsAnswer", asked(service, small(), "needs").json)
    check("Problem", service.ask("/nothing").json)
    for field in form(asked(service, small(), accept="multipart/form-data")):
        if field.name in ("progress", "result"):
            check(field.name.title(), json.loads(field.data))


# --- Somebody who knows nothing but the description ------------------------------------------------------------------

ROOT = Path(__file__).parent.parent
CONFIG = """
color = false
hooks = "tests.schemathesis_hooks"
request-timeout = 60

[cache]
enabled = false

[generation]
deterministic = true
database = "none"
max-examples = 5

[phases.stateful]
enabled = false

[checks]
enabled = true

[checks.positive_data_acceptance]
# What the description can't say is refused, too: two pages with the same id, say.
expected-statuses = [200, 406, 413, 422]

[checks.negative_data_rejection]
expected-statuses = [400, 401, 403, 405, 406, 408, 411, 413, 415, 422, 431]
"""


def tried(service: Service, folder: Path, *options: str) -> str:
    """What schemathesis says if all passes: it tries examples, the edges of the description, and at random."""
    config = folder / "schemathesis.toml"
    config.write_text(CONFIG, "utf-8")
    program = Path(sys.executable).with_name("st")
    done = subprocess.run(
        [program, "--config-file", config, "run", f"{service.url}/openapi.json", *options],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert service.ask("/health").status == 200
    return done.stdout


@pytest.mark.slow
def test_it_does_what_is_described(service: Service, tmp_path: Path) -> None:
    said = tried(service, tmp_path)
    found = re.search(r"(\d+) generated, (\d+) passed", said)
    assert found and int(found[1]) == int(found[2]) > 1_000, said
    for phase in ("Examples", "Coverage", "Fuzzing"):
        assert f"✅ {phase}" in said


@pytest.mark.slow
def test_it_does_nothing_without_a_key(tmp_path: Path) -> None:
    file, keys = make_keys(tmp_path, "somebody")
    with running("--workers", "1", "--keys", str(file)) as service:
        known = f"Authorization: Bearer {keys['somebody']}"
        said = tried(service, tmp_path, "-H", known, "--phases", "examples,fuzzing", "-n", "1")
    assert "✅ Examples" in said and "✅ Fuzzing" in said
