"""The words of a tree, without marks: for headings, captions, matching and `--to text`."""

from __future__ import annotations

import re
from typing import assert_never

from confluence_xpress.model import blocks as b
from confluence_xpress.model import inlines as i
from confluence_xpress.model import refs as r


def inline_text(nodes: i.Inlines) -> str:
    """The text of a line, as a reader would say it."""
    return "".join(_inline(node) for node in nodes)


def _inline(node: i.Inline) -> str:
    match node:
        case i.Text() | i.Placeholder():
            return node.text
        case i.LineBreak():
            return "\n"
        case i.Mark() | i.Colored() | i.Annotation():
            return inline_text(node.content)
        case i.Link():
            return inline_text(node.content) or target_text(node.target)
        case i.Status():
            return node.text
        case i.Mention():
            return f"@{node.text or node.user.account_id or node.user.username or node.user.key}"
        case i.Date():
            return node.day
        case i.Emoji():
            return node.text or node.short_name
        case i.InlineImage():
            return node.image.alt
        case i.InlineFile():
            return node.file.name
        case i.InlineMacro():
            return node.macro.text or block_text(node.macro.body)
        case i.Anchor() | i.IndexTerm():
            return ""
        case _:
            assert_never(node)


def target_text(target: r.LinkTarget) -> str:
    """What a link shows that has no text of its own."""
    match target:
        case r.PageRef():
            return target.title
        case r.AttachmentRef():
            return target.filename
        case r.UserRef():
            return f"@{target.username or target.account_id or target.key}"
        case r.SpaceRef():
            return target.key
        case r.Shortcut():
            return f"{target.key}@{target.parameter}" if target.parameter else target.key
        case r.Url():
            return target.href
        case r.Destination():
            return ""
        case _:
            assert_never(target)


def block_text(nodes: b.Blocks) -> str:
    """The text of blocks, a line for each line of text."""
    return "\n".join(line for line in _lines(nodes) if line.strip())


def _lines(nodes: b.Blocks) -> list[str]:
    lines: list[str] = []
    for node in nodes:
        match node:
            case b.Paragraph() | b.Heading() | b.Preformatted():
                lines.append(inline_text(node.content))
            case b.Card():
                lines.append(inline_text(node.content) or target_text(node.target))
            case b.CodeBlock():
                lines += [node.title, node.text]
            case b.Panel():
                lines += [inline_text(node.title), *_lines(node.content)]
            case b.Expand():
                lines += [node.title, *_lines(node.content)]
            case b.Notice():
                lines += [node.message, *_lines(node.content)]
            case b.Quote() | b.Excerpt() | b.PageProperties() | b.SyncedBlock():
                lines += _lines(node.content)
            case b.BulletList() | b.OrderedList() | b.TaskList() | b.DecisionList():
                for item in node.items:
                    lines += _lines(item.content)
            case b.Table():
                lines.append(inline_text(node.caption))
                for row in node.rows:
                    for cell in row.cells:
                        lines += _lines(cell.content)
            case b.Columns():
                for column in node.columns:
                    lines += _lines(column.content)
            case b.Figure():
                lines += [node.image.alt, inline_text(node.caption)]
            case b.Files():
                lines += [file.name for file in node.files]
            case b.Contents():
                lines += [inline_text(entry.content) for entry in node.entries]
            case b.Macro():
                lines += [node.text or "", *_lines(node.body)]
            case b.Rule():
                pass
            case _:
                assert_never(node)
    return lines


# Scripts whose lines end between any two characters (East Asian ones, Thai …) need no help.
_LONG_WORD = re.compile(r"[^\s\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\ua4cf\uac00-\ud7af\uf900-\ufaff]{4,}")
_SEAMS = re.compile(r"(?<=[^\W_][._/\\:?&=#@,;|+~-])(?=[^\W_])|(?<=[a-z])(?=[A-Z])")
# between any two letters of scripts that stay legible when cut: Latin, Greek, Cyrillic, Armenian, without their accents
_ANYWHERE = re.compile(r"(?<=[!-\u02ff\u0370-\u058f])(?=[!-\u02ff\u0370-\u058f])")


def is_figure(word: str) -> bool:
    """Whether a word is a number, date or code without letters that is short enough to stay whole."""
    return len(word) <= 16 and not any(map(str.isalpha, word))


def line_pieces(text: str, longer_than: int) -> list[str]:
    """The text cut where a line may end inside words of more than `longer_than` characters; joined it is the same.

    Words are cut at their seams (after punctuation, before capitals), and what is still long between any characters
    but the first and last three.
    """
    ends = min(3, longer_than // 2)
    pieces = [""]
    position = 0
    for found in _LONG_WORD.finditer(text):
        word = found.group()
        if len(word) <= longer_than or is_figure(word):
            continue
        pieces[-1] += text[position : found.start()]
        position = found.end()
        for number, part in enumerate(_SEAMS.split(word)):
            cut = [part]
            if len(part) > longer_than and not is_figure(part):
                inner = _ANYWHERE.split(part[ends - 1 : len(part) - ends + 1])
                cut = [part[: ends - 1] + inner[0], *inner[1:]]
                cut[-1] += part[len(part) - ends + 1 :]
            if number == 0:
                pieces[-1] += cut.pop(0)
            pieces += cut
    pieces[-1] += text[position:]
    return pieces
