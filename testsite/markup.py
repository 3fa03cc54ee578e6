"""Storage format as the plain HTML that Confluence would show, and as ADF; HTML as storage format."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from html import entities, escape
from urllib.parse import quote

from lxml import etree, html

_AC = "http://atlassian.com/content"
_RI = "http://atlassian.com/resource/identifier"
_ENTITY = re.compile(r"&([A-Za-z][A-Za-z0-9]*);")
_KEPT = {"amp", "lt", "gt", "quot", "apos"}
_EMPTY = {"br", "hr", "img", "col"}
_HIDDEN = {"parameter", "task-id", "task-status", "adf-attribute", "adf-fallback", "placeholder"}


def parse(storage: str) -> etree._Element:
    """A body as one element. What is not well-formed is read as far as possible."""
    text = _ENTITY.sub(
        lambda match: match[0] if match[1] in _KEPT else entities.html5.get(f"{match[1]};", match[0]), storage
    )
    root = f'<root xmlns:ac="{_AC}" xmlns:ri="{_RI}">{text}</root>'
    parser = etree.XMLParser(
        recover=True, resolve_entities=False, no_network=True, huge_tree=True, remove_comments=True, remove_pis=True
    )
    return etree.fromstring(root.encode("utf-8", "replace"), parser)


def to_html(storage: str, base: str, page_id: str, names: Mapping[str, str]) -> str:
    """Simple HTML: macros give their bodies, images and links lead to the site at `base`, `names` are people's."""
    return _Html(base, page_id, names).inside(parse(storage))


def to_adf(storage: str) -> str:
    """The text of a body as an ADF document of paragraphs and headings."""
    content = []
    for element in parse(storage).iter("p", "li", "h1", "h2", "h3", "h4", "h5", "h6", "td", "th", "pre"):
        if text := " ".join("".join(str(part) for part in element.itertext()).split()):
            node: dict[str, object] = {"type": "paragraph", "content": [{"type": "text", "text": text}]}
            if re.fullmatch(r"h[1-6]", str(element.tag)):
                node |= {"type": "heading", "attrs": {"level": int(str(element.tag)[1])}}
            content.append(node)
    return json.dumps({"type": "doc", "version": 1, "content": content}, ensure_ascii=False)


def html_to_storage(text: str) -> str:
    """HTML as Confluence shows it, made well-formed."""
    if not text.strip():
        return ""
    root = html.fragment_fromstring(text, create_parent="div")
    return re.sub(r"^<div>|</div>$", "", etree.tostring(root, encoding="unicode", method="xml"))


def find_macro(storage: str, macro_id: str) -> etree._Element | None:
    """The macro with an id."""
    found = parse(storage).xpath("//ac:structured-macro[@ac:macro-id=$id]", namespaces={"ac": _AC}, id=macro_id)
    return found[0] if isinstance(found, list) and found and isinstance(found[0], etree._Element) else None


def macro_parts(macro: etree._Element) -> tuple[str, str, dict[str, str]]:
    """A macro's name, its body as it is stored, and its parameters."""
    values = {
        str(child.get(f"{{{_AC}}}name", "")): "".join(str(text) for text in child.itertext())
        for child in macro.findall(f"{{{_AC}}}parameter")
    }
    body = ""
    for kind in ("rich-text-body", "plain-text-body"):
        if (found := macro.find(f"{{{_AC}}}{kind}")) is not None:
            inner = "".join(etree.tostring(child, encoding="unicode") for child in found)
            body = escape(found.text or "", quote=False) + inner
    return str(macro.get(f"{{{_AC}}}name", "")), body, values


class _Html:
    def __init__(self, base: str, page_id: str, names: Mapping[str, str]) -> None:
        self._base = base
        self._page_id = page_id
        self._names = names

    def inside(self, element: etree._Element) -> str:
        parts = [escape(element.text or "", quote=False)]
        for child in element:
            parts.append(self._element(child))
            parts.append(escape(child.tail or "", quote=False))
        return "".join(parts)

    def _element(self, element: etree._Element) -> str:
        name = etree.QName(element)
        tag = str(name.localname)
        if not name.namespace:
            plain = [(str(key), str(value)) for key, value in element.items() if "{" not in str(key)]
            attributes = "".join(f' {key}="{escape(value)}"' for key, value in plain)
            inner = self.inside(element)
            if not inner and tag in _EMPTY:
                return f"<{tag}{attributes}/>"
            return f"<{tag}{attributes}>{inner}</{tag}>"
        if tag in _HIDDEN:
            return ""
        writer = getattr(self, "_" + tag.replace("-", "_"), None)
        made: str = writer(element) if writer else self.inside(element)
        return made

    def _structured_macro(self, macro: etree._Element) -> str:
        name, _, values = macro_parts(macro)
        if (plain := macro.find(f"{{{_AC}}}plain-text-body")) is not None:
            return f"<pre>{escape(plain.text or '', quote=False)}</pre>"
        if (rich := macro.find(f"{{{_AC}}}rich-text-body")) is not None:
            return f'<div class="{escape(name)}">{self.inside(rich)}</div>'
        return f'<span class="{escape(name)}">{escape(values.get("title", ""), quote=False)}</span>'

    def _image(self, image: etree._Element) -> str:
        source = self._resource(image)
        alt = escape(str(image.get(f"{{{_AC}}}alt", "")))
        return f'<img src="{escape(source)}" alt="{alt}"/>'

    def _link(self, link: etree._Element) -> str:
        user = link.find(f"{{{_RI}}}user")
        if user is not None:
            who = str(user.get(f"{{{_RI}}}account-id") or user.get(f"{{{_RI}}}userkey") or "")
            return escape(self._names.get(who, who), quote=False)
        page = link.find(f"{{{_RI}}}page")
        text = "".join(
            self.inside(body)
            for kind in ("link-body", "plain-text-link-body")
            for body in link.findall(f"{{{_AC}}}{kind}")
        )
        title = str(page.get(f"{{{_RI}}}content-title", "")) if page is not None else ""
        return f'<a href="{escape(self._resource(link))}">{text or escape(title, quote=False)}</a>'

    def _emoticon(self, emoticon: etree._Element) -> str:
        return escape(str(emoticon.get(f"{{{_AC}}}emoji-fallback", "")), quote=False)

    def _resource(self, holder: etree._Element) -> str:
        """The address of what an image or link names."""
        for resource in holder:
            if etree.QName(resource).namespace != _RI:
                continue
            value = {etree.QName(key).localname: str(text) for key, text in resource.items()}
            if "filename" in value:
                return f"{self._base}/download/attachments/{self._page_id}/{quote(value['filename'])}"
            if "value" in value:
                return value["value"]
            if "content-title" in value:
                space = value.get("space-key", "")
                return f"{self._base}/display/{quote(space)}/{quote(value['content-title'], safe='')}"
        return f"#{holder.get(f'{{{_AC}}}anchor', '')}"
