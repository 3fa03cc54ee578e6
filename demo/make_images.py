"""Draw the pictures of the demo spaces.

Run once; the results are kept beside the pages, so `demo/build.py` needs neither this script nor Pillow:

    python demo/make_images.py

The drawings are made from the numbers below, nothing is random and nothing is loaded but the Inter font.
"""

from __future__ import annotations

import math
from importlib import resources
from pathlib import Path

from PIL import Image, ImageDraw, ImageFilter, ImageFont

HERE = Path(__file__).resolve().parent
SPACE = HERE / "space" / "attachments"

INK = "#172B4D"
SOFT = "#44546F"
FAINT = "#626F86"
HAIR = "#DCDFE4"
TINT = "#F7F8F9"
WHITE = "#FFFFFF"
ACCENT = "#0C66E4"
AMBER = "#B65C02"
GREEN = "#1F845A"
RED = "#C9372C"

Point = tuple[float, float]


def font(size: float, weight: int = 400) -> ImageFont.FreeTypeFont:
    """Inter at a size in pixels."""
    files = resources.files("fontpkg_inter") / "files"
    loaded = ImageFont.truetype(str(files / "Inter[opsz,wght].ttf"), round(size))
    loaded.set_variation_by_axes([14 if size < 40 else 32, weight])
    return loaded


class Canvas:
    """A picture drawn at three times its size and scaled down, so that every edge is smooth."""

    def __init__(self, width: int, height: int, background: str = WHITE, over: int = 3) -> None:
        self.size = (width, height)
        self.over = over
        self.image = Image.new("RGB", (width * over, height * over), background)
        self.draw = ImageDraw.Draw(self.image, "RGBA")

    def at(self, points: list[Point]) -> list[Point]:
        return [(x * self.over, y * self.over) for x, y in points]

    def line(self, points: list[Point], colour: str, width: float = 2) -> None:
        self.draw.line(self.at(points), fill=colour, width=round(width * self.over), joint="curve")
        radius = width / 2
        for x, y in (points[0], points[-1]):
            self.draw.ellipse(self.at([(x - radius, y - radius), (x + radius, y + radius)]), fill=colour)

    def dashes(self, start: Point, end: Point, colour: str, width: float = 2, on: float = 10, off: float = 8) -> None:
        length = math.dist(start, end)
        dx, dy = (end[0] - start[0]) / length, (end[1] - start[1]) / length
        position = 0.0
        while position < length:
            stop = min(position + on, length)
            a = (start[0] + dx * position, start[1] + dy * position)
            b = (start[0] + dx * stop, start[1] + dy * stop)
            self.draw.line(self.at([a, b]), fill=colour, width=round(width * self.over))
            position += on + off

    def area(self, points: list[Point], colour: str) -> None:
        self.draw.polygon(self.at(points), fill=colour)

    def box(self, x: float, y: float, w: float, h: float, fill: str, outline: str | None = None, r: float = 8) -> None:
        self.draw.rounded_rectangle(
            self.at([(x, y), (x + w, y + h)]), r * self.over, fill=fill, outline=outline, width=2 * self.over
        )

    def text(
        self, x: float, y: float, words: str, size: float, colour: str, anchor: str = "ls", weight: int = 400
    ) -> None:
        self.draw.text((x * self.over, y * self.over), words, colour, font(size * self.over, weight), anchor)

    def finish(self) -> Image.Image:
        return self.image.resize(self.size, Image.Resampling.LANCZOS)


def bump(x: float, centre: float, width: float) -> float:
    return math.exp(-(((x - centre) / width) ** 2))


