"""What people type, and the commands that it becomes."""

from collections.abc import Iterator

import pytest

from chatroom.protocols import Reply, Request
from chatroom.protocols.line import Line
from chatroom.protocols.typed import HELP, parse
from chatroom.vocabulary import commands, events

LIMIT = 4096


def newcomer() -> Line:
    """Somebody who has been greeted and has no name yet."""
    line = Line(LIMIT)
    assert list(line.silence()) == [commands.Greet()]
    return line


def member(first: bytes = b"ann\n") -> Line:
    line = newcomer()
    assert list(line.receive(first)) == [commands.Join("ann")]
    line.named()
    return line


def typed(data: bytes) -> list[Request]:
    """What a member asks for by typing this."""
    return list(member().receive(data))


def server(text: str) -> list[Request]:
    return [Reply(f"Server: {text}\n".encode())]


@pytest.mark.parametrize(
    ("line", "request_"),
    [
        ("hello", commands.Say("hello")),
        ("  hello", commands.Say("  hello")),
        ("hello  ", commands.Say("hello")),
        ("h\u00fc\u65e5\U0001f600", commands.Say("h\u00fc\u65e5\U0001f600")),
        ("quit", commands.Say("quit")),
        ("QUIT", commands.Quit("quit")),
        ("QUIT ", commands.Quit("quit")),
        ("QUIT now", commands.Say("QUIT now")),
        (" QUIT", commands.Say(" QUIT")),
        ("/quit", commands.Quit("quit")),
        ("/QUIT", commands.Quit("quit")),
        ("//who", commands.Say("/who")),
        ("//", commands.Say("/")),
        ("///", commands.Say("//")),
        (" /who", commands.Say(" /who")),
        ("", Reply(b"")),
        ("   \t", Reply(b"")),
        ("/who", commands.Who()),
        ("/Who", commands.Who()),
        ("/who  ", commands.Who()),
        ("/rooms", commands.Rooms()),
        ("/join tea", commands.Move("tea")),
        ("/join   tea  ", commands.Move("tea")),
        ("/join two words", commands.Move("two words")),
        ("/msg bob hi there", commands.Tell("bob", "hi there")),
        ("/msg  bob   hi  there ", commands.Tell("bob", "hi  there")),
        ("/me waves", commands.Act("waves")),
        ("/nick anna", commands.Rename("anna")),
        ("/ignore bob", commands.Ignore("bob")),
        ("/ignore", commands.Ignore("")),
        ("/stats", commands.Stats()),
        ("/cancel", commands.Cancel()),
        ("/help", Reply(HELP.encode())),
        ("/who tea", commands.Who("tea")),
        ("/reply hi there", commands.Tell(None, "hi there")),
        ("Your name: bob", commands.Say("Your name: bob")),
    ],
)
def test_a_line_asks_for(line: str, request_: Request) -> None:
    assert typed(f"{line}\n".encode()) == [request_]
    assert typed(f"{line}\r\n".encode()) == [request_]


@pytest.mark.parametrize(
    ("line", "usage"),
    [
        ("/join", "/join ROOM"),
        ("/join  ", "/join ROOM"),
        ("/me", "/me TEXT"),
        ("/msg", "/msg NAME TEXT"),
        ("/msg bob", "/msg NAME TEXT"),
        ("/msg bob  ", "/msg NAME TEXT"),
        ("/nick", "/nick NAME"),
        ("/nickname", "/nick NAME"),
        ("/w bob", "/msg NAME TEXT"),
        ("/reply", "/reply TEXT"),
        ("/rooms tea", "/rooms"),
        ("/list tea", "/rooms"),
        ("/stats please", "/stats"),
        ("/cancel it", "/cancel"),
        ("/help me", "/help"),
        ("/quit it", "/quit"),
    ],
)
def test_a_command_with_too_little_or_too_much_is_answered_with_its_usage(
    line: str, usage: str
) -> None:
    assert typed(f"{line}\n".encode()) == server(f"Usage: {usage}")


