"""kill -9 at any moment of an import: the file is in the store whole, or not at all."""

import random
from pathlib import Path

from matcher.adapters.sql import Store, open_store
from matcher.domain.events import PutReport
from matcher.domain.items import Organisation
from matcher.importing import import_file
from tests.e2e.killing import Driver, kills

ROWS = 1000
KILLS = 6
PAIRS = 40


def import_members(url: str, file: str) -> None:
    with open_store(url) as store:
        import_file(Path(file), store)


def undo(url: str, batch: str) -> None:
    with open_store(url) as store:
        store.imports.undo(batch)


def merge_pairs(url: str) -> None:
    with open_store(url) as store:
        for number in range(PAIRS):
            store.items.merge(f"A{number}", f"B{number}")


def write_members(path: Path, city: str) -> None:
    rows = "".join(
        f"O{n};Membre {n};Des données et des cartes pour {city}.;santé;{city}\n" for n in range(ROWS)
    )
    path.write_text("id;nom;présentation;secteur;ville\n" + rows, encoding="utf-8")


def towns(store: Store) -> set[str]:
    return {item.city for item in store.items.all() if isinstance(item, Organisation)}


def test_an_import_killed_at_random_moments_is_all_or_nothing(tmp_path: Path) -> None:
    url, file = f"sqlite:///{tmp_path / 'matcher.db'}", tmp_path / "membres.csv"
    cities: list[str] = []

    def next_file() -> tuple[str, ...]:
        cities.append(f"Ville {len(cities)}")
        write_members(file, cities[-1])
        return url, str(file)

    with open_store(url) as store, Driver(__name__, "import_members") as driver:
        store.migrate()
        held, seq = "", ROWS
        for finished in driver.kill_at_random(kills(KILLS), random.Random(113), next_file):
            found = towns(store)
            assert found in ({held}, {cities[-1]}), "a mixture: part of the file went in"
            if found == {cities[-1]}:
                held, seq = cities[-1], seq + ROWS
            assert held == cities[-1] or not finished, "an import that ended well is lost"
            assert store.outbox.last_seq() == seq, "the outbox says something else than the items"
            assert len(store.outbox.changes(seq - ROWS, 2 * ROWS)) == ROWS
        assert import_file(file, store).put in (PutReport(updated=ROWS), PutReport(unchanged=ROWS))
        assert towns(store) == {cities[-1]}


def test_an_undo_killed_at_random_moments_is_all_or_nothing(tmp_path: Path) -> None:
    url, file = f"sqlite:///{tmp_path / 'matcher.db'}", tmp_path / "membres.csv"
    with open_store(url) as store, Driver(__name__, "undo") as driver:
        store.migrate()
        write_members(file, "Albi")
        import_file(file, store)
        write_members(file, "Foix")

        batches: list[str] = []

        def next_batch() -> tuple[str, ...]:
            if batch := import_file(file, store).batch:  # none while the last undo was killed
                batches.append(batch)
            return url, batches[-1]

        for finished in driver.kill_at_random(kills(KILLS), random.Random(7), next_batch):
            found = {item.city for item in store.items.all() if isinstance(item, Organisation)}
            assert found in ({"Albi"}, {"Foix"}), "a mixture: part of the import was undone"
            assert found == {"Albi"} or not finished, "an undo that ended well is lost"
            assert (store.imports.get(batches[-1]).undone_at is not None) == (found == {"Albi"})


def test_a_merge_killed_at_random_moments_is_all_or_nothing(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'matcher.db'}"
    kept = [Organisation(id=f"A{n}", name=f"Membre {n}") for n in range(PAIRS)]
    dropped = [Organisation(id=f"B{n}", name=f"Membre {n} SAS", city="Albi") for n in range(PAIRS)]
    with open_store(url) as store, Driver(__name__, "merge_pairs") as driver:
        store.migrate()

        def restored() -> tuple[str, ...]:
            store.items.put([*kept, *dropped], source="test")
            return (url,)

        for finished in driver.kill_at_random(kills(KILLS), random.Random(11), restored):
            items = {item.id: item for item in store.items.all()}
            for one, other in zip(kept, dropped, strict=True):
                merged = one.model_copy(update={"city": "Albi"})
                pair = (items.get(one.id), items.get(other.id))
                assert pair in ((one, other), (merged, None)), "half a merge"
            assert len(items) == PAIRS or not finished
