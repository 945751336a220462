"""What costs a client tokens."""

import pytest

from chatroom.server.throttle import Throttle
from chatroom.settings import Settings

NOW = 1000.0


@pytest.fixture
def throttle() -> Throttle:
    """Three tokens at once, and one a second."""
    return Throttle(Settings(rate=1.0, burst_seconds=3.0), NOW)


def test_a_command_costs_a_token(throttle: Throttle) -> None:
    assert [throttle.pay_for_command(NOW) for _ in range(4)] == [0.0, 0.0, 1.0, 2.0]


def test_a_text_of_many_lines_costs_one_more_for_ten_of_them(throttle: Throttle) -> None:
    throttle.said("x\n" * 8 + "x")
    assert throttle.pay_for_command(NOW) == 0.0
    throttle.said("x\n" * 99 + "x")
    assert throttle.pay_for_command(NOW) == 9.0
    assert throttle.pay_for_command(NOW) == 10.0


def test_a_long_answer_is_paid_for(throttle: Throttle) -> None:
    throttle.answered(3 * 4096)
    assert throttle.pay_for_command(NOW) == 2.0


def test_bytes_are_paid_for_as_far_as_lines_were_not(throttle: Throttle) -> None:
    throttle.received(3 * 4096)
    assert throttle.pay_for_command(NOW) == 0.0
    assert throttle.pay_for_bytes(NOW) == 1.0
    throttle.received(4095)
    assert throttle.pay_for_bytes(NOW + 5.0) == 0.0


def test_nothing_is_paid_without_a_rate_or_once_it_is_lifted(throttle: Throttle) -> None:
    throttle.lift()
    for free in (throttle, Throttle(Settings(rate=0.0), NOW)):
        free.said("x\n" * 99)
        free.received(1 << 20)
        assert not any(free.pay_for_command(NOW) for _ in range(100))
        assert free.pay_for_bytes(NOW) == 0.0
