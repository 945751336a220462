"""From which addresses browsers have been served lately."""

from chatroom.server.browsers import REASON, Browsers
from chatroom.settings import Settings


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_an_address_is_that_of_a_browser_for_some_minutes_after_an_answer() -> None:
    clock = Clock()
    browsers = Browsers(Settings(browser_memory=300), clock)
    browsers.ended("192.0.2.7:5000", REASON)
    assert browsers.is_at("192.0.2.7:6000")
    assert not browsers.is_at("192.0.2.8:5000")
    clock.now += 300
    assert not browsers.is_at("192.0.2.7:6000")


def test_other_ends_are_not_those_of_browsers() -> None:
    browsers = Browsers(Settings(), Clock())
    browsers.ended("192.0.2.7:5000", "quit")
    assert not browsers.is_at("192.0.2.7:5000")


def test_of_too_many_addresses_the_one_that_was_served_first_is_forgotten() -> None:
    browsers = Browsers(Settings(max_browsers=2), Clock())
    for host in ("a", "b", "a", "c"):
        browsers.ended(f"{host}:1", REASON)
    assert [browsers.is_at(f"{host}:2") for host in "abc"] == [True, False, True]
