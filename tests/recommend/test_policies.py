"""Kinds of question as data, and the weights that a file may bring."""

import json
from dataclasses import replace

import numpy as np
import pytest

from matcher.domain.items import ItemType, Kind
from matcher.errors import InvalidRequest
from matcher.recommend import POLICIES, SIGNALS, learnt


@pytest.mark.parametrize("kind", list(Kind))
def test_every_kind_has_weights_that_are_shares_of_known_signals(kind: Kind) -> None:
    policy = POLICIES[kind]
    assert policy.kind is kind
    assert tuple(policy.weights) == SIGNALS
    assert sum(policy.weights.values()) == pytest.approx(1.0)
    assert all(np.isfinite(weight) and weight >= 0 for weight in policy.weights.values())


@pytest.mark.parametrize("kind", list(Kind))
def test_what_cannot_be_quoted_only_breaks_ties(kind: Kind) -> None:
    weights = POLICIES[kind].weights
    assert weights["text"] < max(weights.values()) / 3


def test_an_alert_asks_the_reverse_of_international() -> None:
    there, back = POLICIES[Kind.INTERNATIONAL], POLICIES[Kind.ALERT]
    assert (there.asks, there.item_type) == (back.item_type, back.asks)
    assert there.item_type is ItemType.OPPORTUNITY


def test_learnt_weights_replace_those_of_their_kind_only() -> None:
    policies = learnt(json.dumps({"lead": {"text": 1, "needs": 3}}))
    assert policies[Kind.LEAD].weights["needs"] == 3 / 4
    assert sum(policies[Kind.LEAD].weights.values()) == 1
    assert replace(policies[Kind.LEAD], weights=POLICIES[Kind.LEAD].weights) == POLICIES[Kind.LEAD]
    assert all(policies[kind] == POLICIES[kind] for kind in Kind if kind is not Kind.LEAD)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "3",
        '{"lead": 3}',
        '{"friend": {"text": 1}}',
        '{"lead": {"smell": 1}}',
        '{"lead": {"text": -1, "needs": 2}}',
        '{"lead": {"text": NaN}}',
        '{"lead": {"text": Infinity}}',
        '{"lead": {"text": 0}}',
        '{"lead": {}}',
        '{"lead": {"text": "much"}}',
    ],
)
def test_other_files_are_refused_with_the_remedy(text: str) -> None:
    with pytest.raises(InvalidRequest, match="matcher-lab fit-ranker --write"):
        learnt(text)
