"""What is written into a PDF file comes out of it again, read by qpdf."""

from __future__ import annotations

import io
import shutil
import subprocess
import tracemalloc
from collections.abc import Sequence
from itertools import count
from pathlib import Path

import pikepdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from confluence_xpress.errors import InternalError
from confluence_xpress.typeset.encrypt import Encryption, encryption, protection
from confluence_xpress.typeset.pdffile import PdfFile, Stream, pack
from confluence_xpress.typeset.syntax import date, hexadecimal_string, literal_string, name, text_string
from confluence_xpress.typeset.trees import PageTree, name_tree, number_tree

names = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=8).map(name)
strings = st.binary(max_size=40)
atoms = st.one_of(
    st.integers(-(2**31), 2**31 - 1).map(lambda number: b"%d" % number),
    names,
    strings.map(literal_string),
    strings.map(hexadecimal_string),
    st.sampled_from([b"null", b"true", b"false", b"0.25"]),
)


def _array(items: Sequence[bytes]) -> bytes:
    return b"[%b]" % b" ".join(items)


def _dictionary(entries: dict[bytes, bytes]) -> bytes:
    return b"<<%b>>" % b" ".join(b"%b %b" % entry for entry in entries.items())


bodies = st.recursive(
    atoms,
    lambda inner: st.lists(inner, max_size=5).map(_array) | st.dictionaries(names, inner, max_size=5).map(_dictionary),
    max_leaves=12,
)


def document(
    objects: dict[int, bytes],
    streams: Sequence[Stream] = (),
    *,
    per_stream: int = 200,
    encrypted: Encryption | None = None,
) -> bytes:
    """A PDF with these objects beside the least that a document needs."""
    free = max([*objects, *(stream.number for stream in streams), 0]) + 1
    catalog, tree = free, PageTree(1, free + 2)
    needed = {
        catalog: b"<</Type/Catalog/Pages %d 0 R>>" % tree.root,
        free + 1: b"<</Type/Page/Parent %d 0 R/MediaBox[0 0 10 10]/Resources<<>>>>" % tree.parent(0),
        **dict(tree.objects([free + 1])),
    }
    out = io.BytesIO()
    file = PdfFile(out, encryption=encrypted)
    # qpdf takes a file with large object numbers in few bytes for a bad joke.
    bulk = Stream(free + 3, b"", bytes(free * 10))
    for stream in [bulk, *streams, *pack({**objects, **needed}.items(), free + 4, per_stream)]:
        file.write(stream)
    file.close(catalog, None)
    assert file.size == len(out.getvalue())
    return out.getvalue()


numbered = st.dictionaries(st.integers(1, 3000), bodies, max_size=30)


@pytest.mark.slow
@given(
    numbered, st.dictionaries(st.integers(3001, 3100), st.tuples(bodies, st.binary(max_size=99))), st.integers(1, 40)
)
@settings(deadline=None, max_examples=50)
def test_what_is_written_is_read(
    objects: dict[int, bytes], streams: dict[int, tuple[bytes, bytes]], per_stream: int
) -> None:
    written = [Stream(number, b"/X %b" % body, data) for number, (body, data) in streams.items()]
    _assert_holds(document(objects, written, per_stream=per_stream), objects, streams)


@pytest.mark.slow
@given(numbered, st.dictionaries(st.integers(3001, 3100), st.tuples(bodies, st.binary(max_size=99)), max_size=5))
@settings(deadline=None, max_examples=30)
def test_what_is_encrypted_is_read(objects: dict[int, bytes], streams: dict[int, tuple[bytes, bytes]]) -> None:
    written = [Stream(number, b"/X %b" % body, data) for number, (body, data) in streams.items()]
    pdf = document(objects, written, encrypted=encryption(protection("open sesame")))
    _assert_holds(pdf, objects, streams, password="open sesame")


