"""One visitor, from connecting to leaving: what they see, when, and how fast they may send."""

import socket
import struct
from collections.abc import Callable

import pytest
from world import Visitor, World

from chatroom.protocols.line import Line
from chatroom.server.throttle import Tokens
from chatroom.settings import Settings

WELCOME = "Welcome to the chatroom. Nobody else is here yet.\n"
PROMPT = "Your name: "
SET = "All set, ann! Leave anytime by typing QUIT; /help lists the commands.\n"


def talk(*texts: object) -> str:
    return "".join(f"{text}\n" for text in texts)


def said(name: str, *texts: object) -> str:
    """What others see when somebody says these."""
    return "".join(f"{name}: {text}\n" for text in texts)


@pytest.fixture
def free_world(make_world: Callable[..., World]) -> World:
    """A world in which everybody may talk as fast as they like."""
    return make_world(rate=0.0)


# --- being greeted -----------------------------------------------------------------------------


def test_silence_is_greeted_after_a_quarter_of_a_second_and_not_before(world: World) -> None:
    visitor = world.visitor()
    world.later(0.249)
    assert visitor.text() == ""
    world.later(0.001)
    world.tick()
    assert visitor.text() == WELCOME + PROMPT


def test_whoever_types_first_is_greeted_at_once(world: World) -> None:
    visitor = world.visitor()
    visitor.send("ann\n")
    world.tick()
    assert visitor.text() == WELCOME + PROMPT + SET


def test_nobody_is_greeted_twice(world: World) -> None:
    typed = world.member("ann")
    silent = world.visitor()
    world.later(0.25)
    assert silent.text().endswith("1 person is here: ann\n" + PROMPT)
    silent.send("bob\n")
    world.later(0.25)
    assert "Welcome" not in silent.text()
    assert "Welcome" not in typed.text()


def test_half_a_line_does_not_hold_back_the_greeting(world: World) -> None:
    visitor = world.visitor()
    visitor.send("an")
    world.later(0.25)
    world.later(1)
    visitor.send("n\n")
    world.tick()
    assert visitor.text().endswith(PROMPT + SET)


def test_a_name_that_cannot_be_had_is_asked_for_again(world: World) -> None:
    world.member("ann")
    visitor = world.visitor()
    for wrong in ("Ann", "server", "a b"):
        visitor.send(f"{wrong}\n")
        world.tick()
        assert visitor.text().endswith(f".\n{PROMPT}")
    visitor.send("bob\n")
    world.tick()
    assert visitor.text().startswith("All set, bob!")


def test_a_client_of_crlf_is_answered_in_crlf(world: World) -> None:
    visitor = world.visitor()
    visitor.send("ann\r\n")
    world.tick()
    assert visitor.text() == (WELCOME + PROMPT + SET).replace("\n", "\r\n")
    other = world.member("bob")
    visitor.send("hello\r\n")
    other.send("hi\n")
    world.tick()
    assert other.text() == "ann: hello\n"
    assert visitor.text().endswith("bob: hi\r\n")


def test_a_character_cut_in_two_is_put_together(world: World) -> None:
    ann, bob = world.member("ann"), world.member("bob")
    text = "naïve ☕"
    for byte in f"{text}\n".encode():
        ann.send(bytes([byte]))
        world.tick()
    assert bob.text() == said("ann", text)


# --- the time for a name -----------------------------------------------------------------------


def test_without_a_name_a_visitor_has_sixty_seconds(world: World) -> None:
    visitor = world.visitor()
    world.later(0.25)
    world.later(59.749)
    assert visitor.text() == WELCOME + PROMPT
    world.later(0.001)
    assert visitor.text() == "Server: No name was given within 1 min.\n"
    assert visitor.ended
    visitor.close()
    world.tick()
    assert world.metrics.endings == {"gave no name": 1}


@pytest.mark.parametrize("dribble", [b"x", b"\n", b"a b\n"])
def test_dribbled_bytes_do_not_extend_it(world: World, dribble: bytes) -> None:
    visitor = world.visitor()
    world.later(0.25)
    for _ in range(59):
        visitor.send(dribble)
        world.later(1)
        visitor.read()
        assert not visitor.ended
    world.later(0.75)
    assert "No name was given within 1 min." in visitor.text()
    assert visitor.ended


