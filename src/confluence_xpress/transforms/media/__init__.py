"""The bytes of an image, checked and made ready for the typesetter. Nothing here looks at names or media types."""

from confluence_xpress.transforms.media.album import Album, savings
from confluence_xpress.transforms.media.picture import Cost, Picture, Unreadable
from confluence_xpress.transforms.media.prepare import prepare
from confluence_xpress.transforms.media.profile import ORIGINAL, PROFILES, Profile
from confluence_xpress.transforms.media.typesetting import typeset_memory

__all__ = [
    "ORIGINAL",
    "PROFILES",
    "Album",
    "Cost",
    "Picture",
    "Profile",
    "Unreadable",
    "prepare",
    "savings",
    "typeset_memory",
]
