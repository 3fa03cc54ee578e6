"""What differs between an earlier export and one made now, told from a folder on disk."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from confluence_xpress.bundle import Page
from confluence_xpress.collect import outline
from confluence_xpress.errors import InputError
from confluence_xpress.render import Options
from confluence_xpress.render.changes import Changes, changes_entry, compare, page_facts, read_earlier
from confluence_xpress.render.manifest import manifest_head
from confluence_xpress.sources.open import open_source
from confluence_xpress.sources.selection import Selection
from confluence_xpress.templates import load_template, parse_settings

TEMPLATE = load_template("default")
SETTINGS = parse_settings(TEMPLATE.options, {})
OPTIONS = Options(TEMPLATE, SETTINGS)
EXPORTED = 1_795_348_800
WHOLE = Selection()

Entries = list[dict[str, Any]]
Edit = Callable[[Entries], object]


class Space:
    """A folder source that can be edited, and exported as far as its manifest's pages go."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "bodies").mkdir(parents=True)
        (folder / "attachments/2").mkdir(parents=True)
        (folder / "attachments/2/plan.png").write_bytes(b"plan")
        for page_id in "123456":
            self.write(page_id, "<p>Text</p>")
        (folder / "space.json").write_text('{"key": "DOC", "name": "Docs"}')
        self._save([_entry(page_id, None if page_id == "1" else "1", int(page_id)) for page_id in "123456"])

    def write(self, page_id: str, body: str) -> None:
        (self.folder / f"bodies/{page_id}.storage.xml").write_text(body)

    def edit(self, change: Edit) -> None:
        entries = json.loads((self.folder / "pages.json").read_text())
        change(entries)
        self._save(entries)

    def manifest(self, options: Options = OPTIONS, selection: Selection = WHOLE) -> bytes:
        source = open_source(self.folder)
        bundle = outline(source, selection)
        chosen = {page.id for page in bundle.pages}
        head = manifest_head(bundle.title, replace(options, timestamp=EXPORTED), [])
        pages = [page_facts(page, source.digest) for page in bundle.pages]
        included = [page_facts(page, source.digest) for page in source.pages().pages if page.id not in chosen]
        return json.dumps({**head, "pages": pages, "included": included, "diagnostics": []}).encode()

    def compare(self, earlier: bytes, options: Options = OPTIONS, selection: Selection = WHOLE) -> Changes:
        source = open_source(self.folder)
        bundle = outline(source, selection)
        head = manifest_head(bundle.title, options, [])
        manifest = read_earlier(earlier, "old.json")
        return compare(manifest, head, bundle.pages, digest=source.digest, known=source.pages().pages)

    def _save(self, entries: Entries) -> None:
        (self.folder / "pages.json").write_text(json.dumps(entries))


def _entry(page_id: str, parent: str | None, position: int) -> dict[str, Any]:
    files = [{"title": "plan.png", "size": 4}] if page_id == "2" else []
    return {
        "id": page_id,
        "title": f"Page {page_id}",
        "parent": parent,
        "position": position,
        "labels": ["one", "two"],
        "version": 1,
        "updated": "2025-01-01T00:00:00Z",
        "body": f"bodies/{page_id}.storage.xml",
        "attachments": files,
    }


def setting(page_id: str, **values: object) -> Edit:
    """An edit of one entry; None takes the key out."""

    def change(entries: Entries) -> None:
        entry = next(entry for entry in entries if entry["id"] == page_id)
        entry.update(values)
        for key, value in values.items():
            if value is None:
                del entry[key]

    return change


@pytest.fixture
def space(tmp_path: Path) -> Space:
    return Space(tmp_path / "space")


def test_nothing_differs_if_nothing_was_done(space: Space) -> None:
    changes = space.compare(space.manifest())
    assert not changes
    assert changes == Changes()


def test_the_time_of_the_export_and_the_order_of_labels_are_no_difference(space: Space) -> None:
    earlier = space.manifest()
    space.edit(setting("3", labels=["two", "one"]))
    assert not space.compare(earlier, replace(OPTIONS, timestamp=EXPORTED + 1000))


def test_pages_come_go_and_change(space: Space) -> None:
    earlier = space.manifest()
    space.edit(lambda entries: entries.append(_entry("9", "1", 0)))
    space.edit(lambda entries: entries.pop(4))
    space.edit(setting("6", version=2))
    changes = space.compare(earlier)
    assert changes == Changes(added=("9",), changed=("6",), removed=(("5", "Page 5"),))
    assert changes_entry(changes, json.loads(earlier)) == {
        "since": "2026-11-22T12:00:00Z",
        "added": ["9"],
        "changed": ["6"],
        "moved": [],
        "removed": [{"id": "5", "title": "Page 5"}],
        "other": [],
    }


