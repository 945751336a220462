"""Whether the desktop wishes for dark windows, as far as it can be asked."""

import os
import subprocess
import sys
from collections.abc import Mapping

_PATIENCE = 0.5  # seconds for the program that is asked

_QUESTIONS: dict[str, tuple[tuple[str, ...], ...]] = {
    "darwin": (("defaults", "read", "-g", "AppleInterfaceStyle"),),
    "linux": (
        ("gsettings", "get", "org.gnome.desktop.interface", "color-scheme"),
        ("gsettings", "get", "org.gnome.desktop.interface", "gtk-theme"),
    ),
    "win32": (
        (
            *("reg", "query"),
            r"HKCU\Software\Microsoft\Windows\CurrentVersion\Themes\Personalize",
            *("/v", "AppsUseLightTheme"),
        ),
    ),
}


def wishes_dark(environ: Mapping[str, str] = os.environ, platform: str = sys.platform) -> bool:
    """Ask the desktop, which takes some milliseconds. Without an answer: no."""
    if theme := environ.get("GTK_THEME", ""):
        return is_dark(theme)
    questions = _QUESTIONS.get("linux" if platform.startswith("linux") else platform, ())
    return any(is_dark(_answer(question)) for question in questions)


def is_dark(answer: str) -> bool:
    """Whether the name of a theme, or of a colour scheme, is that of a dark one."""
    answer = answer.strip().lower()
    return "dark" in answer or ("appsuselighttheme" in answer and answer.endswith("0x0"))


def _answer(question: tuple[str, ...]) -> str:
    try:
        done = subprocess.run(
            question, capture_output=True, text=True, timeout=_PATIENCE, check=False
        )
    except (OSError, ValueError, subprocess.SubprocessError):
        return ""
    return done.stdout
