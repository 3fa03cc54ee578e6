"""The walk over an element tree: each element name has a handler that gives blocks and inline nodes."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Mapping

from lxml.etree import _Element as Element

from confluence_xpress.diagnostics import Diagnostic
from confluence_xpress.model import Blocks, Inline, Inlines, LineBreak, Paragraph, Text
from confluence_xpress.readers.html.flow import Node, flow, is_block, to_line, wrap

Handler = Callable[["Converter", Element], Iterable[Node]]

MAX_DEPTH = 100
"""Elements nested deeper than this are read as plain text, so that no later pass can overflow the stack."""


class Converter:
    """Reads the elements of one body. `handlers` maps element names to handlers, `hidden` names what shows no text."""

    def __init__(self, handlers: Mapping[str, Handler], hidden: frozenset[str]) -> None:
        self.diagnostics: list[Diagnostic] = []
        self._handlers = handlers
        self._hidden = hidden
        self._depth = 0
        self._preserve = False

    def nodes(self, element: Element) -> list[Node]:
        """The content of an element, text and children in order."""
        if self._depth >= MAX_DEPTH:
            return self._flatten(element)
        if not len(element) and not self._preserve:
            return [Text(element.text)] if element.text else []
        self._depth += 1
        result: list[Node] = []
        add_text = self._add_preserved if self._preserve else _add_text
        if text := element.text:
            add_text(result, text)
        find = self._handlers.get
        for child in element:
            result += find(child.tag, transparent)(self, child)
            if text := child.tail:
                add_text(result, text)
        self._depth -= 1
        return result

    def convert(self, element: Element) -> Iterable[Node]:
        """What the element itself becomes."""
        return self._handlers.get(element.tag, transparent)(self, element)

    def blocks(self, element: Element, like: Paragraph | None = None) -> Blocks:
        """The content of an element as blocks; loose text becomes paragraphs like `like`."""
        return flow(self.nodes(element), like)

    def parts(self, element: Element, names: Container[str]) -> Iterator[Element | Blocks]:
        """The children with these names, and as blocks whatever else stands between them."""
        if self._depth >= MAX_DEPTH:
            yield flow(self._flatten(element))
            return
        self._depth += 2  # such an element and its parts are at least two levels of the document
        loose: list[Node] = []
        if element.text and not element.text.isspace():
            loose.append(Text(element.text))
        for child in element:
            if child.tag in names:
                if loose:
                    if blocks := flow(loose):
                        yield blocks
                    loose = []
                yield child
            else:
                loose += self.convert(child)
            if child.tail and not child.tail.isspace():
                loose.append(Text(child.tail))
        if loose and (blocks := flow(loose)):
            yield blocks
        self._depth -= 2

    def line(self, element: Element) -> Inlines:
        """The content of an element as one line of text, whatever stands in it."""
        return to_line(self.nodes(element))

    def preserved(self, element: Element) -> list[Node]:
        """The content of an element in which white space counts."""
        outer, self._preserve = self._preserve, True
        result = self.nodes(element)
        self._preserve = outer
        return result

    def wrap(self, element: Element, make: Callable[[Inlines], Inline]) -> list[Node]:
        """The content of an element, its lines of text inside what `make` gives for them."""
        return wrap(self.nodes(element), make)

    def report(self, code: str, message: str, place: str = "") -> None:
        """Add a diagnostic."""
        self.diagnostics.append(Diagnostic(code, message, place=place))

    @staticmethod
    def _add_preserved(result: list[Node], text: str) -> None:
        for index, line in enumerate(text.expandtabs(4).split("\n")):
            if index:
                result.append(LineBreak())
            if line:
                result.append(Text(line))

    def _flatten(self, element: Element) -> list[Node]:
        if not any(d.code == "markup-too-deep" for d in self.diagnostics):
            self.report("markup-too-deep", f"markup nested more than {MAX_DEPTH} levels deep: its text was kept")
        return [Text(" ".join(self._texts(element)))]

    def _texts(self, element: Element) -> Iterable[str]:
        pending: list[Element | str] = [element]
        while pending:
            item = pending.pop()
            if isinstance(item, str):
                yield item
                continue
            if item.tag in self._hidden:
                continue
            for child in reversed(item):
                pending += [child.tail or "", child]
            yield item.text or ""


def _add_text(result: list[Node], text: str) -> None:
    # White space after a block means nothing: most of it stands between blocks.
    if not (result and text.isspace() and is_block(result[-1])):
        result.append(Text(text))


def raw_text(element: Element) -> str:
    """All text inside an element, as it is."""
    return "".join(str(text) for text in element.itertext())


def transparent(converter: Converter, element: Element) -> Iterable[Node]:
    """The handler of elements that only hold others."""
    return converter.nodes(element)


def nothing(_converter: Converter, _element: Element) -> Iterable[Node]:
    """The handler of elements that show nothing."""
    return ()


def division(converter: Converter, element: Element) -> Iterable[Node]:
    """The handler of elements that hold blocks: what is loose in them doesn't join the text around them."""
    return converter.blocks(element)
