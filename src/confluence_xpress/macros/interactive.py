"""Macros that are nothing but controls: search boxes and buttons."""

from __future__ import annotations

from confluence_xpress.macros.call import Call, Expansion


def interactive(call: Call) -> Expansion:
    """Nothing: it can only be used on the screen."""
    call.ignore(*(parameter.name for parameter in call.macro.parameters))
    name = call.macro.name
    call.report("macro-interactive", f"the macro “{name}” is for use on the screen only, it prints nothing")
    return ()
