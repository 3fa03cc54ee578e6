"""Extensions: Confluence's macros, those of apps, and what Confluence wraps because ADF has no place for it."""

from __future__ import annotations

from confluence_xpress.macros.table import expand_static
from confluence_xpress.model import Block, Blocks, Inline, InlineMacro, Macro, Paragraph, Parameter
from confluence_xpress.readers.adf.legacy import from_storage, unwrap
from confluence_xpress.readers.adf.marks import with_marks
from confluence_xpress.readers.adf.reader import Nodes, Reader
from confluence_xpress.readers.adf.values import Node, attributes, clean, mapping, string, to_text

_FORGE = "com.atlassian.ecosystem"
_MIGRATION = "com.atlassian.confluence.migration"
_WRAPPERS = ("nested-table", "legacy-content")
_TEXT_BODY = "__bodyContent"
_IDENTITY = frozenset(("legacyAnchorId", "_parentId", _TEXT_BODY))
"""Parameters that tell macros apart, or are none."""
_GROUPS = ("macroParams", "macroparams", "guestParams")
"""Where the parameters are: of Confluence's macros, of those in old documents, of Forge apps' macros."""
_NO_SETTINGS = frozenset(
    (
        "macroMetadata",
        "metadata",
        "localId",
        "extensionId",
        "extensionTitle",
        "extensionProperties",
        "layout",
        "render",
        "embeddedMacroContext",
        "forgeEnvironment",
        "adf",
        "nestedContent",
        "cxhtml",
    )
)
"""Keys beside an app's own settings that are Confluence's."""


def extension(reader: Reader, node: Node) -> Nodes:
    """A macro on lines of its own, with or without a rich-text body."""
    attrs = attributes(node)
    if string(attrs, "extensionType") == _MIGRATION or string(attrs, "extensionKey") in _WRAPPERS:
        if (content := unwrap(reader, attrs)) is not None:
            return content
        reader.report("node-invalid", "a wrapper whose content can't be read")
    macro = _macro(reader, attrs, reader.blocks(node.get("content")))
    return _expanded(reader, macro, macro)


def inline_extension(reader: Reader, node: Node) -> Nodes:
    """A macro in a line of text."""
    macro = _macro(reader, attributes(node), reader.blocks(node.get("content")))
    result: Nodes = []
    for item in _expanded(reader, macro, InlineMacro(macro)):
        result += with_marks(reader, node, (item,)) if isinstance(item, Inline) else (item,)
    return result


def jira_issue(reader: Reader, node: Node) -> Nodes:
    """The editor's own node for the `jira` macro of one issue."""
    attrs = attributes(node)
    names = {"issueKey": "key", "server": "server", "serverId": "serverId"}
    parameters = tuple(Parameter(name, value) for key, name in names.items() if (value := string(attrs, key)))
    macro = Macro("jira", parameters, id=string(attrs, "macroId"))
    return _expanded(reader, macro, InlineMacro(macro))


def unsupported(reader: Reader, node: Node) -> Nodes:
    """What the editor didn't know: the original node, the original storage format, or the content beside them."""
    attrs = attributes(node)
    if isinstance(original := attrs.get("originalValue"), dict):
        return reader.nodes([original])
    if source := string(attrs, "cxhtml"):
        return from_storage(reader, source)
    return reader.children(node)


def unsupported_inline(reader: Reader, node: Node) -> Nodes:
    """The same in a line of text, where a lone paragraph gives its line."""
    match unsupported(reader, node):
        case [Paragraph(content)]:
            return list(content)
        case nodes:
            return nodes


def _expanded(reader: Reader, macro: Macro, unexpanded: Block | Inline) -> Nodes:
    try:
        found = expand_static(macro)
    except Exception as error:  # noqa: BLE001 - a defect of one macro must not take the page with it
        reader.report("macro-failed", f"macro “{macro.name}” failed: {type(error).__name__}")
        return [unexpanded]
    if found is None:
        return [unexpanded]
    expansion, diagnostics = found
    reader.add(diagnostics)
    return list(expansion)


def _macro(reader: Reader, attrs: Node, body: Blocks) -> Macro:
    settings = mapping(attrs.get("parameters"))
    parameters, text = _parameters(settings)
    if text is None and not body and not parameters:
        text = string(attrs, "text").strip() or None
    metadata = mapping(settings.get("macroMetadata"))
    name = _name(attrs, settings)
    if not name:
        reader.report("node-invalid", "a macro without a name")
    return Macro(name, parameters, body, text, to_text(_value(metadata.get("macroId"))))


def _name(attrs: Node, settings: Node) -> str:
    """The storage name of a macro; of a Forge app's, its module key or else its title."""
    key = string(attrs, "extensionKey")
    if string(attrs, "extensionType") == _FORGE:
        module = key.rpartition("/static/")[2]
        return module if "/" not in module and module else string(settings, "extensionTitle") or key
    return key or string(attrs, "extensionType")


def _parameters(settings: Node) -> tuple[tuple[Parameter, ...], str | None]:
    """The parameters, and the plain-text body that stands among them."""
    given = {name: value for key in _GROUPS for name, value in mapping(settings.get(key)).items()}
    if not any(key in settings for key in _GROUPS):
        given = {name: value for name, value in settings.items() if name not in _NO_SETTINGS}
    values = {name: to_text(_value(value)) for name, value in given.items()}
    parameters = tuple(Parameter(clean(name), value) for name, value in values.items() if name not in _IDENTITY)
    return parameters, values.get(_TEXT_BODY)


def _value(value: object) -> object:
    """A parameter's value, out of the object it comes in."""
    return value.get("value") if isinstance(value, dict) and "value" in value else value
