"""Second stage: named signals in [0, 1], their weighted mean, and a spread list.

Similarities of labels are cosines, stretched so that the encoder's floor, the similarity it gives to
unrelated texts, counts as 0. Every signal is monotone: more evidence never lowers a score.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matcher.eligibility import size_bands
from matcher.entities import Opportunity, Organisation, Profile
from matcher.labels import Role
from matcher.policies import SIGNALS, Policy
from matcher.ports import Encoder, Vectors
from matcher.prepared import Prepared
from matcher.territory import Territory

Floats = NDArray[np.float32]
_ROLES = tuple(Role)
_PAIRS = {
    "theme": (Role.GIVES, Role.GIVES),
    "needs": (Role.NEEDS, Role.GIVES),
    "asked": (Role.GIVES, Role.NEEDS),
    "clients": (Role.SERVES, Role.GIVES),
    "served": (Role.GIVES, Role.SERVES),
    "market": (Role.SERVES, Role.SERVES),
}
"""Signals made of label pairs: role on the query's side, role on the item's."""

_UNRELATED = (
    "boulangerie", "droit de la famille", "moteur d'avion", "élevage ovin", "chirurgie dentaire", "jeu vidéo",
    "assurance habitation", "béton armé", "cours de piano", "cybersécurité", "transport maritime",
    "haute couture", "comptabilité publique", "forêt tropicale", "télescope", "recrutement", "pneumatiques",
    "archéologie",
)  # fmt: skip


def similarity_floor(encoder: Encoder) -> float:
    """Median cosine the encoder gives to pairs of unrelated French labels, in [0, 0.95].

    Encoders differ in how far apart they keep unrelated texts (e5 gives 0.8, others 0.1); this is measured
    once per encoder so that 0 means "nothing in common" for all of them.
    """
    vectors = encoder.encode_queries(_UNRELATED)
    cosines = (vectors @ vectors.T)[np.triu_indices(len(vectors), 1)]
    return float(np.clip(np.median(cosines), 0.0, 0.95))


@dataclass(frozen=True, slots=True)
class LabelMatch:
    """The best pair of labels behind a signal: positions in the two sides' labels and its similarity."""

    query_label: int
    item_label: int
    similarity: float


@dataclass(frozen=True)
class Scored:
    """One item with its signals (in the order of ``SIGNALS``), its score, and the label pairs behind them."""

    item: Prepared
    signals: Floats
    score: float
    matches: dict[str, LabelMatch]


def shares(query: Prepared, policy: Policy) -> dict[str, float]:
    """Weights of the signals this query can show, in the order of ``SIGNALS``; they sum to 1.

    Who states no need cannot be scored on it: its weight goes to the others, so that a score always says how
    much of what could be seen was seen. The order of items is the same with or without this.
    """
    askable = {
        name: weight if name not in _PAIRS or query.has(_PAIRS[name][0]) else 0.0
        for name, weight in policy.weights.items()
    }
    total = sum(askable.values())
    return {name: askable[name] / total for name in SIGNALS}


def rerank(
    query: Prepared,
    items: Sequence[tuple[Prepared, float]],
    policy: Policy,
    floor: float,
    territory: Territory,
) -> list[Scored]:
    """Score items, each given with its fused first-stage score in [0, 1]; best first, ties by id.

    An empty sequence gives an empty list.
    """
    if not items:
        return []
    weights = np.array(list(shares(query, policy).values()), dtype=np.float32)
    table, found = _signals(query, items, policy, floor, territory)
    scores = np.round(table @ weights, 6)
    scored = [
        Scored(item, row, float(score), matches)
        for (item, _), row, score, matches in zip(items, table, scores, found, strict=True)
    ]
    return sorted(scored, key=lambda entry: (-entry.score, entry.item.id or ""))


def _signals(
    query: Prepared,
    items: Sequence[tuple[Prepared, float]],
    policy: Policy,
    floor: float,
    territory: Territory,
) -> tuple[Floats, list[dict[str, LabelMatch]]]:
    table = np.zeros((len(items), len(SIGNALS)), dtype=np.float32)
    column = {name: place for place, name in enumerate(SIGNALS)}
    table[:, column["text"]] = [min(max(score, 0.0), 1.0) for _, score in items]
    sides = [item for item, _ in items]
    found: list[dict[str, LabelMatch]] = [{} for _ in items]
    blocks = _LabelBlocks(query, sides, floor)
    if policy.weights["echo"]:
        table[:, column["echo"]] = blocks.echo()
    for name, (own, other) in _PAIRS.items():
        if policy.weights[name]:
            table[:, column[name]] = blocks.signal(name, own, other, found)
    for name, measure in (("openness", _openness), ("stage", _stage)):
        if policy.weights[name]:
            table[:, column[name]] = [measure(query, side) for side in sides]
    if policy.weights["territory"]:
        table[:, column["territory"]] = [_nearness(query, side, territory) for side in sides]
    return table, found


