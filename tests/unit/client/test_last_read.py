"""Up to where one has read: in a file, and in what is shown at the next start."""

import json
import os
import stat
from pathlib import Path

import pytest
from client_world import World

from chatroom.client.events import ClientEvent, Recent
from chatroom.client.last_read import LastRead, state_directory
from chatroom.vocabulary import commands, events

HERE = "attic:1060"


def file(directory: Path) -> Path:
    return directory / "last-read.json"


def saved(directory: Path) -> object:
    return json.loads(file(directory).read_text())


def opened(directory: Path, epoch: str = "e1", where: str = HERE) -> LastRead:
    last_read = LastRead(where, directory)
    last_read.begin(epoch)
    return last_read


def read(directory: Path, room: str, id: int, epoch: str = "e1", where: str = HERE) -> None:
    last_read = opened(directory, epoch, where)
    last_read.note(room, id, 60.0)
    last_read.save()


# --- the file -------------------------------------------------------------------------------------


def test_what_was_read_is_known_the_next_time(tmp_path: Path) -> None:
    read(tmp_path / "state", "lobby", 7)
    assert opened(tmp_path / "state").find("lobby") == (7, 60.0)
    assert opened(tmp_path / "state").find("tea") == (0, 0.0)
    assert saved(tmp_path / "state") == {HERE: {"epoch": "e1", "rooms": {"lobby": [7, 60.0]}}}


def test_nobody_else_can_read_it(tmp_path: Path) -> None:
    read(tmp_path / "state", "lobby", 7)
    assert stat.S_IMODE(file(tmp_path / "state").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "state").stat().st_mode) == 0o700


def test_of_another_history_nothing_is_known(tmp_path: Path) -> None:
    read(tmp_path, "lobby", 7)
    assert opened(tmp_path, "e2").find("lobby") == (0, 0.0)
    read(tmp_path, "tea", 3, "e2")
    assert saved(tmp_path) == {HERE: {"epoch": "e2", "rooms": {"tea": [3, 60.0]}}}


def test_of_another_server_nothing_is_known(tmp_path: Path) -> None:
    read(tmp_path, "lobby", 7)
    read(tmp_path, "lobby", 3, where="cellar:1060")
    assert opened(tmp_path).find("lobby")[0] == 7
    assert opened(tmp_path, where="cellar:1060").find("lobby")[0] == 3


def test_an_id_never_falls(tmp_path: Path) -> None:
    read(tmp_path, "lobby", 7)
    read(tmp_path, "lobby", 5)
    known = opened(tmp_path)
    known.note("lobby", 6, 60.0)
    assert known.find("lobby")[0] == 7
    assert not known.unsaved


def test_two_clients_at_once_keep_the_higher_id_of_each_room(tmp_path: Path) -> None:
    one, two = opened(tmp_path), opened(tmp_path)
    one.note("lobby", 7, 60.0)
    one.note("tea", 2, 60.0)
    two.note("lobby", 5, 60.0)
    two.note("den", 3, 60.0)
    one.save()
    two.save()
    known = opened(tmp_path)
    assert [known.find(room)[0] for room in ("lobby", "tea", "den")] == [7, 2, 3]


def test_nothing_is_written_when_nothing_was_read(tmp_path: Path) -> None:
    opened(tmp_path).save()
    assert list(tmp_path.iterdir()) == []
    LastRead().save()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"attic:1060": 3}',
        b'{"attic:1060": {"epoch": 3, "rooms": {}}}',
        b'{"attic:1060": {"epoch": "e1", "rooms": []}}',
        b'{"attic:1060": {"epoch": "e1", "rooms": {"lobby": 7}}}',
        b'{"attic:1060": {"epoch": "e1", "rooms": {"lobby": ["7", 1]}}}',
        b'{"attic:1060": {"epoch": "e1", "rooms": {"lobby": [true, 1]}}}',
        b'{"attic:1060": {"epoch": "e1", "rooms": {"lobby": [-7, 1]}}}',
        b'{"attic:1060": {"epoch": "e1", "rooms": {"lobby": [7, NaN]}}}',
        b'{"attic:1060": {"epoch": "e1", "rooms": {"lobby": [7, 1e300]}}}',
        b'{"attic:1060": {"epoch": "e1", "rooms": {"lobby": [1e300, 1]}}}',
        b'{"x": "' + b"x" * 2_000_000 + b'"}',
    ],
)
def test_a_damaged_file_is_ignored_and_replaced(tmp_path: Path, content: bytes) -> None:
    file(tmp_path).write_bytes(content)
    assert opened(tmp_path).find("lobby") == (0, 0.0)
    read(tmp_path, "lobby", 9)
    assert opened(tmp_path).find("lobby") == (9, 60.0)


def test_one_damaged_room_leaves_the_others(tmp_path: Path) -> None:
    rooms = {"lobby": [7, 1], "tea": "damaged"}
    file(tmp_path).write_text(json.dumps({HERE: {"epoch": "e1", "rooms": rooms}}))
    assert opened(tmp_path).find("lobby") == (7, 1)


