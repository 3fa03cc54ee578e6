"""The budgets that can be measured from outside, and whether they are met."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from statistics import median

from bench.clock import ASSEMBLY, PYTHON
from bench.report import MEGABYTE, Result, pairs
from bench.tools import XPRESS, XPRESS_ALONE

_BOOK = 1_500
"""Pages of the PDF for which other programs are compared."""
_PEERS = {"Chromium": 4, "WeasyPrint": 15}


def budgets(result: Result) -> list[Result]:
    """What was measured beside its budget; of several contents, the worst."""
    contents = [content for content in result["contents"] if not content["tools"][XPRESS]["error"]]
    return [
        *_stages([content for content in contents if content["stages"]]),
        *_runs(contents),
        _most("`xpress export` of one page from a folder, cold", result["start"]["export"], 0.7, "s", 2),
        _most("one page in a process that is warm", 1000 * result["start"]["warm"], 50, "ms", 0),
    ]


def _stages(contents: Sequence[Result]) -> Iterator[Result]:
    if not contents:
        return
    used = [content["stages"] for content in contents]
    pages = [content["tools"][XPRESS]["pdf_pages"] for content in contents]
    share = max(sum(stages[s] for s in PYTHON) / sum(stages.values()) for stages in used)
    after = max(sum(stages[s] for s in ASSEMBLY) / count for stages, count in zip(used, pages, strict=True))
    ratio = max(sum(stages[s] for s in ASSEMBLY) / stages["typeset"] for stages in used)
    yield _most("Python's share (read, transform, write) of the CPU of an export", 100 * share, 15, "%", 1)
    yield _most("assembly and furniture, CPU per PDF page", 1000 * after, 1, "ms", 2)
    yield _most(
        "the same, beside the CPU of typesetting (10 ms per page when the budget was set)", 100 * ratio, 10, "%", 0
    )


def _runs(contents: Sequence[Result]) -> Iterator[Result]:
    if not contents:
        return
    peak = max(content["tools"][XPRESS]["largest"] for content in contents)
    yield _most("peak memory of any process", peak / MEGABYTE, 700, "MB", 0)
    if doubles := [content for content in contents if pairs(content, XPRESS_ALONE, "wall")]:
        largest = max(doubles, key=lambda content: content["pages"])
        faster = median(pairs(largest, XPRESS_ALONE, "wall"))
        yield _least(f"2 workers beside 1 ({largest['name']} pages)", faster, 1.8, "×")
    for name, least in _PEERS.items():
        if some := [content for content in contents if pairs(content, name, "wall")]:
            book = min(some, key=lambda content: abs(content["tools"][XPRESS]["pdf_pages"] - _BOOK))
            pages = book["tools"][XPRESS]["pdf_pages"]
            yield _least(f"faster than {name} ({pages:,} PDF pages)", median(pairs(book, name, "wall")), least, "×")


def _most(what: str, value: float, limit: float, unit: str, digits: int) -> Result:
    return {
        "what": what,
        "measured": f"{value:.{digits}f} {unit}",
        "budget": f"≤ {limit} {unit}",
        "met": value <= limit,
    }


def _least(what: str, value: float, limit: float, unit: str) -> Result:
    return {"what": what, "measured": f"{value:.1f} {unit}", "budget": f"≥ {limit} {unit}", "met": value >= limit}
