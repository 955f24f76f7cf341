"""kill -9 at any moment of an undo or a merge: it is done whole, or not at all."""

import random
from pathlib import Path

from matcher.adapters.sql import Store, open_store
from matcher.domain.events import Impression
from matcher.domain.imports import ImportFile
from matcher.domain.items import Kind, Organisation
from tests.contract.test_imports import NOON
from tests.e2e.killing import Driver, kills

ITEMS = 400
KILLS = 4


def undo(url: str, batch: str) -> None:
    with open_store(url) as store:
        store.imports.undo(batch)


def merge(url: str, kept: str, dropped: str) -> None:
    with open_store(url) as store:
        store.items.merge(kept, dropped)


def members(city: str) -> list[Organisation]:
    return [
        Organisation(id=f"O{n}", name=f"Membre {n}", description="x" * 200, city=city) for n in range(ITEMS)
    ]


def cities(store: Store) -> set[str]:
    return {item.city for item in store.items.all() if isinstance(item, Organisation)}


def test_an_undo_killed_at_random_moments_is_all_or_nothing(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'matcher.db'}"
    batches: list[str] = []

    def next_import() -> tuple[str, ...]:
        store.items.put(members("Avant"), source="test")
        given = members("Importé")
        batches.append(store.items.put(given, source="x", file=ImportFile("x.csv", "0" * 64)).batch)
        return url, batches[-1]

    with open_store(url) as store, Driver(__name__, "undo") as driver:
        store.migrate()
        for finished in driver.kill_at_random(kills(KILLS), random.Random(113), next_import):
            undone = store.imports.get(batches[-1]).undone_at is not None
            assert cities(store) == ({"Avant"} if undone else {"Importé"}), "a part was restored"
            assert len(store.imports.changes(batches[-1])) == (0 if undone else ITEMS)
            assert undone or not finished, "an undo that ended well is lost"


def test_a_merge_killed_at_random_moments_is_all_or_nothing(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'matcher.db'}"
    number = 0

    def next_twins() -> tuple[str, ...]:
        nonlocal number
        number += 1
        kept, dropped = f"K{number}", f"D{number}"
        twins = [Organisation(id=kept, name="Un"), Organisation(id=dropped, name="Un", city="Albi")]
        store.items.put(twins, source="test")
        shown = [Impression(NOON, Kind.PARTNER, dropped, "THIRD", rank, 0.5) for rank in range(1, 200)]
        store.events.log_impressions(shown)
        return url, kept, dropped

    with open_store(url) as store, Driver(__name__, "merge") as driver:
        store.migrate()
        store.items.put([Organisation(id="THIRD", name="Tiers")], source="test")
        for finished in driver.kill_at_random(kills(KILLS), random.Random(7), next_twins):
            kept, dropped = f"K{number}", f"D{number}"
            found = store.items.get_many([kept, dropped])
            merged = dropped not in found
            named = {row.query_id for row in store.events.impressions()} & {kept, dropped}
            assert named == {kept if merged else dropped}
            assert found[kept] == Organisation(id=kept, name="Un", city="Albi" if merged else "")
            assert merged or not finished, "a merge that ended well is lost"
