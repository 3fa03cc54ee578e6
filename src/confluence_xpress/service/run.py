"""Puts a service together as its operator wants it, and runs it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

from confluence_xpress import __version__
from confluence_xpress.errors import InputError
from confluence_xpress.service import observe
from confluence_xpress.service.app import make_app
from confluence_xpress.service.gate.callers import make_gate
from confluence_xpress.service.http.budget import Budget
from confluence_xpress.service.http.intake import IntakeLimits
from confluence_xpress.service.http.server import ServerSettings, harden, serve
from confluence_xpress.service.http.tls import TlsFiles
from confluence_xpress.service.metrics import METRICS
from confluence_xpress.service.operations import Setup
from confluence_xpress.service.pool.fairness import Share
from confluence_xpress.service.pool.machine import Staff, cores, memory, staff
from confluence_xpress.service.pool.pool import Pool, PoolLimits, pool_limits
from confluence_xpress.service.service import Service
from confluence_xpress.service.settings import Settings
from confluence_xpress.service.unpacking import ZipLimits
from confluence_xpress.service.work import WARM_UP, Rest, begin
from confluence_xpress.templates import Template, built_in_templates, load_template

PRELOAD = ("confluence_xpress.service.work",)
_MOST_HELD = 1_000_000_000
"""Bytes of requests and answers that are held at most, unless more are asked for; and a fifth of all memory."""


def run(settings: Settings) -> None:
    """Serves until it is told to stop. InputError if it can't be as it is wanted."""
    harden()
    settings.check()
    observe.start_logging()
    held = settings.held or min(_MOST_HELD, memory() // 5)
    intake = _intake(min(settings.request_size, held))
    setup = Setup(
        _templates(settings.templates),
        ZipLimits(intake.total, intake.file, intake.files, intake.text),
        pages=settings.pages,
    )
    gate = make_gate(
        settings.forge_apps,
        settings.forge_keys,
        settings.keys,
        client_certificates=settings.client_ca is not None,
        certificate_names=settings.client_names,
    )
    service = Service(
        setup,
        gate,
        Pool(
            begin,
            setup,
            _limits(settings, held),
            preload=PRELOAD,
            warm=WARM_UP,
            rest=Rest(),
            replaced=METRICS.restarted,
        ),
        Budget(held),
        intake,
        local=gate.open and not settings.anyone,
    )
    METRICS.build(__version__, version("typst"))
    serve(
        make_app(service, settings.web_origins),
        ServerSettings(
            settings.host,
            settings.port,
            _tls(settings),
            keep_alive_seconds=settings.keep_alive,
            graceful_seconds=settings.grace,
        ),
        on_reload=gate.reload,
        on_drain=lambda: service.pool.drain(settings.grace),
    )


def _intake(size: int) -> IntakeLimits:
    usual = IntakeLimits()
    return replace(usual, total=size, file=min(usual.file, size), text=min(usual.text, size))


def _tls(settings: Settings) -> TlsFiles | None:
    if settings.tls_certificate is None or settings.tls_key is None:
        return None
    return TlsFiles(settings.tls_certificate, settings.tls_key, settings.client_ca)


def _limits(settings: Settings, held: int) -> PoolLimits:
    fit = staff(settings.workers or cores(), memory() - held)
    share = Share(settings.caller_requests or None, settings.caller_rate or None)
    limits = pool_limits(Staff(settings.workers or fit.workers, settings.memory or fit.memory), share)
    return PoolLimits(replace(limits.quick, waiting=settings.queue), replace(limits.bulk, waiting=settings.queue))


def _templates(folder: Path | None) -> Mapping[str, Template]:
    """The built-in templates, and those in a folder. InputError if one can't be used."""
    found = {name: load_template(name) for name in built_in_templates()}
    if folder is None:
        return found
    if not folder.is_dir():
        raise InputError(f"--templates {folder}: there is no such folder", "Name a folder that has template folders.")
    for entry in sorted(folder.iterdir()):
        if entry.is_dir() and not entry.name.startswith("."):  # Kubernetes puts “..data” beside what it mounts
            found[entry.name] = load_template(str(entry))
    return found
