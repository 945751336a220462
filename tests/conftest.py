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


SHARES = {
    "benchmarks": "3.12",
    "browser": "3.11",
    "test_client_in_a_window.py": "3.12",
    "test_window_parts.py": "3.12",
    "test_client_in_a_terminal.py": "3.13",
    "test_client_in_a_pipe.py": "3.13",
    "test_history_failures.py": "3.13",
}
"""The slow tests, and the Python that runs them where several share the work."""


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """With CHATROOM_SHARE each of the slow tests runs on one Python; without it on any."""
    if "CHATROOM_SHARE" not in os.environ or collection_path.parent.name not in ("tests", "e2e"):
        return None
    mine = f"{sys.version_info.major}.{sys.version_info.minor}"
    return True if SHARES.get(collection_path.name, mine) != mine else None


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
