"""From requests to what the core works with, and back: pure functions for both ends of the API."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar

import msgspec

from confluence_xpress.bundle import Answer, Body, Bundle, Issues, Media, Page, Pages, Unavailable, User
from confluence_xpress.delivery import Delivery, Protection, standards_for
from confluence_xpress.delivery.split import parse_split
from confluence_xpress.diagnostics import CODES
from confluence_xpress.errors import InputError
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
from confluence_xpress.render import Options
from confluence_xpress.render.produce import Told
from confluence_xpress.templates import Template, parse_settings
from confluence_xpress.templates.options import Value
from confluence_xpress.typeset.encrypt import PERMISSIONS, protection
from confluence_xpress.wire.forms import Answered, AnswerForm, DeliveryForm, MediaForm, NeedForm, Request

R = TypeVar("R", bound=Request)
_DESCRIPTION = "See the description of the API: /openapi.json."
_PLACED = re.compile(r"(.*?)( - at `(?:key in )?\$[^`]*`)?", re.DOTALL)
_REPEATING = {
    "Invalid enum value": re.compile(""),
    "Object contains unknown field": re.compile(" `[a-z_]{1,30}`"),
}
"""How messages begin that go on with something of the request, and what of that may be repeated."""
MANIFEST = "manifest.json"
"""What the manifest is called among the files of an answer."""
_DEEPEST = 50
"""Levels of what is passed on as it is: writing JSON is not as patient as reading it."""
_NAME = re.compile(r"[^/\\\x00-\x1f\x7f]{1,200}")


def decode(data: bytes, kind: type[R]) -> R:
    """A request of this kind. InputError says where it is wrong, without repeating what it says there."""
    try:
        return msgspec.json.decode(data, type=kind)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise InputError(f"the JSON of the request is wrong: {_wrong(error)}", _DESCRIPTION) from error


def _wrong(error: Exception) -> str:
    """What is wrong, and where. Values are not repeated, and names only if they are plain: they may be anything."""
    if isinstance(error, RecursionError):
        return "it is nested too deeply"
    if isinstance(error, UnicodeDecodeError):
        return f"it is not UTF-8 (byte {error.start})"
    found = _PLACED.fullmatch(str(error))
    what, where = (found[1], found[2] or "") if found else ("it can't be read", "")
    for known, plain in _REPEATING.items():
        if what.startswith(known) and plain.fullmatch(what, len(known)) is None:
            what = known
    return f"{what}{where}"


def encode(value: object) -> bytes:
    """JSON."""
    return msgspec.json.encode(value)


def need_form(need: Need) -> NeedForm:
    """A need as a request or an answer says it."""
    match need:
        case BodyNeed():
            return NeedForm(body=need)
        case PageNeed():
            return NeedForm(page=need)
        case ChildrenNeed():
            return NeedForm(children=need)
        case AttachmentNeed():
            return NeedForm(attachment=need)
        case UserNeed():
            return NeedForm(user=need)
        case MacroNeed():
            return NeedForm(macro=need)
        case ImageNeed():
            return NeedForm(image=need)
        case JiraNeed():
            return NeedForm(jira=need)


def answered(need: Need, answer: Answer, store: Callable[[bytes], str]) -> Answered:
    """A need with its answer. `store` takes the bytes of a file and gives the name under which it is sent along."""
    return Answered(need_form(need), _answer_form(answer, store))


def _answer_form(answer: Answer, store: Callable[[bytes], str]) -> AnswerForm:
    match answer:
        case Body():
            return AnswerForm(body=answer)
        case Page():
            return AnswerForm(page=answer)
        case Pages(pages):
            return AnswerForm(pages=pages)
        case Media(data, media_type):
            return AnswerForm(media=MediaForm(file=store(data), media_type=media_type))
        case User():
            return AnswerForm(user=answer)
        case Issues():
            return AnswerForm(issues=answer)
        case Unavailable():
            return AnswerForm(unavailable=answer)


def bundle_of(request: Request, files: Mapping[str, bytes]) -> Bundle:
    """The bundle of a request. InputError if it contradicts itself."""
    _check_pages(request.pages)
    answers = {_need(given, index): _answer(given, files, index) for index, given in enumerate(request.answers)}
    return Bundle(request.title, request.pages, request.spaces, answers, request.as_of)


def _check_pages(pages: Iterable[Page]) -> None:
    known: set[str] = set()
    parents: dict[str, int] = {}
    for index, page in enumerate(pages):
        if not page.id or page.id in known:
            what = "has no id" if not page.id else "has the id of an earlier one"
            raise InputError(f"pages[{index}] {what}", "Give each page an id of its own.")
        known.add(page.id)
        if page.id in parents:
            raise InputError(
                f"pages[{parents[page.id]}] stands before its parent, pages[{index}]",
                "Name parents before their children.",
            )
        if page.parent == page.id:
            raise InputError(f"pages[{index}] is its own parent", "Leave the parent out.")
        if page.parent is not None and page.parent not in known:
            parents.setdefault(page.parent, index)


def _need(given: Answered, index: int) -> Need:
    form = given.need
    kinds: list[Need | None] = [
        form.body,
        form.page,
        form.children,
        form.attachment,
        form.user,
        form.macro,
        form.image,
        form.jira,
    ]
    found = [need for need in kinds if need is not None]
    if len(found) != 1:
        raise InputError(f"answers[{index}].need has {len(found)} kinds", "Give exactly one.")
    return found[0]


def _answer(given: Answered, files: Mapping[str, bytes], index: int) -> Answer:
    form = given.answer
    pages = None if form.pages is None else Pages(form.pages)
    media = None if form.media is None else _media(form.media, files, index)
    kinds: list[Answer | None] = [form.body, form.page, pages, media, form.user, form.issues, form.unavailable]
    found = [answer for answer in kinds if answer is not None]
    if len(found) != 1:
        raise InputError(f"answers[{index}].answer has {len(found)} kinds", "Give exactly one.")
    return found[0]


def _media(form: MediaForm, files: Mapping[str, bytes], index: int) -> Media:
    if not form.file:
        return Media(form.data, form.media_type)
    if form.data:
        raise InputError(f"answers[{index}] has a file and bytes", "Give one of both.")
    if form.file not in files:
        raise InputError(f"answers[{index}] names a file that was not sent", "Send it along under this name.")
    return Media(files[form.file], form.media_type)


def options_of(request: Request, template: Template, delivery: Delivery, now: int) -> Options:
    """How the bundle is rendered; `now` in seconds since 1970. InputError for what can't be meant."""
    given = {name: _text(value) for name, value in request.settings.items()}
    return Options(
        template,
        parse_settings(template.options, given),
        standards_for(delivery, request.standards),
        now if request.timestamp is None else request.timestamp,
        request.images,
    )


