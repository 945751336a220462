"""The tutorial's own client, which has no framing."""

from dataclasses import replace
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatroom.protocols import Become, Hangup, Reply, Request
from chatroom.protocols.line import Line
from chatroom.protocols.tutorial import Tutorial, arrange, introduction
from chatroom.vocabulary import commands, events

SENTENCE = b"Server: ann has joined the chat. Say hi!"
LIMIT = 4096


def member(name: str = "ann") -> Tutorial:
    tutorial = Tutorial(name, LIMIT)
    requests = tutorial.join()
    assert next(requests) == commands.Join(name)
    tutorial.named()
    assert list(requests) == []
    return tutorial


def sent(piece: str, name: str = "ann") -> list[Request]:
    return list(member(name).receive(piece.encode()))


# --- becoming one ---------------------------------------------------------------------------------


def test_a_person_whose_pending_bytes_are_the_sentence_becomes_one() -> None:
    line = Line(LIMIT)
    list(line.silence())
    become, join = [request for _, request in zip(range(2), line.receive(SENTENCE), strict=False)]
    assert isinstance(become, Become)
    assert isinstance(become.protocol, Tutorial)
    assert join == commands.Join("ann")


def test_the_sentence_may_come_in_pieces() -> None:
    line = Line(LIMIT)
    assert list(line.receive(SENTENCE[:20])) == []
    assert isinstance(next(iter(line.receive(SENTENCE[20:]))), Become)


@pytest.mark.parametrize(
    "data",
    [SENTENCE + b"\n", SENTENCE + b"\r\n", SENTENCE[:-1], b" " + SENTENCE, SENTENCE + b"!"],
)
def test_anything_else_is_a_person(data: bytes) -> None:
    requests = Line(LIMIT).receive(data)
    assert not any(isinstance(request, Become) for request in requests)


def test_a_member_who_says_the_sentence_has_said_it() -> None:
    line = Line(LIMIT)
    list(line.receive(b"bob\n"))
    line.named()
    assert list(line.receive(SENTENCE)) == []
    assert list(line.receive(b"\n")) == [commands.Say(SENTENCE.decode())]


@pytest.mark.parametrize(
    ("pending", "found"),
    [
        (SENTENCE, ("ann", b"")),
        (SENTENCE + b"ann: hello", ("ann", b"ann: hello")),
        (SENTENCE + b"bob: hello", None),
        (b"Server: Ann Lee has joined the chat. Say hi!", ("Ann Lee", b"")),
        (b"Server:  has joined the chat. Say hi!", ("", b"")),
        (b"Server: a\nb has joined the chat. Say hi!", None),
        (b"Server: " + b"a" * 65 + b" has joined the chat. Say hi!", None),
        (b"", None),
    ],
)
def test_the_name_is_read_from_the_sentence(
    pending: bytes, found: tuple[str, bytes] | None
) -> None:
    assert introduction(pending) == found


def test_a_first_message_may_come_together_with_the_sentence() -> None:
    line = Line(LIMIT)
    list(line.silence())
    requests = []
    for request in line.receive(SENTENCE + b"ann: hello"):
        requests.append(request)
        if isinstance(request, Become):
            tutorial = request.protocol
        elif isinstance(request, commands.Join):
            tutorial.named()
    assert requests[1:] == [commands.Join("ann"), commands.Say("hello")]


def test_a_taken_name_is_followed_by_others_until_one_is_free() -> None:
    tutorial = Tutorial("ann", LIMIT)
    names = []
    for request in tutorial.join():
        assert isinstance(request, commands.Join)
        names.append(request.name)
        if request.name == "ann3":
            tutorial.named()
    assert names == ["ann", "ann2", "ann3"]


@pytest.mark.parametrize(
    ("wanted", "next_ones"),
    [
        ("Ann Lee", ["Ann_Lee", "Ann_Lee2"]),
        ("x" * 40, ["x" * 32, "x" * 30 + "2"]),
        ("!!", ["guest", "guest2"]),
        ("", ["guest", "guest2"]),
        ("M\u00fcller", ["M_ller", "M_ller2"]),
        ("ann", ["ann2", "ann3"]),
    ],
)
def test_a_name_that_cannot_be_had_becomes_one_that_can(wanted: str, next_ones: list[str]) -> None:
    requests = list(islice(Tutorial(wanted, LIMIT).join(), 3))
    assert requests == [commands.Join(name) for name in (wanted, *next_ones)]


def test_whose_name_cannot_be_had_at_all_is_a_guest_and_hears_of_it_once() -> None:
    tutorial = Tutorial("Server", LIMIT)
    told = b""
    for request in tutorial.join():
        assert isinstance(request, commands.Join)
        if request.name == "guest":
            tutorial.named()
        else:
            refused = f"The name {request.name} is reserved."
            told += tutorial.answer(events.NameRefused("name-reserved", refused), None)
    assert told == b"The name Server is reserved.\n"


def test_when_no_name_is_free_it_is_over() -> None:
    *joins, last = Tutorial("ann", LIMIT).join()
    assert len(joins) < 120
    assert isinstance(last, Hangup)


# --- what it sends --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("piece", "requests"),
    [
        ("ann: hello", [commands.Say("hello")]),
        ("ann: hello\n", [commands.Say("hello"), Reply(b"")]),
        ("hello", [commands.Say("hello")]),
        ("ann: oneann: two", [commands.Say("one"), commands.Say("two")]),
        ("ann: I said ann: hello", [commands.Say("I said ann: hello")]),
        ("ann: bob: hi", [commands.Say("bob: hi")]),
        ("bob: hi", [commands.Say("bob: hi")]),
        ("Server: bob has left the chat.", [commands.Say("Server: bob has left the chat.")]),
        ("ann: /who", [commands.Who()]),
        ("ann: ", []),
        ("Server: ann has left the chat.", [commands.Quit("quit")]),
        ("ann: byeServer: ann has left the chat.", [commands.Say("bye"), commands.Quit("quit")]),
    ],
)
def test_a_piece_is_what_it_says(piece: str, requests: list[Request]) -> None:
    assert sent(piece) == requests


