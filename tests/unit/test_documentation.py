"""The documents name what the programs have."""

import argparse
import re
from pathlib import Path

import pytest

from chatroom.client import __main__ as client
from chatroom.server import arguments, console, exporting, importing

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()
FILES = [
    path
    for pattern in ("*.*", "docs/*.md", "chatroom/**/*.py", "benchmarks/**/*.py", "contrib/*")
    for path in ROOT.glob(pattern)
    if path.is_file()
]


PARSERS = [
    arguments.parser(),
    client.parser(),
    exporting.parser("export"),
    importing.parser("import"),
]


@pytest.mark.parametrize("parser", PARSERS, ids=lambda p: p.prog)
def test_every_flag_is_in_the_readme(parser: argparse.ArgumentParser) -> None:
    flags = set(re.findall(r"--[a-z-]+", parser.format_help())) - {"--help"}
    assert flags <= set(re.findall(r"--[a-z-]+", README))


def test_every_command_of_the_operator_is_in_the_readme() -> None:
    commands = re.findall(r"^(\S.*?)(?:  .*)?$", console.HELP, re.MULTILINE)
    assert "kick NAME [SECONDS] [REASON]" in commands
    for command in commands:
        for word in command.split(", "):
            assert f"`{word}`" in README


def test_no_hint_installs_a_package_of_our_name_from_a_registry() -> None:
    assert any(path.name == "options.py" for path in FILES)
    registry = re.compile(r"(pipx? \w+ |['\"])chatroom\[|pipx? (install|run) chatroom\b")
    assert [path for path in FILES if registry.search(path.read_text())] == []


def test_the_pages_that_the_readme_links_to_are_there() -> None:
    links = re.findall(r"\]\((?!https?://)([^)#]+)", README)
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []
