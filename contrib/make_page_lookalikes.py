"""Write chatroom/web/lookalikes.js: the letters that the page takes for one of ASCII, in the key of
a name. They are those of chatroom/vocabulary/names.py; run it again when that table has changed."""

from pathlib import Path

from chatroom.vocabulary import names

TARGET = Path(__file__).parent.parent / "chatroom" / "web" / "lookalikes.js"
HEAD = """\
// Which letters of other scripts are drawn like a sign of ASCII: a row is the sign, and what is
// drawn like it. Made by contrib/make_page_lookalikes.py; not edited by hand.

const ROWS = [
"""
TAIL = """\
];

/** @type {Map<string, string>} */
export const DRAWN_LIKE = new Map(
  ROWS.flatMap(([sign = "", letters = ""]) => [...letters].map((letter) => [letter, sign])),
);
"""
WIDTH = 12


def module() -> str:
    """The text of the module."""
    letters: dict[str, list[str]] = {}
    for letter, sign in sorted(names.REPLACEMENTS.items()):
        letters.setdefault(sign, []).append(f"\\u{{{letter:x}}}")
    rows = []
    for sign, found in sorted(letters.items()):
        pieces = ["".join(found[i : i + WIDTH]) for i in range(0, len(found), WIDTH)]
        rows += [f'  ["\\u{{{ord(sign):x}}}", "{piece}"],\n' for piece in pieces]
    return HEAD + "".join(rows) + TAIL


if __name__ == "__main__":
    TARGET.write_text(module())
