"""What people type about the past and about topics; test_line.py has the rest."""

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatroom.protocols.typed import parse
from chatroom.vocabulary import commands
from chatroom.vocabulary.commands import Recall, Search, SetTopic

USAGE = "Server: Usage: {}\n"
HISTORY = USAGE.format("/history [WHICH], for example /history 50, /history 2h or /history ann")
SEARCH = USAGE.format("/search WORDS, for example /search tea time from:ann")


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("/history", Recall()),
        ("/history 50", Recall(limit=50)),
        ("/history 5000", Recall(limit=5000)),
        ("/history 2h", Recall(ago=7200.0)),
        ("/history 2 H", Recall(ago=7200.0)),
        ("/history 90s", Recall(ago=90.0)),
        ("/history 3d", Recall(ago=3 * 86_400.0)),
        ("/history 2026-11-24", Recall(at=datetime(2026, 11, 24).timestamp())),
        ("/history 1950-01-01", Recall(at=0.0)),
        ("/history ann", Recall(name="ann")),
        ("/history 2hours", Recall(name="2hours")),
        ("/history from:2h", Recall(name="2h")),
        ("/history FROM:7", Recall(name="7")),
        ("/last ann", Recall(name="ann")),
        ("/search tea", Search("tea")),
        ("/search  tea   time ", Search("tea time")),
        ("/search tea from:ann", Search("tea", name="ann")),
        ("/search room:#den tea From:ann time", Search("tea time", "#den", "ann")),
        ("/search from: here", None),
        ("/search http://x", Search("http://x")),
        ("/find tea", Search("tea")),
        ("/more", commands.More()),
        ("/topic", SetTopic()),
        ("/topic  green  and black ", SetTopic("green  and black")),
        ("/topic -", SetTopic("")),
        ("/topic - a list", SetTopic("- a list")),
        ("/history 0", None),
        ("/history 00", None),
        ("/history 9999999", None),
        ("/history 9999999h", None),
        ("/history 2026-13-01", None),
        ("/history ann bob", None),
        ("/history room:den", None),
        ("/history from:", None),
        ("/search", None),
        ("/search from:ann", None),
        ("/search room:tea", None),
        ("/search tea from:ann from:bob", None),
        ("/more tea", None),
        ("/histroy", "Server: There is no such command; did you mean /history?\n"),
        ("/topci x", "Server: There is no such command; did you mean /topic?\n"),
        ("/serach x", "Server: There is no such command; did you mean /search?\n"),
        ("/mroe", "Server: There is no such command; did you mean /more?\n"),
    ],
)
def test_what_is_asked_for(line: str, wanted: commands.Command | str | None) -> None:
    usages = {"/history": HISTORY, "/search": SEARCH, "/more": USAGE.format("/more")}
    assert parse(line) == (usages[line.split()[0]] if wanted is None else wanted)


@given(
    st.sampled_from(["/history ", "/search ", "/topic ", "/more "]),
    st.text(st.sampled_from("0123456789-shd aZ:#from room") | st.characters(), max_size=40),
)
def test_anything_is_a_command_or_is_answered(verb: str, rest: str) -> None:
    command = parse(verb + rest)
    if isinstance(command, str):
        assert command.startswith("Server: Usage: ")
    else:
        assert isinstance(command, Recall | Search | SetTopic | commands.More)
