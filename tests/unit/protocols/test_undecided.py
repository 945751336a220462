"""Which protocol the first bytes select."""

from collections.abc import Callable

import pytest

from chatroom.protocols import Become, Hangup, Protocol, Reply, Request
from chatroom.protocols.http import VERBS, respond
from chatroom.protocols.jsonl import JsonLines
from chatroom.protocols.line import Line
from chatroom.protocols.undecided import Undecided, table
from chatroom.protocols.web.http import Http
from chatroom.vocabulary import commands, events
from tests.browsers import asking, browser

REFUSED = [verb for verb in VERBS if verb not in (b"GET", b"HEAD")]
REQUESTS = [verb + b" / HTTP/1.1\r\nHost: localhost\r\n\r\nann\nhello\n" for verb in REFUSED]
VERB_IDS = [verb.decode() for verb in REFUSED]


def program() -> JsonLines:
    return JsonLines(16384, 4096)


def newcomer(person: Callable[[], Line] = lambda: Line(4096)) -> Undecided:
    return Undecided(table(program, browser), person)


def requests_of(*pieces: bytes) -> list[Request]:
    """What these pieces ask for, by whichever protocol they are for; Become is left out."""
    protocol: Undecided | Line = newcomer()
    found: list[Request] = []
    for piece in pieces:
        for request in protocol.receive(piece):
            if isinstance(request, Become):
                assert isinstance(request.protocol, Line)
                protocol = request.protocol
                continue
            found.append(request)
            if isinstance(request, commands.Join):
                protocol.named()
            if isinstance(request, Hangup):
                return found
    return found


def bytewise(data: bytes) -> list[bytes]:
    return [data[index : index + 1] for index in range(len(data))]


@pytest.mark.parametrize(("verb", "data"), [*zip(REFUSED, REQUESTS, strict=True)], ids=VERB_IDS)
def test_an_http_request_is_answered_and_never_read_as_chat(verb: bytes, data: bytes) -> None:
    assert requests_of(data) == [respond(verb)]


@pytest.mark.parametrize(("verb", "data"), [*zip(REFUSED, REQUESTS, strict=True)], ids=VERB_IDS)
def test_a_dribbled_http_request_is_answered_as_soon_as_its_verb_is_there(
    verb: bytes, data: bytes
) -> None:
    assert requests_of(*bytewise(data)) == [respond(verb)]
    assert requests_of(*bytewise(verb)) == []


@pytest.mark.parametrize("verb", ["GET", "HEAD"])
def test_a_request_that_may_be_answered_makes_a_browser(verb: str) -> None:
    for pieces in ([asking(method=verb)], bytewise(asking(method=verb))):
        protocol: Protocol = newcomer()
        found: list[Request] = []
        for piece in pieces:
            for one in protocol.receive(piece):
                if isinstance(one, Become):
                    protocol = one.protocol
                found.append(one)
        assert isinstance(protocol, Http)
        assert [type(one) for one in found] == [Become, Reply, Hangup]


def test_half_a_head_is_waited_for_through_one_silence_even_if_the_verb_was_late() -> None:
    undecided = newcomer()
    assert list(undecided.receive(b"GE")) == []
    assert list(undecided.silence()) == []
    (become,) = undecided.receive(b"T / HTTP/1.1")
    assert isinstance(become, Become)
    (hangup,) = become.protocol.silence()
    assert isinstance(hangup, Hangup)
    assert hangup.farewell.startswith(b"HTTP/1.1 408 ")


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"\x16\x03\x01\x02\x00\x01\x00", "speaks tls"),
        (b"\x03\x00\x00\x13\x0e\xe0", "speaks remote desktop"),
        (b"\x00\x00\x00\x85\xffSMB", "speaks binary"),
        (b"SSH-2.0-OpenSSH_9.2\r\n", "speaks ssh"),
        (b"PROXY TCP4 192.0.2.1 192.0.2.2 5000 1060\r\nann\r\n", "speaks the proxy protocol"),
        (b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c", "speaks the proxy protocol"),
    ],
    ids=["tls", "rdp", "smb", "ssh", "proxy-1", "proxy-2"],
)
def test_a_stranger_to_the_chat_is_closed_without_a_word(data: bytes, reason: str) -> None:
    assert requests_of(data) == [Hangup(reason)]
    assert requests_of(*bytewise(data)) == [Hangup(reason)]


@pytest.mark.parametrize(
    "name",
    [
        "ann",
        "GET",
        "PROXY",
        "HTTP",
        "Host",
        "POSTER",
        "Put",
        "get it",
        "SSH",
        "G",
        "P",
        "S",
        "PUTS",
        "NICK",
        "\u00fc",
    ],
)
def test_anything_else_is_a_person(name: str) -> None:
    expected = [commands.Greet(), commands.Join(name)]
    data = f"{name}\n".encode()
    assert requests_of(data) == expected
    assert requests_of(*bytewise(data)) == expected


