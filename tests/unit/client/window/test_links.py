"""Where links begin and end in what people write."""

import pytest

from chatroom.client.window.links import links


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("see http://a.example/x?y=1#z now", ["http://a.example/x?y=1#z"]),
        ("HTTPS://A.EXAMPLE, and", ["HTTPS://A.EXAMPLE"]),
        ("https://en.wikipedia.org/wiki/X_(Y)", ["https://en.wikipedia.org/wiki/X_(Y)"]),
        ("https://en.wikipedia.org/wiki/X_(Y).", ["https://en.wikipedia.org/wiki/X_(Y)"]),
        ("(https://en.wikipedia.org/wiki/X_(Y))", ["https://en.wikipedia.org/wiki/X_(Y)"]),
        ("(see https://a.example/b)", ["https://a.example/b"]),
        ("(see https://a.example/b.)", ["https://a.example/b"]),
        ("[https://a.example/[b]]", ["https://a.example/[b]"]),
        ("https://a.example/(b", ["https://a.example/(b"]),
        ("https://a.example/( b", ["https://a.example/"]),
        ('"https://a.example",<https://b.example>', ["https://a.example", "https://b.example"]),
        ("javascript:alert(1) file:///etc/passwd ftp://a.example www.a.example", []),
        ("https:// https://) https://...", []),
        ("http://a http://b", ["http://a", "http://b"]),
    ],
)
def test_a_link_keeps_its_own_brackets_and_takes_none_of_others(
    text: str, found: list[str]
) -> None:
    assert [text[begin:end] for begin, end in links(text)] == found
