"""The rendering service under load: every answer belongs to its request, what is refused is refused honestly, nothing
hangs, and afterwards it is as it was. How fast it is, `bench/service.py` measures."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from threading import Barrier

import pytest

from confluence_xpress.bundle import Body, Page
from confluence_xpress.needs import BodyNeed
from confluence_xpress.wire.forms import Answered, AnswerForm, Request
from confluence_xpress.wire.requests import encode, need_form
from tests.recall import pdf_text
from tests.service import PATIENCE, Answer, Service, make_keys, running
from tests.service_documents import figures, form, until, unzipped
from tests.service_requests import KINDS, packed

pytestmark = pytest.mark.slow

CALLERS = ("ada", "ben", "cleo", "dan", "eve")
FORMS = ("application/pdf", "application/zip", "multipart/form-data")
_WORD = re.compile(r"zq[a-p]{5}zq")
_LINE = "<p>A line of text that is the same in all documents, so that only one word tells them apart.</p>"
LARGE = 900
"""Lines of a document that is not among the quick ones: about 25 pages of PDF."""


@dataclass(frozen=True)
class Sent:
    """A request: whose it is, its number, and what is in its document once for each page."""

    caller: str
    number: int
    lines: int

    @property
    def word(self) -> str:
        """A word that no other document has."""
        digits = f"{self.number:05x}"
        return f"zq{''.join(chr(ord('a') + int(digit, 16)) for digit in digits)}zq"

    @property
    def accept(self) -> str:
        return FORMS[self.number % len(FORMS)]

    def body(self) -> tuple[bytes, str]:
        """As bytes, in one of the three forms, and its media type."""
        text = f"<h1>{self.word}</h1>{_LINE * self.lines}<table><tbody><tr><td>{self.word}</td></tr></tbody></table>"
        answer = Answered(need_form(BodyNeed("1")), AnswerForm(body=Body("storage", text)))
        title = f"About {self.word}"
        request = Request(title=title, pages=(Page("1", title),), answers=(answer,))
        return packed(KINDS[self.number // 3 % len(KINDS)], encode(request), {})


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    return make_keys(tmp_path_factory.mktemp("load"), *CALLERS)


@pytest.fixture
def service(keys: tuple[Path, dict[str, str]]) -> Iterator[Service]:
    with running("--keys", str(keys[0])) as started:
        yield started


def ask(service: Service, keys: dict[str, str], sent: Sent) -> Answer:
    """The answer to a request, which has its id back."""
    body, media_type = sent.body()
    headers = {
        "Authorization": f"Bearer {keys[sent.caller]}",
        "Content-Type": media_type,
        "Accept": sent.accept,
        "X-Request-Id": f"request-{sent.word}",
    }
    answer = service.ask("/v1/render", body, headers)
    assert answer.headers["X-Request-Id"] == f"request-{sent.word}"
    return answer


def pdf_of(sent: Sent, answer: Answer) -> bytes:
    """The PDF in an answer of the form that was asked for."""
    match sent.accept:
        case "application/zip":
            (pdf,) = [data for name, data in unzipped(answer).items() if name.endswith(".pdf")]
        case "multipart/form-data":
            (pdf,) = [field.data for field in form(answer) if field.media_type == "application/pdf"]
        case _:
            pdf = answer.body
    return pdf


def check_own(sent: Sent, answer: Answer) -> None:
    """It is the document that was asked for, whole, and nothing of another one is in it or beside it."""
    pages = pdf_text(pdf_of(sent, answer))
    assert len(pages) > sent.lines // 60
    assert set(_WORD.findall(" ".join(pages))) == {sent.word}
    assert set(_WORD.findall(answer.body.decode("latin-1"))) <= {sent.word}
    assert set(_WORD.findall(str(answer.headers))) == {sent.word}


def check_quiet(service: Service) -> None:
    """Nothing is left of what was done, and no process had to be replaced."""
    until(lambda: not sum(value for name, value in figures(service).items() if _is_left(name)))
    assert service.ask("/health/ready").status == 200


def _is_left(name: str) -> bool:
    return name.startswith(("xpress_running", "xpress_waiting", "xpress_budget_held", "xpress_worker_restarts"))


def mixed(count: int, large: Sequence[int]) -> list[Sent]:
    """Requests of all callers in turn; those of some numbers are large."""
    return [Sent(CALLERS[n % len(CALLERS)], n, LARGE if n in large else 5 + n % 20) for n in range(count)]


@pytest.mark.usefixtures("poppler")
def test_of_300_requests_of_five_callers_each_gets_its_own_document(
    service: Service, keys: tuple[Path, dict[str, str]]
) -> None:
    requests = mixed(300, large=range(7, 300, 43))
    workers = {worker.pid for worker in service.workers}
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda sent: ask(service, keys[1], sent), requests))
    assert Counter(answer.status for answer in answers) == {200: len(requests)}
    for sent, answer in zip(requests, answers, strict=True):
        check_own(sent, answer)
    check_quiet(service)
    assert {worker.pid for worker in service.workers} == workers


@pytest.mark.usefixtures("poppler")
def test_overload_is_answered_with_documents_or_with_when_to_come_back(keys: tuple[Path, dict[str, str]]) -> None:
    requests = mixed(160, large=range(3, 160, 40))
    together = Barrier(40)
    with running("--keys", str(keys[0]), "--workers", "1", "--queue", "4") as narrow:

        def at_once(sent: Sent) -> Answer:
            if sent.number < together.parties:
                together.wait(PATIENCE)
            return ask(narrow, keys[1], sent)

        with ThreadPoolExecutor(together.parties) as pool:
            answers = list(pool.map(at_once, requests))
        assert {answer.status for answer in answers} == {200, 503}
        for sent, answer in zip(requests, answers, strict=True):
            if answer.status == 200:
                check_own(sent, answer)
            else:
                assert answer.code == "busy"
                assert int(answer.headers["Retry-After"]) >= 1
                assert not _WORD.search(answer.body.decode().replace(sent.word, ""))
        check_quiet(narrow)
        assert ask(narrow, keys[1], Sent("ada", 1000, 5)).status == 200
