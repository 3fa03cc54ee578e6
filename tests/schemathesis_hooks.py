"""What schemathesis is told besides the description: forms of answers, and how to read the one that is a form."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import schemathesis

from tests.service_documents import fields_of

ACCEPTED = ("*/*", "application/zip", "multipart/form-data", "application/json")


@schemathesis.hook
def before_call(_context: schemathesis.HookContext, case: Any, _kwargs: dict[str, Any]) -> None:
    """Answers are wanted in all forms that there are, each by turns, but the same for the same request."""
    if case.method == "POST" and not any(name.lower() == "accept" for name in case.headers or ()):
        turn = hashlib.sha256(repr(case.body).encode("utf-8", "replace")).digest()[0]
        case.headers["Accept"] = ACCEPTED[turn % len(ACCEPTED)]


@schemathesis.deserializer("multipart/form-data")
def read_form(_context: object, response: schemathesis.Response) -> Any:
    """An answer that is a form, as the description speaks of it: of fields of one name the last one counts."""
    found = fields_of(response.headers["content-type"][0], response.content)
    return {field.name: "bytes" if field.filename else json.loads(field.data) for field in found}
