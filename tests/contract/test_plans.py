"""The plan of introductions: replaced and read whole while others replace it, and never with who has left."""

import threading
import tracemalloc
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime

import pytest
from sqlalchemy import event

from matcher.adapters.sql import Store, open_store
from matcher.adapters.sql.catalogue.rows import remove
from matcher.adapters.sql.engine import Database
from matcher.adapters.sql.erasure import erase_traces
from matcher.domain.items import Organisation
from matcher.market.introduction_plan import IntroductionPlan, Member, Planned

MEMBERS = [Organisation(id=f"o{n}", name=f"Membre {n}") for n in range(50)]


@pytest.fixture
def store(ready_url: str) -> Iterator[Store]:
    with open_store(ready_url) as opened:
        opened.items.put(MEMBERS, source="test")
        yield opened


def named(found: IntroductionPlan) -> set[str]:
    """Everybody a plan names anywhere."""
    listed = {entry.item_id for entries in found.lists.values() for entry in entries}
    return listed | set(found.lists) | {member.organisation_id for member in found.members}


def loaded(store: Store) -> IntroductionPlan:
    found = store.plans.load()
    assert found is not None
    return found


def plan(version: str, gain: float) -> IntroductionPlan:
    lists = {f"o{n}": (Planned(f"o{(n + 1) % 50}", gain, gain),) for n in range(50)}
    members = tuple(Member(name, gain, gain, False, gain, gain, gain) for name in sorted(lists))
    return IntroductionPlan(version, datetime(2026, 11, 22, tzinfo=UTC), "g1", lists, members)


def test_a_reader_never_sees_parts_of_two_plans(store: Store, url: str) -> None:
    """Whatever is replaced between any two of its statements."""
    kept = {"a": plan("a", 0.25), "b": plan("b", 0.75)}
    store.plans.save(kept["a"])
    database, turns = Database(url), iter("ba" * 10)

    @event.listens_for(database.engine, "after_cursor_execute")
    def replace(*_: object) -> None:
        store.plans.save(kept[next(turns)])

    for _ in range(3):
        found = Store(database).plans.load()
        assert found is not None
        assert found == kept[found.version]
    assert next(turns, None) is not None
    event.remove(database.engine, "after_cursor_execute", replace)
    database.close()


def test_who_left_while_a_plan_was_made_is_not_in_it(store: Store) -> None:
    made = plan("a", 0.5)
    store.items.delete(["o1"])
    store.items.put([Organisation(id="o2", name="Membre 2", opted_out=True)], source="test")
    kept = store.plans.save(made)
    assert store.plans.load() == kept
    assert named(kept) == named(made) - {"o1", "o2"}


def test_who_leaves_afterwards_leaves_the_plan(store: Store) -> None:
    made = store.plans.save(plan("a", 0.5))
    store.items.put([Organisation(id="o2", name="Membre 2", opted_out=True)], source="test")
    assert named(loaded(store)) == named(made) - {"o2"}
    store.items.delete(["o1"])
    assert named(loaded(store)) == named(made) - {"o1", "o2"}


def test_a_sole_trader_who_has_not_agreed_is_not_in_the_plan(store: Store) -> None:
    alone = Organisation(id="o2", name="Membre 2", legal_category="1000")
    made = store.plans.save(plan("a", 0.5))
    store.items.put([alone], source="test")
    assert named(loaded(store)) == named(made) - {"o2"}
    assert named(store.plans.save(plan("b", 0.5))) == named(made) - {"o2"}
    store.items.put([alone.model_copy(update={"accepts_ranking": True})], source="test")
    assert store.plans.save(plan("c", 0.5)) == store.plans.load() == plan("c", 0.5)


@pytest.mark.parametrize(
    "legal_form", ["1000", "ENTREPRENEUR INDÉPENDANT", 'Artisan "à son compte"', "Freelance\\n"]
)
def test_every_legal_form_of_one_person_is_sought_in_the_store(store: Store, legal_form: str) -> None:
    made = store.plans.save(plan("a", 0.5))
    store.items.put([Organisation(id="o2", name="Membre 2", legal_category=legal_form)], source="test")
    store.items.put([Organisation(id="o3", name="Membre 3", legal_category="SAS")], source="test")
    assert named(loaded(store)) == named(made) - {"o2"}


def test_a_plan_is_read_without_the_texts_of_companies(store: Store) -> None:
    """A register gives every organisation its legal form: most callers read the plan to show a page."""
    length = 20_000
    company = {"legal_category": "5710", "description": "a" * length}
    companies = [member.model_copy(update=company) for member in MEMBERS]
    store.items.put(companies, source="test")
    store.plans.save(plan("a", 0.5))
    loaded(store)
    tracemalloc.start()
    loaded(store)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < len(MEMBERS) * length / 4


def test_who_is_being_erased_while_a_plan_is_stored_is_not_in_it(store: Store, url: str) -> None:
    saving = threading.Thread(target=store.plans.save, args=(plan("a", 0.5),))
    with closing(Database(url)) as database, database.writing("erasing an item, slowly") as connection:
        remove(connection, ["o1"], "2026-11-22")
        erase_traces(connection, ["o1"])
        saving.start()
        saving.join(0.5)  # time enough, were it not to wait
    saving.join()
    assert named(loaded(store)) == {member.id for member in MEMBERS} - {"o1"}
