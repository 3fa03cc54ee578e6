"""Coloured boxes: `info`, `note`, `tip`, `warning` and their kin, and the freely coloured `panel`."""

from __future__ import annotations

from confluence_xpress.macros.call import Call, Expansion
from confluence_xpress.model import Emoji, Inlines, Panel, PanelKind, Text
from confluence_xpress.model.build import collapse
from confluence_xpress.model.color import normal_color

KINDS: dict[str, PanelKind] = {
    "info": "info",
    "note": "warning",
    "tip": "success",
    "success": "success",
    "warning": "error",
    "error": "error",
}
"""Kinds by macro name: the editor calls the macro `note` a warning, and the macro `warning` an error."""


def message(call: Call) -> Expansion:
    """A box whose colours and icon follow from the macro's name."""
    kind = KINDS[call.macro.name.casefold()]
    return (Panel(kind, call.body, _title(call), show_icon=call.flag("icon", default=True)),)


def panel(call: Call) -> Expansion:
    """A box with colours and perhaps an icon of the author's choice."""
    icon = Emoji(call.get("panelIcon"), call.get("panelIconText"), call.get("panelIconId"))
    shown = None if icon == Emoji() else icon
    call.ignore("borderStyle", "borderWidth")
    return (
        Panel(
            "custom",
            call.body,
            _title(call),
            icon=shown,
            show_icon=shown is not None,
            color=normal_color(call.get("bgColor")),
            border=normal_color(call.get("borderColor")),
            title_color=normal_color(call.get("titleColor")),
            title_background=normal_color(call.get("titleBGColor")),
        ),
    )


def _title(call: Call) -> Inlines:
    title = collapse(call.get("title"))
    return (Text(title),) if title else ()