def test_half_an_http_verb_is_waited_for_ten_seconds(world: World) -> None:
    visitor = world.visitor()
    visitor.send("GE")
    world.later(0.25)
    world.later(9.749)
    visitor.read()
    assert not visitor.ended
    world.later(0.001)
    assert visitor.text() == ""
    assert visitor.ended
    visitor.close()
    world.tick()
    assert world.metrics.endings == {"half a request": 1}
    assert world.loop.pending == 0


def test_whoever_has_a_name_may_be_silent_for_ever(world: World) -> None:
    ann = world.member("ann")
    for _ in range(100):
        world.later(1000)
    assert not ann.connection.closing
    assert world.loop.pending == 0


# --- talking too fast --------------------------------------------------------------------------


def test_a_burst_of_twenty_lines_passes_and_then_five_a_second(world: World) -> None:
    ann, bob = world.member("ann"), world.member("bob")
    world.later(100)
    ann.send(talk(*range(100)))
    world.tick()
    assert bob.text() == said("ann", *range(20))
    world.later(0.19)
    assert bob.text() == ""
    world.later(0.01)
    assert bob.text() == said("ann", 20)
    heard = ""
    for _ in range(15):
        world.later(0.2)
        heard += bob.text()
    assert heard == said("ann", *range(21, 36))


def test_the_name_costs_a_line_too(world: World) -> None:
    bob = world.member("bob")
    ann = world.visitor()
    ann.send("ann\n" + talk(*range(30)))
    world.tick()
    assert bob.text() == "Server: ann has joined the chat. Say hi!\n" + said("ann", *range(19))


def test_meanwhile_the_socket_is_not_read_and_nothing_is_lost(world: World) -> None:
    ann, bob = world.member("ann"), world.member("bob")
    world.later(100)
    ann.send(talk(*range(30)))
    world.tick()
    read = ann.server_side.received
    ann.send(talk(*range(30, 50)))
    world.tick(5)
    assert ann.server_side.received == read
    heard = bob.text()
    for _ in range(60):
        world.later(0.5)
        heard += bob.text()
    assert heard == said("ann", *range(50))


def test_tokens_come_back_while_one_is_silent_and_never_more_than_a_burst(world: World) -> None:
    ann, bob = world.member("ann"), world.member("bob")
    for _ in range(3):
        world.later(1000)
        ann.send(talk(*range(25)))
        world.tick()
        assert bob.text() == said("ann", *range(20))
        for _ in range(10):
            world.later(0.2)
        assert bob.text() == said("ann", *range(20, 25))


def test_nobody_else_is_slowed(world: World) -> None:
    ann, bob, cy = (world.member(name) for name in ("ann", "bob", "cy"))
    for peer in (ann, bob, cy):
        peer.read()
    world.later(100)
    ann.send(talk(*range(100)))
    world.tick()
    cy.read()
    bob.send("hello\n")
    world.tick()
    assert cy.text() == "bob: hello\n"


def test_a_slowed_client_still_hears_the_others(world: World) -> None:
    ann, bob = world.member("ann"), world.member("bob")
    world.later(100)
    ann.send(talk(*range(100)))
    bob.send("hello\n")
    world.tick()
    assert ann.text().endswith("bob: hello\n")


def test_a_rate_of_zero_is_no_limit(free_world: World) -> None:
    world = free_world
    ann, bob = world.member("ann"), world.member("bob")
    ann.send(talk(*range(1000)))
    heard = ""
    for _ in range(40):
        world.tick()
        heard += bob.text()
    assert heard == said("ann", *range(1000))


def test_a_tick_handles_32_lines_of_one_client_and_the_rest_in_order(free_world: World) -> None:
    world = free_world
    ann, bob = world.member("ann"), world.member("bob")
    ann.send(talk(*range(80)))
    heard: list[str] = []
    for _ in range(3):
        world.tick()
        heard.append(bob.text())
    assert heard == [
        said("ann", *range(32)),
        said("ann", *range(32, 64)),
        said("ann", *range(64, 80)),
    ]


def test_while_lines_wait_for_the_next_tick_no_more_are_read(free_world: World) -> None:
    world = free_world
    ann, bob = world.member("ann"), world.member("bob")
    ann.send(talk(*range(40)))
    world.tick()
    ann.send(talk("last"))
    read = ann.server_side.received
    heard = bob.text()
    world.tick()
    heard += bob.text()
    assert ann.server_side.received == read
    world.tick(2)
    heard += bob.text()
    assert heard == said("ann", *range(40), "last")


