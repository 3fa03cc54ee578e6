"""What a worker does for a request: bytes in, bytes out. Nothing is opened, and nothing kept."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal, cast

from confluence_xpress.bundle import Body, Page
from confluence_xpress.errors import InputError
from confluence_xpress.needs import BodyNeed
from confluence_xpress.service.hardening import harden
from confluence_xpress.service.operations import OPERATIONS, Operation, Setup
from confluence_xpress.service.output import Form, Output
from confluence_xpress.service.problems import Problem
from confluence_xpress.service.unpacking import unpack
from confluence_xpress.typeset.engine import forget
from confluence_xpress.wire.forms import Answered, AnswerForm, NeedForm, Progress, Request
from confluence_xpress.wire.requests import encode

Turns = Generator[Progress, object, Output]
_LONGEST = 300


@dataclass(frozen=True, slots=True)
class Call:
    """A request. `now`: seconds since 1970."""

    operation: Operation
    form: Form
    kind: Literal["json", "multipart", "zip"]
    files: Mapping[str, bytes] = field(repr=False)
    now: int = 0


@dataclass(frozen=True, slots=True)
class Rest:
    """Nothing to do for a while: what the typesetter remembers of requests is forgotten, then it is warmed up again."""


def begin(setup: Setup) -> Callable[[Call | Rest], Turns]:
    """What does requests, one after the other. Its progress needs no answers."""
    harden()

    def work(task: Call | Rest) -> Turns:
        if isinstance(task, Rest):
            forget()
            task = WARM_UP
        start = time.monotonic()
        try:
            files = unpack(task.files["zip"], setup.zip) if task.kind == "zip" else task.files
            if "request" not in files:
                raise Problem("request-invalid", "There is no field or file “request”.")
            turns = OPERATIONS[task.operation](setup, files, task.form, task.now)
            output = (yield from turns) if task.form == "multipart" else _untold(turns)
            return replace(output, seconds=time.monotonic() - start)
        except InputError as error:
            raise Problem("request-invalid", f"{_short(error.message)}.", hint=_short(error.hint)) from error

    return work


def _untold(turns: Turns) -> Output:
    """The result where nobody listens how far the work is."""
    while True:
        try:
            next(turns)
        except StopIteration as end:
            return cast("Output", end.value)


def _short(text: str) -> str:
    """It may quote the request."""
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


_WARM_BODY = """<h1>Heading</h1><p>Text with <strong>bold</strong>, <em>italic</em>, <code>code</code> and a
<a href="https://example.com">link</a>.</p><ul><li><p>One</p></li></ul><ol><li>Two</li></ol>
<table><tbody><tr><th>A</th><th>B</th></tr><tr><td>1</td><td>2</td></tr></tbody></table>
<ac:structured-macro ac:name="info"><ac:rich-text-body><p>A panel.</p></ac:rich-text-body></ac:structured-macro>
<ac:structured-macro ac:name="code"><ac:parameter ac:name="language">python</ac:parameter>
<ac:plain-text-body><![CDATA[print("x")]]></ac:plain-text-body></ac:structured-macro>
<ac:structured-macro ac:name="status"><ac:parameter ac:name="title">Done</ac:parameter></ac:structured-macro>"""
WARM_UP = Call(
    "render",
    "file",
    "json",
    {
        "request": encode(
            Request(
                title="Warm-up",
                pages=(Page("1", "Warm-up"),),
                answers=(Answered(NeedForm(body=BodyNeed("1")), AnswerForm(body=Body("storage", _WARM_BODY))),),
            )
        )
    },
)
