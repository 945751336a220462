"""The colours of the window."""

import pytest

from chatroom.client.window.palette import DARK, LIGHT, Palette, contrast


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=lambda palette: palette.name)
def test_everything_can_be_read(palette: Palette) -> None:
    grounds = (palette.background, palette.sidebar, palette.hover, palette.code)
    for ground in (*grounds, palette.mention, palette.chosen, palette.selection):
        assert contrast(palette.text, ground) >= 4.5, ground
    for ground in grounds:
        assert contrast(palette.muted, ground) >= 4.5, ground
    for colour in (*palette.people, palette.danger, palette.accent):
        assert contrast(colour, palette.background) >= 4.5, colour
        assert contrast(colour, palette.sidebar) >= 4.5, colour
    for colour in (*palette.people, palette.accent):
        assert contrast(colour, palette.mention) >= 4.5, colour
    assert contrast(palette.accent_text, palette.accent) >= 4.5
    assert contrast(palette.text, palette.line) >= 4.5
