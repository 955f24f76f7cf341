"""Rights, audit and alerts on either database: the same acts leave the same rows."""

import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from qdrant_client import QdrantClient
from qdrant_client.http import models as qm

from matcher.adapters.sql import utc_now
from matcher.alerts import Alert, AlertState, Digest, Fit
from matcher.audit import Note, Of
from matcher.build import Matcher, open_matcher
from matcher.domain.items import Opportunity
from matcher.domain.messages import MessageRequest
from matcher.errors import NotFound
from matcher.mail import State
from matcher.people import Scope
from matcher.rights import UPLOADS, By, Subject, SubjectKind, Suppressed
from tests.contract.qdrant_http import running_server
from tests.rights.cluster import NOW, fill, introduce, left_in, member, settings_of
from training.servers.qdrant_http import unique_prefix

ERASED = int(os.environ.get("MATCHER_TEST_ERASED", "3"))
ONE, OTHER, THIRD, FOURTH = (member(number) for number in (1, 2, 3, 4))
OF_ONE = Subject(SubjectKind.ORGANISATION, ONE.id)


@pytest.fixture
def matcher(ready_url: str, tmp_path: Path) -> Iterator[Matcher]:
    settings = settings_of(tmp_path / "home").model_copy(update={"database_url": ready_url})
    with open_matcher(settings) as opened:
        fill(opened, [ONE, OTHER, THIRD, FOURTH])
        yield opened


def rows_with(matcher: Matcher, *texts: str) -> set[str]:
    """The tables of which a row holds one of the texts."""
    found = set()
    with matcher.store.backup.tables() as tables:
        for name, rows in tables:
            if any(text in str(row) for row in rows for text in texts):
                found.add(name)
    return found


def test_of_an_erased_organisation_and_its_people_no_row_is_left(matcher: Matcher) -> None:
    introduce(matcher, iter([(ONE, OTHER)]))
    (speaker,) = matcher.store.people.of_organisation(ONE.id)
    assert {"items", "people", "messages", "plan_lists"} <= rows_with(matcher, ONE.id, speaker.id)
    erasure = matcher.rights.erase(OF_ONE, utc_now())
    assert erasure.removal.rows["people"] == 1
    assert [one.found_in for one in matcher.rights.finish(utc_now) if one.done_at is None] == []
    gone = [ONE.id, "Untel-001zq", ONE.siret, speaker.id, speaker.email]
    assert rows_with(matcher, *gone) == set()
    with pytest.raises(Suppressed):
        matcher.store.items.put([ONE], source="test")
    with pytest.raises(NotFound):
        matcher.rights.erase(OF_ONE, utc_now())
    assert matcher.rights.lift(["name:societe untel 001zq", f"id:{ONE.id}", "siren:100000001"]) == 3
    assert matcher.store.items.put([ONE], source="test").inserted == 1
    assert matcher.audit.verify().is_sound


def test_a_correction_leaves_no_row_of_the_former_text(matcher: Matcher) -> None:
    assert rows_with(matcher, "Avant : Untel-001zq") == {"import_changes"}
    matcher.rights.correct_organisation(
        ONE.id, lambda one: one.model_copy(update={"description": "Conçoit des jeux."}), utc_now()
    )
    assert rows_with(matcher, "Untel-001zq con") == set()
    (done,) = matcher.rights.finish(utc_now)
    assert (done.rectification, done.found_in) == (True, ())


def test_who_looked_is_entered_once_an_hour_and_told(matcher: Matcher) -> None:
    (speaker,) = matcher.store.people.of_organisation(OTHER.id)
    note = Note("subject.view", Of.ORGANISATION, ONE.id, speaker.id)
    audit = matcher.store.audit
    entered = [
        audit.enter_once([note, note], NOW + timedelta(minutes=m), timedelta(hours=1)) for m in (0, 30, 61)
    ]
    assert entered == [1, 0, 1]
    seen = [one.by for one in matcher.rights.accesses(OF_ONE) if one.act == "subject.view"]
    assert seen == [By.MEMBER, By.MEMBER]
    assert matcher.audit.verify().is_sound


def test_a_look_of_today_is_entered_though_the_clock_was_ahead_before(matcher: Matcher) -> None:
    note = Note("subject.view", Of.ORGANISATION, ONE.id)
    audit, hour = matcher.store.audit, timedelta(hours=1)
    entered = [audit.enter_once([note], NOW + after, hour) for after in (timedelta(days=1), hour, 1.5 * hour)]
    assert entered == [1, 1, 0]
    assert matcher.audit.verify().is_sound


