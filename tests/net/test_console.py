"""The operator's console, over a pipe as it is over a terminal."""

import errno
import fcntl
import os
import pty
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from world import World

from chatroom.net.standard import Stream
from chatroom.server.console import HELP, Console


@pytest.fixture(autouse=True)
def the_signals_of_the_terminal_are_put_back() -> Iterator[None]:
    before = {number: signal.getsignal(number) for number in (signal.SIGTTIN, signal.SIGTTOU)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


class Desk:
    """A console, what is typed at it, and what it says."""

    def __init__(self, world: World, descriptor: int) -> None:
        self._screen, self._output = os.pipe()
        os.set_blocking(self._screen, False)
        self._world = world
        self.stops = 0
        self.console = Console(
            descriptor, Stream(self._output), world.loop, world.hub, self._stop, world.measure
        )
        self.console.start()

    def _stop(self) -> None:
        self.stops += 1

    def says(self) -> str:
        self._world.tick()
        try:
            return os.read(self._screen, 1 << 16).decode()
        except BlockingIOError:
            return ""

    def says_at_last(self) -> str:
        """The same, through a terminal, where keys take a moment to arrive."""
        said: list[str] = []

        def spoken() -> str:
            said.append(self.says())
            return said[-1]

        self._world.pump(spoken)
        return said[-1]

    def close(self) -> None:
        self.console.close()
        os.close(self._screen)
        os.close(self._output)


class Typist(Desk):
    def __init__(self, world: World) -> None:
        self._keys, self._keyboard = os.pipe()
        super().__init__(world, self._keys)
        self._open = True

    def types(self, text: str | bytes) -> str:
        """What the console has to say to it."""
        os.write(self._keyboard, text.encode() if isinstance(text, str) else text)
        return self.says()

    def ends(self) -> None:
        if self._open:
            self._open = False
            os.close(self._keyboard)

    def close(self) -> None:
        self.ends()
        super().close()
        os.close(self._keys)


@pytest.fixture
def desk(world: World) -> Iterator[Typist]:
    desk = Typist(world)
    yield desk
    desk.close()


@pytest.mark.parametrize("typed", ["q", "quit", "exit", "Q", "QUIT", "Exit", "/quit", "/q"])
def test_the_server_is_shut_down_in_any_usual_way(desk: Typist, typed: str) -> None:
    assert desk.types(f"{typed}\n") == "Closing all connections...\nShutting down the server...\n"
    assert desk.stops == 1


def test_who_lists_everybody_with_room_and_address(desk: Typist, world: World) -> None:
    world.member("ann")
    bob = world.member("bob")
    bob.send("/join tea\n")
    world.tick()
    world.clock.advance(125)
    answer = desk.types("who\n").splitlines()
    assert answer[0] == "2 here"
    assert answer[1].startswith("  ann (192.0.2.1:")
    assert answer[1].endswith(") in lobby, for 2 min, idle 2 min")
    assert " in tea, " in answer[2]


def test_who_of_nobody(desk: Typist) -> None:
    assert desk.types("who\n") == "0 here\n"


def test_say_is_heard_by_everybody_in_every_room(desk: Typist, world: World) -> None:
    ann, bob = world.member("ann"), world.member("bob")
    bob.send("/join tea\n")
    world.tick()
    ann.read(), bob.read()
    assert desk.types("say tea  is ready\n") == "Told 2 people: tea  is ready\n"
    assert [ann.text(), bob.text()] == ["Server: tea  is ready\n"] * 2


def test_say_confirms_what_could_be_shown_of_it(desk: Typist, world: World) -> None:
    ann = world.member("ann")
    assert desk.types("say tea\x1b is ready\n") == "Told 1 person: tea is ready\n"
    assert ann.text() == "Server: tea is ready\n"


@pytest.mark.parametrize("nothing", ["", " ", " \x1b"])
def test_say_without_a_text_is_explained(desk: Typist, nothing: str) -> None:
    assert desk.types(f"say{nothing}\n") == "Usage: say TEXT\n"


def test_kick_closes_with_the_reason_and_tells_the_others(desk: Typist, world: World) -> None:
    ann, bob = world.member("ann"), world.member("bob")
    answer = desk.types("kick BOB too loud\n")
    assert answer == "bob was kicked; the name and 192.0.2.1 are barred for 1 min.\n"
    assert bob.text() == "Server: You were kicked: too loud\n"
    assert bob.ended
    assert ann.text() == "Server: bob was kicked: too loud\n"


def test_kick_without_a_reason(desk: Typist, world: World) -> None:
    bob = world.member("bob")
    desk.types("kick bob\n")
    assert bob.text() == "Server: You were kicked.\n"


@pytest.mark.parametrize(
    ("typed", "answer", "told"),
    [
        ("90", "bob was kicked; the name and 192.0.2.1 are barred for 1 min.", "."),
        ("3600 spam", "bob was kicked; the name and 192.0.2.1 are barred for 1 h 0 min.", ": spam"),
        ("0", "bob was kicked.", "."),
        (" 0  too loud", "bob was kicked.", ": too loud"),
        ("9" * 400, "bob was kicked; the name and 192.0.2.1 are barred for 1 d 0 h.", "."),
    ],
    ids=["seconds", "seconds-and-reason", "no-bar", "spaces", "for-ever"],
)
def test_kick_takes_the_seconds_of_the_bar(
    desk: Typist, world: World, typed: str, answer: str, told: str
) -> None:
    bob = world.member("bob")
    assert desk.types(f"kick bob {typed}\n") == f"{answer}\n"
    assert bob.text() == f"Server: You were kicked{told}\n"


def test_kick_on_this_machine_bars_the_name_alone(desk: Typist, world: World) -> None:
    world.member("bob", host="127.0.0.1")
    answer = "bob was kicked; the name is barred for 1 min.\n"
    assert desk.types("kick bob\n") == answer


def test_kick_of_nobody_and_without_a_name(desk: Typist) -> None:
    assert desk.types("kick zoe\n") == "There is nobody called zoe.\n"
    assert desk.types("kick\n") == "Usage: kick NAME [SECONDS] [REASON]\n"


def test_stats_shows_the_measurements(desk: Typist) -> None:
    answer = desk.types("stats\n")
    assert answer.startswith("up 0 s")
    assert "0 clients in 0 rooms" in answer


@pytest.mark.parametrize("typed", ["help", "?", "HELP", "/help", "/?"])
def test_help_lists_the_commands(desk: Typist, typed: str) -> None:
    assert desk.types(f"{typed}\n") == HELP
    assert max(map(len, HELP.splitlines())) < 80


@pytest.mark.parametrize("typed", ["nonsense\n", "//who\n", "quitting now\n"])
def test_an_unknown_command_is_answered(desk: Typist, typed: str) -> None:
    verb = typed.split()[0]
    assert desk.types(typed) == f"There is no command '{verb}'; help lists them.\n"
    assert desk.stops == 0


@pytest.mark.parametrize("typed", ["\n", "   \n", "\r\n"])
def test_an_empty_line_is_no_command(desk: Typist, typed: str) -> None:
    assert desk.types(typed) == ""


def test_lines_may_come_in_pieces_and_many_at_once(desk: Typist) -> None:
    assert desk.types("wh") == ""
    assert desk.types("o\r\n  kick zoe \nwho\n") == "0 here\nThere is nobody called zoe.\n0 here\n"


def test_bytes_that_are_no_text_do_no_harm(desk: Typist) -> None:
    assert desk.types(b"\xff\xfe\0\x1b[2J\n").startswith("There is no command ")
    assert "\x1b" not in desk.types(b"\x1b[2J\n")


def test_a_line_that_is_too_long_is_refused_and_does_no_harm(desk: Typist) -> None:
    assert desk.types("x" * 4096) == ""
    refusal = "That line has more than 4096 bytes; it was ignored.\n"
    assert desk.types("x" * 4096) == refusal
    assert desk.types("x\nwho\n") == "0 here\n"


def test_the_end_of_the_pipe_ends_the_console_and_not_the_server(
    desk: Typist, world: World
) -> None:
    watched = world.loop.watched
    desk.ends()
    assert desk.says() == ""
    assert world.loop.watched == watched - 1
    world.tick(3)
    assert desk.stops == 0


@pytest.fixture
def terminal() -> Iterator[tuple[int, int]]:
    """The keyboard's end and the program's."""
    master, slave = pty.openpty()
    yield master, slave
    os.close(master)
    os.close(slave)


def test_a_person_at_a_terminal_is_told_of_the_console_and_of_its_end(
    world: World, terminal: tuple[int, int]
) -> None:
    keyboard, keys = terminal
    desk = Desk(world, keys)
    assert desk.says() == "Type help for the operator's commands.\n"
    os.write(keyboard, b"who\n")
    assert desk.says_at_last() == "0 here\n"
    os.write(keyboard, b"\x04")  # Ctrl-D
    assert desk.says_at_last() == (
        "The console is closed; the server goes on. Stop it with Ctrl-C or SIGTERM.\n"
    )
    assert world.loop.watched == 0
    assert desk.stops == 0
    desk.close()


def test_a_last_line_without_an_end_counts(desk: Typist) -> None:
    os.write(desk._keyboard, b"who")
    desk.ends()
    assert desk.says() == ""
    assert desk.says() == "0 here\n"


def test_a_command_that_fails_is_admitted_and_the_console_goes_on(
    desk: Typist, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(text: str) -> None:
        raise RuntimeError("a bug")

    world.bugs = 1
    monkeypatch.setattr(world.hub, "notice", fail)
    assert desk.types("say x\n") == "That did not work; the log says why.\n"
    assert desk.types("who\n") == "0 here\n"


def test_a_screen_that_is_gone_does_no_harm(world: World) -> None:
    desk = Typist(world)
    os.close(desk._screen)
    os.write(desk._keyboard, b"who\nq\n")
    world.tick()
    assert desk.stops == 1
    desk._screen = os.open(os.devnull, os.O_RDONLY)
    desk.close()


def test_a_descriptor_that_is_not_ready_after_all_is_no_end(desk: Typist, world: World) -> None:
    os.set_blocking(desk._keys, False)
    desk.console.ready(1)
    assert desk.types("who\n") == "0 here\n"


def test_another_reader_of_the_same_pipe_cannot_hold_the_console_up(
    desk: Typist, world: World
) -> None:
    os.write(desk._keyboard, b"who\n")
    assert os.read(desk._keys, 100) == b"who\n"  # quicker than the console
    desk.console.ready(1)
    assert os.get_blocking(desk._keys)
    assert desk.types("who\n") == "0 here\n"


def test_a_terminal_that_is_not_ours_for_a_while_is_asked_again(
    desk: Typist, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def denied(descriptor: int, count: int) -> bytes:
        raise OSError(errno.EIO, "Input/output error")

    with monkeypatch.context() as patch:
        patch.setattr(os, "read", denied)
        os.write(desk._keyboard, b"who\n")
        world.tick(3)
    world.tick(3)
    assert desk.says() == ""
    world.later(1.0)
    world.tick()
    assert desk.says() == "0 here\n"


Opener = Callable[[Path], int]


def closed(folder: Path) -> int:
    with open(os.devnull) as null:  # a high number, that nobody else is given meanwhile
        descriptor = fcntl.fcntl(null, fcntl.F_DUPFD_CLOEXEC, 700)
    os.close(descriptor)
    return descriptor


def a_file(folder: Path) -> int:
    path = folder / "commands"
    path.write_text("q\n")
    return os.open(path, os.O_RDONLY)


@pytest.mark.parametrize(
    "opener", [closed, a_file, lambda folder: os.open(os.devnull, os.O_RDONLY)]
)
def test_what_cannot_be_watched_is_no_console_and_no_error(
    world: World, tmp_path: Path, opener: Opener
) -> None:
    descriptor = opener(tmp_path)
    desk = Desk(world, descriptor)
    assert world.loop.watched == 0
    world.tick(3)
    assert desk.stops == 0
    desk.close()
    if opener is not closed:
        os.close(descriptor)


def test_reading_in_the_background_does_not_stop_the_process(desk: Typist) -> None:
    assert signal.getsignal(signal.SIGTTIN) == signal.SIG_IGN
    assert signal.getsignal(signal.SIGTTOU) == signal.SIG_IGN
