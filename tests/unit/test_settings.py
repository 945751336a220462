"""The defaults that were promised."""

from dataclasses import FrozenInstanceError, fields

import pytest

from chatroom.settings import Settings


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("host", "127.0.0.1"),
        ("port", 1060),
        ("rate", 5.0),
        ("burst_seconds", 4.0),
        ("max_line", 4096),
        ("max_text_lines", 100),
        ("recv_bytes", 16384),
        ("lines_per_tick", 32),
        ("silence", 0.25),
        ("head_seconds", 10.0),
        ("name_seconds", 60.0),
        ("queue_bytes", 262144),
        ("stall_seconds", 90.0),
        ("send_buffer", 131072),
        ("backlog", 4096),
        ("accepts_per_tick", 64),
        ("accept_pause", 0.5),
        ("drain_seconds", 5.0),
        ("hold_seconds", 30.0),
        ("crowd", 50),
        ("presence_seconds", 1.0),
        ("bar_seconds", 60.0),
        ("max_bars", 1000),
    ],
)
def test_a_limit_is_what_was_promised(name: str, value: object) -> None:
    assert getattr(Settings(), name) == value


def test_settings_cannot_be_changed_while_the_server_runs() -> None:
    with pytest.raises(FrozenInstanceError):
        Settings().port = 1  # type: ignore[misc]


def test_every_limit_is_above_zero() -> None:
    settings = Settings()
    values = [getattr(settings, field.name) for field in fields(settings)]
    assert all(
        value > 0
        for value in values
        if isinstance(value, int | float) and not isinstance(value, bool)
    )
