"""`chatroom COMMAND ...`, or `python -m chatroom COMMAND ...`: one name for the programs."""

import argparse
import importlib
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from chatroom import __version__

_FLOOD = Path(__file__).resolve().parent.parent / "benchmarks" / "flood.py"
_MODULES = {
    "server": "chatroom.server.__main__",
    "client": "chatroom.client.__main__",
    "export": "chatroom.server.exporting",
    "import": "chatroom.server.importing",
}
_COMMANDS = """\
commands:
  server   start a chatroom
  client   take part in one: in the terminal, in a window, in a pipe
  export   write what a history holds, as text, JSON or HTML
  import   put such JSON into a history
  flood    measure what the server carries on this machine (from a clone)

Each of them has a --help of its own."""
_NO_BENCHMARKS = (
    "The benchmarks are not part of the installed package. In a clone of the repository, run:"
    " python -m chatroom flood"
)


def _parser(program: str) -> argparse.ArgumentParser:
    result = argparse.ArgumentParser(
        prog=program,
        usage="%(prog)s [-h] [--version] COMMAND ...",
        description="A chatroom for everybody on the network.",
        epilog=_COMMANDS,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    result.add_argument("--version", action="version", version=f"chatroom {__version__}")
    choices = (*_MODULES, "flood")
    result.add_argument("command", nargs="?", choices=choices, help=argparse.SUPPRESS)
    result.add_argument("arguments", nargs=argparse.REMAINDER, help=argparse.SUPPRESS)
    return result


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit code of the command, 2 when there is no such command."""
    program = "python -m chatroom" if Path(sys.argv[0]).name == "__main__.py" else "chatroom"
    parser = _parser(program)
    options = parser.parse_args(arguments)
    if options.command is None:
        parser.print_help(sys.stderr)
        return 2
    if options.command == "flood":
        return _flood(options.arguments)
    module = importlib.import_module(_MODULES[options.command])
    try:
        return int(module.main(options.arguments, f"{program} {options.command}"))
    except KeyboardInterrupt:  # before the command could hear of it
        return 128 + signal.SIGINT


def _flood(arguments: list[str]) -> int:
    """Become the benchmark, which is a program of its own and not a part of the package."""
    if _FLOOD.exists():
        os.execv(sys.executable, [sys.executable, str(_FLOOD), *arguments])
    print(_NO_BENCHMARKS, file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
