"""What is printed at the start."""

import pytest

from chatroom.server import invitation as module
from chatroom.server.invitation import invitation


@pytest.fixture(autouse=True)
def addresses(monkeypatch: pytest.MonkeyPatch) -> None:
    def own_addresses(ipv6: bool) -> list[str]:
        return ["192.0.2.7", "10.0.0.3", *["2001:db8::7"] * ipv6]

    monkeypatch.setattr(module, "own_addresses", own_addresses)


def test_every_ipv4_interface_lists_the_addresses_for_others() -> None:
    assert invitation("0.0.0.0", [("0.0.0.0", 1060)], "chatroom server") == [
        "Listening at 0.0.0.0:1060",
        "Join with: nc localhost 1060 here, and from other machines with:",
        "  nc 192.0.2.7 1060",
        "  nc 10.0.0.3 1060",
        "Or open http://192.0.2.7:1060/ in a browser.",
    ]


@pytest.mark.parametrize(
    "places", [[("::", 1060)], [("0.0.0.0", 1060), ("::", 1060)]], ids=["one", "two"]
)
def test_every_interface_lists_ipv6_as_well(places: list[tuple[str, int]]) -> None:
    lines = invitation("", places, "chatroom server")
    assert lines[-2:] == [
        "  nc 2001:db8::7 1060",
        "Or open http://192.0.2.7:1060/ in a browser.",
    ]
    assert [line.startswith("Listening at ") for line in lines].count(True) == len(places)


@pytest.mark.parametrize(
    ("host", "places"),
    [
        ("127.0.0.1", [("127.0.0.1", 1060)]),
        ("localhost", [("127.0.0.1", 1060), ("::1", 1060)]),
    ],
)
def test_loopback_says_who_can_reach_it_and_how_to_change_that(
    host: str, places: list[tuple[str, int]]
) -> None:
    assert invitation(host, places, "chatroom server")[-3:] == [
        "Only this machine can reach it. For others: chatroom server 0.0.0.0",
        f"Join with: nc {host} 1060",
        f"Or open http://{host}:1060/ in a browser.",
    ]


def test_one_address_of_the_network_needs_no_more_words() -> None:
    assert invitation("attic", [("192.0.2.7", 99)], "chatroom server") == [
        "Listening at 192.0.2.7:99",
        "Join with: nc attic 99",
        "Or open http://attic:99/ in a browser.",
    ]


def test_it_fits_a_terminal_of_79_columns() -> None:
    for host in ("127.0.0.1", "0.0.0.0"):
        lines = invitation(host, [(host, 65535)], "python -m chatroom.server")
        assert max(map(len, lines)) <= 79


def test_a_link_local_address_is_one_too() -> None:
    lines = invitation("fe80::1%eth0", [("fe80::1%eth0", 99)], "chatroom server")
    assert lines[-1] == "Join with: nc fe80::1%eth0 99"