def _assert_holds(
    pdf: bytes, objects: dict[int, bytes], streams: dict[int, tuple[bytes, bytes]], password: str = ""
) -> None:
    with pikepdf.open(io.BytesIO(pdf), password=password, attempt_recovery=False) as read:
        assert read.check_pdf_syntax() == []
        for number, body in objects.items():
            assert _same(read.get_object(number, 0), body)
        for number, (body, data) in streams.items():
            stream = read.get_object(number, 0)
            assert stream.read_raw_bytes() == data
            assert _same(stream.stream_dict.get("/X"), body)


def _same(found: pikepdf.Object | None, written: bytes) -> bool:
    if written == b"null":
        return found is None
    assert found is not None
    return _plain(found) == _plain(pikepdf.Object.parse(written))


def _plain(value: pikepdf.Object) -> object:
    """A value that can be compared."""
    match value:
        case pikepdf.Array():
            return [_plain(item) for item in value]
        case pikepdf.Dictionary():
            return {key: _plain(item) for key, item in value.items()}
        case pikepdf.String():
            return bytes(value)
        case _:
            return value


@pytest.mark.slow
@pytest.mark.parametrize("objects", [0, 1, 200, 8185, 8192, 30_000])
def test_another_program_finds_no_fault(objects: int, tmp_path: Path) -> None:
    if shutil.which("qpdf") is None:
        pytest.skip("qpdf is not installed")
    path = tmp_path / "written.pdf"
    path.write_bytes(document({number: b"<</I %d>>" % number for number in range(1, objects + 1)}))
    checked = subprocess.run(["qpdf", "--check", str(path)], capture_output=True, check=False)
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_equal_input_gives_equal_bytes_and_other_input_another_identity() -> None:
    assert document({1: b"1"}) == document({1: b"1"})
    identities = {bytes(pikepdf.open(io.BytesIO(document({1: body}))).trailer.ID[0]) for body in (b"1", b"2")}
    assert len(identities) == 2


def test_an_object_outside_of_object_streams_stands_where_it_was_said() -> None:
    out = io.BytesIO()
    file = PdfFile(out)
    file.write(Stream(7, b"", b"data"))
    offset = file.plain(3, b"<</A 1>>")
    assert out.getvalue()[offset:].startswith(b"3 0 obj\n<</A 1>>\nendobj")


@pytest.mark.parametrize(
    "second", [Stream(2, b"", b""), Stream(9, b"", b"", (2,)), Stream(9, b"", b"", (8, 1)), Stream(0, b"", b"")]
)
def test_no_number_is_given_twice(second: Stream) -> None:
    file = PdfFile(io.BytesIO())
    file.write(Stream(2, b"", b"", (1, 5)))
    with pytest.raises(InternalError, match="twice"):
        file.write(second)


@pytest.mark.slow
def test_memory_does_not_grow_with_the_content() -> None:
    class Nowhere:
        def write(self, data: bytes) -> None:
            pass

    objects = 400_000
    file = PdfFile(Nowhere())
    tracemalloc.start()
    for first in range(1, objects, 200):
        file.write(Stream(objects + first, b"", bytes(10_000), tuple(range(first, first + 200))))
    file.close(1, None)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    # Twice the number of objects are numbered here, and a growing table has some room to grow.
    assert peak < objects * 2 * 10


@given(st.text())
def test_text_strings_and_names_are_read(text: str) -> None:
    text = text.encode("utf-8", "replace").decode()
    parsed = pikepdf.Object.parse(text_string(text))
    assert str(parsed) == text
    assert pikepdf.Object.parse(name(text.replace("\0", ""))) == pikepdf.Name("/" + text.replace("\0", ""))


def test_a_date_is_in_utc() -> None:
    assert date(1_700_000_000) == b"(D:20231114221320Z)"


