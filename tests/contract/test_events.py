"""What was shown and how organisations reacted, on SQLite and on PostgreSQL."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from matcher.adapters.sql import Store, open_store
from matcher.domain.events import Action, Feedback, Impression, Refusal, ShownCount
from matcher.domain.items import Factory, Kind, Organisation
from matcher.errors import NotFound

NOON = datetime(2026, 11, 30, 12, tzinfo=UTC)


@pytest.fixture
def store(ready_url: str) -> Iterator[Store]:
    with open_store(ready_url, now=lambda: NOON) as opened:
        organisations = [Organisation(id=name, name=name) for name in ("A", "B", "C")]
        opened.items.put([*organisations, Factory(id="FAC", name="Data")], source="test")
        yield opened


def shown(at: datetime, item: str = "B", rank: int = 1, answer: str = "") -> Impression:
    return Impression(at, Kind.PARTNER, "A", item, rank, 0.5, "g1", answer, "e5/1", "plan1")


def said(item: str, action: Action, minute: int = 0) -> Feedback:
    return Feedback(NOON + timedelta(minutes=minute), Kind.PARTNER, "A", item, action)


class TestReactions:
    def test_a_reaction_is_kept_with_what_the_item_was_shown_with(self, store: Store) -> None:
        store.events.log_impressions([shown(NOON, rank=3, answer="abc")])
        row = Feedback(
            NOON, Kind.PARTNER, "A", "B", Action.NOT_FOR_ME, reason=Refusal.NO_TIME, by="P7", answer_id=""
        )
        kept = store.events.log_feedback(row)
        assert (kept.rank, kept.score, kept.answer_id, kept.model, kept.plan) == (
            3,
            0.5,
            "abc",
            "e5/1",
            "plan1",
        )
        assert list(store.events.feedback()) == [kept]
        assert kept.id > 0

    def test_a_reaction_that_names_its_answer_takes_the_place_it_had_there(self, store: Store) -> None:
        store.events.log_impressions(
            [shown(NOON, rank=3, answer="first"), shown(NOON, rank=1, answer="next")]
        )
        given = Feedback(NOON, Kind.PARTNER, "A", "B", Action.INTERESTED, answer_id="first")
        assert store.events.log_feedback(given).rank == 3
        forged = Feedback(NOON, Kind.PARTNER, "A", "B", Action.INTERESTED, answer_id="never")
        assert store.events.log_feedback(forged).rank is None

    def test_undoing_is_a_row_of_its_own_and_can_be_done_once(self, store: Store) -> None:
        kept = store.events.log_feedback(said("B", Action.DISMISSED))
        assert set(store.events.reactions_of("A", Kind.PARTNER)) == {"B"}
        undone = store.events.undo_feedback(kept.id, None, NOON)
        assert undone.undoes == kept.id
        assert store.events.reactions_of("A", Kind.PARTNER) == {}
        assert list(store.events.feedback()) == [kept, undone]
        for number in (kept.id, undone.id, 999):
            with pytest.raises(NotFound, match=f"no reaction {number}"):
                store.events.undo_feedback(number, None, NOON)

    def test_both_sides_hear_that_they_have_met(self, store: Store) -> None:
        store.events.log_feedback(said("B", Action.ALREADY_MET))
        store.events.log_feedback(said("C", Action.NOT_FOR_ME))
        assert set(store.events.reactions_of("A", Kind.PARTNER)) == {"B", "C"}
        assert set(store.events.reactions_of("B", Kind.PARTNER)) == {"A"}
        assert store.events.reactions_of("C", Kind.PARTNER) == {}

    def test_a_reaction_to_what_is_gone_is_refused_and_erased_items_leave_none(self, store: Store) -> None:
        store.events.log_feedback(said("B", Action.DISMISSED))
        store.items.delete(["B"])
        with pytest.raises(NotFound, match="no item 'B'"):
            store.events.log_feedback(said("B", Action.INTERESTED))
        assert list(store.events.feedback()) == []

    def test_reactions_follow_a_merge(self, store: Store) -> None:
        store.events.log_feedback(said("B", Action.ALREADY_MET))
        store.items.merge("C", "B")
        assert set(store.events.reactions_of("A", Kind.PARTNER)) == {"C"}


class TestRetention:
    OLD = datetime(2026, 7, 31, 23, 59, tzinfo=UTC)

    def test_old_impressions_are_counted_per_item_kind_and_month(self, store: Store) -> None:
        rows = [
            shown(self.OLD),
            shown(self.OLD),
            shown(self.OLD + timedelta(minutes=1)),
            shown(self.OLD, "C"),
        ]
        store.events.log_impressions([*rows, shown(NOON)])
        assert store.events.count_impressions_before(NOON) == 4
        assert store.events.shown_counts() == [
            ShownCount("B", Kind.PARTNER, "2026-07", 2),
            ShownCount("B", Kind.PARTNER, "2026-08", 1),
            ShownCount("C", Kind.PARTNER, "2026-07", 1),
        ]
        assert list(store.events.impressions()) == [shown(NOON)]
        assert store.events.count_impressions_before(NOON) == 0

    def test_later_counts_of_a_month_add_up(self, store: Store) -> None:
        for _ in range(2):
            store.events.log_impressions([shown(self.OLD)])
            store.events.count_impressions_before(NOON)
        assert [row.shown for row in store.events.shown_counts()] == [2]

    def test_more_than_one_batch_is_counted_whole(self, store: Store) -> None:
        store.events.log_impressions([shown(self.OLD)] * 2_001)
        assert store.events.count_impressions_before(NOON) == 2_001
        assert [row.shown for row in store.events.shown_counts()] == [2_001]

    def test_counts_are_erased_with_their_item_and_follow_a_merge(self, store: Store) -> None:
        store.events.log_impressions([shown(self.OLD), shown(self.OLD, "C")])
        store.events.count_impressions_before(NOON)
        store.items.merge("C", "B")
        assert [(row.item_id, row.shown) for row in store.events.shown_counts()] == [("C", 2)]
        store.items.delete(["C"])
        assert store.events.shown_counts() == []
