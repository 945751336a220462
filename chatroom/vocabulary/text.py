"""What text may hold, decided once for everybody.

A line that one person types is written to other people's terminals, bots and logs. Escape sequences
would move their cursors (CWE-150), separators that only some programs honour would forge lines,
bidi controls would reorder what others said, and a tower of combining marks would cover the
neighbouring lines. `clean` removes all of that, in one place, for every protocol and for every kind
of text; what it returns is always exactly one line.

It refuses to be clever about meaning: no words, no links, no languages. Joiners and variation
selectors stay, because scripts and emoji need them.
"""

import unicodedata

MAX_MARKS = 4
"""Combining marks in a row that are kept. Living orthographies need two or three."""

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
_TABLE: dict[int, str | None] = {**dict.fromkeys(_REMOVED), ord("\t"): " "}


def clean(text: str) -> str:
    """One line of text that is safe to show anywhere; spaces at its end are dropped."""
    if not (text.isascii() and text.isprintable()):
        text = _limit_marks(text.translate(_TABLE))
    return text.rstrip()


def _limit_marks(text: str) -> str:
    if text.isascii():
        return text
    kept: list[str] = []
    marks = 0
    for char in text:
        category = _categories[char]
        if category in _MARKS:
            marks += 1
        elif category != "Cf":  # something invisible ends no row
            marks = 0
        if marks <= MAX_MARKS:
            kept.append(char)
    return "".join(kept)


def is_mark(char: str) -> bool:
    """Whether the character is drawn upon the one before it (Unicode category Mn or Me)."""
    return _categories[char] in _MARKS


class _Categories(dict[str, str]):
    """The categories of characters, remembered: a long text of accents asks for them often."""

    def __missing__(self, char: str) -> str:
        if len(self) >= _MOST_REMEMBERED:
            self.clear()
        category = self[char] = unicodedata.category(char)
        return category


_MARKS = ("Mn", "Me")
_MOST_REMEMBERED = 4096
_categories = _Categories()
