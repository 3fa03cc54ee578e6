"""The benchmark: that all programs get the same, well-formed pages, and that what is counted is what is meant.

No test depends on how fast anything is.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest
from lxml import etree, html

from bench.budgets import budgets
from bench.clock import STAGES, Clock, stepwise
from bench.content import page_source, write_space
from bench.pdf import recall, words
from bench.report import report, table
from bench.spaces import first_pages
from bench.webpage import content_words, load_content, write_html

PAGES = 12
NAMES = {"ac": "http://atlassian.com/content", "ri": "http://atlassian.com/resource/identifier"}
ROOT = f'<page xmlns:ac="{NAMES["ac"]}" xmlns:ri="{NAMES["ri"]}">'


def values(document: etree._Element, path: str) -> list[str]:
    """What an XPath expression finds, as text."""
    found = document.xpath(path, namespaces=NAMES)
    assert isinstance(found, list)
    return [str(value) for value in found]


@pytest.fixture(scope="module")
def space(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bench") / "space"
    write_space(folder, PAGES)
    return folder


@pytest.mark.parametrize("index", range(PAGES))
def test_bodies_are_well_formed_and_always_the_same(index: int) -> None:
    page = page_source(index, PAGES)
    body = etree.fromstring(f"{ROOT}{page.body}</page>")
    assert body.findall("h2")
    assert body.findall("table//tr")
    assert page_source(index, PAGES) == page


def test_titles_are_unique_and_every_link_and_file_is_there(space: Path) -> None:
    entries = json.loads((space / "pages.json").read_text("utf-8"))
    titles = {entry["title"] for entry in entries}
    assert len(titles) == PAGES
    for entry in entries:
        body = etree.fromstring(f"{ROOT}{(space / entry['body']).read_text('utf-8')}</page>")
        assert set(values(body, "//@ri:content-title")) <= titles
        for name in values(body, "//@ri:filename"):
            assert (space / "attachments" / entry["id"] / name).is_file()


@pytest.mark.slow
def test_the_html_has_every_word_image_and_link_target_of_the_content(space: Path) -> None:
    content = load_content(space)
    document = html.document_fromstring(write_html(content))
    shown = words(" ".join(values(document, "//section[not(@class)]//text()")))
    wanted = content_words(content)
    assert wanted.total() > 500 * PAGES
    assert not wanted - shown
    assert len(values(document, "//img/@src")) == len(content.media) == PAGES // 3
    identities = values(document, "//@id")
    assert len(set(identities)) == len(identities)
    targets = {href[1:] for href in values(document, "//a/@href") if href.startswith("#")}
    assert targets
    assert targets <= set(identities)


def test_the_first_pages_of_a_space_are_a_space(space: Path, tmp_path: Path) -> None:
    assert first_pages(space, tmp_path / "part", 5) == 5
    assert len(load_content(tmp_path / "part").chapters) == 5


def test_recall_counts_each_word_as_often_as_it_is_wanted() -> None:
    assert recall(words("to be or not to be"), words("To be\nor not")) == pytest.approx(4 / 6)
    assert words("long-running jobs") == words("long-\nrunning jobs")


def spin() -> int:
    return sum(i * i for i in range(200_000))


def test_cpu_is_charged_to_the_innermost_stage() -> None:
    clock = Clock()
    clock.timed("transform", clock.timed("read", spin))()
    assert clock.seconds["read"] > clock.seconds["transform"] > 0
    assert set(clock.seconds) == set(STAGES)


def test_cpu_is_charged_to_the_stage_that_a_function_is_a_part_of() -> None:
    clock = Clock()
    typeset = clock.timed("typeset", spin, within=("furniture",))
    clock.timed("furniture", typeset)()
    assert clock.seconds["furniture"] > clock.seconds["typeset"] == 0
    clock.timed("write", typeset)()
    assert clock.seconds["typeset"] > 0


def test_between_the_steps_of_a_generator_nothing_is_charged_to_it() -> None:
    clock = Clock()

    def ask(first: int) -> Generator[int, int, str]:
        answer = yield first
        return f"{answer} {yield answer + 1}"

    turns = stepwise(ask, lambda step: clock.timed("read", step))(1)
    assert next(turns) == 1
    clock.timed("write", spin)()
    assert turns.send(5) == 6
    with pytest.raises(StopIteration) as end:
        turns.send(7)
    assert end.value.value == "5 7"
    assert clock.seconds["write"] > clock.seconds["read"] > 0


@pytest.mark.slow
def test_every_stage_of_an_export_is_charged_and_the_pdf_is_that_of_workers(space: Path, tmp_path: Path) -> None:
    arguments = ["export", str(space), "--quiet", "--timestamp", "0", "-o"]
    run("bench.stages", tmp_path / "stages.json", *arguments, tmp_path / "stages.pdf")
    run("confluence_xpress", *arguments, tmp_path / "workers.pdf")
    seconds = json.loads((tmp_path / "stages.json").read_text("utf-8"))
    assert all(seconds[stage] > 0 for stage in STAGES)
    assert seconds["other"] < seconds["typeset"]
    assert (tmp_path / "stages.pdf").read_bytes() == (tmp_path / "workers.pdf").read_bytes()


def run(module: str, *arguments: object) -> str:
    command = [sys.executable, "-m", module, *map(str, arguments)]
    return subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout


MEASURE = """
import json, sys
from dataclasses import asdict
from pathlib import Path
from bench.measure import Limit, become_reaper, measure
become_reaper()
limit = Limit(float(sys.argv[2]), float(sys.argv[3]))
print(json.dumps(asdict(measure([sys.executable, "-c", sys.argv[4]], Path(sys.argv[1]), limit))))
"""
"""In a process of its own, as it waits for all its children."""


def measured(code: str, folder: Path, seconds: float = 60, memory: float = 1e10) -> dict[str, Any]:
    command = [sys.executable, "-c", MEASURE, str(folder / "log.txt"), str(seconds), str(memory), code]
    figures: dict[str, Any] = json.loads(subprocess.check_output(command))
    return figures


@pytest.mark.skipif(sys.platform != "linux", reason="the benchmark counts with Linux's means")
class TestMeasure:
    @pytest.mark.slow
    def test_memory_that_processes_share_counts_once_and_the_cpu_of_all_counts(self, tmp_path: Path) -> None:
        found = measured(
            "import os, time\n"
            "shared = bytes(range(256)) * 400_000\n"
            "for _ in range(3):\n"
            "    if not os.fork():\n"
            "        own = bytes(range(256)) * 100_000\n"
            "        sum(i * i for i in range(2_000_000))\n"
            "        time.sleep(2)\n"
            "        os._exit(0)\n"
            "for _ in range(3): os.wait()\n",
            tmp_path,
        )
        assert not found["error"]
        assert 120e6 < found["largest"] < 200e6
        assert 150e6 < found["together"] < 300e6
        assert found["cpu"] > 2 * found["first"] > 0

    @pytest.mark.slow
    def test_a_program_is_stopped_at_its_limits(self, tmp_path: Path) -> None:
        sleeps = "import time\ntime.sleep(60)"
        assert measured(sleeps, tmp_path, seconds=1)["error"] == "stopped after 1 s"
        grows = f"kept = bytes(range(256)) * 800_000\n{sleeps}"
        assert measured(grows, tmp_path, memory=100e6)["error"] == "stopped at 100 MB of memory"

    def test_a_failure_is_told_with_the_last_line_of_the_log(self, tmp_path: Path) -> None:
        assert measured("raise SystemExit('no such font')", tmp_path)["error"] == "exit code 1: no such font"


def figures(walls: list[float], error: str = "", *, peer: bool = False) -> dict[str, Any]:
    ran = {"cpu": 30.0, "first": 3.0, "largest": 350e6, "together": 600e6, "others": 0.1}
    runs = [{"wall": wall, "error": error} | ran for wall in walls]
    result = {"peer": peer, "error": error, "runs": runs, "wall": sorted(walls)[len(walls) // 2] if walls else 0} | ran
    return result if error else result | {"pdf_pages": 1_500, "bytes": 4e6, "recall": None}


def test_the_report_compares_runs_of_the_same_turn_and_says_who_gave_up() -> None:
    content: dict[str, Any] = {
        "name": "large, 450",
        "pages": 450,
        "large": True,
        "words": 0,
        "runs": 3,
        "stages": dict.fromkeys(STAGES, 1.0) | {"typeset": 20.0},
        "tools": {
            "XPress": figures([20, 40, 60]),
            "XPress, 1 worker": figures([38, 80, 108]),
            "WeasyPrint": figures([], "gave up at 100 pages: stopped after 900 s", peer=True),
            "Chromium": figures([50], peer=True),
        },
    }
    result: dict[str, Any] = {
        "machine": {"processor": "slow"},
        "limits": {"seconds": 900, "memory": 8e9},
        "tools": [{"name": name, "version": "1", "absent": ""} for name in content["tools"]],
        "start": {"export": 0.6, "warm": 0.06},
        "contents": [content],
    }
    result["budgets"] = budgets(result)
    measured = {budget["what"]: (budget["measured"], budget["met"]) for budget in result["budgets"]}
    assert measured["2 workers beside 1 (large, 450 pages)"] == ("1.9 ×", True)
    assert measured["faster than Chromium (1,500 PDF pages)"] == ("2.5 ×", False)
    assert measured["assembly and furniture, CPU per PDF page"] == ("2.67 ms", False)
    assert measured["peak memory of any process"] == ("350 MB", True)
    assert not any("WeasyPrint" in what for what in measured)
    lines = [" ".join(line.split()) for line in report(result).splitlines()]
    assert "WeasyPrint: gave up at 100 pages: stopped after 900 s." in lines
    assert "| large, 450: Chromium | 2.5 × | 1.0 × | 1.0 × | 1.0 × | 1.0 × |" in lines
    assert "| large, 450: run 2 | 80.0 | 40.0 | 2.00 × | 1.00 × | 10 %, 10 % |" in lines


def test_tables_are_aligned_markdown() -> None:
    assert table(("name", "s"), [("short", "1")]) == "| name  |  s |\n| ----- | -: |\n| short |  1 |"
