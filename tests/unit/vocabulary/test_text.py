"""What text may contain, tested with every code point and on a terminal."""

import unicodedata

import pyte
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatroom.vocabulary.text import MAX_MARKS, clean, clean_lines, is_mark, unbroken

EVERY_CHARACTER = [chr(code) for code in range(0x110000)]
BIDI = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
FORBIDDEN = (
    *(chr(code) for code in range(0x20)),
    *(chr(code) for code in range(0x7F, 0xA0)),
    *(chr(code) for code in range(0xD800, 0xE000)),
    *("\u2028\u2029\ufeff" + BIDI),
)

JOINER = "\u200d"
NON_JOINER = "\u200c"
ACUTE = "\u0301"

# Everything that has ever been a problem, and something that has not, to be mixed at random.
NASTY = st.text(
    st.one_of(
        st.characters(),
        st.sampled_from("\t\r\n\0\x0b\x0c\x1b\x1c\x85\x9b\u2028\u2029" + BIDI + JOINER + ACUTE),
    )
)

ATTACKS = {
    "colour": "\x1b[31mred\x1b[0m",
    "clear-the-screen": "\x1b[2J\x1b[H",
    "cursor-up-and-overwrite": "\x1b[1A\x1b[2Kbob: I agree",
    "cursor-back": "\x1b[5D",
    "title": "\x1b]0;owned\x07",
    "answerback": "\x1b[c\x1b[6n\x05",
    "c1-csi": "\x9b31mred\x9b2J",
    "c1-osc": "\x9d0;owned\x9c",
    "device-control-string": "\x1bP1$q\x1b\\",
    "alternate-screen": "\x1b[?1049h",
    "character-set": "\x1b(0abc\x0e",
    "reset": "\x1bc",
    "carriage-return": "hello\rann: hello",
    "backspace": "hello\b\b\b\b\bworld",
    "line-feeds": "a\nb\x0bc\x0cd\x85e",
    "tab": "a\tb",
    "bell-and-delete": "\x07\x7f\x7f",
    "half-an-escape": "\x1b",
    "half-an-escape-then-text": "\x1b[",
}


def lines(text: str) -> list[str]:
    """As the bots of other people find them."""
    return text.splitlines()


@pytest.fixture(scope="module")
def each_cleaned() -> dict[str, str]:
    """Every code point, and what is left of it between two letters."""
    return {char: clean(f"a{char}b") for char in EVERY_CHARACTER}


def test_no_code_point_makes_a_second_line(each_cleaned: dict[str, str]) -> None:
    assert not [char for char, cleaned in each_cleaned.items() if len(lines(cleaned)) != 1]


def test_no_code_point_alone_makes_a_second_line() -> None:
    separators = [char for char in EVERY_CHARACTER if len(lines(f"a{char}b")) > 1]
    assert len(separators) == 10
    assert [clean(char) for char in separators] == [""] * len(separators)


def test_no_forbidden_code_point_survives(each_cleaned: dict[str, str]) -> None:
    assert not [char for char in FORBIDDEN if char in each_cleaned[char]]


def test_every_other_code_point_survives(each_cleaned: dict[str, str]) -> None:
    removed = {char for char, cleaned in each_cleaned.items() if char not in cleaned}
    annotation = set("\ufff9\ufffa\ufffb")
    assert removed == set(FORBIDDEN) | annotation


def test_every_code_point_can_be_encoded_once_it_is_clean(each_cleaned: dict[str, str]) -> None:
    "".join(each_cleaned.values()).encode()


def test_all_code_points_in_a_row_are_one_line() -> None:
    assert len(lines(clean("".join(EVERY_CHARACTER)))) == 1


def test_a_tab_becomes_a_space() -> None:
    assert clean("a\tb") == "a b"


@pytest.mark.parametrize(
    ("raw", "cleaned"),
    [
        ("hello", "hello"),
        ("hello  ", "hello"),
        ("  hello", "  hello"),
        ("hello\r", "hello"),
        ("hello \x1b", "hello"),
        ("hello\u3000\u2028", "hello"),
        ("", ""),
        (" \t \0", ""),
        ("\x1b[31mred", "[31mred"),
        ("\ufeffhello", "hello"),
        ("\u202egnp.exe", "gnp.exe"),
        ("\ud800x\udfff", "x"),
    ],
    ids=ascii,
)
def test_text_is_cleaned(raw: str, cleaned: str) -> None:
    assert clean(raw) == cleaned


@pytest.mark.parametrize(
    "text",
    [
        "\U0001f469\u200d\U0001f4bb",
        "\u2764\ufe0f",
        "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
        "\u0915\u094d\u200d\u0937",
        "Ti\u1ebfng Vi\u1ec7t, fran\u00e7ais, \u65e5\u672c\u8a9e, \ud55c\uad6d\uc5b4",
        "\u05e9\u05c1\u05b8\u05dc\u05d5\u05b9\u05dd",
    ],
    ids=["emoji-joined", "emoji-variation", "persian", "hindi", "several", "hebrew-points"],
)
def test_what_scripts_and_emoji_need_survives(text: str) -> None:
    assert clean(text) == text


def test_at_most_four_marks_in_a_row_are_kept() -> None:
    assert MAX_MARKS == 4
    assert clean("e" + ACUTE * 50 + "x") == "e" + ACUTE * 4 + "x"


def test_four_marks_are_allowed_on_every_letter() -> None:
    text = ("e" + ACUTE * 4) * 10
    assert clean(text) == text


