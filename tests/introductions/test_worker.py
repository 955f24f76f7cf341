"""What time brings: reminders, expiry, capacity, pauses, and who may be introduced at all."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.domain import Organisation
from matcher.errors import IllegalStep, InvalidRequest, NotFound
from matcher.introductions import (
    Act,
    Actor,
    Availability,
    Basket,
    Ground,
    Party,
    Present,
    Rules,
    State,
    baskets,
)
from tests.introductions.cluster import FIRST, SECOND, START, Cluster, cluster


def _days_of(home: Cluster, days: int) -> list[tuple[int, str]]:
    """Run the worker once a day; return on which day what was mailed."""
    seen, found = len(home.kept.messages), []
    for day in range(1, days + 1):
        home.later(days=1)
        home.worker.due(home.now)
        found += [(day, message.event) for message in home.kept.messages[seen:]]
        seen = len(home.kept.messages)
    return found


def test_the_ladder_of_reminders_ends_in_expiry() -> None:
    home = cluster()
    home.asked()  # a Tuesday
    assert _days_of(home, 40) == [
        (3, "introduction_reminder"),
        (10, "introduction_reminder"),
        (21, "introduction_last_chance"),
        (30, "introduction_expired"),
    ]
    assert home.kept.get("IN1").state is State.EXPIRED


def test_nobody_is_reminded_on_the_day_on_which_a_request_ends() -> None:
    home = cluster(rules=Rules(expiry=21))
    home.asked()
    assert _days_of(home, 22) == [
        (3, "introduction_reminder"),
        (10, "introduction_last_chance"),
        (21, "introduction_expired"),
    ]


def test_reminders_skip_weekends_and_public_holidays() -> None:
    home = cluster()
    home.now = datetime(2026, 12, 23, 9, tzinfo=UTC)  # Wednesday; Friday is Christmas
    home.asked()
    assert [day for day, _ in _days_of(home, 28)] == [6, 12, 21]  # Tue 29; Sat 2 -> Mon 4; Wed 13


@pytest.mark.parametrize(
    ("asked", "midnight"),
    [
        # Friday 24 March 2028, half past midnight in Paris; summer time begins on Sunday
        (datetime(2028, 3, 23, 23, 30, tzinfo=UTC), datetime(2028, 3, 28, 22, tzinfo=UTC)),
        # Friday 27 October 2028; summer time ends on Sunday, and Wednesday is All Saints' Day
        (datetime(2028, 10, 26, 22, 30, tzinfo=UTC), datetime(2028, 11, 1, 23, tzinfo=UTC)),
    ],
)
def test_a_reminder_falls_on_its_day_in_paris_though_clocks_change(
    asked: datetime, midnight: datetime
) -> None:
    home = cluster()
    home.now = asked
    home.asked()
    home.now = midnight - timedelta(seconds=1)
    assert not home.worker.due(home.now)
    home.now = midnight
    assert home.worker.due(home.now) == {Act.REMIND: 1}


def test_a_clock_that_is_set_back_repeats_nothing() -> None:
    home = cluster()
    home.asked()
    home.later(days=4)
    assert home.worker.due(home.now) == {Act.REMIND: 1}
    home.now -= timedelta(days=3)
    home.propose("ORG3", "ORG1")
    home.act(Act.APPROVE, one="IN2")
    assert home.worker.due(home.now) == {Act.ASK: 1}, "another member is asked; the first hears nothing again"
    home.act(Act.YES, FIRST, one="IN2")
    assert not home.worker.due(home.now), (
        "asked in what is now the future: the week between two requests holds"
    )


@given(jumps=st.lists(st.integers(-2, 5), max_size=25))
def test_however_the_clock_jumps_nobody_hears_twice_and_all_hear_in_the_end(jumps: list[int]) -> None:
    home = cluster()
    home.asked()
    for days in jumps:
        home.now += timedelta(days=days)
        home.worker.due(home.now)
    home.now = max(home.now, START) + timedelta(days=40)
    home.worker.due(home.now)
    keys = [message.key for message in home.kept.messages]
    assert len(set(keys)) == len(keys)
    assert home.kept.get("IN1").state is State.EXPIRED
    versions = [record.version for record in home.kept.history("IN1")]
    assert versions == sorted(set(versions))


@pytest.mark.parametrize("act", [Act.YES, Act.NO, Act.NOT_NOW])
def test_nobody_is_reminded_after_an_answer(act: Act) -> None:
    home = cluster()
    home.asked()
    home.desk.wish(Availability("ORG2", capacity=0), home.now)  # the second side stays out of it
    until = home.now + timedelta(days=300)
    home.act(act, FIRST, ground=Ground.NO_TIME, until=until)
    assert _days_of(home, 60) == []


def test_a_service_that_was_off_sends_one_reminder_and_not_those_it_missed() -> None:
    home = cluster()
    home.asked()
    home.later(days=22)
    assert home.worker.due(home.now) == {Act.REMIND: 1}
    assert home.events()[-1][1] == "introduction_last_chance"
    assert not home.worker.due(home.now)


def test_requests_keep_to_the_capacity_of_the_month_and_to_a_week_between_them() -> None:
    home = cluster(8)
    for other in range(2, 9):
        home.act(Act.APPROVE, one=home.propose("ORG1", f"ORG{other}").id)
    asked = []
    for day in range(62):
        if home.worker.due(home.now)[Act.ASK]:
            asked.append(day)
        home.later(days=1)
    assert asked == [
        0,
        7,
        31,
        38,
    ]  # twice a month: of unknown size


def test_size_and_own_choice_set_the_capacity() -> None:
    big = Organisation(id="ORG1", name="Grande", size_band="GE")
    home = Cluster([big, *(Organisation(id=f"ORG{n}", name=f"Société numéro {n}") for n in range(2, 9))])
    for other in range(2, 9):
        home.act(Act.APPROVE, one=home.propose("ORG1", f"ORG{other}").id)
    home.desk.wish(Availability("ORG1", capacity=3), home.now)
    asked = []
    for day in range(31):
        if home.worker.due(home.now)[Act.ASK]:
            asked.append(day)
        home.later(days=1)
    assert asked == [0, 7, 14]


def test_a_pause_holds_requests_and_reminders_and_ends_by_itself() -> None:
    home = cluster()
    home.asked()
    home.act(Act.APPROVE, one=home.propose("ORG1", "ORG3").id)
    home.desk.wish(Availability("ORG1", pause_until=home.now + timedelta(days=15)), home.now)
    assert _days_of(home, 16) == [(15, "introduction_reminder"), (15, "introduction_asked")]


@pytest.mark.parametrize("wished", [Availability("ORG1", not_with=frozenset({"ORG2"})), None])
def test_an_introduction_ends_when_a_member_no_longer_wants_it(wished: Availability | None) -> None:
    home = cluster()
    home.asked()
    if wished is None:
        home.catalogue.kept["ORG2"] = Organisation(id="ORG2", name="Deux", opted_out=True)
    else:
        home.desk.wish(wished, home.now)
    assert home.worker.due(home.now) == {Act.WITHDRAW: 1}
    assert home.events()[-1] == ("P-ORG1", "introduction_withdrawn")
    assert home.kept.history("IN1")[-1].note in {"not_with", "opted_out"}


def test_an_organisation_erased_meanwhile_ends_nothing_else() -> None:
    home = cluster()
    home.asked("ORG1", "ORG2")
    home.asked("ORG3", "ORG4")
    del home.kept.kept["IN1"], home.catalogue.kept["ORG2"]
    home.later(days=4)
    assert home.worker.due(home.now) == {Act.REMIND: 1}
    with pytest.raises(NotFound, match="IN1"):
        home.act(Act.YES, FIRST)


def test_how_it_was_is_asked_two_weeks_after_both_agreed_if_nobody_said_before() -> None:
    home = cluster()
    home.asked()
    home.act(Act.YES, FIRST)
    home.worker.due(home.now)
    home.act(Act.YES, SECOND)
    assert _days_of(home, 40) == [(14, "introduction_outcome"), (14, "introduction_outcome")]


def test_who_may_not_be_introduced_is_refused_with_the_reason() -> None:
    twin = Organisation(id="ORG5", name="Société numéro 1 SAS", siret="12345678900011")
    first = Organisation(id="ORG1", name="Société numéro 1", siret="12345678900011")
    gone = Organisation(id="ORG6", name="Partie", opted_out=True)
    home = Cluster([first, Organisation(id="ORG2", name="Deux"), twin, gone])
    home.desk.wish(Availability("ORG2", not_with=frozenset({"ORG1"})), home.now)
    for other, said in (("ORG5", "records of one"), ("ORG6", "does not want"), ("ORG2", "do-not-introduce")):
        with pytest.raises(InvalidRequest, match=said):
            home.propose("ORG1", other)
    with pytest.raises(InvalidRequest, match="to itself"):
        home.propose("ORG1", "ORG1")
    with pytest.raises(NotFound, match="ORG404"):
        home.propose("ORG1", "ORG404")


def test_a_pair_is_never_proposed_twice_in_either_order() -> None:
    home = cluster()
    home.propose("ORG1", "ORG2")
    with pytest.raises(IllegalStep):
        home.propose("ORG2", "ORG1")
    staff = Actor(Party.STAFF)
    pairs = [("ORG2", "ORG1"), ("ORG3", "ORG4"), ("ORG1", "ORG3"), ("ORG1", "ORG4")]
    home.desk.wish(Availability("ORG4", pause_until=START + timedelta(days=9)), home.now)
    done, skipped = home.desk.propose_all(pairs, staff, home.now, plan="20261201", most=5)
    assert [(one.first_id, one.second_id, one.plan) for one in done] == [("ORG1", "ORG3", "20261201")]
    assert not skipped


@pytest.mark.parametrize(
    ("wished", "said"),
    [
        (Availability("ORG1", capacity=-1), "capacity is -1"),
        (Availability("ORG1", pause_until=START - timedelta(days=1)), "Say until when"),
        (Availability("ORG1", not_with=frozenset({"ORG1"})), "never introduced to itself"),
    ],
)
def test_wishes_that_cannot_be_are_refused(wished: Availability, said: str) -> None:
    with pytest.raises(InvalidRequest, match=said):
        cluster().desk.wish(wished, START)


@pytest.mark.parametrize("wished", [Availability("NONE"), Availability("ORG1", not_with=frozenset({"NONE"}))])
def test_wishes_name_organisations_that_are_in_the_store(wished: Availability) -> None:
    home = cluster()
    with pytest.raises(NotFound, match="NONE"):
        home.desk.wish(wished, START)
    assert not home.kept.wishes


def test_baskets_show_what_waits_for_whom() -> None:
    home = cluster(9)
    home.asked("ORG1", "ORG2")
    home.act(Act.APPROVE, one=home.propose("ORG1", "ORG3").id)  # held: a week between two requests
    home.desk.propose_all([("ORG4", "ORG5")], Actor(Party.STAFF), home.now, plan="old", most=1)
    home.asked("ORG9", "ORG6")  # has no contact person
    home.later(days=4)
    home.worker.due(home.now)
    ids = [f"ORG{n}" for n in range(1, 10)]
    organisations = {name: home.catalogue.kept[name] for name in ids}
    contacts = {name: ("P",) for name in ids if name != "ORG9"}
    past = home.kept.past(START - timedelta(days=40))
    present = Present(home.now, home.rules, past, organisations, contacts, planned=set())  # type: ignore[arg-type]
    found = baskets(home.kept.all(), present)
    lying = {
        basket: [(one.introduction.id, one.organisation_id, one.why) for one in entries]
        for basket, entries in found.items()
    }
    assert lying == {
        Basket.TO_APPROVE: [("IN3", "", "")],
        Basket.STALE_PLAN: [("IN3", "", "")],
        Basket.POSTPONED: [],
        Basket.HELD: [("IN2", "ORG1", "spacing")],
        Basket.WAITING: [("IN1", "ORG1", ""), ("IN4", "ORG9", "")],
        Basket.TO_CHASE: [],
        Basket.LAST_CHANCE: [],
        Basket.WITHOUT_CONTACT: [("IN4", "ORG9", "")],
        Basket.REFUSED_BY_ALL: [],
    }
    home.later(days=7)
    home.worker.due(home.now)
    present = Present(home.now, home.rules, past, organisations, contacts)  # type: ignore[arg-type]
    chased = baskets(home.kept.all(), present)[Basket.TO_CHASE]
    assert [one.introduction.id for one in chased] == ["IN1", "IN4"]


def test_who_was_turned_down_by_all_is_shown_once() -> None:
    home = cluster()
    for other in ("ORG2", "ORG3"):
        one = home.asked("ORG1", other)
        home.act(Act.YES, FIRST, one.id)
        home.worker.due(home.now)
        home.act(Act.NO, SECOND, one.id, ground=Ground.NOT_RELEVANT)
        home.later(days=8)
    present = Present(home.now, home.rules, home.kept.past(START), {}, {})
    found = baskets(home.kept.all(), present)[Basket.REFUSED_BY_ALL]
    assert [(one.introduction.id, one.organisation_id) for one in found] == [("IN2", "ORG1")]


def test_a_round_of_the_worker_does_each_thing_once() -> None:
    home = cluster()
    home.asked()
    assert home.worker.due(home.now) == Counter()


def test_a_decision_put_off_lies_apart_until_its_day() -> None:
    home = cluster(4)
    home.act(Act.POSTPONE, one=home.propose("ORG1", "ORG2").id, until=home.now + timedelta(days=14))

    def lying() -> list[Basket]:
        present = Present(home.now, home.rules, home.kept.past(START), home.catalogue.kept, {})  # type: ignore[arg-type]
        return [basket for basket, entries in baskets(home.kept.all(), present).items() if entries]

    assert lying() == [Basket.POSTPONED]
    home.later(days=14)
    assert lying() == [Basket.TO_APPROVE]
