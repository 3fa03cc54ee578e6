"""How much a typesetter has to draw, with repeated use counted: the guard against drawings that multiply."""

from __future__ import annotations

from lxml import etree

from confluence_xpress.transforms.media.css import local_ids

HREF = ("href", "{http://www.w3.org/1999/xlink}href")
_LIMIT = 10**12
_NESTING = 50
"""Levels of use within use that are followed."""
_FILTER = 50
"""A filtered element is drawn as pixels, which takes far longer."""


def attributes(element: etree._Element) -> list[tuple[str, str]]:
    """Names and values, as text."""
    return [(str(name), str(value)) for name, value in element.attrib.items()]


def weight(root: etree._Element) -> int:
    """The number of elements drawn. References that lead back to themselves are removed."""
    ids = {f"#{element.get('id')}": element for element in root.iter(etree.Element) if "id" in element.attrib}
    known: dict[etree._Element, int] = {}
    entered: set[etree._Element] = set()

    def drawn(element: etree._Element) -> int:
        if element in known:
            return known[element]
        if len(entered) >= _NESTING:
            return _LIMIT
        entered.add(element)
        total = 0
        for part in element.iter(etree.Element):
            total += 1
            values = part.attrib.values()
            if "filter" in part.attrib or any("#" in value for value in map(str, values)):
                total += _FILTER if "filter" in part.attrib or "filter:" in part.get("style", "") else 0
                for name in HREF:
                    if ids.get(part.get(name, "")) in entered:
                        del part.attrib[name]
                total += sum(drawn(target) for target in _targets(part, ids) if target not in entered)
        entered.discard(element)
        known[element] = min(total, _LIMIT)
        return known[element]

    return drawn(root)


def _targets(element: etree._Element, ids: dict[str, etree._Element]) -> list[etree._Element]:
    names = [value for name in HREF if (value := element.get(name))]
    for _, value in attributes(element):
        if "url(" in value:
            names += [f"#{name}" for name in local_ids(value)]
    return [ids[name] for name in names if name in ids]
