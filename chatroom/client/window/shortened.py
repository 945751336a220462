"""Texts that have to fit into a width."""

from collections.abc import Callable


def shortened(text: str, width: int, measure: Callable[[str], int]) -> str:
    """As much of it as fits, with an ellipsis if that is not all."""
    if measure(text) <= width:
        return text
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if measure(text[:middle] + "…") <= width else (low, middle - 1)
    return text[:low].rstrip() + "…"
