"""Addresses for people: pages, tiny links, downloads."""

from __future__ import annotations

from html import escape
from urllib.parse import unquote_plus

from testsite.exchange import Refusal, Reply, Request
from testsite.links import from_tiny, webui
from testsite.media import file_reply, find_version
from testsite.model import File, FileVersion, Page
from testsite.routes import Route
from testsite.state import State


def cloud_pages() -> list[Route]:
    """Cloud's."""
    return [
        Route("GET", "/x/{tiny}", tiny_link, web=True),
        Route("GET", "/pages/viewpage.action", view_page, web=True),
        Route("GET", "/display/{key}/{rest}", display, web=True),
        Route("GET", "/display/{key}", space_page, web=True),
        Route("GET", "/spaces/{key}", space_page, web=True),
        Route("GET", "/spaces/{key}/overview", space_page, web=True),
        Route("GET", "/spaces/{key}/pages/{id}", page_by_id, web=True),
        Route("GET", "/spaces/{key}/pages/{id}/{title}", page_by_id, web=True),
        Route("GET", "/spaces/{key}/blog/{year}/{month}/{day}/{id}/{title}", page_by_id, web=True),
        Route("GET", "/spaces/{key}/{kind}/{id}", page_by_id, web=True),
        Route("GET", "/download/attachments/{page_id}/{rest}", cloud_download, web=True),
    ]


def datacenter_pages() -> list[Route]:
    """Data Center's."""
    return [
        Route("GET", "/x/{tiny}", tiny_link, web=True),
        Route("GET", "/pages/tinyurl.action", tiny_action, web=True),
        Route("GET", "/pages/viewpage.action", view_page, web=True),
        Route("GET", "/display/{key}", space_page, web=True),
        Route("GET", "/display/{key}/{rest}", display, web=True),
        Route("GET", "/spaces/{key}/pages/{id}/{title}", page_by_id, web=True),
        Route("GET", "/login.action", login_page, open=True, web=True),
        Route("GET", "/download/attachments/{page_id}/{rest}", direct_download, web=True),
    ]


def tiny_link(state: State, request: Request, tiny: str) -> Reply:
    """`/x/…` leads to the page."""
    page = state.page(request, from_tiny(tiny))
    return _moved(state, page)


def tiny_action(state: State, request: Request) -> Reply:
    """What a tiny link is an abbreviation of."""
    return tiny_link(state, request, request.value("urlIdentifier"))


def view_page(state: State, request: Request) -> Reply:
    """`/pages/viewpage.action?pageId=…`, or with `spaceKey` and `title`."""
    if request.value("pageId"):
        page = state.page(request, request.value("pageId"))
    else:
        page = _titled(state, request, request.value("spaceKey"), request.value("title"))
    if state.kind == "cloud" or not webui(page, state.kind).startswith("/pages/"):
        return _moved(state, page)
    return _html(state, page)


def display(state: State, request: Request, key: str, rest: str) -> Reply:
    """`/display/KEY/Title`, and `/display/KEY/yyyy/mm/dd/Title` for blog posts."""
    page = _titled(state, request, key, unquote_plus(rest.rpartition("/")[2]))
    return _moved(state, page) if state.kind == "cloud" else _html(state, page)


def page_by_id(state: State, request: Request, item_id: str, **_: str) -> Reply:
    """Addresses with an id."""
    return _html(state, state.page(request, item_id))


def space_page(state: State, request: Request, key: str) -> Reply:
    """A space's overview: its home page."""
    space = state.space(request, key)
    home = state.content.find(space.homepage)
    if home and state.sees(request, home):
        return _html(state, home)
    return _shell(state, space.name, "")


def login_page(state: State, _: Request) -> Reply:
    """The page to sign in."""
    return _shell(state, "Log in", '<form id="login-container" action="dologin.action" method="post"></form>')


def cloud_download(state: State, request: Request, page_id: str, rest: str) -> Reply:
    """Cloud's web route to a file leads to the media host, too."""
    file, version = _file(state, request, page_id, rest)
    return Reply(302, b"", [("location", state.media.address(file, version))])


def direct_download(state: State, request: Request, page_id: str, rest: str) -> Reply:
    """Data Center sends the bytes."""
    return file_reply(*_file(state, request, page_id, rest))


def _file(state: State, request: Request, page_id: str, title: str) -> tuple[File, FileVersion]:
    page = state.page(request, page_id)
    file = next((file for file in page.files if file.title == title), None)
    if file is None:
        raise Refusal(404)
    return find_version(state.content, file.id, request.number("version", 0))


def _titled(state: State, request: Request, key: str, title: str) -> Page:
    found = state.content.index().titles.get((key, title), ())
    page = next((page for page in found if page.status == "current" and state.sees(request, page)), None)
    if page is None:
        raise Refusal(404)
    return page


def _moved(state: State, page: Page) -> Reply:
    return Reply(302, b"", [("location", state.base + webui(page, state.kind))])


def _html(state: State, page: Page) -> Reply:
    names = {"ajs-page-id": page.id, "ajs-space-key": page.space, "ajs-page-title": page.title}
    metas = "".join(f'<meta name="{name}" content="{escape(value)}">' for name, value in names.items())
    return _shell(state, page.title, "", metas)


def _shell(state: State, title: str, body: str, head: str = "") -> Reply:
    product = f'<meta name="ajs-version-number" content="{state.version}">' if state.kind == "datacenter" else ""
    text = f"<!DOCTYPE html><html><head><title>{escape(title)} - Confluence</title>{product}{head}</head>"
    return Reply(200, f"{text}<body>{body}</body></html>".encode(), [("content-type", "text/html;charset=UTF-8")])
