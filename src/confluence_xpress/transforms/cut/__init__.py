"""Enormous pages in pieces: what may be typeset apart, what it weighs, and how pieces become blocks again."""

from confluence_xpress.transforms.cut.atoms import Atom, atoms, join
from confluence_xpress.transforms.cut.weights import weigh

__all__ = ["Atom", "atoms", "join", "weigh"]