@pytest.mark.parametrize(
    ("line", "nearest"),
    [
        ("/whoo", "/who"),
        ("/hlep", "/help"),
        ("/romos", "/rooms"),
        ("/jion tea", "/join"),
        ("/NIKC x", "/nick"),
        ("/kick bob", "/nick"),
        ("/mgs bob hi", "/msg"),
        ("/ignroe bob", "/ignore"),
        ("/em waves", "/me"),
        ("/satts", "/stats"),
    ],
)
def test_an_unknown_command_is_answered_with_the_nearest_known_one(line: str, nearest: str) -> None:
    expected = server(f"There is no such command; did you mean {nearest}?")
    assert typed(f"{line}\n".encode()) == expected


@pytest.mark.parametrize(
    ("alias", "verb"),
    [
        ("/w bob hi", "/msg bob hi"),
        ("/tell bob hi", "/msg bob hi"),
        ("/Whisper bob hi", "/msg bob hi"),
        ("/r hi there", "/reply hi there"),
        ("/R hi", "/reply hi"),
        ("/names tea", "/who tea"),
        ("/list", "/rooms"),
        ("/exit", "/quit"),
        ("/leave", "/quit"),
        ("/part", "/quit"),
        ("/bye", "/quit"),
        ("/nickname x", "/nick x"),
        ("/?", "/help"),
        ("/h", "/help"),
    ],
)
def test_what_people_try_who_come_from_other_chats_works(alias: str, verb: str) -> None:
    assert typed(f"{alias}\n".encode()) == typed(f"{verb}\n".encode())
    assert not isinstance(parse(alias), str) or parse(alias) == HELP


@pytest.mark.parametrize("line", ["/QIUT", "/quti", "/exti", "/weather", "/ab", "/xyo", "/"])
def test_what_is_far_from_all_commands_or_near_to_leaving_gets_no_suggestion(line: str) -> None:
    expected = server("There is no such command; /help lists the commands.")
    assert typed(f"{line}\n".encode()) == expected


@pytest.mark.parametrize("line", ["/xyzzy", "/\x1b[2J", "/\u202e", "/" + "z" * 4000])
def test_an_unknown_command_like_no_other_is_answered_with_where_they_are_listed(line: str) -> None:
    expected = server("There is no such command; /help lists the commands.")
    assert typed(f"{line}\n".encode()) == expected


def test_the_help_names_every_command() -> None:
    for command in ("/who", "/rooms", "/join ROOM", "/msg NAME TEXT", "/me TEXT", "/nick NAME"):
        assert command in HELP
    for command in ("/ignore [NAME]", "/stats", "/quit", "QUIT", "//", "/reply TEXT", "/cancel"):
        assert command in HELP


# --- the first line ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "request_"),
    [
        ("ann", commands.Join("ann")),
        ("  ann  ", commands.Join("ann")),
        ("ann\r", commands.Join("ann")),
        ("two words", commands.Join("two words")),
        ("/who", commands.Join("/who")),
        ("QUIT", commands.Quit("quit")),
        (" QUIT ", commands.Quit("quit")),
        ("/quit", commands.Quit("quit")),
        ("/bye", commands.Quit("quit")),
        ("", Reply(b"Your name: ")),
        ("  ", Reply(b"Your name: ")),
    ],
)
def test_the_first_line_is_a_name(line: str, request_: Request) -> None:
    line_client = newcomer()
    (request,) = line_client.receive(f"{line}\n".encode())
    if isinstance(request, Reply):
        request = Reply(request.data.replace(b"\r\n", b"\n"))
    assert request == request_


def test_lines_are_names_until_one_is_accepted() -> None:
    line = newcomer()
    found = []
    for request in line.receive(b"bob\nann\nhello\n"):
        found.append(request)
        if request == commands.Join("ann"):
            line.named()
    assert found == [commands.Join("bob"), commands.Join("ann"), commands.Say("hello")]


def test_whoever_types_first_is_greeted_before_their_name_is_decided() -> None:
    assert list(Line(LIMIT).receive(b"ann\n")) == [commands.Greet(), commands.Join("ann")]


def test_a_byte_order_mark_before_the_name_is_no_part_of_it() -> None:
    assert list(newcomer().receive("\ufeffann\n".encode())) == [commands.Join("ann")]


