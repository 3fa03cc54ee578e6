"""No word leaves the page, none stands on another: wide tables, long words, deep nesting stay between the margins."""

from __future__ import annotations

from pathlib import Path

import pytest
import typst

from tests.boxes import overlaps, word_boxes
from tests.conftest import Exported
from tests.corpus import ABSENT, ALONE, DEMO, documents, export

SIDE = 71.0 - 3.0
"""The default template's margin, less what a letter may hang over."""
EDGE = 25.0

DOCUMENTS = documents("storage", "adf", "space-exports")

pytestmark = pytest.mark.usefixtures("poppler")


def astray(pdf: bytes) -> list[str]:
    """Words outside the margins, and words that stand on each other."""
    words = list(word_boxes(pdf))
    lost = [f"{w.text} at {w.left:.0f} to {w.right:.0f} of page {w.page}" for w in words if w.leaves(SIDE, EDGE)]
    return [*lost, *(f"{a.text} on {b.text} of page {a.page}" for a, b in overlaps(words))]


@pytest.mark.slow
@pytest.mark.skipif(not DOCUMENTS, reason=ABSENT)
@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_real_documents(path: Path, exported: Exported) -> None:
    assert astray(exported(path, ALONE).rendition.pdf) == []


@pytest.mark.slow
def test_the_demo(exported: Exported) -> None:
    assert astray(exported(DEMO, {"cover": "false"}).rendition.pdf) == []


LONG = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft" + "x" * 60
TITLES = "Many words of a title " * 10
ADDRESS = "https://www.example.com/" + "a-path/with_names.and?query=1&" * 8
WIDE = "".join(f"<td>{LONG[:20]}{column}</td>" for column in range(30))


def storage(text: str) -> str:
    """A page that has the text wherever a text can be."""

    def macro(name: str, body: str = "", **parameters: str) -> str:
        given = "".join(f'<ac:parameter ac:name="{k}">{v}</ac:parameter>' for k, v in parameters.items())
        return f'<ac:structured-macro ac:name="{name}">{given}{body}</ac:structured-macro>'

    rich = f"<ac:rich-text-body><p>{text}</p></ac:rich-text-body>"
    image = f'<ac:image><ri:attachment ri:filename="{text}.png"/></ac:image>'
    link = f'<ac:link><ri:attachment ri:filename="{text}.pdf"/></ac:link>'
    user = f'<ac:link><ri:user ri:account-id="{text}"/></ac:link>'
    deep = f"{'<ul><li>' * 6}{text}{'</li></ul>' * 6}"
    cell = (
        f"<ac:layout-cell><p>{text}</p><h2>{text}</h2>{image}<pre>{text}</pre><ul><li>{text}</li></ul></ac:layout-cell>"
    )
    task = f"<ac:task-id>1</ac:task-id><ac:task-status>complete</ac:task-status><ac:task-body>{text}</ac:task-body>"
    rows = (
        f"<tr><th>{text}</th><td>{text}</td><td><code>{text}</code></td></tr>"
        f"<tr><td>{image}</td><td>{deep}</td><td>{macro('panel', rich, title=text)}</td></tr>"
    )
    parts = [
        *(f"<h{level}>{text} {level}</h{level}>" for level in range(1, 7)),
        f"<p>{text} <code>{text}</code> <strong><u>{text}</u></strong> {image} {link} {user}</p>",
        f'<p><a href="https://example.com/{text}">{text}</a></p>',
        macro("toc"),
        macro("expand", rich, title=text),
        macro("panel", rich, title=text),
        macro("code", f"<ac:plain-text-body><![CDATA[{text}]]></ac:plain-text-body>", title=text),
        macro("noformat", f"<ac:plain-text-body><![CDATA[{text}]]></ac:plain-text-body>"),
        macro("unheard-of", rich),
        macro(text.split(maxsplit=1)[0][:200]),
        image,
        deep,
        f"<blockquote><p>{text}</p></blockquote>",
        f"<ac:task-list><ac:task>{task}</ac:task></ac:task-list>",
        f'<ac:layout><ac:layout-section ac:type="three_equal">{cell * 3}</ac:layout-section></ac:layout>',
        f"<table><tbody>{rows}</tbody></table>",
    ]
    return "".join(parts).replace("&", "&amp;")


def page_of(body: str, folder: Path, name: str = "page") -> Path:
    path = folder / f"{name}.storage.xml"
    path.write_text(body, encoding="utf-8")
    return path


@pytest.mark.slow
@pytest.mark.parametrize(
    ("text", "paper"),
    [(LONG, "a4"), (LONG, "a5"), (TITLES, "a4"), (ADDRESS, "us-letter")],
    ids="word small sentence address".split(),
)
def test_a_long_text_anywhere(text: str, paper: str, tmp_path: Path) -> None:
    made = export(page_of(storage(text), tmp_path), {"paper": paper, "cover": "true", "contents": "true"})
    assert astray(made.rendition.pdf) == []


