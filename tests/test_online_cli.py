"""`xpress export` and `xpress tree` on sites, as a person uses them."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from confluence_xpress import cli
from tests.corpus import DEMO
from tests.online import KINDS, Kind, handbook
from tests.recall import pdf_text
from testsite import Content, Fault, Page, Site

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture(params=KINDS)
def site(request: pytest.FixtureRequest) -> Iterator[Site]:
    with Site(handbook(), request.param) as running:
        yield running


def sign_in(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XPRESS_TOKEN", site.token if site.kind == "cloud" else site.pat)
    if site.kind == "cloud":
        monkeypatch.setenv("XPRESS_EMAIL", site.email)
    else:
        monkeypatch.delenv("XPRESS_EMAIL", raising=False)


@pytest.fixture
def xpress(site: Site, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], tmp_path: Path) -> Run:
    """Runs the command line in this process and in an empty folder, signed in."""
    monkeypatch.setattr(signal, "signal", lambda *_: None)
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    sign_in(site, monkeypatch)

    def run(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["xpress", *map(str, arguments)])
        with pytest.raises(SystemExit) as end:
            cli.main()
        said = capfd.readouterr()
        secret = site.token if site.kind == "cloud" else site.pat
        assert secret not in said.out + said.err
        return (end.value.code if isinstance(end.value.code, int) else 0), said.out, said.err

    return run


def exported() -> dict[str, list[str]]:
    """The manifests that were written: titles of pages by the PDF's name."""
    return {
        path.name.removesuffix(".manifest.json"): [
            page["title"] for page in json.loads(path.read_text("utf-8"))["pages"]
        ]
        for path in Path().glob("*.manifest.json")
    }


def test_the_tree_of_a_space(site: Site, xpress: Run) -> None:
    code, out, _ = xpress("tree", f"{site.url}/spaces/DEV")
    assert code == 0
    assert re.findall(r"[A-Z]\w+(?= +\d{3})", out) == ["Home", "Guide", "Usage", "Tips", "Setup"]
    assert "5 pages" in out
    code, out, _ = xpress("tree", f"{site.url}/DEV", "--depth", "1", "--json")
    assert [entry["title"] for entry in json.loads(out)] == ["Home", "Guide"]


@pytest.mark.slow
def test_a_page_is_exported_by_its_address_and_named_after_its_title(site: Site, xpress: Run) -> None:
    code, out, err = xpress("export", f"{site.url}/pages/viewpage.action?pageId=101")
    assert (code, out) == (0, "")
    assert exported() == {"Guide": ["Guide"]}
    assert "Guide.pdf: " in err
    manifest = Path("Guide.manifest.json").read_text("utf-8")
    assert (site.token if site.kind == "cloud" else site.pat) not in manifest


@pytest.mark.slow
def test_what_can_be_named(site: Site, xpress: Run) -> None:
    Path("list.txt").write_text(f"# two pages\n\n{site.url}/spaces/OPS/pages/201/Duties  Duties\n104\n", "utf-8")
    for arguments, titles in (
        ((f"{site.url}/spaces/DEV/pages/103/Usage", "--tree"), ["Usage", "Tips"]),
        ((f"{site.url}/x/Zw", f"{site.url}/spaces/OPS"), ["Usage", "Desk", "Duties"]),
        ((site.url, "--pages", "104,102"), ["Tips", "Setup"]),
        ((site.url, "--root", "103"), ["Usage", "Tips"]),
        ((site.url, "--list", "list.txt"), ["Duties", "Tips"]),
        (("--list", "list.txt", f"{site.url}/spaces/DEV/pages/102"), ["Setup", "Duties", "Tips"]),
        ((site.url, "--cql", "label = howto order by title"), ["Setup", "Tips", "Usage"]),
        ((f"{site.url}/DEV", "--label", "howto", "--skip-label", "draft-text"), ["Tips", "Setup"]),
    ):
        code, _, err = xpress("export", *arguments, "-o", "x.pdf")
        assert code == 0, err
        assert exported()["x"] == titles, arguments


