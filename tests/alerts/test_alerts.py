"""Who is told of a call: those it fits, once each, no more than the cap, and nobody who does not want it."""

import os
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from matcher.adapters.sql import Store, open_store
from matcher.alerts import Alert, AlertDesk, AlertParts, AlertRules, AlertState, DigestWorker, Fit
from matcher.domain.items import Opportunity, Organisation
from matcher.errors import IllegalStep, InvalidRequest, NotFound
from matcher.mail import State
from matcher.people import Person
from tests.mail.samples import OneIntroduction, writer_of
from tests.samples import migrated

TUESDAY = datetime(2026, 12, 1, 9, tzinfo=UTC)
RULES = AlertRules(most_a_week=2)
MEMBERS = int(os.environ.get("MATCHER_TEST_ALERT_MEMBERS", "12"))
WEEKS = int(os.environ.get("MATCHER_TEST_ALERT_WEEKS", "6"))


class Table:
    """Fits as a test sets them: probability by call and organisation."""

    def __init__(self) -> None:
        self.fits: dict[tuple[str, str], float] = {}

    def members_for(self, call: Opportunity, most: int, now: datetime) -> Sequence[Fit]:
        found = [(p, org) for (item, org), p in self.fits.items() if item == call.id]
        return [Fit(call.id, org, p, "parce que", "because") for p, org in sorted(found, reverse=True)[:most]]

    def calls_for(self, organisation: Organisation, text: str, now: datetime) -> Sequence[Fit]:
        return [Fit(c, o, p) for (c, o), p in self.fits.items() if o == organisation.id and text in c]


def call(number: int, days: int = 30, **more: object) -> Opportunity:
    facts = {"id": f"CALL{number}", "name": f"Appel {number}", "availability": "dated"}
    return Opportunity.model_validate(facts | {"closes_at": TUESDAY + timedelta(days=days)} | more)


class Cluster:
    """A store with members, one person each, and what alerts are made with."""

    def __init__(self, store: Store, members: int) -> None:
        self.store, self.table = store, Table()
        self.members = [Organisation(id=f"O{n}", name=f"Membre {n}") for n in range(members)]
        store.items.put(self.members, source="test")
        for one in self.members:
            store.people.put(Person(f"P{one.id}", f"{one.id}@example.org", one.name, organisations=(one.id,)))
        parts = AlertParts(store.items, store.alerts, self.table, self.contacts, RULES)
        self.desk = AlertDesk(parts)
        self.worker = DigestWorker(store.items, store.alerts, self.contacts, RULES)
        self.writer = writer_of(store, OneIntroduction())

    def contacts(self, ids: Sequence[str]) -> dict[str, list[str]]:
        people = self.store.people.of_organisations(ids)
        return {one: [p.id for p in found if p.may_be_written_to] for one, found in people.items()}

    def add(self, *calls: Opportunity, fits: float = 0.8) -> None:
        self.store.items.put(calls, source="test")
        for one in calls:
            self.table.fits |= {(one.id, member.id): fits for member in self.members}

    def run_searches(self, now: datetime) -> int:
        """Ask with every saved search; return how many alerts are new."""
        return sum(self.desk.run_search(search, now) for search in self.desk.searches())

    def told(self) -> list[tuple[str, str, str]]:
        found = self.store.alerts.all(state=AlertState.TOLD)
        return [(one.fit.organisation_id, one.fit.call_id, one.digest) for one in found]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(migrated(tmp_path / "matcher.db")) as opened:
        yield opened


@pytest.fixture
def cluster(store: Store) -> Cluster:
    return Cluster(store, 2)


def test_a_preview_says_who_why_and_what_hinders_and_keeps_nothing(cluster, store):
    cluster.add(call(1))
    cluster.table.fits["CALL1", "O1"] = 0.9
    store.people.object_to_mail("PO0", TUESDAY)
    first, second = cluster.desk.preview("CALL1", TUESDAY)
    assert (first.fit.organisation_id, first.fit.why_fr, first.people, first.hindrance) == (
        "O1",
        "parce que",
        1,
        "",
    )
    assert (second.fit.organisation_id, second.people, second.hindrance) == ("O0", 0, "nobody")
    assert store.alerts.all() == []


