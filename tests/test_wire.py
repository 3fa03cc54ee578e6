"""Values on their way: what is sent comes back the same, and whatever else comes is refused in words."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from random import Random
from typing import Any, TypeVar

import msgspec
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from confluence_xpress.bundle import (
    Answer,
    Attachment,
    Body,
    Bundle,
    Issue,
    Issues,
    Media,
    Page,
    Pages,
    Space,
    Unavailable,
    User,
)
from confluence_xpress.delivery import Delivery
from confluence_xpress.diagnostics import CODES, Diagnostic
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
from confluence_xpress.render.core import begin
from confluence_xpress.render.part import Job, Made, PartTask
from confluence_xpress.service.operations import OPERATIONS, Operation, Setup
from confluence_xpress.service.output import Output
from confluence_xpress.service.problems import Problem
from confluence_xpress.service.unpacking import ZipLimits
from confluence_xpress.tasks import Inline
from confluence_xpress.templates import Template, load_template, parse_settings
from confluence_xpress.typeset.encrypt import PERMISSIONS
from confluence_xpress.wire import parts
from confluence_xpress.wire.forms import (
    LATEST,
    Answered,
    AnswerForm,
    AssembleRequest,
    DeliveryForm,
    MediaForm,
    NeedForm,
    NeedsRequest,
    PartsRequest,
    PreviewRequest,
    Range,
    Request,
    SourceForm,
)
from confluence_xpress.wire.requests import (
    answered,
    bundle_of,
    decode,
    delivery_of,
    encode,
    need_form,
    options_of,
    told_of,
)

KINDS: tuple[type[Request], ...] = (Request, NeedsRequest, PartsRequest, AssembleRequest, PreviewRequest)
MANY = settings(deadline=None, suppress_health_check=list(HealthCheck))


@cache
def template() -> Template:
    return load_template("default")


def setup() -> Setup:
    return Setup({"default": template()}, ZipLimits(1_000_000, 1_000_000, 100, 1_000_000))


# --- Anything that may be said ---------------------------------------------------------------------------------------

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
"""Whatever JSON can say: no lone surrogates."""
ID = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=6)
WHOLE = st.integers(-(2**63), 2**63 - 1)

attachments = st.builds(Attachment, title=TEXT, media_type=TEXT, file_id=TEXT, size=WHOLE, version=st.none() | WHOLE)


def pages(ids: st.SearchStrategy[str] = ID, parents: st.SearchStrategy[str | None] | None = None) -> Any:
    """Pages as the bundle has them."""
    return st.builds(
        Page,
        id=ids,
        title=TEXT,
        space=TEXT,
        parent=st.none() | TEXT if parents is None else parents,
        position=WHOLE,
        kind=st.sampled_from(["page", "blogpost", "folder", "whiteboard", "database", "embed"]),
        labels=st.lists(TEXT, max_size=2).map(tuple),
        version=st.none() | WHOLE,
        created=TEXT,
        updated=TEXT,
        author=TEXT,
        url=TEXT,
        attachments=st.lists(attachments, max_size=2).map(tuple),
    )


@st.composite
def outlines(draw: st.DrawFn) -> tuple[Page, ...]:
    """Pages with ids of their own, parents before their children, or out of the selection."""
    ids = draw(st.lists(ID, min_size=1, max_size=5, unique=True))
    made: list[Page] = []
    for index, ident in enumerate(ids):
        outside = TEXT.filter(lambda name: name not in ids)
        parent = st.none() | outside | (st.sampled_from(ids[:index]) if index else st.none())
        made.append(draw(pages(st.just(ident), parent)))
    return tuple(made)


needs = st.one_of(
    st.builds(BodyNeed, TEXT),
    st.builds(PageNeed, TEXT, TEXT, TEXT, TEXT),
    st.builds(ChildrenNeed, TEXT),
    st.builds(AttachmentNeed, TEXT, TEXT, TEXT),
    st.builds(UserNeed, TEXT, TEXT, TEXT),
    st.builds(MacroNeed, TEXT, TEXT, TEXT, TEXT),
    st.builds(ImageNeed, TEXT),
    st.builds(JiraNeed, TEXT, st.lists(TEXT, max_size=2).map(tuple), WHOLE, TEXT, TEXT, TEXT),
)
named = st.dictionaries(TEXT, TEXT, max_size=2)
issues = st.builds(Issue, TEXT, TEXT, TEXT, TEXT, TEXT, named)
answers = st.one_of(
    st.builds(Body, st.sampled_from(["storage", "adf", "view"]), TEXT),
    pages(),
    st.builds(Pages, st.lists(pages(), max_size=2).map(tuple)),
    st.builds(Media, st.binary(max_size=20), TEXT),
    st.builds(User, TEXT),
    st.builds(Issues, st.lists(issues, max_size=2).map(tuple), st.none() | WHOLE, named),
    st.builds(Unavailable, TEXT),
)
spaces = st.builds(Space, TEXT, TEXT, TEXT, TEXT)
bundles = st.builds(
    Bundle,
    title=TEXT,
    pages=outlines(),
    spaces=st.lists(spaces, max_size=2).map(tuple),
    answers=st.dictionaries(needs, answers, max_size=5),
)
diagnostics = st.builds(Diagnostic, st.sampled_from(sorted(CODES)), TEXT, TEXT, TEXT, TEXT)
ranges = st.builds(
    Range, start=st.integers(0, 10_000_000), stop=st.integers(0, 10_000_000), reduced=st.integers(0, 2), reason=TEXT
)
deliveries = st.builds(
    DeliveryForm,
    name=TEXT,
    split=TEXT,
    attachments=st.booleans(),
    manifest=st.booleans(),
    password=TEXT,
    owner_password=TEXT,
    permissions=st.none() | st.lists(st.sampled_from(PERMISSIONS), unique=True).map(tuple),
    linearize=st.booleans(),
)
plain = st.recursive(
    st.none() | st.booleans() | WHOLE | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=12,
)
sources = st.builds(
    SourceForm,
    diagnostics=st.lists(diagnostics, max_size=2).map(tuple),
    digests=st.dictionaries(TEXT, TEXT, max_size=2),
    changes=st.none() | st.dictionaries(TEXT, plain, max_size=2),
)
forms = st.fixed_dictionaries(
    {},
    optional={
        "template": TEXT,
        "settings": st.dictionaries(TEXT, st.booleans() | WHOLE | TEXT, max_size=3),
        "standards": st.none() | st.lists(TEXT, max_size=2).map(tuple),
        "timestamp": st.none() | st.integers(0, LATEST),
        "images": st.sampled_from(["original", "print", "screen", "small"]),
        "delivery": deliveries,
        "source": sources,
    },
)
extras: Mapping[type[Request], st.SearchStrategy[dict[str, Any]]] = {
    Request: st.just({}),
    NeedsRequest: st.fixed_dictionaries({}, optional={"part": st.none() | ranges}),
    PartsRequest: st.fixed_dictionaries({"part": ranges}),
    AssembleRequest: st.fixed_dictionaries({"parts": st.lists(TEXT, min_size=1, max_size=3).map(tuple)}),
    PreviewRequest: st.fixed_dictionaries(
        {}, optional={"show": TEXT, "format": st.sampled_from(["png", "svg"]), "dpi": st.integers(36, 300)}
    ),
}


class Sent:
    """Files that go along with a request."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}

    def add(self, data: bytes) -> str:
        name = f"file{len(self.files)}"
        self.files[name] = data
        return name


