"""What makes a worker fail is found, shown as far as it goes, and reported; the rest of the document is whole."""

from __future__ import annotations

import io
import threading
import time
from collections.abc import Mapping

import psutil
import pytest

from confluence_xpress.bundle import Answer, Body, Bundle, Page
from confluence_xpress.needs import BodyNeed, Need
from confluence_xpress.render import PRELOAD, Options, begin, render
from confluence_xpress.render.book import make_book
from confluence_xpress.render.part import Job
from confluence_xpress.render.produce import Production
from confluence_xpress.render.properties import make_properties
from confluence_xpress.render.spool import Spool
from confluence_xpress.templates import load_template, parse_settings
from confluence_xpress.workers import Limits, Workers
from tests.recall import pdf_text

ROW = "<tr><td>{0}</td><td>Words about row {0}</td><td>and some more</td></tr>"
HEAVY = f"<table><tbody>{''.join(ROW.format(number) for number in range(4_000))}</tbody></table>"


def bundle(*bodies: str) -> Bundle:
    pages = tuple(Page(str(number), f"Page {number}", "S") for number in range(1, len(bodies) + 1))
    answers: dict[Need, Answer] = {
        BodyNeed(page.id): Body("storage", body) for page, body in zip(pages, bodies, strict=True)
    }
    return Bundle("Book", pages, (), answers)


def produced(whole: Bundle, options: Options, limits: Limits, *, kill: bool = False) -> tuple[bytes, Production]:
    def answer(needs: tuple[Need, ...]) -> Mapping[Need, Answer]:
        return {need: whole.answers[need] for need in needs}

    job = Job(Bundle(whole.title, whole.pages), options)
    book = make_book(job.outline, options)
    with Workers(2, begin, job, limits, preload=PRELOAD) as workers:
        production = Production(job, book, workers, answer, Spool(io.BytesIO()))
        if kill:
            threading.Thread(target=kill_a_worker, daemon=True).start()
        production.make_parts()
        production.make_front()
        out = io.BytesIO()
        production.write(0, out, make_properties(book, options))
        return out.getvalue(), production


def kill_a_worker() -> None:
    """The first that works: a child of the template process, which is a child of ours."""
    for _ in range(2_000):
        busy = [p for p in psutil.Process().children(recursive=True) if p.ppid() != psutil.Process().pid]
        if busy:
            time.sleep(0.3)
            busy[0].kill()
            return
        time.sleep(0.01)


def options() -> Options:
    template = load_template("default")
    return Options(template, parse_settings(template.options, {}))


@pytest.mark.slow
def test_a_page_that_takes_too_much_memory_is_shown_as_text_and_the_others_whole() -> None:
    whole = bundle("<p>First words</p>", "<p>Before</p>", HEAVY, "<h2>Last heading</h2><p>Last words</p>")
    pdf, production = produced(whole, options(), Limits(memory=210_000_000))
    lost = [d for d in production.diagnostics if d.code == "page-not-typeset"]
    assert {d.page for d in lost} == {"3"}
    assert all("memory" in d.message for d in lost)
    text = " ".join(pdf_text(pdf))
    assert "First words" in text
    assert "Last heading" in text
    assert "could not be typeset" in text


@pytest.mark.slow
def test_a_page_that_takes_too_long_is_found() -> None:
    whole = bundle("<p>First words</p>", HEAVY * 2, "<p>Last words</p>")
    pdf, production = produced(whole, options(), Limits(seconds=1.5))
    assert {d.page for d in production.diagnostics if d.code == "page-not-typeset"} == {"2"}
    assert "Last words" in " ".join(pdf_text(pdf))


@pytest.mark.slow
def test_a_worker_that_is_killed_costs_nothing_but_time() -> None:
    whole = bundle(*[f"<p>Words of page {number}</p>{HEAVY[:60_000]}</tbody></table>" for number in range(6)])
    pdf, production = produced(whole, options(), Limits(), kill=True)
    assert production.diagnostics == [] or all(not d.lost for d in production.diagnostics)
    assert pdf == render(whole, options()).pdf