def test_what_does_not_fit_clearly_enough_is_told_to_nobody(cluster):
    cluster.add(call(1), fits=0.29)
    assert cluster.desk.preview("CALL1", TUESDAY) == []


def test_sending_twice_tells_once(cluster):
    cluster.add(call(1))
    assert len(cluster.desk.send("CALL1", TUESDAY)) == 2
    assert cluster.desk.send("CALL1", TUESDAY) == []
    assert {one.hindrance for one in cluster.desk.preview("CALL1", TUESDAY)} == {"due"}
    assert cluster.worker.due(TUESDAY) == 2
    assert cluster.worker.due(TUESDAY + timedelta(hours=1)) == 0
    assert {one.hindrance for one in cluster.desk.preview("CALL1", TUESDAY)} == {"told"}
    changed = call(1, name="Appel prolongé")
    cluster.add(changed)
    assert cluster.desk.untold(TUESDAY) == [changed], "staff see that it changed"
    assert cluster.desk.send("CALL1", TUESDAY) == [], "and no member is told twice"


def test_a_call_withdrawn_after_the_preview_is_not_sent(cluster, store):
    cluster.add(call(1))
    assert len(cluster.desk.preview("CALL1", TUESDAY)) == 2
    store.items.put([call(1, availability="closed")], source="test")
    with pytest.raises(IllegalStep, match="not open"):
        cluster.desk.send("CALL1", TUESDAY)
    store.items.delete(["CALL1"])
    with pytest.raises(NotFound, match="withdrawn"):
        cluster.desk.send("CALL1", TUESDAY)


@pytest.mark.parametrize("how", ["closed", "erased", "withdrawn"])
def test_what_ends_between_sending_and_the_mail_is_not_told(cluster, store, how):
    cluster.add(call(1))
    cluster.desk.send("CALL1", TUESDAY)
    if how == "closed":
        store.items.put([call(1, availability="closed")], source="test")
    elif how == "erased":
        store.items.delete(["CALL1"])
    else:
        assert cluster.desk.withdraw("CALL1", TUESDAY) == 2
    assert cluster.worker.due(TUESDAY) == 0
    assert store.mail.counts()[State.QUEUED] == 0
    assert not store.alerts.all(state=AlertState.DUE)


def test_a_call_that_closes_while_its_mail_waits_is_left_out_of_it(cluster, store):
    cluster.add(call(1), call(2))
    for number in (1, 2):
        cluster.desk.send(f"CALL{number}", TUESDAY)
    cluster.worker.due(TUESDAY)
    store.items.put([call(1, availability="closed")], source="test")
    message = store.mail.all(limit=1)[0]
    text = cluster.writer.compose(message, TUESDAY).get_body(("plain",)).get_content()
    assert "Appel 2" in text
    assert "Appel 1" not in text
    store.items.delete(["CALL2"])
    assert cluster.writer.write(message, TUESDAY).why == "settled"


@pytest.mark.parametrize(("sent", "withdrawn"), [(0, 2), (1, 1), (2, 0)])
def test_what_is_withdrawn_while_its_mails_wait_is_told_by_none_that_has_not_gone(
    cluster, store, sent, withdrawn
):
    cluster.add(call(1))
    cluster.desk.send("CALL1", TUESDAY)
    cluster.worker.due(TUESDAY)
    mails = store.mail.due(TUESDAY, limit=9)
    for message in mails[:sent]:
        store.mail.begin(message)
        store.mail.settle(message, State.SENT, TUESDAY)
    assert cluster.desk.withdraw("CALL1", TUESDAY, by="P9") == withdrawn
    assert len(store.alerts.all(state=AlertState.TOLD)) == sent
    assert {cluster.writer.write(message, TUESDAY).why for message in mails[sent:]} <= {"settled"}
    acts = [entry.act for entry in store.audit.entries()]
    assert acts.count("alert.withdraw") == (1 if withdrawn else 0)
    cluster.desk.send("CALL1", TUESDAY)
    assert cluster.worker.due(TUESDAY) == withdrawn, "the mails that wait tell it again"