def endless(world: World, ann: Visitor, seconds: int, chunk: bytes) -> int:
    """The bytes that are read of a line without an end, in so many seconds."""
    before = ann.server_side.received
    for _ in range(seconds * 10):
        for _ in range(5):
            while ann.offer(chunk) == len(chunk) == 1 << 16:
                pass
            world.tick()
        world.clock.advance(0.1)
    return ann.server_side.received - before


def test_a_line_without_an_end_is_paid_for(world: World) -> None:
    ann = world.member("ann")
    seconds = 20
    read = endless(world, ann, seconds, b"x" * (1 << 16))
    allowed = (20 + 5 * seconds) * world.settings.max_line + world.settings.recv_bytes
    assert world.settings.recv_bytes < read <= allowed


def test_a_line_without_an_end_is_paid_for_in_small_pieces_as_well(world: World) -> None:
    ann = world.member("ann")
    seconds = 20
    read = endless(world, ann, seconds, b"x" * (world.settings.max_line - 1))
    allowed = (20 + 5 * seconds) * world.settings.max_line + world.settings.recv_bytes
    assert read <= allowed


def test_a_line_that_is_too_long_is_refused_and_what_follows_is_heard(world: World) -> None:
    ann, bob = world.member("ann"), world.member("bob")
    ann.send("x" * 5000 + "\nhello\n")
    world.tick()
    assert "That line has more than 4096 bytes; it was not sent." in ann.text()
    assert bob.text() == said("ann", "hello")


def test_a_bucket_lets_a_burst_through_and_then_its_rate() -> None:
    bucket = Tokens(Settings(rate=5.0, burst_seconds=4.0), 0.0)
    assert [bucket.take(1, 0.0) for _ in range(20)] == [0.0] * 19 + [0.2]
    assert bucket.take(1, 0.2) == pytest.approx(0.2)
    assert bucket.take(10, 0.4) == pytest.approx(2.0)
    assert bucket.take(0, 1000.0) == 0.0
    assert [bucket.take(1, 1000.0) for _ in range(20)][-2:] == [0.0, 0.2]


# --- those who are no people -------------------------------------------------------------------


def test_a_web_page_that_posts_never_becomes_chat(world: World) -> None:
    bob = world.member("bob")
    page = world.visitor()
    page.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 12\r\n\r\nann\nhello all\n")
    world.tick(3)
    head, _, body = page.read().partition(b"\r\n\r\n")
    assert page.ended
    lines = head.split(b"\r\n")
    assert lines[0] == b"HTTP/1.1 405 Method Not Allowed"
    assert b"Connection: close" in lines
    assert b"Content-Length: %d" % len(body) in lines
    page.send("ann\nhello\n")
    world.tick(3)
    assert bob.text() == ""
    assert len(world.hub.roster) == 1
    page.close()
    world.tick()
    assert world.metrics.endings == {"http method refused": 1}


def test_a_request_that_comes_byte_by_byte_is_still_http(world: World) -> None:
    page = world.visitor()
    for byte in b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n":
        page.offer(bytes([byte]))
        world.later(0.2)
    assert page.read().startswith(b"HTTP/1.1 200 OK\r\n")
    assert page.ended


def test_a_tls_hello_is_closed(world: World) -> None:
    visitor = world.visitor()
    visitor.send(b"\x16\x03\x01\x02\x00\x01")
    world.tick()
    assert visitor.read() == b""
    assert visitor.ended


# --- leaving -----------------------------------------------------------------------------------


@pytest.mark.parametrize("word", ["QUIT\n", "/quit\n", "QUIT\r\n"])
def test_quitting_is_told_and_closes(world: World, word: str) -> None:
    ann, bob = world.member("ann"), world.member("bob")
    ann.send(f"bye\n{word}never said\n")
    world.tick()
    assert bob.text() == said("ann", "bye") + "Server: ann has left the chat.\n"
    ann.read()
    assert ann.ended
    ann.close()
    world.tick()
    assert bob.text() == ""


