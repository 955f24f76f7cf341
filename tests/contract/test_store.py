"""What every store must do, on SQLite and on a real PostgreSQL server."""

import os
import signal
import threading
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import inspect, text
from sqlalchemy.engine import Connection

from matcher.adapters.sql import Store, Timeouts, open_store
from matcher.adapters.sql.catalogue.items import Catalogue
from matcher.adapters.sql.engine import Database
from matcher.adapters.sql.migrate import run_scripts, upgrade
from matcher.adapters.sql.schema import metadata
from matcher.domain.events import Action, Change, Feedback, Impression, PutReport
from matcher.domain.items import (
    AnyItem,
    Eligibility,
    Factory,
    ItemType,
    Kind,
    Lead,
    Opportunity,
    Organisation,
)
from matcher.errors import BackendUnavailable, InvalidRequest, NotFound, NotReady
from matcher.importing import ItemTable, Row, import_table

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture
def store(ready_url: str) -> Iterator[Store]:
    with open_store(ready_url, now=lambda: NOON) as opened:
        yield opened


def described(connection: Connection) -> dict[str, tuple[str, ...]]:
    """Each table's columns with types and defaults, keys and indexes, as the database tells them."""
    seen = inspect(connection)
    tables: dict[str, tuple[str, ...]] = {}
    for table in seen.get_table_names():
        columns = [repr({**column, "type": str(column["type"])}) for column in seen.get_columns(table)]
        others = [
            *seen.get_indexes(table),
            *seen.get_foreign_keys(table),
            *seen.get_unique_constraints(table),
        ]
        tables[table] = (*columns, str(seen.get_pk_constraint(table)), *sorted(map(str, others)))
    return tables


def lead(item_id: str, name: str = "École") -> Lead:
    return Lead(id=item_id, name=name)


ONE_OF_EACH: list[AnyItem] = [
    Organisation(
        id="ORG1",
        name="L'Atelier « Ée »",
        description="Des données\net des cartes",
        expertise=("data",),
        size_band="PE",
    ),
    Factory(id="FAC1", name="Data", ateliers=("Choisir un pays",), next_meeting=NOON),
    Opportunity(
        id="INT1",
        name="Call",
        availability="dated",
        closes_at=NOON,
        budget_eur=3e6,
        eligibility=Eligibility(size_bands=("TPE",), min_countries=3),
    ),
    Lead(id="L1", name="Ada"),
]


