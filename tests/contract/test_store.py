"""What every store must do, on SQLite and on a real PostgreSQL server."""

import threading
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import text

from matcher.adapters.sql.schema import metadata, open_engine, parse_url
from matcher.adapters.sql.store import SqlStore
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
def store(url: str) -> Iterator[SqlStore]:
    with SqlStore(url, now=lambda: NOON) as opened:
        opened.migrate()
        yield opened


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
    def test_what_is_put_is_what_is_got(self, store: SqlStore) -> None:
        assert store.put(ONE_OF_EACH, source="test") == PutReport(inserted=4)
        assert [store.get(item.id) for item in ONE_OF_EACH] == ONE_OF_EACH
        assert store.counts() == dict.fromkeys(ItemType, 1)

    def test_a_store_opened_again_holds_the_same(self, store: SqlStore, url: str) -> None:
        store.put(ONE_OF_EACH, source="test")
        store.close()
        with SqlStore(url) as again:
            again.check()
            assert again.get_many(item.id for item in ONE_OF_EACH) == {item.id: item for item in ONE_OF_EACH}

    def test_the_same_put_twice_changes_nothing(self, store: SqlStore) -> None:
        store.put(ONE_OF_EACH, source="test")
        seq = store.last_seq()
        assert store.put(ONE_OF_EACH, source="other") == PutReport(unchanged=4)
        assert store.last_seq() == seq

    def test_a_put_counts_and_replaces_only_what_differs(self, store: SqlStore) -> None:
        store.put([lead("L1"), lead("L2")], source="test")
        report = store.put([lead("L1", "Nouveau nom"), lead("L2"), lead("L3")], source="test")
        assert report == PutReport(inserted=1, updated=1, unchanged=1)
        assert store.names() == [("L1", "Nouveau nom"), ("L2", "École"), ("L3", "École")]

    def test_an_unknown_id_is_not_found_and_absent_from_many(self, store: SqlStore) -> None:
        store.put([lead("L1")], source="test")
        with pytest.raises(NotFound, match="L9"):
            store.get("L9")
        assert list(store.get_many(["L9", "L1", "L1"])) == ["L1"]
        assert store.get_many([]) == {}

    @pytest.mark.parametrize("name", ["NUL \x00", "\ud800", "é", "'; DROP TABLE items; --", ""])
    def test_an_id_no_item_can_have_is_just_not_found(self, store: SqlStore, name: str) -> None:
        with pytest.raises(NotFound):
            store.get(name)
        assert store.delete([name]) == 0

    def test_items_come_in_byte_order_whatever_the_batch(self, store: SqlStore) -> None:
        ids = ["b", "B", "a", "A", "a.1", "a-1", "10", "9"]
        store.put([lead(item_id) for item_id in ids], source="test")
        store.put([Factory(id="Z", name="x")], source="test")
        assert [item.id for item in store.items(batch=3)] == sorted([*ids, "Z"])
        assert [item.id for item in store.items(ItemType.LEAD, batch=3, after="A")] == sorted(
            x for x in ids if x > "A"
        )
        assert [item_id for item_id, _ in store.names(ItemType.LEAD)] == sorted(ids)

    def test_what_another_process_wrote_or_erased_is_seen_at_once(self, store: SqlStore, url: str) -> None:
        store.put([lead("L1"), lead("L2")], source="test")
        store.get_many(["L1", "L2"])
        with SqlStore(url) as other:
            other.put([lead("L1", "Autre")], source="test")
            other.delete(["L2"])
        assert store.get_many(["L1", "L2"]) == {"L1": lead("L1", "Autre")}

    def test_an_id_given_twice_is_refused(self, store: SqlStore) -> None:
        with pytest.raises(InvalidRequest, match="twice"):
            store.put([lead("L1"), lead("L1", "Autre")], source="test")

    def test_one_bad_item_leaves_the_whole_put_out(self, store: SqlStore) -> None:
        store.put([Factory(id="X", name="Factory")], source="test")
        with pytest.raises(InvalidRequest, match="'X' is stored as factory"):
            store.put([lead("L1"), lead("X")], source="test")
        assert store.counts()[ItemType.LEAD] == 0
        assert store.last_seq() == 1

    def test_more_items_than_one_statement_takes(self, store: SqlStore) -> None:
        many = [lead(f"L{n:05}") for n in range(5_001)]
        assert store.put(many, source="test").inserted == 5_001
        assert len(store.get_many(item.id for item in many)) == 5_001
        assert store.delete(item.id for item in many) == 5_001


