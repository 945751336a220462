"""What a name may be: the Nickname profile of RFC 8266, and what a chat needs beyond it.

`enforce` returns the name as it will be shown (NFKC, without surrounding spaces). Beyond the RFC a
name contains no space, because `/msg NAME TEXT` must be unambiguous; nothing invisible; letters,
accents and digits of one script only (ASCII digits go with all scripts); no ancient script; no
number or symbol that is drawn like a letter; and it does not begin like a line of the server.

Names have two keys, because one cannot answer both questions:

- `key` says whether two names are *the same*. It is case-folded, as RFC 8266 section 2.4 asks, and
  a letter of another script is replaced by the ASCII one that it is drawn like. Where the two cases
  are drawn like two letters (Greek N is small v), the capital decides, since capitals are copies
  and small letters only resemble; but a bar can be l, I or 1, and there the small letter decides.
- `drawn` says whether two names *look the same*: Unicode's skeleton (UTS 39) of what is shown, with
  l, I, i and 1, O and 0, m and rn made one. It cannot be the key: the two cases of a Greek name are
  one name and are drawn like two Latin ones, which would then be one name as well.

A name is available when nobody has its key, and nobody has a name that is drawn alike. Two names in
ASCII are exempt from the latter, which would refuse too many honest ones: ian beside lan.
"""

import unicodedata

from chatroom.vocabulary.lookalikes import PROTOTYPES
from chatroom.vocabulary.text import clean, is_mark

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

# Where Unicode's table says otherwise (Cyrillic pe is pi, small palochka is i) or has only the wide
# form (a vertical line).
_OURS = {"\u043f": "n", "\u04cf": "l", "\u2502": "l"}
_DRAWN = str.maketrans(PROTOTYPES | _OURS)

# Long s and lunate sigma: drawn like f and c as typed, but shown as s and sigma after NFKC.
_SHOWN_OTHERWISE = frozenset("\u017f\u03f2\u03f9")

# In a styled form (bold, wide, Roman) these may be meant for l and O, but are shown as they are.
_PLAIN_ONLY = frozenset("I01|")

# Made one in `drawn`, and kept apart in `key`.
_ASCII_ALIKE = str.maketrans({"i": "l", "1": "l", "|": "l", "0": "o", "m": "rn"})

_RESERVED = (
    *("server", "servers", "system", "root", "chatroom"),
    *("admin", "admins", "administrator", "administrators"),
    *("operator", "operators", "moderator", "moderators", "support", "staff"),
)
_LOOKS_LIKE_A_LETTER = str.maketrans("$5374|", "ssetai")

# Scripts that are written together, or whose characters have other names. unicodedata knows no
# scripts, but the name of nearly every character begins with its own.
_TOGETHER = {
    **dict.fromkeys(("HIRAGANA", "KATAKANA", "HANGUL", "IDEOGRAPHIC", "BOPOMOFO"), "CJK"),
    "EXTENDED": "ARABIC",  # EXTENDED ARABIC-INDIC DIGIT
    **dict.fromkeys(("COMBINING", "VEDIC"), ""),
}

# Scripts out of use for names for centuries. OLD are Italic, Persian, Turkic and others.
_ANCIENT = frozenset(
    (
        *("ANATOLIAN", "AVESTAN", "BRAHMI", "CARIAN", "CAUCASIAN", "CHORASMIAN", "COPTIC"),
        *("CUNEIFORM", "CYPRIOT", "CYPRO", "DESERET", "EGYPTIAN", "ELBASAN", "ELYMAIC"),
        *("GLAGOLITIC", "GOTHIC", "GRANTHA", "HATRAN", "IMPERIAL", "INSCRIPTIONAL", "KHAROSHTHI"),
        *("KHITAN", "LINEAR", "LYCIAN", "LYDIAN", "MANICHAEAN", "MEROITIC", "NABATAEAN", "OGHAM"),
        *("OLD", "PALMYRENE", "PHAGS", "PHOENICIAN", "PSALTER", "RUNIC", "SHAVIAN", "SIDDHAM"),
        *("SOGDIAN", "SOYOMBO", "TANGUT", "TIRHUTA", "UGARITIC", "VITHKUQI", "ZANABAZAR"),
    )
)


def _replacements() -> dict[str, str]:
    """From a case-folded letter to the ASCII one that it, or else its capital, is drawn like."""
    bars: dict[str, str] = {}
    small: dict[str, str] = {}
    capitals: dict[str, str] = {}
    for char, prototype in PROTOTYPES.items():
        if len(prototype) == 1 and prototype.isascii():
            group = small if not char.isupper() else bars if prototype == "l" else capitals
            group.setdefault(char.casefold(), prototype.lower())
    return bars | small | capitals


REPLACEMENTS = str.maketrans(_replacements() | _OURS)
_RESERVED_DRAWN = frozenset(word.translate(_ASCII_ALIKE) for word in _RESERVED)


class BadName(ValueError):
    """The text cannot be a name; the message is a sentence for the person who chose it."""


