"""What all tests share."""

import os
import shutil
import sys
from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.histories import close_all

# The same examples every time: a test that fails must fail again.
settings.register_profile("same", derandomize=True, deadline=None, print_blob=False)
settings.load_profile("same")


SLOW = ("browser", "test_client_in_a_window.py", "test_window_parts.py")
"""In `tests/e2e`: real windows and browsers take the most time, and differ least by the Python."""


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """Where several Pythons run all tests, the slow ones may run on one of them alone."""
    chosen = os.environ.get("CHATROOM_SLOW_ON", "")
    is_chosen = chosen in ("", f"{sys.version_info.major}.{sys.version_info.minor}")
    return True if collection_path.name in SLOW and not is_chosen else None


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Where everything that a test may need is installed, a test that is skipped has failed."""
    report = yield
    if report.skipped and os.environ.get("CHATROOM_NO_SKIPS"):
        report.outcome = "failed"
    return report


@pytest.fixture(autouse=True)
def histories_are_closed() -> Iterator[None]:
    yield
    close_all()


@pytest.fixture(scope="session")
def need_program() -> Callable[[str], str]:
    """The path of a program; the test is skipped where there is none of that name."""

    def find(name: str) -> str:
        path = shutil.which(name)
        if path is None:
            pytest.skip(f"{name} is not installed")
        return path

    return find
