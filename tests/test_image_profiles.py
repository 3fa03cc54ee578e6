"""Image profiles: what images lose, what they never lose, and what they cost in memory, measured in real processes."""

from __future__ import annotations

import base64
import io
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image as Pillow
from PIL import ImageChops, ImageDraw

from confluence_xpress.bundle import Body, Bundle, Media, Page
from confluence_xpress.diagnostics import Diagnostic
from confluence_xpress.lookup import Site
from confluence_xpress.model import Asset, AttachmentRef, Document, Figure, Image, InlineImage, Paragraph, Size
from confluence_xpress.needs import AttachmentNeed
from confluence_xpress.transforms.images import resolve_images
from confluence_xpress.transforms.media import PROFILES, Album, Cost, Picture, prepare, savings, typeset_memory
from confluence_xpress.transforms.media.raster import Raster, Shown, read_raster
from confluence_xpress.transforms.media.resample import resample
from confluence_xpress.writers.typst.measure import figure_size

pytestmark = pytest.mark.slow

PAGE = Page("10", "Home", "DOC")
WIDEST, TALLEST = 453.0, 700.0


def photo(width: int = 1200, height: int = 900) -> Pillow.Image:
    """Noise over a gradient: hardly a pixel equals its neighbour."""
    noise = Pillow.effect_noise((width, height), 40)
    slope = Pillow.linear_gradient("L").resize((width, height))
    return Pillow.merge("RGB", (noise, slope, Pillow.blend(noise, slope, 0.5)))