def test_its_name_is_the_one_it_calls_itself_whatever_the_server_calls_it() -> None:
    tutorial = Tutorial("ann", LIMIT)
    for request in tutorial.join():
        if request == commands.Join("ann2"):
            tutorial.named()
    assert list(tutorial.receive(b"ann: hi")) == [commands.Say("hi")]


@pytest.mark.parametrize("text", ["please note: 10 o'clock", "tie: one", "e: e: e"])
def test_a_name_that_may_end_a_word_cuts_nothing(text: str) -> None:
    assert sent(f"e: {text}", name="e") == [commands.Say(text)]


def test_a_name_with_signs_of_a_pattern_in_it_is_only_a_name() -> None:
    assert sent("a.*b: hi", name="a.*b") == [commands.Say("hi")]


def test_a_piece_that_is_too_long_is_refused_with_a_word() -> None:
    (reply,) = sent("ann: " + "x" * (LIMIT + 1))
    assert isinstance(reply, Reply)
    assert b"more than 4096 bytes" in reply.data


def test_the_end_of_input_is_the_end() -> None:
    assert sent("") == [commands.Quit("end of input")]


# --- what it gets ---------------------------------------------------------------------------------


def test_it_gets_ascii() -> None:
    said = events.Said(1, "lobby", "\u00e5sa", "caf\u00e9 \U0001f600", 0.0)
    assert member().dialect.encode(said) == b"?sa: caf? ?\n"


def test_a_long_message_comes_in_several_that_are_short_enough() -> None:
    text = "".join(f"{number:04}" for number in range(1000))
    lines = member().dialect.encode(events.Said(1, "lobby", "bob", text, 0.0)).split(b"\n")
    assert lines.pop() == b""
    assert max(map(len, lines)) <= 1024
    assert "".join(line.decode().removeprefix("bob: ") for line in lines) == text
    assert all(line.startswith(b"bob: ") for line in lines)


@pytest.mark.parametrize(
    ("event", "start"),
    [
        (events.Said(1, "lobby", "bob", "", 0.0), "bob: "),
        (events.Acted(1, "lobby", "bob", "", 0.0), "* bob "),
        (events.Told("bob", "ann", "", 0.0), "[private] bob: "),
    ],
    ids=["said", "acted", "told"],
)
@pytest.mark.parametrize(
    "text",
    ["ann: I agree", "x" * (1024 - 6) + "ann: I agree" * 200, "a: " + "x" * 2000],
    ids=["line", "block", "colon"],
)
def test_every_line_and_every_part_of_it_begins_with_whose_it_is(
    event: events.Said | events.Acted | events.Told, start: str, text: str
) -> None:
    lines = member().dialect.encode(replace(event, text=f"{text}\n{text}")).decode().split("\n")
    assert lines.pop() == ""
    assert all(line.startswith(start) for line in lines)
    assert "".join(line.removeprefix(start) for line in lines) == text * 2


def test_a_message_stays_one_whatever_breaks_lines_elsewhere() -> None:
    text = "ann: one\rtwo\x0bthree\u2028four"
    assert sent(text) == [commands.Say("one two three four")]


def test_it_is_not_asked_for_a_name_again() -> None:
    refused = events.NameRefused("name-taken", "The name ann is taken.")
    assert member().dialect.encode(refused) == b"The name ann is taken.\n"


def shown(*ticks: list[bytes]) -> list[str]:
    """What it prints, when each tick's writes have arrived before it reads."""
    prints = []
    for writes in ticks:
        stream = b""
        for data in writes:
            stream += arrange(data, len(stream))
        while stream:
            prints.append(stream[:1024].decode("ascii"))  # one recv
            stream = stream[1024:]
    return [line for text in prints for line in text.split("\n")]


def test_line_ends_are_between_events_and_not_behind_them() -> None:
    assert arrange(b"one\ntwo\n", 0) == b"one\ntwo"
    assert arrange(b"three\n", 7) == b"\nthree"
    assert shown([b"one\n", b"two\nthree\n"], [b"four\n"]) == ["one", "two", "three", "four"]


LINES = st.lists(st.integers(1, 1024).map(lambda size: b"x" * (size - 1) + b"\n"), max_size=12)


@given(st.lists(LINES.map(lambda lines: [b"".join(lines)] if lines else []), max_size=3))
def test_no_line_is_shown_in_two_whatever_the_lengths(ticks: list[list[bytes]]) -> None:
    lines = [line for writes in ticks for data in writes for line in data.decode().split("\n")]
    assert [line for line in shown(*ticks) if line] == [line for line in lines if line]


def test_a_long_start_is_not_repeated_in_every_part() -> None:
    text = "a" * 600 + ": " + "b" * 1000
    parts = member().dialect.encode(events.Notice(text)).split(b"\n")
    assert b"".join(parts) == b"Server: " + text.encode() or len(parts) < 5


@given(st.text(st.characters(exclude_characters="\r\n\0"), max_size=3000), st.integers(0, 40))
def test_no_message_is_longer_than_it_reads_at_once(text: str, name_length: int) -> None:
    said = events.Said(1, "lobby", "n" * name_length, text.replace("\x85", ""), 0.0)
    data = member().dialect.encode(said)
    assert data.isascii()
    assert max(map(len, data.split(b"\n"))) <= 1024
