from pathlib import Path

from contest import ways
from load.plan import Plan
from load.target import CHATROOM


def test_every_way_differs_from_the_plain_room_in_one_thing(tmp_path: Path) -> None:
    found = ways.find("chatroom 9.9")
    kept = [*CHATROOM, "--history", str(tmp_path / "history.db")]
    assert {name: (way.command(tmp_path, 0), way.speak) for name, way in found.items()} == {
        "history": (kept, "line"),
        "programs": (CHATROOM, "json"),
        "browsers": (CHATROOM, "websocket"),
        "mixed": (CHATROOM, "mixed"),
    }
    assert tuple(found) == ways.NAMES


def test_ways_say_where_they_listen_and_are_no_peers() -> None:
    for way in ways.find("chatroom 9.9").values():
        assert way.announces
        assert way.way
        assert way.version.startswith("chatroom 9.9, ")
        assert Plan(speak=way.speak).dialect.greets
