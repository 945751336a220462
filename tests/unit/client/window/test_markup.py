"""What stands out in the text of a message."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatroom.client.window.markup import Line, Span, lines, spans


def told(line: Line) -> str:
    return "".join(span.text for span in line.spans)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("plain", [("plain", "")]),
        ("the `mask` is", [("the ", ""), ("mask", "code"), (" is", "")]),
        ("**never** zero", [("never", "bold"), (" zero", "")]),
        ("2 ** 3 ** 4", [("2 ** 3 ** 4", "")]),
        ("`**not**` bold", [("**not**", "code"), (" bold", "")]),
        ("see https://a.example/x, and", [
            ("see ", ""), ("https://a.example/x", "link"), (", and", ""),
        ]),
        ("`https://a.example`", [("https://a.example", "code")]),
        ("https://a.example/`x` y", [("https://a.example/`x`", "link"), (" y", "")]),
        ("a ` alone", [("a ` alone", "")]),
        ("", []),
    ],
)  # fmt: skip
def test_code_bold_and_links_are_marked(text: str, parts: list[tuple[str, str]]) -> None:
    assert [(span.text, span.style) for span in spans(text)] == parts


def test_a_block_of_code_is_shown_without_its_fences() -> None:
    shown = lines("look:\n```python\nif x:\n\treturn `y`\n```\ndone")
    assert [(told(line), line.code) for line in shown] == [
        ("look:", False),
        ("if x:", True),
        ("    return `y`", True),
        ("done", False),
    ]


@pytest.mark.parametrize("text", ["```\nnever closed", "``` ", "a ``` b"])
def test_a_fence_that_nobody_closes_is_text(text: str) -> None:
    assert not any(line.code for line in lines(text))


def test_a_block_may_begin_and_end_in_one_line() -> None:
    assert lines("```x = 1```") == [Line((Span("x = 1"),), code=True)]


def test_an_empty_block_is_an_empty_line_of_code() -> None:
    assert [(told(line), line.code) for line in lines("```\n```")] == [("", True)]


@given(st.text(alphabet="a`*\n :/htps.", max_size=60))
def test_any_text_is_shown(text: str) -> None:
    letters = sum(char.isalpha() for char in text)
    assert sum(char.isalpha() for line in lines(text) for char in told(line)) <= letters
    assert all("\n" not in told(line) for line in lines(text))
