"""Signing in on the command line: where the token goes, and where it doesn't."""

from __future__ import annotations

import json
import os
import pty
import stat
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from confluence_xpress.sources.online.http.credentials import Credentials
from tests.confluences import PREFIX, cloud_site, data_center
from tests.connections import CLOUD_ID, PAT, PERSON, TOKEN
from tests.corpus import ROOT
from tests.file_keyring import FILE
from tests.meddler import Meddler, meddling

pytestmark = pytest.mark.slow

EMAIL = PERSON.email


@dataclass(frozen=True)
class Result:
    """How a run ended and what it said."""

    code: int
    out: str
    err: str


@dataclass(frozen=True)
class Home:
    """A person's home: a keyring, and what XPress writes."""

    folder: Path

    @property
    def environ(self) -> dict[str, str]:
        """What programs of this person see."""
        kept = {name: os.environ[name] for name in ("PATH", "LANG", "SYSTEMROOT") if name in os.environ}
        return kept | {
            "HOME": str(self.folder),
            "XDG_CONFIG_HOME": str(self.folder / "config"),
            "PYTHONPATH": str(ROOT),
            "PYTHON_KEYRING_BACKEND": "tests.file_keyring.FileKeyring",
            "NO_COLOR": "1",
            FILE: str(self.folder / "keyring.json"),
        }

    @property
    def sites(self) -> Path:
        """The list of sites."""
        return self.folder / "config/xpress/sites.json"

    def kept(self) -> dict[str, dict[str, str]]:
        """What the keyring holds."""
        path = Path(self.environ[FILE])
        entries = json.loads(path.read_bytes()) if path.exists() else {}
        return {name: json.loads(value) for name, value in entries.items()}

    def run(self, *arguments: str, typed: str = "", environ: Mapping[str, str] | None = None) -> Result:
        """The command line, with this on standard input. The token is nowhere else than where it should be."""
        command = [sys.executable, "-m", "confluence_xpress", *arguments]
        done = subprocess.run(
            command,
            input=typed,
            capture_output=True,
            text=True,
            env={**self.environ, **(environ or {})},
            timeout=120,
            check=False,
        )
        result = Result(done.returncode, done.stdout, done.stderr)
        assert "Traceback" not in result.err
        assert not [secret for secret in (*PERSON.secrets, *PAT.secrets) if secret in result.out + result.err]
        return result

    def login(self, url: str, credentials: Credentials = PERSON) -> Result:
        """Signs in, as a script does."""
        email = ["--email", credentials.email] if credentials.email else []
        return self.run("login", url, "--token-stdin", *email, typed=f"{credentials.token}\n")


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


@pytest.fixture
def cloud() -> Iterator[Meddler]:
    with meddling(cloud_site(scoped=("Bearer eyJ-access",))) as server:
        yield server


@pytest.fixture
def center() -> Iterator[Meddler]:
    with meddling(data_center()) as server:
        yield server


# --- Signing in ------------------------------------------------------------------------------------------------------


def test_a_token_of_cloud_is_kept_in_the_keyring_and_nowhere_else(home: Home, cloud: Meddler) -> None:
    result = home.login(f"{cloud.url}/wiki/spaces/ENG")
    site = f"{cloud.url}/wiki"
    assert (result.code, result.out) == (0, "")
    assert f"Signed in at {site} as Jane Doe (person)." in result.err
    expected = {"token": TOKEN, "kind": "cloud", "api": site, "email": EMAIL, "cloud_id": CLOUD_ID}
    assert home.kept() == {f"xpress {site}": expected}
    assert json.loads(home.sites.read_bytes()) == {"sites": [{"site": site, "api": site}]}
    assert stat.S_IMODE(home.sites.stat().st_mode) == 0o600
    written = [path for path in home.folder.rglob("*") if path.is_file() and path.name != "keyring.json"]
    assert written == [home.sites] and TOKEN not in home.sites.read_text() and EMAIL not in home.sites.read_text()