@pytest.mark.parametrize("name", ["ann", "GET", "PO", "S", "SSH"])
def test_an_unterminated_name_is_one_at_the_end_of_input(name: str) -> None:
    expected = [commands.Greet(), commands.Join(name), commands.Quit("end of input")]
    assert requests_of(name.encode(), b"") == expected


def test_an_end_of_input_without_any_is_no_person() -> None:
    assert requests_of(b"") == [commands.Quit("end of input")]


def test_silence_makes_a_person_and_greets_them() -> None:
    line = Line(4096)
    assert list(newcomer(lambda: line).silence()) == [Become(line), commands.Greet()]


@pytest.mark.parametrize(
    "request_line",
    ["FOO / HTTP/1.1", "post / HTTP/1.1", "POST\t/ HTTP/1.1", "POST\t/", "get / http/1.0"],
)
def test_a_request_of_an_unknown_or_misspelt_verb_is_no_chat(request_line: str) -> None:
    data = f"{request_line}\r\nHost: x\r\n\r\nann\r\nhello\r\n".encode()
    for pieces in ([data], bytewise(data)):
        assert requests_of(*pieces) == [respond(b"POST")]


@pytest.mark.parametrize(
    "first",
    [
        *("FOO / HTTP/1.1", "post / HTTP/1.1", "POST\t/ HTTP/1.1", "POST /a b HTTP/2"),
        *("host: x", "bob smith", "x" * 5000),
    ],
    ids=lambda first: first[:20],
)
def test_a_request_of_somebody_who_was_greeted_is_no_chat(first: str) -> None:
    become, *_ = newcomer().silence()
    assert isinstance(become, Become)
    data = f"{first}\r\nHost: x\r\n\r\nann\r\nhello\r\n".encode()
    found: list[Request] = []
    for request in become.protocol.receive(data):
        found.append(request)
        if isinstance(request, Hangup):
            break
    assert found[-1] == respond(b"POST")
    assert commands.Join("ann") not in found


def test_a_proxy_that_speaks_late_is_closed() -> None:
    become, *_ = newcomer().silence()
    assert isinstance(become, Become)
    hangup = next(become.protocol.receive(b"PROXY UNKNOWN\r\nann\r\n"))
    assert hangup == Hangup("speaks the proxy protocol")


@pytest.mark.parametrize("half", [b"G", b"POS", b"POST", b"SSH", b"\x16", b"\0"], ids=repr)
def test_half_a_verb_is_waited_for_through_one_silence_and_not_another(half: bytes) -> None:
    undecided = newcomer()
    assert list(undecided.receive(half)) == []
    assert list(undecided.silence()) == []
    assert list(undecided.silence()) == [Hangup("half a request")]


def test_a_verb_that_was_interrupted_by_silence_is_still_a_verb() -> None:
    undecided = newcomer()
    list(undecided.receive(b"POS"))
    list(undecided.silence())
    assert list(undecided.receive(b"T / HTTP/1.1\r\n")) == [respond(b"POST")]


@pytest.mark.parametrize("text", ["GET / HTTP/1.1", "POST /", "SSH-2.0", "{", "NICK x"])
def test_what_looks_like_another_protocol_after_the_name_is_a_message(text: str) -> None:
    expected = [commands.Greet(), commands.Join("ann"), commands.Say(text)]
    assert requests_of(b"ann\n", f"{text}\n".encode()) == expected
    assert requests_of(f"ann\n{text}\n".encode()) == expected


@pytest.mark.parametrize("text", ["GET me a tea", "SSH-2.0"])
def test_a_person_who_was_greeted_is_a_person_whatever_they_type(text: str) -> None:
    undecided = newcomer()
    become, _ = undecided.silence()
    assert isinstance(become, Become)
    assert list(become.protocol.receive(f"{text}\n".encode())) == [commands.Join(text)]


def test_empty_lines_before_a_request_make_it_no_chat() -> None:
    request = b"POST / HTTP/1.1\r\n\r\nann\r\nhello\r\n"
    assert requests_of(b"\r\n\n" + request) == [respond(b"POST")]
    assert requests_of(b"\r", b"\n", b"P", b"OST ") == [respond(b"POST")]


def test_empty_lines_and_then_silence_are_a_person() -> None:
    line = Line(4096)
    undecided = newcomer(lambda: line)
    assert list(undecided.receive(b"\n")) == []
    assert list(undecided.silence())[:2] == [Become(line), commands.Greet()]


def test_empty_lines_without_end_are_a_person() -> None:
    assert requests_of(b"\n" * 65)[0] == commands.Greet()


def test_a_request_on_a_connection_that_was_greeted_is_no_chat() -> None:
    undecided = newcomer()
    become, _ = undecided.silence()
    assert isinstance(become, Become)
    data = b"POST / HTTP/1.1\r\nHost: x\r\n\r\nann\r\nhello\r\n"
    (hangup,) = list(become.protocol.receive(data))[:1]
    assert hangup == respond(b"POST")


