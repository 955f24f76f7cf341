"""The kinds of question as data: what is searched, how signals weigh, how diverse the list is.

Weights are non-negative and sum to 1, so that a score, a weighted mean of signals in [0, 1], lies in [0, 1].
They were set from the judged sample of the catalogue (see ``docs/quality.md``), not learnt from anybody's
behaviour.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace

from matcher.domain.items import ItemType, Kind
from matcher.errors import InvalidRequest

WEIGHTS_FILE = "weights.json"
"""Name of the file, in the home folder, of weights that ``matcher-lab fit-ranker --write`` found better."""

SIGNALS = (
    "text",  # fused first-stage score: it cannot be quoted, so it only breaks ties
    "echo",  # a label of one side is what the other's whole text is about
    "theme",  # what one does meets what the other is about
    "needs",  # what the query looks for meets what the item offers
    "asked",  # what the item looks for meets what the query offers
    "clients",  # the query serves a sector the item works in
    "served",  # the item serves a sector the query works in
    "market",  # both serve the same sectors
    "axis",  # what the query looks for is what the factory's axis is for
    "concepts",  # terms of the vocabulary and countries that both texts name
    "facts",  # what one side is, has or looks for meets what the other is for
    "words",  # rare words of a request that the item holds
    "openness",  # the item is open to every organisation
    "stage",  # the item names the query's kind or size of organisation
    "territory",  # nearness, as the crow flies, and the cluster's antenna
    "peers",  # members most like the asker take part in the factory
)

EVERY_COMPANY = frozenset({"entreprise", "métiers"})
"""Domains of the vocabulary that say what a company is or employs, not what it is about."""
NO_THEME = EVERY_COMPANY | {
    "services", "organisation", "innovation", "business", "financement", "international", "country", "RH",
}  # fmt: skip
"""Domains that two partners may share without having a theme in common."""


@dataclass(frozen=True, slots=True)
class Policy:
    """One use case.

    ``depth`` first-stage hits are scored, more where more items are wanted; ``diversity`` in [0, 1] trades
    score for variety. Concepts of ``ignored_domains`` are no evidence: they fit every company.
    ``complementary``: an item is to complete the asker, not to be like it.
    """

    kind: Kind
    asks: ItemType
    item_type: ItemType
    weights: dict[str, float]
    depth: int = 60
    diversity: float = 0.0
    ignored_domains: frozenset[str] = EVERY_COMPANY
    complementary: bool = False


def _shares(**parts: float) -> dict[str, float]:
    """Return the weights of all signals, scaled to sum to 1; ValueError for a name that is none."""
    if not parts.keys() <= set(SIGNALS):
        raise ValueError(f"unknown signals {sorted(parts.keys() - set(SIGNALS))}")
    total = sum(parts.values())
    return {name: parts.get(name, 0.0) / total for name in SIGNALS}


POLICIES: dict[Kind, Policy] = {
    Kind.FACTORY: Policy(
        Kind.FACTORY,
        ItemType.ORGANISATION,
        ItemType.FACTORY,
        _shares(
            text=0.3,
            echo=1.0,
            theme=1.5,
            needs=1.0,
            clients=0.5,
            axis=0.1,
            concepts=0.3,
            facts=0.8,
            words=0.5,
            territory=0.1,
            peers=0.3,
        ),
    ),
    Kind.PARTNER: Policy(
        Kind.PARTNER,
        ItemType.ORGANISATION,
        ItemType.ORGANISATION,
        _shares(
            text=0.3,
            echo=2.0,
            theme=0.5,
            needs=1.0,
            asked=1.0,
            clients=0.5,
            served=0.5,
            market=0.5,
            concepts=0.3,
            facts=0.5,
            words=1.0,
            territory=0.1,
        ),
        depth=80,
        ignored_domains=NO_THEME,
        complementary=True,
    ),
    Kind.INTERNATIONAL: Policy(
        Kind.INTERNATIONAL,
        ItemType.ORGANISATION,
        ItemType.OPPORTUNITY,
        _shares(
            text=0.3,
            echo=2.0,
            theme=1.5,
            needs=1.0,
            clients=0.5,
            concepts=0.8,
            facts=0.6,
            words=0.5,
            openness=0.1,
            stage=0.1,
        ),
        depth=100,
        diversity=0.1,
    ),
    Kind.LEAD: Policy(
        Kind.LEAD,
        ItemType.ORGANISATION,
        ItemType.LEAD,
        _shares(text=0.3, echo=1.0, theme=0.5, needs=1.0, concepts=0.5, facts=1.5, words=0.5, territory=0.4),
    ),
    Kind.ALERT: Policy(
        Kind.ALERT,
        ItemType.OPPORTUNITY,
        ItemType.ORGANISATION,
        _shares(text=0.3, echo=2.0, theme=1.5, served=0.5, asked=1.0, concepts=0.5, facts=1.0, stage=0.1),
        depth=100,
    ),
}


def learnt(text: str) -> dict[Kind, Policy]:
    """Return the policies with the weights of a weights file, ``{kind: {signal: weight}}``, put in.

    Raises InvalidRequest for anything else than known kinds and signals with weights of at least 0.

    >>> learnt('{"lead": {"text": 1, "territory": 3}}')[Kind.LEAD].weights["territory"]
    0.75
    """
    try:
        given: Mapping[str, Mapping[str, float]] = json.loads(text)
        return POLICIES | {
            Kind(kind): replace(POLICIES[Kind(kind)], weights=_checked(weights))
            for kind, weights in given.items()
        }
    except (ValueError, TypeError, AttributeError) as error:
        raise InvalidRequest(
            f"The weights file is not of the form {{kind: {{signal: weight}}}}: {error}. "
            "Remove it, or make it again: matcher-lab fit-ranker --write"
        ) from error


def _checked(weights: Mapping[str, float]) -> dict[str, float]:
    if any(not 0 <= weight < float("inf") for weight in weights.values()) or not sum(weights.values()):
        raise ValueError("weights must be finite, at least 0, and not all 0")
    return _shares(**weights)
