"""The description of the API (OpenAPI 3.1), made of the classes that requests and answers are read with."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from confluence_xpress import __version__
from confluence_xpress.service.problems import PROBLEMS
from confluence_xpress.wire import parts
from confluence_xpress.wire.about import Health, Templates, Version
from confluence_xpress.wire.forms import (
    AnswerForm,
    AssembleRequest,
    FilesAnswer,
    NeedForm,
    NeedsAnswer,
    NeedsRequest,
    PartsRequest,
    PreviewRequest,
    Progress,
    Request,
    Result,
)

_REFERENCE = "#/components/schemas/{name}"
_REQUESTS = (NeedsRequest, PartsRequest, AssembleRequest, Request, PreviewRequest)
_ANSWERS = (NeedsAnswer, Progress, Result, FilesAnswer, Version, Templates, Health)
_CHOICES = (NeedForm, AnswerForm)
"""Objects of which exactly one property is given."""
_ALWAYS = ("request-unreadable", "too-slow", "headers-too-large", "internal", "busy")
_OF_CALLERS = ("unauthorized", "host-unknown", "keys-unavailable")
_WHEN_SENT = (
    "not-acceptable",
    "length-required",
    "too-large",
    "media-type-unsupported",
    "request-invalid",
    "too-expensive",
    "too-many-requests",
    "crashed",
    "draining",
)
_LATER = frozenset((429, 503))
"""Statuses that may come with Retry-After."""
_PROBLEM = {
    "type": "object",
    "description": "What went wrong, and what to do (RFC 9457).",
    "required": ["type", "title", "status", "detail", "code", "hint", "request_id"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "code": {"type": "string", "enum": sorted(PROBLEMS)},
        "hint": {"type": "string"},
        "request_id": {"type": "string"},
    },
}
_NAMES = "^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$"
"""Of the fields of a form: see the module `form`."""
_BINARY = {"type": "string", "contentMediaType": "application/octet-stream"}
_HEADERS = {
    "X-Request-Id": {
        "description": "The id of the request: the caller's own, if it sends one of 8 to 64 letters, digits, . _ and -",
        "required": True,
        "schema": {"type": "string", "pattern": "^[A-Za-z0-9._-]{8,64}$"},
    },
    "Retry-After": {"description": "Seconds until it may work.", "schema": {"type": "integer", "minimum": 1}},
    "XPress-Pages": {
        "description": "Pages of the PDF; not with multipart/form-data, where “result” says it.",
        "schema": {"type": "integer", "minimum": 0},
    },
    "XPress-Lost": {
        "description": "Things that are not in it; likewise.",
        "schema": {"type": "integer", "minimum": 0},
    },
}
_EXAMPLE = {
    "title": "Hello",
    "pages": [{"id": "1", "title": "Hello"}],
    "answers": [
        {
            "need": {"body": {"page_id": "1"}},
            "answer": {"body": {"format": "storage", "value": "<p>It works.</p>"}},
        }
    ],
}
_EXAMPLES = {
    "needs": {key: _EXAMPLE[key] for key in ("title", "pages")},
    "render": _EXAMPLE,
    "parts": {**_EXAMPLE, "timestamp": 1_700_000_000, "part": {"start": 0, "stop": 1}},
    "preview": {**_EXAMPLE, "show": "1", "dpi": 72},
}


def openapi(*, secured: bool = True) -> dict[str, Any]:
    """The whole description. `secured`: whether not everybody may call."""
    _, components = msgspec.json.schema_components((*_REQUESTS, *_ANSWERS), ref_template=_REFERENCE)
    for kind in _CHOICES:
        components[kind.__name__] |= _choice(components[kind.__name__])
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "XPress rendering service",
            "version": __version__,
            "summary": "Confluence content in, PDF out. It works in memory, keeps nothing and fetches nothing.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "security": [{"bearer": []}, {"certificate": []}] if secured else [],
        "paths": _paths(),
        "components": {
            "schemas": {**json.loads(msgspec.json.encode(components)), "Problem": _PROBLEM},
            "headers": _HEADERS,
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer", "description": "A Forge invocation token, or a key."},
                "certificate": {"type": "mutualTLS"},
            },
        },
    }


def _paths() -> dict[str, Any]:
    part = {parts.MEDIA_TYPE: _BINARY}
    document = {"application/pdf": _BINARY}
    picture = {"image/png": _BINARY, "image/svg+xml": _BINARY}
    needs = {"application/json": _schema(NeedsAnswer)}
    return {
        "/v1/needs": _post("needs", "What a bundle still lacks", NeedsRequest, needs),
        "/v1/render": _post("render", "The PDF of a complete bundle", Request, document),
        "/v1/parts": _post("parts", "Some pages of a document, typeset", PartsRequest, part),
        "/v1/assemble": _post("assemble", "The PDF of typeset parts", AssembleRequest, document, ["part-unusable"]),
        "/v1/preview": _post("preview", "Pictures of pages", PreviewRequest, picture),
        "/v1/templates": _get("templates", "The templates and their options", _json(Templates), known=True),
        "/version": _get("version", "Version, limits and standards", _json(Version)),
        "/health": _get("health", "Whether it can take requests", _json(Health), unready=True),
        "/health/live": _get("live", "Whether it runs", _json(Health)),
        "/health/ready": _get("ready", "Whether it can take requests", _json(Health), unready=True),
        "/metrics": _get("metrics", "Figures for Prometheus", {"text/plain": {"schema": {"type": "string"}}}),
        "/openapi.json": _get("description", "This description", {"application/json": {"schema": {"type": "object"}}}),
    }


def _choice(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Of these properties exactly one is given, and not as null."""
    given = {name: each["anyOf"][0] for name, each in schema["properties"].items()}
    return {"properties": given, "minProperties": 1, "maxProperties": 1}