def test_lines_sent_at_once_before_the_end_of_input_are_heard_and_answered(world: World) -> None:
    bob = world.member("bob")
    ann = world.visitor()
    ann.send("ann\nhello\n/rooms\nunfinished")
    ann.finish()
    world.tick(3)
    assert bob.text() == (
        "Server: ann has joined the chat. Say hi!\n"
        + said("ann", "hello", "unfinished")
        + "Server: ann has left the chat.\n"
    )
    answer = ann.text()
    assert SET in answer
    assert answer.endswith("Server: 1 room:\n  lobby  2 people\n")
    assert ann.ended
    assert world.metrics.endings == {"end of input": 1}


def test_over_tcp_lines_sent_at_once_before_the_end_of_input_are_answered(world: World) -> None:
    ann = world.visitor(tcp=True)
    ann.send("ann\nhello\n/rooms\n")
    ann.finish()
    world.pump(lambda: world.metrics.endings)
    assert ann.read_to_end().endswith(b"  lobby  1 person\n")


def test_more_lines_than_the_burst_before_the_end_of_input_are_all_heard(world: World) -> None:
    ann, bob = world.member("ann"), world.member("bob")
    world.later(100)
    ann.send(talk(*range(40)))
    ann.finish()
    heard = ""
    for _ in range(30):
        world.later(0.2)
        heard += bob.text()
    assert heard == said("ann", *range(40)) + "Server: ann has left the chat.\n"


def test_a_name_left_without_a_connection_is_kept_for_its_host_for_thirty_seconds(
    world: World,
) -> None:
    bob = world.member("bob", "192.0.2.9")
    ann = world.member("ann", "192.0.2.1", tcp=True)
    bob.read()
    ann.reset()
    world.pump(lambda: world.metrics.endings)
    world.tick()
    assert bob.text() == "Server: ann has left the chat.\n"
    stranger = world.visitor("192.0.2.9")
    stranger.send("ann\n")
    world.tick()
    assert "The name ann is kept for somebody who may return within 30 s." in stranger.text()
    world.later(29.9)
    stranger.send("ANN\n")
    world.tick()
    assert "is kept for somebody" in stranger.text()
    world.later(0.1)
    stranger.send("ann\n")
    world.tick()
    assert stranger.text() == SET


def test_the_owner_of_a_kept_name_may_come_back_at_once(world: World) -> None:
    ann = world.member("ann", "192.0.2.1", tcp=True)
    ann.reset()
    world.pump(lambda: world.metrics.endings)
    again = world.visitor("192.0.2.1")
    again.send("ann\n")
    world.tick()
    assert again.text().endswith(SET)


def test_a_name_is_kept_as_well_when_the_connection_broke_with_lines_waiting(
    world: World,
) -> None:
    bob = world.member("bob", "192.0.2.9")
    ann = world.member("ann", "192.0.2.1", buffer=4608, tcp=True)
    for _ in range(50):
        world.hub.notice("x" * 40_000)
        world.tick()
        bob.read()
    assert world.connections.blocked
    ann.reset()
    world.pump(lambda: world.metrics.endings)
    assert world.metrics.endings == {"connection reset by peer": 1}
    stranger = world.visitor("192.0.2.9")
    stranger.send("ann\n")
    world.tick()
    assert "The name ann is kept for somebody" in stranger.text()


def test_a_name_that_was_left_is_free_at_once(world: World) -> None:
    ann = world.member("ann", "192.0.2.1")
    ann.send("QUIT\n")
    world.tick()
    assert world.member("ann", "192.0.2.9")


def test_a_reset_of_somebody_without_a_name_is_told_to_nobody(world: World) -> None:
    bob = world.member("bob")
    visitor = world.visitor(tcp=True)
    visitor.reset()
    world.pump(lambda: world.metrics.endings)
    world.tick()
    assert bob.text() == ""


def test_a_reset_with_an_answer_on_its_way_is_no_error(world: World) -> None:
    visitor = world.visitor(tcp=True)
    visitor.send("ann\n/help\n/who\n")
    visitor.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    visitor.close()
    world.pump(lambda: world.metrics.endings)
    assert world.metrics.handler_errors == 0


# --- the stop of the server --------------------------------------------------------------------


def test_a_stop_finishes_what_was_received_whatever_the_rate(world: World) -> None:
    ann, bob = world.member("ann"), world.member("bob")
    world.later(100)
    ann.send(talk(*range(100)))
    world.tick()
    heard = bob.text()
    world.visitors.sessions[ann.connection].hurry()
    world.tick(3)  # 20, 32, 32 and the rest
    assert heard + bob.text() == said("ann", *range(100))