def test_an_alert_whose_mail_waits_is_withdrawn(matcher: Matcher) -> None:
    store = matcher.store
    call = Opportunity(id="CALL1", name="Appel", availability="standing")
    store.items.put([call], source="test")
    store.alerts.add([Alert(Fit(call.id, one.id, 0.9), call.version, NOW) for one in (ONE, OTHER)])
    for alert in store.alerts.all():
        of = alert.fit.organisation_id
        (speaker,) = store.people.of_organisation(of)
        subjects = {"organisation": of, "digest": "2026-W49"}
        mail = MessageRequest(f"alert:{of}", speaker.id, "alert_digest", NOW, subjects)
        assert store.alerts.tell([Digest(of, "2026-W49", (alert.number,), (mail,))], NOW) == 1
    (sent,) = [one for one in store.mail.all() if one.subjects.get("organisation") == ONE.id]
    store.mail.begin(sent)
    store.mail.settle(sent, State.SENT, NOW)
    assert store.alerts.withdraw([one.number for one in store.alerts.all()], NOW) == 1
    states = {one.fit.organisation_id: one.state for one in store.alerts.all()}
    assert states == {ONE.id: AlertState.TOLD, OTHER.id: AlertState.WITHDRAWN}


def test_keys_that_are_over_are_removed(matcher: Matcher) -> None:
    for ends in (NOW, NOW + timedelta(days=2)):
        matcher.keys.make("site", [Scope.READ], NOW - timedelta(days=1), ends)
    assert matcher.store.keys.drop_keys(NOW) == 1
    assert len(matcher.store.keys.all()) == 1


@contextmanager
def on_servers(database_url: str, home: Path) -> Iterator[tuple[Matcher, QdrantClient, str]]:
    """Open the product on a database and the Qdrant test server: with a client of it, and its prefix."""
    prefix = unique_prefix()
    with running_server() as url:
        places = {"database_url": database_url, "index_backend": "qdrant", "qdrant_url": url}
        settings = settings_of(home).model_copy(update=places | {"collection": prefix})
        with (
            open_matcher(settings) as matcher,
            closing(QdrantClient(url=url, check_compatibility=False)) as client,
        ):
            yield matcher, client, prefix


def test_of_the_erased_no_point_is_left_on_a_server(ready_url: str, tmp_path: Path) -> None:
    with on_servers(ready_url, tmp_path / "home") as (matcher, client, prefix):
        matcher.store.items.put([ONE, OTHER], source="test")
        matcher.index_now()
        assert ONE.id in points_of(client, prefix)
        matcher.rights.erase(OF_ONE, utc_now())
        assert [one.found_in for one in matcher.rights.finish(utc_now) if one.done_at is None] == []
        assert "001zq" not in points_of(client, prefix)
        assert OTHER.id in points_of(client, prefix)


def test_of_many_erased_nothing_visible_is_left_on_the_servers(ready_url: str, tmp_path: Path) -> None:
    """``MATCHER_TEST_ERASED=50`` erases 50 organisations and 50 people, with mails, a plan and files."""
    members = [member(number) for number in range(ERASED + 10)]
    with on_servers(ready_url, tmp_path / "home") as (matcher, client, prefix):
        people = fill(matcher, members)
        introduce(matcher, zip(members[::2], members[1::2], strict=False))
        waiting = matcher.settings.home / UPLOADS / "token" / "membres.csv"
        waiting.parent.mkdir(parents=True)
        waiting.write_text(f"nom\n{members[0].name}\n", encoding="utf-8")
        kill_a_reindex(client, prefix, members[0].id)
        for one, who in zip(members[:ERASED], people, strict=False):
            matcher.rights.erase(Subject(SubjectKind.PERSON, who.id), utc_now())
            matcher.rights.erase(Subject(SubjectKind.ORGANISATION, one.id), utc_now())
        assert [one.found_in for one in matcher.rights.finish(utc_now) if one.done_at is None] == []
        gone = [text for n in range(ERASED) for text in (f"{n:03d}zq", people[n].id, members[n].siret)]
        assert rows_with(matcher, *gone) == set()
        assert not [text for text in gone if text in points_of(client, prefix)]
        assert left_in(matcher.settings.home, gone) == []
        assert members[ERASED].id in points_of(client, prefix), "others stay"


def kill_a_reindex(client: QdrantClient, prefix: str, item_id: str) -> None:
    """Leave a collection that was being built, with a point in it."""
    name = f"{prefix}-20200101T000000000000"
    size = qm.VectorParams(size=2, distance=qm.Distance.COSINE)
    client.create_collection(name, vectors_config={"dense": size})
    client.upsert(name, [qm.PointStruct(id=1, vector={"dense": [1.0, 0.0]}, payload={"id": item_id})])


def points_of(client: QdrantClient, prefix: str) -> str:
    """Every point of the collections of a prefix, as text."""
    names = [one.name for one in client.get_collections().collections if one.name.startswith(prefix)]
    return str([client.scroll(name, limit=1_000, with_payload=True) for name in names])
