"""What the measures of load, faults and growth count."""

import socket
from functools import partial

import pytest

from matcher.domain.items import ItemType, Organisation
from training.bench.clients import NO_ANSWER, Tally, Visitor, problems_table
from training.bench.load import beside
from training.bench.steady import mixed_path, slope
from training.bench.synthetic import Words, synthetic_items

WORDS = Words(
    [f"métier {number}" for number in range(12)],
    ["santé", "énergie", "industrie"],
    ["Nous concevons des choses utiles à tous.", "Nous aidons les entreprises de la région."],
)


def answered(status: int) -> tuple[int, bytes]:
    return status, b'{"title": "Busy", "detail": "Ask again."}'


def test_a_refusal_to_wait_is_no_fault_and_any_other_5xx_is() -> None:
    tally = Tally()
    for status in (200, 200, 429, 503, 500, 502, NO_ANSWER):
        tally.note("item", partial(answered, status))
    assert (tally.faults, tally.unanswered, tally.statuses.total()) == (3, 5, 7)
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


def test_every_answer_other_than_2xx_is_listed_with_its_problem() -> None:
    tally = Tally()
    for status in (200, 503, 503, 500):
        tally.note("item", partial(answered, status))
    assert tally.problems == {("item", 503, "Busy: Ask again."): 2, ("item", 500, "Busy: Ask again."): 1}
    listed = problems_table({"readers": tally, "nobody": Tally()})
    assert listed is not None
    assert listed.row_count == 2
    assert problems_table({"nobody": Tally()}) is None


def test_a_connection_that_fails_is_counted_and_made_anew() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with Visitor(port) as visitor:
        statuses = [visitor.send("GET", "/healthz")[0] for _ in range(2)]
    assert statuses == [NO_ANSWER, NO_ANSWER]


def test_ten_mixed_requests_are_seven_answers_two_items_and_a_text() -> None:
    asked = [item for item in synthetic_items(WORDS, 30) if isinstance(item, Organisation)]
    paths = [mixed_path(asked, number) for number in range(10)]
    assert sum("recommendations" in path for path in paths) == 7
    assert sum(path.startswith("/v1/search") for path in paths) == 1


@pytest.mark.parametrize(("gain", "expected"), [(0.0, 0.0), (3.0, 3.0), (-1.0, -1.0)])
def test_the_slope_is_that_of_the_second_half(gain: float, expected: float) -> None:
    readings = [
        (float(minute), 500.0 + 90 * min(minute, 5) + gain * max(0, minute - 5)) for minute in range(11)
    ]
    assert slope(readings) == pytest.approx(expected)


def test_the_alternative_is_judged_beside_us() -> None:
    assert [figure.holds for figure in beside(300.0, 1_300.0)] == [None, False]
    assert [figure.holds for figure in beside(300.0, 1_100.0)] == [None, True]
