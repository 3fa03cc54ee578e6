"""What the service tells about itself."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import UNSET

from confluence_xpress import __version__
from confluence_xpress.render.plan import MOST_BYTES, MOST_PAGES
from confluence_xpress.service.http.intake import IntakeLimits
from confluence_xpress.service.operations import MOST_SHOWN, Setup
from confluence_xpress.templates import Option, Template
from confluence_xpress.typeset.standards import DEFAULT, KNOWN
from confluence_xpress.wire.about import Cut, Limits, OptionFacts, Standards, TemplateFacts, Templates, Version


def version(setup: Setup, limits: IntakeLimits) -> Version:
    """Version, limits, how to cut parts, and PDF standards."""
    return Version(
        __version__,
        "v1",
        Limits(limits.total, limits.text, limits.file, limits.files, setup.pages, setup.named, MOST_SHOWN),
        Cut(MOST_PAGES, MOST_BYTES),
        Standards(tuple(KNOWN), tuple(DEFAULT)),
    )


def described(templates: Mapping[str, Template]) -> Templates:
    """The templates and their options."""
    return Templates(
        tuple(
            TemplateFacts(name, template.description, template.digest, tuple(map(_option, template.options)))
            for name, template in sorted(templates.items())
        )
    )


def _option(option: Option) -> OptionFacts:
    number = option.kind == "integer"
    return OptionFacts(
        option.name,
        option.kind,
        option.default,
        option.help,
        option.choices if option.kind == "choice" else UNSET,
        option.minimum if number else UNSET,
        option.maximum if number else UNSET,
    )