@pytest.mark.parametrize(
    "invisible",
    [JOINER, NON_JOINER, "\u200b", "\u2060", "\0", "\u202a"],
    ids=ascii,
)
def test_something_invisible_does_not_start_a_new_row_of_marks(invisible: str) -> None:
    tower = clean("e" + (ACUTE * 4 + invisible) * 10)
    assert sum(map(is_mark, tower)) <= MAX_MARKS


@given(NASTY)
def test_any_text_becomes_one_line_that_holds_nothing_forbidden(raw: str) -> None:
    cleaned = clean(raw)
    assert len(lines(cleaned + "|")) == 1
    assert not set(cleaned) & set(FORBIDDEN)
    assert cleaned == cleaned.rstrip()


@given(NASTY)
def test_cleaning_twice_changes_nothing(raw: str) -> None:
    assert clean(clean(raw)) == clean(raw)


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126)))
def test_ordinary_text_is_left_alone(raw: str) -> None:
    assert clean(raw) == raw.rstrip()


# --- several lines ----------------------------------------------------------------------------

BREAKS = ("\n", "\r\n", "\r", "\x0b", "\x0c", "\x85", "\u2028", "\u2029")


@pytest.mark.parametrize("line_break", BREAKS, ids=ascii)
def test_every_line_break_is_kept_as_a_line_feed_or_made_a_space(line_break: str) -> None:
    assert clean_lines(f"a{line_break}b{line_break}{line_break}c") == "a\nb\n\nc"
    assert clean(f"a{line_break}b") == unbroken(f"a{line_break}b") == "a b"


@pytest.mark.parametrize(
    ("raw", "cleaned"),
    [
        ("hello", "hello"),
        ("\n\nhello\n\n", "hello"),
        (" \n\t\n\0\n  def f():\n\n    pass \n \n", "  def f():\n\n    pass"),
        ("one \r\n two\t\rthree", "one\n two\nthree"),
        ("one\r\r\ntwo", "one\n\ntwo"),
        ("one\r\0\ntwo", "one\n\ntwo"),
        ("\x1b[31mred\n\x9b2Jblue", "[31mred\n2Jblue"),
        ("one\x1c\x1d\x1etwo", "onetwo"),
        ("\n" * 4096, ""),
        ("".join(BREAKS) * 100, ""),
        ("", ""),
    ],
    ids=ascii,
)
def test_a_text_of_several_lines_is_cleaned(raw: str, cleaned: str) -> None:
    assert clean_lines(raw) == cleaned


def test_only_line_breaks_break_lines() -> None:
    breaking = {char for char in EVERY_CHARACTER if "\n" in clean_lines(f"a{char}b")}
    assert breaking == set(BREAKS) - {"\r\n"}


@given(NASTY)
def test_each_line_of_a_text_is_as_clean_as_one_alone(raw: str) -> None:
    cleaned = clean_lines(raw)
    assert cleaned == cleaned.strip("\n")
    assert all(line == clean(line) for line in cleaned.split("\n"))
    assert clean_lines(cleaned) == cleaned
    assert len(lines(cleaned)) == (cleaned.count("\n") + 1 if cleaned else 0)


@given(NASTY)
def test_what_is_typed_is_one_line_and_otherwise_as_it_was(raw: str) -> None:
    typed = unbroken(raw)
    assert "\n" not in clean_lines(typed)
    assert clean(typed) == clean(raw)


# --- on a terminal ----------------------------------------------------------------------------


class Terminal(pyte.Screen):
    """A screen that writes down where its cursor has been."""

    def __init__(self) -> None:
        self.trail: list[tuple[int, int]] = []
        super().__init__(200, 3)

    def draw(self, data: str) -> None:
        for char in data:  # one by one: drawing several stops at a character without a width
            super().draw(char)
            self.trail.append((self.cursor.y, self.cursor.x))


def shown(text: str) -> Terminal:
    terminal = Terminal()
    pyte.Stream(terminal).feed(text)
    return terminal


def assert_harmless(text: str) -> None:
    terminal = shown(text)
    plain = Terminal()
    assert len(terminal.trail) == len(text), "something was obeyed and not drawn"
    assert terminal.trail == sorted(terminal.trail), "the cursor moved back"
    assert all(row == 0 for row, _ in terminal.trail)
    assert terminal.cursor.attrs == plain.cursor.attrs
    assert terminal.mode == plain.mode
    assert terminal.title == ""
    assert terminal.charset == plain.charset
    assert terminal.g0_charset == plain.g0_charset


def test_the_terminal_of_these_tests_obeys_what_is_not_clean() -> None:
    for attack in ("\x1b[31mred", "\x9b31mred", "hello\rbye", "a\nb"):
        with pytest.raises(AssertionError):
            assert_harmless(attack)


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS.keys())
def test_a_terminal_shows_an_attack_as_text(attack: str) -> None:
    text = clean(f"before {attack} after")
    assert_harmless(text)
    assert shown(text).display[0].rstrip() == text
    assert text.startswith("before ")
    assert text.endswith(" after")


def test_no_code_point_below_u3000_moves_the_cursor_of_a_terminal_back() -> None:
    interesting = [
        char
        for char in EVERY_CHARACTER[:0x3000]
        if char in FORBIDDEN or unicodedata.category(char)[0] in "CZ" or ord(char) < 0x100
    ]
    for char in interesting:
        assert_harmless(clean(f"a{char}b"))


def test_printable_latin_is_shown_as_it_is() -> None:
    printable = "".join(map(chr, [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]))
    assert shown(clean(printable[:190])).display[0].rstrip() == printable[:190]
