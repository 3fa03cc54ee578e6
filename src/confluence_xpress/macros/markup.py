"""A macro in storage format, as Confluence takes it to render it: built anew from what was read of it."""

from __future__ import annotations

import re
from html import escape
from typing import assert_never

from confluence_xpress.model import (
    AttachmentRef,
    Macro,
    PageRef,
    Parameter,
    Reference,
    Shortcut,
    SpaceRef,
    Url,
    UserRef,
)
from confluence_xpress.needs import MacroNeed

# What XML can't hold, not even as a character reference.
_NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def macro_need(page_id: str, macro: Macro) -> MacroNeed | None:
    """What to ask for, to have a macro of a page rendered; None if nothing can name it.

    A rich-text body can't be written in storage format again: such a macro is rendered by its id or not at all.
    """
    if macro.id:
        return MacroNeed(page_id, macro.id, macro.name)
    if macro.body or not macro.name.strip():
        return None
    return MacroNeed(page_id, "", macro.name, macro_markup(macro))


def macro_markup(macro: Macro) -> str:
    """The macro in storage format: name, parameters with their references, plain-text body; no rich-text body."""
    parameters = "".join(map(_parameter, macro.parameters))
    body = ""
    if macro.text is not None:
        text = _xml(macro.text).replace("]]>", "]]]]><![CDATA[>")
        body = f"<ac:plain-text-body><![CDATA[{text}]]></ac:plain-text-body>"
    name = _attribute("ac:name", macro.name)
    return f'<ac:structured-macro{name} ac:schema-version="1">{parameters}{body}</ac:structured-macro>'


def _parameter(parameter: Parameter) -> str:
    value = "".join(map(_reference, parameter.references)) or escape(_xml(parameter.value), quote=False)
    return f'<ac:parameter ac:name="{escape(_xml(parameter.name))}">{value}</ac:parameter>'


def _reference(reference: Reference) -> str:
    match reference:
        case PageRef():
            # Confluence keeps pages in links, all others as they are.
            return f"<ac:link>{_page(reference)}</ac:link>"
        case AttachmentRef():
            container = "" if reference.page == PageRef() else _page(reference.page)
            return f"<ri:attachment{_attribute('ri:filename', reference.filename)}>{container}</ri:attachment>"
        case UserRef():
            named = (
                _attribute("ri:account-id", reference.account_id)
                + _attribute("ri:userkey", reference.key)
                + _attribute("ri:username", reference.username)
            )
            return f"<ri:user{named}/>"
        case SpaceRef():
            return f"<ri:space{_attribute('ri:space-key', reference.key)}/>"
        case Shortcut():
            named = _attribute("ri:key", reference.key) + _attribute("ri:parameter", reference.parameter)
            return f"<ri:shortcut{named}/>"
        case Url():
            return f"<ri:url{_attribute('ri:value', reference.href)}/>"
        case _:
            assert_never(reference)


def _page(page: PageRef) -> str:
    if page.id:
        return f"<ri:content-entity{_attribute('ri:content-id', page.id)}/>"
    named = _attribute("ri:space-key", page.space) + _attribute("ri:content-title", page.title)
    if page.day:
        return f"<ri:blog-post{named}{_attribute('ri:posting-day', page.day.replace('-', '/'))}/>"
    return f"<ri:page{named}/>"


def _attribute(name: str, value: str) -> str:
    return f' {name}="{escape(_xml(value))}"' if value else ""


def _xml(text: str) -> str:
    return _NO_XML.sub("", text)