def enforce(text: str, what: str = "name") -> str:
    """The name as it will be shown.

    `what` is the noun for the sentence in `BadName` (rooms have names too).
    """
    text = text.strip()
    # Normalizing is slow for text made to be slow, and makes it only a little shorter.
    name = unicodedata.normalize("NFKC", text) if len(text) <= 4 * MAX_LENGTH else text
    if not name:
        raise BadName(f"A {what} needs at least one character.")
    if len(name) > MAX_LENGTH:
        raise BadName(f"A {what} has at most {MAX_LENGTH} characters; this one has {len(name)}.")
    _refuse_characters(name, what)
    if not text.isascii():
        _refuse_what_is_shown_as_another(text, what)
    scripts = {script for char in name if (script := _script(char))}
    if scripts & _ANCIENT:
        raise BadName(f"A {what} is written in a script of today.")
    if len(scripts) > 1:
        raise BadName(f"A {what} is written in one script; this one mixes look-alike letters.")
    return name


def key(name: str) -> str:
    """The identity of a name: two names with one key are the same. Only for enforced names."""
    if name.isascii():
        lowered = name.lower()
        return name if lowered == name else lowered  # most people's key is their name: keep one
    letters = unicodedata.normalize("NFKD", name.casefold())  # an accent may sit on a look-alike
    return unicodedata.normalize("NFC", _without_second_dots(letters.translate(REPLACEMENTS)))


def drawn(name: str) -> str:
    """What the name looks like in some font. Only for enforced names."""
    if not name.isascii():
        shapes = name
        for _ in range(3):  # folding makes letters that have prototypes of their own, twice at most
            shapes = unicodedata.normalize("NFD", shapes).translate(_DRAWN).casefold()
        name = unicodedata.normalize("NFC", _without_second_dots(shapes))
    return name.lower().translate(_ASCII_ALIKE)


def known_key(name: str) -> str:
    """The key of a name as somebody typed it; empty if it is not a valid name."""
    try:
        return key(enforce(name))
    except BadName:
        return ""


def is_reserved(name: str) -> bool:
    """Whether the name could be taken for the server, or for somebody who runs it."""
    bare = name.rstrip("0123456789")  # server2 would deceive as well
    forms = {key(name), key(bare), drawn(name), drawn(bare), name.casefold()}
    return any(_is_reserved(form) for form in forms)


def _is_reserved(form: str) -> bool:
    plain = unicodedata.normalize("NFD", form.translate(_LOOKS_LIKE_A_LETTER))
    plain = plain.translate(_ASCII_ALIKE)
    letters = [char for char in plain if char.isalpha() and _counts(char)]
    if "".join(letters) in _RESERVED_DRAWN:
        return True
    signs = [char for char in plain if (char.isalpha() or not char.isascii()) and _counts(char)]
    return any(_could_be_drawn_like(signs, word) for word in _RESERVED_DRAWN)


def _without_second_dots(text: str) -> str:
    """Without a combining dot above i and j, which is not visible."""
    return text.replace("i\u0307", "i").replace("j\u0307", "j")


def _counts(char: str) -> bool:
    return unicodedata.category(char) not in ("Mn", "Lm")


def _could_be_drawn_like(signs: list[str], word: str) -> bool:
    """Whether half of it equals the word's letters, and the rest is not ASCII."""
    if len(signs) != len(word):
        return False
    pairs = list(zip(signs, word, strict=True))
    same = sum(sign == letter for sign, letter in pairs)
    return same >= len(word) // 2 and all(
        sign == letter or not sign.isascii() for sign, letter in pairs
    )


def _refuse_characters(name: str, what: str) -> None:
    if name[0] in _FORBIDDEN_FIRST:  # before anything is proposed that begins with it
        raise BadName(f'A {what} cannot begin with "{name[0]}".')
    marks = 0
    for char in name:
        if char.isspace():
            raise BadName(f"A {what} holds no spaces; try {clean('_'.join(name.split()))}.")
        if unicodedata.category(char)[0] in "CZ" or char in _INVISIBLE:
            raise BadName(f"A {what} holds no invisible characters.")
        if _is_sign_like_a_letter(char):
            raise BadName(f'A {what} is written with letters; "{char}" is only drawn like one.')
        if char in _FORBIDDEN:
            raise BadName(f'A {what} holds no "{char}".')
        marks = marks + 1 if is_mark(char) else 0
        if marks > _MAX_MARKS:
            raise BadName(f"A {what} holds at most {_MAX_MARKS} accents on a letter.")
    if is_mark(name[0]):
        raise BadName(f'A {what} cannot begin with "{name[0]}".')


def _refuse_what_is_shown_as_another(text: str, what: str) -> None:
    for char in text:
        plain = unicodedata.normalize("NFKC", char)
        if char in _SHOWN_OTHERWISE or (plain in _PLAIN_ONLY and plain != char):
            raise BadName(f'A {what} holds no "{char}", which would be shown as {plain}.')


def _is_sign_like_a_letter(char: str) -> bool:
    """Whether it is a number or a symbol that looks like a letter or a digit."""
    if char.isascii() or char.isalpha() or char.isdecimal() or is_mark(char) or _script(char):
        return False
    is_number = unicodedata.category(char)[0] == "N"
    signs = char.translate(_DRAWN)
    return is_number or any(sign.isascii() and sign.isalnum() for sign in signs)


def _script(char: str) -> str:
    """The script of a letter, an accent or a digit; empty for characters of all scripts."""
    category = unicodedata.category(char)
    if char.isascii() and not char.isalpha():
        return ""
    if category == "Lm" or not (category[0] in "LM" or category in ("Nd", "Nl")):
        return ""
    script = unicodedata.name(char, "UNNAMED").split(" ", 1)[0].split("-", 1)[0]
    return _TOGETHER.get(script, script)
