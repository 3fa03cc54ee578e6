"""What requests to the rendering service say, as JSON. The description of the API is made of these classes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from confluence_xpress.bundle import Body, Issues, Page, Space, Unavailable, User
from confluence_xpress.diagnostics import Diagnostic
from confluence_xpress.needs import (
    AttachmentNeed,
    BodyNeed,
    ChildrenNeed,
    ImageNeed,
    JiraNeed,
    MacroNeed,
    PageNeed,
    UserNeed,
)
from confluence_xpress.typeset.encrypt import Permission

LATEST = 253402300799
"""9999-12-31: PDF dates have four digits for the year."""
Count = Annotated[int, Meta(ge=0, le=10_000_000)]
Word = Annotated[str, Meta(max_length=100)]
Line = Annotated[str, Meta(max_length=10_000)]


class NeedForm(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """Something that is lacking. Exactly one of the kinds."""

    body: BodyNeed | None = None
    page: PageNeed | None = None
    children: ChildrenNeed | None = None
    attachment: AttachmentNeed | None = None
    user: UserNeed | None = None
    macro: MacroNeed | None = None
    image: ImageNeed | None = None
    jira: JiraNeed | None = None


class MediaForm(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """A file: the name under which it is sent along, or else its bytes in base64."""

    file: str = ""
    data: bytes = b""
    media_type: str = ""


class AnswerForm(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """The answer to a need. Exactly one of the kinds; `unavailable` says why a need can't be met."""

    body: Body | None = None
    page: Page | None = None
    pages: tuple[Page, ...] | None = None
    media: MediaForm | None = None
    user: User | None = None
    issues: Issues | None = None
    unavailable: Unavailable | None = None


class Answered(Struct, frozen=True, forbid_unknown_fields=True):
    """A need and its answer."""

    need: NeedForm
    answer: AnswerForm


class DeliveryForm(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """How the document is handed over. `name`: what the PDF is called; `split`: top-level, pages=200 or size=20MB;
    `permissions`: None for all.
    """

    name: str = "document.pdf"
    split: Word = ""
    attachments: bool = False
    manifest: bool = False
    password: str = ""
    owner_password: str = ""
    permissions: tuple[Permission, ...] | None = None
    linearize: bool = False


class SourceForm(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """What the manifest is to say of the source: its findings, and checksums of pages that have no version or date."""

    diagnostics: tuple[Diagnostic, ...] = ()
    digests: Mapping[str, str] = {}
    changes: Mapping[str, Any] | None = None


class Request(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """A bundle and how it is rendered. Pages are in reading order, parents before their children.

    `standards`: PDF standards, None for the usual ones. `timestamp`: the time of export in seconds since 1970, UTC;
    now, if none is given. `as_of`: the moment (ISO 8601) that the pages are of, if it is another. `images`: how finely
    images are kept.
    """

    title: str
    pages: Annotated[tuple[Page, ...], Meta(min_length=1)]
    spaces: tuple[Space, ...] = ()
    as_of: Line = ""
    answers: tuple[Answered, ...] = ()
    template: str = "default"
    settings: Mapping[Word, bool | int | Line] = {}
    standards: tuple[Word, ...] | None = None
    timestamp: Annotated[int, Meta(ge=0, le=LATEST)] | None = None
    images: Literal["original", "print", "screen", "small"] = "original"
    delivery: DeliveryForm = DeliveryForm()
    source: SourceForm = SourceForm()


class Range(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """Some of the pages: from `start` (0 is the first) to just before `stop`.

    `reduced`, for a page that can't be typeset: 0 as it is, 1 its text alone, 2 a notice alone; `reason` says why.
    """

    start: Count
    stop: Count
    reduced: Literal[0, 1, 2] = 0
    reason: Annotated[str, Meta(max_length=200)] = ""


class NeedsRequest(Request, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """Asks what is lacking for the pages, or for some of them."""

    part: Range | None = None


class PartsRequest(Request, frozen=True, omit_defaults=True, forbid_unknown_fields=True, kw_only=True):
    """Asks to typeset some of the pages. All pages are named; only what these need has to be answered."""

    part: Range


class AssembleRequest(Request, frozen=True, omit_defaults=True, forbid_unknown_fields=True, kw_only=True):
    """Asks for the document of parts, which are sent along as files of these names."""

    parts: Annotated[tuple[str, ...], Meta(min_length=1)]


class PreviewRequest(Request, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """Asks for pictures of pages of the PDF, such as `1` or `1-3,7`. `dpi`: pixels per inch of PNG."""

    show: Annotated[str, Meta(max_length=100)] = "1"
    format: Literal["png", "svg"] = "png"
    dpi: Annotated[int, Meta(ge=36, le=300)] = 110


class NeedsAnswer(Struct, frozen=True):
    """What is lacking."""

    needs: tuple[NeedForm, ...]


class Progress(Struct, frozen=True):
    """How far a render is: `stage` is parts or finishing; so many pages of so many."""

    stage: Literal["parts", "finishing"]
    done: int
    total: int


class FileFacts(Struct, frozen=True):
    """A file of the answer."""

    name: str
    media_type: str
    bytes: int
    pages: int = 0


class InlineFile(Struct, frozen=True):
    """A file of an answer in JSON."""

    name: str
    media_type: str
    data: bytes
    pages: int = 0


class FilesAnswer(Struct, frozen=True):
    """An answer in JSON: what a `Result` tells, with the files themselves in base64."""

    pages: int
    lost: int
    files: tuple[InlineFile, ...]


class Result(Struct, frozen=True):
    """What became of a render. `lost`: how many things of the source are not in the PDF; the manifest names them."""

    pages: int
    lost: int
    files: tuple[FileFacts, ...]