def test_a_token_of_data_center_needs_no_name(home: Home, center: Meddler) -> None:
    result = home.login(f"{center.url}/context", PAT)
    assert result.code == 0 and "as Joe [31m Bloggs (person)" in result.err and "\x1b" not in result.err
    assert home.kept()[f"xpress {center.url}/context"]["kind"] == "datacenter"


def test_a_token_with_scopes_is_good_at_the_gateway(home: Home) -> None:
    with meddling(cloud_site(direct=(), lacking=(PERSON.header(),))) as server:
        result = home.login(server.url)
        assert result.code == 0 and "lacks the scope to say who" in result.err
        assert home.kept()[f"xpress {server.url}/wiki"]["api"] == f"{server.url}{PREFIX}/wiki"


def test_a_token_is_checked_before_it_is_kept(home: Home, cloud: Meddler) -> None:
    result = home.login(cloud.url, Credentials("stale-token", EMAIL))
    assert result.code == 2 and "not valid" in result.err and "stale-token" not in result.err
    assert home.kept() == {} and not home.sites.exists()


@pytest.mark.parametrize(
    ("arguments", "typed", "said"),
    [
        (["https://jane:{token}@acme.atlassian.net"], "x", "name or password"),
        (["{url}"], "", "no token on standard input"),
        (["{url}"], "two words", "can't be a token"),
        (["http://wiki.example.com"], "x", "everybody on the way"),
        (["nowhere.invalid"], "x", "no host"),
        (["{url}/context"], "x", "Personal access tokens"),
    ],
)
def test_what_cannot_be_says_why(home: Home, center: Meddler, arguments: list[str], typed: str, said: str) -> None:
    filled = [argument.format(url=center.url, token=TOKEN) for argument in arguments]
    result = home.run("login", *filled, "--token-stdin", typed=typed)
    assert result.code == 2 and said in result.err and result.out == ""
    assert home.kept() == {}


def test_a_token_can_not_be_an_argument(home: Home, cloud: Meddler) -> None:
    assert home.run("login", cloud.url, "--token", "x").code == 2
    assert home.run("login", cloud.url, "x").code == 2


def test_without_a_terminal_nothing_is_asked(home: Home, cloud: Meddler) -> None:
    result = home.run("login", cloud.url, typed=f"{TOKEN}\n")
    assert result.code == 2 and "--token-stdin" in result.err and "XPRESS_TOKEN" in result.err
    assert cloud.calls == []


def test_a_token_in_the_environment_is_told_of(home: Home, cloud: Meddler) -> None:
    environ = {"XPRESS_TOKEN": "other", "XPRESS_EMAIL": EMAIL}
    result = home.run("login", cloud.url, "--token-stdin", "--email", EMAIL, typed=TOKEN, environ=environ)
    assert result.code == 0 and "XPRESS_TOKEN is set" in result.err
    assert "XPRESS_TOKEN" not in home.login(cloud.url).err


def test_signing_in_anew_replaces_the_token(home: Home) -> None:
    new = Credentials("new-token", EMAIL)
    with meddling(cloud_site(direct=(PERSON.header(), new.header()))) as server:
        assert home.login(server.url).code == 0 and home.login(server.url, new).code == 0
        (entry,) = home.kept().values()
        assert entry["token"] == "new-token"
        assert json.loads(home.sites.read_bytes()) == {
            "sites": [{"site": f"{server.url}/wiki", "api": f"{server.url}/wiki"}]
        }


def test_on_a_terminal_a_person_is_asked_and_the_token_not_shown(home: Home, cloud: Meddler) -> None:
    shown, code = on_terminal(home, ["login", cloud.url], {"E-mail": EMAIL, "Token:": TOKEN})
    assert code == 0 and "Signed in at" in shown and EMAIL in shown
    assert TOKEN not in shown
    assert "id.atlassian.com/manage-profile/security/api-tokens" in shown
    assert "read:page:confluence" in shown and "read:jira-work" in shown
    assert home.kept()[f"xpress {cloud.url}/wiki"]["token"] == TOKEN