def test_half_a_line_does_not_greet_yet() -> None:
    assert list(Line(LIMIT).receive(b"an")) == []


# --- endings ----------------------------------------------------------------------------------


def test_a_peer_that_sends_crlf_is_answered_in_crlf() -> None:
    line = member(b"ann\r\n")
    assert line.dialect.key == "line, CR LF"
    assert line.dialect.encode(events.Notice("hi")) == b"Server: hi\r\n"
    (reply,) = line.receive(b"/help\r\n")
    assert reply == Reply(HELP.replace("\n", "\r\n").encode())


def test_a_peer_that_sends_lf_is_answered_in_lf() -> None:
    line = member(b"ann\n")
    assert line.dialect.key == "line, LF"
    assert line.dialect.encode(events.Notice("hi")) == b"Server: hi\n"


def test_the_first_line_decides_the_ending() -> None:
    line = member(b"ann\n")
    list(line.receive(b"hello\r\n"))
    assert line.dialect.key == "line, LF"


def test_peers_with_the_same_ending_share_a_dialect() -> None:
    assert member().dialect == member().dialect
    assert member().dialect != member(b"ann\r\n").dialect
    assert not member().dialect.receipts


@pytest.mark.parametrize("ending", [b"\n", b"\r\n"], ids=["lf", "crlf"])
@pytest.mark.parametrize("cut", range(4), ids="cut-before-{}".format)
def test_the_ending_is_known_after_a_first_line_that_was_too_long_however_it_was_cut(
    ending: bytes, cut: int
) -> None:
    data = b"x" * 5000 + ending + b"ann" + ending
    line = newcomer()
    where = len(b"x" * 5000) + cut
    for piece in (data[:where], data[where:]):
        list(line.receive(piece))
    ending_of = {b"\n": "LF", b"\r\n": "CR LF"}
    assert line.dialect.key == f"line, {ending_of[ending]}"


# --- what is hard to read ---------------------------------------------------------------------

TOO_LONG = b"Server: That line has more than 4096 bytes; it was not sent.\n"


def test_a_line_that_is_too_long_is_refused_and_the_rest_lives_on() -> None:
    data = b"before\n" + b"x" * 5000 + b"\nafter\n"
    expected = [commands.Say("before"), Reply(TOO_LONG), commands.Say("after")]
    assert typed(data) == expected


def test_a_first_line_that_is_too_long_is_refused_and_a_name_is_asked_for_again() -> None:
    line = newcomer()
    found = list(line.receive(b"x" * 5000 + b"\nann\n"))
    assert found == [Reply(TOO_LONG + b"Your name: "), commands.Join("ann")]


def test_a_line_of_4096_bytes_is_said() -> None:
    assert typed(b"x" * 4096 + b"\n") == [commands.Say("x" * 4096)]
    assert typed("\u00fc".encode() * 2048 + b"\r\n") == [commands.Say("\u00fc" * 2048)]
    assert typed(b"x" * 4097 + b"\n") == [Reply(TOO_LONG)]


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"a\xc3b", "a\ufffdb"),
        (b"\xe9t\xe9", "\ufffdt\ufffd"),
        (b"a\xed\xa0\x80b", "a\ufffd\ufffd\ufffdb"),
        (b"a\xffb", "a\ufffdb"),
        (b"a\xc0\x80b", "a\ufffd\ufffdb"),
        (b"\xf0\x9f\x98", "\ufffd"),
    ],
    ids=repr,
)
def test_invalid_utf_8_becomes_the_replacement_character(data: bytes, text: str) -> None:
    assert typed(data + b"\n") == [commands.Say(text)]


def test_a_character_that_is_cut_in_two_is_whole_again() -> None:
    data = "h\u00fc\u65e5\U0001f600\n".encode()
    for cut in range(1, len(data)):
        line = member()
        found = [*line.receive(data[:cut]), *line.receive(data[cut:])]
        assert found == [commands.Say("h\u00fc\u65e5\U0001f600")]


# --- leaving ----------------------------------------------------------------------------------