class TestItems:
    def test_what_is_put_is_what_is_got(self, store: Store) -> None:
        assert store.items.put(ONE_OF_EACH, source="test") == PutReport(inserted=4)
        assert [store.items.get(item.id) for item in ONE_OF_EACH] == ONE_OF_EACH
        assert store.items.counts() == dict.fromkeys(ItemType, 1)

    def test_a_store_opened_again_holds_the_same(self, store: Store, url: str) -> None:
        store.items.put(ONE_OF_EACH, source="test")
        store.close()
        with open_store(url) as again:
            again.check()
            assert again.items.get_many(item.id for item in ONE_OF_EACH) == {
                item.id: item for item in ONE_OF_EACH
            }

    def test_the_same_put_twice_changes_nothing(self, store: Store) -> None:
        store.items.put(ONE_OF_EACH, source="test")
        seq = store.outbox.last_seq()
        assert store.items.put(ONE_OF_EACH, source="other") == PutReport(unchanged=4)
        assert store.outbox.last_seq() == seq

    def test_a_put_counts_and_replaces_only_what_differs(self, store: Store) -> None:
        store.items.put([lead("L1"), lead("L2")], source="test")
        report = store.items.put([lead("L1", "Nouveau nom"), lead("L2"), lead("L3")], source="test")
        assert report == PutReport(inserted=1, updated=1, unchanged=1)
        assert store.items.names() == [("L1", "Nouveau nom"), ("L2", "École"), ("L3", "École")]

    def test_an_unknown_id_is_not_found_and_absent_from_many(self, store: Store) -> None:
        store.items.put([lead("L1")], source="test")
        with pytest.raises(NotFound, match="L9"):
            store.items.get("L9")
        assert list(store.items.get_many(["L9", "L1", "L1"])) == ["L1"]
        assert store.items.get_many([]) == {}
        assert store.items.versions_of(["L9", "L1", "L1", "é"]) == {"L1": store.items.get("L1").version}

    @pytest.mark.parametrize("name", ["NUL \x00", "\ud800", "é", "'; DROP TABLE items; --", ""])
    def test_an_id_no_item_can_have_is_just_not_found(self, store: Store, name: str) -> None:
        with pytest.raises(NotFound):
            store.items.get(name)
        assert store.items.delete([name]) == 0

    def test_items_come_in_byte_order_whatever_the_batch(self, store: Store) -> None:
        ids = ["b", "B", "a", "A", "a.1", "a-1", "10", "9"]
        store.items.put([lead(item_id) for item_id in ids], source="test")
        store.items.put([Factory(id="Z", name="x")], source="test")
        assert [item.id for item in store.items.all(batch=3)] == sorted([*ids, "Z"])
        assert [item.id for item in store.items.all(ItemType.LEAD, batch=3, after="A")] == sorted(
            x for x in ids if x > "A"
        )
        assert [item_id for item_id, _ in store.items.names(ItemType.LEAD)] == sorted(ids)

    @pytest.mark.parametrize(("size", "ends"), [(1, "ABCab"), (2, "Bab"), (5, "b"), (9, "b")])
    def test_ranges_of_ids_hold_every_item_once(self, store: Store, size: int, ends: str) -> None:
        assert store.items.range_ends(size) == []
        store.items.put([lead(item_id) for item_id in "bAaBC"], source="test")
        found = store.items.range_ends(size)
        assert found == list(ends)
        parts = [store.items.versions(after, end) for after, end in zip(["", *found], found, strict=False)]
        assert [item_id for part in parts for item_id in part] == list("ABCab")
        assert parts[0]["A"] == lead("A").version

    def test_a_second_walk_sees_what_another_process_changed(self, store: Store, url: str) -> None:
        store.items.put([lead("L1"), lead("L2"), lead("L3")], source="test")
        assert len(list(store.items.all(batch=2))) == 3
        with open_store(url) as other:
            other.items.put([lead("L1", "Autre")], source="test")
            other.items.delete(["L2"])
        assert [(item.id, item.name) for item in store.items.all(batch=2)] == [
            ("L1", "Autre"),
            ("L3", "École"),
        ]

    def test_what_is_worked_out_is_kept_until_an_item_changes(self, store: Store, url: str) -> None:
        def names() -> list[tuple[str, str]]:
            return store.derived.value("names", store.items.names)

        store.items.put([lead("L1"), lead("L2")], source="test")
        assert names() == [("L1", "École"), ("L2", "École")]
        assert names() is names()
        with open_store(url) as other:
            other.items.put([lead("L1", "Autre")], source="test")
            assert names() == [("L1", "Autre"), ("L2", "École")]
            other.items.delete(["L2"])
        assert names() == [("L1", "Autre")]

    def test_what_is_worked_out_is_made_anew_after_each_erasure_without_an_index(self, store: Store) -> None:
        def names() -> list[tuple[str, str]]:
            return store.derived.value("names", store.items.names)

        store.items.put([lead("L1"), lead("L2"), lead("L3")], source="test")
        for erased, left in (("L1", ["L2", "L3"]), ("L2", ["L3"])):
            store.items.delete([erased])
            store.outbox.keep_for(())
            assert [name for name, _ in names()] == left

    def test_what_another_process_wrote_or_erased_is_seen_at_once(self, store: Store, url: str) -> None:
        store.items.put([lead("L1"), lead("L2")], source="test")
        store.items.get_many(["L1", "L2"])
        with open_store(url) as other:
            other.items.put([lead("L1", "Autre")], source="test")
            other.items.delete(["L2"])
        assert store.items.get_many(["L1", "L2"]) == {"L1": lead("L1", "Autre")}

    def test_an_id_given_twice_is_refused(self, store: Store) -> None:
        with pytest.raises(InvalidRequest, match="twice"):
            store.items.put([lead("L1"), lead("L1", "Autre")], source="test")

    def test_one_bad_item_leaves_the_whole_put_out(self, store: Store) -> None:
        store.items.put([Factory(id="X", name="Factory")], source="test")
        with pytest.raises(InvalidRequest, match="'X' is stored as factory"):
            store.items.put([lead("L1"), lead("X")], source="test")
        assert store.items.counts()[ItemType.LEAD] == 0
        assert store.outbox.last_seq() == 1

    def test_more_items_than_one_statement_takes(self, store: Store) -> None:
        many = [lead(f"L{n:05}") for n in range(5_001)]
        assert store.items.put(many, source="test").inserted == 5_001
        assert len(store.items.get_many(item.id for item in many)) == 5_001
        assert store.items.delete(item.id for item in many) == 5_001