def _text(value: Value) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def delivery_of(form: DeliveryForm) -> Delivery:
    """How the document is handed over. InputError for what can't be meant."""
    if not _NAME.fullmatch(form.name) or form.name in (".", ".."):
        raise InputError("delivery.name can't be the name of a file", "Give a name such as handbook.pdf.")
    if form.name.casefold() == MANIFEST:
        raise InputError("delivery.name is that of the manifest", "Give a name such as handbook.pdf.")
    wanted = None
    if form.password or form.owner_password or form.permissions is not None:
        wanted = Protection(
            form.password, form.owner_password, PERMISSIONS if form.permissions is None else form.permissions
        )
        protection(wanted.user, wanted.owner, wanted.allowed)  # refuses what can't be, before any work is done
    return Delivery(
        split=parse_split(form.split),
        attachments=form.attachments,
        manifest=form.manifest,
        protection=wanted,
        linearized=form.linearize,
    )


def _deep(value: object, most: int) -> bool:
    """Whether a JSON value has more than so many levels."""
    level = [value]
    for _ in range(most + 1):
        level = [
            inner
            for each in level
            for inner in (each.values() if isinstance(each, dict) else each if isinstance(each, list) else ())
        ]
    return bool(level)


def told_of(request: Request, bundle: Bundle) -> Told:
    """What the manifest says besides. InputError for findings of a kind that there is not, and for what is too deep."""
    source = request.source
    if _deep(source.changes, _DEEPEST):
        raise InputError("source.changes is nested too deeply", f"{_DEEPEST} levels are possible.")
    for index, found in enumerate(source.diagnostics):
        if found.code not in CODES:
            raise InputError(f"source.diagnostics[{index}] has an unknown code", "See the list of codes.")
    known = {page.id: page for page in bundle.pages}
    for answer in bundle.answers.values():
        if isinstance(answer, Page):
            known.setdefault(answer.id, answer)
        elif isinstance(answer, Pages):
            for page in answer.pages:
                known.setdefault(page.id, page)
    return Told(
        source.diagnostics,
        {} if source.changes is None else {"changes": source.changes},
        {},
        lambda page: source.digests.get(page.id, ""),
        known,
    )
