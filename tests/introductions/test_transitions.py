"""What may be done to an introduction, who may do it, and what comes of it."""

from datetime import timedelta
from typing import Any

import pytest

from matcher.errors import IllegalStep, InvalidRequest, NotAllowed
from matcher.introductions import (
    TABLE,
    Act,
    Actor,
    Ground,
    Introduction,
    Origin,
    Outcome,
    Party,
    Rules,
    Side,
    Situation,
    State,
    advance,
    allowed_acts,
)
from tests.introductions.cluster import FIRST, SECOND, STAFF, START, cluster

STAFF_FOR_SECOND = Actor(Party.STAFF, "P-staff", on_behalf_of="ORG2")
LEGAL = """
    proposed      approve         staff                 approved
    proposed      refuse          staff                 refused
    proposed      postpone        staff                 proposed
    proposed      withdraw        first staff           withdrawn
    proposed      write           staff                 proposed
    refused       reopen          staff                 proposed
    refused       write           staff                 refused
    approved      ask             service               asked_first
    approved      withdraw        staff service         withdrawn
    approved      write           staff                 approved
    asked_first   remind          service               asked_first
    asked_first   yes             first staff           first_agreed
    asked_first   no              first staff           declined
    asked_first   not_now         first staff           not_now
    asked_first   expire          service               expired
    asked_first   withdraw        staff service         withdrawn
    asked_first   write           staff                 asked_first
    first_agreed  ask             service               asked_second
    first_agreed  withdraw        first staff service   withdrawn
    first_agreed  write           staff                 first_agreed
    asked_second  remind          service               asked_second
    asked_second  yes             second staff          accepted
    asked_second  no              second staff          declined
    asked_second  not_now         second staff          not_now
    asked_second  expire          service               expired
    asked_second  withdraw        first staff service   withdrawn
    asked_second  write           staff                 asked_second
    not_now       wake            service               approved
    not_now       withdraw        staff service         withdrawn
    not_now       write           staff                 not_now
    accepted      schedule        first second staff    accepted
    accepted      cancel_meeting  first second staff    accepted
    accepted      meet            first second staff    met
    accepted      ask_outcome     service               accepted
    accepted      outcome         first second staff    closed
    accepted      withdraw        staff                 withdrawn
    accepted      write           staff                 accepted
    met           ask_outcome     service               met
    met           outcome         first second staff    closed
    met           write           staff                 met
    closed        outcome         first second staff    closed
    closed        write           staff                 closed
    declined      write           staff                 declined
    expired       write           staff                 expired
    withdrawn     write           staff                 withdrawn
"""
"""What may be done: state, act, by which parties, and the state after it."""


def read(line: str) -> tuple[tuple[State, Act], tuple[frozenset[Party], State]]:
    state, act, *parties, after = line.split()
    return (State(state), Act(act)), (frozenset(map(Party, parties)), State(after))


EXPECTED = dict(read(line) for line in LEGAL.strip().splitlines())
ILLEGAL = [(state, act) for state in State for act in Act if (state, act) not in EXPECTED]


def test_the_table_holds_what_may_be_done_and_no_more() -> None:
    assert {key: (frozenset(rule.parties), rule.after) for key, rule in TABLE.items()} == EXPECTED


@pytest.mark.parametrize(("state", "act"), ILLEGAL)
def test_what_the_table_does_not_hold_is_refused_by_name(state: State, act: Act) -> None:
    one = Introduction("IN7", "ORG1", "ORG2", state, 3, START, START)
    with pytest.raises(IllegalStep, match=f"IN7 is '{state.value}': '{act.value}' is not possible"):
        advance(one, act, STAFF, Situation(START, Rules(), {}))


@pytest.mark.parametrize(("state", "act"), sorted(EXPECTED))
def test_each_act_is_refused_to_the_parties_that_the_table_does_not_name(state: State, act: Act) -> None:
    one = Introduction("IN7", "ORG1", "ORG2", state, 3, START, START)
    for party in set(Party) - EXPECTED[state, act][0]:
        assert act not in allowed_acts(one, party)
        with pytest.raises(NotAllowed, match=f"not for {party.value}"):
            advance(one, act, Actor(party), Situation(START, Rules(), {}))


def test_an_introduction_goes_from_proposal_to_outcome_and_keeps_every_act() -> None:
    home = cluster()
    assert home.asked().state is State.ASKED_FIRST
    home.later(days=1)
    assert home.act(Act.YES, FIRST).state is State.FIRST_AGREED
    home.worker.due(home.now)
    assert home.act(Act.YES, SECOND).state is State.ACCEPTED
    assert home.act(Act.MEET, FIRST).state is State.MET
    home.worker.due(home.now)
    assert home.act(Act.OUTCOME, FIRST, outcome=Outcome(contacted=True, useful=True)).state is State.CLOSED
    last = home.act(Act.OUTCOME, STAFF_FOR_SECOND, outcome=Outcome(contacted=True))
    assert last.outcomes == {Side.FIRST: Outcome(True, True), Side.SECOND: Outcome(True)}
    history = home.kept.history("IN1")
    assert [record.act.value for record in history] == [
        *("propose", "approve", "ask", "yes", "ask", "yes", "meet", "ask_outcome", "outcome", "outcome")
    ]
    assert [record.version for record in history] == list(range(1, 11))
    assert (history[3].actor, history[3].at) == (FIRST, START + timedelta(days=1))
    assert history[-1].actor.on_behalf_of == "ORG2"
    assert home.events() == [
        ("P-ORG1", "introduction_asked"),
        ("P-ORG2", "introduction_asked"),
        ("P-ORG1", "introduction_accepted"),
        ("P-ORG2", "introduction_accepted"),
        ("P-ORG1", "introduction_outcome"),
        ("P-ORG2", "introduction_outcome"),
    ]


