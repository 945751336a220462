"""What a name may be: tables after RFC 8266, and what looks alike."""

import itertools
import unicodedata
from collections import defaultdict

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from chatroom.vocabulary.lookalikes import PROTOTYPES
from chatroom.vocabulary.names import MAX_LENGTH, BadName, drawn, enforce, is_reserved, key

# Of the others (unassigned, private, surrogates) there are a million, and all are treated alike.
ASSIGNED = [
    char
    for char in map(chr, range(0x110000))
    if unicodedata.category(char) not in ("Cn", "Co", "Cs") or ord(char) % 1000 == 0
]


def acceptable(text: str) -> bool:
    try:
        enforce(text)
    except BadName:
        return False
    return True


def stands_beside(name: str, other: str) -> bool:
    """Whether one visitor can have a name while another has one that is drawn like it."""
    if not acceptable(other):
        return False
    other = enforce(other)
    return key(other) != key(name) and (other.isascii() or drawn(other) != drawn(name))


def refusal(text: str) -> str:
    with pytest.raises(BadName) as refused:
        enforce(text)
    return str(refused.value)


@pytest.mark.parametrize(
    "name",
    [
        "ann",
        "Ann",
        "x",
        "ann2",
        "2fast",
        "o'hara",
        "jean-luc",
        "snake_case",
        "a.b",
        "(ann)",
        "a#1",
        "a/b",
        "ann*",
        "Jos\u00e9",
        "Bj\u00f6rn",
        "Nguy\u1ec5n",
        "\u0141ukasz",
        "\u0410\u043d\u043d\u0430",
        "\u0391\u03bd\u03bd\u03b1",
        "\u0645\u062d\u0645\u062f",
        "\u0645\u064f\u062d\u064e\u0645\u064e\u0651\u062f",
        "\u05d7\u05e0\u05d4",
        "\u0905\u0928\u094d\u0928\u093e",
        "\u0e2a\u0e21\u0e0a\u0e32\u0e22",
        "\ud55c\uad6d\uc5b4",
        "\u65e5\u672c\u8a9e",
        "\u3072\u3089\u304c\u306a",
        "\u30ab\u30bf\u30ab\u30ca\u30fc",
        "\u7530\u4e2d\u3055\u3093",
        "\u30a2\u30f3\u3061\u3083\u3093",
        "\u4f50\u3005\u6728",
        "\U0001f600",
        "ann\U0001f600",
        "\u2764",
        "\u2654king",
    ],
    ids=ascii,
)
def test_honest_names_are_accepted_as_they_are(name: str) -> None:
    assert enforce(name) == name


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        (" ann ", "ann"),
        ("\tann\t", "ann"),
        ("\u3000ann\u00a0", "ann"),
        ("\uff21\uff4e\uff4e", "Ann"),
        ("Jose\u0301", "Jos\u00e9"),
        ("\ufb01sh", "fish"),
        ("\u00b2", "2"),
        ("\u2163", "IV"),
        ("\U0001d4d0\U0001d4f7\U0001d4f7", "Ann"),
        ("\u212b", "\u00c5"),
        ("\uff71\uff9d", "\u30a2\u30f3"),
        ("\u1112\u1161\u11ab", "\ud55c"),
        ("\u265a", "\u265a"),
    ],
    ids=ascii,
)
def test_a_name_is_shown_in_its_normal_form(written: str, shown: str) -> None:
    assert enforce(written) == shown


@pytest.mark.parametrize("text", ["", " ", "\t \u3000", "\r\n"], ids=ascii)
def test_a_name_needs_a_character(text: str) -> None:
    assert refusal(text) == "A name needs at least one character."


def test_a_name_has_at_most_32_characters() -> None:
    assert MAX_LENGTH == 32
    assert enforce("a" * 32) == "a" * 32
    assert enforce("\u65e5" * 32) == "\u65e5" * 32
    assert refusal("a" * 33) == "A name has at most 32 characters; this one has 33."


