"""What a word is: one meaning for the index, for what is not indexed yet, and for the question.

Case, width and the accents of Latin, Greek and Cyrillic letters (U+0300 to U+036F) do not count:
`cafe` finds `Café`. Marks of other scripts are vowels, and count. Each Han, Hiragana and Katakana
character and each symbol, an emoji for example, is a word of its own, since these are written
without spaces: a question of one or more of them is found inside any run. There is no stemming.
"""

import re
from dataclasses import dataclass
from unicodedata import category, normalize

_ACCENTS = dict.fromkeys(range(0x300, 0x370))
_ALONE = re.compile(
    "[\u2e80-\u2fdf\u3005-\u3007\u3041-\u309f\u30a0-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uf900-\ufaff\U0001aff0-\U0001b16f\U00020000-\U0003ffff]"
)
_CACHED = 20_000  # characters whose kind is remembered


class _Spacing(dict[int, str]):
    """For `str.translate`: a space for what is no part of a word, and around what is one alone."""

    def __missing__(self, code: int) -> str:
        if len(self) >= _CACHED:
            self.clear()
        character = chr(code)
        kind = category(character)
        if kind == "So" or (kind[0] in "LN" and _ALONE.match(character)):
            spaced = f" {character} "
        else:
            spaced = character if kind[0] in "LNM" or kind == "Co" else " "
        self[code] = spaced
        return spaced


_SPACING = _Spacing()


def spaced(text: str) -> str:
    """The words of a text in their order, each with a space on both sides; total for any string."""
    if text.isascii():
        folded = text.lower()
    else:
        # lone surrogates are kept by both normal forms, and are no part of a word
        bare = normalize("NFKD", text.casefold()).translate(_ACCENTS)
        folded = normalize("NFC", bare.casefold())
    return f" {' '.join(folded.translate(_SPACING).split())} "


@dataclass(frozen=True, slots=True)
class Question:
    """All `phrases` must occur, as whole words; the last one may go on."""

    phrases: tuple[str, ...]

    def is_in(self, text: str) -> bool:
        """Whether this text has what is asked for."""
        if text.isascii():  # most texts have not, and are not taken apart
            lower = text.lower()
            for phrase in self.phrases:
                for word in phrase.split():
                    if word not in lower:
                        return False
        words = spaced(text)
        return all(phrase in words for phrase in self._wanted())

    def _wanted(self) -> list[str]:
        wanted = [f" {phrase} " for phrase in self.phrases]
        return [*wanted[:-1], wanted[-1][:-1]] if wanted else []


def question(text: str) -> Question:
    """What somebody has typed. What is written without a space is looked for as a phrase."""
    phrases = [spaced(word).strip() for word in text.split()]
    return Question(tuple(phrase for phrase in phrases if phrase))