def request_latency(target: Path) -> None:
    """Latency over a day: median, 95th percentile and the objective."""
    c = Canvas(1520, 760)
    left, right, top, bottom = 110.0, 1480.0, 110.0, 670.0

    def spot(hour: float, ms: float) -> Point:
        return left + (right - left) * hour / 24, bottom - (bottom - top) * ms / 900

    for ms in range(0, 901, 150):
        _, y = spot(0, ms)
        c.line([(left, y), (right, y)], HAIR, 1.5)
        c.text(left - 18, y, f"{ms}", 24, FAINT, "rm")
    c.text(left - 18, top - 40, "ms", 24, FAINT, "rm")
    for hour in range(0, 25, 4):
        x, _ = spot(hour, 0)
        c.text(x, bottom + 40, f"{hour:02d}:00", 24, FAINT, "ms")
    hours = [step / 12 for step in range(24 * 12 + 1)]
    median = [spot(h, 52 + 14 * bump(h, 12.5, 4) + 22 * bump(h, 19, 2.2) + 2 * math.sin(h * 7)) for h in hours]
    tail = [
        spot(h, 206 + 70 * bump(h, 12, 3) + 270 * bump(h, 19, 1.9) + 9 * math.sin(h * 5.3) + 6 * math.sin(h * 13.7))
        for h in hours
    ]
    c.area([*tail, spot(24, 0), spot(0, 0)], "#0C66E41C")
    c.dashes(spot(0, 800), spot(24, 800), AMBER, 3, 14, 10)
    c.line(tail, ACCENT, 5)
    c.line(median, INK, 5)
    c.text(*_moved(spot(0.3, 800), dy=-16), "Objective 800 ms", 26, AMBER, weight=600)
    c.text(*_moved(spot(19, 486), dy=-22), "95th percentile", 26, ACCENT, "ms", 600)
    c.text(*_moved(spot(2, 62), dy=-24), "Median", 26, INK, "ms", 600)
    c.text(left - 80, 48, "Checkout latency over one day", 30, INK, "ls", 600)
    _png(c.finish(), target)


def availability(target: Path) -> None:
    """Availability and checkout speed for the thirteen weeks of the quarter."""
    weeks = list(range(27, 40))
    up = [99.98, 99.97, 99.99, 99.98, 99.98, 99.99, 99.97, 99.98, 99.98, 99.96, 99.98, 99.95, 99.98]
    fast = [99.3, 99.2, 99.4, 99.3, 99.2, 99.3, 99.1, 99.0, 98.9, 97.6, 98.3, 98.1, 98.7]
    c = Canvas(1520, 640)
    left, right, top, bottom = 110.0, 1250.0, 90.0, 550.0

    def spot(week: float, percent: float) -> Point:
        return left + (right - left) * (week - 27) / 12, bottom - (bottom - top) * (percent - 97) / 3

    for half in range(7):
        percent = 97 + half / 2
        _, y = spot(27, percent)
        c.line([(left, y), (right, y)], HAIR, 1.5)
        c.text(left - 18, y, f"{percent:.1f}", 24, FAINT, "rm")
    for week in weeks:
        c.text(spot(week, 97)[0], bottom + 42, f"{week}", 24, FAINT, "ms")
    c.text(right + 30, bottom + 42, "week", 24, FAINT, "ls")
    c.text(left - 18, top - 34, "%", 24, FAINT, "rm")
    c.dashes(spot(27, 99), spot(39, 99), AMBER, 3, 14, 10)
    for values, colour in ((fast, ACCENT), (up, INK)):
        points = [spot(week, value) for week, value in zip(weeks, values, strict=True)]
        c.line(points, colour, 5)
        for x, y in points:
            c.draw.ellipse(c.at([(x - 7, y - 7), (x + 7, y + 7)]), fill=colour)
    c.text(right + 30, spot(39, up[-1])[1], "Answered", 26, INK, "lm", 600)
    c.text(right + 30, spot(39, 99.06)[1], "Promise 99 %", 26, AMBER, "lm", 600)
    c.text(right + 30, spot(39, fast[-1])[1] + 6, "Under 800 ms", 26, ACCENT, "lm", 600)
    c.text(*_moved(spot(36, 97.6), dy=44), "exports at 18:00", 24, SOFT, "ms")
    _png(c.finish(), target)


def trend(target: Path, values: list[float], colour: str) -> None:
    """A spark line for a table cell."""
    c = Canvas(192, 48, over=4)
    step = 176 / (len(values) - 1)
    points = [(8 + i * step, 42 - value * 36) for i, value in enumerate(values)]
    c.line(points, colour, 4)
    x, y = points[-1]
    c.draw.ellipse(c.at([(x - 6, y - 6), (x + 6, y + 6)]), fill=colour)
    _png(c.finish(), target)