def test_the_length_of_a_name_is_that_of_what_is_shown() -> None:
    assert enforce("e\u0301" * 32) == "\u00e9" * 32
    assert "at most 32" in refusal("\ufb01" * 17)


@pytest.mark.parametrize(
    "text",
    ["ann bob", "ann\tbob", "ann\u00a0bob", "ann\u3000bob", "ann\u2028bob", "ann\nbob", "a\x1fb"],
    ids=ascii,
)
def test_a_name_holds_no_spaces_and_the_refusal_suggests_one_without(text: str) -> None:
    told = refusal(text)
    assert told.startswith("A name holds no spaces; try ")
    suggested = told.removeprefix("A name holds no spaces; try ").removesuffix(".")
    assert enforce(suggested) == suggested


def test_what_cannot_begin_a_name_is_told_before_a_name_is_suggested() -> None:
    assert refusal("/enter tea") == 'A name cannot begin with "/".'


@pytest.mark.parametrize("first", "#*[/+-<>=@:!,")
def test_a_name_cannot_begin_as_lines_of_the_server_or_commands_do(first: str) -> None:
    refusal(f"{first}ann")


@pytest.mark.parametrize("written", ["\uff03ann", "\ufe5fann", "\uff0aann", "\uff3bann", "\uff1aa"])
def test_a_wide_form_of_a_forbidden_first_character_is_refused(written: str) -> None:
    refusal(written)


@pytest.mark.parametrize("char", "!@:,\uff1a\uff20\ufe55")
def test_some_characters_are_refused_anywhere(char: str) -> None:
    refusal(f"an{char}n")


@pytest.mark.parametrize(
    "char",
    [
        "\0",
        "\x1b",
        "\x7f",
        "\x9b",
        "\u00ad",
        "\u034f",
        "\u061c",
        "\u115f",
        "\u1160",
        "\u17b4",
        "\u180e",
        "\u200b",
        "\u200c",
        "\u200d",
        "\u200e",
        "\u202e",
        "\u2060",
        "\u2064",
        "\u2066",
        "\u206f",
        "\u2800",
        "\u3164",
        "\ufe0f",
        "\ufeff",
        "\uffa0",
        "\ufff9",
        "\U0001bca0",
        "\U0001d173",
        "\U000e0001",
        "\U000e0061",
        "\U000e0100",
        "\ud800",
        "\ue000",
        "\uffff",
        "\u0378",
    ],
    ids=ascii,
)
def test_a_name_holds_nothing_invisible(char: str) -> None:
    assert "invisible" in refusal(f"a{char}b")


def test_no_default_ignorable_code_point_can_be_in_a_name() -> None:
    ignorable = (
        *(0xAD, 0x34F, 0x61C, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x3164, 0xFEFF, 0xFFA0),
        *range(0x180B, 0x1810),
        *range(0x200B, 0x2010),
        *range(0x202A, 0x202F),
        *range(0x2060, 0x2070),
        *range(0xFE00, 0xFE10),
        *range(0xFFF0, 0xFFF9),
        *range(0x1BCA0, 0x1BCA4),
        *range(0x1D173, 0x1D17B),
        *range(0xE0000, 0xE1000),
    )
    assert not [hex(code) for code in ignorable if acceptable(f"a{chr(code)}b")]


def test_a_name_has_at_most_two_marks_in_a_row() -> None:
    assert acceptable("q\u0301\u0302")
    assert "at most 2 accents" in refusal("q\u0301\u0302\u0303")


def test_a_name_cannot_begin_with_a_mark() -> None:
    refusal("\u0301ann")