class TestOutbox:
    def test_every_real_change_leaves_one_row_in_order(self, store: Store) -> None:
        store.items.put([lead("L1"), lead("L2")], source="test")
        store.items.put([lead("L1"), lead("L2", "Autre")], source="test")
        store.items.delete(["L1", "L9"])
        assert store.outbox.changes(0, 10) == [
            Change(1, "L1", ItemType.LEAD, "upsert", lead("L1").version),
            Change(2, "L2", ItemType.LEAD, "upsert", lead("L2").version),
            Change(3, "L2", ItemType.LEAD, "upsert", lead("L2", "Autre").version),
            Change(4, "L1", ItemType.LEAD, "delete", ""),
        ]
        assert [change.seq for change in store.outbox.changes(1, 2)] == [2, 3]
        assert store.outbox.last_seq() == 4

    def test_a_cursor_starts_at_zero_never_goes_back_and_can_be_forgotten(self, store: Store) -> None:
        assert store.outbox.cursor("g1") == 0
        store.outbox.advance("g1", 7)
        store.outbox.advance("g1", 3)
        assert store.outbox.cursor("g1") == 7
        store.outbox.forget("g1")
        assert store.outbox.cursor("g1") == 0

    def test_pruning_waits_for_the_slowest_generation(self, store: Store) -> None:
        store.items.put([lead(f"L{n}") for n in range(4)], source="test")
        assert store.outbox.prune() == 0, "without a cursor nobody has passed anything"
        store.outbox.advance("fast", 4)
        store.outbox.advance("slow", 1)
        assert store.outbox.prune() == 1
        assert [change.seq for change in store.outbox.changes(0, 10)] == [2, 3, 4]

    def test_numbers_are_never_given_twice(self, store: Store) -> None:
        store.items.put([lead("L1"), lead("L2")], source="test")
        store.outbox.advance("g1", 2)
        store.outbox.prune()
        assert store.outbox.last_seq() == 2
        store.items.put([lead("L3")], source="test")
        assert [change.seq for change in store.outbox.changes(0, 10)] == [3]

    def test_a_reader_that_follows_misses_no_change_of_concurrent_writers(
        self, store: Store, url: str
    ) -> None:
        def write(writer: int) -> None:
            with open_store(url) as mine:
                for n in range(15):
                    mine.items.put([lead(f"W{writer}-{n}-{m}") for m in range(3)], source="test")

        writers = [threading.Thread(target=write, args=(n,)) for n in range(3)]
        for thread in writers:
            thread.start()
        seen: list[str] = []
        seq = 0
        while any(thread.is_alive() for thread in writers) or store.outbox.last_seq() > seq:
            for change in store.outbox.changes(seq, 10):
                seen.append(change.item_id)
                seq = change.seq
        assert len(seen) == len(set(seen)) == 3 * 15 * 3


