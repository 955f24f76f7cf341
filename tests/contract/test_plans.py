"""The plan on a real PostgreSQL: replaced and read whole while others replace it."""

import threading
from datetime import UTC, datetime

from matcher.adapters.sql import SqlStore
from matcher.adapters.sql_plans import SqlPlans
from matcher.introductions import IntroductionPlan, Member, Planned


def plan(version: str, gain: float) -> IntroductionPlan:
    lists = {f"o{n}": (Planned(f"o{(n + 1) % 50}", gain, gain),) for n in range(50)}
    members = tuple(Member(name, gain, gain, False, gain, gain, gain) for name in sorted(lists))
    return IntroductionPlan(version, datetime(2026, 11, 22, tzinfo=UTC), "g1", lists, members)


def test_a_reader_never_sees_parts_of_two_plans(postgres_url):
    with SqlStore(postgres_url) as store:
        store.migrate()
    writer, reader = SqlPlans(postgres_url), SqlPlans(postgres_url)
    kept = {"a": plan("a", 0.25), "b": plan("b", 0.75)}
    writer.save(kept["a"])

    def replace() -> None:
        for turn in range(20):
            writer.save(kept["ab"[turn % 2]])

    thread = threading.Thread(target=replace)
    thread.start()
    seen = []
    while thread.is_alive():
        seen.append(reader.load())
    thread.join()
    assert seen
    assert all(found == kept[found.version] for found in seen if found is not None)
    assert None not in seen
    writer.close()
    reader.close()
