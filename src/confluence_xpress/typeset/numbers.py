"""Object numbers that are the same in every document, and the shapes that parts and document agree upon."""

CATALOG = 1
PAGE_TREE = 2
STRUCTURE = 3
"""The root of the structure tree."""
DOCUMENT = 4
"""The structure element of the whole document; each part hangs a division below it."""
METADATA = 5
OUTPUT_INTENT = 6
PROFILE = 7
"""The colour profile of the output intent."""
BEFORE = 8
AFTER = 9
"""Content streams around the content of a page: they keep its graphics state apart and lay the furniture over it."""
INFO = 10
FIELD = 11
"""The form field of the signature."""
SIGNATURE = 12
FIRST = 16
"""The first number of the parts."""

FURNITURE = b"XpF"
"""The name of a page's furniture among its resources."""
KEYS = 1 << 17
"""Keys of the parent tree that each part has to itself: enough for its links and pages, and for 16,000 parts, as
integers in a PDF end at 2³¹ (ISO 19005-2, 6.1.13)."""
