"""Bar charts as PNG, and diagrams as SVG: what people attach to pages."""

from __future__ import annotations

from io import BytesIO
from random import Random

from PIL import Image, ImageDraw

_COLORS = ("#0C66E4", "#1F845A", "#B65C02", "#6E5DC6", "#C9372C")


def chart(random: Random) -> bytes:
    """A PNG of 1200 × 560 pixels."""
    image = Image.new("RGB", (1200, 560), "#FFFFFF")
    draw = ImageDraw.Draw(image)
    for y in range(60, 520, 75):
        draw.line((60, y, 1160, y), fill="#DCDFE4", width=2)
    for bar in range(24):
        height = random.randrange(40, 440)
        x = 76 + bar * 45
        draw.rectangle((x, 510 - height, x + 28, 510), fill=_COLORS[bar % len(_COLORS)])
    draw.line((60, 510, 1160, 510), fill="#44546F", width=3)
    output = BytesIO()
    image.save(output, "PNG")
    return output.getvalue()


def diagram(names: tuple[str, ...]) -> bytes:
    """An SVG of boxes in a row, each with a name, joined by lines."""
    width = len(names) * 170
    head = f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="120" viewBox="0 0 {width} 120"'
    parts = [f'{head} font-family="Inter" font-size="15" text-anchor="middle">']
    for index, name in enumerate(names):
        x = index * 170
        if index:
            parts.append(f'<path d="M{x - 20} 60h30" stroke="#44546F" stroke-width="2"/>')
        parts.append(
            f'<rect x="{x + 10}" y="30" width="140" height="60" rx="6" fill="#E9F2FF" stroke="#0C66E4"/>'
            f'<text x="{x + 80}" y="65" fill="#172B4D">{name}</text>'
        )
    return ("".join(parts) + "</svg>").encode()
