"""Words that are nowhere else, planted wherever a request has content, and what finds them again."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace

from confluence_xpress.bundle import (
    Answer,
    Attachment,
    Body,
    BodyFormat,
    Issue,
    Issues,
    Media,
    Page,
    Pages,
    Space,
    User,
)
from confluence_xpress.diagnostics import Diagnostic
from confluence_xpress.needs import (
    AttachmentNeed,
    BodyNeed,
    ChildrenNeed,
    ImageNeed,
    JiraNeed,
    MacroNeed,
    Need,
    PageNeed,
    UserNeed,
)
from confluence_xpress.sources.source import SiteMap, Source
from confluence_xpress.wire.forms import DeliveryForm, Request, SourceForm

_STEM = "Zqxjkanarienvogel"
"""At the beginning of all these words."""


def word(place: str) -> str:
    """The word for a place."""
    return _STEM + place


def _disguises() -> Iterator[bytes]:
    """The beginning of all words, as logs and files might have it: any case, UTF-16, hexadecimal, base64."""
    plain = _STEM.encode()
    yield plain
    yield _STEM.encode("utf-16-le")
    yield plain.hex().encode()
    for shift in range(3):
        # What depends on the bytes around it is left out.
        encoded = base64.b64encode(bytes(shift) + plain[: (len(plain) - shift) // 3 * 3 + shift])
        yield encoded[4:-4]


_FORMS = re.compile(b"|".join(re.escape(form) for form in _disguises()), re.IGNORECASE)


def heard(data: bytes | str) -> str:
    """The surroundings of the first of the words in there; empty if there is none."""
    raw = data.encode("utf-8", "surrogateescape") if isinstance(data, str) else data
    found = _FORMS.search(raw)
    return raw[max(0, found.start() - 80) : found.end() + 80].decode("utf-8", "replace") if found else ""


_PICTURE = f"""<svg xmlns="http://www.w3.org/2000/svg" width="90" height="20"><title>{word("Svgtitle")}</title>
<text x="2" y="14" font-size="6">{word("Svgtext")}</text></svg>"""
_STORAGE = f"""<!-- {word("Comment")} --><h1>{word("Heading")}</h1>
<p>{word("Text")} <a href="https://{word("Host").lower()}.example/{word("Path")}?q={word("Query")}">{word("Link")}</a>
<ac:link><ri:user ri:account-id="{word("Account")}"/></ac:link>
<ac:link><ri:page ri:content-title="{word("Othertitle")}" ri:space-key="{word("Otherspace")}"/></ac:link>
<ac:link><ri:attachment ri:filename="{word("File")}.txt"/></ac:link></p>
<ac:image ac:alt="{word("Alt")}"><ri:attachment ri:filename="{word("Picture")}.svg"/></ac:image>
<ac:image><ri:url ri:value="https://{word("Imagehost").lower()}.example/{word("Imagepath")}.png"/></ac:image>
<ac:structured-macro ac:name="{word("Macro").lower()}" ac:macro-id="{word("Macroid")}">
<ac:parameter ac:name="{word("Parameter").lower()}">{word("Value")}</ac:parameter></ac:structured-macro>
<ac:structured-macro ac:name="code"><ac:parameter ac:name="language">{word("Language").lower()}</ac:parameter>
<ac:plain-text-body><![CDATA[{word("Code")}]]></ac:plain-text-body></ac:structured-macro>
<ac:structured-macro ac:name="jira"><ac:parameter ac:name="jqlQuery">{word("Jql")}</ac:parameter>
<ac:parameter ac:name="columns">summary,{word("Column")}</ac:parameter></ac:structured-macro>
<p><img src="https://{word("Site").lower()}.example/wiki/{word("Drawn")}.svg" alt=""/></p>
<ac:structured-macro ac:name="children"/>"""
_ADF = json.dumps(
    {
        "type": "doc",
        "version": 1,
        "content": [
            {"type": "paragraph", "content": [{"type": "text", "text": word("Adftext")}]},
            {"type": word("Node"), "attrs": {word("Attribute"): word("Attributevalue")}},
            {
                "type": "paragraph",
                "content": [{"type": "mention", "attrs": {"id": word("Adfuser"), "text": word("At")}}],
            },
            {"type": "inlineCard", "attrs": {"url": f"https://{word('Cardhost').lower()}.example/"}},
            {
                "type": "mediaSingle",
                "content": [{"type": "media", "attrs": {"type": "file", "id": word("Fileid"), "collection": "c"}}],
            },
        ],
    }
)
_BROKEN = (
    f"<p>{word('Unclosed')} <b><i>{word('Crossed')}</b> &{word('Entity')};</i> <ac:image><ri:{word('Tag').lower()}"
)
_FILES = (
    Attachment(f"{word('Picture')}.svg", "image/svg+xml", word("Fileid"), len(_PICTURE)),
    Attachment(f"{word('File')}.txt", "text/plain", word("Textid"), 100),
)
_BODIES: tuple[tuple[BodyFormat, str], ...] = (
    ("storage", _STORAGE),
    ("adf", _ADF),
    ("view", f"<p>{word('View')}</p><img src='data:image/png;base64,{word('Data')}'>"),
    ("storage", _BROKEN),
    ("adf", f'{{"type": "doc", "content": [{{"{word("Halfjson")}'),
    ("storage", "<ul><li>" * 2_000 + word("Deep")),
)


@dataclass(frozen=True)
class Planted(Source):
    """A source that has these words wherever a source has any, and something wrong in some places."""

    diagnostics: tuple[Diagnostic, ...] = ()

    def pages(self) -> SiteMap:
        """A page for each body."""
        return SiteMap((Space("ZQX", word("Space"), base_url=f"https://{word('Site').lower()}.example/wiki"),), _PAGES)

    def digest(self, page: Page) -> str:
        """The same for all."""
        return word("Digest")

    def fulfil(self, needs: Collection[Need]) -> Mapping[Need, Answer]:
        """An answer of the right kind to every need."""
        return {need: _answer(need) for need in needs}


_PAGES = tuple(
    Page(
        str(number),
        f"{word('Title')} {number}",
        "ZQX",
        labels=(word("Label").lower(),),
        author=word("Author"),
        url=f"https://{word('Site').lower()}.example/wiki/{word('Page')}",
        attachments=_FILES,
    )
    for number in range(len(_BODIES))
)


def _answer(need: Need) -> Answer:
    match need:
        case BodyNeed(page):
            return Body(*_BODIES[int(page)]) if page.isdecimal() else Body("storage", f"<p>{word('Included')}</p>")
        case PageNeed():
            return Page(word("Pageid"), word("Found"), need.space)
        case ChildrenNeed():
            return Pages((Page(word("Childid"), word("Child")),))
        case AttachmentNeed():
            name = need.filename or need.file_id
            picture = "Picture" in name or "Fileid" in name
            return Media(_PICTURE.encode() if picture else word("Bytes").encode() * 10, "image/svg+xml")
        case UserNeed():
            return User(word("Person"))
        case MacroNeed():
            return Body("view", f"<p>{word('Rendered')}</p>")
        case ImageNeed():
            return Media(_PICTURE.encode(), "image/svg+xml")
        case JiraNeed():
            issue = Issue(word("Issue"), f"https://{word('Jira').lower()}.example/", word("Type"), word("Status"))
            return Issues((replace(issue, fields={field: word("Field") for field in need.fields}),))


def request(pages: tuple[Page, ...], template: str = "default", password: str = "") -> Request:
    """A request whose settings, file names and findings are such words too."""
    return Request(
        title=word("Book"),
        pages=pages,
        spaces=Planted().pages().spaces,
        settings={
            "title": word("Settingtitle"),
            "subtitle": word("Subtitle"),
            "classification": word("Class"),
            "watermark": word("Watermark"),
        },
        template=template,
        timestamp=0,
        delivery=DeliveryForm(f"{word('Name')}.pdf", attachments=True, manifest=True, password=password),
        source=SourceForm(
            (Diagnostic("image-missing", word("Message"), page="0", place=word("Place"), hint=word("Hint")),),
            {"0": word("Digest")},
            {word("Change"): word("Changed")},
        ),
    )
