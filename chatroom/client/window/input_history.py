"""What was written before, and the draft that is being written, as pages to turn."""


class InputHistory:
    """At most `most` lines that were sent, the oldest first; behind them the draft.

    Each page keeps what was changed on it, so that nothing that was written is lost by turning.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._pages = [""]
        self._at = 0

    def turn(self, text: str, step: int) -> str | None:
        """Leave a page, on which the text stands now, for another; None if there is none."""
        at = self._at + step
        if not 0 <= at < len(self._pages):
            return None
        self._pages[self._at] = text
        self._at = at
        return self._pages[at]

    def leave(self, text: str) -> str:
        """Turn to the page of the draft, for another one. Returns the draft that stood there."""
        self.turn(text, len(self._pages) - 1 - self._at)
        return self._pages[-1]

    def sent(self, text: str) -> str:
        """The text of this page was sent. Returns the draft: on another page there may be one."""
        draft = self._pages.pop()
        if self._at == len(self._pages):
            draft = ""
        self._pages.append(text)
        self._pages = [*self._pages[-self._most :], draft]
        self._at = len(self._pages) - 1
        return draft
