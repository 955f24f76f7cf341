"""The meeting of an introduction: set, changed, cancelled, held."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from matcher.errors import IllegalStep, InvalidRequest, NotAllowed
from matcher.introductions import (
    Act,
    Actor,
    Introduction,
    Meeting,
    MeetingPlan,
    Outcome,
    Party,
    State,
    cancellations,
)
from tests.introductions.cluster import FIRST, SECOND, STAFF, START, Cluster, cluster

TOMORROW = START + timedelta(days=1)
PLAN = MeetingPlan(TOMORROW, 45, "Albi, salle 2")
CLAIMS = Outcome(contacted=True)


@pytest.fixture
def home() -> Cluster:
    """Both sides of IN1 agreed."""
    found = cluster()
    found.asked()
    found.act(Act.YES, FIRST)
    found.worker.due(found.now)
    found.act(Act.YES, SECOND)
    return found


def meeting_of(one: Introduction) -> Meeting:
    assert one.meeting is not None
    return one.meeting


@pytest.mark.parametrize("actor", [FIRST, SECOND, STAFF])
def test_each_side_and_staff_set_a_date_that_both_are_told(home: Cluster, actor: Actor) -> None:
    one = home.act(Act.SCHEDULE, actor, meeting=PLAN)
    meeting = meeting_of(one)
    assert (one.state, meeting.starts, meeting.minutes, meeting.sequence) == (State.ACCEPTED, TOMORROW, 45, 0)
    assert home.events()[-2:] == [("P-ORG1", "introduction_meeting"), ("P-ORG2", "introduction_meeting")]
    record = home.kept.history("IN1")[-1]
    assert (record.act, record.actor, record.meeting) == (Act.SCHEDULE, actor, meeting)


def test_a_change_and_a_cancellation_are_newer_versions_of_the_same_entry(home: Cluster) -> None:
    first = meeting_of(home.act(Act.SCHEDULE, FIRST, meeting=PLAN))
    second = meeting_of(home.act(Act.SCHEDULE, SECOND, meeting=MeetingPlan(TOMORROW + timedelta(hours=2))))
    third = meeting_of(home.act(Act.CANCEL_MEETING, FIRST))
    fourth = meeting_of(home.act(Act.SCHEDULE, STAFF, meeting=PLAN))
    versions = [first, second, third, fourth]
    assert {meeting.uid for meeting in versions} == {first.uid}
    assert [meeting.sequence for meeting in versions] == [0, 1, 2, 3]
    assert [meeting.cancelled for meeting in versions] == [False, False, True, False]
    said = [message.subjects["sequence"] for message in home.kept.messages[-8:]]
    assert said == ["0", "0", "1", "1", "2", "2", "3", "3"]
    assert len({message.key for message in home.kept.messages}) == len(home.kept.messages)


@pytest.mark.parametrize(
    ("plan", "said"),
    [
        (None, "Say when the meeting starts"),
        (MeetingPlan(TOMORROW.replace(tzinfo=None)), "with time zone"),
        (MeetingPlan(START), "in the future"),
        (MeetingPlan(START + timedelta(days=367)), "within 366 days"),
        (MeetingPlan(TOMORROW, 4), "5 to 720 minutes"),
        (MeetingPlan(TOMORROW, 721), "5 to 720 minutes"),
        (MeetingPlan(TOMORROW, 60, "x" * 301), "at most 300 characters"),
        (MeetingPlan(TOMORROW, 60, "Albi\r\nATTENDEE:mailto:x@y.example"), "one line"),
    ],
)
def test_what_is_no_meeting_is_refused(home: Cluster, plan: MeetingPlan | None, said: str) -> None:
    with pytest.raises(InvalidRequest, match=said):
        home.act(Act.SCHEDULE, FIRST, meeting=plan)
    assert home.kept.get("IN1").meeting is None


@pytest.mark.parametrize(("act", "details"), [(Act.MEET, {}), (Act.OUTCOME, {"outcome": CLAIMS})])
def test_how_it_was_is_said_after_the_meeting(home: Cluster, act: Act, details: dict[str, Any]) -> None:
    home.act(Act.SCHEDULE, FIRST, meeting=PLAN)
    with pytest.raises(IllegalStep, match="on 2026-12-02: say how it was afterwards, or cancel it first"):
        home.act(act, SECOND, **details)
    home.later(days=1, minutes=44)
    with pytest.raises(IllegalStep):
        home.act(act, SECOND, **details)
    home.later(minutes=1)
    assert home.act(act, SECOND, **details).state in (State.MET, State.CLOSED)


def test_only_a_meeting_ahead_is_cancelled(home: Cluster) -> None:
    with pytest.raises(IllegalStep, match="no meeting ahead"):
        home.act(Act.CANCEL_MEETING, FIRST)
    home.act(Act.SCHEDULE, FIRST, meeting=PLAN)
    home.later(days=2)
    with pytest.raises(IllegalStep, match="no meeting ahead"):
        home.act(Act.CANCEL_MEETING, FIRST)


def test_the_two_questions_go_out_on_the_day_after_the_meeting(home: Cluster) -> None:
    home.act(Act.SCHEDULE, FIRST, meeting=MeetingPlan(START + timedelta(days=40)))
    home.later(days=40)
    assert not home.worker.due(home.now)
    home.later(days=1)
    assert home.worker.due(home.now) == {Act.ASK_OUTCOME: 1}
    assert not home.worker.due(home.now)


def test_without_a_meeting_or_once_it_is_cancelled_they_go_out_after_two_weeks(home: Cluster) -> None:
    home.act(Act.SCHEDULE, FIRST, meeting=MeetingPlan(START + timedelta(days=40)))
    home.act(Act.CANCEL_MEETING, FIRST)
    home.later(days=13)
    assert not home.worker.due(home.now)
    home.later(days=1)
    assert home.worker.due(home.now) == {Act.ASK_OUTCOME: 1}


def test_a_withdrawn_introduction_takes_its_meeting_out_of_calendars(home: Cluster) -> None:
    home.act(Act.SCHEDULE, FIRST, meeting=PLAN)
    one = home.act(Act.WITHDRAW)
    assert (one.state, meeting_of(one).cancelled, meeting_of(one).sequence) == (State.WITHDRAWN, True, 1)
    told = home.kept.messages[-1]
    assert (told.event, told.subjects["sequence"]) == ("introduction_withdrawn", "1")
    assert datetime.fromisoformat(told.subjects["starts"]) == TOMORROW


def test_a_meeting_that_is_over_stays_as_it_was_when_the_introduction_is_withdrawn(home: Cluster) -> None:
    meeting = meeting_of(home.act(Act.SCHEDULE, FIRST, meeting=PLAN))
    home.later(days=2)
    assert home.act(Act.WITHDRAW).meeting == meeting
    assert "sequence" not in home.kept.messages[-1].subjects


def test_the_worker_sets_no_dates(home: Cluster) -> None:
    for act in (Act.SCHEDULE, Act.CANCEL_MEETING):
        with pytest.raises(NotAllowed, match="not for service"):
            home.act(act, Actor(Party.SERVICE), meeting=PLAN)


def test_the_cancellation_of_an_erased_organisation_holds_what_calendars_need(
    home: Cluster,
) -> None:
    one = home.act(Act.SCHEDULE, FIRST, meeting=PLAN)
    [told] = cancellations(one, "ORG1", ["P-ORG1"], home.now)
    assert dict(told.subjects) == {
        "introduction": "IN1",
        "organisation": "ORG1",
        "sequence": "1",
        "starts": TOMORROW.isoformat(),
        "minutes": "45",
        "uid": meeting_of(one).uid,
    }
    assert "ORG2" not in "".join(told.subjects.values()) + told.key
    assert cancellations(one, "ORG1", ["P-ORG1"], datetime(2027, 1, 1, tzinfo=UTC)) == ()
