"""`xpress login`, `xpress whoami` and `xpress logout`."""

from __future__ import annotations

import getpass
import os
import sys
import textwrap
import warnings
from typing import TYPE_CHECKING, Annotated

import typer

from confluence_xpress.cli.console import Console
from confluence_xpress.errors import InputError, XPressError

if TYPE_CHECKING:
    from confluence_xpress.sources.online.http.credentials import Credentials
    from confluence_xpress.sources.online.http.deployment import Deployment, Kind
    from confluence_xpress.sources.online.http.settings import Settings

_TOKENS = "https://id.atlassian.com/manage-profile/security/api-tokens"
_LARGEST = 20_000
"""Bytes of a token on standard input."""
_Site = Annotated[str, typer.Argument(metavar="SITE", help="Its address, such as https://example.atlassian.net")]


def login(
    site: _Site,
    email: Annotated[
        str, typer.Option(metavar="ADDRESS", help="Of your Atlassian account, for an API token of Cloud.")
    ] = "",
    token_stdin: Annotated[
        bool, typer.Option("--token-stdin", help="Read the token from standard input instead of asking for it.")
    ] = False,
) -> None:
    """Sign in to a Confluence site.

    The token is checked, then kept in the system's keyring. Without one, as in CI, set XPRESS_TOKEN, and on Cloud
    XPRESS_EMAIL, instead.
    """
    from confluence_xpress.cli import keys, sites
    from confluence_xpress.sources.online.http.credentials import Credentials
    from confluence_xpress.sources.online.http.probing import find_deployment, kind_of
    from confluence_xpress.sources.online.http.settings import settings_from

    console = Console()
    sites.hush_retries()
    settings = settings_from(os.environ)
    keyring = keys.check_keyring()
    if not token_stdin and not sys.stdin.isatty():
        raise InputError(
            "there is nobody who could be asked for the token", "Pipe it in with --token-stdin, or set XPRESS_TOKEN."
        )
    if token_stdin:
        given = Credentials(_piped(), email)
    else:
        kind = kind_of(site, settings, tell=console.say)
        for line in _advice(kind):
            console.say(line)
        email = email or _email(kind)
        given = Credentials(_hidden("Token: "), email)
    deployment = find_deployment(site, given, settings, tell=console.say)
    name = _owner(deployment, given, settings)
    keys.store(deployment, given)
    sites.remember(deployment.site, deployment.api)
    console.say(f"Signed in at {deployment.site} as {name}. The token is in the keyring ({keyring}).")
    if sites.credentials_in(os.environ, deployment.site, settings):
        console.say(f"As long as {sites.TOKEN} is set in the environment, that one is used instead.")


def whoami(
    site: Annotated[str, typer.Argument(metavar="[SITE]", help="Only this one; default: all signed in to.")] = "",
) -> None:
    """Show where you are signed in, and as whom. Exits with 2 if no token is good."""
    from confluence_xpress.cli import sites
    from confluence_xpress.sources.online.http.settings import settings_from

    console = Console()
    sites.hush_retries()
    settings = settings_from(os.environ)
    wanted = [site] if site else _all_sites(os.environ)
    if not wanted:
        raise InputError("you are signed in to no site", "Sign in: xpress login https://example.atlassian.net")
    good = 0
    for each in wanted:
        try:
            deployment, known = sites.credentials_for(each, os.environ)
            if known is None:
                raise InputError(f"you are not signed in to {deployment.site}", f"Sign in: xpress login {each}")
            print(f"{deployment.site}: {_owner(deployment, known, settings)}, {_base(deployment)}")
            good += 1
        except XPressError as error:
            if len(wanted) == 1:
                raise
            console.error(f"{each}: {error.message}", error.hint)
    if not good:
        raise typer.Exit(2)


def logout(
    site: Annotated[str, typer.Argument(metavar="[SITE]", help="The site to sign out of.")] = "",
    everywhere: Annotated[bool, typer.Option("--all", help="Sign out of all sites.")] = False,
) -> None:
    """Take a site's token out of the keyring. It stays valid: where it was made, it can be revoked."""
    from confluence_xpress.cli import keys, sites
    from confluence_xpress.sources.online.http.origins import checked_site
    from confluence_xpress.sources.online.http.settings import settings_from

    if bool(site) == everywhere:
        raise InputError("say which site to sign out of", "Name it, or write --all.")
    known = [each.site for each in sites.known_sites()]
    if site:
        found = sites.signed_in_to(checked_site(site, settings_from(os.environ)))
        if not found:
            where = f"You are signed in to {', '.join(known)}." if known else "You are signed in to no site."
            raise InputError(f"you are not signed in to {site}", where)
        known = [found]
    for each in known:
        keys.forget(each)
        sites.drop(each)
        Console().say(f"Signed out of {each}.")
    if not known:
        Console().say("You are signed in to no site.")


def _all_sites(environ: os._Environ[str]) -> list[str]:
    from confluence_xpress.cli import sites

    named = environ.get(sites.SITE, "").strip() if environ.get(sites.TOKEN) else ""
    return list(dict.fromkeys([*([named] if named else []), *(each.site for each in sites.known_sites())]))


def _owner(deployment: Deployment, known: Credentials, settings: Settings) -> str:
    """Whose token it is, in words. Raises OnlineError if it isn't good."""
    from confluence_xpress.sources.online.http.connection import Connection
    from confluence_xpress.sources.online.http.failures import GoneError, RefusedError
    from confluence_xpress.sources.online.http.person import who
    from confluence_xpress.sources.online.http.refusals import LACKS_SCOPE, Asker

    try:
        with Connection(deployment, known, settings) as connection:
            person = who(connection)
    except GoneError:
        return "somebody (the site is too old to say who)"
    except RefusedError as error:
        if error.reason != LACKS_SCOPE:
            raise
        return "somebody (the token lacks the scope to say who)"
    if not person.known:
        raise Asker(deployment, known).unknown()
    return f"{person.name} ({person.account})"


def _base(deployment: Deployment) -> str:
    if deployment.kind == "datacenter":
        return "Data Center"
    return "Cloud, through the gateway" if deployment.gateway else "Cloud"


def _advice(kind: Kind) -> list[str]:
    """Where tokens are made."""
    from confluence_xpress.sources.online.http.calls import needed_scopes

    if kind == "datacenter":
        return ["This is Data Center. Make a token in your profile, under Personal access tokens."]
    scopes = f"One without scopes will do. One with scopes needs {' '.join(needed_scopes())}; "
    scopes += f"for lists of Jira issues {' '.join(needed_scopes('jira'))} too."
    return [f"This is Cloud. Make an API token at {_TOKENS}", *textwrap.wrap(scopes, 100, break_on_hyphens=False)]


def _email(kind: Kind) -> str:
    if kind == "datacenter":
        return ""
    print("E-mail address of your Atlassian account (empty for an OAuth access token): ", end="", file=sys.stderr)
    sys.stderr.flush()
    return sys.stdin.readline().strip()


def _hidden(prompt: str) -> str:
    """What a person types, without showing it. InputError if that can't be done."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", getpass.GetPassWarning)
            return getpass.getpass(prompt, stream=sys.stderr).strip()
    except (getpass.GetPassWarning, EOFError):
        raise InputError("the token can't be asked for without showing it", "Pipe it in with --token-stdin.") from None


def _piped() -> str:
    given = sys.stdin.buffer.read(_LARGEST).decode("utf-8", "replace").strip()
    if not given:
        raise InputError("there is no token on standard input", "Pipe it in, as with: xpress login SITE --token-stdin")
    return given
