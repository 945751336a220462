"""QR codes: a known code, and what a reader of codes reads."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from chatroom.server.qr import as_lines, qr_code

KNOWN = """\
1111111011100010101111111
1000001001000110001000001
1011101010100101101011101
1011101000001000101011101
1011101001101010101011101
1000001011001110001000001
1111111010101010101111111
0000000001001101100000000
1010001100101101000100101
1110100010100001011101011
0100111100001111101111101
1110100011100010000101000
0100101111000111001000001
0001010101000111001100011
1100011010110001010011101
0011110000100100010000000
1100101001011101111110010
0000000010101001100010101
1111111011001110101011001
1000001001111010100010001
1011101000100111111111011
1011101001000110110011110
1011101010010001010010011
1000001001000101100110000
1111111010111101100001001
"""  # of "http://attic:1060/", as the package qrcode 8.2 makes it, at level M


def test_a_known_code() -> None:
    matrix = qr_code("http://attic:1060/")
    assert matrix is not None
    assert ["".join(map(str, row)) for row in matrix] == KNOWN.split()


@pytest.mark.parametrize("length", [1, 14, 15, 26, 42, 62, 84, 106, 122, 152, 180, 213])
def test_every_size_is_read(
    length: int, tmp_path: Path, need_program: Callable[[str], str]
) -> None:
    text = ("http://attic:1060/#" + "lobby-" * 40)[:length]
    matrix = qr_code(text)
    assert matrix is not None
    picture = tmp_path / "code.pbm"
    picture.write_text(as_picture(matrix))
    command = [need_program("zbarimg"), "-q", "--raw", str(picture)]
    assert subprocess.run(command, capture_output=True, text=True).stdout == f"{text}\n"


def as_picture(matrix: list[list[int]], scale: int = 4) -> str:
    width = len(matrix) + 8
    blank = [[0] * width] * 4
    rows = [*blank, *([0] * 4 + row + [0] * 4 for row in matrix), *blank]
    lines = [" ".join(str(module) for module in row for _ in range(scale)) for row in rows]
    size = width * scale
    return f"P1\n{size} {size}\n" + "\n".join(line for line in lines for _ in range(scale)) + "\n"


def test_a_text_that_is_too_long_has_no_code() -> None:
    assert qr_code("x" * 214) is None


def test_a_terminal_shows_two_rows_in_a_line() -> None:
    assert as_lines([[1, 0], [0, 1]], margin=1) == [
        "\u2588\u2580\u2588\u2588",
        "\u2588\u2588\u2584\u2588",
    ]
    matrix = qr_code("http://attic:1060/")
    assert matrix is not None
    lines = as_lines(matrix)
    assert len(lines) == (len(matrix) + 5) // 2
    assert {len(line) for line in lines} == {len(matrix) + 4}
