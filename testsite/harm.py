"""Answers with a fault put on."""

from __future__ import annotations

import datetime as dt
import email.utils
import math

from testsite.answers import Answers
from testsite.exchange import Record, Refusal, Reply, json_reply, refusal_reply
from testsite.faults import Fault

_LOGIN = b"""<!DOCTYPE html>
<html><head><title>Log in - Confluence</title></head>
<body class="login"><form action="/dologin.action" method="post"><input name="os_username"></form></body></html>"""
_GATEWAY = """<html>
<head><title>{status} {words}</title></head>
<body><center><h1>{status} {words}</h1></center><hr><center>nginx</center></body>
</html>"""
_WORDS = {500: "Internal Server Error", 502: "Bad Gateway", 503: "Service Unavailable", 504: "Gateway Time-out"}
_HTML = [("content-type", "text/html;charset=UTF-8")]


def harmed(fault: Fault, record: Record, answers: Answers) -> Reply:
    """The answer to a call with this fault."""
    match fault.kind:
        case "status":
            return _status(fault, record)
        case "login-page":
            return Reply(200, _LOGIN, list(_HTML))
        case "gateway-page":
            words = _WORDS.get(fault.status, "Error")
            return Reply(fault.status, _GATEWAY.format(status=fault.status, words=words).encode(), list(_HTML))
        case "login-redirect":
            return Reply(302, b"", [("location", f"{answers.state.base}/login.action?os_destination=%2F")])
        case "elsewhere":
            return Reply(302, b"", [("location", f"{answers.state.elsewhere}/somewhere")])
        case "expired-cursor":
            return refusal_reply(Refusal(400, "The cursor has expired."), record.path)
        case "wrong-json":
            return json_reply(["not", "what", {"was": "asked for"}])
    reply = answers.answer(record)
    headers = [pair for pair in reply.headers if pair[0] != "content-type"]
    match fault.kind:
        case "truncated":
            return Reply(reply.status, reply.body[: len(reply.body) // 2], reply.headers)
        case "content-type":
            return Reply(reply.status, reply.body, [*headers, *_HTML])
        case "gzip-garbage":
            return Reply(reply.status, b"\x1f\x8b\x08\x00garbage" * 8, [*reply.headers, ("content-encoding", "gzip")])
        case _:
            return reply


def _status(fault: Fault, record: Record) -> Reply:
    headers = []
    if fault.retry_after is not None:
        wait = f"{fault.retry_after:g}"
        if fault.retry_date:
            time = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=math.ceil(fault.retry_after))
            wait = email.utils.format_datetime(time, usegmt=True)
        headers.append(("retry-after", wait))
    if fault.status == 429 and fault.reason:
        headers.append(("ratelimit-reason", fault.reason))
    return refusal_reply(Refusal(fault.status, headers=headers), record.path)
