"""What a service tells about itself, and whether it can do the same as we."""

from __future__ import annotations

import msgspec

from confluence_xpress import __version__
from confluence_xpress.errors import InputError
from confluence_xpress.remote.client import Client
from confluence_xpress.remote.refusals import unexpected
from confluence_xpress.render.part import Job


class Limits(msgspec.Struct, frozen=True):
    """What the service takes at most. Sizes in bytes."""

    request_bytes: int
    file_bytes: int
    pages: int
    """Pages that are rendered by one request."""
    named_pages: int
    """Pages of a document."""


class _Version(msgspec.Struct):
    version: str
    limits: Limits


class _Template(msgspec.Struct):
    name: str
    digest: str


class _Templates(msgspec.Struct):
    templates: list[_Template]


class _OfAny(msgspec.Struct):
    """What services of all versions tell."""

    version: str


def check(client: Client, job: Job) -> Limits:
    """The limits of the service. InputError if it can't give what a local export would give."""
    data = client.get("/version")
    try:
        version = msgspec.json.decode(data, type=_OfAny).version
        if version != __version__:
            raise InputError(
                f"the rendering service {client.host} is XPress {version[:40]}, and this is XPress {__version__}",
                "The documents would differ. Install the same version on both sides, or export without --service.",
            )
        limits = msgspec.json.decode(data, type=_Version).limits
        templates = msgspec.json.decode(client.get("/v1/templates"), type=_Templates).templates
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise unexpected("something else than facts about a rendering service", client.host) from error
    _check_template(job, {template.name: template.digest for template in templates}, client.host)
    count = len(job.outline.pages)
    if count > limits.named_pages:
        raise InputError(
            f"{count:,} pages are more than the rendering service {client.host} takes for a document",
            f"Select up to {limits.named_pages:,} pages, or export without --service.",
        )
    return limits


def too_large(size: int, limits: Limits, host: str) -> InputError:
    """The exception for a document whose parts take so many bytes."""
    return InputError(
        f"the document is too large for the rendering service {host}: its parts take {size / 1_000_000:.0f} MB "
        f"or more, and {limits.request_bytes / 1_000_000:.0f} MB are possible",
        "Select fewer pages, choose --images screen, leave out --attachments, or export without --service.",
    )


def _check_template(job: Job, known: dict[str, str], host: str) -> None:
    """The service uses templates that it has; none is sent to it."""
    template = job.options.template
    if template.name not in known:
        raise InputError(
            f"the rendering service {host} has no template “{template.name}”",
            "Templates are not sent. Have it installed there (xpress render-service --templates), or export without "
            "--service.",
        )
    if known[template.name] != template.digest:
        raise InputError(
            f"the template “{template.name}” of the rendering service {host} has other files than ours",
            "Have the same one installed on both sides, or export without --service.",
        )