def request(bundle: Bundle, sent: Sent, kind: type[Request] = Request, **more: Any) -> Request:
    """A bundle as a request."""
    told = tuple(answered(need, answer, sent.add) for need, answer in bundle.answers.items())
    return kind(title=bundle.title, pages=bundle.pages, spaces=bundle.spaces, answers=told, **more)


def inline(form: Answered, files: Mapping[str, bytes]) -> Answered:
    """The same answer with its bytes in it."""
    media = form.answer.media
    if media is None:
        return form
    held = MediaForm(data=files[media.file], media_type=media.media_type)
    return Answered(form.need, AnswerForm(media=held))


# --- What is sent comes back -----------------------------------------------------------------------------------------


@pytest.mark.slow
@settings(MANY, max_examples=40)
@given(st.data())
@pytest.mark.parametrize("kind", KINDS)
def test_requests_come_back_as_they_were(kind: type[Request], data: st.DataObject) -> None:
    sent = Sent()
    told = request(data.draw(bundles), sent, kind, **data.draw(forms), **data.draw(extras[kind]))
    assert decode(encode(told), kind) == told


@pytest.mark.slow
@MANY
@given(bundles)
def test_bundles_come_back_as_they_were(bundle: Bundle) -> None:
    sent = Sent()
    assert bundle_of(decode(encode(request(bundle, sent)), Request), sent.files) == bundle


