"""What requests are met with: who may call, workers, limits, memory."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request

from confluence_xpress.service.gate.callers import Gate
from confluence_xpress.service.http.intake import Budget, IntakeLimits
from confluence_xpress.service.operations import Setup
from confluence_xpress.service.output import Output
from confluence_xpress.service.pool.pool import Pool
from confluence_xpress.service.problems import Problem
from confluence_xpress.service.work import Call, Rest
from confluence_xpress.wire.forms import Progress

_LOCAL_HOSTS = ("127.0.0.1", "localhost", "::1", "[::1]")


@dataclass(frozen=True, slots=True)
class Service:
    """The parts of one service. `local`: it may only be called by the names of this machine, so not by web pages."""

    setup: Setup
    gate: Gate
    pool: Pool[Setup, Call | Rest, Progress, Output]
    budget: Budget
    limits: IntakeLimits
    local: bool = False

    async def admitted(self, request: Request) -> str:
        """The id of the caller. Problem if nobody calls who may."""
        if self.local and request.url.hostname not in _LOCAL_HOSTS:
            raise Problem("host-unknown")
        several = request.headers.getlist("authorization")
        certificate = request.scope["state"].get("certificate")
        caller = await self.gate.admit(", ".join(several) if several else None, certificate)
        return caller.id