class _LabelBlocks:
    """All label similarities of one query with all items in one product, then cut by item and role."""

    def __init__(self, query: Prepared, sides: Sequence[Prepared], floor: float) -> None:
        self._query = query
        self._sides = sides
        self._floor = floor
        self._starts = np.cumsum([0, *(len(side.labels) for side in sides)])
        self._count = len(sides)
        self._rows: Vectors = np.concatenate([side.vectors for side in sides])
        self._roles = np.concatenate([side.roles for side in sides])
        self._owner = np.repeat(np.arange(len(sides)), np.diff(self._starts))
        self._similar = self._stretch(query.vectors @ self._rows.T)
        self._similar[query.open_labels] = 0.0

    def signal(self, name: str, own: Role, other: Role, found: list[dict[str, LabelMatch]]) -> Floats:
        """Mean of three: the best pair, the query's labels' best pairs, the item's labels' best pairs.

        Zero where a side has no label of the role.
        """
        values = np.zeros(self._count, dtype=np.float32)
        mine = np.flatnonzero(self._query.roles == _ROLES.index(own))
        theirs = np.flatnonzero(self._roles == _ROLES.index(other))
        if not len(mine) or not len(theirs):
            return values
        block = self._similar[np.ix_(mine, theirs)]
        owner = self._owner[theirs]
        heads = np.flatnonzero(np.diff(owner, prepend=-1))
        tails = np.append(heads[1:], len(theirs))
        best_row = block.argmax(axis=0)
        best = block[best_row, np.arange(len(theirs))]
        top = np.maximum.reduceat(best, heads)
        of_item = np.add.reduceat(best, heads) / (tails - heads)
        of_query = np.maximum.reduceat(block, heads, axis=1).mean(axis=0)
        values[owner[heads]] = (top + of_item + of_query) / 3.0
        for head, tail in zip(heads, tails, strict=True):
            place = head + int(best[head:tail].argmax())
            which = int(owner[head])
            found[which][name] = LabelMatch(
                int(mine[best_row[place]]), int(theirs[place] - self._starts[which]), float(best[place])
            )
        return values

    def echo(self) -> Floats:
        """Mean of two: one side's best label in the other side's whole text, both ways round."""
        texts = np.stack([side.dense for side in self._sides])
        told = self._stretch(texts @ self._query.vectors[~self._query.open_labels].T)
        values = 0.5 * told.max(axis=1, initial=0.0)
        heads = np.flatnonzero(np.diff(self._owner, prepend=-1))
        if len(heads):
            heard = self._stretch(self._rows @ self._query.dense)
            values[self._owner[heads]] += 0.5 * np.maximum.reduceat(heard, heads)
        echoes: Floats = values.astype(np.float32)
        return echoes

    def _stretch(self, cosines: Floats) -> Floats:
        stretched: Floats = np.clip((cosines - self._floor) / (1.0 - self._floor), 0.0, 1.0)
        return stretched


def _openness(query: Prepared, item: Prepared) -> float:  # noqa: ARG001  # same shape as the other measures
    return 1.0 if item.open_labels.any() else 0.0


def _stage(query: Prepared, item: Prepared) -> float:
    """1 when the opportunity names the organisation's kind or size, 0.5 when it says nothing, else 0."""
    sides = (query.subject, item.subject)
    opportunity = next((side for side in sides if isinstance(side, Opportunity)), None)
    profile = next((side for side in sides if isinstance(side, Profile)), None)
    if opportunity is None or profile is None or not opportunity.eligibility_text:
        return 0.5
    text = opportunity.eligibility_text.casefold()
    names = {band.casefold() for band in size_bands(profile)}
    if isinstance(profile, Organisation) and profile.member_type:
        names.add(profile.member_type.casefold())
    if names & {"tpe", "pe", "me", "pme"}:
        names.add("pme")
    names -= {"pe", "me", "ge"}
    return 1.0 if any(name in text for name in names) else 0.0 if names else 0.5


def _nearness(query: Prepared, item: Prepared, territory: Territory) -> float:
    """1 in the same town, falling by half every 60 km; 0.5 when a place is unknown."""
    distance = distance_between(query, item, territory)
    return 0.5 if distance is None else float(0.5 ** (distance / 60.0))


def distance_between(query: Prepared, item: Prepared, territory: Territory) -> float | None:
    """Kilometres between the two towns, None when one is not known."""
    if query.place is None or item.place is None:
        return None
    return territory.distance_km(query.place, item.place)


def spread(scored: Sequence[Scored], k: int, trade: float, floor: float) -> list[Scored]:
    """Choose ``k`` items greedily by score minus ``trade`` times the likeness to what is already chosen.

    Maximal marginal relevance (Carbonell and Goldstein, SIGIR 1998). What is chosen is listed by
    ``(-score, id)``; ``trade=0`` chooses the first ``k``. Ties go to the earlier item.
    """
    pool = list(scored)
    if trade == 0.0 or len(pool) <= k:
        return pool[:k]
    vectors = np.stack([entry.item.dense for entry in pool])
    left = np.array([entry.score for entry in pool])
    likeness = np.zeros(len(pool))
    chosen: list[int] = []
    while len(chosen) < k:
        best = int((left - trade * likeness).argmax())
        left[best] = -np.inf
        chosen.append(best)
        cosines = (vectors @ vectors[best] - floor) / (1.0 - floor)
        likeness = np.maximum(likeness, np.clip(cosines, 0.0, 1.0))
    return [pool[place] for place in sorted(chosen)]