def test_on_a_terminal_data_center_asks_for_a_token_only(home: Home, center: Meddler) -> None:
    shown, code = on_terminal(home, ["login", f"{center.url}/context"], {"Token:": PAT.token})
    assert code == 0 and "Personal access tokens" in shown and "E-mail" not in shown and PAT.token not in shown


def on_terminal(home: Home, arguments: list[str], answers: Mapping[str, str]) -> tuple[str, int]:
    """The command line on a terminal: what it shows, with each answer typed when its prompt is there; exit code."""
    terminal, inside = pty.openpty()
    command = [sys.executable, "-m", "confluence_xpress", *arguments]
    process = subprocess.Popen(
        command, stdin=inside, stdout=inside, stderr=inside, env=home.environ, start_new_session=True
    )
    os.close(inside)
    shown, left = b"", dict(answers)
    try:
        while piece := _read(terminal):
            shown += piece
            for prompt in [prompt for prompt in left if prompt.encode() in shown]:
                os.write(terminal, f"{left.pop(prompt)}\n".encode())
    finally:
        os.close(terminal)
    return shown.decode(), process.wait(60)


def _read(terminal: int) -> bytes:
    """What comes next; nothing when the other end is closed."""
    try:
        return os.read(terminal, 4_096)
    except OSError:
        return b""


# --- Who am I --------------------------------------------------------------------------------------------------------


def test_several_sites_are_shown_with_whose_tokens_they_have(home: Home, cloud: Meddler, center: Meddler) -> None:
    gateway = f"{cloud.url}{PREFIX}"
    assert home.login(cloud.url).code == 0
    assert home.login(f"{center.url}/context", PAT).code == 0
    assert home.login(gateway, Credentials("eyJ-access")).code == 0
    result = home.run("whoami")
    assert result.code == 0 and result.err == ""
    assert result.out.splitlines() == [
        f"{cloud.url}/wiki: Jane Doe (person), Cloud",
        f"{center.url}/context: Joe [31m Bloggs (person), Data Center",
        "https://acme.atlassian.net/wiki: Jane Doe (person), Cloud, through the gateway",
    ]
    assert home.run("whoami", center.url).out.startswith(f"{center.url}/context: Joe")
    assert home.run("whoami", f"{gateway}/wiki/spaces").out == f"{result.out.splitlines()[2]}\n"


def test_a_token_that_is_not_good_any_more_is_told_among_the_good_ones(home: Home, center: Meddler) -> None:
    with meddling(cloud_site()) as server:
        assert home.login(server.url).code == 0
    assert home.login(f"{center.url}/context", PAT).code == 0
    assert home.run("login", f"{center.url}/context", "--token-stdin", typed="other").code == 2
    with meddling(cloud_site(direct=())) as revoked:
        site = f"{revoked.url}/wiki"
        known = [{"site": each, "api": each} for each in (site, f"{center.url}/context")]
        home.sites.write_text(json.dumps({"sites": known}))
        entry = {"token": TOKEN, "kind": "cloud", "api": site, "email": EMAIL}
        keep(home, {**home.kept(), f"xpress {site}": entry})
        result = home.run("whoami")
        assert result.code == 0 and result.out.startswith(f"{center.url}/context: Joe")
        assert f"{site}: the API token is not valid" in result.err and "Make a new one" in result.err
        alone = home.run("whoami", site)
        assert alone.code == 2 and alone.out == "" and "not valid" in alone.err


def test_who_is_signed_in_nowhere_is_told_how(home: Home, cloud: Meddler) -> None:
    result = home.run("whoami")
    assert result.code == 2 and "xpress login" in result.err
    result = home.run("whoami", cloud.url)
    assert result.code == 2 and "not signed in" in result.err and "xpress login" in result.err