def data_hall(target: Path) -> None:
    """An isometric hall with two rows of racks, lit from the aisle."""
    width, height = 960, 630
    c = Canvas(width, height, "#0B1F3F", over=2)
    for row in range(height):
        share = row / height
        mixed = tuple(round(a + (b - a) * share) for a, b in zip((12, 30, 62), (26, 58, 108), strict=True))
        c.draw.rectangle(c.at([(0, row), (width, row + 1)]), fill=mixed)

    def iso(x: float, y: float, z: float) -> Point:
        return 470 + (x - y) * 43.3, 150 + (x + y) * 25 - z * 50

    floor = "#FFFFFF10"
    for tile in range(-8, 17):
        c.line([iso(tile, -8, 0), iso(tile, 16, 0)], floor, 1.2)
        c.line([iso(-8, tile, 0), iso(16, tile, 0)], floor, 1.2)
    c.area([iso(-2, 3.0, 0), iso(11, 3.0, 0), iso(11, 4.6, 0), iso(-2, 4.6, 0)], "#4C9AFF38")
    for y0 in (1.6, 4.6):
        for rack in range(9):
            x0 = rack * 1.04
            x1, y1, tall = x0 + 1.0, y0 + 1.3, 2.9
            c.area([iso(x0, y0, tall), iso(x1, y0, tall), iso(x1, y1, tall), iso(x0, y1, tall)], "#37558A")
            c.area([iso(x1, y0, 0), iso(x1, y1, 0), iso(x1, y1, tall), iso(x1, y0, tall)], "#122B54")
            c.area([iso(x0, y1, 0), iso(x1, y1, 0), iso(x1, y1, tall), iso(x0, y1, tall)], "#1D3C70")
            for unit in range(1, 13):
                z = unit * 0.22
                c.line([iso(x0 + 0.1, y1, z), iso(x1 - 0.1, y1, z)], "#0B1F3F", 1.4)
                light = (rack * 7 + unit * 5 + round(y0)) % 11
                colour = "#57D9A3" if light > 2 else ("#FFC400" if light == 1 else "#4C9AFF")
                px, py = iso(x0 + 0.2 + 0.06 * (light % 3), y1, z + 0.1)
                c.draw.ellipse(c.at([(px - 2.2, py - 2.2), (px + 2.2, py + 2.2)]), fill=colour)
    picture = c.finish()
    glow = picture.filter(ImageFilter.GaussianBlur(9))
    picture = Image.blend(picture, glow, 0.22).resize((640, 420), Image.Resampling.LANCZOS)
    picture.save(target, "JPEG", quality=86, optimize=True, progressive=False)