def test_a_stop_says_goodbye_to_whoever_has_no_name_yet(world: World) -> None:
    visitor = world.visitor()
    world.visitors.sessions[visitor.connection].say_goodbye("It is over.")
    world.tick()
    assert visitor.text() == "Server: It is over.\n"
    assert visitor.ended


def test_a_bug_in_the_chat_costs_one_connection(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann, bob = world.member("ann"), world.member("bob")

    def fail(*_: object) -> None:
        raise RuntimeError("a bug")

    session = ann.connection.session
    monkeypatch.setattr(type(session), "_handle", fail)
    ann.send("hello\n")
    world.bugs = 1
    world.tick(2)
    assert bob.text() == "Server: ann has left the chat.\n"
    assert world.metrics.endings == {"internal error": 1}


def test_somebody_who_is_gone_says_no_more_of_what_they_were_too_fast_with(world: World) -> None:
    bob = world.member("bob")
    ann = world.member("ann", tcp=True)
    ann.send(talk(*range(100)))
    world.pump(lambda: world.metrics.messages)
    said_before = world.metrics.messages
    ann.reset()
    world.later(0.3)
    world.tick()
    assert world.metrics.messages == said_before
    assert bob.text().endswith("Server: ann has left the chat.\n")


# --- a long paste --------------------------------------------------------------------------------


def test_whoever_pastes_a_long_text_is_told_once_how_much_waits(world: World) -> None:
    ann = world.member("ann")
    world.later(100)
    ann.send(talk(*range(191)))
    world.tick()
    told = "Server: 171 lines are waiting; they go out 5 a second.\nServer: /cancel drops them.\n"
    assert ann.text() == told
    for _ in range(200):
        world.later(1.0)
    assert ann.text() == ""
    ann.send(talk(*range(191)))
    world.tick()
    assert ann.text() == told


def test_a_paste_within_the_burst_is_not_spoken_of(world: World) -> None:
    ann = world.member("ann")
    world.later(100)
    ann.send(talk(*range(40)))
    world.later(1.0)
    assert ann.text() == ""


def test_cancel_drops_what_waits_and_nothing_else(world: World) -> None:
    ann, bob = world.member("ann"), world.member("bob")
    world.later(100)
    ann.send(talk(*range(120)))
    world.tick()
    ann.read()
    ann.send("/cancel\nafter\n")
    world.later(0.2)
    assert ann.text() == "Server: 100 lines were dropped.\n"
    world.later(1.0)
    world.tick()
    assert bob.text() == said("ann", *range(20), "after")


def test_cancel_drops_also_what_was_too_little_to_be_spoken_of(world: World) -> None:
    ann, bob = world.member("ann"), world.member("bob")
    world.later(100)
    ann.send(talk(*range(30)))
    world.tick()
    ann.send("/cancel\n")
    world.later(0.2)
    assert ann.text() == "Server: 10 lines were dropped.\n"
    world.later(10)
    assert bob.text() == said("ann", *range(20))


def test_cancel_is_found_behind_a_paste_that_the_kernel_still_holds(world: World) -> None:
    ann, bob = world.member("ann"), world.member("bob")
    world.later(100)
    lines = [f"{number} " + "x" * 190 for number in range(200)]  # more than is read at once
    ann.send(talk(*lines))
    world.tick()
    ann.send("/cancel\n")
    world.later(0.2)
    assert ann.text().endswith("Server: 180 lines were dropped.\n")
    for _ in range(300):
        world.later(1.0)
    assert bob.text() == said("ann", *lines[:20])


def test_cancel_is_found_in_the_paste_itself(world: World) -> None:
    ann, bob = world.member("ann"), world.member("bob")
    world.later(100)
    ann.send(talk(*range(60), "/cancel", "after", "/cancel"))
    world.tick()
    ann.read()
    world.later(0.2)
    assert ann.text() == "Server: 40 lines were dropped.\n"
    world.later(10.0)
    assert ann.text() == "Server: Nothing is waiting to be said.\n"
    assert bob.text() == said("ann", *range(20), "after")


def test_cancel_after_cancel_drops_what_came_between(world: World) -> None:
    ann, bob = world.member("ann"), world.member("bob")
    world.later(100)
    ann.send(talk(*range(60), "/cancel", *range(60), "/cancel"))
    world.tick()
    ann.read()
    for _ in range(7):
        world.later(0.2)
    assert ann.text() == "Server: 40 lines were dropped.\nServer: 55 lines were dropped.\n"
    assert bob.text() == said("ann", *range(20), *range(5))


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r\0"])
def test_lines_are_counted_and_cancelled_however_they_end(world: World, end: str) -> None:
    ann, bob = world.member("ann"), world.member("bob")
    world.later(100)
    lines = [f"{number} " + "x" * 190 for number in range(200)]
    ann.send("".join(line + end for line in lines))
    world.tick()
    assert ann.text().startswith("Server: 180 lines are waiting;")
    ann.send(f"/cancel{end}after{end}")
    world.later(0.2)
    assert ann.text() == "Server: 180 lines were dropped.\n"
    world.later(10.0)
    assert bob.text() == said("ann", *lines[:20], "after")


def test_cancel_is_noticed_at_the_next_line_that_is_due(world: World) -> None:
    ann = world.member("ann")
    world.later(100)
    ann.send(talk(*range(100)))
    world.tick()
    for _ in range(6):
        world.later(0.2)
    ann.read()
    ann.send("/cancel\n")
    world.later(0.2)
    assert ann.text() == "Server: 74 lines were dropped.\n"


def test_what_waits_is_looked_through_once_a_second_at_most(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann = world.member("ann")
    world.later(100)
    ann.send(talk(*range(100)))
    world.tick()
    looks = []
    monkeypatch.setattr(Line, "cancel", lambda *_: looks.append(world.clock.now))
    for _ in range(15):
        world.later(0.2)
    assert len(looks) == 1  # nothing has arrived since
    for _ in range(15):
        ann.send("x")
        world.later(0.2)
    assert len(looks) in (3, 4)


def test_the_names_that_a_pipe_tries_are_no_lines(world: World) -> None:
    world.member("ann")
    world.member("ann2")
    pipe = world.visitor()
    pipe.send(talk("ann", *range(50)))
    world.tick()
    said_already = world.metrics.messages
    assert world.visitors.sessions[pipe.connection].say_goodbye("It is over.") == 50 - said_already


def test_blank_lines_of_a_program_are_no_lines(world: World) -> None:
    program = world.visitor()
    program.send('{"type":"join","name":"bot"}\n')
    world.tick()
    world.later(100)
    line = '{"type":"say","text":"hi"}\n'
    program.send((line + "\n \r\n") * 30)
    world.tick()
    program.send("\n\n" + line)
    assert world.visitors.sessions[program.connection].say_goodbye("It is over.") == 11


def test_a_line_that_ends_in_the_word_is_not_the_command(world: World) -> None:
    ann, bob = world.member("ann"), world.member("bob")
    world.later(100)
    ann.send(talk(*range(60)) + "please type ")
    world.tick()
    ann.read()
    ann.send("/cancel\n")
    for _ in range(100):
        world.later(1.0)
    assert ann.text() == ""
    assert bob.text() == said("ann", *range(60), "please type /cancel")


def test_a_stop_tells_whose_lines_came_too_late_how_many_they_were(world: World) -> None:
    ann = world.member("ann")
    world.later(100)
    ann.send(talk(*range(50)))
    world.tick()
    ann.read()
    ann.send(talk("x", "y"))
    assert world.visitors.sessions[ann.connection].say_goodbye("It is over.") == 32
    world.tick()
    assert ann.text() == "Server: It is over. Lines of yours that were not taken: 32.\n"


def test_what_was_sent_after_leaving_is_no_line_that_came_too_late(world: World) -> None:
    ann = world.member("ann", buffer=4608)
    ann.connection.write(b"x" * 1_000_000)
    world.tick()
    ann.send(talk("/quit", *range(50)))
    world.tick()
    assert ann.connection.closing
    assert world.visitors.sessions[ann.connection].say_goodbye("It is over.") == 0


def test_a_long_answer_costs_what_it_weighs(make_world: Callable[..., World]) -> None:
    world = make_world(rate=1.0, max_line=100, crowd=1000)
    ann = world.member("ann")
    for number in range(9):
        world.member(f"somebody-{number}")
    ann.read()
    world.later(100)
    ann.send(talk("/who", "/who"))
    world.tick()
    assert ann.text().count("10 people in room") == 1  # it weighs four more tokens
    world.later(1.9)
    assert ann.text() == ""
    world.later(0.2)
    assert ann.text().count("10 people in room") == 1
