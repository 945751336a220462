"""The descriptors and the memory of the process."""

import resource

import pytest

from chatroom.server.resources import allow_descriptors, memory_in_use


class Limits:
    """The limits of a process that may be raised as far as `hard`, or not at all."""

    def __init__(self, soft: int, hard: int, raisable: bool = True) -> None:
        self.now = (soft, hard)
        self._raisable = raisable

    def get(self, _: int) -> tuple[int, int]:
        return self.now

    def set(self, _: int, limits: tuple[int, int]) -> None:
        if not self._raisable:
            raise ValueError("not allowed")
        self.now = limits


@pytest.mark.parametrize(
    ("limits", "clients"),
    [
        (Limits(1024, 1024), 960),
        (Limits(1024, 20_000), 19_936),
        (Limits(60, 60), 45),
        (Limits(256, 256), 192),
        (Limits(1024, 20_000, raisable=False), 960),
        (Limits(1024, resource.RLIM_INFINITY), (1 << 20) - 64),
    ],
    ids=["plain", "raised", "sixty", "the-turn", "cannot-be-raised", "infinite"],
)
def test_the_descriptors_allow_so_many_clients(
    monkeypatch: pytest.MonkeyPatch, limits: Limits, clients: int
) -> None:
    monkeypatch.setattr(resource, "getrlimit", limits.get)
    monkeypatch.setattr(resource, "setrlimit", limits.set)
    assert allow_descriptors() == clients


def test_the_memory_in_use_is_that_of_a_python_process() -> None:
    assert 5_000_000 < memory_in_use() < 5_000_000_000