def test_an_unterminated_last_line_counts_as_a_line() -> None:
    line = member()
    found = [*line.receive(b"hello\nbye"), *line.receive(b"")]
    assert found == [commands.Say("hello"), commands.Say("bye"), commands.Quit("end of input")]


def test_an_unterminated_first_line_is_a_name() -> None:
    line = newcomer()
    found = [*line.receive(b"ann"), *line.receive(b"")]
    assert found == [commands.Join("ann"), commands.Quit("end of input")]


def test_an_unterminated_line_that_was_too_long_is_not_said() -> None:
    line = member()
    found = [*line.receive(b"x" * 5000), *line.receive(b"")]
    assert found == [Reply(TOO_LONG), commands.Quit("end of input")]


def test_an_interrupt_of_telnet_means_to_leave() -> None:
    assert typed(b"hello\nhalf\xff\xf4\xff\xfd\x06more\n") == [
        commands.Say("hello"),
        commands.Quit("interrupt"),
    ]


def test_negotiations_of_telnet_are_taken_out() -> None:
    line = newcomer()
    assert list(line.receive(b"\xff\xfd\x03\xff\xfb\x18\xff\xfb\x1f")) == []
    assert list(line.receive(b"a\xff\xf1nn\r\n")) == [commands.Join("ann")]
    assert line.dialect.key == "line, CR LF"


# --- a pipe whose name is not free ------------------------------------------------------------

TAKEN = events.NameRefused("name-taken", "The name bot is taken.")


class Newcomers:
    """What a visitor asks for and is answered, when only one name can be had."""

    def __init__(self, free: str, code: str = "name-taken") -> None:
        self.line = newcomer()
        self.free = free
        self.code = code
        self.answers = b""

    def ask(self, *pieces: bytes) -> list[Request]:
        return [request for piece in pieces for request in self._consume(piece)]

    def _consume(self, piece: bytes) -> Iterator[Request]:
        for request in self.line.receive(piece):
            yield request
            if isinstance(request, Reply):
                self.answers += request.data
            elif request == commands.Join(self.free):
                self.line.named()
            elif isinstance(request, commands.Join):
                refused = events.NameRefused(self.code, f"The name {request.name} is taken.")
                self.answers += self.line.answer(refused, None)


def test_a_pipe_whose_name_is_taken_gets_the_next_number_and_is_told_once() -> None:
    pipe = Newcomers("bot3")
    assert pipe.ask(b"bot\r\nthe build is done\r\n", b"") == [
        *(commands.Join("bot"), commands.Join("bot2"), commands.Join("bot3")),
        *(commands.Say("the build is done"), commands.Quit("end of input")),
    ]
    assert pipe.answers == b"The name bot is taken.\r\n"


def test_a_last_line_without_an_ending_makes_a_pipe_as_well() -> None:
    pipe = Newcomers("bot2", "name-held")
    assert pipe.ask(b"bot\nthe build is done", b"")[:3] == [
        *(commands.Join("bot"), commands.Join("bot2"), commands.Say("the build is done")),
    ]


@pytest.mark.parametrize("pieces", [[b"bot\n", b"x\n"], [b"bot\r\n\r\n"], [b"bot\n"]], ids=repr)
def test_a_person_whose_name_is_taken_is_asked_again(pieces: list[bytes]) -> None:
    person = Newcomers("none")
    assert commands.Join("bot2") not in person.ask(*pieces)
    question = person.line.dialect.encode(TAKEN)
    assert question.endswith(b"Your name: ")
    assert person.answers.startswith(question)


def test_a_pipe_whose_name_is_no_name_is_asked_again() -> None:
    pipe = Newcomers("good", "bad-name")
    assert pipe.ask(b"Server\ngood\nhello\n") == [
        *(commands.Join("Server"), commands.Join("good"), commands.Say("hello")),
    ]


def test_a_pipe_for_which_there_is_no_name_is_asked_again() -> None:
    pipe = Newcomers("none")
    tried = pipe.ask(b"bot\nhello\n")
    assert tried[-2:] == [commands.Join("bot99"), commands.Join("hello")]
    assert pipe.answers.endswith(b"Your name: ")
