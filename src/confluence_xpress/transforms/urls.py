"""Addresses: made safe and absolute, and read as places in Confluence. Nothing here ever raises."""

from __future__ import annotations

import re
from base64 import b64decode
from dataclasses import dataclass
from urllib.parse import parse_qs, quote, unquote, unquote_plus, urljoin, urlsplit

from confluence_xpress.model import PageRef, SpaceRef

SAFE_SCHEMES = frozenset("http https ftp ftps sftp mailto tel sms sip sips xmpp irc ircs news nntp geo webcal".split())
"""Schemes that start no program and read no local file. What is not listed is not linked."""

# Characters that browsers drop or that nobody sees: controls, zero-width and bidirectional marks.
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]")
_PLAIN_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*")
_HOST = re.compile(r"[^\s/?#\\]+")
_ENCODED = "%/:=&?~#+!$,;'@()*[]-._"

_PAGE = re.compile(
    r"/spaces/([^/]+)/(?:pages|blog|folder|whiteboard|database|embed)(?:/\d{4}/\d{1,2}/\d{1,2})?(?:/edit(?:-v2)?|/resumedraft)?/(\d+)(?:/|$)"
)
_SPACE = re.compile(r"/(?:spaces|display)/([^/]+)(?:/overview)?/?")
_DISPLAY = re.compile(r"/display/([^/]+)(?:/(\d{4})/(\d{1,2})/(\d{1,2}))?/([^/]+)/?")
_TINY = re.compile(r"/x/([\w-]{1,11})/?", re.ASCII)
_OWN_PATH = re.compile(r"/(?:spaces|display|pages|x|download|plugins|label|labels|users|people)/")
_BEFORE_PATH = re.compile(r"(.*?)/(?:spaces|display|pages|x)/")


@dataclass(frozen=True, slots=True)
class Spot:
    """A place in Confluence that an address names."""

    target: PageRef | SpaceRef
    anchor: str = ""


def tidy(href: str) -> str:
    """The address without what is invisible in it and around it."""
    return _UNSEEN.sub("", href).strip()


def scheme(href: str) -> str:
    """The scheme as the most tolerant reader would see it; empty for a relative address."""
    if match := _PLAIN_SCHEME.match(href):
        return match[1].lower()
    before, colon, _ = href.partition(":")
    if not colon or any(c in before for c in "/?#"):
        return ""
    # White space inside is no scheme to a browser, but someone may have meant it to be one.
    squeezed = "".join(before.split()).lower()
    return squeezed if _SCHEME.fullmatch(squeezed) else ""


def is_safe(href: str) -> bool:
    """Whether an address, tidied, is relative or of a safe scheme."""
    return (found := scheme(href)) == "" or found in SAFE_SCHEMES


def absolute(href: str, base_url: str, page_url: str = "") -> str | None:
    """The tidied, safe address as an ASCII URI; None if it is malformed or relative to what is not known.

    `base_url` is the site's, such as `https://example.atlassian.net/wiki`, `page_url` the page's it stands on.
    """
    kind = scheme(href)
    if not kind:
        joined = _join(href, base_url, page_url)
        return absolute(joined, "") if joined and scheme(joined) in ("http", "https") else None
    if kind not in SAFE_SCHEMES:
        return None
    rest = href.partition(":")[2].strip()
    if kind in ("http", "https", "ftp", "ftps", "sftp"):
        rest = rest.replace("\\", "/")
        host = _HOST.match(rest[2:]) if rest.startswith("//") else None
        if host is None:
            return None
        rest = "//" + _ascii_host(host[0]) + rest[2 + host.end() :]
        try:
            urlsplit(f"{kind}:{rest}").port  # noqa: B018 - raises if host or port are malformed
        except ValueError:
            return None
    elif not rest:
        return None
    return f"{kind}:{quote(rest, safe=_ENCODED, errors='replace')}"


def base_of(url: str) -> str:
    """The site's base URL from the URL of one of its pages; empty if it can't be told."""
    match = _BEFORE_PATH.match(url)
    return match[1] if match and scheme(match[1]) in ("http", "https") and "://" in match[1] else ""


def origin(url: str) -> tuple[str, str]:
    """Host (with port) and path of an absolute URL; empty strings if it is none."""
    try:
        parts = urlsplit(url)
        port = f":{parts.port}" if parts.port not in (None, 80, 443) else ""
        return (parts.hostname or "") + port, parts.path
    except ValueError:
        return "", ""


def spot(path: str, query: str, fragment: str) -> Spot | None:
    """The page or space that a path below the site's base URL names, in any of Confluence's forms."""
    anchor = unquote(fragment)
    if match := _PAGE.match(path):
        return Spot(PageRef(id=match[2], space=unquote(match[1])), anchor)
    if path.endswith("/viewpage.action"):
        try:
            values = parse_qs(query, max_num_fields=50)
        except ValueError:
            return None
        page_id, title = values.get("pageId", [""])[0], values.get("title", [""])[0]
        if page_id.isdigit():
            return Spot(PageRef(id=page_id), anchor)
        return Spot(PageRef(title=title, space=values.get("spaceKey", [""])[0]), anchor) if title else None
    if match := _SPACE.fullmatch(path):
        return Spot(SpaceRef(unquote(match[1])), anchor)
    if match := _DISPLAY.fullmatch(path):
        day = f"{match[2]}-{match[3]:0>2}-{match[4]:0>2}" if match[2] else ""
        return Spot(PageRef(title=unquote_plus(match[5]), space=unquote(match[1]), day=day), anchor)
    if match := _TINY.fullmatch(path):
        page_id = tiny_id(match[1])
        return Spot(PageRef(id=page_id), anchor) if page_id else None
    return None


def tiny_id(tiny: str) -> str:
    """The page id in a tiny link: base64 of the little-endian number, `-_` for `/+`, without the zeros at its end."""
    try:
        data = b64decode(tiny.replace("-", "/").replace("_", "+").ljust(11, "A") + "=", validate=True)
    except ValueError:
        return ""
    return str(int.from_bytes(data, "little"))


def _join(href: str, base_url: str, page_url: str) -> str:
    if href.casefold().startswith("www."):
        return f"https://{href}"
    if href.startswith("\\"):
        return ""  # a file on a Windows server
    try:
        if href.startswith("//"):
            return f"{urlsplit(base_url).scheme or 'https'}:{href}"
        if not href.startswith("/"):
            return urljoin(page_url or (base_url and f"{base_url}/pages/"), href)
        if not base_url:
            return ""
        context = urlsplit(base_url).path
        if _OWN_PATH.match(href) and not (context and href.startswith(f"{context}/")):
            return base_url + href
        return urljoin(base_url, href)
    except ValueError:
        return ""


def _ascii_host(host: str) -> str:
    if host.isascii():
        return host
    try:
        return host.encode("idna").decode("ascii")
    except UnicodeError:
        return host
