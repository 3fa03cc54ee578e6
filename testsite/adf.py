"""ADF as storage format, as far as Confluence itself would write the same: it gives every page in both."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Mapping
from html import escape
from typing import Any

_Node = dict[str, Any]

_SIMPLE = {
    "paragraph": "p",
    "bulletList": "ul",
    "orderedList": "ol",
    "listItem": "li",
    "blockquote": "blockquote",
    "tableRow": "tr",
}
_MARKS = {"strong": "strong", "em": "em", "underline": "u", "strike": "del", "code": "code"}
_PANELS = {"info": "info", "success": "tip", "warning": "note", "error": "warning"}
_COLORS = {"neutral": "Grey", "purple": "Purple", "blue": "Blue", "red": "Red", "yellow": "Yellow", "green": "Green"}
_LAYOUTS = {1: "single", 2: "two_equal", 3: "three_equal", 4: "four_equal", 5: "five_equal"}


def to_storage(text: str, files: Mapping[str, str]) -> str:
    """A document of ADF as storage format. `files` are attachments' names by file id. What isn't ADF gives nothing."""
    try:
        document = json.loads(text)
    except ValueError:
        return ""
    return _Writer(files).blocks(document) if isinstance(document, dict) else ""


class _Writer:
    def __init__(self, files: Mapping[str, str]) -> None:
        self._files = files

    def blocks(self, node: _Node) -> str:
        """What a node holds."""
        content = node.get("content")
        return "".join(self.node(child) for child in content if isinstance(child, dict)) if content else ""

    def node(self, node: _Node) -> str:
        """A node; an unknown one gives what it holds."""
        kind = str(node.get("type"))
        attrs: _Node = node.get("attrs") or {}
        if tag := _SIMPLE.get(kind):
            align = next((m["attrs"]["align"] for m in node.get("marks", ()) if m.get("type") == "alignment"), "")
            style = f' style="text-align: {align};"' if align else ""
            return f"<{tag}{style}>{self.blocks(node)}</{tag}>"
        writer = getattr(self, re.sub("[A-Z]", lambda letter: f"_{letter[0].lower()}", f"_{kind}"), None)
        made: str = writer(node, attrs) if writer else self.blocks(node)
        return made

    def _text(self, node: _Node, _: _Node) -> str:
        made = escape(str(node.get("text", "")), quote=False)
        for mark in node.get("marks", ()):
            kind, attrs = mark.get("type"), mark.get("attrs") or {}
            if tag := _MARKS.get(kind):
                made = f"<{tag}>{made}</{tag}>"
            elif kind == "link":
                made = f'<a href="{escape(str(attrs.get("href", "")))}">{made}</a>'
            elif kind == "textColor":
                made = f'<span style="color: {escape(str(attrs.get("color", "")))};">{made}</span>'
            elif kind == "backgroundColor":
                made = f'<span style="background-color: {escape(str(attrs.get("color", "")))};">{made}</span>'
            elif kind == "subsup":
                tag = "sub" if attrs.get("type") == "sub" else "sup"
                made = f"<{tag}>{made}</{tag}>"
        return made

    def _heading(self, node: _Node, attrs: _Node) -> str:
        level = attrs.get("level", 1)
        return f"<h{level}>{self.blocks(node)}</h{level}>"

    def _hard_break(self, _: _Node, __: _Node) -> str:
        return "<br />"

    def _rule(self, _: _Node, __: _Node) -> str:
        return "<hr />"

    def _code_block(self, node: _Node, attrs: _Node) -> str:
        text = "".join(str(child.get("text", "")) for child in node.get("content", ()))
        return _macro("code", {"language": attrs.get("language") or ""}, plain=text)

    def _panel(self, node: _Node, attrs: _Node) -> str:
        kind = str(attrs.get("panelType"))
        body = self.blocks(node)
        if kind in _PANELS:
            return _macro(_PANELS[kind], {}, rich=body)
        if kind == "custom":
            names = {"panelIcon": "panelIcon", "panelIconId": "panelIconId", "panelColor": "bgColor"}
            return _macro("panel", {to: attrs.get(name) or "" for name, to in names.items()}, rich=body)
        return _extension("panel", {"panel-type": kind}, body)

    def _decision_list(self, node: _Node, _: _Node) -> str:
        items = "".join(
            f'<ac:adf-node type="decision-item"><ac:adf-attribute key="state">'
            f"{escape(str((item.get('attrs') or {}).get('state', '')))}</ac:adf-attribute>"
            f"<ac:adf-content>{self.blocks(item)}</ac:adf-content></ac:adf-node>"
            for item in node.get("content", ())
        )
        plain = "".join(f"<li>{self.blocks(item)}</li>" for item in node.get("content", ()))
        return (
            f'<ac:adf-extension><ac:adf-node type="decision-list">{items}</ac:adf-node>'
            f"<ac:adf-fallback><ul>{plain}</ul></ac:adf-fallback></ac:adf-extension>"
        )

    def _expand(self, node: _Node, attrs: _Node) -> str:
        return _macro("expand", {"title": attrs.get("title") or ""}, rich=self.blocks(node))

    _nested_expand = _expand

    def _task_list(self, node: _Node, _: _Node) -> str:
        return f"<ac:task-list>{self.blocks(node)}</ac:task-list>"

    def _task_item(self, node: _Node, attrs: _Node) -> str:
        status = "complete" if attrs.get("state") == "DONE" else "incomplete"
        return (
            f"<ac:task><ac:task-id>{escape(str(attrs.get('localId', '')))}</ac:task-id><ac:task-status>{status}"
            f"</ac:task-status><ac:task-body><span>{self.blocks(node)}</span></ac:task-body></ac:task>"
        )

    def _table(self, node: _Node, _: _Node) -> str:
        return f"<table><tbody>{self.blocks(node)}</tbody></table>"

    def _cell(self, tag: str, node: _Node, attrs: _Node) -> str:
        spans = "".join(f' {name}="{attrs[name]}"' for name in ("colspan", "rowspan") if attrs.get(name, 1) != 1)
        colour = attrs.get("background")
        shade = f' data-highlight-colour="{escape(str(colour))}"' if colour else ""
        return f"<{tag}{spans}{shade}>{self.blocks(node)}</{tag}>"

    def _table_cell(self, node: _Node, attrs: _Node) -> str:
        return self._cell("td", node, attrs)

    def _table_header(self, node: _Node, attrs: _Node) -> str:
        return self._cell("th", node, attrs)

    def _media_single(self, node: _Node, _: _Node) -> str:
        parts = node.get("content", ())
        caption = next((self.blocks(part) for part in parts if part.get("type") == "caption"), "")
        media = next((part.get("attrs") or {} for part in parts if part.get("type") == "media"), {})
        return self._image(media, f"<ac:caption><p>{caption}</p></ac:caption>" if caption else "")

    def _media(self, _: _Node, attrs: _Node) -> str:
        return self._image(attrs, "")

    def _media_group(self, node: _Node, _: _Node) -> str:
        files = (self._file(part.get("attrs") or {}) for part in node.get("content", ()))
        return "".join(f"<p>{file}</p>" for file in files if file)

    def _media_inline(self, _: _Node, attrs: _Node) -> str:
        return self._image(attrs, "") if attrs.get("type") == "image" else self._file(attrs)

    def _file(self, attrs: _Node) -> str:
        name = escape(self._files.get(str(attrs.get("id")), ""))
        return f'<ac:link><ri:attachment ri:filename="{name}" /></ac:link>' if name else ""

    def _image(self, attrs: _Node, caption: str) -> str:
        alt = f' ac:alt="{escape(str(attrs["alt"]))}"' if attrs.get("alt") else ""
        if url := attrs.get("url"):
            return f'<ac:image{alt}><ri:url ri:value="{escape(str(url))}" />{caption}</ac:image>'
        name = self._files.get(str(attrs.get("id")), "")
        return f'<ac:image{alt}><ri:attachment ri:filename="{escape(name)}" />{caption}</ac:image>' if name else ""

    def _mention(self, _: _Node, attrs: _Node) -> str:
        return f'<ac:link><ri:user ri:account-id="{escape(str(attrs.get("id", "")))}" /></ac:link>'

    def _emoji(self, _: _Node, attrs: _Node) -> str:
        name = escape(str(attrs.get("shortName", "")))
        text = escape(str(attrs.get("text") or name))
        known = escape(str(attrs.get("id") or ""))
        return (
            f'<ac:emoticon ac:name="blue-star" ac:emoji-shortname="{name}" ac:emoji-id="{known}" '
            f'ac:emoji-fallback="{text}" />'
        )

    def _date(self, _: _Node, attrs: _Node) -> str:
        try:
            day = dt.datetime.fromtimestamp(int(attrs.get("timestamp", 0)) / 1000, dt.UTC).date()
        except (ValueError, TypeError, OverflowError):
            return ""
        return f'<time datetime="{day.isoformat()}" />'

    def _status(self, _: _Node, attrs: _Node) -> str:
        colour = _COLORS.get(str(attrs.get("color")), "Grey")
        return _macro("status", {"title": attrs.get("text") or "", "colour": colour})

    def _inline_card(self, _: _Node, attrs: _Node) -> str:
        url = escape(str(attrs.get("url", "")))
        return f'<a href="{url}" data-card-appearance="inline">{url}</a>'

    def _block_card(self, _: _Node, attrs: _Node) -> str:
        url = escape(str(attrs.get("url", "")))
        return f'<p><a href="{url}" data-card-appearance="block">{url}</a></p>'

    _embed_card = _block_card

    def _layout_section(self, node: _Node, _: _Node) -> str:
        kind = _LAYOUTS.get(len(node.get("content", ())), "single")
        cells = "".join(f"<ac:layout-cell>{self.blocks(cell)}</ac:layout-cell>" for cell in node.get("content", ()))
        return f'<ac:layout><ac:layout-section ac:type="{kind}">{cells}</ac:layout-section></ac:layout>'

    def _extension(self, node: _Node, attrs: _Node) -> str:
        parameters = attrs.get("parameters") or {}
        if isinstance(wrapped := parameters.get("adf"), str):  # what ADF has no place for, a table in a cell
            return to_storage(wrapped, self._files)
        given = parameters.get("macroParams") or {}
        values = {name: value.get("value", "") for name, value in given.items() if isinstance(value, dict)}
        known = ((parameters.get("macroMetadata") or {}).get("macroId") or {}).get("value", "")
        body = self.blocks(node) if node.get("content") else None
        return _macro(str(attrs.get("extensionKey", "")), values, rich=body, macro_id=str(known))

    _bodied_extension = _inline_extension = _extension


def _macro(
    name: str, values: Mapping[str, Any], *, rich: str | None = None, plain: str | None = None, macro_id: str = ""
) -> str:
    known = f' ac:macro-id="{escape(macro_id)}"' if macro_id else ""
    given = "".join(
        f'<ac:parameter ac:name="{escape(key)}">{escape(str(value), quote=False)}</ac:parameter>'
        for key, value in values.items()
        if value != ""
    )
    body = "" if rich is None else f"<ac:rich-text-body>{rich}</ac:rich-text-body>"
    if plain is not None:
        safe = plain.replace("]]>", "]]]]><![CDATA[>")
        body = f"<ac:plain-text-body><![CDATA[{safe}]]></ac:plain-text-body>"
    start = f'<ac:structured-macro ac:name="{escape(name)}" ac:schema-version="1"{known}>'
    return f"{start}{given}{body}</ac:structured-macro>"


def _extension(kind: str, attributes: Mapping[str, str], body: str) -> str:
    given = "".join(
        f'<ac:adf-attribute key="{key}">{escape(value, quote=False)}</ac:adf-attribute>'
        for key, value in attributes.items()
    )
    return (
        f'<ac:adf-extension><ac:adf-node type="{kind}">{given}<ac:adf-content>{body}</ac:adf-content></ac:adf-node>'
        f"<ac:adf-fallback><div>{body}</div></ac:adf-fallback></ac:adf-extension>"
    )
