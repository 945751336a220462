"""Whether the desktop wishes for dark windows."""

import pytest

from chatroom.client.window.desktop import is_dark, wishes_dark


@pytest.mark.parametrize(
    ("answer", "dark"),
    [
        ("'prefer-dark'\n", True),
        ("'default'\n", False),
        ("'Adwaita-dark'", True),
        ("Dark\n", True),
        ("", False),
        ("    AppsUseLightTheme    REG_DWORD    0x0\r\n", True),
        ("    AppsUseLightTheme    REG_DWORD    0x1\r\n", False),
    ],
)
def test_the_name_of_a_scheme_says_whether_it_is_dark(answer: str, dark: bool) -> None:
    assert is_dark(answer) is dark


def test_the_environment_comes_first() -> None:
    assert wishes_dark({"GTK_THEME": "Adwaita:dark"}, "linux")
    assert not wishes_dark({"GTK_THEME": "Adwaita"}, "linux")


def test_where_nobody_can_be_asked_it_is_light() -> None:
    assert not wishes_dark({}, "plan9")