@pytest.mark.parametrize(
    "values",
    [
        {"version": 2},
        {"version": None},
        {"title": "Another"},
        {"labels": ["one"]},
        {"url": "https://example.com/2"},
        {"kind": "blogpost", "parent": None},
        {"attachments": [{"title": "plan.png", "size": 5}]},
        {"attachments": [{"title": "plan.png", "size": 4, "file_id": "f"}]},
        {"attachments": []},
    ],
)
def test_what_counts_as_a_change_of_a_page(space: Space, values: dict[str, object]) -> None:
    selection = Selection(blogposts=True)
    earlier = space.manifest(selection=selection)
    space.edit(setting("2", **values))
    assert space.compare(earlier, selection=selection).changed == ("2",)


def test_a_version_is_trusted_more_than_a_time_or_a_body(space: Space) -> None:
    earlier = space.manifest()
    space.edit(setting("2", updated="2025-02-02T00:00:00Z"))
    space.write("2", "<p>Other text</p>")
    assert not space.compare(earlier)


def test_without_a_version_the_time_counts(space: Space) -> None:
    space.edit(setting("3", version=None))
    earlier = space.manifest()
    assert not space.compare(earlier)
    space.edit(setting("3", updated="2025-02-02T00:00:00Z"))
    assert space.compare(earlier).changed == ("3",)


def test_without_version_and_time_the_body_counts(space: Space) -> None:
    for page_id in "23":
        space.edit(setting(page_id, version=None, updated=None))
    earlier = space.manifest()
    assert not space.compare(earlier)
    space.write("3", "<p>Other text</p>")
    assert space.compare(earlier).changed == ("3",)
    (space.folder / "attachments/2/plan.png").write_bytes(b"PLAN")
    assert space.compare(earlier).changed == ("2", "3")


def test_a_file_of_which_nothing_is_known_is_looked_at(space: Space) -> None:
    space.edit(setting("2", attachments=["plan.png"]))
    earlier = space.manifest()
    assert not space.compare(earlier)
    (space.folder / "attachments/2/plan.png").write_bytes(b"PLAN")
    assert space.compare(earlier).changed == ("2",)
    (space.folder / "attachments/2/plan.png").unlink()
    assert space.compare(earlier).changed == ("2",)


def test_only_bodies_that_metadata_says_nothing_about_are_read(space: Space) -> None:
    space.edit(setting("3", version=None, updated=None))
    earlier = space.manifest()
    for page_id in "12456":
        (space.folder / f"bodies/{page_id}.storage.xml").unlink()
    assert not space.compare(earlier)
    (space.folder / "bodies/3.storage.xml").unlink()
    assert space.compare(earlier).changed == ("3",)


def test_what_cannot_be_told_counts_as_changed() -> None:
    page = Page("1", "One")
    earlier = {"pages": [page_facts(page, lambda _: "")]}
    assert compare(earlier, {}, [page], digest=lambda _: "").changed == ("1",)
    assert compare(earlier, {}, [page], digest=lambda _: "abc").changed == ("1",)


def test_a_page_put_before_others_does_not_move_them(space: Space) -> None:
    earlier = space.manifest()
    space.edit(setting("6", position=0))
    assert space.compare(earlier) == Changes(moved=("6",))


def test_a_page_below_another_parent_has_moved_and_those_below_it_have_not(space: Space) -> None:
    space.edit(setting("4", parent="3"))
    earlier = space.manifest()
    space.edit(setting("3", parent="2"))
    assert space.compare(earlier) == Changes(moved=("3",))


def test_where_the_parent_is_removed_its_children_have_moved(space: Space) -> None:
    space.edit(setting("4", parent="3"))
    earlier = space.manifest()
    space.edit(lambda entries: entries.pop(2))
    space.edit(setting("4", parent="1"))
    assert space.compare(earlier) == Changes(moved=("4",), removed=(("3", "Page 3"),))


@given(st.permutations(range(8)))
def test_moving_the_moved_pages_explains_any_new_order(order: Sequence[int]) -> None:
    pages = [Page(str(number), f"Page {number}", version=1) for number in range(8)]
    now = [pages[number] for number in order]
    earlier = {"pages": [page_facts(page, _never) for page in pages]}
    moved = set(compare(earlier, {}, now, digest=_never).moved)
    kept = [page.id for page in now if page.id not in moved]
    assert kept == sorted(kept)
    # No larger set can stay: every rising run is at most as long.
    assert len(kept) == max(len(run) for run in _rising(order))