@pytest.mark.parametrize("site", ["", "{url}"])
def test_the_environment_has_the_first_word(home: Home, cloud: Meddler, site: str) -> None:
    """As in CI, where there is no keyring."""
    environ = {"XPRESS_TOKEN": TOKEN, "XPRESS_EMAIL": EMAIL, "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring"}
    if site:
        environ["XPRESS_SITE"] = site.format(url=cloud.url)
        assert home.run("whoami", environ=environ).out == f"{cloud.url}/wiki: Jane Doe (person), Cloud\n"
    assert home.run("whoami", cloud.url, environ=environ).out == f"{cloud.url}/wiki: Jane Doe (person), Cloud\n"
    assert not home.sites.exists() and home.kept() == {}


def test_a_token_of_the_environment_is_for_its_site_only(home: Home, center: Meddler) -> None:
    environ = {"XPRESS_TOKEN": TOKEN, "XPRESS_EMAIL": EMAIL, "XPRESS_SITE": "https://acme.atlassian.net"}
    assert home.run("whoami", f"{center.url}/context", environ=environ).code == 2
    assert not [call for call in center.calls if "authorization" in call.headers]


def test_half_of_the_environment_is_said(home: Home, cloud: Meddler) -> None:
    result = home.run("whoami", cloud.url, environ={"XPRESS_EMAIL": EMAIL})
    assert result.code == 2 and "XPRESS_TOKEN" in result.err


# --- Signing out -----------------------------------------------------------------------------------------------------


def test_signing_out_takes_the_token_away(home: Home, cloud: Meddler, center: Meddler) -> None:
    home.login(cloud.url)
    home.login(f"{center.url}/context", PAT)
    assert "You are signed in to" in home.run("logout", "https://else.example").err
    assert home.run("logout", cloud.url).err == f"Signed out of {cloud.url}/wiki.\n"
    assert list(home.kept()) == [f"xpress {center.url}/context"]
    assert home.run("logout", cloud.url).code == 2
    assert home.run("logout").code == 2 and home.run("logout", center.url, "--all").code == 2
    assert home.run("logout", "--all").code == 0
    assert home.kept() == {} and json.loads(home.sites.read_bytes()) == {"sites": []}
    assert home.run("logout", "--all").code == 0


# --- Keyrings --------------------------------------------------------------------------------------------------------


def keep(home: Home, entries: Mapping[str, Any]) -> None:
    """Puts something into the keyring."""
    Path(home.environ[FILE]).write_text(json.dumps({name: json.dumps(value) for name, value in entries.items()}))


@pytest.mark.parametrize("backend", ["fail", "null"])
def test_a_system_without_a_keyring_says_what_to_do_before_it_asks(home: Home, cloud: Meddler, backend: str) -> None:
    environ = {"PYTHON_KEYRING_BACKEND": f"keyring.backends.{backend}.Keyring"}
    result = home.run("login", cloud.url, "--token-stdin", typed=TOKEN, environ=environ)
    assert result.code == 2 and "XPRESS_TOKEN" in result.err and cloud.calls == []


@pytest.mark.parametrize(("state", "code", "said"), [("LOCKED", 2, "is locked"), ("FULL", 3, "can't be written to")])
def test_a_keyring_that_refuses_is_said(home: Home, cloud: Meddler, state: str, code: int, said: str) -> None:
    Path(home.environ[FILE]).write_text(state)
    result = home.login(cloud.url)
    assert result.code == code and said in result.err and "XPRESS_TOKEN" in result.err
    assert not home.sites.exists()


@pytest.mark.parametrize("entry", ["not even JSON", '{"token": 7}', "{}", ""])
def test_an_entry_that_is_damaged_or_gone_is_said_without_showing_it(home: Home, cloud: Meddler, entry: str) -> None:
    home.login(cloud.url)
    Path(home.environ[FILE]).write_text(json.dumps({f"xpress {cloud.url}/wiki": entry}))
    result = home.run("whoami")
    assert result.code == 2 and "Sign in again" in result.err and "not even" not in result.err


def test_a_list_of_sites_that_is_damaged_is_said(home: Home) -> None:
    home.sites.parent.mkdir(parents=True)
    home.sites.write_text("[")
    result = home.run("whoami")
    assert result.code == 3 and "sites.json" in result.err and "sign in again" in result.err
