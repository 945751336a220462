"""What all tests share."""

import os
import shutil
from collections.abc import Callable, Generator, Iterator

import pytest
from hypothesis import settings

from tests.histories import close_all

# The same examples every time: a test that fails must fail again.
settings.register_profile("same", derandomize=True, deadline=None, print_blob=False)
settings.load_profile("same")


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
