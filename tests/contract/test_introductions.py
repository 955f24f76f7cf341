"""Introductions in both databases: one transaction an act, no pair twice, nothing left of who is erased."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from matcher.adapters.sql import Store, open_store
from matcher.domain import Organisation
from matcher.errors import IllegalStep, MatcherError, NotFound
from matcher.introductions import (
    Act,
    Actor,
    Availability,
    Details,
    Ground,
    IntroductionDesk,
    IntroductionWorker,
    MeetingPlan,
    Outcome,
    Party,
    Rules,
    Side,
    State,
    Ties,
)
from matcher.people import new_person

NOW = datetime(2026, 12, 1, 9, tzinfo=UTC)
STAFF, FIRST = Actor(Party.STAFF, "P1"), Actor(Party.FIRST, "P2")


class Home:
    """A store with four organisations, a contact person each, and the use cases over it."""

    def __init__(self, store: Store) -> None:
        self.store = store
        names = ("Acme", "Bâtir", "Cargo", "Delta")
        members = [Organisation(id=f"ORG{n}", name=name) for n, name in enumerate(names, start=1)]
        store.items.put(members, source="test")
        parts = (store.items, store.introductions, Rules(), lambda ids: {name: [f"P-{name}"] for name in ids})
        self.desk, self.worker = IntroductionDesk(*parts), IntroductionWorker(*parts)

    def asked(self, first: str, second: str) -> str:
        new = self.desk.propose((first, second), STAFF, NOW, "plan 7")
        self.desk.act(new.id, Act.APPROVE, STAFF, NOW)
        self.worker.due(NOW)
        return new.id

    def mails(self) -> list[tuple[str, str]]:
        return [(mail.person_id, mail.event) for mail in reversed(self.store.mail.all())]


@pytest.fixture
def home(ready_url: str) -> Iterator[Home]:
    with open_store(ready_url, now=lambda: NOW) as store:
        yield Home(store)


def test_what_is_kept_is_read_back_as_it_was(home: Home) -> None:
    one = home.asked("ORG1", "ORG2")
    later = NOW + timedelta(hours=3)
    changed = home.desk.act(one, Act.YES, FIRST, later, Details(note="au téléphone"))
    assert home.store.introductions.get(one) == changed
    assert home.store.introductions.all({State.FIRST_AGREED}, "ORG2") == [changed]
    assert not home.store.introductions.all({State.CLOSED})
    records = home.store.introductions.history(one)
    assert [(record.act, record.version) for record in records] == [
        (Act.PROPOSE, 1),
        (Act.APPROVE, 2),
        (Act.ASK, 3),
        (Act.YES, 4),
    ]
    assert (records[3].at, records[3].actor, records[3].note) == (later, FIRST, "au téléphone")
    assert (records[0].plan, records[2].asked_id) == ("plan 7", "ORG1")
    assert home.mails() == [("P-ORG1", "introduction_asked")]


def test_an_outcome_and_a_ground_are_read_back(home: Home) -> None:
    one = home.asked("ORG1", "ORG2")
    home.desk.act(one, Act.YES, FIRST, NOW)
    home.worker.due(NOW)
    second = Actor(Party.SECOND, "P3")
    home.desk.act(one, Act.YES, second, NOW)
    home.desk.act(one, Act.OUTCOME, second, NOW, Details(outcome=Outcome(contacted=True)))
    assert home.store.introductions.get(one).outcomes == {Side.SECOND: Outcome(contacted=True, useful=None)}
    assert home.store.introductions.history(one)[-1].outcome == Outcome(contacted=True)
    other = home.asked("ORG3", "ORG4")
    home.desk.act(other, Act.NO, FIRST, NOW, Details(ground=Ground.COMPETITOR))
    assert home.store.introductions.get(other).ground is Ground.COMPETITOR


def test_words_are_read_back_and_removed(home: Home) -> None:
    one = home.desk.propose(("ORG1", "ORG2"), STAFF, NOW).id
    words = {Side.FIRST: "Bonjour,\nvu au salon.", Side.SECOND: "Bien à vous"}
    home.desk.act(one, Act.WRITE, STAFF, NOW, Details(words=words))
    assert home.store.introductions.get(one).words == words
    home.desk.act(one, Act.WRITE, STAFF, NOW, Details(words={Side.FIRST: ""}))
    assert home.store.introductions.get(one).words == {Side.SECOND: "Bien à vous"}
    assert [record.act for record in home.store.introductions.history(one)][1:] == [Act.WRITE, Act.WRITE]


@pytest.mark.parametrize("pair", [("ORG1", "ORG2"), ("ORG2", "ORG1")])
def test_no_pair_is_kept_twice(home: Home, pair: tuple[str, str]) -> None:
    home.asked("ORG1", "ORG2")
    with pytest.raises(IllegalStep, match="have an introduction already: IN1, 'asked_first'"):
        home.desk.propose(pair, STAFF, NOW)


def test_a_refused_act_leaves_nothing_behind(home: Home) -> None:
    one = home.asked("ORG1", "ORG2")
    before = (home.store.introductions.get(one), home.store.introductions.history(one), home.mails())
    with pytest.raises(IllegalStep):
        home.desk.act(one, Act.MEET, STAFF, NOW)
    assert (home.store.introductions.get(one), home.store.introductions.history(one), home.mails()) == before
    for unknown in ("IN99", "IN0", "IN-1", "99", "", "IN1; DROP TABLE items"):
        with pytest.raises(NotFound):
            home.desk.act(unknown, Act.YES, FIRST, NOW)


def test_of_two_answers_at_once_one_wins_and_the_other_is_told(home: Home) -> None:
    one = home.asked("ORG1", "ORG2")

    def answer(act: Act) -> str:
        try:
            home.desk.act(one, act, FIRST, NOW, Details(ground=Ground.NO_TIME))
        except MatcherError as refused:
            return type(refused).__name__
        return "done"

    with ThreadPoolExecutor(8) as threads:
        said = list(threads.map(answer, [Act.YES, Act.NO] * 4))
    assert sorted(said) == ["IllegalStep"] * 7 + ["done"]
    assert [record.version for record in home.store.introductions.history(one)] == [1, 2, 3, 4]


def test_workers_at_once_ask_within_the_capacity_and_once(home: Home) -> None:
    for other in ("ORG2", "ORG3", "ORG4"):
        home.desk.act(home.desk.propose(("ORG1", other), STAFF, NOW).id, Act.APPROVE, STAFF, NOW)
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda _: home.worker.due(NOW), range(8)))
    assert home.mails() == [("P-ORG1", "introduction_asked")]


def test_wishes_are_replaced_whole(home: Home) -> None:
    full = Availability("ORG1", 3, NOW + timedelta(days=9), frozenset({"ORG2", "ORG3"}), named_before=True)
    home.desk.wish(full, NOW)
    assert home.desk.wishes_of("ORG1", NOW) == full
    home.desk.wish(Availability("ORG1"), NOW)
    assert home.desk.wishes_of("ORG1", NOW) == Availability("ORG1")
    with pytest.raises(NotFound, match="ORG404"):
        home.desk.wish(Availability("ORG1", not_with=frozenset({"ORG404"})), NOW)


def test_ties_name_what_stands_between_an_organisation_and_others(home: Home) -> None:
    asked = home.asked("ORG4", "ORG1")
    home.desk.wish(Availability("ORG1", not_with=frozenset({"ORG3"})), NOW)
    home.desk.wish(Availability("ORG2", pause_until=NOW + timedelta(microseconds=1)), NOW)
    home.store.introductions.wish(Availability("ORG4", pause_until=NOW))
    of_first, of_third = (home.store.introductions.ties_of(one, NOW) for one in ("ORG1", "ORG3"))
    assert [one.id for one in of_first.introductions] == [asked]
    assert of_first.unwanted == {"ORG3"}
    assert of_first.paused == {"ORG2"}
    assert of_third == Ties([], frozenset({"ORG1"}), frozenset({"ORG2"}))


def test_nothing_is_left_of_an_erased_organisation(home: Home) -> None:
    one, other = home.asked("ORG1", "ORG2"), home.asked("ORG3", "ORG4")
    home.desk.wish(Availability("ORG3", not_with=frozenset({"ORG2"})), NOW)
    home.store.items.delete(["ORG2"])
    assert [kept.id for kept in home.store.introductions.all()] == [other]
    assert home.store.introductions.history(one) == []
    assert home.desk.wishes_of("ORG3", NOW) == Availability("ORG3")
    with pytest.raises(NotFound, match="no introduction 'IN1'"):
        home.desk.act(one, Act.YES, FIRST, NOW)


def _accepted(home: Home, first: str, second: str) -> str:
    one = home.asked(first, second)
    home.desk.act(one, Act.YES, FIRST, NOW)
    home.worker.due(NOW)
    home.desk.act(one, Act.YES, Actor(Party.SECOND, "P3"), NOW)
    return one


def test_a_meeting_is_read_back_with_the_acts_on_it(home: Home) -> None:
    one = _accepted(home, "ORG1", "ORG2")
    plan = MeetingPlan(NOW + timedelta(days=9), 45, "Albi, salle « Jean-Jaurès »")
    kept = home.desk.act(one, Act.SCHEDULE, FIRST, NOW, Details(meeting=plan))
    assert home.store.introductions.get(one) == kept
    assert kept.meeting is not None
    assert (kept.meeting.starts, kept.meeting.place) == (plan.starts, plan.place)
    home.desk.act(one, Act.CANCEL_MEETING, STAFF, NOW)
    records = home.store.introductions.history(one)[-2:]
    assert [record.meeting and record.meeting.cancelled for record in records] == [False, True]
    assert home.mails()[-1] == ("P-ORG2", "introduction_meeting_cancelled")


@pytest.mark.parametrize("how", ["erased", "merged"])
def test_an_organisation_that_goes_leaves_the_calendars_of_those_it_was_to_meet(home: Home, how: str) -> None:
    one = _accepted(home, "ORG1", "ORG2")
    plan = MeetingPlan(NOW + timedelta(days=9))
    home.desk.act(one, Act.SCHEDULE, FIRST, NOW, Details(meeting=plan))
    home.store.people.put(new_person("claire@example.org", "Claire", organisations=["ORG1"]))
    if how == "erased":
        home.store.items.delete(["ORG2"])
    else:  # the record that stays knows ORG1 already: the introduction of the other one goes
        home.desk.propose(("ORG1", "ORG3"), STAFF, NOW)
        home.store.items.merge("ORG3", "ORG2")
    [told] = [mail for mail in home.store.mail.all() if mail.event == "introduction_meeting_cancelled"]
    assert (told.subjects["organisation"], told.subjects["sequence"]) == ("ORG1", "1")
    assert "ORG2" not in str(told.subjects) + told.key
    with pytest.raises(NotFound):
        home.store.introductions.get(one)


def test_a_merged_organisation_keeps_its_introductions(home: Home) -> None:
    one, both, between = home.asked("ORG2", "ORG3"), home.asked("ORG1", "ORG4"), home.asked("ORG1", "ORG2")
    home.desk.propose(("ORG4", "ORG2"), STAFF, NOW)
    home.desk.wish(Availability("ORG3", not_with=frozenset({"ORG1", "ORG2"})), NOW)
    home.desk.wish(Availability("ORG2", capacity=1, not_with=frozenset({"ORG1"})), NOW)
    home.store.items.merge("ORG1", "ORG2")
    kept = home.store.introductions.all()
    assert [(found.id, found.first_id, found.second_id) for found in kept] == [
        (one, "ORG1", "ORG3"),
        (both, "ORG1", "ORG4"),
    ]
    assert between not in {found.id for found in kept}
    assert home.store.introductions.history(one)[2].asked_id == "ORG1"
    assert home.desk.wishes_of("ORG1", NOW) == Availability("ORG1", capacity=1)
    assert home.desk.wishes_of("ORG3", NOW).not_with == {"ORG1"}
    with pytest.raises(IllegalStep):
        home.desk.propose(("ORG4", "ORG1"), STAFF, NOW)