@pytest.mark.slow
@given(st.dictionaries(st.binary(max_size=6), st.integers(0, 9), max_size=400), st.integers(0, 6000))
@settings(deadline=None, max_examples=30)
def test_name_trees(entries: dict[bytes, int], more: int) -> None:
    entries |= {b"entry %d" % number: number for number in range(more)}
    objects = dict(name_tree([(key, b"%d" % value) for key, value in entries.items()], 1, count(2)))
    with pikepdf.open(io.BytesIO(document(objects))) as read:
        root = read.get_object(1, 0)
        _assert_balanced(root)
        assert [bytes(key) for key in _keys(root, "/Names")] == sorted(entries)
        if all(key.decode("latin-1").isprintable() and key.isascii() for key in entries):
            # Other names qpdf looks for in another order.
            found = pikepdf.NameTree(root)
            assert all(int(found[key.decode()]) == value for key, value in entries.items())


@given(st.sets(st.integers(0, 2**31 - 1), max_size=200), st.integers(0, 9000))
@settings(deadline=None, max_examples=30)
def test_number_trees(numbers: set[int], more: int) -> None:
    ordered = sorted(numbers | set(range(more)))
    objects = dict(number_tree(((key, b"%d" % key) for key in ordered), 1, count(2)))
    with pikepdf.open(io.BytesIO(document(objects))) as read:
        root = read.get_object(1, 0)
        _assert_balanced(root)
        assert {key: int(value) for key, value in pikepdf.NumberTree(root).items()} == {key: key for key in ordered}


def _keys(node: pikepdf.Object, kind: str) -> list[pikepdf.Object]:
    """The keys of a tree in order, after a look at each node's limits."""
    keys = [key for kid in node.Kids for key in _keys(kid, kind)] if "/Kids" in node else list(node[kind])[::2]
    assert ("/Limits" not in node) or list(node.Limits) == [keys[0], keys[-1]]
    return keys


def _assert_balanced(root: pikepdf.Object) -> None:
    assert "/Limits" not in root
    level = [root]
    while level:
        assert len({"/Kids" in node for node in level}) == 1
        assert all(len(node.get("/Kids", [])) <= 64 for node in level)
        level = [kid for node in level for kid in node.get("/Kids", [])]


def test_names_differ_and_numbers_ascend() -> None:
    with pytest.raises(InternalError, match="twice"):
        list(name_tree([(b"a", b"1"), (b"b", b"1"), (b"a", b"2")], 1, count(2)))
    with pytest.raises(InternalError, match="after 4"):
        list(number_tree([(4, b"1"), (4, b"1")], 1, count(2)))


@pytest.mark.parametrize("pages", [1, 64, 65, 4096, 4097])
def test_page_trees(pages: int) -> None:
    tree = PageTree(pages, pages + 1)
    objects = dict(tree.objects(range(1, pages + 1)))
    assert sorted(objects) == list(range(pages + 1, pages + 1 + tree.nodes))
    catalog = pages + tree.nodes + 1
    objects |= {
        page: b"<</Type/Page/Parent %d 0 R/MediaBox[0 0 %d 9]/Resources<<>>>>" % (tree.parent(page - 1), page)
        for page in range(1, pages + 1)
    }
    out = io.BytesIO()
    file = PdfFile(out)
    for stream in pack([*objects.items(), (catalog, b"<</Type/Catalog/Pages %d 0 R>>" % tree.root)], catalog + 1):
        file.write(stream)
    file.close(catalog, None)
    with pikepdf.open(io.BytesIO(out.getvalue())) as read:
        assert [int(page.mediabox[2]) for page in read.pages] == list(range(1, pages + 1))
        assert "/Parent" not in read.Root.Pages
        _assert_parents(read.Root.Pages)


def _assert_parents(node: pikepdf.Object) -> None:
    assert len(node.Kids) <= 64
    assert int(node.Count) == sum(int(kid.get("/Count", 1)) for kid in node.Kids)
    for kid in node.Kids:
        assert kid.Parent.objgen == node.objgen
        if "/Kids" in kid:
            _assert_parents(kid)


def test_a_page_tree_takes_the_pages_that_it_was_made_for() -> None:
    with pytest.raises(InternalError, match="given 2"):
        list(PageTree(3, 1).objects([1, 2]))
