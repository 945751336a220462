"""What text may contain, decided once for all protocols.

What one person says is written to other people's terminals, bots and logs. Escape sequences would
move their cursors (CWE-150), separators that only some programs honour would forge lines, bidi
controls would reorder what others said, and a tower of combining marks would cover the neighbouring
lines. All of that is removed here, in one place, for every protocol and for every kind of text.

What a program says may have several lines: `clean_lines` keeps their breaks, each as a line feed,
which is then the only control character in a text. Everything else (a name, a reason, a notice) is
one line: `clean` makes spaces of the breaks. A renderer for people must begin each line of a text
with its author.

Words, links and languages are not looked at. Joiners and variation selectors stay, because scripts
and emoji need them.
"""

import re
import unicodedata

MAX_MARKS = 4
"""Combining marks in a row that are kept. Orthographies in use need two or three."""

_REMOVED = (
    *range(0x20),  # C0: escapes, and everything str.splitlines would split at
    *range(0x7F, 0xA0),  # DEL, and C1: some terminals obey 0x9B as they do ESC [
    0x061C,  # Arabic letter mark
    0x200E,
    0x200F,  # left-to-right and right-to-left marks
    *range(0x2028, 0x202F),  # line and paragraph separators, bidi embeddings and overrides
    *range(0x2066, 0x206A),  # bidi isolates
    0xFEFF,  # byte order mark
    *range(0xFFF9, 0xFFFC),  # interlinear annotation
    *range(0xD800, 0xE000),  # lone surrogates cannot be encoded
)
# The mandatory breaks of Unicode (UAX 14): CR LF, LF, VT, FF, CR, NEL, and two separators.
_BREAK = re.compile(r"\r\n?|[\n\x0b\x0c\x85\u2028\u2029]")
_TABLE: dict[int, str | None] = {**dict.fromkeys(_REMOVED), ord("\t"): " "}


def clean(text: str) -> str:
    """One line of text that is safe to show anywhere; spaces at its end are dropped."""
    if text.isascii() and text.isprintable():
        return text.rstrip()
    return _clean_line(unbroken(text))


def clean_lines(text: str) -> str:
    """The same, with a line feed where it had a line break of any kind (CR LF is one).

    Blank lines at the beginning and at the end are dropped, those in between stay.
    """
    if text.isascii() and text.isprintable():
        return text.rstrip()
    return "\n".join(map(_clean_line, _BREAK.split(text))).strip("\n")


def count_breaks(text: str) -> int:
    """How many line breaks of any kind are in a raw text."""
    return 0 if text.isprintable() else len(_BREAK.findall(text))


def unbroken(text: str) -> str:
    """The raw text with a space for each line break: what is typed is one line."""
    return text if text.isprintable() else _BREAK.sub(" ", text)


def _clean_line(line: str) -> str:
    if not (line.isascii() and line.isprintable()):
        line = _limit_marks(line.translate(_TABLE))
    return line.rstrip()


def _limit_marks(text: str) -> str:
    if text.isascii():
        return text
    kept: list[str] = []
    marks = 0
    for char in text:
        category = _categories[char]
        if category in _MARKS:
            marks += 1
        elif category != "Cf":  # an invisible character does not end the row
            marks = 0
        if marks <= MAX_MARKS:
            kept.append(char)
    return "".join(kept)


def is_mark(char: str) -> bool:
    """Whether the character is drawn upon the one before it (Unicode category Mn or Me)."""
    return _categories[char] in _MARKS


class _Categories(dict[str, str]):
    """A cache of the categories of characters: a long text of accents looks them up often."""

    def __missing__(self, char: str) -> str:
        if len(self) >= _MOST_REMEMBERED:
            self.clear()
        category = self[char] = unicodedata.category(char)
        return category


_MARKS = ("Mn", "Me")
_MOST_REMEMBERED = 4096
_categories = _Categories()