@pytest.mark.parametrize(
    "name",
    [
        "\u0430dmin",
        "p\u0430ypal",
        "\u0391nn",
        "ann\u0430",
        "b\u043eb",
        "\u0561nn",
        "\u13aann",
        "\u0430\u03b1",
        "\u65e5b",
    ],
    ids=ascii,
)
def test_a_name_is_written_in_one_script(name: str) -> None:
    assert "one script" in refusal(name)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ann", "ANN"),
        ("ann", "\uff41nn"),
        ("strasse", "stra\u00dfe"),
        ("Jos\u00e9", "JOSE\u0301"),
        ("\u03c3\u03c4\u03c2", "\u03a3\u03a4\u03a3"),
        ("cop", "\u0441\u043e\u0440"),
        ("COP", "\u0421\u041e\u0420"),
        ("axe", "\u0430\u0445\u0435"),
        ("ok", "\u03bf\u03ba"),
        ("Bob", "\u0412\u043e\u0432"),
        ("\u00e1", "\u0430\u0301"),
        ("c\u00e1pa", "\u0441\u0430\u0301\u0440\u0430"),
        ("\u00e9", "\u0435\u0301"),
    ],
    ids=ascii,
)
def test_names_that_look_alike_are_the_same_name(one: str, other: str) -> None:
    assert key(enforce(one)) == key(enforce(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [("ann", "anna"), ("ann", "\u00e4nn"), ("anna", "\u0430\u043d\u043d\u0430")],
    ids=ascii,
)
def test_names_that_do_not_look_alike_are_different_names(one: str, other: str) -> None:
    assert key(enforce(one)) != key(enforce(other))


@pytest.mark.parametrize(
    "name",
    [
        "server",
        "Server",
        "SERVER",
        "_server_",
        "server2",
        "s-e-r-v-e-r",
        "5erver",
        "$erver",
        "s3rv3r",
        "\uff33erver",
        "\U0001d4c8erver",
        "\u015ferver",
        "s\u00e9rv\u00e8r",
        "\u0455\u0435\u0433\u0475\u0435\u0433",
        "\u0405\u0415\u0433\u0474\u0415\u0433",
        "server.",
        "(server)",
        "server\U0001f600",
    ],
    ids=ascii,
)
def test_what_looks_like_the_server_is_reserved(name: str) -> None:
    assert is_reserved(enforce(name))


@pytest.mark.parametrize(
    "name", ["serve", "observer", "waiter", "serverless", "\U0001f600", "ann", "5"]
)
def test_what_only_resembles_the_server_is_free(name: str) -> None:
    assert not is_reserved(enforce(name))


@pytest.mark.parametrize(
    "name",
    [
        "System",
        "Servers",
        "root",
        "r00t",
        "Admin",
        "ADM1N",
        "4dmin",
        "AdmlN",
        "adrnin",
        "admin7",
        "a.d.m.i.n",
        "\u00e0dm\u00edn",
        "adm\u0131n",
        "\u0251dmin",
        "\u0430\u0501\u043c\u0456\u043f",
        "administrator",
        "0perator",
        "moderator",
        "support",
        "staff2",
    ],
    ids=ascii,
)
def test_the_names_of_those_who_run_a_server_are_reserved(name: str) -> None:
    assert is_reserved(enforce(name))


@pytest.mark.parametrize(
    "name",
    [
        "Adminah",
        "sysadmin",
        "rooter",
        "Roots",
        "Beetroot",
        "supporter",
        "Ramin",
        "Armin",
        "Stafford",
    ],
)
def test_a_longer_or_other_name_is_not_reserved(name: str) -> None:
    assert not is_reserved(enforce(name))


def test_a_room_name_is_refused_as_a_room_name() -> None:
    with pytest.raises(BadName, match="A room name holds no spaces"):
        enforce("two words", "room name")


def test_no_refusal_holds_a_control_character_whatever_the_name_was() -> None:
    for char in ASSIGNED:
        for text in (char, f"a{char}b"):
            try:
                enforce(text)
            except BadName as refused:
                told = str(refused)
                categories = set(map(unicodedata.category, told))
                assert not categories & {"Cc", "Cf", "Cs", "Zl", "Zp"}, ascii(text)


def test_enforcing_and_comparing_each_character_twice_changes_nothing() -> None:
    for char in filter(acceptable, ASSIGNED):
        name = enforce(char)
        assert enforce(name) == name
        assert key(key(name)) == key(name), ascii(name)


NAMES = st.one_of(
    st.text(st.characters(), max_size=8),
    st.text(st.characters(min_codepoint=0x370, max_codepoint=0x52F), max_size=8),
    st.text("\u0430\u0435\u0301\u0308\u0433\u0456\u03b1", min_size=1, max_size=4),
    st.text("annAB0_.\u00df\u0130\u0131\u0301", max_size=8),
)


@given(NAMES)
def test_an_accepted_name_is_safe_to_show(text: str) -> None:
    assume(acceptable(text))
    name = enforce(text)
    assert 1 <= len(name) <= MAX_LENGTH
    assert not any(char.isspace() or unicodedata.category(char)[0] in "CZ" for char in name)
    assert not set(name) & set("!@:,")
    assert enforce(name) == name


@given(NAMES)
def test_the_key_of_a_key_is_the_key(text: str) -> None:
    assume(acceptable(text))
    compared = key(enforce(text))
    assert key(compared) == compared


@given(NAMES)
def test_case_and_width_make_no_other_name(text: str) -> None:
    assume(acceptable(text) and acceptable(text.lower()))
    folded = unicodedata.normalize("NFKC", enforce(text)).casefold()
    assume(acceptable(folded))
    assert key(enforce(folded)) == key(enforce(text))


@pytest.mark.parametrize(
    "name",
    ["Server\u02d0", "s\u025brv\u025br", "\xa7erver", "\u0282erver", "S\u20acrver", "\uab4eerver"],
)
def test_what_is_nearly_drawn_like_a_reserved_name_is_reserved(name: str) -> None:
    assert is_reserved(name)


@pytest.mark.parametrize(
    "name", ["\u041d\u0438\u043a\u0438\u0442\u0430", "sorter", "serv", "s\xe9v\xe8re"]
)
def test_an_honest_name_of_the_same_length_is_not_reserved(name: str) -> None:
    assert not is_reserved(name)


@pytest.mark.parametrize("digit", "0123456789")
def test_a_number_after_a_reserved_name_makes_it_no_other(digit: str) -> None:
    assert is_reserved(f"Server{digit}")


ASCII_SOURCES = {
    source: prototype
    for source, prototype in PROTOTYPES.items()
    if len(prototype) == 1 and prototype.isascii() and prototype.isalnum()
}


def test_unicode_s_table_is_there() -> None:
    assert len(PROTOTYPES) > 1500
    assert len(ASCII_SOURCES) > 400
    assert {ASCII_SOURCES[char] for char in "\u0430\u0251\u237a\ua4ee"} == {"a", "A"}


@pytest.mark.parametrize("pattern", ["{}", "x{}x", "{}am", "bo{}"])
def test_no_name_stands_beside_one_that_differs_by_a_look_alike(pattern: str) -> None:
    got_in = [
        (pattern.format(plain), source)
        for source, plain in ASCII_SOURCES.items()
        if stands_beside(pattern.format(plain), pattern.format(source))
    ]
    assert not got_in


def test_no_name_stands_beside_itself_in_another_script() -> None:
    by_script: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for source, plain in ASCII_SOURCES.items():
        by_script[unicodedata.name(source).split()[0]][plain].append(source)
    samples = [
        "ann",
        "Ann",
        "ANN",
        "lil",
        "Ian",
        "BOB",
        "cop",
        "hugo",
        "YOU",
        "vivo",
        "SASHA",
        "10o",
    ]
    tried = 0
    for name, letters in itertools.product(samples, by_script.values()):
        choices = [letters[char] for char in name]
        for copy in itertools.islice(itertools.product(*choices), 50):
            tried += 1
            assert not stands_beside(name, "".join(copy)), ascii((name, copy))
    assert tried > 100


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ann", "\u0251nn"),
        ("ann", "\u0391\u039d\u039d"),
        ("ann", "\ua4ee\ua4e0\ua4e0"),
        ("kim", "k\u0131m"),
        ("Istanbul", "\u0130stanbul"),
        ("o'hara", "o\u2019hara"),
        ("\u039d\u0399\u039a\u0397", "\u03bd\u03b9\u03ba\u03b7"),
    ],
    ids=ascii,
)
def test_look_alikes_of_unicode_s_table_are_the_same_name(one: str, other: str) -> None:
    assert key(enforce(one)) == key(enforce(other))


