"""What is typed, pasted and divided."""

import pytest

from chatroom.client.completion import complete
from chatroom.client.text import below, divide
from chatroom.client.typed import HELP, VERBS, Switch, Typed, read
from chatroom.protocols import typed
from chatroom.vocabulary import commands


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("", []),
        (" \n\n ", []),
        ("hi", [commands.Say("hi")]),
        ("/enter tea", [commands.Enter("tea")]),
        ("/ENTER tea ", [commands.Enter("tea")]),
        ("/leave", [commands.Leave()]),
        ("/leave tea", [commands.Leave("tea")]),
        ("/part", [commands.Leave()]),
        ("/2", [Switch(2)]),
        ("/12", [Switch(12)]),
        ("/help", [HELP]),
        ("/join tea", [commands.Move("tea")]),
        ("QUIT", [commands.Quit("quit")]),
        ("one\ntwo", [commands.Say("one\ntwo")]),
        ("\none  \r\n\n  two\n\n", [commands.Say("one\n\n  two")]),
        ("one\n/msg bob two", [commands.Say("one\n/msg bob two")]),
        ("//one\ntwo", [commands.Say("/one\ntwo")]),
        ("/me one\ntwo", [commands.Act("one\ntwo")]),
        ("/join tea\none\ntwo", [commands.Move("tea"), commands.Say("one\ntwo")]),
        ("/1\n/msg bob two", [Switch(1), commands.Tell("bob", "two")]),
    ],
)
def test_what_is_typed(text: str, wanted: list[Typed]) -> None:
    assert read(text) == wanted


@pytest.mark.parametrize("private", ["/msg bob", "/MSG  bob", "/w bob", "/tell bob"])
@pytest.mark.parametrize("between", [" ", "\n"])
def test_all_lines_of_a_private_message_are_private(private: str, between: str) -> None:
    assert read(f"{private}{between}one\n/two\n\nthree") == [
        commands.Tell("bob", "one\n/two\n\nthree")
    ]


def test_all_lines_of_a_private_answer_are_private() -> None:
    assert read("/reply one\ntwo") == [commands.Tell(None, "one\ntwo")]


@pytest.mark.parametrize("text", ["/enter", "/enter a b", "/leave a b", "/0", "/wat"])
def test_what_is_no_command_is_answered(text: str) -> None:
    (answer,) = read(text)
    assert isinstance(answer, str)
    assert answer.startswith("Server: ")


def test_after_a_line_that_is_no_command_nothing_of_a_paste_is_said() -> None:
    (answer,) = read("/* a comment */\nint x;")
    assert isinstance(answer, str)


def test_the_help_tells_all_commands() -> None:
    assert HELP.startswith(typed.HELP)
    assert all(f"\n{verb} " in f"\n{HELP}" for verb in VERBS)


def test_a_text_is_shown_below_its_head() -> None:
    assert below("bob: ", "one\n  two\n") == ["bob: one", "    two", "  "]


def test_a_long_text_is_divided_between_lines() -> None:
    text = "\n".join(map(str, range(250)))
    parts = divide(text, 100, 4096)
    assert [part.count("\n") + 1 for part in parts] == [100, 100, 50]
    assert "\n".join(parts) == text
    assert all(len(part) <= 100 for part in divide(text, 100, 100))
    assert "\n".join(divide(text, 100, 100)) == text


def test_a_line_alone_is_never_divided() -> None:
    assert divide("x" * 50, 100, 10) == ["x" * 50]
    assert divide("a\n" + "\u00e9" * 50 + "\nb", 100, 10) == ["a", "\u00e9" * 50, "b"]


def test_a_text_that_just_fits_is_one_message() -> None:
    assert divide("12345\n7890", 100, 10) == ["12345\n7890"]


@pytest.mark.parametrize(
    ("before", "completed"),
    [
        ("/ent", ["/enter "]),
        ("/lea", ["/leave "]),
        ("/leave ", ["/leave den ", "/leave tea "]),
        ("/enter a", ["/enter attic "]),
        ("/bell m", ["/bell mentions"]),
        ("/be", ["/bell "]),
    ],
)
def test_completion_knows_the_commands_for_several_rooms(before: str, completed: list[str]) -> None:
    options = {"/bell": ("off", "mentions", "all")}
    offers = complete(before, ["bob"], ["attic", "tea"], ["tea", "den"], options)
    assert [before.rpartition(" ")[0] + " " * (" " in before) + one for one in offers] == completed
