"""Addresses as people write them."""

import pytest

from chatroom.net.address import printable, split


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("", ("", "")),
        ("attic", ("attic", "")),
        ("attic:1060", ("attic", "1060")),
        ("attic:", ("attic", "")),
        (":1060", ("", "1060")),
        ("192.0.2.1:1060", ("192.0.2.1", "1060")),
        ("::1", ("::1", "")),
        ("2001:db8::1:1060", ("2001:db8::1:1060", "")),
        ("[::1]", ("::1", "")),
        ("[::1]:1060", ("::1", "1060")),
        ("[fe80::1%eth0]:1060", ("fe80::1%eth0", "1060")),
    ],
)
def test_a_host_may_hold_its_port(text: str, place: tuple[str, str]) -> None:
    assert split(text) == place


@pytest.mark.parametrize("text", ["[::1", "::1]", "[::1]1060", "a[::1]:1060", "[[::1]]"])
def test_brackets_that_do_not_match_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="neither HOST"):
        split(text)


@pytest.mark.parametrize("host", ["attic", "192.0.2.1", "::1"])
def test_what_we_print_can_be_read_again(host: str) -> None:
    assert split(printable(host, 1060)) == (host, "1060")
