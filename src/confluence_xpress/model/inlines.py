"""Inline nodes: what stands in a line of text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from confluence_xpress.model.refs import LinkTarget, MediaSource, UserRef

if TYPE_CHECKING:
    from confluence_xpress.model.blocks import Macro

MarkKind = Literal[
    "strong", "emphasis", "underline", "strike", "subscript", "superscript", "code", "small", "big", "cite"
]
Appearance = Literal["", "inline", "block", "embed"]


@dataclass(frozen=True, slots=True)
class Text:
    """Plain text. White space is already normalised: runs are one space, no line ends or tabs."""

    text: str


@dataclass(frozen=True, slots=True)
class LineBreak:
    """A forced line break."""


@dataclass(frozen=True, slots=True)
class Mark:
    """Text with one mark; marks nest."""

    kind: MarkKind
    content: Inlines


@dataclass(frozen=True, slots=True)
class Colored:
    """Text colour, highlight or both, as `#rrggbb`; empty means unchanged."""

    content: Inlines
    color: str = ""
    background: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """A link. Empty content means: show the target's own title."""

    target: LinkTarget
    content: Inlines = ()
    anchor: str = ""
    """Heading or anchor name on the target page."""
    title: str = ""
    appearance: Appearance = ""
    """`inline` for a smart link, whose text (if any) is only a fallback for the target's title."""


@dataclass(frozen=True, slots=True)
class Anchor:
    """A named place in the text. Before the link transform the author's name, after it a label."""

    name: str


@dataclass(frozen=True, slots=True)
class IndexTerm:
    """A place that the index at the end of the book names; prints nothing.

    `terms` goes from the main entry to the one below it, at most three. `label` is given by the heading transform.
    """

    terms: tuple[str, ...]
    label: str = ""


@dataclass(frozen=True, slots=True)
class Size:
    """A length as the author gave it."""

    value: float
    unit: Literal["px", "%"] = "px"


@dataclass(frozen=True, slots=True)
class Border:
    """A line around an image; width in CSS pixels, colour as `#rrggbb`."""

    width: float = 1
    color: str = "#dcdfe4"


@dataclass(frozen=True, slots=True)
class Image:
    """An image, wherever it stands."""

    source: MediaSource
    alt: str = ""
    title: str = ""
    width: Size | None = None
    height: Size | None = None
    border: Border | None = None
    link: LinkTarget | None = None
    link_anchor: str = ""


@dataclass(frozen=True, slots=True)
class InlineImage:
    """An image in a line of text."""

    image: Image


@dataclass(frozen=True, slots=True)
class File:
    """A file that is named, not shown. `name`, `size` (bytes) and `media_type` are filled in by transforms."""

    source: MediaSource
    name: str = ""
    media_type: str = ""
    size: int = 0
    href: str = ""


@dataclass(frozen=True, slots=True)
class InlineFile:
    """A file chip in a line of text."""

    file: File


StatusColor = Literal["neutral", "purple", "blue", "red", "yellow", "green"]


@dataclass(frozen=True, slots=True)
class Status:
    """A status lozenge. `color` is one of the six names or `#rrggbb`."""

    text: str
    color: str = "neutral"


@dataclass(frozen=True, slots=True)
class Mention:
    """A person. `text` is the name without `@`, if the source has one."""

    user: UserRef
    text: str = ""


@dataclass(frozen=True, slots=True)
class Date:
    """A calendar day, `YYYY-MM-DD`."""

    day: str


@dataclass(frozen=True, slots=True)
class Emoji:
    """An emoji: its characters if it has any, else only its short name (`:name:`)."""

    short_name: str = ""
    text: str = ""
    id: str = ""


@dataclass(frozen=True, slots=True)
class Annotation:
    """Text that carries an inline comment."""

    reference: str
    content: Inlines


@dataclass(frozen=True, slots=True)
class InlineMacro:
    """A macro in a line of text, not yet expanded."""

    macro: Macro


@dataclass(frozen=True, slots=True)
class Placeholder:
    """A visible word or two in place of something that could not be shown."""

    text: str


Inline = (
    Text
    | LineBreak
    | Mark
    | Colored
    | Link
    | Anchor
    | IndexTerm
    | InlineImage
    | InlineFile
    | Status
    | Mention
    | Date
    | Emoji
    | Annotation
    | InlineMacro
    | Placeholder
)
Inlines = tuple[Inline, ...]
