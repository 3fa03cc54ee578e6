"""Makes docs/images/pages.png, the picture in the README: some pages of the demo handbook side by side.

python tools/picture.py [PDF]    after `make demo`; needs pdftoppm (poppler)
"""

from __future__ import annotations

import io
import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from PIL import Image, ImageDraw, ImageFilter

ROOT = Path(__file__).resolve().parent.parent
PICTURE = ROOT / "docs" / "images" / "pages.png"
HANDBOOK = ROOT / "build" / "demo" / "operations-handbook.pdf"
TITLES = ("Incident response", "Architecture", "Quarterly review")
"""Pages shown beside the cover."""

WIDTH, GAP, MARGIN = 400, 34, 38
GROUND, EDGE, SHADOW = "#E9EDF2", "#D5DAE1", (23, 43, 77, 70)


def main(arguments: Sequence[str]) -> int:
    """Render the pages and put them together."""
    pdf = Path(arguments[0]) if arguments else HANDBOOK
    manifest = json.loads(pdf.with_suffix(".manifest.json").read_bytes())
    starts = {entry["title"]: entry["pdf_page"] for entry in manifest["pages"]}
    sheet = compose([page(pdf, number) for number in (1, *(starts[title] for title in TITLES))])
    sheet.save(PICTURE, optimize=True)
    print(f"{PICTURE.relative_to(ROOT)}: {sheet.width} × {sheet.height}, {PICTURE.stat().st_size / 1000:.0f} kB")
    return 0


def page(pdf: Path, number: int) -> Image.Image:
    """One page of a PDF, `WIDTH` pixels wide."""
    command = ["pdftoppm", "-png", "-f", str(number), "-l", str(number), "-scale-to-x", str(WIDTH), "-scale-to-y", "-1"]
    done = subprocess.run([*command, str(pdf)], check=True, capture_output=True)
    return Image.open(io.BytesIO(done.stdout)).convert("RGB")


def compose(images: Sequence[Image.Image]) -> Image.Image:
    """The pages as sheets of paper on a ground that suits light and dark surroundings."""
    height = max(image.height for image in images) + 2 * MARGIN
    width = 2 * MARGIN + sum(image.width for image in images) + GAP * (len(images) - 1)
    shadow = Image.new("RGBA", (width, height))
    left = MARGIN
    boxes = []
    for image in images:
        boxes.append((left, MARGIN))
        ImageDraw.Draw(shadow).rectangle((left, MARGIN + 5, left + image.width, MARGIN + image.height + 5), SHADOW)
        left += image.width + GAP
    sheet = Image.new("RGBA", (width, height), GROUND)
    sheet.alpha_composite(shadow.filter(ImageFilter.GaussianBlur(10)))
    draw = ImageDraw.Draw(sheet)
    for image, (x, y) in zip(images, boxes, strict=True):
        sheet.paste(image, (x, y))
        draw.rectangle((x - 1, y - 1, x + image.width, y + image.height), outline=EDGE)
    ground = Image.new("RGB", sheet.size, GROUND)
    ground.paste(sheet, mask=sheet.getchannel("A"))
    return ground


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