def dashboard(target: Path) -> None:
    """Four tiles with a number and a line each."""
    c = Canvas(1200, 640, "#F1F2F4", over=2)
    c.box(24, 24, 1152, 64, WHITE)
    c.text(52, 56, "Service", 26, INK, "lm", 650)
    c.text(1148, 56, "last 60 minutes · UTC", 22, FAINT, "rm")
    tiles: list[tuple[str, str, str, str, list[float]]] = [
        (
            "Requests per second",
            "3,412",
            "within the usual band",
            ACCENT,
            [0.5 + 0.3 * math.sin(i / 5) for i in range(40)],
        ),
        ("Errors", "0.02 %", "budget left 68 %", GREEN, [0.1 + 0.5 * bump(i, 13, 2.5) for i in range(40)]),
        (
            "95th percentile",
            "231 ms",
            "objective 800 ms",
            ACCENT,
            [0.3 + 0.05 * math.sin(i) + i / 110 for i in range(40)],
        ),
        ("Age of the oldest job", "4 s", "alert at 60 s", AMBER, [0.15 + (i % 13) / 26 for i in range(40)]),
    ]
    for index, (name, value, remark, colour, line) in enumerate(tiles):
        x, y = 24 + (index % 2) * 584, 112 + (index // 2) * 258
        c.box(x, y, 568, 240, WHITE)
        c.text(x + 28, y + 48, name, 24, SOFT, "ls", 500)
        c.text(x + 28, y + 122, value, 60, INK, "ls", 650)
        c.text(x + 28, y + 206, remark, 22, FAINT, "ls")
        points = [(x + 270 + i * 6.9, y + 200 - v * 130) for i, v in enumerate(line)]
        c.area([*points, (points[-1][0], y + 206), (points[0][0], y + 206)], colour + "1C")
        c.line(points, colour, 4)
    c.finish().save(target, "WEBP", quality=88, method=6)


def replication(target: Path) -> None:
    """A disk that sends a dot to two smaller ones; six frames, of which a printed page shows the first."""
    frames: list[Image.Image] = []

    def disk(c: Canvas, x: float, y: float, r: float, fill: str) -> None:
        h = r * 1.1
        c.draw.ellipse(c.at([(x - r, y + h - r * 0.4), (x + r, y + h + r * 0.4)]), fill=fill)
        c.draw.rectangle(c.at([(x - r, y), (x + r, y + h)]), fill=fill)
        c.draw.ellipse(c.at([(x - r, y - r * 0.4), (x + r, y + r * 0.4)]), fill="#85B8FF", outline=WHITE, width=6)

    for step in range(6):
        c = Canvas(192, 192, over=4)
        share = (step + 3) % 6 / 5
        for end in ((138.0, 52.0), (138.0, 142.0)):
            c.line([(72, 97), end], "#B3BFD1", 4)
            x, y = 72 + (end[0] - 72) * share, 97 + (end[1] - 97) * share
            c.draw.ellipse(c.at([(x - 7, y - 7), (x + 7, y + 7)]), fill=AMBER)
        disk(c, 52, 78, 34, ACCENT)
        disk(c, 148, 36, 24, SOFT)
        disk(c, 148, 126, 24, SOFT)
        frames.append(c.finish().quantize(32, dither=Image.Dither.NONE))
    frames[0].save(target, "GIF", save_all=True, append_images=frames[1:], duration=160, loop=0)


def battery(target: Path, title: str, capacity: float) -> None:
    """Voltage of a station's battery through nine dark days."""
    c = Canvas(1200, 520)
    left, right, top, bottom = 100.0, 1160.0, 90.0, 440.0

    def spot(day: float, volt: float) -> Point:
        return left + (right - left) * day / 9, bottom - (bottom - top) * (volt - 11) / 3

    for tenth in range(7):
        volt = 11 + tenth / 2
        _, y = spot(0, volt)
        c.line([(left, y), (right, y)], HAIR, 1.5)
        c.text(left - 16, y, f"{volt:.1f}", 22, FAINT, "rm")
    for day in range(10):
        c.text(spot(day, 11)[0], bottom + 38, f"{day}", 22, FAINT, "ms")
    c.text(right, bottom + 70, "days without sun", 22, FAINT, "rs")
    c.dashes(spot(0, 11.6), spot(9, 11.6), RED, 3, 12, 9)
    days = [step / 24 for step in range(9 * 24 + 1)]
    c.line([spot(d, 13.4 - capacity * d**0.9 - 0.12 * math.sin(2 * math.pi * d)) for d in days], ACCENT, 5)
    c.text(*_moved(spot(0.1, 11.6), dy=-14), "Logger switches off at 11.6 V", 23, RED, weight=600)
    c.text(left - 70, 44, title, 27, INK, "ls", 600)
    _png(c.finish(), target)


def _moved(point: Point, dx: float = 0, dy: float = 0) -> Point:
    return point[0] + dx, point[1] + dy


def _png(image: Image.Image, target: Path) -> None:
    image.quantize(96, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE).save(target, "PNG", optimize=True)


def main() -> None:
    """Draw everything into the attachment folders."""
    architecture, review = SPACE / "131120", SPACE / "131130"
    station = HERE / "export" / "attachments" / "425993" / "426010"
    for folder in (architecture, review, station):
        folder.mkdir(parents=True, exist_ok=True)
    request_latency(architecture / "request-latency.png")
    data_hall(architecture / "data-hall.jpg")
    dashboard(architecture / "dashboard.webp")
    replication(architecture / "replication.gif")
    availability(review / "availability-q3.png")
    trend(review / "trend-july.png", [0.9, 0.8, 0.85, 0.6, 0.5, 0.3], GREEN)
    trend(review / "trend-august.png", [0.3, 0.35, 0.28, 0.33, 0.3, 0.31], SOFT)
    trend(review / "trend-september.png", [0.1, 0.15, 0.2, 0.5, 0.7, 0.95], RED)
    battery(station / "1", "Station battery, winter test (first week only)", 0.30)
    battery(station / "2", "Station battery, winter test", 0.22)


if __name__ == "__main__":
    main()