def test_what_is_sent_again_waits_for_the_next_week_where_the_mail_of_this_one_is_settled(cluster, store):
    cluster.add(call(1))
    cluster.desk.send("CALL1", TUESDAY)
    cluster.worker.due(TUESDAY)
    cluster.desk.withdraw("CALL1", TUESDAY)
    for message in store.mail.due(TUESDAY, limit=9):
        store.mail.settle(message, State.CANCELLED, TUESDAY)
    cluster.desk.send("CALL1", TUESDAY)
    assert cluster.worker.due(TUESDAY) == 0
    assert cluster.worker.due(TUESDAY + timedelta(days=7)) == 2
    assert store.mail.counts()[State.QUEUED] == 2


def test_the_mail_says_until_when_and_why_and_has_a_stop_of_its_own(cluster, store):
    cluster.add(call(1))
    cluster.desk.send("CALL1", TUESDAY)
    cluster.worker.due(TUESDAY)
    mail = cluster.writer.compose(store.mail.all(limit=1)[0], TUESDAY)
    text = " ".join(mail.get_body(("plain",)).get_content().split())
    assert "Appel 1, jusqu'au 31 décembre 2026. parce que" in text.replace(
        "\N{RIGHT SINGLE QUOTATION MARK}", "'"
    )
    assert "/v1/alerts-stop/" in mail["List-Unsubscribe"]
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_who_stops_alerts_gets_none_and_keeps_the_other_mails(cluster, store):
    cluster.add(call(1))
    store.alerts.stop("PO0", TUESDAY)
    store.alerts.stop("PO0", TUESDAY)
    assert [one.fit.organisation_id for one in cluster.desk.send("CALL1", TUESDAY)] == ["O1"]
    assert cluster.worker.due(TUESDAY) == 1
    assert store.people.get("PO0").may_be_written_to


def test_the_mail_of_the_week_waits_for_its_day(cluster):
    cluster.add(call(1))
    monday = TUESDAY - timedelta(days=1)
    cluster.desk.send("CALL1", monday)
    assert cluster.worker.due(monday) == 0
    assert cluster.worker.due(TUESDAY + timedelta(days=2)) == 2, "a worker that was stopped sends it later"


def test_saved_searches_find_calls_for_the_weekly_mail(cluster, store):
    cluster.add(call(1), call(2))
    kept = cluster.desk.save_search("O0", "  CALL2 ", TUESDAY)
    assert cluster.run_searches(TUESDAY) == 1
    assert cluster.run_searches(TUESDAY) == 0
    (alert,) = store.alerts.all()
    assert (alert.fit.call_id, alert.search) == ("CALL2", kept.number)
    with pytest.raises(InvalidRequest):
        cluster.desk.save_search("O0", " ?! ", TUESDAY)
    with pytest.raises(NotFound):
        store.alerts.remove_search("O1", kept.number)
    store.alerts.remove_search("O0", kept.number)
    assert store.alerts.searches() == []


def test_a_year_passes_no_cap_and_tells_nothing_twice(store):
    """``MATCHER_TEST_ALERT_MEMBERS=400 MATCHER_TEST_ALERT_WEEKS=52`` is a year of the whole cluster."""
    cluster, chance = Cluster(store, MEMBERS), random.Random(113)
    made: Counter[tuple[str, str]] = Counter()
    for week in range(WEEKS):
        now = TUESDAY + timedelta(weeks=week)
        new = [call(10 * week + n, days=7 * week + chance.randint(1, 60)) for n in range(3)]
        store.items.put(new, source="test")
        for one in new:
            cluster.table.fits |= {(one.id, member.id): chance.random() for member in cluster.members}
            cluster.desk.send(one.id, now)
        for _ in range(2):
            cluster.worker.due(now)
    for organisation_id, call_id, _ in cluster.told():
        made[organisation_id, call_id] += 1
    weekly = Counter((organisation_id, digest) for organisation_id, _, digest in cluster.told())
    mails = Counter(
        (message.person_id, message.subjects["digest"]) for message in store.mail.all(limit=MEMBERS * WEEKS)
    )
    assert made
    assert max(made.values()) == 1
    assert max(weekly.values()) == RULES.most_a_week
    assert max(mails.values()) == 1


def test_what_is_erased_while_it_is_looked_for_is_passed_over(cluster, store):
    cluster.add(call(1), call(2))
    cluster.desk.save_search("O0", "CALL", TUESDAY)
    store.items.delete(["CALL1", "O1"])
    assert cluster.run_searches(TUESDAY) == 1, "and the other calls are found"
    assert [one.fit.organisation_id for one in cluster.desk.preview("CALL2", TUESDAY)] == ["O0"]