def _json(kind: type) -> dict[str, Any]:
    return {"application/json": {"schema": _schema(kind)}}


def _schema(kind: type) -> dict[str, Any]:
    return {"$ref": _REFERENCE.format(name=kind.__name__)}


def _post(name: str, summary: str, kind: type, answers: Mapping[str, Any], more: Iterable[str] = ()) -> dict[str, Any]:
    form = {
        "type": "object",
        "required": ["request"],
        "properties": {"request": _schema(kind)},
        "propertyNames": {"pattern": _NAMES},
        "additionalProperties": _BINARY,
        "description": "The request as JSON, and the files that it names.",
    }
    content = {
        "application/json": {"schema": _schema(kind), **_example(name)},
        "multipart/form-data": {"schema": form, "encoding": {"request": {"contentType": "application/json"}}},
        "application/zip": {"schema": {**_BINARY, "description": "request.json, and the files that it names."}},
    }
    several = {
        "application/zip": {"schema": {**_BINARY, "description": "All files, with manifest.json."}},
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "description": "progress as it comes, then result, then file0, file1 …; problem in place of the rest "
                "if it fails on the way.",
                "properties": {
                    "progress": _schema(Progress),
                    "result": _schema(Result),
                    "problem": {"$ref": _REFERENCE.format(name="Problem")},
                },
                "additionalProperties": _BINARY,
            }
        },
        **_json(FilesAnswer),
    }
    single = {media_type: {"schema": schema} for media_type, schema in answers.items()}
    return {
        "post": {
            "operationId": name,
            "summary": summary,
            "requestBody": {"required": True, "content": content},
            "responses": {
                "200": {
                    "description": "Done.",
                    "headers": _headers("X-Request-Id", "XPress-Pages", "XPress-Lost"),
                    "content": {**several, **single},
                },
                **_problems((*_ALWAYS, *_OF_CALLERS, *_WHEN_SENT, *more)),
            },
        }
    }


def _example(name: str) -> dict[str, Any]:
    return {"examples": {"small": {"value": _EXAMPLES[name]}}} if name in _EXAMPLES else {}


def _headers(*names: str) -> dict[str, Any]:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def _get(
    name: str, summary: str, content: Mapping[str, Any], *, known: bool = False, unready: bool = False
) -> dict[str, Any]:
    """`known`: for callers only; `unready`: it may also say that the service is not ready."""
    responses = {
        "200": {"description": "Done.", "headers": _headers("X-Request-Id"), "content": content},
        **_problems((*_ALWAYS, *(_OF_CALLERS if known else ()))),
    }
    if unready:
        busy = responses["503"]
        responses["503"] = {
            **busy,
            "description": f"Not ready; or {busy['description']}",
            "content": {**busy["content"], **content},
        }
    operation: dict[str, Any] = {"operationId": name, "summary": summary, "responses": responses}
    if not known:
        operation["security"] = []
    return {"get": operation}


def _problems(codes: Iterable[str]) -> dict[str, Any]:
    by_status: dict[str, list[str]] = {}
    for code in codes:
        by_status.setdefault(str(PROBLEMS[code].status), []).append(code)
    return {
        status: {
            "description": "; ".join(f"`{code}`: {PROBLEMS[code].title}" for code in names) + ".",
            "headers": _headers("X-Request-Id", *(["Retry-After"] if int(status) in _LATER else [])),
            "content": {"application/problem+json": {"schema": {"$ref": _REFERENCE.format(name="Problem")}}},
        }
        for status, names in sorted(by_status.items())
    }
