"""A Confluence for the Forge platform: serves a folder, a zip or nothing, and takes commands as lines of JSON.

It ends when its standard input does, so it never outlasts whoever started it.
"""

from __future__ import annotations

import argparse
import base64
import json
import signal
import sys
from collections.abc import Callable, Mapping
from dataclasses import fields
from pathlib import Path
from types import MappingProxyType
from typing import Any

from testsite import Content, Fault, File, Page, Site, Space, Token, User
from testsite.bodies import body_value
from testsite.site import READER

Json = dict[str, Any]


class Driver:
    """A site, and what may be asked of it."""

    def __init__(self, content: Content, latency: float) -> None:
        self.latency = latency
        self.site = Site(content, "cloud", latency=lambda _: self.latency)

    def hello(self) -> Json:
        """Where it is, and how to sign in."""
        return {
            "url": self.site.url,
            "gateway": self.site.gateway,
            "media": self.site.state.media.url,
            "cloudId": self.site.cloud_id,
            "reader": {
                "account": READER.account_id,
                "name": READER.name,
                "email": self.site.email,
                "token": self.site.token,
            },
        }

    def do(self, name: str, given: Json) -> Any:
        """A command's answer."""
        found = getattr(self, f"do_{name}", None)
        if found is None:
            raise ValueError(f"There is no command {name}.")
        return found(**given)

    def do_token(self, secret: str, account: str, scopes: list[str] | None, name: str = "") -> None:
        """A bearer; its account is added if need be."""
        if account not in self.site.content.users:
            self.do_user(account, name or account)
        known = frozenset(scopes) if scopes is not None else None
        self.site.add_token(Token(secret, account, "oauth", known))

    def do_user(self, account: str, name: str, *, admin: bool = False) -> None:
        """A person. `admin`: administers the site."""
        self.site.content.add_user(User(account, name, admin=admin))

    def do_space(
        self,
        key: str,
        name: str = "",
        homepage: str = "",
        readers: list[str] | None = None,
        admins: list[str] | None = None,
        **_: object,
    ) -> None:
        """A space."""
        made = Space(key, name, homepage=homepage, readers=_people(readers), admins=frozenset(admins or ()))
        self.site.content.add_space(made)

    def do_fault(self, **given: Any) -> None:
        """Something goes wrong."""
        self.site.faults.add(Fault(**given))

    def do_clear(self) -> None:
        """Nothing goes wrong any more."""
        self.site.faults.clear()

    def do_add(self, pages: list[Json]) -> None:
        """Pages."""
        self.site.content.add(*(_page(given) for given in pages))

    def do_edit(self, page: str, title: str = "", body: str = "") -> None:
        """A new version."""
        self.site.content.edit(page, title=title, body=body)

    def do_change(self, page: str, **given: Any) -> None:
        """No new version."""
        if "readers" in given:
            given["readers"] = _people(given["readers"])
        if "labels" in given:
            given["labels"] = tuple(given["labels"])
        self.site.content.change(page, **given)

    def do_remove(self, page: str) -> None:
        """It vanishes."""
        self.site.content.remove(page)

    def do_spaces(self) -> list[Json]:
        """All spaces."""
        spaces = self.site.content.spaces.values()
        return [{"key": s.key, "name": s.name, "id": s.id, "homepage": s.homepage} for s in spaces]

    def do_pages(self, space: str = "") -> list[Json]:
        """All pages of a space."""
        return [
            {"id": page.id, "title": page.title, "space": page.space, "parent": page.parent or "", "kind": page.kind}
            for page in self.site.content.pages()
            if not space or page.space == space
        ]

    def do_view(self, page: str) -> Json:
        """A page as people see it."""
        found = self.site.content.page(page)
        author = self.site.content.users.get(found.author)
        html = body_value(self.site.state, found, found.current(), "view") if found.kind in {"page", "blogpost"} else ""
        return {
            "id": found.id,
            "title": found.title,
            "space": found.space,
            "author": author.name if author else "",
            "updated": found.updated,
            "html": html,
        }

    def do_latency(self, seconds: float) -> None:
        """Each call takes so much longer."""
        self.latency = seconds

    def do_calls(self) -> list[Json]:
        """What was asked."""
        names = ("role", "method", "path", "query", "status", "account", "results", "seconds", "fault")
        return [{name: getattr(record, name) for name in names} for record in self.site.requests]

    def do_forget(self) -> None:
        """Forget what was asked."""
        self.site.forget()


def _people(accounts: list[str] | None) -> frozenset[str] | None:
    return None if accounts is None else frozenset(accounts)


def _page(given: Json) -> Page:
    known = {field.name for field in fields(Page)}
    if unknown := given.keys() - known:
        raise ValueError(f"A page has no {', '.join(sorted(unknown))}.")
    made = dict(given)
    made["labels"] = tuple(made.get("labels", ()))
    made["readers"] = _people(made.get("readers"))
    made["files"] = tuple(
        File(file["title"], base64.b64decode(file["data"]), media_type=file.get("media_type", ""))
        for file in made.get("files", ())
    )
    return Page(**made)


def say(value: Json) -> None:
    """A line for whoever started this."""
    sys.stdout.write(f"{json.dumps(value)}\n")
    sys.stdout.flush()


def main(made: Mapping[str, Callable[[], Content]] = MappingProxyType({})) -> int:
    """Serve until standard input ends. `made`: contents that are chosen by a name instead of a path."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("content", nargs="?", help="what to serve; nothing without it")
    parser.add_argument("--latency", type=float, default=0.0, help="seconds that each call takes longer")
    given = parser.parse_args()
    make = made.get(given.content, lambda: Content.from_path(Path(given.content)) if given.content else Content())
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for whoever started this; it closes the input
    driver = Driver(make(), given.latency)
    with driver.site:
        driver.site.warm()
        say(driver.hello())
        for line in sys.stdin:
            asked = json.loads(line)
            number, name = asked.pop("number"), asked.pop("do")
            try:
                answer = {"number": number, "value": driver.do(name, asked)}
            except (KeyError, TypeError, ValueError) as error:
                answer = {"number": number, "error": f"{type(error).__name__}: {error}"}
            say(answer)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
