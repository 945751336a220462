#!/usr/bin/env python3
"""Write `chatroom/vocabulary/lookalikes.py` from Unicode's table of confusable characters (UTS 39).

By hand, in an environment of its own, since nothing else needs the package:

    pip install confusable-homoglyphs==3.3.1
    python contrib/make_lookalikes.py > chatroom/vocabulary/lookalikes.py

The package's `confusables.json` is `confusables.txt` (https://www.unicode.org/Public/security/),
each pair in both directions. The direction is found again here: a prototype has many sources and a
source has one prototype. Where both have one, ASCII is the prototype, or whatever comes first.

Left out is what never reaches the table: sources of several characters, ASCII sources (`names` has
those), whatever NFKC replaces, and sequences that do not begin with ASCII. Added are Latin's small
capitals, which Unicode tells from capitals by their height, and people do not.
"""

import json
import re
import unicodedata
from collections import defaultdict
from importlib import resources

SMALL_CAPITAL = re.compile("LATIN LETTER SMALL CAPITAL ([A-Z])")
WIDTH = 92

HEAD = '''"""What is drawn alike, by Unicode's table of confusable characters (UTS 39, section 4).

Made by `contrib/make_lookalikes.py` from `confusables.json` of confusable-homoglyphs 3.3.1; not
edited by hand. Each word is a prototype and, after a tab, what can be taken for it. Everything is
escaped, since nobody could review what cannot be told apart.
"""

_TABLE = (
'''
TAIL = """)

PROTOTYPES = {
    source: prototype
    for prototype, sources in (group.split("\\t") for group in _TABLE.split(" "))
    for source in sources
}
"""


def read_pairs() -> dict[str, list[str]]:
    """Each character or sequence, and what the table calls alike."""
    source = resources.files("confusable_homoglyphs") / "confusables.json"
    table = json.loads(source.read_text(encoding="utf-8"))
    return {text: [pair["c"] for pair in pairs] for text, pairs in table.items()}


def is_source(char: str) -> bool:
    """Whether it can be in a name after normalization."""
    if len(char) != 1 or char.isascii() or unicodedata.category(char)[0] in "CZ":
        return False
    return unicodedata.is_normalized("NFKC", char)


def is_prototype(text: str, other: str, pairs: dict[str, list[str]]) -> bool:
    """Whether the first of a pair is what the other is replaced by."""
    mine, its = len(pairs[text]), len(pairs[other])
    if mine != its:
        return mine > its
    return (not text.isascii(), -len(text), text) < (not other.isascii(), -len(other), other)


def is_kept(prototype: str) -> bool:
    alone = len(prototype) == 1 or prototype[0].isascii()
    return alone and not any(char.isspace() for char in prototype)


def small_capitals() -> dict[str, str]:
    names = {char: unicodedata.name(char, "") for char in map(chr, range(0x250, 0xAC00))}
    matches = {char: SMALL_CAPITAL.fullmatch(name) for char, name in names.items()}
    return {char: match[1].lower() for char, match in matches.items() if match}


def prototypes() -> dict[str, str]:
    """From each source to its prototype, which is no source itself."""
    pairs = read_pairs()
    found = {
        source: text
        for text, sources in pairs.items()
        for source in sources
        if is_source(source) and is_prototype(text, source, pairs)
    }
    small = small_capitals()
    found = {source: small.get(text, text) for source, text in found.items()} | small
    while found != (resolved := {source: replaced(text, found) for source, text in found.items()}):
        found = resolved
    return {source: text for source, text in found.items() if is_kept(text)}


def replaced(text: str, found: dict[str, str]) -> str:
    """The text without sources in it."""
    return "".join(found.get(char, char) for char in unicodedata.normalize("NFD", text))


def escaped(text: str) -> str:
    return ascii(text)[1:-1].replace('"', '\\"').replace("\\'", "'")


def pieces(text: str) -> list[str]:
    """The text in escaped pieces that fill a line each, never cut inside an escape."""
    lines = [""]
    for char in text:
        part = escaped(char)
        if len(lines[-1]) + len(part) > WIDTH:
            lines.append("")
        lines[-1] += part
    return lines


def main() -> None:
    groups: dict[str, str] = defaultdict(str)
    for source, prototype in sorted(prototypes().items()):
        groups[prototype] += source
    table = " ".join(f"{prototype}\t{sources}" for prototype, sources in sorted(groups.items()))
    print(HEAD, end="")
    for line in pieces(table):
        print(f'    "{line}"')
    print(TAIL, end="")


if __name__ == "__main__":
    main()