class TestLogs:
    @pytest.fixture(autouse=True)
    def stored(self, store: Store) -> None:
        store.items.put([Organisation(id="ORG1", name="Ada"), lead("FAC1"), lead("FAC2")], source="test")

    @staticmethod
    def shown(minute: int, item_id: str, rank: int) -> Impression:
        at = NOON + timedelta(minutes=minute)
        return Impression(at, Kind.FACTORY, "ORG1", item_id, rank, 0.5, "g1")

    def test_impressions_come_back_as_they_were_logged(self, store: Store) -> None:
        rows = [self.shown(0, "FAC2", 1), self.shown(0, "FAC1", 2)]
        store.events.log_impressions(rows)
        store.events.log_impressions([])
        assert list(store.events.impressions()) == rows

    def test_feedback_takes_the_rank_last_shown_before_it(self, store: Store) -> None:
        store.events.log_impressions(
            [self.shown(0, "FAC1", 5), self.shown(1, "FAC1", 2), self.shown(9, "FAC1", 1)]
        )
        at = NOON + timedelta(minutes=5)
        store.events.log_feedback(Feedback(at, Kind.FACTORY, "ORG1", "FAC1", Action.JOINED))
        store.events.log_feedback(Feedback(at, Kind.PARTNER, "ORG1", "FAC1", Action.DECLINED))
        assert [(row.action, row.rank) for row in store.events.feedback()] == [
            (Action.JOINED, 2),
            (Action.DECLINED, None),
        ]

    @pytest.mark.parametrize("erased", ["ORG1", "FAC1"])
    def test_what_another_process_erased_since_it_was_shown_does_not_come_back(
        self, store: Store, url: str, erased: str
    ) -> None:
        rows = [self.shown(0, "FAC1", 1), self.shown(0, "FAC2", 2)]
        with open_store(url) as other:
            other.items.delete([erased])
        store.events.log_impressions(rows)
        assert [row.item_id for row in store.events.impressions()] == {"ORG1": [], "FAC1": ["FAC2"]}[erased]

    def test_erasing_an_item_erases_what_was_logged_of_it(self, store: Store) -> None:
        store.events.log_impressions([self.shown(0, "FAC1", 1), self.shown(0, "FAC2", 2)])
        store.events.log_feedback(Feedback(NOON, Kind.FACTORY, "ORG1", "FAC1", Action.JOINED))
        store.items.delete(["FAC1"])
        assert [row.item_id for row in store.events.impressions()] == ["FAC2"]
        assert list(store.events.feedback()) == []
        store.items.delete(["ORG1"])
        assert list(store.events.impressions()) == []


class TestSchema:
    def test_a_store_never_migrated_names_the_command(self, url: str) -> None:
        with open_store(url) as store:
            for call in (
                store.check,
                store.items.counts,
                lambda: store.items.put([lead("L1")], source="test"),
            ):
                with pytest.raises(NotReady, match="matcher migrate"):
                    call()

    def test_migrating_twice_or_at_the_same_time_is_harmless(self, url: str) -> None:
        stores = [open_store(url) for _ in range(3)]
        threads = [threading.Thread(target=store.migrate) for store in stores]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        stores[0].migrate()
        for store in stores:
            store.check()
            store.close()

    def test_the_scripts_make_the_tables_the_code_uses_and_a_new_store_has(self, url: str) -> None:
        database, on_server = Database(url), not url.startswith("sqlite")
        database.create_file()
        with database.writing("all scripts") as connection:
            run_scripts(connection)
            assert compare_metadata(MigrationContext.configure(connection), metadata) == []
            scripted = described(connection)
        with database.writing("all tables at once") as connection:
            for table in scripted:
                connection.execute(
                    text(f"DROP TABLE {table} CASCADE" if on_server else f"DROP TABLE {table}")
                )
            upgrade(connection)
            assert described(connection) == scripted
        database.close()

    def test_a_store_of_a_newer_release_asks_for_an_upgrade(self, store: Store, url: str) -> None:
        database = Database(url)
        with database.writing("pretending") as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        database.close()
        with pytest.raises(NotReady, match="newer release"):
            store.check()


