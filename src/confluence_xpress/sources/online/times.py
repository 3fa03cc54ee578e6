"""Moments as the APIs write them."""

from __future__ import annotations

from datetime import UTC, datetime


def moment(text: str | None) -> str:
    """`2026-03-05T09:12:33.120+01:00` as `2026-03-05T08:12:33Z`, which sorts; empty if it is no moment."""
    try:
        found = datetime.fromisoformat(text or "")
        known = found if found.tzinfo else found.replace(tzinfo=UTC)
        return known.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    except (ValueError, OverflowError):
        return ""
