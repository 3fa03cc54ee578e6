"""The bytes of an image, checked and made ready for the typesetter. Nothing here looks at names or media types."""

from confluence_xpress.transforms.media.picture import Picture, Unreadable
from confluence_xpress.transforms.media.prepare import prepare

__all__ = ["Picture", "Unreadable", "prepare"]