def test_an_undecided_peer_is_spoken_to_as_a_person() -> None:
    line = Line(4096)
    undecided = newcomer()
    farewell = events.Closing("no-name", "The chatroom is full.")
    assert (
        undecided.dialect.encode(farewell)
        == line.dialect.encode(farewell)
        == b"Server: The chatroom is full.\n"
    )
    assert undecided.dialect == line.dialect
    undecided.named()


def test_no_protocol_is_made_before_the_first_bytes_have_decided() -> None:
    made: list[str] = []

    def make_program() -> JsonLines:
        made.append("program")
        return program()

    def make_person() -> Line:
        made.append("person")
        return Line(4096, make_program)

    for data, expected in ((b"\r\nGE", []), (b"{", ["program"]), (b"ann\n", ["person"])):
        made.clear()
        list(Undecided(table(make_program, browser), make_person).receive(data))
        assert made == expected


def test_no_prefix_in_the_table_is_the_beginning_of_another() -> None:
    prefixes = list(table(program, browser))
    for prefix in prefixes:
        assert [other for other in prefixes if other.startswith(prefix)] == [prefix]


@pytest.mark.parametrize("count", [64, 65, 200])
def test_how_line_endings_before_a_brace_were_cut_makes_no_difference(count: int) -> None:
    data = b"\n" * count + JOIN
    joins = [commands.Join("ann")]
    for pieces in ([data], bytewise(data), [b"\n" * count, JOIN]):
        requests: list[Request] = []
        protocol: Protocol = newcomer(lambda: Line(4096, program))
        for piece in pieces:
            for request in protocol.receive(piece):
                if isinstance(request, Become):
                    protocol = request.protocol
                requests.append(request)
        assert isinstance(protocol, JsonLines)
        assert [request for request in requests if request in joins] == joins
        assert (commands.Greet() in requests) == (count > 64)


@pytest.mark.parametrize("before", [b"", b"\n", b"\r\n\n"], ids=repr)
def test_a_brace_is_a_program(before: bytes) -> None:
    undecided = newcomer()
    become, *requests = undecided.receive(before + b'{"type":"join","name":"ann"}\n')
    assert isinstance(become, Become)
    assert isinstance(become.protocol, JsonLines)
    assert requests == [commands.Join("ann")]


def test_a_brace_alone_is_enough() -> None:
    (become,) = newcomer().receive(b"{")
    assert isinstance(become, Become)
    assert isinstance(become.protocol, JsonLines)


JOIN = b'{"type":"join","name":"ann"}\n'


def greeted() -> tuple[Line, JsonLines]:
    """A person, and the program that they may turn out to be."""
    turned_out = program()
    line = Line(4096, lambda: turned_out)
    assert list(line.silence()) == [commands.Greet()]
    return line, turned_out


def test_a_brace_makes_a_program_of_whoever_was_greeted_on_a_line_of_its_own() -> None:
    line, program = greeted()
    expected = [Reply(b"\n"), Become(program), commands.Join("ann")]
    assert list(line.receive(JOIN)) == expected


def test_a_brace_alone_makes_a_program_before_its_line_ends() -> None:
    line, program = greeted()
    assert list(line.receive(b"{")) == [Reply(b"\n"), Become(program)]
    assert list(program.receive(JOIN[1:])) == [commands.Join("ann")]


def test_a_brace_after_a_name_that_was_refused_makes_a_program_whatever_follows() -> None:
    line, program = greeted()
    say = b'{"type":"say","text":"' + b"x" * 4080 + b'"}\n'
    found = list(line.receive(b"\nserver\n" + JOIN + say + b'{"type":'))
    assert found[:4] == [
        Reply(b"Your name: "),
        commands.Join("server"),
        Reply(b"\n"),
        Become(program),
    ]
    assert found[4:] == [commands.Join("ann"), commands.Say("x" * 4080)]
    assert list(program.receive(b'"quit"}\n')) == [commands.Quit("quit")]


@pytest.mark.parametrize("pieces", [[b" {\n"], [b"a{\n"], [b"a", b"{\n"]], ids=repr)
def test_a_brace_within_a_line_makes_no_program(pieces: list[bytes]) -> None:
    line, _ = greeted()
    requests = [request for piece in pieces for request in line.receive(piece)]
    assert [type(request) for request in requests] == [commands.Join]


def test_whoever_has_a_name_may_say_a_brace() -> None:
    line, _ = greeted()
    list(line.receive(b"ann\n"))
    line.named()
    assert list(line.receive(JOIN)) == [commands.Say(JOIN.decode().rstrip())]


def test_a_name_and_then_a_brace_at_once_is_a_person_who_says_it() -> None:
    line, _ = greeted()
    found: list[Request] = []
    for request in line.receive(b"ann\n{\n"):
        found.append(request)
        line.named()
    assert found == [commands.Join("ann"), commands.Say("{")]
