"""Where links begin and end in what people write."""

import re

_SCHEME = re.compile(r"https?://", re.IGNORECASE)
_LINK = re.compile(rf"{_SCHEME.pattern}[^\s<>\"]+", re.IGNORECASE)
_PUNCTUATION = ".,;:!?'"
_CLOSING = {"(": ")", "[": "]", "{": "}"}


def links(text: str) -> list[tuple[int, int]]:
    """The spans of http and https links, without the punctuation that follows them.

    A closing bracket belongs to a link that holds its opening one: the link to X_(Y) keeps its `)`,
    one that stands in parentheses does not take theirs.
    """
    spans = []
    for match in _LINK.finditer(text):
        url = _without_what_follows(match.group())
        if not _SCHEME.fullmatch(url):
            spans.append((match.start(), match.start() + len(url)))
    return spans


def _without_what_follows(url: str) -> str:
    """Brackets are counted once and then kept account of: any text takes linear time."""
    unopened = {end: url.count(end) - url.count(begin) for begin, end in _CLOSING.items()}
    for length in range(len(url), 0, -1):
        last = url[length - 1]
        if last in _CLOSING:
            unopened[_CLOSING[last]] += 1
        elif unopened.get(last, 0) > 0:
            unopened[last] -= 1
        elif last not in _PUNCTUATION:
            return url[:length]
    return ""
