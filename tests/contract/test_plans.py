"""The plan of introductions: replaced and read whole while others replace it, and never with who has left."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import event

from matcher.adapters.sql import events as sql_log
from matcher.adapters.sql import items as sql_items
from matcher.adapters.sql.plans import SqlPlans
from matcher.adapters.sql.store import SqlStore
from matcher.domain.items import Organisation
from matcher.market.introduction_plan import IntroductionPlan, Member, Planned

MEMBERS = [Organisation(id=f"o{n}", name=f"Membre {n}") for n in range(50)]


@pytest.fixture
def store(url: str) -> Iterator[SqlStore]:
    with SqlStore(url) as opened:
        opened.migrate()
        opened.put(MEMBERS, source="test")
        yield opened


@pytest.fixture
def plans(url: str) -> Iterator[SqlPlans]:
    opened = SqlPlans(url)
    yield opened
    opened.close()


def named(found: IntroductionPlan) -> set[str]:
    """Everybody a plan names anywhere."""
    listed = {entry.item_id for entries in found.lists.values() for entry in entries}
    return listed | set(found.lists) | {member.organisation_id for member in found.members}


def plan(version: str, gain: float) -> IntroductionPlan:
    lists = {f"o{n}": (Planned(f"o{(n + 1) % 50}", gain, gain),) for n in range(50)}
    members = tuple(Member(name, gain, gain, False, gain, gain, gain) for name in sorted(lists))
    return IntroductionPlan(version, datetime(2026, 11, 22, tzinfo=UTC), "g1", lists, members)


def test_a_reader_never_sees_parts_of_two_plans(store: SqlStore, plans: SqlPlans, url: str) -> None:
    """Whatever is replaced between any two of its statements."""
    kept = {"a": plan("a", 0.25), "b": plan("b", 0.75)}
    plans.save(kept["a"])
    reader, turns = SqlPlans(url), iter("ba" * 10)

    @event.listens_for(reader._engine, "after_cursor_execute")
    def replace(*_: object) -> None:
        plans.save(kept[next(turns)])

    for _ in range(3):
        found = reader.load()
        assert found is not None
        assert found == kept[found.version]
    assert next(turns, None) is not None
    event.remove(reader._engine, "after_cursor_execute", replace)
    reader.close()


def test_who_left_while_a_plan_was_made_is_not_in_it(store: SqlStore, plans: SqlPlans) -> None:
    made = plan("a", 0.5)
    store.delete(["o1"])
    store.put([Organisation(id="o2", name="Membre 2", opted_out=True)], source="test")
    kept = plans.save(made)
    assert plans.load() == kept
    assert named(kept) == named(made) - {"o1", "o2"}


def test_who_leaves_afterwards_leaves_the_plan(store: SqlStore, plans: SqlPlans) -> None:
    made = plans.save(plan("a", 0.5))
    store.put([Organisation(id="o2", name="Membre 2", opted_out=True)], source="test")
    assert named(plans.load()) == named(made) - {"o2"}
    store.delete(["o1"])
    assert named(plans.load()) == named(made) - {"o1", "o2"}


def test_who_is_being_erased_while_a_plan_is_stored_is_not_in_it(store: SqlStore, plans: SqlPlans) -> None:
    saving = threading.Thread(target=plans.save, args=(plan("a", 0.5),))
    with store._writing("erasing an item, slowly") as connection:
        sql_items.erase(connection, ["o1"], "2026-11-22")
        sql_log.erase(connection, ["o1"])
        saving.start()
        saving.join(0.5)  # time enough, were it not to wait
    saving.join()
    assert named(plans.load()) == {member.id for member in MEMBERS} - {"o1"}
