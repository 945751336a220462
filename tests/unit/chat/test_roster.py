"""Who has which name, and how long a name is held."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from chatroom.chat.room import Member
from chatroom.chat.roster import Roster, Unavailable

if TYPE_CHECKING:
    from tests.unit.chat.conftest import Visitor

HOLD = 30.0
HOME = "192.0.2.1"
ELSEWHERE = "192.0.2.2"


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def roster(clock: Clock) -> Roster:
    return Roster(HOLD, clock)


def claim(roster: Roster, member: Member, wanted: str) -> bool:
    return roster.give(member, roster.approve(member, wanted))


class Register:
    """Makes members and gives them names."""

    def __init__(self, roster: Roster, new_visitor: type[Visitor]) -> None:
        self._roster = roster
        self._new_visitor = new_visitor

    def __call__(self, name: str, host: str = HOME, ticket: str = "") -> Member:
        member = self._new_visitor(host=host).member
        member.ticket = ticket
        claim(self._roster, member, name)
        return member

    def refusal(self, name: str, host: str = HOME, ticket: str = "") -> str:
        with pytest.raises(Unavailable) as refused:
            self(name, host, ticket)
        return refused.value.code


@pytest.fixture
def register(roster: Roster, new_visitor: type[Visitor]) -> Register:
    return Register(roster, new_visitor)


def test_a_claimed_name_belongs_to_the_member(roster: Roster, register: Register) -> None:
    ann = register("Ann")
    assert (ann.name, ann.key) == ("Ann", "ann")
    assert roster.find("Ann") is ann
    assert list(roster) == [ann]
    assert len(roster) == 1


@pytest.mark.parametrize("spelling", ["ann", "ANN", " Ann ", "\uff41nn", "\u0430\u043d\u043d"[:1]])
def test_somebody_is_found_however_their_name_is_written(
    roster: Roster, register: Register, spelling: str
) -> None:
    member = register("a" if len(spelling) == 1 else "Ann")
    assert roster.find(spelling) is member


@pytest.mark.parametrize("name", ["bob", "", "two words", "\x1b[31m", "server", "a" * 5000])
def test_nobody_is_found_under_a_name_that_nobody_has(
    roster: Roster, register: Register, name: str
) -> None:
    register("ann")
    assert roster.find(name) is None


@pytest.mark.parametrize("wanted", ["ann", "ANN", " ann", "\uff21nn", "\u1d43nn"], ids=ascii)
def test_a_name_is_taken_however_it_is_written(register: Register, wanted: str) -> None:
    register("Ann")
    assert register.refusal(wanted) == "name-taken"


@pytest.mark.parametrize("taken", ["lan", "Ian", "1an"])
def test_a_name_that_looks_like_one_that_is_taken_cannot_be_claimed(
    register: Register, roster: Roster, taken: str
) -> None:
    copy = "\u0406\u0430\u043f"  # Cyrillic
    original = register(taken)
    assert register.refusal(copy) == "name-taken"
    roster.release(original, hold=True)
    assert register.refusal(copy, ELSEWHERE) in ("name-taken", "name-held")
    roster.release(register(taken), hold=False)
    imitator = register(copy)
    assert register.refusal(taken) == "name-taken"
    claim(roster, imitator, taken)  # their own name stands in nobody's way
    assert list(roster) == [imitator]


def test_names_of_ascii_that_look_alike_stand_side_by_side(
    register: Register, roster: Roster
) -> None:
    assert [register("lan"), register("Ian"), register("1an")] == list(roster)


@pytest.mark.parametrize("wanted", ["server", "Server", "SERVER", "s.e.r.v.e.r", "5erver"])
def test_a_reserved_name_cannot_be_claimed(register: Register, wanted: str) -> None:
    assert register.refusal(wanted) == "name-reserved"


@pytest.mark.parametrize("wanted", ["", "two words", "#ann", "a:b", "a\x1bb", "a" * 33])
def test_a_bad_name_cannot_be_claimed(register: Register, wanted: str) -> None:
    assert register.refusal(wanted) == "bad-name"


def test_a_refused_claim_changes_nothing(roster: Roster, register: Register) -> None:
    ann, bob = register("ann"), register("bob")
    for wanted in ("ANN", "server", "two words"):
        with pytest.raises(Unavailable):
            claim(roster, bob, wanted)
    assert (bob.name, bob.key) == ("bob", "bob")
    assert roster.find("bob") is bob
    assert roster.find("ann") is ann


def test_a_name_is_free_again_after_its_holder_left(roster: Roster, register: Register) -> None:
    roster.release(register("ann"), hold=False)
    assert roster.find("ann") is None
    assert register("ann", ELSEWHERE).name == "ann"


def test_a_name_is_held_for_thirty_seconds_after_a_lost_connection(
    roster: Roster, register: Register, clock: Clock
) -> None:
    roster.release(register("ann"), hold=True)
    assert roster.find("ann") is None
    clock.now += HOLD - 0.001
    assert register.refusal("ANN", ELSEWHERE) == "name-held"
    clock.now += 0.001
    assert register("ann", ELSEWHERE).name == "ann"


def test_the_same_visitor_has_a_held_name_back_at_once(roster: Roster, register: Register) -> None:
    roster.release(register("ann"), hold=True)
    assert register("Ann", HOME).name == "Ann"


@pytest.mark.parametrize(
    ("lost_with", "wanted_with"), [("t1", ""), ("t1", "t2"), ("", "t1")], ids=str
)
def test_a_name_is_held_by_address_only_between_visitors_without_a_ticket(
    roster: Roster, register: Register, lost_with: str, wanted_with: str
) -> None:
    roster.release(register("ann", HOME, lost_with), hold=True)
    assert register.refusal("ann", HOME, wanted_with) == "name-held"
    assert register("ann", HOME, lost_with).name == "ann"


def test_an_approved_name_is_not_given_yet(roster: Roster, register: Register) -> None:
    roster.release(register("ann", HOME, "t1"), hold=True)
    member = register("bob")
    assert roster.approve(member, "Rob") == "Rob"
    assert (member.name, roster.find("rob")) == ("bob", None)
    assert register("ann", ELSEWHERE, "t1").name == "ann"


def test_whoever_has_a_name_back_by_their_address_is_the_same_person(
    roster: Roster, register: Register
) -> None:
    before = register("ann")
    roster.release(before, hold=True)
    assert register("ann").person is before.person


def test_a_name_that_came_back_is_no_longer_held(roster: Roster, register: Register) -> None:
    roster.release(register("ann"), hold=True)
    roster.release(register("ann", HOME), hold=False)
    assert register("ann", ELSEWHERE).name == "ann"


def test_a_name_lost_again_is_held_anew(roster: Roster, register: Register, clock: Clock) -> None:
    roster.release(register("ann"), hold=True)
    clock.now += 20
    roster.release(register("ann"), hold=True)
    clock.now += 20
    assert register.refusal("ann", ELSEWHERE) == "name-held"
    clock.now += 10
    assert register("ann", ELSEWHERE).name == "ann"


def test_each_held_name_runs_out_in_its_own_time(
    roster: Roster, register: Register, clock: Clock
) -> None:
    ann, bob = register("ann"), register("bob")
    roster.release(ann, hold=True)
    clock.now += 10
    roster.release(bob, hold=True)
    clock.now += 20
    assert register("ann", ELSEWHERE).name == "ann"
    assert register.refusal("bob", ELSEWHERE) == "name-held"


@pytest.mark.parametrize(
    ("passed", "told"), [(0.0, "30 s"), (12.0, "18 s"), (29.9, "1 s")], ids=str
)
def test_a_refusal_tells_how_long_a_name_is_still_held(
    roster: Roster, register: Register, clock: Clock, passed: float, told: str
) -> None:
    roster.release(register("ann"), hold=True)
    clock.now += passed
    with pytest.raises(Unavailable, match=f"within {told}"):
        register("ann", ELSEWHERE)


def test_a_new_name_frees_the_old_one_at_once(roster: Roster, register: Register) -> None:
    ann = register("ann")
    claim(roster, ann, "anna")
    assert (ann.name, ann.key) == ("anna", "anna")
    assert roster.find("anna") is ann
    assert roster.find("ann") is None
    assert register("ann", ELSEWHERE).name == "ann"
    assert len(roster) == 2


def test_somebody_may_change_the_case_of_their_own_name(roster: Roster, register: Register) -> None:
    ann = register("ann")
    claim(roster, ann, "ANN")
    assert ann.name == "ANN"
    assert list(roster) == [ann]


@pytest.mark.parametrize("host", [HOME, ELSEWHERE])
def test_a_held_name_cannot_be_had_by_renaming(
    roster: Roster, register: Register, host: str
) -> None:
    roster.release(register("ann"), hold=True)
    bob = register("bob", host)
    with pytest.raises(Unavailable) as refused:
        claim(roster, bob, "ann")
    assert refused.value.code == "name-held"


def test_names_that_are_no_longer_held_are_forgotten(
    roster: Roster, register: Register, clock: Clock
) -> None:
    for number in range(100):
        roster.release(register(f"ann{number}"), hold=True)
    clock.now += HOLD
    register("bob")
    assert not roster._held