@pytest.mark.parametrize(
    ("plain", "copy"),
    [
        ("avv", "\u03b1\u03bd\u03bd"),
        ("lan", "\u0406\u0430\u043f"),
        ("Ian", "\u0406\u0430\u043f"),
        ("1an", "\u0406\u0430\u043f"),
        ("bo0", "\u0432\u043e\u043e"),
        ("INN", "\u0399\u039d\u039d"),
        ("oo", "\u0c66\u0c66"),
        ("dz", "\u02a3"),
    ],
    ids=ascii,
)
def test_a_name_is_drawn_like_each_that_it_can_be_taken_for(plain: str, copy: str) -> None:
    assert drawn(enforce(copy)) == drawn(enforce(plain))


def test_names_of_ascii_that_look_alike_have_keys_of_their_own() -> None:
    assert len({key(name) for name in ("ian", "lan", "1an", "bo0", "boo", "marn", "mam")}) == 7


@pytest.mark.parametrize("char", "\u237a\u2373\u00d7\u2228\u166e\u2776\U0001f74c")
def test_a_sign_that_is_drawn_like_a_letter_is_refused(char: str) -> None:
    assert "only drawn like one" in refusal(f"ann{char}")


@pytest.mark.parametrize("name", ["ann\u0c66", "ann\u0d66", "ann\u06f5", "ann\u0d02", "a\u0bd2b"])
def test_digits_and_accents_belong_to_a_script(name: str) -> None:
    refusal(name)