class TestOutbox:
    def test_every_real_change_leaves_one_row_in_order(self, store: SqlStore) -> None:
        store.put([lead("L1"), lead("L2")], source="test")
        store.put([lead("L1"), lead("L2", "Autre")], source="test")
        store.delete(["L1", "L9"])
        assert store.changes(0, 10) == [
            Change(1, "L1", ItemType.LEAD, "upsert", lead("L1").version),
            Change(2, "L2", ItemType.LEAD, "upsert", lead("L2").version),
            Change(3, "L2", ItemType.LEAD, "upsert", lead("L2", "Autre").version),
            Change(4, "L1", ItemType.LEAD, "delete", ""),
        ]
        assert [change.seq for change in store.changes(1, 2)] == [2, 3]
        assert store.last_seq() == 4

    def test_a_cursor_starts_at_zero_never_goes_back_and_can_be_forgotten(self, store: SqlStore) -> None:
        assert store.cursor("g1") == 0
        store.advance("g1", 7)
        store.advance("g1", 3)
        assert store.cursor("g1") == 7
        store.forget("g1")
        assert store.cursor("g1") == 0

    def test_pruning_waits_for_the_slowest_generation(self, store: SqlStore) -> None:
        store.put([lead(f"L{n}") for n in range(4)], source="test")
        assert store.prune_changes() == 0, "without a cursor nobody has passed anything"
        store.advance("fast", 4)
        store.advance("slow", 1)
        assert store.prune_changes() == 1
        assert [change.seq for change in store.changes(0, 10)] == [2, 3, 4]

    def test_numbers_are_never_given_twice(self, store: SqlStore) -> None:
        store.put([lead("L1"), lead("L2")], source="test")
        store.advance("g1", 2)
        store.prune_changes()
        assert store.last_seq() == 2
        store.put([lead("L3")], source="test")
        assert [change.seq for change in store.changes(0, 10)] == [3]

    def test_a_reader_that_follows_misses_no_change_of_concurrent_writers(
        self, store: SqlStore, url: str
    ) -> None:
        def write(writer: int) -> None:
            with SqlStore(url) as mine:
                for n in range(15):
                    mine.put([lead(f"W{writer}-{n}-{m}") for m in range(3)], source="test")

        writers = [threading.Thread(target=write, args=(n,)) for n in range(3)]
        for thread in writers:
            thread.start()
        seen: list[str] = []
        seq = 0
        while any(thread.is_alive() for thread in writers) or store.last_seq() > seq:
            for change in store.changes(seq, 10):
                seen.append(change.item_id)
                seq = change.seq
        assert len(seen) == len(set(seen)) == 3 * 15 * 3


class TestLogs:
    @pytest.fixture(autouse=True)
    def stored(self, store: SqlStore) -> None:
        store.put([Organisation(id="ORG1", name="Ada"), lead("FAC1"), lead("FAC2")], source="test")

    @staticmethod
    def shown(minute: int, item_id: str, rank: int) -> Impression:
        at = NOON + timedelta(minutes=minute)
        return Impression(at, Kind.FACTORY, "ORG1", item_id, rank, 0.5, "g1")

    def test_impressions_come_back_as_they_were_logged(self, store: SqlStore) -> None:
        rows = [self.shown(0, "FAC2", 1), self.shown(0, "FAC1", 2)]
        store.log_impressions(rows)
        store.log_impressions([])
        assert list(store.impressions()) == rows

    def test_feedback_takes_the_rank_last_shown_before_it(self, store: SqlStore) -> None:
        store.log_impressions([self.shown(0, "FAC1", 5), self.shown(1, "FAC1", 2), self.shown(9, "FAC1", 1)])
        at = NOON + timedelta(minutes=5)
        store.log_feedback(Feedback(at, Kind.FACTORY, "ORG1", "FAC1", Action.JOINED))
        store.log_feedback(Feedback(at, Kind.PARTNER, "ORG1", "FAC1", Action.DECLINED))
        assert [(row.action, row.rank) for row in store.feedback()] == [
            (Action.JOINED, 2),
            (Action.DECLINED, None),
        ]

    @pytest.mark.parametrize("erased", ["ORG1", "FAC1"])
    def test_what_another_process_erased_since_it_was_shown_does_not_come_back(
        self, store: SqlStore, url: str, erased: str
    ) -> None:
        rows = [self.shown(0, "FAC1", 1), self.shown(0, "FAC2", 2)]
        with SqlStore(url) as other:
            other.delete([erased])
        store.log_impressions(rows)
        assert [row.item_id for row in store.impressions()] == {"ORG1": [], "FAC1": ["FAC2"]}[erased]

    def test_erasing_an_item_erases_what_was_logged_of_it(self, store: SqlStore) -> None:
        store.log_impressions([self.shown(0, "FAC1", 1), self.shown(0, "FAC2", 2)])
        store.log_feedback(Feedback(NOON, Kind.FACTORY, "ORG1", "FAC1", Action.JOINED))
        store.delete(["FAC1"])
        assert [row.item_id for row in store.impressions()] == ["FAC2"]
        assert list(store.feedback()) == []
        store.delete(["ORG1"])
        assert list(store.impressions()) == []


