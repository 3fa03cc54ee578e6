"""Colours as `#rrggbb`, from every spelling that page bodies use."""

from __future__ import annotations

import re
from functools import lru_cache

_HEX = re.compile(r"#?([0-9a-f]{3}|[0-9a-f]{4}|[0-9a-f]{6}|[0-9a-f]{8})")
_RGB = re.compile(r"rgba?\(\s*([\d.]+%?)[\s,]+([\d.]+%?)[\s,]+([\d.]+%?)(?:[\s,/]+([\d.]+%?))?\s*\)")
_TOKEN = re.compile(r"var\(\s*(--[\w-]+)\s*(?:,\s*(.*))?\)", re.DOTALL)

_NAMES = dict(
    pair.split("=")
    for pair in """
aliceblue=f0f8ff antiquewhite=faebd7 aqua=00ffff aquamarine=7fffd4 azure=f0ffff beige=f5f5dc bisque=ffe4c4
black=000000 blanchedalmond=ffebcd blue=0000ff blueviolet=8a2be2 brown=a52a2a burlywood=deb887 cadetblue=5f9ea0
chartreuse=7fff00 chocolate=d2691e coral=ff7f50 cornflowerblue=6495ed cornsilk=fff8dc crimson=dc143c cyan=00ffff
darkblue=00008b darkcyan=008b8b darkgoldenrod=b8860b darkgray=a9a9a9 darkgreen=006400 darkgrey=a9a9a9
darkkhaki=bdb76b darkmagenta=8b008b darkolivegreen=556b2f darkorange=ff8c00 darkorchid=9932cc darkred=8b0000
darksalmon=e9967a darkseagreen=8fbc8f darkslateblue=483d8b darkslategray=2f4f4f darkslategrey=2f4f4f
darkturquoise=00ced1 darkviolet=9400d3 deeppink=ff1493 deepskyblue=00bfff dimgray=696969 dimgrey=696969
dodgerblue=1e90ff firebrick=b22222 floralwhite=fffaf0 forestgreen=228b22 fuchsia=ff00ff gainsboro=dcdcdc
ghostwhite=f8f8ff gold=ffd700 goldenrod=daa520 gray=808080 green=008000 greenyellow=adff2f grey=808080
honeydew=f0fff0 hotpink=ff69b4 indianred=cd5c5c indigo=4b0082 ivory=fffff0 khaki=f0e68c lavender=e6e6fa
lavenderblush=fff0f5 lawngreen=7cfc00 lemonchiffon=fffacd lightblue=add8e6 lightcoral=f08080 lightcyan=e0ffff
lightgoldenrodyellow=fafad2 lightgray=d3d3d3 lightgreen=90ee90 lightgrey=d3d3d3 lightpink=ffb6c1
lightsalmon=ffa07a lightseagreen=20b2aa lightskyblue=87cefa lightslategray=778899 lightslategrey=778899
lightsteelblue=b0c4de lightyellow=ffffe0 lime=00ff00 limegreen=32cd32 linen=faf0e6 magenta=ff00ff maroon=800000
mediumaquamarine=66cdaa mediumblue=0000cd mediumorchid=ba55d3 mediumpurple=9370db mediumseagreen=3cb371
mediumslateblue=7b68ee mediumspringgreen=00fa9a mediumturquoise=48d1cc mediumvioletred=c71585
midnightblue=191970 mintcream=f5fffa mistyrose=ffe4e1 moccasin=ffe4b5 navajowhite=ffdead navy=000080
oldlace=fdf5e6 olive=808000 olivedrab=6b8e23 orange=ffa500 orangered=ff4500 orchid=da70d6 palegoldenrod=eee8aa
palegreen=98fb98 paleturquoise=afeeee palevioletred=db7093 papayawhip=ffefd5 peachpuff=ffdab9 peru=cd853f
pink=ffc0cb plum=dda0dd powderblue=b0e0e6 purple=800080 rebeccapurple=663399 red=ff0000 rosybrown=bc8f8f
royalblue=4169e1 saddlebrown=8b4513 salmon=fa8072 sandybrown=f4a460 seagreen=2e8b57 seashell=fff5ee
sienna=a0522d silver=c0c0c0 skyblue=87ceeb slateblue=6a5acd slategray=708090 slategrey=708090 snow=fffafa
springgreen=00ff7f steelblue=4682b4 tan=d2b48c teal=008080 thistle=d8bfd8 tomato=ff6347 turquoise=40e0d0
violet=ee82ee wheat=f5deb3 white=ffffff whitesmoke=f5f5f5 yellow=ffff00 yellowgreen=9acd32
""".split()
)
"""The colour names of CSS Color Module Level 4."""