@pytest.mark.slow
@MANY
@given(bundles)
def test_bytes_in_the_json_are_the_same_as_files(bundle: Bundle) -> None:
    sent = Sent()
    told = request(bundle, sent)
    inside = msgspec.structs.replace(told, answers=tuple(inline(form, sent.files) for form in told.answers))
    assert bundle_of(decode(encode(inside), Request), {}) == bundle


@MANY
@given(needs)
def test_needs_come_back_as_they_were(need: Need) -> None:
    form = msgspec.json.decode(encode(need_form(need)), type=NeedForm)
    told = Answered(form, AnswerForm(unavailable=Unavailable("x")))
    (back,) = bundle_of(Request("t", (Page("1", "x"),), answers=(told,)), {}).answers
    assert back == need and type(back) is type(need)


def test_nothing_but_what_was_given_is_written() -> None:
    """So that a small request stays small, and what is not said is left to the service."""
    told = Request("t", (Page("1", "x"),), answers=(Answered(NeedForm(user=UserNeed(key="k")), AnswerForm()),))
    plain_form = json.loads(encode(told))
    assert set(plain_form) == {"title", "pages", "answers"}
    assert plain_form["answers"] == [{"need": {"user": {"account_id": "", "key": "k", "username": ""}}, "answer": {}}]


# --- Anything else is refused ----------------------------------------------------------------------------------------


def taken(data: bytes, kind: type[Request], files: Mapping[str, bytes] | None = None) -> str:
    """What becomes of a request: how far it is understood. Raises what isn't InputError."""
    try:
        told = decode(data, kind)
    except InputError as error:
        check(error)
        return "unreadable"
    assert type(told) is kind
    try:
        understand(told, files or {})
    except InputError as error:
        check(error)
        return "impossible"
    return "fine"


def understand(told: Request, files: Mapping[str, bytes]) -> None:
    bundle = bundle_of(told, files)
    options_of(told, template(), delivery_of(told.delivery), 0)
    told_of(told, bundle)


def check(error: InputError) -> None:
    """It says what is wrong and what to do, in a few words."""
    size = len(error.message) + len(error.hint)
    assert error.message and error.hint and size < 12_000, size


@pytest.mark.slow
@MANY
@given(st.sampled_from(KINDS), plain)
def test_other_json_is_refused(kind: type[Request], value: Any) -> None:
    taken(json.dumps(value).encode(), kind)


@MANY
@given(st.sampled_from(KINDS), st.binary(max_size=200))
def test_other_bytes_are_refused(kind: type[Request], data: bytes) -> None:
    assert taken(data, kind) == "unreadable"


