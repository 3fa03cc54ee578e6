"""People are shown by their names."""

from __future__ import annotations

from dataclasses import replace

from confluence_xpress.bundle import Unavailable
from confluence_xpress.diagnostics import Diagnostic
from confluence_xpress.lookup import Site
from confluence_xpress.model import Mention, UserRef

UNKNOWN = "unknown user"
# Mentions of groups, which are no accounts.
_GROUPS = frozenset({"all", "here"})


def name_person(node: Mention, site: Site) -> tuple[Mention, tuple[Diagnostic, ...]]:
    """The mention with a name, never an account id: the site's name, else the source's, else a user name."""
    user = node.user
    if user.account_id in _GROUPS:
        return replace(node, text=node.text or user.account_id), ()
    if user == UserRef():
        return (node, ()) if node.text else (replace(node, text=UNKNOWN), (_unknown("no account"),))
    if node.text and not user.account_id:
        return node, ()
    answer = site.user(user)
    if not isinstance(answer, Unavailable) and answer.name.strip():
        name = answer.name.strip()
        return (node if name == node.text else replace(node, text=name)), ()
    if node.text:
        return node, ()
    reason = answer.reason if isinstance(answer, Unavailable) else "the name is empty"
    return replace(node, text=user.username or UNKNOWN), (_unknown(reason),)


def _unknown(reason: str) -> Diagnostic:
    return Diagnostic("user-unknown", f"the name of a mentioned person is not known: {reason}", place="mention")
