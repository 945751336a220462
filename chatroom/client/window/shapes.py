"""Rounded shapes and icons with smooth edges, as PNG files in memory.

Tk's canvas has no antialiasing. These shapes are computed from their distances to each pixel, once
for each size and colour, and have transparent corners, so that they lie on any colour.
"""

import math
import struct
import zlib
from collections.abc import Callable

from chatroom.client.window.palette import rgb

_Point = tuple[float, float]
_Segment = tuple[float, float, float, float]

# In a square from -8 to 8: lines from point to point, and circles.
_LINES: dict[str, tuple[_Segment, ...]] = {
    "menu": ((-6, -4.5, 6, -4.5), (-6, 0, 6, 0), (-6, 4.5, 6, 4.5)),
    "search": ((2.4, 2.4, 6.5, 6.5),),
    "plus": ((-5.5, 0, 5.5, 0), (0, -5.5, 0, 5.5)),
    "close": ((-4.5, -4.5, 4.5, 4.5), (-4.5, 4.5, 4.5, -4.5)),
    "left": ((2, -4.5, -2.5, 0), (-2.5, 0, 2, 4.5)),
    "right": ((-2, -4.5, 2.5, 0), (2.5, 0, -2, 4.5)),
    "down": ((0, -5.5, 0, 5.5), (-4.5, 1, 0, 5.5), (4.5, 1, 0, 5.5)),
    "send": ((0, 5.5, 0, -5.5), (-4.5, -1, 0, -5.5), (4.5, -1, 0, -5.5)),
    "calendar": (
        *((-6, -4.5, 6, -4.5), (6, -4.5, 6, 6), (6, 6, -6, 6), (-6, 6, -6, -4.5)),
        *((-6, -1.5, 6, -1.5), (-3, -6.5, -3, -4.5), (3, -6.5, 3, -4.5)),
    ),
    "people": ((-6, 6, -5, 3.2), (-5, 3.2, -2, 2), (-2, 2, 2, 2), (2, 2, 5, 3.2), (5, 3.2, 6, 6)),
}
_CIRCLES: dict[str, tuple[tuple[float, float, float], ...]] = {
    "search": ((-1.5, -1.5, 4.7),),
    "people": ((0, -3, 2.9),),
}
_DOTS: dict[str, tuple[_Point, ...]] = {"more": ((-5, 0), (0, 0), (5, 0))}

ICONS = tuple(sorted({*_LINES, *_CIRCLES, *_DOTS}))


def rounded(
    width: int, height: int, radius: float, fill: str, border: str = "", thickness: float = 1.0
) -> bytes:
    """A rectangle with round corners."""
    inside, edge = rgb(fill), rgb(border or fill)

    def pixel(x: float, y: float) -> tuple[int, int, int, int]:
        across = max(0.0, radius - x, x - (width - radius))
        down = max(0.0, radius - y, y - (height - radius))
        depth = min(x, y, width - x, height - y)
        if across and down:
            depth = radius - math.hypot(across, down)
        share = _clamp(depth - thickness + 0.5) if border else 1.0
        red, green, blue = (
            round(i * share + e * (1 - share)) for i, e in zip(inside, edge, strict=True)
        )
        return red, green, blue, round(255 * _clamp(depth + 0.5))

    return _png(width, height, pixel)


def icon(name: str, size: int, colour: str) -> bytes:
    """One of `ICONS`, in lines of an even width."""
    red, green, blue = rgb(colour)
    unit = size / 16
    half = 0.75

    def pixel(x: float, y: float) -> tuple[int, int, int, int]:
        at = (x / unit - 8, y / unit - 8)
        near = min(
            [
                *(_to_segment(at, segment) - half for segment in _LINES.get(name, ())),
                *(abs(math.dist(at, (c, d)) - r) - half for c, d, r in _CIRCLES.get(name, ())),
                *(math.dist(at, dot) - 2 * half for dot in _DOTS.get(name, ())),
            ]
        )
        return red, green, blue, round(255 * _clamp(0.5 - near * unit))

    return _png(size, size, pixel)


def disc(size: int, colour: str) -> bytes:
    """A filled circle."""
    return rounded(size, size, size / 2, colour)


def _to_segment(at: _Point, segment: _Segment) -> float:
    """The distance of a point to a line from one point to another."""
    x, y = at
    x1, y1, x2, y2 = segment
    dx, dy = x2 - x1, y2 - y1
    along = _clamp(((x - x1) * dx + (y - y1) * dy) / (dx * dx + dy * dy))
    return math.hypot(x - x1 - along * dx, y - y1 - along * dy)


def _clamp(value: float) -> float:
    return min(1.0, max(0.0, value))


def _png(
    width: int, height: int, pixel: Callable[[float, float], tuple[int, int, int, int]]
) -> bytes:
    """The colour of each pixel's centre, with its opacity."""
    rows = bytearray()
    for y in range(height):
        rows.append(0)  # no filter
        for x in range(width):
            rows += bytes(pixel(x + 0.5, y + 0.5))
    head = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(bytes(rows))), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in parts)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
