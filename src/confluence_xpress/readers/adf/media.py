"""Images and files."""

from __future__ import annotations

from confluence_xpress.model import (
    Border,
    Figure,
    FigurePlace,
    File,
    Files,
    Image,
    InlineFile,
    InlineImage,
    LinkTarget,
    Size,
    Text,
    Url,
)
from confluence_xpress.model.build import collapse, to_blocks
from confluence_xpress.readers.adf.marks import with_marks
from confluence_xpress.readers.adf.reader import Nodes, Reader
from confluence_xpress.readers.adf.targets import link_target, media_source
from confluence_xpress.readers.adf.values import (
    Node,
    attributes,
    color,
    items,
    mapping,
    marks,
    number,
    string,
    whole,
)

_PLACES: dict[str, FigurePlace] = {
    "center": "center",
    "wrap-left": "wrap-left",
    "wrap-right": "wrap-right",
    "wide": "wide",
    "full-width": "full-width",
    "align-start": "left",
    "align-end": "right",
}


def media_single(reader: Reader, node: Node) -> Nodes:
    """An image on lines of its own, with its caption. Its width is in percent unless it says pixels."""
    attrs = attributes(node)
    width = number(attrs, "width")
    size = Size(width, "px" if string(attrs, "widthType") == "pixel" else "%") if width and width > 0 else None
    place = _PLACES.get(string(attrs, "layout"), "")
    figures: Nodes = []
    rest: Nodes = []
    for item in items(node.get("content")):
        child = mapping(item)
        kind = string(child, "type")
        if kind == "media":
            figures += _media(reader, child, node, size, place)
        elif kind == "caption":
            rest += _add_caption(reader, child, figures)
        else:
            rest += reader.blocks([item])
    return [*to_blocks(figures), *to_blocks(rest)]


def _add_caption(reader: Reader, node: Node, figures: Nodes) -> Nodes:
    """Puts a caption under the last figure; gives what can't stand in a caption."""
    content, rest = reader.line(node)
    if figures and isinstance(figure := figures[-1], Figure):
        figures[-1] = Figure(figure.image, figure.caption + content, figure.place)
        return list(rest)
    return [*content, *rest]


def media(reader: Reader, node: Node) -> Nodes:
    """An image or file without a `mediaSingle` around it."""
    return _media(reader, node, None, None, "")


def media_group(reader: Reader, node: Node) -> Nodes:
    """Files as cards. Those that are known to be images show as such."""
    result: Nodes = []
    for item in items(node.get("content")):
        child = mapping(item)
        is_file = string(child, "type") == "media" and not _is_image(attributes(child))
        found = _file_card(reader, child) if is_file else reader.nodes([item])
        for block in found:
            if isinstance(block, Files) and result and isinstance(last := result[-1], Files):
                result[-1] = Files(last.files + block.files)
            else:
                result.append(block)
    return result


def _is_image(attrs: Node) -> bool:
    return string(attrs, "type") == "external" or string(attrs, "__fileMimeType").startswith("image/")


def media_inline(reader: Reader, node: Node) -> Nodes:
    """An image in a line of text, or a file's chip."""
    attrs = attributes(node)
    if string(attrs, "type") == "image":
        width = number(attrs, "width")
        image = _image(reader, node, None, Size(width) if width and width > 0 else None)
        # A link around an image becomes the image's own.
        return list(with_marks(reader, node, (InlineImage(image),))) if image else _no_file(reader, attrs)
    file = _file(node)
    return list(with_marks(reader, node, (InlineFile(file),))) if file else _no_file(reader, attrs)


def _media(reader: Reader, node: Node, parent: Node | None, size: Size | None, place: FigurePlace) -> Nodes:
    attrs = attributes(node)
    media_type = string(attrs, "__fileMimeType")
    if media_type and not _is_image(attrs):
        return _file_card(reader, node)
    image = _image(reader, node, parent, size)
    return [Figure(image, place=place)] if image else _no_file(reader, attrs)


def _file_card(reader: Reader, node: Node) -> Nodes:
    file = _file(node)
    return [Files((file,))] if file else _no_file(reader, attributes(node))


def _no_file(reader: Reader, attrs: Node) -> Nodes:
    reader.report("node-invalid", "an image or file without an id or address")
    name = string(attrs, "alt")
    return [Text(name)] if name else []


def _image(reader: Reader, node: Node, parent: Node | None, width: Size | None) -> Image | None:
    attrs = attributes(node)
    source = media_source(attrs)
    if source is None:
        return None
    border, link, anchor = _image_marks(reader, node, parent)
    alt = collapse(string(attrs, "alt")).strip()
    return Image(source, alt, width=width, border=border, link=link, link_anchor=anchor)


def _image_marks(reader: Reader, node: Node, parent: Node | None) -> tuple[Border | None, LinkTarget | None, str]:
    """Border, link and anchor; the marks can stand at the image or at the `mediaSingle` around it."""
    border: Border | None = None
    link: LinkTarget | None = None
    anchor = ""
    for holder in (parent, node) if parent else (node,):
        for kind, attrs in marks(holder):
            if kind == "border":
                border = _border(attrs)
            elif kind == "link":
                link, anchor = link_target(attrs)
                if link is None:
                    reader.report("node-invalid", "an image's link has no address")
    return border, link, anchor


def _border(attrs: Node) -> Border:
    width = float(whole(attrs, "size", 1, 1, 3))
    shade = color(attrs, "color")
    return Border(width, shade) if shade else Border(width)


def _file(node: Node) -> File | None:
    attrs = attributes(node)
    source = media_source(attrs)
    if source is None:
        return None
    return File(
        source,
        name=string(attrs, "__fileName") or string(attrs, "alt"),
        media_type=string(attrs, "__fileMimeType"),
        size=whole(attrs, "__fileSize", 0, 0, 1 << 62),
    )


def old_image(reader: Reader, node: Node) -> Nodes:
    """The image node of the first editors, in a line of text."""
    attrs = attributes(node)
    address = string(attrs, "src")
    alt = collapse(string(attrs, "alt")).strip()
    if not address:
        return _no_file(reader, attrs)
    image = Image(Url(address), alt, string(attrs, "title"))
    return list(with_marks(reader, node, (InlineImage(image),)))
