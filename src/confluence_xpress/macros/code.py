"""Code: the macros `code` and `noformat`."""

from __future__ import annotations

from confluence_xpress.macros.call import Call, Expansion
from confluence_xpress.model import CodeBlock
from confluence_xpress.model.build import collapse
from confluence_xpress.model.text import block_text

_ALIASES = {
    "actionscript3": "actionscript",
    "as3": "actionscript",
    "c#": "cs",
    "csharp": "cs",
    "c++": "cpp",
    "cplusplus": "cpp",
    "coldfusion": "cfm",
    "cf": "cfm",
    "delphi": "pascal",
    "pas": "pascal",
    "docker": "dockerfile",
    "erl": "erlang",
    "f#": "fsharp",
    "golang": "go",
    "htm": "html",
    "html/xml": "xml",
    "html and xml": "xml",
    "xhtml": "xml",
    "xslt": "xml",
    "javafx": "java",
    "jfx": "java",
    "js": "javascript",
    "jscript": "javascript",
    "node": "javascript",
    "kt": "kotlin",
    "md": "markdown",
    "mk": "makefile",
    "objc": "objective-c",
    "objectivec": "objective-c",
    "patch": "diff",
    "pl": "perl",
    "posh": "powershell",
    "ps1": "powershell",
    "pwsh": "powershell",
    "py": "python",
    "py3": "python",
    "python3": "python",
    "rb": "ruby",
    "rs": "rust",
    "sh": "bash",
    "shell": "bash",
    "zsh": "bash",
    "tex": "latex",
    "ts": "typescript",
    "visualbasic": "vb",
    "visual basic": "vb",
    "vbnet": "vb",
    "yml": "yaml",
}
_PLAIN = frozenset(("none", "text", "plain", "plaintext", "plain text", "txt", "nohighlight"))


def language(name: str) -> str:
    """A language's name as highlighters know it; '' for plain text."""
    name = name.strip().casefold()
    return "" if name in _PLAIN else _ALIASES.get(name, name)


def code(call: Call) -> Expansion:
    """A block of code. The language may be the unnamed parameter."""
    call.ignore("collapse", "theme", "breakoutMode", "breakoutWidth", "wrap")
    return _block(
        call,
        language(call.get("language", "lang", "")),
        line_numbers=call.flag("linenumbers"),
        first_line=call.number("firstline", default=1),
    )


def noformat(call: Call) -> Expansion:
    """Plain text in which white space counts."""
    call.ignore("nopanel", "breakoutMode", "breakoutWidth")
    return _block(call, "", line_numbers=False, first_line=1)


def _block(call: Call, name: str, *, line_numbers: bool, first_line: int) -> Expansion:
    title = collapse(call.get("title"))
    body = call.body
    if call.text is None:  # hand-written pages put the code into a rich-text body
        text = block_text(body)
    else:
        text = call.text.replace("\r\n", "\n").replace("\r", "\n").strip("\n")
        if body:
            return (CodeBlock(text, name, title, line_numbers, first_line), *body)
    return (CodeBlock(text, name, title, line_numbers, first_line),) if text.strip() or title else ()
