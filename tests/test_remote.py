"""`xpress export --service`: the same files as without it, rendered by a real service."""

from __future__ import annotations

import io
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pikepdf
import psutil
import pytest
from PIL import Image

from confluence_xpress import cli
from confluence_xpress.cli.output import Outputs
from confluence_xpress.cli.targets import Targets
from confluence_xpress.collect import outline
from confluence_xpress.delivery import Delivery
from confluence_xpress.errors import XPressError
from confluence_xpress.remote import Service as Address
from confluence_xpress.remote.export import export_remote
from confluence_xpress.render.part import Job
from confluence_xpress.sources.open import open_source
from confluence_xpress.sources.selection import Selection
from tests import corpus, sandbox
from tests.certificates import make_certificates
from tests.keys import pkcs12_file
from tests.meddler import Call, Reply, meddling
from tests.recall import pdf_text
from tests.service import Service, make_keys, running
from tests.space_exports import write_folder

pytestmark = pytest.mark.slow

NOW = "2026-11-22T12:00:00Z"
MANY = 120
"""Pages of a space that takes several requests."""
PATIENCE = 120


def picture(size: int) -> bytes:
    out = io.BytesIO()
    Image.radial_gradient("L").resize((size, size)).convert("RGB").save(out, "PNG")
    return out.getvalue()


def noise(size: int) -> bytes:
    """A picture that can't be packed."""
    out = io.BytesIO()
    Image.frombytes("RGB", (size, size), os.urandom(3 * size * size)).save(out, "PNG")
    return out.getvalue()


def body(number: int) -> str:
    """Text with links to other pages, within the part and beyond it, and to their headings."""
    other, far = 1 + number % MANY, 1 + (number * 37) % MANY
    words = "Words of this page. " * 30
    link = '<ac:link{0}><ri:page ri:content-title="Page {1}"/><ac:link-body>Page {1}</ac:link-body></ac:link>'
    anchor = f' ac:anchor="Heading {far}"'
    return (
        f"<h2>Heading {number}</h2><p>{words}{link.format('', other)}, {link.format(anchor, far)}</p>"
        f"<table><tbody><tr><th>Key</th></tr><tr><td>{number}</td></tr></tbody></table>"
    )


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A space of many pages."""
    pages = [
        {
            "id": str(number),
            "title": f"Page {number}",
            "parent": None if number % 10 == 1 else str(number - (number - 1) % 10),
            "version": 3,
            "body": f"{number}.storage.xml",
        }
        for number in range(1, MANY + 1)
    ]
    bodies = {f"{number}.storage.xml": body(number) for number in range(1, MANY + 1)}
    return write_folder(tmp_path_factory.mktemp("many"), {"pages.json": json.dumps(pages), **bodies})


INCLUDE = (
    '<ac:structured-macro ac:name="include"><ac:parameter ac:name="">'
    '<ac:link><ri:page ri:content-title="{}"/></ac:link></ac:parameter></ac:structured-macro>'
)
IMAGE = '<ac:image ac:width="200"><ri:attachment ri:filename="{}"/></ac:image>'


@pytest.fixture(scope="module")
def few(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small space with most that an export may need: files, people, pages that are shown on others, things lost."""
    pages = [
        # Without a version, only a checksum tells whether a page has changed.
        {"id": "1", "title": "Start", "body": "1.storage.xml", "attachments": ["a.png", {"title": "b.csv", "size": 5}]},
        {"id": "2", "title": "Next", "body": "2.storage.xml", "version": 1, "attachments": ["a.png", "gone.txt"]},
        {"id": "3", "title": "Last", "parent": "2", "body": "3.storage.xml", "version": 1},
        {"id": "8", "title": "Shown 8", "body": "8.storage.xml", "version": 2, "attachments": ["c.png"]},
        {"id": "9", "title": "Shown 9", "body": "9.storage.xml"},
    ]
    files: dict[str, str | bytes] = {
        "pages.json": json.dumps(pages),
        "users.json": json.dumps({"u1": "Zoë Tester"}),
        "1.storage.xml": f"<h1>One</h1><p>Look.</p>{IMAGE.format('a.png')}{INCLUDE.format('Shown 9')}",
        "2.storage.xml": f"<p>{IMAGE.format('a.png')}{IMAGE.format('missing.png')}</p>{INCLUDE.format('Shown 8')}",
        "3.storage.xml": '<p><ac:link><ri:user ri:account-id="u1"/></ac:link> knows.</p>'
        '<ac:structured-macro ac:name="children"/><ac:structured-macro ac:name="time-machine"/>',
        "8.storage.xml": f"<p>From eight.</p>{IMAGE.format('c.png')}",
        "9.storage.xml": f"<p>From nine.</p>{INCLUDE.format('Shown 8')}",
        "attachments/1/a.png": picture(900),
        "attachments/1/b.csv": "a,b,c",
        "attachments/2/a.png": picture(300),
        "attachments/8/c.png": picture(64),
    }
    return write_folder(tmp_path_factory.mktemp("few"), files)


