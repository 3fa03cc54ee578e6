"""`xpress render-service` and `xpress service-key`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

_ENV = "XPRESS_SERVICE_"


def render_service(
    host: Annotated[str, typer.Option(metavar="H", envvar=f"{_ENV}HOST", help="Where to listen.")] = "127.0.0.1",
    port: Annotated[
        int,
        typer.Option(metavar="P", min=0, max=65535, envvar=[f"{_ENV}PORT", "SERVER_PORT", "PORT"], help="0 for any."),
    ] = 8040,
    tls_cert: Annotated[
        Path | None, typer.Option(metavar="FILE", envvar=f"{_ENV}TLS_CERT", help="The certificate (PEM), for HTTPS.")
    ] = None,
    tls_key: Annotated[
        Path | None, typer.Option(metavar="FILE", envvar=f"{_ENV}TLS_KEY", help="Its key (PEM), without passphrase.")
    ] = None,
    keys: Annotated[
        Path | None,
        typer.Option(metavar="FILE", envvar=f"{_ENV}KEYS", help="Keys that may call; see: xpress service-key"),
    ] = None,
    forge_app: Annotated[
        list[str] | None,
        typer.Option(metavar="ARI", envvar=f"{_ENV}FORGE_APP", help="A Forge app that may call; repeatable."),
    ] = None,
    forge_keys: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            envvar=f"{_ENV}FORGE_KEYS",
            help="The key set (JWKS) for tokens of Forge; without it, it is fetched from Atlassian.",
        ),
    ] = None,
    client_ca: Annotated[
        Path | None,
        typer.Option(metavar="FILE", envvar=f"{_ENV}CLIENT_CA", help="The CA of client certificates that may call."),
    ] = None,
    client_name: Annotated[
        list[str] | None,
        typer.Option(metavar="CN", envvar=f"{_ENV}CLIENT_NAME", help="Only these of them; repeatable."),
    ] = None,
    allow_anyone: Annotated[
        bool,
        typer.Option(
            "--allow-anyone",
            envvar=f"{_ENV}ALLOW_ANYONE",
            help="Whoever reaches the port may call; without it and without any of the above, only this machine may.",
        ),
    ] = False,
    allow_origin: Annotated[
        list[str] | None,
        typer.Option(
            metavar="URL",
            envvar=f"{_ENV}ALLOW_ORIGIN",
            help="Web pages that may call; repeatable. Those of a Forge app need not be named.",
        ),
    ] = None,
    workers: Annotated[
        int, typer.Option(metavar="N", min=0, envvar=f"{_ENV}WORKERS", help="In each of two lanes; 0: as fit.")
    ] = 0,
    memory: Annotated[
        int, typer.Option(metavar="MB", min=0, envvar=f"{_ENV}MEMORY", help="Of each worker; 0: as fits.")
    ] = 0,
    queue: Annotated[
        int, typer.Option(metavar="N", min=1, envvar=f"{_ENV}QUEUE", help="Requests that may wait in each lane.")
    ] = 64,
    caller_requests: Annotated[
        int, typer.Option(metavar="N", min=0, envvar=f"{_ENV}CALLER_REQUESTS", help="Of one caller at once; 0: any.")
    ] = 0,
    caller_rate: Annotated[
        float, typer.Option(metavar="N", min=0, envvar=f"{_ENV}CALLER_RATE", help="Of one caller a second; 0: any.")
    ] = 0,
    max_size: Annotated[
        int, typer.Option(metavar="MB", min=1, envvar=f"{_ENV}MAX_SIZE", help="The largest request.")
    ] = 256,
    max_held: Annotated[
        int,
        typer.Option(
            metavar="MB", min=0, envvar=f"{_ENV}MAX_HELD", help="All requests and answers together; 0: as fits."
        ),
    ] = 0,
    max_pages: Annotated[
        int, typer.Option(metavar="N", min=1, envvar=f"{_ENV}MAX_PAGES", help="Confluence pages in one request.")
    ] = 2000,
    templates: Annotated[
        Path | None,
        typer.Option(metavar="DIR", envvar=f"{_ENV}TEMPLATES", help="A folder with more templates, one folder each."),
    ] = None,
    grace: Annotated[
        float, typer.Option(metavar="SECONDS", min=0, envvar=f"{_ENV}GRACE", help="To finish, when it is to stop.")
    ] = 30,
    keep_alive: Annotated[
        int,
        typer.Option(
            metavar="SECONDS",
            min=1,
            envvar=f"{_ENV}KEEP_ALIVE",
            help="How long a connection stays open without a request; behind a load balancer, longer than that does.",
        ),
    ] = 5,
) -> None:
    """Serve rendering over HTTP: in memory, keeping nothing.

    SIGTERM lets running requests finish; SIGHUP reads keys and certificates anew. Each option may also be given in the
    environment, as XPRESS_SERVICE_PORT for --port.
    """
    from confluence_xpress.service.run import run
    from confluence_xpress.service.settings import Settings

    run(
        Settings(
            host=host,
            port=port,
            workers=workers,
            memory=memory * 1_000_000,
            queue=queue,
            caller_requests=caller_requests,
            caller_rate=caller_rate,
            request_size=max_size * 1_000_000,
            held=max_held * 1_000_000,
            pages=max_pages,
            templates=templates,
            tls_certificate=tls_cert,
            tls_key=tls_key,
            client_ca=client_ca,
            client_names=_several(client_name),
            forge_apps=_several(forge_app),
            forge_keys=forge_keys,
            keys=keys,
            anyone=allow_anyone,
            origins=_several(allow_origin),
            grace=grace,
            keep_alive=keep_alive,
        )
    )


def service_key(name: Annotated[str, typer.Argument(metavar="NAME", help="Whom it is for.")]) -> None:
    """Make a key for a caller of the rendering service.

    Its line for --keys goes to standard output, the key itself to standard error.
    """
    import sys

    from confluence_xpress.service.gate.static_keys import make_key

    key, line = make_key(name)
    print(f"The key, which is shown this once: {key}", file=sys.stderr)
    print(line)


def _several(given: list[str] | None) -> tuple[str, ...]:
    """Also from the environment, with commas."""
    return tuple(part.strip() for text in given or () for part in text.split(",") if part.strip())