@pytest.mark.postgres
def test_connections_the_server_cut_are_replaced_unnoticed(postgres_url: str) -> None:
    with open_store(postgres_url) as store, open_store(postgres_url) as other:
        store.migrate()
        store.items.put([lead("L1")], source="test")
        other.ping()
        database = Database(postgres_url)
        with database.reading("cutting every connection") as connection:
            connection.execute(
                text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()")
            )
        database.close()
        assert other.items.names() == [("L1", "École")]
        assert store.items.put([lead("L2")], source="test").inserted == 1


@contextmanager
def stopped(pid: int) -> Iterator[None]:
    """Stop a process of the server: neither its own time limit nor the network tells."""
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


MINE = text("SELECT pg_backend_pid()")


@pytest.mark.postgres
def test_a_server_that_stops_is_given_up(postgres_url: str) -> None:
    database = Database(postgres_url, timeouts=Timeouts(statement_ms=300))
    doing = pytest.raises(BackendUnavailable, match=r"while asking.*Check that the server runs")
    with closing(database), doing, database.reading("asking") as connection:
        pid = connection.execute(MINE).scalar_one()
        with stopped(pid):
            connection.execute(MINE)


@pytest.mark.postgres
def test_a_connection_that_stopped_is_replaced(postgres_url: str) -> None:
    with closing(Database(postgres_url, timeouts=Timeouts(statement_ms=300))) as database:
        with database.reading("asking") as connection:
            pid = connection.execute(MINE).scalar_one()
        with stopped(pid), database.reading("asking again") as connection:
            assert connection.execute(MINE).scalar_one() != pid


@pytest.mark.postgres
def test_a_statement_that_takes_too_long_is_cancelled(postgres_url: str) -> None:
    with closing(Database(postgres_url, timeouts=Timeouts(statement_ms=200))) as database:
        slow = pytest.raises(BackendUnavailable, match="while sleeping")
        with slow, database.reading("sleeping") as connection:
            connection.execute(text("SELECT pg_sleep(30)"))
        with database.reading("going on") as connection:
            assert connection.execute(MINE).scalar_one()


@pytest.mark.postgres
def test_a_server_that_only_reads_is_said_so_and_nothing_goes_in(postgres_url: str) -> None:
    with open_store(postgres_url) as store:
        store.migrate()
    with open_store(f"{postgres_url}&options=-c%20default_transaction_read_only%3Don") as store:
        assert store.items.names() == []
        with pytest.raises(BackendUnavailable, match="may only be read"):
            store.items.put([lead("L1")], source="test")


def test_of_two_imports_at_once_the_second_completes_the_first(url: str, store: Store) -> None:
    def table(column: str) -> ItemTable:
        item = Organisation.model_validate({"id": "ORG1", "name": "Ada", column: (column,)})
        return ItemTable(("id", "nom", column), (Row(2, ["ORG1", "Ada", column], item),))

    with open_store(url) as other:
        second = threading.Thread(target=lambda: import_table(table("offers"), other, source="b.csv"))

        class Interrupted(Catalogue):
            def get_many(self, ids: Iterable[str]) -> dict[str, AnyItem]:
                found = super().get_many(ids)
                second.start()
                second.join(timeout=0.5)  # it can only end here if nothing holds it
                return found

        store.items.put([Organisation(id="ORG1", name="Ada")], source="test")
        with closing(Database(url)) as database:
            first = SimpleNamespace(items=Interrupted(database), imports=store.imports, outbox=store.outbox)
            import_table(table("needs"), first, source="a.csv")
        second.join()
        assert store.items.get("ORG1") == Organisation(
            id="ORG1", name="Ada", needs=("needs",), offers=("offers",)
        )
