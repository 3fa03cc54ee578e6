"""Only what is listed is asked for, only read, and with the token's rights; nobody else gets to see the token."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from confluence_xpress.bundle import Media
from confluence_xpress.needs import AttachmentNeed
from confluence_xpress.sources.online.api import Extent
from confluence_xpress.sources.online.http import calls
from confluence_xpress.sources.online.http.connection import Connection
from confluence_xpress.sources.online.http.credentials import Credentials
from confluence_xpress.sources.online.http.deployment import Deployment
from confluence_xpress.sources.online.opening import open_site
from confluence_xpress.sources.online.scope import Wish
from confluence_xpress.sources.selection import Selection
from tests.online import KINDS, PNG, at, chosen, fetched, handbook, titles
from testsite import Content, Issue, Page, Site, Token
from testsite.site import READER

MACROS = """<p>See</p><ac:structured-macro ac:name="oddity" ac:macro-id="m1"/>
<ac:structured-macro ac:name="oddity"><ac:parameter ac:name="a">b</ac:parameter></ac:structured-macro>
<ac:structured-macro ac:name="jira"><ac:parameter ac:name="key">OPS-1</ac:parameter></ac:structured-macro>
<ac:structured-macro ac:name="children"><ac:parameter ac:name="all">true</ac:parameter></ac:structured-macro>
<ac:structured-macro ac:name="include"><ac:parameter ac:name=""><ac:link><ri:page ri:space-key="OPS"
ri:content-title="Duties"/></ac:link></ac:parameter></ac:structured-macro>
<p><ac:link><ri:page ri:content-title="Nowhere"/></ac:link></p>"""


def everything() -> Content:
    """A site on which an export has to ask for all there is to ask for."""
    content = handbook(issues=[Issue("OPS-1", "Mend it")])
    content.add(
        Page("300", "Drawer", "", "100", "DEV", kind="folder"),
        Page("301", "Embedded", "", "300", "DEV", kind="embed", embed_url="https://example.org/"),
        Page("302", "Macros", MACROS, "100", "DEV"),
    )
    content.macros["302", "m1"] = "<p>Rendered</p>"
    return content


@pytest.fixture(params=KINDS)
def site(request: pytest.FixtureRequest) -> Iterator[Site]:
    content = everything() if request.param == "cloud" else handbook()
    if request.param == "datacenter":
        content.add(Page("302", "Macros", MACROS, "100", "DEV"))
        content.macros["302", "m1"] = "<p>Rendered</p>"
    with Site(content, request.param) as running:
        yield running


def exercise(site: Site) -> None:
    """Everything that can be asked for."""
    fetched(site, "/spaces/DEV", selection=Selection(blogposts=True), extent=Extent(blogposts=True, archived=True))
    fetched(site, "100", below=True, extent=Extent(archived=True))
    fetched(site, "101", extent=Extent(drafts=True))
    fetched(site, "/spaces/DEV", moment="2026-02-01T00:00:00Z")
    fetched(site, "107", "302", "/display/DEV/Setup")
    fetched(site, cql="label = howto")


@pytest.mark.slow
def test_nothing_is_called_that_is_not_listed_and_nothing_is_written(site: Site) -> None:
    exercise(site)
    context = urlsplit(site.url).path
    own = [record for record in site.requests if record.role == "site"]
    strangers = {
        f"{record.method} {record.path}"
        for record in own
        if not any(
            call.method == record.method
            and call.deployment in (site.kind, "any")
            and call.covers(record.path.removeprefix(context) if call.base == "api" else record.path)
            for call in calls.CALLS
        )
    }
    assert strangers == set()
    assert site.writes == []
    assert {record.role for record in site.requests} <= {"site", "media"}


def test_what_every_call_is_for_is_written_down() -> None:
    text = (Path(__file__).resolve().parent.parent / "docs" / "permissions.md").read_text("utf-8")
    for call in calls.CALLS:
        path = call.path.replace("{+", "{")
        assert path in text, call.name
        assert call.why in text or call.base == "origin", call.name
        assert all(f"`{scope}`" in text for scope in (*call.granular, *call.classic)), call.name


@pytest.mark.slow
def test_the_token_goes_to_the_site_and_to_nobody_else(site: Site) -> None:
    exercise(site)
    elsewhere = [record for record in site.requests if record.role != "site"]
    assert all("authorization" not in record.headers and "cookie" not in record.headers for record in elsewhere)
    assert bool(elsewhere) == (site.kind == "cloud"), "Cloud has its files on another host"


@pytest.mark.slow
def test_what_the_owner_of_the_token_may_not_view_is_not_exported(site: Site) -> None:
    for bundle in (
        fetched(site, "/spaces/DEV"),
        fetched(site, "100", below=True),
        fetched(site, cql="space = DEV"),
    ):
        assert not {"Secret", "Below the secret"} & {title.strip() for title in titles(bundle)}
        assert "CLASSIFIED" not in str(bundle)


def test_pages_that_quote_what_is_secret_do_not_show_it(site: Site) -> None:
    include = '<ac:structured-macro ac:name="{}"><ac:parameter ac:name=""><ac:link><ri:page ri:content-title="Secret"/>'
    body = "".join(
        f"{include.format(name)}</ac:link></ac:parameter></ac:structured-macro>"
        for name in ("include", "excerpt-include")
    )
    site.content.add(Page("303", "Quotes", body, "100", "DEV"))
    assert "CLASSIFIED" not in str(fetched(site, "303").answers)


def gateway(site: Site, token: str, email: str = "") -> Connection:
    base = f"{site.gateway}/wiki"
    return Connection(Deployment("cloud", site.url, base, site.cloud_id), Credentials(token, email))


@pytest.mark.parametrize("kind", ["scoped", "oauth"])
def test_the_gateway_serves_tokens_with_scopes(kind: str) -> None:
    with Site(everything()) as site:
        token, email = (site.scoped_token, site.email) if kind == "scoped" else (site.oauth_token, "")
        source, _ = open_site(gateway(site, token, email), Wish(targets=at(site, "/spaces/DEV")))
        need = AttachmentNeed("101", "plan.png")
        try:
            assert [page.title for page in source.pages().pages][:2] == ["Home", "Guide"]
            assert source.fulfil([need])[need] == Media(PNG, "image/png")
        finally:
            source.close()
        assert {record.role for record in site.requests} == {"gateway", "media"}


def test_the_listed_scopes_are_enough() -> None:
    """All that is listed, and nothing else: no call is refused for want of a scope."""
    with Site(everything()) as site:
        scopes = frozenset(scope for call in calls.CALLS for scope in call.granular)
        site.add_token(Token("just-these", READER.account_id, "scoped", scopes))
        source, _ = open_site(gateway(site, "just-these", READER.email), Wish(targets=at(site, "/spaces/DEV")))
        source.close()
        assert source.diagnostics == ()
        assert {record.status for record in site.requests} == {200}


@pytest.mark.parametrize("missing", ["read:hierarchical-content:confluence", "read:content-details:confluence"])
def test_a_scope_that_is_missing_costs_what_it_is_for_and_is_named(missing: str) -> None:
    with Site(everything()) as site:
        scopes = frozenset(scope for call in calls.CALLS for scope in call.granular) - {missing}
        site.add_token(Token("fewer", READER.account_id, "scoped", scopes))
        source, _ = open_site(gateway(site, "fewer", READER.email), Wish(targets=at(site, "/spaces/DEV")))
        source.close()
        assert "Guide" in [page.title for page in source.pages().pages]
        assert {found.code for found in source.diagnostics} == {"site-call-failed"}
        assert missing in " ".join(found.hint + found.message for found in source.diagnostics)


def test_whoever_does_not_sign_in_sees_what_everybody_sees() -> None:
    with Site(handbook(), anonymous=True) as site:
        connection = Connection(Deployment("cloud", site.url, site.url), None)
        source, _ = open_site(connection, Wish(targets=at(site, "/spaces/DEV")))
        source.close()
        assert "Secret" not in [page.title for page in source.pages().pages]


def test_the_scopes_of_the_list_are_those_of_the_specification() -> None:
    platform = Path(__file__).resolve().parents[2] / "shared" / "platform"
    if not platform.is_dir():
        pytest.skip("Atlassian's OpenAPI files are not here")
    known = (platform / "confluence-v2.openapi.json").read_text("utf-8")
    known += (platform / "confluence-v1.openapi.json").read_text("utf-8")
    scopes = {scope for call in calls.CALLS if call.base == "api" for scope in (*call.granular, *call.classic)}
    assert {scope for scope in scopes if json.dumps(scope) not in known} == set()
    assert not [scope for scope in scopes if re.match(r"(write|delete|manage)", scope)]


def test_a_list_of_pages_tells_nothing_of_secret_ones(site: Site) -> None:
    assert titles(chosen(site, "101", "105")) == ["Guide"]
