"""What a name may be: the Nickname profile of RFC 8266, and what a chat needs beyond it.

`enforce` returns the name as it will be shown (NFKC, without surrounding spaces). `key` is what two
names are compared by: case-folded, as RFC 8266 section 2.4 asks, and with letters of other scripts
that are drawn like a Latin one replaced by it, so that nobody can be told apart only by a font.

Beyond the RFC a name holds no space, because `/msg NAME TEXT` must have one reading; nothing
invisible; letters of one script only; and no character with which a line of the server's own
begins. Look-alikes inside one script (l and I, 0 and O) remain possible: refusing them would refuse
too many honest names.
"""

import unicodedata

from chatroom.chat.text import clean, is_mark

MAX_LENGTH = 32
_MAX_MARKS = 2  # in a row; a name is short and sits before every line
_FORBIDDEN_FIRST = "#*[/+-<>="
_FORBIDDEN = "!@:,"

# Invisible, and yet not of a category (Z, C) that is refused as a whole: the grapheme joiner,
# fillers, Khmer inherent vowels, Mongolian and other variation selectors, the Braille blank.
_INVISIBLE = frozenset(
    map(
        chr,
        (
            0x034F,
            0x115F,
            0x1160,
            0x17B4,
            0x17B5,
            *range(0x180B, 0x1810),
            0x2800,
            0x3164,
            *range(0xFE00, 0xFE10),
            0xFFA0,
            *range(0xE0100, 0xE01F0),
        ),
    )
)

# Drawn like a Latin letter in common fonts, after case-folding: Cyrillic, Greek, Armenian; and what
# "server" could be written with in small capitals and Cherokee. Written as escapes, since nobody
# could review what cannot be told apart.
_DRAWN_LIKE = {
    "a": "\u0430\u03b1",
    "b": "\u0432",
    "c": "\u0441",
    "d": "\u0501",
    "e": "\u0435\u03b5\u1d07\u13ac",
    "g": "\u0581",
    "h": "\u04bb",
    "i": "\u0456\u03b9",
    "j": "\u0458",
    "k": "\u043a\u03ba",
    "l": "\u04cf",
    "m": "\u043c",
    "n": "\u0578\u043f",
    "o": "\u043e\u03bf\u0585",
    "p": "\u0440\u03c1",
    "q": "\u051b",
    "r": "\u0433\u0280\u13a1",
    "s": "\u0455\ua731\u13da",
    "t": "\u0442\u03c4",
    "u": "\u057d\u03c5",
    "v": "\u0475\u03bd\u1d20\u13d9",
    "w": "\u051d",
    "x": "\u0445\u03c7",
    "y": "\u0443",
}
_LOOKALIKES = {ord(char): latin for latin, chars in _DRAWN_LIKE.items() for char in chars}
_LOOKS_LIKE_A_LETTER = str.maketrans("$53", "sse")
_RESERVED = "server"

# Scripts that are written together. unicodedata knows no scripts, but the name of every letter
# begins with its own.
_TOGETHER = {"HIRAGANA": "CJK", "KATAKANA": "CJK", "HANGUL": "CJK", "IDEOGRAPHIC": "CJK"}


class BadName(ValueError):
    """The text cannot be a name; the message is a sentence for the person who chose it."""


def enforce(text: str, what: str = "name") -> str:
    """The name as it will be shown.

    `what` is the noun for the sentence in `BadName` (rooms have names too).
    """
    text = text.strip()
    # Normalizing takes long for text made to take long, and makes it at most a little shorter.
    name = unicodedata.normalize("NFKC", text) if len(text) <= 4 * MAX_LENGTH else text
    if not name:
        raise BadName(f"A {what} needs at least one character.")
    if len(name) > MAX_LENGTH:
        raise BadName(f"A {what} has at most {MAX_LENGTH} characters; this one has {len(name)}.")
    _refuse_characters(name, what)
    if len({script for char in name if (script := _script(char))}) > 1:
        raise BadName(f"A {what} is written in one script; this one mixes look-alike letters.")
    return name


def key(name: str) -> str:
    """What the name is compared by. Take it of an enforced name only."""
    if name.isascii():
        return name.lower()
    letters = unicodedata.normalize("NFKD", name.casefold())  # an accent may sit on a look-alike
    return unicodedata.normalize("NFC", letters.translate(_LOOKALIKES))


def is_reserved(name: str) -> bool:
    """Whether others could take the name for the server's own."""
    plain = key(name).rstrip("0123456789")  # server2 would be believed as well
    drawn = unicodedata.normalize("NFD", plain.translate(_LOOKS_LIKE_A_LETTER))
    letters = [char for char in drawn if char.isalpha() and _counts(char)]
    signs = [char for char in drawn if (char.isalpha() or not char.isascii()) and _counts(char)]
    return "".join(letters) == _RESERVED or _could_be_drawn_like(signs, _RESERVED)


def _counts(char: str) -> bool:
    return unicodedata.category(char) not in ("Mn", "Lm")


def _could_be_drawn_like(signs: list[str], word: str) -> bool:
    """Half of it is the word's letters, and the other half may be drawn like anything."""
    if len(signs) != len(word):
        return False
    pairs = list(zip(signs, word, strict=True))
    same = sum(sign == letter for sign, letter in pairs)
    return same >= len(word) // 2 and all(
        sign == letter or not sign.isascii() for sign, letter in pairs
    )


def _refuse_characters(name: str, what: str) -> None:
    marks = 0
    for char in name:
        if char.isspace():
            raise BadName(f"A {what} holds no spaces; try {clean('_'.join(name.split()))}.")
        if unicodedata.category(char)[0] in "CZ" or char in _INVISIBLE:
            raise BadName(f"A {what} holds no invisible characters.")
        if char in _FORBIDDEN:
            raise BadName(f'A {what} holds no "{char}".')
        marks = marks + 1 if is_mark(char) else 0
        if marks > _MAX_MARKS:
            raise BadName(f"A {what} holds at most {_MAX_MARKS} accents on a letter.")
    if name[0] in _FORBIDDEN_FIRST or is_mark(name[0]):
        raise BadName(f'A {what} cannot begin with "{name[0]}".')


def _script(char: str) -> str:
    """The script of a letter; empty for what all scripts share."""
    if not char.isalpha() or unicodedata.category(char) == "Lm":
        return ""
    script = unicodedata.name(char, "UNNAMED").split(" ", 1)[0].split("-", 1)[0]
    return _TOGETHER.get(script, script)
