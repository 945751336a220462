"""Draws the rows of the sidebar on a canvas."""

import tkinter

from chatroom.client.window.shortened import shortened
from chatroom.client.window.side_rows import RowKind, SideRow
from chatroom.client.window.theme import Look

_MARKS = {RowKind.ROOM: "#", RowKind.OTHER_ROOM: "#", RowKind.PRIVATE: "@"}
_MOST = 99  # unread lines that are told as a number


class RowPainter:
    """One row is `height` pixels high, a heading `heading` pixels."""

    def __init__(self, canvas: tkinter.Canvas, look: Look) -> None:
        self._canvas = canvas
        self._look = look

    @property
    def height(self) -> int:
        return self._look.line_height + self._look.grid(2)

    @property
    def heading(self) -> int:
        return self.height + self._look.grid(3)

    def draw(self, row: SideRow, y: int, is_hovered: bool, has_focus: bool) -> None:
        """The row, from this y on."""
        look, colours = self._look, self._look.palette
        grid, width = look.grid, self._canvas.winfo_width()
        middle = y + self.height // 2
        if row.kind is RowKind.HEADING:
            self._draw_heading(row, y + grid(3), width, is_hovered)
            return
        ground = colours.sidebar
        if row.is_current:
            ground = colours.chosen
        elif is_hovered and row.can_be_chosen:
            ground = colours.hover
        inner = width - 2 * grid(2)
        if inner > grid(4) and (ground != colours.sidebar or has_focus):
            border = colours.accent if has_focus else ""
            shape = look.rounded(inner, self.height - grid.pixels(2), ground, 1.5, border)
            self._canvas.create_image(grid(2), middle, image=shape, anchor="w")
        left, right = grid(4), width - grid(4)
        if mark := _MARKS.get(row.kind, ""):
            self._canvas.create_text(
                left + grid(1.5), middle, text=mark, fill=colours.muted, font="ChatText"
            )
            left += grid(4.5)
        right = self._draw_number(row, middle, right)
        self._draw_name(row, left, middle, right - grid(1))

    def _draw_name(self, row: SideRow, left: int, middle: int, right: int) -> None:
        colours = self._look.palette
        fill = colours.text
        if row.kind is RowKind.PERSON:
            fill = colours.people[row.person]
        elif row.kind in (RowKind.OTHER_ROOM, RowKind.MORE) or row.is_muted:
            fill = colours.muted
        name = "ChatBold" if row.unread else "ChatText"
        text = shortened(row.text, right - left, lambda text: self._look.measure(text, name))
        self._canvas.create_text(left, middle, text=text, fill=fill, font=name, anchor="w")

    def _draw_number(self, row: SideRow, middle: int, right: int) -> int:
        """Returns where there is space again, on its left."""
        look, colours = self._look, self._look.palette
        if not row.unread:
            if row.count:
                self._canvas.create_text(
                    *(right, middle), anchor="e", text=str(row.count), fill=colours.muted,
                    font="ChatSmall",
                )  # fmt: skip
                return right - look.measure(str(row.count), "ChatSmall")
            return right
        text = ("@" if row.urgent and row.kind is RowKind.ROOM else "") + _number(row.unread)
        height = look.line_height
        width = max(height, look.measure(text, "ChatSmallBold") + look.grid(3))
        fill = colours.accent if row.urgent else colours.line
        ink = colours.accent_text if row.urgent else colours.text
        pill = look.rounded(width, height, fill, radius=height)
        self._canvas.create_image(right, middle, image=pill, anchor="e")
        self._canvas.create_text(
            right - width / 2, middle, text=text, fill=ink, font="ChatSmallBold"
        )
        return right - width

    def _draw_heading(self, row: SideRow, y: int, width: int, is_hovered: bool) -> None:
        look, colours = self._look, self._look.palette
        middle = y + self.height // 2
        text = f"{row.text}  {row.count}" if row.count else row.text
        self._canvas.create_text(
            *(look.grid(4), middle), anchor="w", text=text, fill=colours.muted,
            font="ChatSmallBold",
        )  # fmt: skip
        if row.action:
            colour = colours.text if is_hovered else colours.muted
            picture = look.icon("plus", colour)
            self._canvas.create_image(width - look.grid(4), middle, image=picture, anchor="e")


def _number(count: int) -> str:
    return str(count) if count <= _MOST else f"{_MOST}+"