def test_the_second_side_is_told_nothing_before_the_first_agreed() -> None:
    home = cluster()
    home.asked()
    home.act(Act.NO, FIRST, ground=Ground.NO_TIME)
    assert home.events() == [("P-ORG1", "introduction_asked")]
    assert home.kept.get("IN1").ground is Ground.NO_TIME


def test_the_first_side_is_told_that_the_second_declined() -> None:
    home = cluster()
    home.asked()
    home.act(Act.YES, FIRST)
    home.worker.due(home.now)
    home.act(Act.NO, SECOND, ground=Ground.COMPETITOR)
    assert home.events()[-1] == ("P-ORG1", "introduction_declined")


def test_a_member_that_proposes_has_agreed_already() -> None:
    home = cluster()
    assert home.propose(actor=FIRST).origin is Origin.MEMBER
    home.act(Act.APPROVE)
    home.worker.due(home.now)
    assert home.kept.get("IN1").state is State.ASKED_SECOND
    assert home.events() == [("P-ORG2", "introduction_asked")]


def test_not_now_is_asked_again_when_its_time_comes_and_under_another_key() -> None:
    home = cluster()
    home.asked()
    home.act(Act.NOT_NOW, FIRST, until=home.now + timedelta(days=60))
    home.later(days=59)
    assert not home.worker.due(home.now)
    home.later(days=1)
    assert home.worker.due(home.now) == {Act.WAKE: 1}
    assert home.worker.due(home.now) == {Act.ASK: 1}
    first, again = home.kept.messages
    assert (first.person_id, first.event) == (again.person_id, again.event)
    assert first.key != again.key


def test_not_now_of_the_second_side_does_not_ask_the_first_again() -> None:
    home = cluster()
    home.asked()
    home.act(Act.YES, FIRST)
    home.worker.due(home.now)
    home.act(Act.NOT_NOW, SECOND, until=home.now + timedelta(days=30))
    home.later(days=30)
    home.worker.due(home.now)
    home.worker.due(home.now)
    assert home.kept.get("IN1").state is State.ASKED_SECOND
    assert [person for person, _ in home.events()] == ["P-ORG1", "P-ORG2", "P-ORG2"]


def test_of_yes_and_withdrawal_at_once_one_wins_and_the_other_reads_what_became_of_it() -> None:
    home = cluster()
    seen = home.asked()
    home.act(Act.WITHDRAW)
    with pytest.raises(IllegalStep, match=r"is 'withdrawn': 'yes' is not possible\. It is over"):
        home.act(Act.YES, FIRST)
    with pytest.raises(IllegalStep, match="IN1 changed since you saw it: it is now 'withdrawn'"):
        home.act(Act.YES, FIRST, seen_version=seen.version)
    assert home.events()[-1] == ("P-ORG1", "introduction_withdrawn")


@pytest.mark.parametrize(
    ("act", "details", "said"),
    [
        (Act.NO, {}, "Say why: one of not_relevant"),
        (Act.NOT_NOW, {}, "Say until when"),
        (Act.NOT_NOW, {"until": START}, "Say until when"),
        (Act.NOT_NOW, {"until": START + timedelta(days=400)}, "Say until when"),
        (Act.NOT_NOW, {"until": (START + timedelta(days=9)).replace(tzinfo=None)}, "with time zone"),
    ],
)
def test_what_an_answer_lacks_is_said(act: Act, details: dict[str, Any], said: str) -> None:
    home = cluster()
    home.asked()
    with pytest.raises(InvalidRequest, match=said):
        home.act(act, FIRST, **details)
    assert home.kept.get("IN1").state is State.ASKED_FIRST


def test_a_side_says_once_how_it_was() -> None:
    home = cluster()
    home.asked()
    home.act(Act.YES, FIRST)
    home.worker.due(home.now)
    home.act(Act.YES, SECOND)
    with pytest.raises(InvalidRequest, match="Say for which organisation: ORG1 or ORG2"):
        home.act(Act.OUTCOME, STAFF, outcome=Outcome(contacted=False))
    home.act(Act.OUTCOME, SECOND, outcome=Outcome(contacted=False))
    with pytest.raises(IllegalStep, match="ORG2 said already"):
        home.act(Act.OUTCOME, SECOND, outcome=Outcome(contacted=True))


def test_staff_can_take_a_refusal_back() -> None:
    home = cluster()
    home.propose()
    assert home.act(Act.REFUSE, ground=Ground.COMPETITOR).state is State.REFUSED
    assert home.act(Act.REOPEN).ground is None
    assert home.act(Act.APPROVE).state is State.APPROVED


def test_staff_can_put_a_decision_off() -> None:
    home = cluster()
    home.propose()
    back = home.now + timedelta(days=14)
    put_off = home.act(Act.POSTPONE, until=back)
    assert (put_off.state, put_off.until) == (State.PROPOSED, back)
    assert home.events() == [], "no member hears of it"
    home.later(days=20)
    home.worker.due(home.now)
    assert home.kept.get("IN1").state is State.PROPOSED, "it is staff who decide, not time"
    approved = home.act(Act.APPROVE)
    assert (approved.state, approved.until) == (State.APPROVED, None)
    with pytest.raises(IllegalStep):
        home.act(Act.POSTPONE, until=back + timedelta(days=30))
