"""What a kick bars, and for how long."""

import pytest

from chatroom.chat.bars import Bars


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def bars(clock: Clock) -> Bars:
    return Bars(4, clock)


def test_nothing_is_barred_at_first(bars: Bars) -> None:
    assert bars.on_name("ann") == bars.on_host("192.0.2.1") == 0


def test_the_name_and_the_host_are_barred_until_the_time_is_over(bars: Bars, clock: Clock) -> None:
    assert bars.add("ann", "192.0.2.1", 60)
    clock.now += 20
    assert bars.on_name("ann") == bars.on_host("192.0.2.1") == 40
    assert bars.on_name("bob") == bars.on_host("192.0.2.2") == 0
    clock.now += 40
    assert bars.on_name("ann") == bars.on_host("192.0.2.1") == 0


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1", "", "not an address"])
def test_an_address_that_is_shared_is_not_barred(bars: Bars, host: str) -> None:
    assert not bars.add("ann", host, 60)
    assert bars.on_host(host) == 0
    assert bars.on_name("ann") == 60


def test_an_ipv6_host_is_barred_with_its_network(bars: Bars) -> None:
    bars.add("ann", "2001:db8:0:1::5", 60)
    assert bars.on_host("2001:db8:0:1:ffff::1") == 60
    assert bars.on_host("2001:db8:0:2::5") == 0


def test_a_link_local_address_is_barred_whatever_its_zone(bars: Bars) -> None:
    assert bars.add("ann", "fe80::1%eth0", 60)
    assert bars.on_host("fe80::1%eth1") == 60


def test_one_more_than_the_limit_replaces_the_oldest(bars: Bars) -> None:
    for number in range(1, 4):
        bars.add(f"n{number}", f"192.0.2.{number}", 60)
    assert bars.on_name("n1") == bars.on_host("192.0.2.1") == 0
    assert bars.on_name("n2") == bars.on_host("192.0.2.3") == 60


def test_a_second_kick_counts_from_then_and_is_the_youngest(bars: Bars, clock: Clock) -> None:
    bars.add("ann", "192.0.2.1", 60)
    bars.add("bob", "192.0.2.2", 60)
    clock.now += 30
    bars.add("ann", "192.0.2.1", 60)
    bars.add("cy", "192.0.2.3", 60)
    assert bars.on_name("ann") == 60
    assert bars.on_name("bob") == 0
