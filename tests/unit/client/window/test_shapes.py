"""Shapes and icons as PNG files."""

import struct
import zlib

import pytest

from chatroom.client.window.shapes import ICONS, icon, rounded


def pixels(png: bytes) -> list[list[tuple[int, ...]]]:
    """Red, green, blue and opacity, row by row."""
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack(">II", png[16:24])
    at = png.index(b"IDAT")
    (size,) = struct.unpack(">I", png[at - 4 : at])
    data = zlib.decompress(png[at + 4 : at + 4 + size])
    rows = [data[y * (4 * width + 1) + 1 : (y + 1) * (4 * width + 1)] for y in range(height)]
    return [[tuple(row[x : x + 4]) for x in range(0, 4 * width, 4)] for row in rows]


def test_a_rounded_shape_is_filled_and_has_transparent_corners() -> None:
    shape = pixels(rounded(20, 10, 5, "#102030"))
    assert (len(shape[0]), len(shape)) == (20, 10)
    assert shape[5][10] == (0x10, 0x20, 0x30, 255)
    assert shape[0][0][3] < 30
    assert 0 < shape[0][2][3] < 255  # a smooth edge


def test_a_border_lies_around_the_middle() -> None:
    shape = pixels(rounded(20, 20, 4, "#000000", "#ffffff"))
    assert shape[0][10][:3] == (255, 255, 255)
    assert shape[10][10][:3] == (0, 0, 0)


@pytest.mark.parametrize("name", ICONS)
def test_every_icon_is_drawn(name: str) -> None:
    shape = pixels(icon(name, 16, "#ff0000"))
    drawn = sum(pixel[3] > 127 for row in shape for pixel in row)
    assert 8 < drawn < 128
    assert not any(pixel[3] > 127 for pixel in (*shape[0], *shape[-1]))
