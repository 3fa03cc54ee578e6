"""One request for rendering: from its body to a worker, and back as a file or a form."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from urllib.parse import quote

from starlette.requests import ClientDisconnect, Request
from starlette.types import Receive, Scope, Send

from confluence_xpress.service.account import Record
from confluence_xpress.service.form_answer import FormAnswer, blocks
from confluence_xpress.service.http.intake import take_in
from confluence_xpress.service.metrics import METRICS
from confluence_xpress.service.negotiation import check_type, form_of
from confluence_xpress.service.operations import Operation
from confluence_xpress.service.output import Output
from confluence_xpress.service.pool.pool import Times
from confluence_xpress.service.problems import Problem
from confluence_xpress.service.service import Service
from confluence_xpress.service.work import Call
from confluence_xpress.wire.forms import Progress

QUICK = 64_000
"""Bytes of text in a request up to which it is done among the quick ones: about 15 pages of PDF."""

_GONE = "client-gone"
"""What the record says where there was nobody left to answer."""

Told = Callable[[Progress], None]
Working = Callable[[Told | None], Awaitable[Output]]


class Exchange:
    """A route that has something rendered."""

    def __init__(self, service: Service, operation: Operation) -> None:
        self._service = service
        self._operation = operation

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request. Problem if it can't be met."""
        request = Request(scope, receive)
        record: Record = request.state.record
        record.caller = await self._service.admitted(request)
        try:
            await self._answer(request, record, send)
        except ClientDisconnect:
            record.code = _GONE
            raise

    async def _answer(self, request: Request, record: Record, send: Send) -> None:
        form = form_of(request.headers.get("accept"), self._operation)
        with self._service.budget.share() as share:
            intake = await take_in(request, self._service.limits, share)
            record.bytes_in = intake.size
            bulk = intake.text > QUICK or self._operation == "assemble"
            call = Call(self._operation, form, intake.kind, intake.files, int(time.time()))

            async def working(told: Told | None) -> Output:
                output = await self._output(call, request, record.caller, bulk=bulk, told=told)
                record.pages = output.pages
                METRICS.rendered("bulk" if bulk else "quick", output.seconds, output.pages)
                share.reserve(sum(len(file.data) for file in output.files))
                return output

            if form == "multipart":
                await _send_form(send, working, record, request.state.request_id)
            else:
                output = await working(None)
                if form == "file":
                    check_type(request.headers.get("accept"), output.files[0].media_type)
                await _send_file(send, output)

    async def _output(self, call: Call, request: Request, caller: str, *, bulk: bool, told: Told | None) -> Output:
        """What a worker gives, unless the caller goes away before."""
        times = Times()
        run = asyncio.ensure_future(self._service.pool.run(call, caller, bulk=bulk, told=told, times=times))
        gone = asyncio.ensure_future(_gone(request))
        try:
            await asyncio.wait((run, gone), return_when=asyncio.FIRST_COMPLETED)
            if not run.done():
                raise ClientDisconnect
            return run.result()
        finally:
            run.cancel()
            gone.cancel()
            await asyncio.gather(run, gone, return_exceptions=True)
            METRICS.queued(times.lane, times.waited)


async def _gone(request: Request) -> None:
    """Ends when the caller has closed the connection."""
    while (await request.receive())["type"] != "http.disconnect":
        pass


async def _send_file(send: Send, output: Output) -> None:
    (file,) = output.files
    headers = {
        "Content-Type": file.media_type,
        "Content-Length": str(len(file.data)),
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(file.name)}",
        "XPress-Pages": str(output.pages),
        "XPress-Lost": str(output.lost),
    }
    await _start(send, headers)
    await _blocks(send, blocks(file))
    await _end(send)


async def _send_form(send: Send, working: Working, record: Record, request_id: str) -> None:
    """Fields as they come. What fails before the first one is a problem like any other."""
    form = FormAnswer()
    events: asyncio.Queue[Progress | None] = asyncio.Queue()
    run = asyncio.ensure_future(working(events.put_nowait))
    run.add_done_callback(lambda _: events.put_nowait(None))
    started = False
    try:
        while progress := await events.get():
            if not started:
                await _start(send, {"Content-Type": form.media_type})
                started = True
            await _blocks(send, (form.progress(progress),))
        output = run.result()
        if not started:
            await _start(send, {"Content-Type": form.media_type})
        await _blocks(send, form.files(output))
    except Problem as problem:
        if not started:
            raise
        record.code = problem.code
        await _blocks(send, form.problem(problem, request_id))
    finally:
        run.cancel()
        await asyncio.gather(run, return_exceptions=True)
    await _end(send)


async def _start(send: Send, headers: Mapping[str, str]) -> None:
    raw = [(name.lower().encode(), value.encode("latin-1")) for name, value in headers.items()]
    raw.append((b"cache-control", b"no-store"))
    await send({"type": "http.response.start", "status": 200, "headers": raw})


async def _blocks(send: Send, data: Iterable[bytes | memoryview]) -> None:
    for block in data:
        await send({"type": "http.response.body", "body": block, "more_body": True})


async def _end(send: Send) -> None:
    await send({"type": "http.response.body", "body": b"", "more_body": False})