WHOLE_REQUEST: dict[str, Any] = {
    "title": "t",
    "pages": [
        {"id": "1", "title": "One", "labels": ["a"], "attachments": [{"title": "x.png", "size": 3}]},
        {"id": "2", "title": "Two", "parent": "1", "kind": "folder"},
    ],
    "spaces": [{"key": "K", "base_url": "https://example.com"}],
    "answers": [
        {"need": {"body": {"page_id": "1"}}, "answer": {"body": {"format": "storage", "value": "<p>x</p>"}}},
        {"need": {"attachment": {"page_id": "1", "filename": "x.png"}}, "answer": {"media": {"data": "QUJD"}}},
        {"need": {"attachment": {"page_id": "2"}}, "answer": {"media": {"file": "file0"}}},
        {"need": {"children": {"page_id": "1"}}, "answer": {"pages": [{"id": "2", "title": "Two"}]}},
        {"need": {"page": {"id": "3"}}, "answer": {"page": {"id": "3", "title": "Three"}}},
        {"need": {"user": {"key": "k"}}, "answer": {"user": {"name": "N"}}},
        {"need": {"macro": {"page_id": "1", "macro_id": "m", "name": "n"}}, "answer": {"unavailable": {"reason": "r"}}},
        {"need": {"image": {"url": "https://example.com/a"}}, "answer": {"media": {"data": "QUJD"}}},
        {
            "need": {"jira": {"jql": "project = A", "fields": ["summary"], "maximum": 5}},
            "answer": {"issues": {"issues": [{"key": "A-1", "fields": {"summary": "s"}}], "total": 1}},
        },
    ],
    "template": "default",
    "settings": {"cover": "true", "contents_depth": 2, "index": True},
    "standards": ["ua-1"],
    "timestamp": 1,
    "images": "print",
    "delivery": {"name": "a.pdf", "split": "pages=9", "permissions": ["print"], "owner_password": "o"},
    "source": {"digests": {"1": "d"}, "diagnostics": [{"code": "image-missing", "message": "m"}], "changes": {"a": 1}},
    "part": {"start": 0, "stop": 1, "reduced": 1, "reason": "r"},
    "parts": ["file0"],
    "show": "1-2",
    "format": "svg",
    "dpi": 36,
}
OWN: Mapping[type[Request], Sequence[str]] = {
    Request: (),
    NeedsRequest: ("part",),
    PartsRequest: ("part",),
    AssembleRequest: ("parts",),
    PreviewRequest: ("show", "format", "dpi"),
}
OF_KINDS = frozenset(name for names in OWN.values() for name in names)


