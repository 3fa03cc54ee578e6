"""Runs tasks in worker processes with limits of memory and time, while sources stay in the host process.

A task is a generator: it yields questions, is sent the host's answers, and returns its result.

    host                                template                     worker
    Workers ── start ──────────────────► imports once, ── forks ────► begin(setup)
       │                                                                 │
       ├───────────────────── task ────────────────────────────────────► │ work(task)
       │ answer(question) ◄──────────── question ─────────────────────── │ yield question
       ├───────────────────── answer ──────────────────────────────────► │
       │ yields (task, result) ◄─────── result ───────────────────────── │ return result
"""

from confluence_xpress.workers.faults import StoppedError, UnpreparedError
from confluence_xpress.workers.limits import Limits
from confluence_xpress.workers.pool import Workers
from confluence_xpress.workers.starting import Starter, starter, warm_up

__all__ = ["Limits", "Starter", "StoppedError", "UnpreparedError", "Workers", "starter", "warm_up"]
