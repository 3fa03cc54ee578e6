"""Answers of a Cloud site against Atlassian's OpenAPI files, which may lie beside this checkout."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
from jsonschema.protocols import Validator

PLATFORM = Path(__file__).parents[2] / "shared" / "platform"
ABSENT = "Atlassian's OpenAPI files are not in ../shared/platform"
_FILES = {"v1": PLATFORM / "confluence-v1.openapi.json", "v2": PLATFORM / "confluence-v2.openapi.json"}
# The file knows three of the seven formats that it says a single page can be had in.
_OPEN = {"BodySingle"}


def present() -> bool:
    """Whether the files are there."""
    return all(path.is_file() for path in _FILES.values())


class Api:
    """One of the two files."""

    def __init__(self, name: str) -> None:
        self._spec: dict[str, Any] = json.loads(_FILES[name].read_text(encoding="utf-8"))
        self._strict = name == "v2"
        schemas = self._spec["components"]["schemas"]
        self._schemas = {key: self._read(value, closed=key not in _OPEN) for key, value in schemas.items()}
        self._validators: dict[str, Validator] = {}
        prefix = "/wiki" if name == "v1" else ""
        self._templates = [
            (re.compile(re.sub(r"\\\{.+?\\\}", "[^/]+", re.escape(path.removeprefix(prefix)))), path)
            for path in sorted(self._spec["paths"], key=lambda path: (path.count("{"), path))
        ]

    def template(self, method: str, path: str) -> str | None:
        """The path that the file has for a path, below `/wiki` or `/wiki/api/v2`."""
        return next(
            (
                template
                for pattern, template in self._templates
                if pattern.fullmatch(path) and method.lower() in self._spec["paths"][template]
            ),
            None,
        )

    def scopes(self, method: str, path: str) -> set[frozenset[str]]:
        """The sets of scopes of a call, of which one must be held."""
        template = self.template(method, path)
        assert template, f"{method} {path} is not in the file"
        listed = self._spec["paths"][template][method.lower()].get("x-atlassian-oauth2-scopes", [])
        return {frozenset(entry["scopes"]) for entry in listed}

    def problems(self, method: str, path: str, status: int, value: Any) -> list[str]:
        """What is wrong with an answer."""
        template = self.template(method, path)
        if template is None:
            return [f"{method} {path} is not in the file"]
        answers = self._spec["paths"][template][method.lower()]["responses"]
        if str(status) not in answers:
            return [f"{method} {template} has no answer {status}"]
        schema = answers[str(status)].get("content", {}).get("application/json", {}).get("schema")
        if schema is None:
            return []
        if template not in self._validators:
            self._validators[template] = self._validator(self._read(schema))
        return _told(self._validators[template], value)

    def mismatches(self, name: str, value: Any) -> list[str]:
        """What is wrong with a value that should fit one of the file's schemas."""
        if name not in self._validators:
            self._validators[name] = self._validator({"$ref": f"#/components/schemas/{name}"})
        return _told(self._validators[name], value)

    def properties(self, name: str) -> set[str]:
        """The names of a schema's properties."""
        return set(self._spec["components"]["schemas"][name]["properties"])

    def _validator(self, schema: Any) -> Validator:
        document = {**schema, "components": {"schemas": self._schemas}}
        return jsonschema.Draft202012Validator(document)

    def _read(self, schema: Any, *, closed: bool = True) -> Any:
        """A schema of OpenAPI 3.0 as JSON Schema. null is allowed where the prose says so."""
        if isinstance(schema, list):
            return [self._read(part) for part in schema]
        if not isinstance(schema, dict):
            return schema
        if "allOf" in schema:
            schema = self._merged(schema["allOf"])
        made: dict[str, Any] = {
            key: self._read(value) for key, value in schema.items() if key not in {"properties", "nullable", "example"}
        }
        if "properties" in schema:
            made["properties"] = {key: self._read(value) for key, value in schema["properties"].items()}
            if closed and self._strict and "additionalProperties" not in schema:
                made["additionalProperties"] = False
        if self._strict and isinstance(extra := schema.get("additionalProperties"), dict):
            made["additionalProperties"] = {"anyOf": [self._read(extra), {"type": "null"}]}
        if schema.get("nullable") or re.search(r"\bnull\b", str(schema.get("description", "")), re.IGNORECASE):
            return {"anyOf": [made, {"type": "null"}]}
        return made

    def _merged(self, parts: list[Any]) -> dict[str, Any]:
        """Parts that all hold, as one: their properties together, links too."""
        properties: dict[str, Any] = {}
        for part in parts:
            for key, value in self._resolved(part).get("properties", {}).items():
                known = self._resolved(properties[key]) if key in properties else {}
                more = self._resolved(value)
                if known:
                    both = {**known.get("properties", {}), **more.get("properties", {})}
                    properties[key] = {**known, "properties": both}
                else:
                    properties[key] = value
        return {"type": "object", "properties": properties}

    def _resolved(self, schema: Any) -> dict[str, Any]:
        name = schema.get("$ref", "").rpartition("/")[2]
        found: dict[str, Any] = self._spec["components"]["schemas"][name] if name else schema
        return found


@cache
def api(name: str) -> Api:
    """One of the files, read once: “v1” or “v2”."""
    return Api(name)


def problems(method: str, path: str, status: int, value: Any) -> list[str]:
    """What is wrong with an answer of Cloud; `path` is below `/wiki`."""
    if path.startswith("/api/v2"):
        return api("v2").problems(method, path.removeprefix("/api/v2"), status, value)
    return api("v1").problems(method, path, status, value)


def _told(validator: Validator, value: Any) -> list[str]:
    return [f"{error.json_path}: {error.message[:300]}" for error in validator.iter_errors(value)]