class TestSchema:
    def test_a_store_never_migrated_names_the_command(self, url: str) -> None:
        with SqlStore(url) as store:
            for call in (store.check, store.counts, lambda: store.put([lead("L1")], source="test")):
                with pytest.raises(NotReady, match="matcher migrate"):
                    call()

    def test_migrating_twice_or_at_the_same_time_is_harmless(self, url: str) -> None:
        stores = [SqlStore(url) for _ in range(3)]
        threads = [threading.Thread(target=store.migrate) for store in stores]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        stores[0].migrate()
        for store in stores:
            store.check()
            store.close()

    def test_the_scripts_make_the_tables_the_code_uses(self, store: SqlStore, url: str) -> None:
        engine = open_engine(parse_url(url))
        with engine.connect() as connection:
            assert compare_metadata(MigrationContext.configure(connection), metadata) == []
        engine.dispose()

    def test_a_store_of_a_newer_release_asks_for_an_upgrade(self, store: SqlStore, url: str) -> None:
        engine = open_engine(parse_url(url)).execution_options(writes=True)
        with engine.begin() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        engine.dispose()
        with pytest.raises(NotReady, match="newer release"):
            store.check()


@pytest.mark.postgres
def test_connections_the_server_cut_are_replaced_unnoticed(postgres_url: str) -> None:
    with SqlStore(postgres_url) as store, SqlStore(postgres_url) as other:
        store.migrate()
        store.put([lead("L1")], source="test")
        other.ping()
        engine = open_engine(parse_url(postgres_url))
        with engine.begin() as connection:
            connection.execute(
                text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()")
            )
        engine.dispose()
        assert other.names() == [("L1", "École")]
        assert store.put([lead("L2")], source="test").inserted == 1


@pytest.mark.postgres
def test_a_server_that_only_reads_is_said_so_and_nothing_goes_in(postgres_url: str) -> None:
    with SqlStore(postgres_url) as store:
        store.migrate()
    with SqlStore(f"{postgres_url}&options=-c%20default_transaction_read_only%3Don") as store:
        assert store.names() == []
        with pytest.raises(BackendUnavailable, match="may only be read"):
            store.put([lead("L1")], source="test")


def test_of_two_imports_at_once_the_second_completes_the_first(url: str, store: SqlStore) -> None:
    def table(column: str) -> ItemTable:
        item = Organisation.model_validate({"id": "ORG1", "name": "Ada", column: (column,)})
        return ItemTable(("id", "nom", column), (Row(2, ["ORG1", "Ada", column], item),))

    with SqlStore(url) as other:
        second = threading.Thread(target=lambda: import_table(table("offers"), other, source="b.csv"))

        class Interrupted(SqlStore):
            def get_many(self, ids: Iterable[str]) -> dict[str, AnyItem]:
                found = super().get_many(ids)
                second.start()
                second.join(timeout=0.5)  # it can only end here if nothing holds it
                return found

        store.put([Organisation(id="ORG1", name="Ada")], source="test")
        with Interrupted(url) as first:
            import_table(table("needs"), first, source="a.csv")
        second.join()
        assert store.get("ORG1") == Organisation(id="ORG1", name="Ada", needs=("needs",), offers=("offers",))
