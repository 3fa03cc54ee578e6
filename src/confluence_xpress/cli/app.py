"""Commands and options of `xpress`, and how their errors are shown."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from types import FrameType
from typing import Annotated, Literal, NoReturn

import typer

from confluence_xpress import __version__
from confluence_xpress.cli.arguments import comma_list, parse_assignments, parse_timestamp, spread
from confluence_xpress.cli.console import Console
from confluence_xpress.cli.login import login, logout, whoami
from confluence_xpress.cli.service import render_service, service_key
from confluence_xpress.errors import InputError, XPressError

app = typer.Typer(
    name="xpress",
    help="Turn Confluence content into one beautiful, accessible, complete PDF.",
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"xpress {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    pass


@app.command(no_args_is_help=True)
def export(
    source: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="SOURCE…",
            help="The address of a page, a space or a folder in Confluence, or several; a folder with pages.json, a "
            "Confluence space export (XML, zipped or unpacked), or one body: storage format (.xml, .xhtml, .html), "
            "ADF (.json) or view HTML (.html).",
        ),
    ] = None,
    output: Annotated[
        str, typer.Option("--output", "-o", metavar="OUT.pdf", help="Where the PDF goes; - for standard output.")
    ] = "",
    template: Annotated[
        str, typer.Option(metavar="NAME|FOLDER", help="A built-in template, or a folder with one.")
    ] = "default",
    set_: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="A template option; repeatable. See: xpress templates"),
    ] = None,
    tree: Annotated[bool, typer.Option("--tree", help="Of a page's address: the page and all below it.")] = False,
    pages: Annotated[
        str, typer.Option(metavar="ID,ID,…", help="Only these pages, in this order; of a site, also by address.")
    ] = "",
    list_: Annotated[
        str, typer.Option("--list", metavar="FILE", help="The same from a file, one address or id a line; - for stdin.")
    ] = "",
    cql: Annotated[str, typer.Option(metavar="QUERY", help="The pages of a site that a query (CQL) finds.")] = "",
    pick: Annotated[bool, typer.Option("--pick", help="Tick the pages in the terminal.")] = False,
    root: Annotated[str, typer.Option(metavar="ID", help="Only this page and those below it.")] = "",
    depth: Annotated[int | None, typer.Option(min=0, help="Levels below the root; 0 is the root alone.")] = None,
    label: Annotated[
        list[str] | None, typer.Option(metavar="LABEL", help="Only pages with this label; repeatable.")
    ] = None,
    exclude_label: Annotated[
        list[str] | None, typer.Option(metavar="LABEL", help="No pages with this label, nor those below; repeatable.")
    ] = None,
    skip_label: Annotated[
        list[str] | None,
        typer.Option(metavar="LABEL", help="No pages with this label, but those below them; repeatable."),
    ] = None,
    blog_posts: Annotated[bool, typer.Option("--blog-posts", help="Blog posts too, after the pages.")] = False,
    archived: Annotated[bool, typer.Option("--archived", help="Archived pages of a site too.")] = False,
    drafts: Annotated[bool, typer.Option("--drafts", help="What you have not published yet, of a site.")] = False,
    page_version: Annotated[
        int | None, typer.Option(metavar="N", min=1, help="An older version of one page of a site.")
    ] = None,
    as_of: Annotated[str, typer.Option(metavar="DATE", help="The pages of a site as they were at a date.")] = "",
    budget: Annotated[
        int | None,
        typer.Option(
            metavar="POINTS",
            min=1,
            help="The most that may be asked of a site, as Atlassian counts: 1 a call, 1 a page or file, 2 a person.",
        ),
    ] = None,
    connections: Annotated[int, typer.Option(metavar="N", min=1, max=64, help="Calls to a site at once.")] = 8,
    manifest: Annotated[
        Path | None, typer.Option(metavar="OUT.json", help="Where the manifest goes; default: beside the PDF.")
    ] = None,
    pdf_standard: Annotated[
        str,
        typer.Option(
            metavar="STANDARD,…",
            help="Such as a-3b, 1.7 or none; the default is ua-1,a-2a, with embedded files ua-1,a-3a, encrypted ua-1.",
        ),
    ] = "",
    split: Annotated[
        str,
        typer.Option(metavar="HOW", help="Several PDFs with links between them: top-level, pages=200 or size=20MB."),
    ] = "",
    images: Annotated[
        Literal["original", "print", "screen", "small"],
        typer.Option(help="How finely images are kept: as they are, or with 300, 150 or 96 pixels per inch at most."),
    ] = "original",
    attachments: Annotated[
        bool, typer.Option("--attachments", help="Embed the attachments of the exported pages as files.")
    ] = False,
    embed_manifest: Annotated[
        bool, typer.Option("--embed-manifest", help="Embed the manifest, without sizes and checksums of the PDF.")
    ] = False,
    password: Annotated[
        str,
        typer.Option(
            metavar="TEXT",
            envvar="XPRESS_PASSWORD",
            show_envvar=False,
            help="Encrypt, and ask for this to open the PDF; better given as XPRESS_PASSWORD in the environment.",
        ),
    ] = "",
    owner_password: Annotated[
        str,
        typer.Option(
            metavar="TEXT",
            envvar="XPRESS_OWNER_PASSWORD",
            show_envvar=False,
            help="Encrypt; this allows everything. Better given as XPRESS_OWNER_PASSWORD in the environment.",
        ),
    ] = "",
    permissions: Annotated[
        str,
        typer.Option(
            metavar="NAME,…",
            help="What is allowed without the owner password: all (the default), none, "
            "or of print, copy, change, annotate, fill, assemble.",
        ),
    ] = "",
    sign: Annotated[
        Path | None,
        typer.Option(
            metavar="KEY.p12",
            help="Sign with this key (PKCS#12); its passphrase is in XPRESS_SIGN_PASSWORD, or asked for.",
        ),
    ] = None,
    sign_name: Annotated[str, typer.Option(metavar="TEXT", help="Who signs, as the signature says.")] = "",
    sign_reason: Annotated[str, typer.Option(metavar="TEXT", help="Why it is signed.")] = "",
    sign_location: Annotated[str, typer.Option(metavar="TEXT", help="Where it is signed.")] = "",
    linearize: Annotated[
        bool, typer.Option("--linearize", help="Order the PDF for the web: the first page shows at once.")
    ] = False,
    since: Annotated[
        Path | None,
        typer.Option(metavar="MANIFEST", help="Export only if something differs from the export with this manifest."),
    ] = None,
    jobs: Annotated[
        int,
        typer.Option(
            min=0, help="Worker processes; default: as many as there are cores. With --service: requests at once, 4."
        ),
    ] = 0,
    service: Annotated[
        str,
        typer.Option(
            metavar="URL",
            envvar="XPRESS_SERVICE",
            help="Render with the rendering service at this address; its key is in XPRESS_SERVICE_KEY.",
        ),
    ] = "",
    timestamp: Annotated[
        str, typer.Option(metavar="ISO|EPOCH", help="Time of export, for reproducible files; default: now.")
    ] = "",
    strict: Annotated[bool, typer.Option("--strict", help="Exit with 1 if anything was lost.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress and no summary.")] = False,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="A longer summary: each volume, images, memory.")
    ] = False,
) -> None:
    """Export pages of a site, or content on disk, to a PDF.

    Exit codes: 0 done; 1 done, but something was lost and --strict is set; 2 wrong usage or unreadable input;
    3 our own failure.
    """
    from confluence_xpress.cli.delivery import Wishes
    from confluence_xpress.cli.export import Request, run_export
    from confluence_xpress.cli.opening import Scope
    from confluence_xpress.sources.selection import Selection

    request = Request(
        scope=Scope(
            names=tuple(source or ()),
            selection=Selection(
                pages=comma_list(pages),
                root=root or None,
                depth=depth,
                labels=tuple(label or ()),
                exclude_labels=tuple(exclude_label or ()),
                skip_labels=tuple(skip_label or ()),
                blogposts=blog_posts,
            ),
            below=tree,
            listed=list_,
            cql=cql,
            archived=archived,
            drafts=drafts,
            as_of=as_of,
            version=page_version,
            budget=budget,
            connections=connections,
        ),
        output=output,
        template=template,
        settings=parse_assignments(set_ or []),
        manifest=manifest,
        standards=(() if pdf_standard == "none" else comma_list(pdf_standard)) if pdf_standard else None,
        timestamp=parse_timestamp(timestamp or os.environ.get("SOURCE_DATE_EPOCH", "")),
        wishes=Wishes(
            split=split,
            attachments=attachments,
            embed_manifest=embed_manifest,
            password=password,
            owner_password=owner_password,
            permissions=permissions,
            key=sign,
            sign_name=sign_name,
            sign_reason=sign_reason,
            sign_location=sign_location,
            linearize=linearize,
        ),
        images=images,
        since=since,
        jobs=jobs,
        verbose=verbose,
        service=service,
        pick=pick,
    )
    try:
        lost = run_export(request, Console(quiet=quiet))
    except (KeyboardInterrupt, SystemExit) as stop:
        # The thread at work can't be stopped; the process can. No half file is there: writing cleans up after itself.
        Console().error("interrupted; nothing was written")
        sys.stderr.flush()
        os._exit(143 if isinstance(stop, SystemExit) else 130)
    if lost and strict:
        raise typer.Exit(1)


@app.command(no_args_is_help=True)
def tree(
    source: Annotated[
        str, typer.Argument(metavar="SOURCE", help="The address of a space, page or folder; or what is on disk.")
    ],
    root: Annotated[str, typer.Option(metavar="ID", help="Only this page and those below it.")] = "",
    depth: Annotated[int | None, typer.Option(min=0, help="So many levels.")] = None,
    blog_posts: Annotated[bool, typer.Option("--blog-posts", help="Blog posts too, after the pages.")] = False,
    archived: Annotated[bool, typer.Option("--archived", help="Archived pages of a site too.")] = False,
    labels: Annotated[bool, typer.Option("--labels", help="The labels of the pages, too.")] = False,
    json: Annotated[bool, typer.Option("--json", help="As JSON, for programs.")] = False,
) -> None:
    """Show the page tree of a space, or of what is on disk."""
    from confluence_xpress.cli.opening import Scope
    from confluence_xpress.cli.show_tree import run_tree
    from confluence_xpress.sources.selection import Selection

    selection = Selection(root=root or None, depth=depth, blogposts=blog_posts)
    run_tree(
        Scope((source,), selection, below=True, archived=archived, bare=not labels), as_json=json, console=Console()
    )


@app.command(no_args_is_help=True)
def read(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="One body: storage format, ADF or view HTML.")],
    to: Annotated[Literal["tree", "json", "typst", "text"], typer.Option(help="What to show of it.")] = "tree",
) -> None:
    """Show how one body is read: for debugging and for template authors."""
    from confluence_xpress.cli.read import run_read

    run_read(file, to, Console())


@app.command()
def templates(
    name: Annotated[str, typer.Argument(metavar="[NAME|FOLDER]", help="A template whose options to list.")] = "",
) -> None:
    """List the built-in templates, or the options of one."""
    from confluence_xpress.cli.templates import run_templates

    run_templates(name)


app.command(no_args_is_help=True)(login)
app.command()(whoami)
app.command()(logout)
app.command()(render_service)
app.command(no_args_is_help=True)(service_key)


def _terminate(_number: int, _frame: FrameType | None) -> NoReturn:
    raise SystemExit(143)


def main() -> NoReturn:
    """Run the command line and exit. No traceback ever reaches the user."""
    signal.signal(signal.SIGTERM, _terminate)
    console = Console()
    try:
        app(args=spread(sys.argv[1:]), prog_name="xpress")
    except InputError as error:
        console.error(error.message, error.hint)
        _exit(2)
    except XPressError as error:
        console.error(error.message, error.hint)
        _exit(3)
    except BrokenPipeError:
        # The reader of our output has gone; nothing to tell anybody.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        _exit(3)
    except OSError as error:
        where = f": {error.filename}" if error.filename else ""
        console.error(f"{error.strerror or error}{where}", "Nothing was written.")
        _exit(3)
    except MemoryError:
        console.error("There is not enough memory for this export.", "Use fewer workers: --jobs 1.")
        _exit(3)
    except Exception as error:
        if os.environ.get("XPRESS_DEBUG"):
            raise
        console.error(
            f"XPress failed: {type(error).__name__}: {error}",
            "This is a defect of ours. Set XPRESS_DEBUG=1 for the details and report it.",
        )
        _exit(3)
    _exit(0)


def _exit(code: int) -> NoReturn:
    raise SystemExit(code)
