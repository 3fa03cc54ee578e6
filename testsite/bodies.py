"""A page's body in the format asked for."""

from __future__ import annotations

import re
from functools import lru_cache

from testsite.markup import to_adf, to_html
from testsite.model import Page, Version
from testsite.state import State

LIST_FORMATS = ("storage", "atlas_doc_format")
SINGLE_FORMATS = (*LIST_FORMATS, "view", "export_view", "anonymous_export_view", "styled_view", "editor")

_cached_adf = lru_cache(maxsize=4096)(to_adf)
_ACCOUNT = re.compile(r'ri:account-id="([^"]*)"')


def body_value(state: State, page: Page, version: Version, wanted: str) -> str:
    """The body in a format. A page that has no ADF gives its text as ADF; the views are simple HTML."""
    if wanted == "atlas_doc_format":
        return version.adf or _cached_adf(version.body)
    if wanted in {"storage", "editor"}:
        return storage(state, version.body)
    return as_html(state, version.body, page.id)


def storage(state: State, text: str) -> str:
    """Storage format as this kind of site has it: Data Center names people by their keys."""
    if state.kind == "cloud" or "ri:account-id" not in text:
        return text
    users = state.content.users

    def key(match: re.Match[str]) -> str:
        user = users.get(match[1])
        return f'ri:userkey="{user.key if user else match[1]}"'

    return _ACCOUNT.sub(key, text)


def as_html(state: State, text: str, page_id: str) -> str:
    """Storage format as simple HTML."""
    return to_html(text, state.base, page_id, _names(state))


def _names(state: State) -> dict[str, str]:
    users = state.content.users.values()
    return {name: user.name for user in users for name in (user.account_id, user.key)}
