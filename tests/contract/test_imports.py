"""Imports that can be undone, merged items and participations, on SQLite and on PostgreSQL."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from matcher.adapters.sql import Store, open_store
from matcher.adapters.sql.engine import Database
from matcher.adapters.sql.schema import metadata
from matcher.domain.events import Action, Feedback, Impression
from matcher.domain.imports import ImportFile, UndoReport
from matcher.domain.items import AnyItem, Factory, ItemType, Kind, Organisation
from matcher.domain.participation import Participation, ParticipationRole
from matcher.errors import InvalidRequest, NotFound
from matcher.market.introduction_plan import IntroductionPlan, Member, Planned
from matcher.people import new_person

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
FILE = ImportFile("membres.csv", "0" * 64, "camille")
SECRET = "Texte confidentiel"


@pytest.fixture
def store(ready_url: str) -> Iterator[Store]:
    with open_store(ready_url, now=lambda: NOON) as opened:
        yield opened


def org(item_id: str, name: str = "", **facts: Any) -> Organisation:
    return Organisation(id=item_id, name=name or f"Membre {item_id}", **facts)


def dump(url: str) -> str:
    """Everything the database holds, as one text."""
    database = Database(url)
    with database.reading("reading everything") as connection:
        rows = [tuple(row) for table in metadata.sorted_tables for row in connection.execute(select(table))]
    database.close()
    return repr(rows)


class TestBatches:
    def test_an_import_is_kept_with_its_file_and_what_it_changed(self, store: Store) -> None:
        store.items.put([org("A"), org("B")], source="test")
        report = store.items.put([org("A"), org("B", "Béa"), org("C")], source=FILE.name, file=FILE)
        assert (report.inserted, report.updated, report.unchanged) == (1, 1, 1)
        [batch] = store.imports.all()
        assert batch == store.imports.get(report.batch)
        assert (batch.file, batch.at, batch.undone_at) == (FILE, NOON, None)
        assert (batch.inserted, batch.updated, batch.unchanged) == (1, 1, 1)
        changes = {change.item_id: change.former for change in store.imports.changes(batch.id)}
        assert changes == {"B": org("B"), "C": None}

    def test_a_put_that_is_no_import_is_no_batch(self, store: Store) -> None:
        assert store.items.put([org("A")], source="api").batch == ""
        assert store.imports.all() == []

    def test_imports_of_the_same_second_are_told_apart_and_the_latest_comes_first(self, store: Store) -> None:
        ids = [store.items.put([org("A", f"N{n}")], source="x", file=FILE).batch for n in range(3)]
        assert len(set(ids)) == 3
        assert [batch.id for batch in store.imports.all()] == ids[::-1]

    def test_the_latest_comes_first_though_the_clock_was_set_back(self, ready_url: str) -> None:
        clock = iter([NOON + timedelta(days=1)] * 9)
        with open_store(ready_url, now=lambda: next(clock, NOON)) as store:
            ids = [store.items.put([org("A", f"N{n}")], source="x", file=FILE).batch for n in range(12)]
            assert len(set(ids)) == 12
            assert [batch.id for batch in store.imports.all()] == ids[::-1]
            assert [batch.id for batch, _ in store.imports.of_item("A")] == ids[::-1]

    def test_an_unknown_batch_names_the_command(self, store: Store) -> None:
        for use in (store.imports.get, store.imports.undo):
            with pytest.raises(NotFound, match="matcher imports"):
                use("19700101-000000")

    def test_an_import_that_fails_leaves_no_batch(self, store: Store) -> None:
        with pytest.raises(InvalidRequest, match="twice"):
            store.items.put([org("A"), org("A", "x")], source="x", file=FILE)
        assert store.imports.all() == []


class TestUndo:
    def test_everything_is_as_before(self, store: Store) -> None:
        before: list[AnyItem] = [org("A", description="avant"), org("B"), Factory(id="F", name="Data")]
        store.items.put(before, source="test")
        after: list[AnyItem] = [org("A", "Autre"), org("C"), Factory(id="F", name="Data", keywords=("IA",))]
        batch = store.items.put(after, source="x", file=FILE).batch
        assert store.imports.undo(batch) == UndoReport(restored=("A", "F"), removed=("C",))
        assert list(store.items.all()) == before
        assert store.imports.get(batch).undone_at == NOON
        assert store.imports.changes(batch) == []

    def test_the_outbox_tells_the_index(self, store: Store) -> None:
        store.items.put([org("A")], source="test")
        batch = store.items.put([org("A", "Autre"), org("C")], source="x", file=FILE).batch
        seq = store.outbox.last_seq()
        store.imports.undo(batch)
        changes = store.outbox.changes(seq, 9)
        assert [(change.item_id, change.op) for change in changes] == [("A", "upsert"), ("C", "delete")]

    def test_later_edits_stay_and_are_named(self, store: Store) -> None:
        store.items.put([org("A"), org("B"), org("D")], source="test")
        imported = [org(item_id, "Importé") for item_id in "ABCD"]
        batch = store.items.put(imported, source="x", file=FILE).batch
        store.items.put([org("A", "Corrigé"), org("C", "Corrigé")], source="api")
        store.items.delete(["D"])
        report = store.imports.undo(batch)
        assert report == UndoReport(restored=("B",), kept=("A", "C"))
        assert {item.id: item.name for item in store.items.all()} == {
            "A": "Corrigé",
            "B": "Membre B",
            "C": "Corrigé",
        }

    def test_twice_is_refused(self, store: Store) -> None:
        batch = store.items.put([org("A")], source="x", file=FILE).batch
        store.imports.undo(batch)
        with pytest.raises(InvalidRequest, match="already"):
            store.imports.undo(batch)

    def test_who_had_opted_out_is_out_of_the_plan_again(self, store: Store) -> None:
        store.items.put([org("A", opted_out=True), org("B")], source="test")
        batch = store.items.put([org("A")], source="x", file=FILE).batch
        store.plans.save(plan("A", "B"))
        store.imports.undo(batch)
        kept = store.plans.load()
        assert kept is not None
        assert set(kept.lists) == {"B"}

    def test_erasing_an_item_erases_its_former_states(self, store: Store, url: str) -> None:
        store.items.put([org("A", description=SECRET)], source="test")
        batch = store.items.put([org("A"), org("B")], source="x", file=FILE).batch
        assert SECRET in dump(url)
        store.items.delete(["A"])
        assert SECRET not in dump(url)
        assert [change.item_id for change in store.imports.changes(batch)] == ["B"]


def plan(*ids: str) -> IntroductionPlan:
    lists = {name: tuple(Planned(other, 0.5, 0.5) for other in ids if other != name) for name in ids}
    members = tuple(Member(name, 1.0, 1.0, False, 1.0, 1.0, 1.0) for name in sorted(ids))
    return IntroductionPlan("v1", NOON, "g1", lists, members)


class TestMerge:
    def test_what_one_lacks_comes_from_the_other(self, store: Store) -> None:
        store.items.put(
            [org("A", needs=("IA",), city="Albi"), org("B", needs=("data",), description="Texte")], source="x"
        )
        merged = store.items.merge("A", "B")
        assert merged == org("A", needs=("IA",), city="Albi", description="Texte")
        assert list(store.items.all()) == [merged]
        assert store.items.get("A") == merged

    @pytest.mark.parametrize("opposed", ["A", "B"])
    def test_an_opposition_of_either_counts(self, store: Store, opposed: str) -> None:
        store.items.put([org(item_id, opted_out=item_id == opposed) for item_id in "AB"], source="x")
        assert store.items.merge("A", "B") == org("A", opted_out=True)

    def test_events_name_the_kept_one(self, store: Store) -> None:
        store.items.put([org("A"), org("B"), org("C")], source="x")
        pairs = [("B", "C"), ("C", "B"), ("A", "B"), ("B", "A")]
        for query, item in pairs:
            store.events.log_impressions([Impression(NOON, Kind.PARTNER, query, item, 1, 0.5)])
            store.events.log_feedback(Feedback(NOON, Kind.PARTNER, query, item, Action.DECLINED))
        store.items.merge("A", "B")
        for rows in (store.events.impressions(), store.events.feedback()):
            assert [(row.query_id, row.item_id) for row in rows] == [("A", "C"), ("C", "A")]

    def test_the_plan_names_the_kept_one_once(self, store: Store) -> None:
        store.items.put([org(item_id) for item_id in "ABCD"], source="x")
        store.plans.save(plan("A", "B", "C"))
        store.items.merge("A", "B")
        kept = store.plans.load()
        assert kept is not None
        assert {name: [entry.item_id for entry in entries] for name, entries in kept.lists.items()} == {
            "A": ["C"],
            "C": ["A"],
        }

    def test_the_kept_one_takes_the_place_in_the_plan_of_the_other(self, store: Store) -> None:
        store.items.put([org(item_id) for item_id in "ABCD"], source="x")
        store.plans.save(plan("B", "C", "D"))
        store.items.merge("A", "B")
        kept = store.plans.load()
        assert kept is not None
        assert {name: [entry.item_id for entry in entries] for name, entries in kept.lists.items()} == {
            "A": ["C", "D"],
            "C": ["A", "D"],
            "D": ["A", "C"],
        }

    def test_what_cannot_be_merged_is_said_and_changes_nothing(self, store: Store, url: str) -> None:
        store.items.put([org("A"), Factory(id="F", name="Data")], source="x")
        before = dump(url)
        for kept, dropped, error, says in (
            ("A", "A", InvalidRequest, "itself"),
            ("A", "F", InvalidRequest, "one type"),
            ("A", "Z", NotFound, "'Z'"),
        ):
            with pytest.raises(error, match=says):
                store.items.merge(kept, dropped)
        assert dump(url) == before

    def test_the_outbox_tells_the_index(self, store: Store) -> None:
        store.items.put([org("A"), org("B", city="Albi")], source="x")
        seq = store.outbox.last_seq()
        store.items.merge("A", "B")
        changes = store.outbox.changes(seq, 9)
        assert [(change.item_id, change.op) for change in changes] == [("A", "upsert"), ("B", "delete")]


class TestParticipations:
    @pytest.fixture(autouse=True)
    def stocked(self, store: Store) -> None:
        store.items.put([org("A"), org("B")], source="x")
        store.items.put([Factory(id="F", name="Data"), Factory(id="G", name="Green IT")], source="x")

    def test_are_read_by_either_side(self, store: Store) -> None:
        first = Participation("A", "F", since=date(2025, 3, 1), source="liste.csv")
        host = Participation("A", "G", ParticipationRole.HOST)
        other = Participation("B", "F", inferred=True)
        assert store.participations.put([other, host, first]) == 3
        assert store.participations.of("A") == [first, host]
        assert store.participations.in_factory("F") == [first, other]
        assert store.participations.all() == [first, host, other]
        assert store.participations.of("nobody") == []
        assert store.participations.of_each(["B", "A", "nobody"]) == [first, host, other]
        assert store.participations.of_each([]) == []

    def test_what_was_stated_is_not_replaced_by_what_is_inferred(self, store: Store) -> None:
        stated, inferred = Participation("A", "F", source="liste.csv"), Participation("A", "F", inferred=True)
        store.participations.put([inferred])
        assert store.participations.put([stated]) == 1
        assert store.participations.put([inferred]) == 0
        assert store.participations.of("A") == [stated]

    def test_can_be_removed(self, store: Store) -> None:
        rows = [Participation("A", "F"), Participation("A", "F", ParticipationRole.HOST)]
        store.participations.put(rows)
        assert store.participations.remove(rows[:1]) == 1
        assert store.participations.all() == rows[1:]

    @pytest.mark.parametrize(
        ("organisation_id", "factory_id", "says"),
        [("Z", "F", "no organisation 'Z'"), ("A", "Z", "no factory 'Z'"), ("A", "B", "'B' is of type org")],
    )
    def test_of_the_unknown_are_refused_whole(
        self, store: Store, organisation_id: str, factory_id: str, says: str
    ) -> None:
        with pytest.raises(InvalidRequest, match=says):
            store.participations.put([Participation("A", "F"), Participation(organisation_id, factory_id)])
        assert store.participations.all() == []

    @pytest.mark.parametrize("erased", ["A", "F"])
    def test_are_erased_with_either_side(self, store: Store, erased: str) -> None:
        store.participations.put([Participation("A", "F"), Participation("B", "G")])
        store.items.delete([erased])
        assert store.participations.all() == [Participation("B", "G")]

    def test_follow_a_merge_once_each(self, store: Store) -> None:
        store.participations.put(
            [Participation("A", "F", source="mine"), Participation("B", "F"), Participation("B", "G")]
        )
        store.items.merge("A", "B")
        assert store.participations.all() == [
            Participation("A", "F", source="mine"),
            Participation("A", "G"),
        ]
        store.items.merge("F", "G")
        assert store.participations.all() == [Participation("A", "F", source="mine")]
        assert store.items.counts()[ItemType.FACTORY] == 1


def test_undoing_names_the_people_who_speak_for_none_afterwards(store: Store) -> None:
    batch = store.items.put([Organisation(id="Z", name="Zoé")], source="f", file=FILE).batch
    both = new_person("b@example.org", "Both", organisations=["Z", "Y"])
    alone = new_person("a@example.org", "Alone", organisations=["Z"])
    store.items.put([Organisation(id="Y", name="Yves")], source="test")
    for person in (both, alone):
        store.people.put(person)
    assert store.imports.undo(batch).adrift == (alone.id,)
    assert store.people.get(alone.id).organisations == ()
    assert store.people.get(both.id).organisations == ("Y",)