@pytest.mark.parametrize(
    "name",
    ["\u0639\u0644\u06cc\u06f1\u06f2", "\u0905\u0928\u0967", "\u4e8c\u3007"],
    ids=ascii,
)
def test_digits_of_the_name_s_own_script_are_accepted(name: str) -> None:
    assert enforce(name) == name


@pytest.mark.parametrize("name", ["\U00010400\U00010401", "\u2c80\u2c9a", "\U00010300", "\u16a0"])
def test_a_name_in_an_ancient_script_is_refused(name: str) -> None:
    assert "a script of today" in refusal(name)


@pytest.mark.parametrize(
    ("char", "shown"),
    [
        ("\u017f", "s"),
        ("\u03f2", "\u03c2"),
        ("\uff29", "I"),
        ("\U0001d7cf", "1"),
        ("\uffe8", "\u2502"),
    ],
    ids=ascii,
)
def test_what_would_be_shown_as_another_name_is_refused(char: str, shown: str) -> None:
    refusal(f"{char}am")
    assert unicodedata.normalize("NFKC", char) == shown


def test_the_drawing_of_each_character_stays_what_it_is() -> None:
    for char in filter(acceptable, ASSIGNED):
        shape = drawn(enforce(char))
        assert drawn(shape) == shape, ascii(char)


@given(NAMES)
def test_case_changes_no_key(text: str) -> None:
    assume(acceptable(text))
    name = enforce(text)
    for other in (name.casefold(), name.lower(), name.upper()):
        if acceptable(other) and other.casefold() == name.casefold():
            assert key(enforce(other)) == key(name)