def _rising(order: Sequence[int]) -> Iterator[list[int]]:
    """All rising subsequences, by brute force."""
    for chosen in range(2 ** len(order)):
        run = [value for index, value in enumerate(order) if chosen >> index & 1]
        if run == sorted(run):
            yield run


def _never(page: Page) -> str:
    raise AssertionError(f"page {page.id} has a version, its body is not needed")


def test_options_template_standards_and_title_are_other_reasons(space: Space) -> None:
    earlier = space.manifest()
    numbered = {**SETTINGS, "numbering": SETTINGS["numbering"] is not True}
    assert space.compare(earlier, replace(OPTIONS, settings=numbered)).other == (
        f"options: numbering was {_json(SETTINGS['numbering'])}, is {_json(numbered['numbering'])}",
    )
    files = {**TEMPLATE.files, "template.typ": TEMPLATE.files["template.typ"] + "\n"}
    mended = replace(OPTIONS, template=replace(TEMPLATE, files=files))
    assert space.compare(earlier, mended).other == ("template default has other files",)
    renamed = replace(OPTIONS, template=replace(TEMPLATE, name="house"))
    assert space.compare(earlier, renamed).other == ("template was default, is house",)
    assert len(space.compare(earlier, replace(OPTIONS, standards=("1.7",))).other) == 1
    (space.folder / "space.json").write_text('{"key": "DOC", "name": "Documents"}')
    assert space.compare(earlier).other == ("title was Docs, is Documents",)


def test_another_version_of_xpress_is_another_reason(space: Space) -> None:
    manifest = json.loads(space.manifest())
    manifest["generator"] = "XPress 0.0.1"
    (reason,) = space.compare(json.dumps(manifest).encode()).other
    assert reason.startswith("generator was XPress 0.0.1, is XPress ")


def _json(value: object) -> str:
    return json.dumps(value)


def test_pages_included_from_outside_the_selection_are_watched(space: Space) -> None:
    tree = Selection(pages=("2", "3"))
    earlier = space.manifest(selection=tree)
    assert not space.compare(earlier, selection=tree)
    space.edit(setting("5", version=2))
    space.edit(lambda entries: entries.pop(3))
    assert space.compare(earlier, selection=tree) == Changes(
        other=("included page Page 4 is gone", "included page Page 5 changed")
    )


def test_another_selection_adds_and_removes(space: Space) -> None:
    earlier = space.manifest(selection=Selection(pages=("2", "3")))
    assert space.compare(earlier, selection=Selection(pages=("3", "4"))) == Changes(
        added=("4",), removed=(("2", "Page 2"),), other=()
    )


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"%PDF-1.7", "is a PDF"),
        (b"", "is no JSON"),
        (b"\xff\xfe\x00", "is no JSON"),
        (b'{"\xff": 1}', "not UTF-8"),
        (b'{"format": 1, "pages": ' + b"[" * 100_000, "nested too deeply"),
        (b"[]", "not a manifest of XPress"),
        (b'{"pages": []}', "not a manifest of XPress"),
        (b'{"format": 2, "pages": []}', "has format 2"),
        (b'{"format": 1, "pages": {}}', "is damaged"),
        (b'{"format": 1, "pages": [1]}', "is damaged"),
        (b'{"format": 1, "pages": [{"id": ["x"]}]}', "is damaged"),
        (b'{"format": 1, "pages": [{"id": "x", "parent": {}}]}', "is damaged"),
        (b'{"format": 1, "pages": [], "included": [{}]}', "is damaged"),
    ],
)
def test_what_is_no_manifest_is_refused_with_advice(data: bytes, message: str) -> None:
    with pytest.raises(InputError, match=message) as refused:
        read_earlier(data, "old.json")
    assert refused.value.message.startswith("old.json")
    assert refused.value.hint


def test_a_manifest_with_nothing_but_ids_can_be_compared() -> None:
    earlier = read_earlier(b'\xef\xbb\xbf{"format": 1, "pages": [{"id": "1"}, {"id": "2"}]}', "old.json")
    changes = compare(earlier, {"title": "Docs"}, [Page("1", "One", version=1)], digest=_never)
    assert changes == Changes(changed=("1",), removed=(("2", ""),), other=("title was nothing, is Docs",))