def whole(kind: type[Request]) -> dict[str, Any]:
    """A request of a kind with all there can be in it."""
    left_out = OF_KINDS - set(OWN[kind])
    return {key: value for key, value in WHOLE_REQUEST.items() if key not in left_out}


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where something is, in a JSON value."""
    yield path
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in inner:
        yield from places(each, (*path, key))


def changed(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    """The JSON value with something else in one place; `...` for nothing there."""
    if not path:
        return {} if new is ... else new
    key, *rest = path
    copy = dict(value) if isinstance(value, dict) else list(value)
    if not rest and new is ...:
        del copy[key]
    else:
        copy[key] = changed(copy[key], tuple(rest), new)
    return copy


@pytest.mark.parametrize("kind", KINDS)
def test_a_request_with_all_there_can_be_is_understood(kind: type[Request]) -> None:
    assert taken(json.dumps(whole(kind)).encode(), kind, {"file0": b"x"}) == "fine"


ODD: list[Any] = [..., None, True, -1, 0, 2**63, 10**40, 1.5, 1e300, "", "\0", "x" * 100_000, [], [[]], {}, {"a": {}}]


@pytest.mark.parametrize("new", ODD, ids=lambda new: repr(new)[:10])
@pytest.mark.parametrize("kind", KINDS)
def test_a_request_with_anything_else_in_a_place(kind: type[Request], new: Any) -> None:
    told = whole(kind)
    for path in places(told):
        taken(json.dumps(changed(told, path, new)).encode(), kind, {"file0": b"x"})


@pytest.mark.slow
@MANY
@given(st.data())
def test_a_request_with_anything_else_in_several_places(data: st.DataObject) -> None:
    kind = data.draw(st.sampled_from(KINDS))
    told: Any = whole(kind)
    for _ in range(data.draw(st.integers(1, 4))):
        told = changed(told, data.draw(st.sampled_from(list(places(told)))), data.draw(st.just(...) | plain))
    taken(json.dumps(told).encode(), kind, {"file0": b"x"})


@MANY
@given(st.sampled_from(KINDS), st.integers(0, 2**32))
def test_a_request_with_other_bytes_in_it(kind: type[Request], seed: int) -> None:
    taken(mutated(json.dumps(whole(kind)).encode(), Random(seed)), kind)


def mutated(data: bytes, random: Random) -> bytes:
    """The data with a few bytes changed, lost, doubled or added."""
    changing = bytearray(data)
    for _ in range(random.randint(1, 5)):
        at = random.randrange(len(changing) + 1)
        size = random.choice([1, 1, 1, 2, 8, 100])
        match random.randrange(4):
            case 0:
                changing[at : at + size] = random.randbytes(size)
            case 1:
                del changing[at : at + size]
            case 2:
                changing[at:at] = changing[at : at + size]
            case _:
                changing[at:at] = random.randbytes(size)
    return bytes(changing)


P = '"title":"t","pages":[{"id":"1","title":"x"}]'
BOMBS = {
    "arrays": "[" * 100_000,
    "objects": '{"a":' * 100_000,
    "nested": f'{{{P},"source":{{"changes":{{"a":{"[" * 100_000}{"]" * 100_000}}}}}}}',
    "huge number": f'{{{P},"timestamp":{"9" * 1_000_000}}}',
    "huge setting": f'{{{P},"settings":{{"contents_depth":{"9" * 4000}}}}}',
    "huge negative": f'{{{P},"settings":{{"contents_depth":-{"9" * 4000}}}}}',
    "infinite": f'{{{P},"settings":{{"a":1e999}}}}',
    "not a number": f'{{{P},"timestamp":NaN}}',
    "long setting": f'{{{P},"settings":{{"paper":"{"x" * 1_000_000}"}}}}',
    "long name of a setting": f'{{{P},"settings":{{"{"x" * 1_000_000}":true}}}}',
    "many settings": f'{{{P},"settings":{{{",".join(f"{chr(34)}s{n}{chr(34)}:1" for n in range(100_000))}}}}}',
    "long choice": f'{{{P},"images":"{"x" * 1_000_000}"}}',
    "long field": f'{{{P},"{"x" * 1_000_000}":1}}',
    "long code": f'{{{P},"source":{{"diagnostics":[{{"code":"{"x" * 1_000_000}","message":""}}]}}}}',
    "long split": f'{{{P},"delivery":{{"split":"{"x" * 1_000_000}"}}}}',
    "long name": f'{{{P},"delivery":{{"name":"{"x" * 1_000_000}"}}}}',
    "long standard": f'{{{P},"standards":["{"x" * 1_000_000}"]}}',
    "many standards": f'{{{P},"standards":[{",".join(["1"] * 10)}]}}',
    "surrogate": f'{{{P},"template":"\\ud800"}}',
    "surrogate bytes": f'{{{P},"template":"\ud800"}}',
    "reversed surrogates": f'{{{P},"template":"\\udc00\\ud800"}}',
    "byte order mark": f"\ufeff{{{P}}}",
    "two values": f"{{{P}}}{{{P}}}",
    "comment": f"{{{P}/* */}}",
    "single quotes": "{'title':'t'}",
    "NUL byte": f'{{{P},"template":"a\0b"}}',
    "line end in a string": f'{{{P},"template":"a\nb"}}',
}


@pytest.mark.parametrize("text", BOMBS.values(), ids=BOMBS)
def test_json_that_is_made_to_do_harm_is_refused(text: str) -> None:
    assert taken(text.encode("utf-8", "surrogatepass"), Request) != "fine"


@pytest.mark.parametrize("depth", [100, 500, 900, 950, 990, 1000, 1010, 2000])
def test_what_can_be_read_can_be_written(depth: int) -> None:
    """The depth at which JSON is too deep is the same both ways."""
    text = f'{{{P},"source":{{"changes":{{"a":{"[" * depth}{"]" * depth}}}}}}}'
    try:
        told = decode(text.encode(), Request)
    except InputError:
        return
    assert decode(encode(told), Request) == told


def test_of_keys_given_twice_the_last_counts() -> None:
    assert decode(b'{"title":"a","pages":[{"id":"1","title":"x"}],"title":"b"}', Request).title == "b"


SECRET = "Kv8-forbidden-words"


@pytest.mark.parametrize(
    "wrong",
    [
        {"images": SECRET},
        {"images": f"'{SECRET}' - at `$.images`"},
        {"pages": [{"id": "1", "title": "x", "kind": SECRET}]},
        {"timestamp": SECRET},
        {"pages": SECRET},
        {"answers": [{"need": {}, "answer": {"media": {"data": SECRET}}}]},
        {"settings": {SECRET: None}},
        {"source": {"changes": {SECRET: 1}, "diagnostics": [SECRET]}},
        {SECRET: 1},
        {"delivery": {f"{SECRET}` - at `$.delivery": 1}},
        {"delivery": {"permissions": [SECRET]}},
        {"template": SECRET, "title": None},
    ],
    ids=str,
)
def test_what_is_wrong_is_told_without_repeating_it(wrong: dict[str, Any]) -> None:
    with pytest.raises(InputError) as caught:
        decode(json.dumps({"title": "t", "pages": [{"id": "1", "title": "x"}]} | wrong).encode(), Request)
    assert SECRET not in caught.value.message + caught.value.hint


def test_a_misspelt_name_is_told() -> None:
    with pytest.raises(InputError, match="unknown field `templat`"):
        decode(b'{"title":"t","pages":[{"id":"1","title":"x"}],"templat":"x"}', Request)


def one(**more: Any) -> dict[str, Any]:
    return {"title": "t", "pages": [{"id": "1", "title": "x"}], **more}


def media(**form: str) -> dict[str, Any]:
    return one(answers=[{"need": {"attachment": {"page_id": "1"}}, "answer": {"media": form}}])


def nested(depth: int) -> Any:
    return {"a": nested(depth - 1)} if depth else 1


CONTRADICTIONS: dict[str, tuple[dict[str, Any], str]] = {
    "no id": (one(pages=[{"id": "", "title": "x"}]), "pages[0] has no id"),
    "same id": (one(pages=[{"id": "1", "title": "x"}] * 2), "pages[1] has the id of an earlier one"),
    "parent after child": (
        one(pages=[{"id": "1", "title": "x", "parent": "2"}, {"id": "2", "title": "x"}]),
        "pages[0] stands before its parent, pages[1]",
    ),
    "its own parent": (one(pages=[{"id": "1", "title": "x", "parent": "1"}]), "pages[0] is its own parent"),
    "no need": (one(answers=[{"need": {}, "answer": {"user": {"name": "n"}}}]), "answers[0].need has 0 kinds"),
    "two needs": (
        one(answers=[{"need": {"user": {}, "page": {}}, "answer": {"user": {"name": "n"}}}]),
        "answers[0].need has 2 kinds",
    ),
    "no answer": (one(answers=[{"need": {"user": {}}, "answer": {}}]), "answers[0].answer has 0 kinds"),
    "two answers": (
        one(answers=[{"need": {"user": {}}, "answer": {"pages": [], "user": {"name": "n"}}}]),
        "answers[0].answer has 2 kinds",
    ),
    "file not sent": (media(file="x"), "answers[0] names a file that was not sent"),
    "file and bytes": (media(file="file0", data="QUJD"), "answers[0] has a file and bytes"),
    "folder as a name": (one(delivery={"name": "a/b.pdf"}), "delivery.name can't be the name of a file"),
    "way out as a name": (one(delivery={"name": ".."}), "delivery.name can't be the name of a file"),
    "backslash in a name": (one(delivery={"name": "a\\b"}), "delivery.name can't be the name of a file"),
    "line end in a name": (one(delivery={"name": "a\r\nb"}), "delivery.name can't be the name of a file"),
    "NUL in a name": (one(delivery={"name": "a\0b"}), "delivery.name can't be the name of a file"),
    "no name": (one(delivery={"name": ""}), "delivery.name can't be the name of a file"),
    "name of the manifest": (one(delivery={"name": "Manifest.JSON"}), "delivery.name is that of the manifest"),
    "unknown code": (one(source={"diagnostics": [{"code": "x", "message": ""}]}), "source.diagnostics[0]"),
    "unknown setting": (one(settings={"papier": "a4"}), "unknown template option"),
    "setting of another kind": (one(settings={"paper": True}), "template option paper"),
    "unknown standard": (one(standards=["a-9z"]), "a-9z"),
    "encrypted archive": (one(standards=["a-2a"], delivery={"password": "x"}), "forbids encryption"),
    "password that is too long": (one(delivery={"password": "x" * 128}), "password"),
    "passwords that are the same": (
        one(delivery={"password": "x", "owner_password": "x", "permissions": ["print"]}),
        "nothing would be forbidden",
    ),
    "changes that are too deep": (one(source={"changes": nested(51)}), "source.changes is nested too deeply"),
    "split by nothing": (one(delivery={"split": "pages=0"}), "split"),
}


@pytest.mark.parametrize(("told", "message"), CONTRADICTIONS.values(), ids=CONTRADICTIONS)
def test_contradictions_are_named(told: dict[str, Any], message: str) -> None:
    form = decode(json.dumps(told).encode(), Request)
    with pytest.raises(InputError) as caught:
        understand(form, {"file0": b""})
    assert message in caught.value.message and caught.value.hint


def test_changes_may_be_as_deep_as_we_say() -> None:
    told = decode(json.dumps(one(source={"changes": nested(50)})).encode(), Request)
    understand(told, {})


def test_options_are_those_of_a_local_export() -> None:
    told = Request("t", (Page("1", "x"),), settings={"cover": True, "contents_depth": 2}, images="small", timestamp=5)
    wanted = parse_settings(template().options, {"cover": "true", "contents_depth": "2"})
    assert options_of(told, template(), Delivery(), 9) == Options(template(), wanted, timestamp=5, images="small")
    later = msgspec.structs.replace(told, timestamp=None)
    assert options_of(later, template(), Delivery(), 9).timestamp == 9


# --- Parts -----------------------------------------------------------------------------------------------------------

R = TypeVar("R")
BODY = (
    "<h1>Heading</h1><p>Text with a <a href='#Heading'>link</a>, <ac:link><ri:page ri:content-title='Two'/></ac:link>."
    "</p><table><tbody><tr><th>A</th></tr><tr><td>1</td></tr></tbody></table>"
)


@cache
def job() -> Job:
    outline = Bundle("Document", (Page("1", "One", "S"), Page("2", "Two", "S", "1")), (Space("S", "Space"),))
    return Job(outline, Options(template(), parse_settings(template().options, {})))


@cache
def part(start: int, stop: int) -> bytes:
    """The pages of the job, typeset."""
    made: list[Made] = []

    def reply(question: Any) -> dict[Need, Answer]:
        if isinstance(question, Made):
            made.append(question)
            return {}
        return {need: Body("storage", BODY) for need in question}

    tasks = iter([PartTask(start, stop)])
    for _ in Inline(begin, job()).run(lambda: next(tasks, None), reply):
        pass
    return parts.pack(job(), start, stop, made)


def assembled(names: Sequence[str], files: Mapping[str, bytes]) -> Output | Problem:
    """What becomes of parts. Raises what is neither a problem nor a fault of the input."""
    outline = job().outline
    told = AssembleRequest(
        title=outline.title, pages=outline.pages, spaces=outline.spaces, timestamp=0, parts=tuple(names)
    )
    turns = OPERATIONS["assemble"](setup(), {"request": encode(told), **files}, "file", 0)
    try:
        while True:
            next(turns)
    except StopIteration as end:
        output = end.value
        assert isinstance(output, Output)
        return output
    except Problem as problem:
        return problem
    except InputError as error:
        return Problem("request-invalid", error.message)


def test_parts_come_back_as_they_were() -> None:
    back = parts.unpack(part(0, 2), job(), "x")
    assert (back.start, back.stop) == (0, 2)
    assert parts.pack(job(), 0, 2, back.made) == part(0, 2)


def test_parts_become_a_document_in_any_order() -> None:
    files = {"a": part(0, 1), "b": part(1, 2)}
    first, second = assembled(["a", "b"], files), assembled(["b", "a"], files)
    assert isinstance(first, Output) and first == second


@pytest.mark.parametrize(
    ("names", "message"),
    [(["a"], "in no part"), (["b"], "in no part"), (["a", "a", "b"], "in two parts"), (["a", "ab"], "in two parts")],
)
def test_parts_that_are_not_the_document_are_refused(names: list[str], message: str) -> None:
    found = assembled(names, {"a": part(0, 1), "b": part(1, 2), "ab": part(0, 2)})
    assert isinstance(found, Problem) and found.code == "part-unusable" and message in found.detail


def test_parts_that_were_not_sent() -> None:
    found = assembled(["a", "b"], {"a": part(0, 1)})
    assert isinstance(found, Problem) and found.code == "request-invalid" and "not sent" in found.detail


OTHERS: dict[str, Any] = {
    "title": lambda job: replace(job, outline=replace(job.outline, title="Other")),
    "page": lambda job: replace(job, outline=replace(job.outline, pages=job.outline.pages[:1])),
    "space": lambda job: replace(job, outline=replace(job.outline, spaces=())),
    "setting": lambda job: replace(
        job, options=replace(job.options, settings=parse_settings(template().options, {"paper": "a5"}))
    ),
    "standards": lambda job: replace(job, options=replace(job.options, standards=("ua-1",))),
    "timestamp": lambda job: replace(job, options=replace(job.options, timestamp=1)),
    "images": lambda job: replace(job, options=replace(job.options, images="small")),
}


@pytest.mark.parametrize("other", OTHERS.values(), ids=OTHERS)
def test_parts_of_another_document_are_refused(other: Any) -> None:
    with pytest.raises(InputError, match="another document"):
        parts.unpack(part(0, 2), other(job()), "x")


def content(data: bytes) -> Any:
    """What a part holds, after its checksum."""
    return msgspec.msgpack.decode(data[32:])


def summed(data: bytes) -> bytes:
    return hashlib.sha256(data).digest() + data


def packed(value: Any) -> bytes:
    return summed(msgspec.msgpack.encode(value))


@pytest.mark.parametrize("field", ["format", "version"])
def test_parts_of_another_version_are_refused(field: str) -> None:
    told = content(part(0, 2))
    told[field] = told[field] * 2
    with pytest.raises(InputError, match="another version"):
        parts.unpack(packed(told), job(), "x")


@MANY
@given(st.binary(max_size=200) | plain.map(packed))
def test_other_bytes_are_no_part(data: bytes) -> None:
    with pytest.raises(InputError, match="is no part"):
        parts.unpack(data, job(), "x")


def test_deep_bytes_are_no_part() -> None:
    for data in (b"\x91" * 100_000, b"\x81\xa1a" * 100_000, b"\xdd\xff\xff\xff\xff", b"\xc6\xff\xff\xff\xff"):
        with pytest.raises(InputError, match="is no part"):
            parts.unpack(summed(data), job(), "x")


@MANY
@given(st.integers(0, 2**32))
def test_damaged_parts_are_refused(seed: int) -> None:
    damaged = mutated(part(0, 2), Random(seed))
    assume(damaged != part(0, 2))
    with pytest.raises(InputError, match="damaged"):
        parts.unpack(damaged, job(), "x")


def leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where values are, in unpacked MessagePack."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    empty = True
    for key, each in inner:
        empty = False
        yield from leaves(each, (*path, key))
    if empty or len(path) < 4:
        yield path


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_parts_with_other_values_are_refused_or_used(seed: int) -> None:
    """Well-formed parts that lie: with anything else in any place, none of it is a defect of ours."""
    random = Random(seed)
    told = content(part(0, 2))
    found = list(leaves(told))
    for path in random.sample(found, min(80, len(found))):
        new: Any = random.choice(
            [..., None, -1, 0, 99_999, -(2**63), 2.5, float("nan"), "", "x", b"", b"%PDF-", [], {}]
        )
        result = assembled(["a"], {"a": packed(changed(told, path, new))})
        assert isinstance(result, Output) or result.code in ("part-unusable", "request-invalid"), (path, new)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
def test_parts_with_other_bytes_are_refused_or_used(seed: int) -> None:
    random = Random(seed)
    for _ in range(60):
        result = assembled(["a"], {"a": summed(mutated(part(0, 2)[32:], random))})
        assert isinstance(result, Output) or result.code == "part-unusable"


OPERATION_OF: Mapping[Operation, type[Request]] = {
    "needs": NeedsRequest,
    "parts": PartsRequest,
    "assemble": AssembleRequest,
    "render": Request,
    "preview": PreviewRequest,
}
assert set(OPERATION_OF) == set(OPERATIONS)
