"""What is kept of items: within its bound, those asked for last."""

import numpy as np
import pytest

from matcher.domain.items import Organisation
from matcher.knowledge import Knowledge
from matcher.recommend.analysis import Analyser
from matcher.recommend.features import FeatureCache, Features, size_of

ANALYSE = Analyser(Knowledge())
NO_TERMS = np.empty(0, np.uint32)


def features(name: str, labels: int = 2) -> Features:
    item = Organisation(id=name, name=name, description="Nous concevons des capteurs utiles.")
    return Features(ANALYSE(item), item.version, np.ones((labels + 1, 384), dtype=np.float32), NO_TERMS)


def test_the_items_asked_for_last_stay_when_room_runs_out() -> None:
    cache = FeatureCache(most_bytes=3 * size_of(features("A")))
    for name in ("A", "B", "C"):
        cache.put(name, features(name))
    assert cache.get("A") is not None
    cache.put("D", features("D"))
    assert [name for name in "ABCD" if cache.get(name) is not None] == ["A", "C", "D"]


def test_an_item_that_is_replaced_or_dropped_gives_its_room_back() -> None:
    cache = FeatureCache(most_bytes=4 * size_of(features("A")))
    for _ in range(10):
        cache.put("A", features("A"))
        cache.put("B", features("B"))
    cache.drop("B")
    cache.drop("unknown")
    cache.put("C", features("C"))
    assert len(cache) == 2
    assert cache.get("A") is not None


def test_one_item_larger_than_the_bound_is_kept_alone() -> None:
    cache = FeatureCache(most_bytes=1)
    cache.put("A", features("A"))
    cache.put("B", features("B", labels=40))
    assert (cache.get("A"), len(cache), cache.has_room) == (None, 1, False)


@pytest.mark.parametrize("labels", [0, 40])
def test_vectors_are_most_of_what_an_item_takes(labels: int) -> None:
    one = features("A", labels)
    assert one.rows.nbytes < size_of(one) < one.rows.nbytes + 20_000


def test_a_smaller_limit_holds_from_the_next_item_on() -> None:
    cache = FeatureCache(most_bytes=10 * size_of(features("A")))
    for name in "ABCD":
        cache.put(name, features(name))
    cache.limit(2 * size_of(features("A")))
    cache.put("E", features("E"))
    assert len(cache) == 2
    assert cache.get("E") is not None