@pytest.fixture(scope="module")
def service() -> Iterator[Service]:
    with running("--workers", "1") as started:
        yield started


class Ended:
    """How a run ended, what it said, and the files that it wrote."""

    def __init__(self, code: int, said: str, folder: Path) -> None:
        self.code, self.said = code, said
        self.files = {path.name: path.read_bytes() for path in sorted(folder.iterdir())}

    @property
    def manifest(self) -> dict[str, Any]:
        values: dict[str, Any] = json.loads(self.files["x.manifest.json"])
        return values

    def summary(self) -> list[str]:
        """What it said, without what is different each time."""
        return [
            line.partition(" in ")[0].partition(" at 127")[0]
            for line in self.said.splitlines()
            if not line.startswith(("Manifest:", "Memory"))
        ]


Export = Callable[..., Ended]


@pytest.fixture
def export(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Export:
    """Runs `xpress export` in this process, into a new folder each time."""
    monkeypatch.setattr(signal, "signal", lambda *_: None)
    monkeypatch.setenv("NO_COLOR", "1")
    for name in [name for name in os.environ if name.startswith("XPRESS_")]:
        monkeypatch.delenv(name)

    def run(space: Path, *arguments: object, name: str = "x.pdf") -> Ended:
        folder = tmp_path / f"out-{len(list(tmp_path.glob('out-*')))}"
        folder.mkdir()
        monkeypatch.chdir(folder)
        given = ["xpress", "export", str(space), "-o", name, "--timestamp", NOW]
        monkeypatch.setattr(sys, "argv", [*given, *map(str, arguments)])
        with pytest.raises(SystemExit) as end:
            cli.main()
        said = capfd.readouterr()
        return Ended(end.value.code if isinstance(end.value.code, int) else 0, said.err, folder)

    return run


def command(*arguments: object, **environment: str) -> dict[str, Any]:
    """The command line as a process of its own: arguments for `subprocess`."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("XPRESS_")}
    return {
        "args": [sys.executable, "-m", "confluence_xpress", *map(str, arguments)],
        "env": kept | {"PYTHONPATH": str(corpus.ROOT / "src")} | environment,
        "stdin": subprocess.DEVNULL,
        "stdout": subprocess.PIPE,
        "stderr": subprocess.PIPE,
    }


def posts(service: Service, since: int) -> list[str]:
    """The routes of the requests that a service has answered, from the `since`th record on."""
    return [record["route"] for record in service.records[since:] if record.get("method") == "POST"]


# --- The same files --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "options",
    [
        (),
        ("--split", "top-level", "--attachments"),
        ("--embed-manifest", "--attachments", "--images", "screen"),
        ("--linearize", "--set", "numbering=true", "--set", "contents=true", "--set", "title=A “title”"),
        ("--pages", "2,1", "--pdf-standard", "a-4f", "--embed-manifest", "--split", "pages=1"),
        ("--pages", "1", "--pdf-standard", "none", "--images", "small"),
    ],
    ids=["plain", "split", "embedded", "linearised", "standards", "one page"],
)
def test_a_service_gives_the_same_files(export: Export, few: Path, service: Service, options: tuple[str, ...]) -> None:
    local = export(few, *options)
    remote = export(few, *options, "--service", service.url)
    assert (local.code, remote.code) == (0, 0)
    assert remote.files == local.files and "x.manifest.json" in local.files
    assert remote.summary() == local.summary()


def test_pages_that_are_shown_without_being_selected_are_told(export: Export, few: Path, service: Service) -> None:
    local, remote = export(few, "--pages", "1,2"), export(few, "--pages", "1,2", "--service", service.url)
    assert [page["id"] for page in remote.manifest["included"]] == ["8", "9"]
    assert remote.manifest["pages"][0]["digest"] and remote.manifest["included"][1]["digest"]
    assert remote.files == local.files


def test_a_long_document_is_made_of_parts(export: Export, many: Path, service: Service) -> None:
    options = ("--set", "contents=true", "--split", "pages=60")
    before = len(service.records)
    local, remote = export(many, *options), export(many, *options, "--service", service.url)
    assert remote.files == local.files and len(remote.files) > 2
    routes = posts(service, before)
    assert routes[-1] == "/v1/assemble" and set(routes[:-1]) == {"/v1/parts"} and len(routes) > 3
    assert f"Typesetting {MANY} Confluence pages at " in remote.said


def test_real_content_gives_the_same_files(export: Export, service: Service, tmp_path: Path) -> None:
    documents = corpus.documents("storage", "adf")[::12]
    if not documents:
        pytest.skip(corpus.ABSENT)
    (tmp_path / "space").mkdir()
    space = corpus.as_space(tmp_path / "space", documents)
    options = ("--set", "contents=true", "--embed-manifest")
    assert export(space, *options, "--service", service.url).files == export(space, *options).files


def test_passwords_protect_what_a_service_makes(
    export: Export, few: Path, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XPRESS_PASSWORD", "open sésame")
    monkeypatch.setenv("XPRESS_OWNER_PASSWORD", "the owner's")
    monkeypatch.setenv("XPRESS_SERVICE", service.url)
    made = export(few, "--permissions", "print", "--attachments")
    assert made.code == 0
    pdf = io.BytesIO(made.files["x.pdf"])
    with pytest.raises(pikepdf.PasswordError):
        pikepdf.open(pdf)
    with pikepdf.open(pdf, password="open sésame") as opened:
        assert opened.allow.print_highres and not opened.allow.extract
        assert "Start - a.png" in opened.attachments or "a.png" in opened.attachments
    assert "open sésame" not in "".join(service.lines + service.errors)


def test_since_compares_and_tells_the_changes(export: Export, few: Path, service: Service, tmp_path: Path) -> None:
    space = Path(shutil.copytree(few, tmp_path / "space"))
    earlier = tmp_path / "earlier.json"
    earlier.write_bytes(export(space, "--service", service.url).files["x.manifest.json"])
    before = len(service.records)
    same = export(space, "--since", earlier, "--service", service.url)
    assert "Nothing has changed" in same.said and not same.files and not posts(service, before)
    (space / "1.storage.xml").write_text("<p>Other words.</p>", encoding="utf-8")
    local, remote = export(space, "--since", earlier), export(space, "--since", earlier, "--service", service.url)
    assert remote.manifest["changes"]["changed"] == ["1"]
    assert remote.files == local.files


# --- Where nothing can be written ------------------------------------------------------------------------------------


def test_standard_output_gets_the_same_bytes(few: Path, service: Service) -> None:
    given = ("export", few, "-o", "-", "--timestamp", NOW)
    local = subprocess.run(**command(*given), check=False)
    remote = subprocess.run(**command(*given, "--service", service.url), check=False)
    assert remote.stdout == local.stdout and remote.stdout.startswith(b"%PDF")


@pytest.mark.parametrize("selected", [("--pages", "1"), ("--split", "")], ids=["one page", "parts"])
def test_a_client_that_can_write_nowhere_gets_the_same_bytes(
    few: Path, many: Path, service: Service, selected: tuple[str, ...]
) -> None:
    if reason := sandbox.unavailable():
        pytest.skip(reason)
    space = few if "--pages" in selected else many
    # The network is that of the machine: how else could the service be reached?
    program, everything, *rest = sandbox.box()
    box = [program, everything, "--share-net", *rest]
    given = ("export", space, "-o", "-", "--timestamp", NOW, *selected)
    inside = command(*given, "--service", service.url)
    inside |= {"args": [*box, *inside["args"]], "env": sandbox.ENVIRONMENT | {"PYTHONPATH": str(corpus.ROOT / "src")}}
    script = "import tempfile; tempfile.TemporaryFile()"
    tried = subprocess.run([*box, sys.executable, "-c", script], capture_output=True, check=False)
    assert b"No usable temporary directory" in tried.stderr
    local = subprocess.run(**command(*given), check=False)
    remote = subprocess.run(**inside, check=False)
    assert remote.returncode == 0, remote.stderr
    assert remote.stdout == local.stdout and remote.stdout.startswith(b"%PDF")


# --- Who calls -------------------------------------------------------------------------------------------------------


def test_a_key_lets_us_in(export: Export, few: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    certificates = make_certificates(tmp_path)
    file, keys = make_keys(tmp_path, "wiki")
    local = export(few, "--pages", "1")
    with running("--workers", "1", "--keys", str(file), tls=certificates) as service:
        unknown = export(few, "--service", service.url)
        assert unknown.code == 2 and "can't be trusted" in unknown.said and not unknown.files
        monkeypatch.setenv("XPRESS_SERVICE_CA", str(certificates.authority))
        missing = export(few, "--service", service.url)
        assert missing.code == 2 and "Set XPRESS_SERVICE_KEY" in missing.said and not missing.files
        monkeypatch.setenv("XPRESS_SERVICE_KEY", "xpk_wrong")
        wrong = export(few, "--service", service.url)
        assert wrong.code == 2 and "The token or key is not valid" in wrong.said and "xpk_wrong" not in wrong.said
        monkeypatch.setenv("XPRESS_SERVICE_KEY", keys["wiki"])
        assert export(few, "--pages", "1", "--service", service.url).files == local.files


def test_a_certificate_lets_us_in(export: Export, few: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    certificates = make_certificates(tmp_path)
    local = export(few, "--pages", "1")
    monkeypatch.setenv("XPRESS_SERVICE_CA", str(certificates.authority))
    monkeypatch.setenv("XPRESS_SERVICE_WAIT", "1")
    with running("--workers", "1", "--client-ca", str(certificates.authority), tls=certificates) as service:
        nameless = export(few, "--service", service.url)
        assert nameless.code != 0 and "XPRESS_SERVICE_CERT" in nameless.said and not nameless.files
        monkeypatch.setenv("XPRESS_SERVICE_CERT", str(certificates.client))
        monkeypatch.setenv("XPRESS_SERVICE_CERT_KEY", str(certificates.client_key))
        assert export(few, "--pages", "1", "--service", service.url).files == local.files


# --- What can't go through a service ---------------------------------------------------------------------------------


def test_signing_and_foreign_templates_are_refused(export: Export, few: Path, service: Service, tmp_path: Path) -> None:
    key = tmp_path / "key.p12"
    key.write_bytes(pkcs12_file()[0])
    signed = export(few, "--sign", key, "--service", service.url)
    assert signed.code == 2 and "the key must not leave this machine" in signed.said and not signed.files
    theirs = corpus.ROOT / "src" / "confluence_xpress" / "templates" / "default"
    folder = shutil.copytree(theirs, tmp_path / "looks")
    source = (folder / "template.typ").read_text(encoding="utf-8")
    (folder / "template.typ").write_text(f"// Ours\n{source}", encoding="utf-8")
    about = (folder / "template.toml").read_text(encoding="utf-8")
    foreign = export(few, "--template", folder, "--service", service.url)
    assert foreign.code == 2 and "has other files than ours" in foreign.said and not foreign.files
    (folder / "template.toml").write_text(about.replace('"default"', '"looks"', 1), encoding="utf-8")
    unknown = export(few, "--template", folder, "--service", service.url)
    assert unknown.code == 2 and "has no template “looks”" in unknown.said and "--templates" in unknown.said


def test_a_template_that_both_have_can_be_used(export: Export, few: Path, tmp_path: Path) -> None:
    theirs = corpus.ROOT / "src" / "confluence_xpress" / "templates" / "default"
    folder = Path(shutil.copytree(theirs, tmp_path / "templates" / "looks"))
    about = (folder / "template.toml").read_text(encoding="utf-8")
    (folder / "template.toml").write_text(about.replace('"default"', '"looks"', 1), encoding="utf-8")
    local = export(few, "--template", folder)
    with running("--workers", "1", "--templates", str(folder.parent)) as service:
        remote = export(few, "--template", folder, "--service", service.url)
    assert remote.files == local.files and local.manifest["template"] == "looks"


# --- Limits of the service -------------------------------------------------------------------------------------------


def test_a_service_that_takes_little_at_once_still_makes_all_of_it(export: Export, many: Path) -> None:
    with running("--workers", "1", "--max-pages", "20") as service:
        made = export(many, "--service", service.url)
    assert made.code == 0
    assert len(made.manifest["pages"]) == MANY and made.manifest["complete"]


def test_a_page_of_which_a_worker_dies_is_shown_as_text(export: Export, few: Path, service: Service) -> None:
    expensive = {"status": 422, "code": "too-expensive", "detail": "It takes too long.", "hint": "", "request_id": ""}
    refusal = Reply(422, {"Content-Type": "application/problem+json"}, json.dumps(expensive).encode())

    def meddle(call: Call) -> Reply | None:
        """As if “Next”, the second page, were too much for any worker."""
        if call.path == "/v1/parts":
            part = call.sent()[0]["part"]
            return None if "reduced" in part or not part["start"] <= 1 < part["stop"] else refusal
        return refusal if call.path == "/v1/render" else None

    with meddling(meddle, service.url) as between:
        made = export(few, "--pages", "1,2,3", "--service", between.url)
    found = [found for found in made.manifest["diagnostics"] if found["code"] == "page-not-typeset"]
    assert [each["page"] for each in found] == ["2"] and "only its text is shown" in found[0]["message"]
    assert "more than the rendering service allows" in found[0]["message"]
    assert "From eight." in "".join(pdf_text(made.files["x.pdf"]))


# --- Bad ends --------------------------------------------------------------------------------------------------------


def test_a_service_that_is_killed_while_it_assembles_leaves_no_file(tmp_path: Path) -> None:
    # What it would send is more than sockets hold, so that it can't be done when it is killed.
    pages = [{"id": str(n), "title": f"Page {n}", "version": 1, "body": f"{n}.storage.xml"} for n in range(50)]
    files: dict[str, str | bytes] = {f"{n}.storage.xml": IMAGE.format("noise.png") for n in range(50)}
    files |= {f"attachments/{n}/noise.png": noise(700) for n in range(20)}
    space = write_folder(tmp_path / "space", {"pages.json": json.dumps(pages), **files})
    out = tmp_path / "out"
    out.mkdir()
    source = open_source(space)
    job = Job(outline(source, Selection()), corpus.options())
    with running("--workers", "1") as service:

        def progress(stage: str, _done: int, _total: int) -> None:
            if stage == "finishing":
                service.kill()

        address = Address(service.url, patience=1)
        with Outputs() as outputs:
            targets = Targets("x.pdf", str(out / "x.pdf"), None, outputs)
            with pytest.raises(XPressError) as error:
                export_remote(source, job, Delivery(), targets, service=address, jobs=2, progress=progress)
    assert "127.0.0.1" in error.value.message and error.value.hint
    assert not list(out.iterdir())


def test_ctrl_c_ends_at_once_and_leaves_no_file(few: Path, tmp_path: Path) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()

    def silent(call: Call) -> Reply | None:
        if call.path == "/v1/render":
            with between.arrived:
                between.arrived.wait_for(lambda: over, PATIENCE)
        return None

    over = False
    with running("--workers", "1") as service, meddling(silent, service.url) as between:
        given = command("export", few, "-o", tmp_path / "x.pdf", "--service", between.url, TMPDIR=str(temporary))
        with subprocess.Popen(**given) as process:
            between.until("/v1/render")
            assert not psutil.Process(process.pid).children(recursive=True)  # no workers of its own
            process.send_signal(signal.SIGINT)
            _, said = process.communicate(timeout=PATIENCE)
        over = True
        with between.arrived:
            between.arrived.notify_all()
    assert process.returncode == 130 and b"nothing was written" in said
    assert [path.name for path in tmp_path.iterdir()] == ["temporary"] and not list(temporary.iterdir())
