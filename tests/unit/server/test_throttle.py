"""What costs a client tokens."""

import pytest

from chatroom.server.throttle import UNTHROTTLED, Throttle, Tokens, new_throttle
from chatroom.settings import Settings

NOW = 1000.0


@pytest.fixture
def throttle() -> Throttle:
    """Three tokens at once, and one a second."""
    return Tokens(Settings(rate=1.0, burst_seconds=3.0), NOW)


def test_a_command_costs_a_token(throttle: Throttle) -> None:
    assert [throttle.pay_for_command(NOW) for _ in range(4)] == [0.0, 0.0, 1.0, 2.0]


def test_a_text_of_many_lines_costs_one_more_for_ten_of_them(throttle: Throttle) -> None:
    throttle.said("x\n" * 8 + "x")
    assert throttle.pay_for_command(NOW) == 0.0
    throttle.said("x\n" * 99 + "x")
    assert throttle.pay_for_command(NOW) == 9.0
    assert throttle.pay_for_command(NOW) == 10.0


@pytest.mark.parametrize("end", ["\r\n", "\r", "\v", "\f", "\x85", "\u2028", "\u2029"])
def test_every_kind_of_line_break_costs_the_same(throttle: Throttle, end: str) -> None:
    throttle.said(f"x{end}" * 99 + "x")
    assert throttle.pay_for_command(NOW) == 8.0


def test_a_text_that_is_refused_costs_no_more_than_the_longest_that_is_not(
    throttle: Throttle,
) -> None:
    throttle.said("\n" * 4096)
    assert throttle.pay_for_command(NOW) == 9.0


def test_a_long_answer_is_paid_for(throttle: Throttle) -> None:
    throttle.answered(3 * 4096)
    assert throttle.pay_for_command(NOW) == 2.0


def test_bytes_are_paid_for_as_far_as_lines_were_not(throttle: Throttle) -> None:
    throttle.received(3 * 4096)
    assert throttle.pay_for_command(NOW) == 0.0
    assert throttle.pay_for_bytes(NOW) == 1.0
    throttle.received(4095)
    assert throttle.pay_for_bytes(NOW + 5.0) == 0.0


def test_nothing_is_paid_without_a_rate() -> None:
    free = new_throttle(Settings(rate=0.0), NOW)
    assert free is UNTHROTTLED
    free.said("x\n" * 99)
    free.received(1 << 20)
    free.answered(1 << 20)
    assert not any(free.pay_for_command(NOW) for _ in range(100))
    assert free.pay_for_bytes(NOW) == 0.0


def test_each_client_has_tokens_of_its_own() -> None:
    settings = Settings(rate=1.0)
    assert new_throttle(settings, NOW) is not new_throttle(settings, NOW)
