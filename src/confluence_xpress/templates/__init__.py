"""Templates: folders with the looks as data. See `docs/templates.md`."""

from confluence_xpress.templates.loader import Template, built_in_templates, load_template
from confluence_xpress.templates.options import Option, Settings, parse_settings

__all__ = ["Option", "Settings", "Template", "built_in_templates", "load_template", "parse_settings"]
