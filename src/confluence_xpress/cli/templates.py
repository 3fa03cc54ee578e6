"""`xpress templates`: what templates there are, and what can be set."""

from __future__ import annotations

from confluence_xpress.templates import Option, built_in_templates, load_template


def run_templates(name: str) -> None:
    """Print the built-in templates, or the options of one."""
    if not name:
        for each in built_in_templates():
            print(f"{each}: {load_template(each).description}")
        print("\nOptions of a template: xpress templates NAME")
        return
    template = load_template(name)
    print(f"{template.name}: {template.description}\n\nOptions, set by --set NAME=VALUE:")
    for option in template.options:
        print(f"  {option.name} = {_value(option.default)}  ({kind_text(option)})\n      {option.help}")


def kind_text(option: Option) -> str:
    """What values an option takes."""
    if option.kind == "choice":
        return " | ".join(option.choices)
    if option.kind == "integer":
        return f"{option.minimum}-{option.maximum}"
    return option.kind


def _value(value: bool | int | str) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if value != "" else '""'