def test_where_nothing_can_be_written_nothing_fails(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    read(tmp_path / "file" / "chatroom", "lobby", 7)
    assert opened(tmp_path / "file" / "chatroom").find("lobby") == (0, 0.0)


def test_a_failed_write_leaves_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read(tmp_path, "lobby", 7)

    def refuse(*_: object) -> None:
        raise OSError("read-only file system")

    with monkeypatch.context() as patched:
        patched.setattr(os, "replace", refuse)
        read(tmp_path, "lobby", 9)
    assert opened(tmp_path).find("lobby")[0] == 7
    assert list(tmp_path.iterdir()) == [file(tmp_path)]


def test_the_oldest_rooms_and_servers_go(tmp_path: Path) -> None:
    last_read = opened(tmp_path)
    for number in range(150):
        last_read.note(f"room{number}", 1, 60.0)
    last_read.note("room60", 2, 60.0)
    last_read.save()
    known = opened(tmp_path)
    assert [known.find(f"room{number}")[0] for number in (49, 50, 60, 149)] == [0, 1, 2, 1]
    for number in range(50):
        read(tmp_path, "lobby", 1, where=f"server{number}:1060")
    assert opened(tmp_path).find("room149") == (0, 0.0)
    assert opened(tmp_path, where="server0:1060").find("lobby")[0] == 1


def test_the_directory_is_the_one_that_xdg_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/ann")
    monkeypatch.setenv("XDG_STATE_HOME", "/elsewhere")
    assert state_directory() == Path("/elsewhere/chatroom")
    monkeypatch.setenv("XDG_STATE_HOME", "relative")
    assert state_directory() == Path("/home/ann/.local/state/chatroom")
    monkeypatch.delenv("XDG_STATE_HOME")
    assert state_directory() == Path("/home/ann/.local/state/chatroom")


# --- what a client makes of it --------------------------------------------------------------------


def start(last_read: LastRead, last: int, epoch: str = "e1") -> tuple[World, dict[str, object]]:
    """ann comes into the lobby; what the client asks there."""
    world = World(last_read=last_read)
    world.client.connected()
    fields = {"epoch": epoch, "first": 1, "last": last}
    world.welcome(**fields)  # type: ignore[arg-type]
    (asked,) = [one for one in world.sent() if one["type"] == "history"]
    world.sees()
    return world, asked


def recent(seen: list[ClientEvent]) -> Recent:
    (one,) = [event for event in seen if isinstance(event, Recent)]
    return one


def test_at_the_next_start_all_that_is_new_is_shown(tmp_path: Path) -> None:
    read(tmp_path, "lobby", 40)
    world, asked = start(opened(tmp_path), 99)
    assert asked["limit"] == 100
    world.answers(asked, *range(10, 100), before=True)
    shown = recent(world.sees())
    assert [message.id for message in shown.messages] == list(range(40 + 1, 100))
    assert (shown.read, shown.since, shown.more) == (40, 60.0, events.More(True, False))


def test_if_little_is_new_the_last_messages_are_shown_all_the_same(tmp_path: Path) -> None:
    read(tmp_path, "lobby", 97)
    world, asked = start(opened(tmp_path), 99)
    world.answers(asked, *range(1, 100))
    shown = recent(world.sees())
    assert [message.id for message in shown.messages] == list(range(80, 100))
    assert shown.more == events.More(True, False)


def test_of_another_history_nothing_is_new(tmp_path: Path) -> None:
    read(tmp_path, "lobby", 97)
    world, asked = start(opened(tmp_path), 99, "e2")
    assert asked["limit"] == 20
    world.answers(asked, 98, 99)
    assert recent(world.sees()).read == 0


def test_what_was_shown_is_read(tmp_path: Path) -> None:
    last_read = opened(tmp_path)
    world, asked = start(last_read, 99)
    world.client.mark_read("lobby")
    assert not last_read.unsaved  # it is not there yet
    world.answers(asked, 98, 99)
    world.client.mark_read("lobby")
    last_read.save()
    assert opened(tmp_path).find("lobby") == (99, 5e8)
    assert world.client.rooms.current.record.read == 99


def test_a_window_says_up_to_where(tmp_path: Path) -> None:
    last_read = opened(tmp_path)
    world, asked = start(last_read, 99)
    world.answers(asked, 98, 99)
    world.client.mark_read("LOBBY", 98)
    world.client.mark_read("lobby", 97)
    world.client.mark_read("nowhere", 99)
    assert world.client.rooms.current.record.read == 98
    assert last_read.find("lobby")[0] == 98


def test_a_room_that_is_entered_again_shows_where_one_was(tmp_path: Path) -> None:
    read(tmp_path, "tea", 3)
    world, _ = start(opened(tmp_path), 99)
    world.client.request(commands.Enter("Tea"))
    told = {"room": "Tea", "members": {"count": 1, "names": ["ann"]}}
    world.says("entered", **told, epoch="e1", first=1, last=5)
    (asked,) = [one for one in world.sent() if one["type"] == "history"]
    world.answers(asked, *range(1, 6))
    assert recent(world.sees()).read == 3
