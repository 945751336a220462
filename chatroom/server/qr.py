"""QR codes (ISO 18004) of an address: bytes, error correction level M, versions 1 to 10.

The same encoder as chatroom/web/qr.js; the tests compare the two. `qr_code` gives the modules, and
`as_lines` draws them for a terminal, two rows a line.
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import groupby, pairwise

Matrix = list[list[int]]
"""Rows of modules; 1 is dark."""

# Of each version: the error correction bytes of a block, and how many data bytes each block has.
_BLOCKS: tuple[tuple[int, tuple[int, ...]], ...] = (
    (10, (16,)),
    (16, (28,)),
    (26, (44,)),
    (18, (32, 32)),
    (24, (43, 43)),
    (16, (27,) * 4),
    (18, (31,) * 4),
    (22, (38, 38, 39, 39)),
    (22, (36, 36, 36, 37, 37)),
    (26, (43, 43, 43, 43, 44)),
)
_ALIGNED: tuple[tuple[int, ...], ...] = (
    (),
    *((6, 18), (6, 22), (6, 26), (6, 30), (6, 34)),
    *((6, 22, 38), (6, 24, 42), (6, 26, 46), (6, 28, 50)),
)
_MASKS: tuple[Callable[[int, int], bool], ...] = (
    lambda x, y: (x + y) % 2 == 0,
    lambda x, y: y % 2 == 0,
    lambda x, y: x % 3 == 0,
    lambda x, y: (x + y) % 3 == 0,
    lambda x, y: (x // 3 + y // 2) % 2 == 0,
    lambda x, y: x * y % 2 + x * y % 3 == 0,
    lambda x, y: (x * y % 2 + x * y % 3) % 2 == 0,
    lambda x, y: ((x + y) % 2 + x * y % 3) % 2 == 0,
)
_LONG_FROM = 10  # from this version on the length takes two bytes


def qr_code(text: str) -> Matrix | None:
    """The modules, without a margin; None if the text is too long (more than 213 bytes)."""
    data = text.encode()
    for version, (_, sizes) in enumerate(_BLOCKS, 1):
        if len(data) <= sum(sizes) - (2 if version < _LONG_FROM else 3):
            words = _interleaved(_data_words(data, version), version)
            return min((_drawn(words, version, mask) for mask in range(8)), key=_penalty)
    return None


def as_lines(matrix: Matrix, margin: int = 2) -> list[str]:
    """For a terminal that is dark: what is light in the code is drawn."""
    width = len(matrix) + 2 * margin
    blank = [[0] * width for _ in range(margin)]
    rows = [*blank, *([0] * margin + row + [0] * margin for row in matrix), *blank]
    rows += [[1] * width] * (len(rows) % 2)
    return [
        "".join(_HALVES[upper, lower] for upper, lower in zip(top, bottom, strict=True))
        for top, bottom in zip(rows[::2], rows[1::2], strict=True)
    ]


_HALVES = {(0, 0): "\u2588", (0, 1): "\u2580", (1, 0): "\u2584", (1, 1): " "}


def _data_words(data: bytes, version: int) -> list[int]:
    total = sum(_BLOCKS[version - 1][1])
    length = 8 if version < _LONG_FROM else 16
    bits = f"0100{len(data):0{length}b}" + "".join(f"{byte:08b}" for byte in data) + "0000"
    bits += "0" * (-len(bits) % 8)
    words = [int(bits[at : at + 8], 2) for at in range(0, len(bits), 8)]
    padding = [(0xEC, 0x11)[at % 2] for at in range(total)]
    return (words + padding)[:total]


def _interleaved(words: Sequence[int], version: int) -> list[int]:
    """The blocks with their error correction, a byte of each in turn."""
    correction, sizes = _BLOCKS[version - 1]
    blocks, at = [], 0
    for size in sizes:
        blocks.append(words[at : at + size])
        at += size
    divisor = _generator(correction)
    return [*_in_turn(blocks), *_in_turn([_remainder(block, divisor) for block in blocks])]


def _in_turn(lists: Sequence[Sequence[int]]) -> Iterator[int]:
    for at in range(max(map(len, lists))):
        yield from (words[at] for words in lists if at < len(words))


def _times(one: int, other: int) -> int:
    """Multiplication in the field of 256 elements."""
    product = 0
    for bit in range(7, -1, -1):
        product = (product << 1) ^ ((product >> 7) * 0x11D)
        product ^= ((other >> bit) & 1) * one
    return product


def _generator(degree: int) -> list[int]:
    factors = [0] * (degree - 1) + [1]
    root = 1
    for _ in range(degree):
        for at in range(degree):
            following = factors[at + 1] if at + 1 < degree else 0
            factors[at] = _times(factors[at], root) ^ following
        root = _times(root, 2)
    return factors


def _remainder(words: Sequence[int], divisor: Sequence[int]) -> list[int]:
    result = [0] * len(divisor)
    for word in words:
        factor = word ^ result.pop(0)
        result.append(0)
        result = [one ^ _times(part, factor) for one, part in zip(result, divisor, strict=True)]
    return result


class _Canvas:
    """The modules of one code, and which of them the data must leave alone."""

    def __init__(self, version: int) -> None:
        self.size = version * 4 + 17
        self.modules = [[0] * self.size for _ in range(self.size)]
        self.fixed = [[False] * self.size for _ in range(self.size)]

    def set(self, x: int, y: int, dark: bool) -> None:
        if 0 <= x < self.size and 0 <= y < self.size:
            self.modules[y][x] = int(dark)
            self.fixed[y][x] = True

    def square(self, x: int, y: int, reach: int, light: tuple[int, ...]) -> None:
        """Rings around a centre; those in `light` are."""
        for dy in range(-reach, reach + 1):
            for dx in range(-reach, reach + 1):
                self.set(x + dx, y + dy, max(abs(dx), abs(dy)) not in light)


def _drawn(words: Sequence[int], version: int, mask: int) -> Matrix:
    canvas = _Canvas(version)
    _draw_patterns(canvas, _ALIGNED[version - 1])
    _draw_format(canvas, mask)
    if version >= 7:
        _draw_version(canvas, version)
    _fill(canvas, words, _MASKS[mask])
    return canvas.modules


def _draw_patterns(canvas: _Canvas, aligned: Sequence[int]) -> None:
    size = canvas.size
    for at in range(size):
        canvas.set(6, at, at % 2 == 0)
        canvas.set(at, 6, at % 2 == 0)
    for x, y in ((3, 3), (size - 4, 3), (3, size - 4)):
        canvas.square(x, y, 4, (2, 4))
    corners = {(6, 6), (6, size - 7), (size - 7, 6)}
    for x in aligned:
        for y in aligned:
            if (x, y) not in corners:
                canvas.square(x, y, 2, (1,))


def _draw_format(canvas: _Canvas, mask: int) -> None:
    rest = mask  # level M is 00
    for _ in range(10):
        rest = (rest << 1) ^ ((rest >> 9) * 0x537)
    bits = [bool((((mask << 10) | rest) ^ 0x5412) >> at & 1) for at in range(15)]
    size = canvas.size
    near = [*((8, y) for y in (0, 1, 2, 3, 4, 5, 7, 8)), *((x, 8) for x in (7, 5, 4, 3, 2, 1, 0))]
    far = [*((size - 1 - at, 8) for at in range(8)), *((8, size - 15 + at) for at in range(8, 15))]
    for places in (near, far):
        for (x, y), bit in zip(places, bits, strict=True):
            canvas.set(x, y, bit)
    canvas.set(8, size - 8, True)


def _draw_version(canvas: _Canvas, version: int) -> None:
    rest = version
    for _ in range(12):
        rest = (rest << 1) ^ ((rest >> 11) * 0x1F25)
    bits = (version << 12) | rest
    for at in range(18):
        far, near = canvas.size - 11 + at % 3, at // 3
        canvas.set(far, near, bool(bits >> at & 1))
        canvas.set(near, far, bool(bits >> at & 1))


def _fill(canvas: _Canvas, words: Sequence[int], mask: Callable[[int, int], bool]) -> None:
    """The data goes up and down in columns of two, from the right."""
    bits = iter("".join(f"{word:08b}" for word in words))
    for right in (*range(canvas.size - 1, 6, -2), 5, 3, 1):
        for step in range(canvas.size):
            y = step if (right + 1) & 2 else canvas.size - 1 - step
            for x in (right, right - 1):
                if not canvas.fixed[y][x]:
                    canvas.modules[y][x] = int((next(bits, "0") == "1") != mask(x, y))


def _penalty(matrix: Matrix) -> int:
    size = len(matrix)
    lines = ["".join(map(str, line)) for line in (*matrix, *zip(*matrix, strict=True))]
    penalty = sum(_line_penalty(line) for line in lines)
    for above, below in pairwise(matrix):
        for x in range(1, size):
            four = above[x - 1] + above[x] + below[x - 1] + below[x]
            penalty += 3 * (four in (0, 4))
    dark = sum(map(sum, matrix))
    return penalty + 10 * int(abs(dark * 20 / (size * size) - 10))


def _line_penalty(line: str) -> int:
    runs = [len(list(run)) for _, run in groupby(line)]
    finders = sum(line.startswith(("10111010000", "00001011101"), at) for at in range(len(line)))
    return sum(run - 2 for run in runs if run >= 5) + 40 * finders
