"""Private messages over sockets: what strangers can do to a slow reader, and who gets them."""

from collections.abc import Callable

from world import World

STRANGERS = 20


def test_strangers_do_not_drown_the_room_for_a_slow_reader(
    make_world: Callable[..., World],
) -> None:
    """They fill the kernel's buffer and a quarter of the queue; the room has the rest."""
    world = make_world(rate=0.0, queue_bytes=64 * 1024)
    victim = world.member("victim", buffer=4608)
    ann = world.member("ann")
    strangers = [world.member(f"stranger{number}") for number in range(STRANGERS)]
    got = b""
    for number in range(30):
        ann.send(f"line {number}\n")
        for stranger in strangers:
            stranger.send(f"/msg victim {'x' * 2000}\n")
        world.tick()
        assert victim.connection.queued < 32 * 1024
        got += victim.read(5000)
        world.tick()
    while data := victim.read():
        got += data
        world.tick()
    lines = got.decode().splitlines()
    assert [line for line in lines if line.startswith("ann: ")] == [
        f"ann: line {n}" for n in range(30)
    ]
    assert not any("skipped" in line for line in lines)
    assert "Too many private messages wait for victim" in strangers[0].text()
    world.later(1)


def test_the_tutorials_client_gets_a_private_message(world: World) -> None:
    world.member("ann").send("hello\n")
    eve = world.visitor()
    eve.send("Server: eve has joined the chat. Say hi!")
    world.tick()
    world.later(world.settings.silence)
    assert world.hub.roster.find("eve")
    eve.read()
    world.member("bob").send("/msg eve psst\n")
    world.tick()
    assert "[private] bob: psst" in eve.text()
    world.later(1)