def screenshot(width: int = 1600, height: int = 1000, mode: str = "RGB") -> Pillow.Image:
    """Flat areas, thin lines and text."""
    image = Pillow.new("RGB", (width, height), "white")
    pen = ImageDraw.Draw(image)
    for row in range(0, height, 40):
        pen.rectangle((20, row, width // 3, row + 28), fill=(9, 30, 66), outline=(200, 20, 20))
        pen.text((width // 2, row), f"line {row} of a screenshot", fill=(23, 43, 77), font_size=24)
    return image.convert(mode)


def encode(image: Pillow.Image, kind: str, **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def on_paper(width: float = WIDEST) -> Shown:
    """Shown as wide as this, in points."""
    return lambda natural_width, natural_height: (width, width * natural_height / natural_width)


def made(data: bytes, profile: str, width: float = WIDEST) -> tuple[Raster, Pillow.Image]:
    raster = read_raster(data, PROFILES[profile], on_paper(width))
    assert isinstance(raster, Raster), raster
    return raster, Pillow.open(io.BytesIO(raster.data))


def test_the_original_profile_leaves_bytes_as_they_are_however_small_they_are_shown() -> None:
    for data in (encode(photo(), "PNG"), encode(photo(), "JPEG"), encode(screenshot(), "PNG")):
        assert made(data, "original", 20)[0].data == data


@pytest.mark.parametrize(("profile", "ppi"), [("print", 300), ("screen", 150), ("small", 96)])
def test_no_more_pixels_than_the_profile_says_at_the_size_shown(profile: str, ppi: int) -> None:
    for data in (encode(photo(2400, 1800), "JPEG"), encode(photo(2400, 1800), "PNG")):
        raster, image = made(data, profile, 200)
        assert image.width == pytest.approx(200 / 72 * ppi, abs=1)
        assert image.height == pytest.approx(150 / 72 * ppi, abs=1)
        assert image.format == "JPEG"
        assert len(raster.data) < len(data)
        assert (raster.width, raster.height) == (2400, 1800)


def test_an_image_is_never_enlarged() -> None:
    for profile in PROFILES:
        assert made(encode(photo(100, 80), "PNG"), profile)[1].size == (100, 80)


def test_finer_profiles_store_more() -> None:
    data = encode(photo(2400, 1800), "PNG")
    sizes = [made(data, profile)[0].cost.stored for profile in ("original", "print", "screen", "small")]
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[-1] * 20 < sizes[0]


def test_the_original_stays_where_writing_anew_saves_nothing() -> None:
    for data in (
        encode(photo(), "JPEG", quality=30),
        encode(screenshot().quantize(8), "PNG", optimize=True),
        encode(Pillow.new("RGB", (40, 40), "red"), "PNG"),
    ):
        assert made(data, "print")[0].data == data


def test_screenshots_stay_lossless() -> None:
    picture = screenshot()
    noisy = encode(picture.convert("RGBA"), "PNG", compress_level=0)
    _, image = made(noisy, "screen", 1600 / 150 * 72)  # every pixel is wanted
    assert image.format == "PNG"
    assert ImageChops.difference(image.convert("RGB"), picture).getbbox() is None
    _, smaller = made(noisy, "small")
    assert smaller.format == "PNG"
    assert smaller.width == pytest.approx(WIDEST / 72 * 96, abs=1)


def test_images_in_grey_need_one_byte_a_pixel() -> None:
    _, image = made(encode(screenshot(mode="L").convert("RGBA"), "PNG"), "small")
    assert image.mode in ("L", "P")


def test_few_colours_become_a_palette() -> None:
    data = encode(screenshot(), "BMP")
    _, image = made(data, "screen", 2000)
    assert (image.format, image.mode) == ("PNG", "P")
    assert ImageChops.difference(image.convert("RGB"), screenshot()).getbbox() is None


def test_transparency_stays_and_its_colours_do_not_bleed() -> None:
    image = photo(1600, 1200).convert("RGBA")
    # Green and invisible on the left.
    image.paste((0, 255, 0, 0), (0, 0, 800, 1200))
    for data in (encode(image, "PNG"), encode(image, "WEBP", lossless=True, exact=True)):
        _, small = made(data, "small", 100)
        assert small.format == "PNG"
        pixels = small.convert("RGBA")
        assert pixels.getpixel((10, 40)) == (0, 0, 0, 0) or pixels.getpixel((10, 40))[3] == 0  # type: ignore[index]
        edge = pixels.getpixel((pixels.width // 2 + 1, 40))
        assert isinstance(edge, tuple)
        assert edge[3] > 200
        assert edge[1] < 200


def test_a_colour_that_stands_for_transparent_stays_transparent() -> None:
    drawing = screenshot().quantize(16)
    white = min(range(16), key=lambda n: -sum((drawing.getpalette() or [])[3 * n : 3 * n + 3]))
    _, small = made(encode(drawing, "PNG", transparency=white, compress_level=0), "small", 100)
    lowest, highest = small.convert("RGBA").getchannel("A").getextrema()
    assert (lowest, highest) == (0, 255)


def test_an_image_held_sideways_is_measured_upright() -> None:
    exif = Pillow.Exif()
    exif[0x0112] = 6
    raster, image = made(encode(photo(2000, 1000), "JPEG", exif=exif), "small", 100)
    assert (raster.width, raster.height) == (1000, 2000)
    assert image.size == (134, 267)


def test_strips_leave_no_seams() -> None:
    large = photo(5000, 4000)
    whole = large.resize((700, 560), Pillow.Resampling.LANCZOS)
    # Rounding may differ by one.
    bands = ImageChops.difference(resample(large, 700, 560), whole).getextrema()
    assert max(high for _, high in bands) <= 1  # type: ignore[misc]


def test_drawings_stay_as_they_are() -> None:
    svg = b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/></svg>'
    results = [prepare(svg, profile, on_paper(1)) for profile in PROFILES.values()]
    assert len(set(results)) == 1
    assert isinstance(results[0], Picture)
    assert results[0].cost.original == len(svg)


def test_a_drawing_that_would_take_the_typesetter_too_much_is_refused() -> None:
    labels = "<text>a</text>" * 25_000
    result = prepare(f'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9">{labels}</svg>'.encode())
    assert "memory" in getattr(result, "reason", "")


# --- in documents


def resolved(album: Album, data: bytes, *images: Image) -> tuple[list[Asset], dict[str, bytes]]:
    def read(_: Body) -> tuple[Document, tuple[Diagnostic, ...]]:
        return Document(), ()

    site = Site(Bundle("B", (PAGE,), (), {AttachmentNeed(PAGE.id, "a.png"): Media(data)}), read)
    store: dict[str, bytes] = {}
    blocks = tuple(Figure(image) if n % 2 else Paragraph((InlineImage(image),)) for n, image in enumerate(images))
    document, diagnostics = resolve_images(Document(blocks), site, PAGE, store, album)
    assert diagnostics == ()
    found = [
        block.image.source if isinstance(block, Figure) else block.content[0].image.source  # type: ignore[union-attr]
        for block in document.content
    ]
    assert all(isinstance(source, Asset) for source in found)
    return found, store  # type: ignore[return-value]


IMAGE = Image(AttachmentRef("a.png"), alt="alt")


def width_in(svg: bytes) -> int:
    return Pillow.open(io.BytesIO(base64.b64decode(svg.split(b"base64,")[1].split(b'"')[0]))).width


def test_the_size_shown_is_the_authors_or_the_papers() -> None:
    data = encode(photo(3000, 300), "JPEG")
    for image, points in (
        (IMAGE, WIDEST),
        (replace(IMAGE, width=Size(200)), 120),
        (replace(IMAGE, width=Size(5000)), WIDEST),
        (replace(IMAGE, width=Size(50, "%")), 228),
    ):
        album = Album(PROFILES["screen"], WIDEST, TALLEST, figure_size)
        (asset,), store = resolved(album, data, image)
        assert (asset.width, asset.height) == (3000, 300)
        assert width_in(store[asset.path]) == pytest.approx(points / 72 * 150, abs=1)


def test_an_image_shown_in_several_sizes_is_stored_once_for_the_largest() -> None:
    album = Album(PROFILES["small"], WIDEST, TALLEST, figure_size)
    small, large = replace(IMAGE, width=Size(60)), replace(IMAGE, width=Size(600))
    assets, store = resolved(album, encode(photo(2000, 200), "PNG"), small, large, small)
    assert len(set(assets)) == len(store) == 1
    assert width_in(*store.values()) == 480


def test_the_saving_is_told() -> None:
    data = encode(photo(2000, 1000), "PNG")
    album = Album(PROFILES["screen"], WIDEST, TALLEST, figure_size)
    (asset, _), store = resolved(album, data, IMAGE, IMAGE)
    assert list(album.costs) == list(store) == [asset.path]
    told = savings(PROFILES["screen"], album.costs)
    assert (told["profile"], told["count"], told["bytes"]) == ("screen", 1, len(data))
    assert 0 < int(str(told["stored"])) < len(data) / 5


def test_the_same_file_is_prepared_once_and_the_album_stays_small() -> None:
    album = Album(PROFILES["original"], WIDEST, TALLEST, figure_size)
    data = encode(screenshot(), "PNG")
    first = album.picture(data, [IMAGE])
    assert album.picture(bytes(bytearray(data)), [replace(IMAGE, width=Size(9))]) is first
    heavy = [encode(Pillow.new("RGB", (1500, 1500 + n)), "PNG", compress_level=0) for n in range(3)]  # 27 MB as text
    for other in heavy:
        album.picture(other, [IMAGE])
    again = album.picture(data, [IMAGE])
    assert again == first
    assert again is not first
    assert len(album.costs) == 4


# --- memory

ON_LINUX = pytest.mark.skipif(sys.platform != "linux", reason="measured by /proc")
LIMIT = 480 * 2**10
"""Kilobytes a process may take besides the 150 MB of a worker that has done nothing yet, and some air."""

# What a process inherits counts in its resource usage, not here.
_HIGHEST = """
def highest():
    lines = open("/proc/self/status").read().splitlines()
    return int(next(line for line in lines if line.startswith("VmHWM:")).split()[1])
"""
_PEAK = f"""{_HIGHEST}
import sys
from pathlib import Path
from confluence_xpress.transforms.media import prepare
data = Path(sys.argv[1]).read_bytes()
result = prepare(data)
print(highest(), type(result).__name__, getattr(result, "reason", ""))
"""


def large_images() -> dict[str, tuple[str, str, tuple[int, int], dict[str, object]]]:
    """Name: mode, format, size, options of Pillow."""
    full = (8000, 8000)
    odd = (7990, 7990)  # no power of two leads to the largest side that is kept
    return {
        "png": ("RGB", "PNG", full, {"compress_level": 1}),
        "png with transparency": ("RGBA", "PNG", odd, {"compress_level": 1}),
        "png with a palette": ("P", "PNG", full, {"compress_level": 1}),
        "png of 16 bits": ("I;16", "PNG", full, {"compress_level": 1}),
        "png in black and white": ("1", "PNG", full, {"compress_level": 1}),
        "jpeg": ("RGB", "JPEG", odd, {"quality": 60}),
        "jpeg, progressive": ("RGB", "JPEG", odd, {"quality": 60, "progressive": True, "subsampling": 0}),
        "jpeg, cmyk": ("CMYK", "JPEG", odd, {"quality": 60}),
        "webp": ("RGBA", "WEBP", (6000, 4000), {"quality": 40, "method": 0}),
        "tiff": ("RGB", "TIFF", full, {"compression": "tiff_lzw"}),
        "tiff of one strip": ("RGB", "TIFF", (7000, 7000), {"compression": "tiff_lzw", "strip_size": 2**30}),
        "tiff of 32 bits": ("I", "TIFF", full, {"compression": "tiff_adobe_deflate"}),
        "gif": ("P", "GIF", full, {}),
        "jpeg 2000": ("RGB", "JPEG2000", (6000, 6000), {"quality_layers": [200]}),
        "avif": ("RGBA", "AVIF", (6300, 6300), {"speed": 10, "quality": 30}),
    }


@ON_LINUX
@pytest.mark.slow
@pytest.mark.parametrize("name", large_images())
def test_large_images_leave_room_in_memory(name: str, tmp_path: Path) -> None:
    mode, kind, size, options = large_images()[name]
    path = tmp_path / "image"
    slope = Pillow.linear_gradient("L").resize(size)
    grey = slope.convert("I") if mode in ("I", "I;16") else slope
    image = grey.convert(mode) if mode != "RGBA" else Pillow.merge("RGBA", (slope, slope.rotate(90), slope, slope))
    image.save(path, kind, **options)
    del image, slope, grey
    command = [sys.executable, "-c", _PEAK, str(path)]
    peak, result = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split(maxsplit=1)
    assert result.strip() == "Picture"
    assert int(peak) < LIMIT


@pytest.mark.parametrize(("kind", "said"), [("WEBP", "too many for WebP"), ("TIFF", "too many for TIFF")])
def test_what_a_decoder_would_take_too_much_memory_for_is_refused_with_the_reason(kind: str, said: str) -> None:
    options: dict[str, object] = {"compression": "tiff_lzw", "strip_size": 2**30} if kind == "TIFF" else {"method": 0}
    result = read_raster(encode(Pillow.new("RGB", (7500, 7500)), kind, **options))
    assert said in getattr(result, "reason", "")


_TYPESET = f"""{_HIGHEST}
import sys
from pathlib import Path
from confluence_xpress.typeset.engine import compile_pdf
head = '#set document(title: "T")\\n#set text(lang: "en", font: "Inter")\\nA\\n'
files = {{Path(name).name: Path(name).read_bytes() for name in sys.argv[1:]}}
markup = head + "".join(f'#image("{{name}}", alt: "a", width: 9pt)\\n' for name in files)
compile_pdf({{"main.typ": head.encode()}}, "main.typ", ["a-3a"], 0)
before = highest()
compile_pdf({{"main.typ": markup.encode(), **files}}, "main.typ", ["a-3a"], 0)
print((highest() - before) * 1024)
"""


@ON_LINUX
@pytest.mark.slow
@pytest.mark.parametrize(("kind", "mode"), [("JPEG", "RGB"), ("PNG", "RGB"), ("PNG", "RGBA"), ("PNG", "L")])
def test_what_typesetting_takes_is_foreseen(kind: str, mode: str, tmp_path: Path) -> None:
    names, costs = [], []
    for n in range(4):
        image = photo(1600, 1200 + n).convert(mode)
        if mode == "RGBA":
            image.putalpha(Pillow.effect_noise(image.size, 40))
        picture = prepare(encode(image, kind, compress_level=1))
        assert isinstance(picture, Picture)
        (tmp_path / f"{n}.svg").write_bytes(picture.svg)
        names.append(str(tmp_path / f"{n}.svg"))
        costs.append(picture.cost)
    command = [sys.executable, "-c", _TYPESET, *names]
    out = subprocess.run(command, capture_output=True, check=True, env={"RAYON_NUM_THREADS": "1"}).stdout
    taken, foreseen = int(out), typeset_memory(costs)
    assert taken < foreseen * 1.25
    assert taken > foreseen / 3


def test_the_costs_of_images_add_up_but_are_decoded_one_by_one() -> None:
    costs = [Cost(held=10, decoded=100), Cost(held=20, decoded=70)]
    assert typeset_memory(costs) == 130
    assert typeset_memory([]) == 0


@pytest.mark.slow
def test_an_image_that_would_take_the_typesetter_too_much_is_made_smaller() -> None:
    noise = Pillow.effect_noise((3000, 3000), 90)
    image = Pillow.merge("RGBA", (noise, noise.rotate(90), noise.rotate(180), noise.rotate(270)))
    raster, smaller = made(encode(image, "PNG", compress_level=1), "original")
    assert typeset_memory([raster.cost]) < 300_000_000
    assert smaller.width < 3000 == raster.width
