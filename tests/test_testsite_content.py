"""Where the test site's content comes from, and how it changes."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import zipfile
from pathlib import Path

import httpx
import pytest

from confluence_xpress.bundle import Body
from confluence_xpress.errors import InputError
from confluence_xpress.needs import BodyNeed
from confluence_xpress.sources.open import open_source
from testsite import Content, File, Page, Site, Space, User
from testsite.adf import to_storage
from testsite.markup import parse, to_adf, to_html
from testsite.sample import everything
from testsite.site import READER
from testsite.times import stamp
from testsite.visibility import visible

pytestmark = pytest.mark.slow  # each starts a site

ROOT = Path(__file__).parents[1]
DEMO = ROOT / "demo" / "space"


def write(folder: Path, pages: object, **files: str) -> Path:
    """A folder that XPress reads."""
    (folder / "bodies").mkdir()
    (folder / "pages.json").write_text(json.dumps(pages))
    (folder / "space.json").write_text('{"key": "KB", "name": "Knowledge", "homepage": "start"}')
    for name, text in files.items():
        (folder / "bodies" / f"{name}.storage.xml").write_text(text)
    return folder


def test_a_folder_keeps_its_ids_and_bodies() -> None:
    content, source = Content.from_path(DEMO), open_source(DEMO)
    pages = source.pages().pages
    assert {page.id for page in content.pages()} == {page.id for page in pages}
    for page in pages:
        kept, body = content.page(page.id), source.fulfil([BodyNeed(page.id)])[BodyNeed(page.id)]
        assert isinstance(body, Body)
        assert (kept.title, kept.parent, kept.labels, kept.version) == (
            page.title,
            page.parent,
            page.labels,
            page.version,
        )
        match body.format:
            case "storage":
                assert kept.body == body.value
            case "adf":
                assert kept.adf == body.value and kept.body
            case "view":
                assert kept.body
        for file, attachment in zip(kept.files, page.attachments, strict=True):
            assert file.versions()[-1].read() == (DEMO / "attachments" / page.id / file.title).read_bytes()
            assert not attachment.file_id or file.file_id == attachment.file_id
    names = {user.name for user in content.users.values()}
    assert len(names) > 5 and names <= set(json.loads((DEMO / "users.json").read_text()).values())


def test_space_exports_in_zips_are_read(tmp_path: Path) -> None:
    archive = tmp_path / "export.zip"
    with zipfile.ZipFile(archive, "w") as file:
        for path in (ROOT / "demo" / "export").rglob("*"):
            file.write(path, path.relative_to(ROOT / "demo" / "export"))
    content = Content.from_path(archive)
    assert len(content.pages()) > 3
    assert all(file.versions()[-1].read() for page in content.pages() for file in page.files)
    with pytest.raises(InputError, match="does not exist"):
        Content.from_path(tmp_path / "nothing")


def test_ids_that_are_no_numbers_are_replaced_where_they_are_used(tmp_path: Path) -> None:
    link = '<a href="https://x/pages/viewpage.action?pageId=start-2">2</a><ri:page ri:content-id="start" />start'
    pages = [
        {"id": "start", "title": "Start", "body": "bodies/start.storage.xml"},
        {"id": "start-2", "title": "Two", "parent": "start"},
    ]
    content = Content.from_path(write(tmp_path, pages, start=link))
    first, second = content.page("start"), content.page("start-2")
    assert first.id.isdecimal() and second.parent == first.id
    assert content.spaces["KB"].homepage == first.id
    assert f"pageId={second.id}" in first.body and f'ri:content-id="{first.id}"' in first.body
    assert first.body.endswith("start")
    again = Content.from_path(tmp_path)
    assert again.ids == content.ids


@pytest.mark.parametrize("name", sorted(path.name for path in (DEMO / "bodies").glob("*.adf.json")))
def test_adf_gives_storage_format_with_the_same_words(name: str) -> None:
    adf = (DEMO / "bodies" / name).read_text()
    content = Content.from_path(DEMO)
    body = content.page(name.partition(".")[0]).body
    told = "".join("".join(str(text) for text in parse(body).itertext()).split())

    def texts(node: object) -> list[str]:
        if isinstance(node, dict):
            own = [node["text"]] if node.get("type") == "text" else []
            if isinstance(wrapped := node.get("adf"), str):
                own += texts(json.loads(wrapped))
            return own + [text for value in node.values() for text in texts(value)]
        return [text for value in node for text in texts(value)] if isinstance(node, list) else []

    missing = [text for text in texts(json.loads(adf)) if "".join(text.split()) not in told]
    assert missing == []
    wrapped = adf.count('"extensionKey": "nested-table"')
    assert body.count("<ac:structured-macro") >= adf.count('"extensionKey"') - wrapped


def test_adf_that_is_none_gives_nothing() -> None:
    assert to_storage("{", {}) == "" and to_storage("[]", {}) == "" and to_storage('{"type": "new"}', {}) == ""


def test_html_of_storage_format() -> None:
    body = (
        '<p>a &amp; b&nbsp;<ac:image ac:alt="x"><ri:attachment ri:filename="a b.png" /></ac:image></p>'
        '<ac:link><ri:page ri:content-title="Two" ri:space-key="KB" /></ac:link><ac:link><ri:user ri:userkey="u" />'
        '</ac:link><ac:structured-macro ac:name="code"><ac:parameter ac:name="language">c</ac:parameter>'
        "<ac:plain-text-body><![CDATA[1 < 2]]></ac:plain-text-body></ac:structured-macro><hr/><broken"
    )
    assert to_html(body, "http://site", "7", {"u": "Uma"}) == (
        '<p>a &amp; b\xa0<img src="http://site/download/attachments/7/a%20b.png" alt="x"/></p>'
        '<a href="http://site/display/KB/Two">Two</a>Uma<pre>1 &lt; 2</pre><hr/><broken></broken>'
    )
    document = json.loads(to_adf("<h2>Head</h2><p>Text</p>"))
    assert [node["type"] for node in document["content"]] == ["heading", "paragraph"]


def test_changes_complete_what_is_missing() -> None:
    content = Content([Page("home", "Home", files=(File("a.png", b"x"),))], users=[User("acc", "Ann")])
    page = content.page("home")
    assert page.space in content.spaces and content.spaces[page.space].id.isdecimal()
    file = page.files[0]
    assert file.id.startswith("att") and file.media_type == "image/png" and file.file_id
    before = content.revision
    content.change("home", labels=("a", "b", "a"))
    assert content.page("home").labels == ("a", "b") and content.revision > before
    assert content.page("home").files[0].id == file.id
    user = content.users["acc"]
    assert user.key == "acc" and user.username
    with pytest.raises(KeyError):
        content.page("nowhere")


def test_trees_that_run_in_circles_do_no_harm() -> None:
    pages = [Page("1", "One", parent="2"), Page("2", "Two", parent="1"), Page("3", "Three", parent="9")]
    with Site(Content(pages, spaces=[Space("DEV")])) as site:
        auth = (site.email, site.token)
        assert len(httpx.get(f"{site.url}/api/v2/pages", auth=auth).json()["results"]) == 3
        found = httpx.get(f"{site.url}/api/v2/pages/1/descendants?depth=10", auth=auth).json()["results"]
        assert len(found) <= 10
        assert httpx.get(f"{site.url}/api/v2/pages/3", auth=auth).json()["parentId"] is None


def test_deep_trees() -> None:
    pages = [Page(str(i), f"Level {i}", parent=str(i - 1) if i > 1 else None) for i in range(1, 3000)]
    hidden = frozenset({"nobody"})
    with Site(Content([*pages, Page("5000", "Hidden", parent="2999", readers=hidden)])) as site:
        assert len(visible(site.content, READER.account_id)) == 2999
        found = httpx.get(f"{site.url}/api/v2/pages/2999/ancestors?limit=250", auth=(site.email, site.token)).json()
        assert [page["id"] for page in found["results"]][:1] == ["2749"]


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("2026-03-01", "2026-03-01T00:00:00.000Z"),
        ("2026-03-01T10:00:00+02:00", "2026-03-01T08:00:00.000Z"),
        ("2026-03-01T10:00:00.5Z", "2026-03-01T10:00:00.500Z"),
        ("yesterday", "2026-01-05T09:00:00.000Z"),
    ],
)
def test_times(text: str, written: str) -> None:
    assert stamp(text) == written


def test_two_sites_serve_the_same_content() -> None:
    content = everything()
    with Site(content) as cloud, Site(content, "datacenter") as datacenter:
        content.edit("111", body="<p>Third</p>")
        new = httpx.get(f"{cloud.url}/api/v2/pages/111?body-format=storage", auth=(cloud.email, cloud.token)).json()
        old = httpx.get(
            f"{datacenter.url}/rest/api/content/111?expand=body.storage",
            headers={"Authorization": f"Bearer {datacenter.pat}"},
        ).json()
        assert new["body"]["storage"]["value"] == old["body"]["storage"]["value"] == "<p>Third</p>"


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["cloud", "datacenter"])
def test_people_can_start_one(kind: str) -> None:
    command = [sys.executable, "-m", "testsite", "--kind", kind, "--port", "0", "--latency", "0.01"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        lines = []
        for line in process.stdout:
            lines.append(line)
            if "Ctrl-C" in line:
                break
        told = "".join(lines)
        url = next(line.split()[1] for line in lines if line.strip().startswith("Site"))
        assert "xpress login" in told and "xpress export" in told
        answer = httpx.get(f"{url}/rest/api/content/131073", auth=(Site.email, Site.token))
        assert answer.status_code == (200 if kind == "cloud" else 401)
        process.send_signal(signal.SIGINT)
        assert "1 calls" in process.stdout.read()
        assert process.wait() == 0