CELL_COLORS = {"grey": "#f0f0f0", "red": "#ffe7e7", "green": "#ddfade", "blue": "#e0f0ff", "yellow": "#ffffdd"}
"""The old editor's named cell colours."""

_ACCENTS = {
    "gray": "f1f2f4 dcdfe4 8590a2 626f86 44546f 091e42",
    "red": "ffeceb ffd5d2 f87168 c9372c ae2e24 5d1f1a",
    "orange": "fff3eb fedec8 fea362 c25100 a54800 702e00",
    "yellow": "fff7d6 f8e6a0 f5cd47 946f00 7f5f01 533f04",
    "lime": "efffd6 d3f1a7 94c748 5b7f24 4c6b1f 37471f",
    "green": "dcfff1 baf3db 4bce97 1f845a 216e4e 164b35",
    "teal": "e7f9ff c6edfb 6cc3e0 227d9b 206a83 164555",
    "blue": "e9f2ff cce0ff 579dff 0c66e4 0055cc 09326c",
    "purple": "f3f0ff dfd8fd 9f8fef 6e5dc6 5e4db2 352c63",
    "magenta": "ffecf8 fdd0ec e774bb ae4787 943d73 50253f",
}
_TOKENS = {
    "--ds-text": "#172b4d",
    "--ds-text-subtle": "#44546f",
    "--ds-text-subtlest": "#626f86",
    "--ds-text-inverse": "#ffffff",
    "--ds-text-danger": "#ae2e24",
    "--ds-text-success": "#216e4e",
    "--ds-text-warning": "#a54800",
    "--ds-text-information": "#0055cc",
    "--ds-text-discovery": "#5e4db2",
    "--ds-text-brand": "#0c66e4",
    "--ds-surface": "#ffffff",
}
for _name, _shades in _ACCENTS.items():
    _subtlest, _subtler, _subtle, _bolder, _text, _text_bolder = (f"#{shade}" for shade in _shades.split())
    _TOKENS |= {
        f"--ds-background-accent-{_name}-subtlest": _subtlest,
        f"--ds-background-accent-{_name}-subtler": _subtler,
        f"--ds-background-accent-{_name}-subtle": _subtle,
        f"--ds-background-accent-{_name}-bolder": _bolder,
        f"--ds-text-accent-{_name}": _text,
        f"--ds-text-accent-{_name}-bolder": _text_bolder,
    }


@lru_cache(maxsize=1024)
def normal_color(value: str) -> str:
    """A colour as `#rrggbb`, or '' where it is none or fully transparent.

    Takes hex of 3, 4, 6 or 8 digits, `rgb()`, `rgba()`, CSS names and design tokens, `var(--ds-…, fallback)`. What is
    half transparent is laid over white.
    """
    value = value.strip().casefold()
    if value in _NAMES:
        return f"#{_NAMES[value]}"
    if found := _HEX.fullmatch(value):
        digits = found[1]
        if len(digits) < 6:
            digits = "".join(digit * 2 for digit in digits)
        r, g, b, alpha = (int(digits[at : at + 2] or "ff", 16) for at in (0, 2, 4, 6))
        return _over_white(r, g, b, alpha / 255)
    if found := _RGB.fullmatch(value):
        red, green, blue = (_number(part, 255) for part in found.groups()[:3])
        return _over_white(red, green, blue, _number(found[4] or "1", 1))
    if found := _TOKEN.fullmatch(value):
        return (normal_color(found[2]) if found[2] else "") or _TOKENS.get(found[1], "")
    return _TOKENS.get(value, "")


def _number(text: str, full: float) -> float:
    try:
        value = float(text[:-1]) * full / 100 if text.endswith("%") else float(text)
    except ValueError:
        return full
    return min(value, full)


def _over_white(red: float, green: float, blue: float, alpha: float) -> str:
    if not alpha:
        return ""
    parts = (round(part * alpha + 255 * (1 - alpha)) for part in (red, green, blue))
    return "#" + "".join(f"{part:02x}" for part in parts)