@pytest.mark.slow
def test_what_can_t_be_meant_is_told(site: Site, xpress: Run) -> None:
    for arguments, message in (
        ((site.url,), "is a whole site"),
        ((f"{site.url}/spaces/DEV/pages/101", "https://other.example/wiki/spaces/A/pages/1"), "on another site"),
        ((site.url, "--cql", "type = page", "--root", "101"), "Choose one of them"),
        ((f"{site.url}/DEV", "--cql", "type = page"), "Name only the site"),
        ((f"{site.url}/DEV", "--as-of", "yesterday"), "this is no date"),
        ((site.url, "--list", "none.txt"), "can't be read"),
        ((f"{site.url}/labels/a/b/c",), "not the address of a page or a space"),
        ((DEMO, "--cql", "type = page"), "--cql is for sites"),
        ((DEMO, "--tree"), "--root ID"),
        ((DEMO, DEMO.parent / "export"), "Several sources on disk"),
        ((f"{site.url}/DEV", "--budget", "3"), "budget of 3 points"),
    ):
        code, _, err = xpress("export", *arguments)
        assert code == 2, arguments
        assert message in err, arguments
    assert not list(Path().glob("*.pdf"))


def test_a_wrong_token_is_told_and_not_repeated(site: Site, xpress: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XPRESS_TOKEN", "wrong-and-secret")
    code, _, err = xpress("export", f"{site.url}/spaces/DEV")
    assert code == 2
    assert "token" in err
    assert "wrong-and-secret" not in err


@pytest.mark.slow
def test_nothing_is_exported_if_nothing_has_changed(site: Site, xpress: Run) -> None:
    address = f"{site.url}/spaces/DEV"
    assert xpress("export", address, "-o", "a.pdf")[0] == 0
    _, _, err = xpress("export", address, "-o", "b.pdf", "--since", "a.manifest.json")
    assert "Nothing has changed" in err
    assert not Path("b.pdf").exists()
    site.content.edit("102", body="<p>Install it twice.</p>")
    _, _, err = xpress("export", address, "-o", "b.pdf", "--since", "a.manifest.json")
    assert "1 page changed" in err
    assert Path("b.pdf").exists()


@pytest.mark.slow
def test_what_was_lost_is_named_and_strict_fails(site: Site, xpress: Run) -> None:
    site.faults.add(Fault("status", "download", status=404, times=None))
    code, _, err = xpress("export", f"{site.url}/DEV", "-o", "x.pdf", "--strict")
    assert code == 1
    assert "[image-missing]" in err


@pytest.mark.slow
@pytest.mark.usefixtures("poppler")
@pytest.mark.parametrize("kind", KINDS)
def test_a_site_gives_the_same_document_as_its_folder(
    kind: Kind, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = Content.from_path(DEMO)
    # Pages in other formats are converted by the site, so that they differ a little, and one has a macro that only a
    # site can render.
    plain = {path.name.partition(".")[0] for path in (DEMO / "bodies").glob("*.storage.xml")} - {"131170"}
    ids = [page.id for page in content.pages() if page.id in plain]
    with Site(content, kind) as site:
        sign_in(site, monkeypatch)
        common = ["--set", "page_details=false", "--timestamp", "2026-11-23", "--pages", ",".join(ids)]
        command = [sys.executable, "-m", "confluence_xpress", "export"]
        for source, name in ((site.url, "site.pdf"), (str(DEMO), "folder.pdf")):
            subprocess.run([*command, source, *common, "-o", str(tmp_path / name)], check=True, capture_output=True)
    texts = [" ".join(pdf_text((tmp_path / name).read_bytes())) for name in ("site.pdf", "folder.pdf")]
    assert texts[0].split() == texts[1].split()


@pytest.mark.slow
def test_the_token_is_in_no_list_of_processes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Site(handbook(), latency=0.2) as site:
        sign_in(site, monkeypatch)
        command = [
            sys.executable,
            "-m",
            "confluence_xpress",
            "export",
            f"{site.url}/DEV",
            "-o",
            str(tmp_path / "x.pdf"),
        ]
        with subprocess.Popen(command, stderr=subprocess.PIPE) as process:
            seen = set()
            while process.poll() is None:
                seen |= {path.read_bytes() for path in Path("/proc").glob("[0-9]*/cmdline") if _readable(path)}
            assert process.wait() == 0
        assert not any(site.token.encode() in line for line in seen)


def _readable(path: Path) -> bool:
    try:
        path.read_bytes()
    except OSError:
        return False
    return True


def test_a_page_with_markup_in_its_title_steers_no_terminal(site: Site, xpress: Run) -> None:
    site.content.add(Page("120", "Evil \x1b[31mred[bold]", "<p/>", "100", "DEV"))
    _, out, _ = xpress("tree", f"{site.url}/DEV")
    assert "\x1b" not in out
    assert "red[bold]" in out