def test_a_mail_that_waits_is_not_sent_after_the_stop(cluster, store):
    cluster.add(call(1))
    cluster.desk.send("CALL1", TUESDAY, only=["O0"])
    cluster.worker.due(TUESDAY)
    store.alerts.stop("PO0", TUESDAY)
    (message,) = store.mail.all(limit=2)
    assert cluster.writer.write(message, TUESDAY).why == "objected"


def test_staff_send_again_what_was_withdrawn_and_searches_do_not(cluster, store):
    cluster.add(call(1))
    cluster.desk.send("CALL1", TUESDAY)
    cluster.desk.withdraw("CALL1", TUESDAY)
    cluster.desk.save_search("O0", "CALL1", TUESDAY)
    assert cluster.run_searches(TUESDAY) == 0
    assert len(cluster.desk.send("CALL1", TUESDAY)) == 2
    assert cluster.worker.due(TUESDAY) == 2


def test_merged_twins_are_told_nothing_twice_and_keep_their_searches(cluster, store):
    cluster.add(call(1), call(2))
    cluster.desk.send("CALL1", TUESDAY, only=["O1"])
    cluster.worker.due(TUESDAY)
    cluster.desk.send("CALL1", TUESDAY, only=["O0"])
    cluster.desk.send("CALL2", TUESDAY, only=["O1"])
    cluster.desk.save_search("O1", "CALL", TUESDAY)
    store.items.merge("O0", "O1")
    cluster.table.fits = {("CALL1", "O0"): 0.8, ("CALL2", "O0"): 0.8}
    assert cluster.desk.send("CALL1", TUESDAY) == []
    kept = {one.fit.call_id: one.state for one in store.alerts.all(organisation_id="O0")}
    assert kept == {"CALL1": AlertState.TOLD, "CALL2": AlertState.DUE}
    assert cluster.worker.due(TUESDAY) == 0, "the week's mail was sent"
    assert [one.text for one in store.alerts.searches("O0")] == ["CALL"]


@pytest.mark.parametrize(("sent", "expected"), [(True, AlertState.DUE), (False, AlertState.TOLD)])
def test_what_a_merge_leaves_untold_is_told_in_a_later_week(cluster, store, sent, expected):
    (one, other), both = cluster.members, store.people.get("PO0")
    store.people.put(replace(both, organisations=(one.id, other.id)))
    store.people.erase("PO1")
    cluster.add(call(1), call(2, days=60))
    cluster.desk.send("CALL1", TUESDAY, only=[one.id])
    cluster.desk.send("CALL2", TUESDAY, only=[other.id])
    assert cluster.worker.due(TUESDAY) == 2
    (first,) = [mail for mail in store.mail.all() if mail.subjects["organisation"] == one.id]
    if sent:
        store.mail.begin(first)
        store.mail.settle(first, State.SENT, TUESDAY)
    store.items.merge(one.id, other.id)
    assert [mail.id for mail in store.mail.all()] == [first.id]
    assert {alert.fit.call_id: alert.state for alert in store.alerts.all()}["CALL2"] is expected
    assert cluster.worker.due(TUESDAY + timedelta(weeks=1)) == (1 if sent else 0)


def test_merged_calls_are_told_once(cluster, store):
    cluster.add(call(1), call(2))
    cluster.desk.send("CALL2", TUESDAY)
    cluster.worker.due(TUESDAY)
    store.items.merge("CALL1", "CALL2")
    assert cluster.desk.send("CALL1", TUESDAY) == []


def test_alerts_go_with_either_side(cluster, store):
    cluster.add(call(1))
    cluster.desk.send("CALL1", TUESDAY)
    cluster.desk.save_search("O0", "CALL", TUESDAY)
    store.items.delete(["O0"])
    assert [one.fit.organisation_id for one in store.alerts.all()] == ["O1"]
    assert store.alerts.searches() == []
    unknown = Alert(Fit("CALL1", "O0", 1.0), "v", TUESDAY)
    assert store.alerts.add([unknown]) == 0, "an organisation erased meanwhile is passed over"
