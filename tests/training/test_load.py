"""What the measures of load, faults and growth count."""

from functools import partial

from matcher.domain.items import ItemType, Organisation
from training.bench.load import Tally
from training.bench.synthetic import Words, synthetic_items

WORDS = Words(
    [f"métier {number}" for number in range(12)],
    ["santé", "énergie", "industrie"],
    ["Nous concevons des choses utiles à tous.", "Nous aidons les entreprises de la région."],
)


def test_a_refusal_to_wait_is_no_fault_and_any_other_5xx_is() -> None:
    tally = Tally()
    for status in (200, 200, 429, 503, 500, 502):
        tally.note("item", partial(int, status))
    assert (tally.faults, tally.statuses.total()) == (2, 6)
    assert tally.quantile("item", 1.0) >= tally.quantile("item", 0.5) >= 0.0
    assert tally.quantile("nothing of it", 0.5) == 0.0


def test_synthetic_items_are_valid_distinct_and_the_same_for_a_seed() -> None:
    items = list(synthetic_items(WORDS, 100, seed=7))
    assert items == list(synthetic_items(WORDS, 100, seed=7))
    assert items != list(synthetic_items(WORDS, 100, seed=8))
    assert len({item.id for item in items}) == 100
    assert sum(item.item_type is ItemType.LEAD for item in items) == 10
    organisations = [item for item in items if isinstance(item, Organisation)]
    assert all(item.expertise and item.needs and item.description for item in organisations)


def test_more_items_bring_more_distinct_labels() -> None:
    def labels(count: int) -> int:
        items = synthetic_items(WORDS, count)
        return len({label for item in items if isinstance(item, Organisation) for label in item.expertise})

    assert labels(20) < labels(200)
