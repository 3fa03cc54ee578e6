"""The documents of one page without the service: `python -m bench.service_alone` prints what each takes, as JSON.

All in one process that is warm: seconds of CPU of a whole render, and of Typst alone for the content.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from statistics import median
from typing import Any, get_args

from bench.clock import replace
from bench.service_content import Kind, page_request
from confluence_xpress.service.operations import Setup
from confluence_xpress.service.unpacking import ZipLimits
from confluence_xpress.service.work import WARM_UP, Call, begin
from confluence_xpress.templates import built_in_templates, load_template
from confluence_xpress.typeset.engine import compile_pdf
from confluence_xpress.workers.worker import settle

_TIMES = 150
_WARM = 30


def main() -> None:
    """Print the figures of each kind."""
    settle()
    typst: list[float] = []
    replace(compile_pdf, _timed(compile_pdf, typst))
    work = begin(Setup({name: load_template(name) for name in built_in_templates()}, ZipLimits(10**9, 10**9, 9, 10**9)))
    list(work(WARM_UP))
    found = {}
    for kind in get_args(Kind):
        content: list[float] = []
        whole: list[float] = []
        for index in range(_WARM + _TIMES):
            call = Call("render", "file", "json", {"request": page_request(index, kind)})
            typst.clear()
            _timed(lambda call=call: list(work(call)), whole)()
            content.append(typst[0])  # before running heads and feet
        found[kind] = {"render": median(whole[_WARM:]), "typst": median(content[_WARM:])}
    print(json.dumps(found))


def _timed(function: Callable[..., Any], seconds: list[float]) -> Callable[..., Any]:
    """The same, each time of CPU put down."""

    def call(*args: Any, **kwargs: Any) -> Any:
        start = time.process_time()
        result = function(*args, **kwargs)
        seconds.append(time.process_time() - start)
        return result

    return call


if __name__ == "__main__":
    main()
