"""The core's whole public face."""

from confluence_xpress.render.core import Rendition, markup, needs, remembering_reader, render
from confluence_xpress.render.manifest import Manifest, manifest_bytes
from confluence_xpress.render.options import Options

__all__ = ["Manifest", "Options", "Rendition", "manifest_bytes", "markup", "needs", "remembering_reader", "render"]