def test_status_lozenges_longer_than_a_line(tmp_path: Path) -> None:
    title = f'<ac:parameter ac:name="title">{LONG}</ac:parameter>'
    status = f'<ac:structured-macro ac:name="status">{title}</ac:structured-macro>'
    body = f"<p>{status}</p><table><tbody><tr><td>{status}</td><td>{status}</td></tr></tbody></table>"
    assert astray(export(page_of(body, tmp_path)).rendition.pdf) == []


@pytest.mark.parametrize("columns", [8, 16, 40])
def test_tables_with_many_columns(columns: int, tmp_path: Path) -> None:
    row = "".join(f"<td>Value number {column} of a row</td>" for column in range(columns))
    body = f"<table><tbody>{f'<tr>{row}</tr>' * 5}</tbody></table>"
    assert astray(export(page_of(body, tmp_path)).rendition.pdf) == []


@pytest.mark.parametrize("filler", ["few words", "many words " * 150], ids=["short", "with a tall row"])
def test_numbers_that_are_aligned_stand_under_each_other(filler: str, tmp_path: Path) -> None:
    rows = "".join(
        f'<tr><td>{text}</td><td><p style="text-align: right;">{number}</p></td></tr>'
        for text, number in [("a", "1.5"), (filler, "12345.5"), ("c", "-"), ("d", "700.5")]
    )
    for head in ("", "<tr><th>Text</th><th>Number of things</th></tr>"):
        made = export(page_of(f"<table><tbody>{head}{rows}</tbody></table>", tmp_path))
        numbers = [word for word in word_boxes(made.rendition.pdf) if word.text.endswith(".5")]
        assert len(numbers) == 3 and len({round(word.right) for word in numbers}) == 1


def test_a_row_stays_on_its_page_beside_tall_ones_and_below_a_header_that_spans(tmp_path: Path) -> None:
    tall = f"<tr><td>tall</td><td>{'many words ' * 200}</td></tr>"
    rows = "".join(
        f"<tr><td>row-{number}</td><td><p>one</p><p>two</p><p>three-{number}</p></td></tr>" for number in range(60)
    )
    head = '<tr><th colspan="2">Both</th></tr><tr><th>Name</th><th>Text</th></tr>'
    made = export(page_of(f"<table><tbody>{head}{tall}{rows}</tbody></table>", tmp_path))
    pages = {word.text: word.page for word in word_boxes(made.rendition.pdf)}
    assert len(set(pages.values())) > 3
    assert [number for number in range(60) if pages[f"row-{number}"] != pages[f"three-{number}"]] == []


def test_a_table_in_a_table_in_a_table(tmp_path: Path) -> None:
    table = f"<p>{LONG}</p>"
    for _ in range(3):
        table = f"<table><tbody><tr><td>A label</td><td>{table}</td><td>Another</td></tr></tbody></table>"
    assert astray(export(page_of(table, tmp_path)).rendition.pdf) == []


def test_a_table_in_panels_and_lists(tmp_path: Path) -> None:
    row = "".join(f"<td>Value {column}</td>" for column in range(12))
    table = f"<table><tbody><tr>{row}</tr></tbody></table>"
    panel = f'<ac:structured-macro ac:name="info"><ac:rich-text-body>{table}</ac:rich-text-body></ac:structured-macro>'
    made = export(page_of(f"<ul><li>An item{panel}<ul><li>Deeper{panel}</li></ul></li></ul>", tmp_path))
    assert astray(made.rendition.pdf) == []


def test_the_measure_sees_what_hangs_over_the_edge_and_what_stands_on_something() -> None:
    page = b"""#set page(width: 400pt, height: 200pt, margin: 71pt)
        #box(width: 500pt)[inside#h(245pt)outside]
        #place(dx: 9pt, dy: 9pt)[under]#place(dx: 15pt, dy: 10pt)[over]"""
    pdf = typst.compile(input=page, format="pdf", ignore_system_fonts=True)
    assert isinstance(pdf, bytes)
    assert sorted(line.split()[0] for line in astray(pdf)) == ["outside", "under"]


@pytest.mark.slow
def test_short_rows_stay_on_one_page(tmp_path: Path) -> None:
    def cell(row: int, column: str) -> str:
        return f"<td><p>{row}{column}start {'some words ' * (20 + row % 7)} {row}{column}end</p></td>"

    rows = "".join(f"<tr><th>{row}head</th>{cell(row, 'a')}{cell(row, 'b')}</tr>" for row in range(60))
    made = export(page_of(f"<table><tbody>{rows}</tbody></table>", tmp_path))
    pages = {word.text: word.page for word in word_boxes(made.rendition.pdf)}
    assert len(set(pages.values())) > 3
    for row in range(60):
        names = [f"{row}head", *(f"{row}{column}{end}" for column in "ab" for end in ("start", "end"))]
        assert len({pages[name] for name in names}) == 1
