"""What the documents promise to name."""

import argparse
import re
from pathlib import Path

import pytest

from chatroom import arguments, client

README = (Path(__file__).parents[2] / "README.md").read_text()


@pytest.mark.parametrize("parser", [arguments.parser(), client.parser()], ids=lambda p: p.prog)
def test_every_flag_is_in_the_readme(parser: argparse.ArgumentParser) -> None:
    flags = set(re.findall(r"--[a-z-]+", parser.format_help())) - {"--help"}
    assert flags
    assert flags <= set(re.findall(r"--[a-z-]+", README))
