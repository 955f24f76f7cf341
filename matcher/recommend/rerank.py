"""Second stage: named signals in [0, 1], their weighted mean, and a spread list.

Similarities of labels are cosines, stretched so that the encoder's floor, the similarity it gives to
unrelated texts, counts as 0. Every signal is monotone: more evidence never lowers a score.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from math import asin, cos, isnan, sin, sqrt

import numpy as np

from matcher.index.ports import Encoder
from matcher.knowledge.places import EARTH_RADIUS_KM, Territory
from matcher.knowledge.skill_overlap import SharedSkill, SkillOverlap
from matcher.knowledge.skill_overlap import overlap as worth
from matcher.recommend.features import Prepared
from matcher.recommend.policies import SIGNALS, Policy
from matcher.recommend.similarity import PAIRS, Floats, LabelBlocks, LabelMatch, best_pairs

HALF_KM = 60.0
"""Distance at which nearness is halved: an hour or so by train or car in the region."""
SAME_ANTENNA = 0.5
"""Nearness that two places of one antenna have at least."""

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


@dataclass(eq=False)
class Scored:
    """One item with its signals (in the order of ``SIGNALS``), its score, and where its evidence lies.

    Not frozen: one is made for every hit, and that would double what it costs.
    """

    item: Prepared
    signals: Floats
    score: float
    query: Prepared = field(repr=False)
    blocks: LabelBlocks = field(repr=False)
    place: int = field(repr=False)
    overlap: SkillOverlap = field(repr=False)

    @cached_property
    def matches(self) -> dict[str, LabelMatch]:
        """Best pair of labels behind each signal; found when first asked for, since few items are shown."""
        return best_pairs(self.query, self.item, self.blocks.of(self.place))

    @property
    def shared_skills(self) -> list[SharedSkill]:
        """Skills both sides speak of, worth most first."""
        return self.overlap.shared(self.query.skills, self.item.skills)


def shares(query: Prepared, policy: Policy) -> dict[str, float]:
    """Weights of the signals this query can show, in the order of ``SIGNALS``; they sum to 1.

    Who states no need cannot be scored on it: its weight goes to the others, so that a score always says how
    much of what could be seen was seen. The order of items is the same with or without this.
    """
    mute = {name for name, (own, _) in PAIRS.items() if not query.has(own)}
    if not query.skills:
        mute.add("skills")
    askable = {name: 0.0 if name in mute else weight for name, weight in policy.weights.items()}
    total = sum(askable.values())
    return {name: askable[name] / total for name in SIGNALS}


def rerank(
    query: Prepared,
    items: Sequence[tuple[Prepared, float]],
    policy: Policy,
    floor: float,
) -> list[Scored]:
    """Score items, each given with its fused first-stage score in [0, 1]; best first, ties by id.

    An empty sequence gives an empty list.
    """
    if not items:
        return []
    weights = np.array(list(shares(query, policy).values()), dtype=np.float32)
    sides = [item for item, _ in items]
    blocks = LabelBlocks(query, sides, floor)
    table = np.zeros((len(items), len(SIGNALS)), dtype=np.float32)
    column = {name: place for place, name in enumerate(SIGNALS)}
    table[:, column["text"]] = np.array([score for _, score in items]).clip(0.0, 1.0)
    overlap = _overlap(query, sides)
    for name, values in _signals(query, sides, policy, blocks, overlap):
        table[:, column[name]] = values
    scores = (table @ weights).round(6).tolist()
    order = sorted(range(len(sides)), key=lambda place: (-scores[place], sides[place].id or ""))
    return [
        Scored(sides[place], table[place], scores[place], query, blocks, place, overlap) for place in order
    ]


def _signals(
    query: Prepared, sides: Sequence[Prepared], policy: Policy, blocks: LabelBlocks, overlap: SkillOverlap
) -> Iterator[tuple[str, Floats]]:
    """Yield the values, one an item, of every signal the policy weighs but the first-stage score."""
    if policy.weights["echo"]:
        yield "echo", blocks.echo()
    for name, (own, other) in PAIRS.items():
        if policy.weights[name]:
            yield name, blocks.signal(own, other)
    if policy.weights["skills"] and query.skills:
        yield "skills", _skills(query, sides, overlap)
    for name, measure in (("openness", _openness), ("stage", _stage)):
        if policy.weights[name]:
            yield name, np.array([measure(query, side) for side in sides], dtype=np.float32)
    if policy.weights["territory"]:
        yield "territory", np.array([_territory(query, side) for side in sides], dtype=np.float32)


def _overlap(query: Prepared, sides: Sequence[Prepared]) -> SkillOverlap:
    mine = query.skills.keys()
    return SkillOverlap(mine & side.skills.keys() if side.skills else frozenset() for side in sides)


def _skills(query: Prepared, sides: Sequence[Prepared], overlap: SkillOverlap) -> Floats:
    values = np.zeros(len(sides), dtype=np.float32)
    for place, (side, both) in enumerate(zip(sides, overlap.known, strict=True)):
        if both:  # few share any
            values[place] = worth(overlap.shared(query.skills, side.skills))
    return values


def _openness(query: Prepared, item: Prepared) -> float:  # noqa: ARG001  # same shape as the other measures
    return 1.0 if item.welcomes_all else 0.0


def _stage(query: Prepared, item: Prepared) -> float:
    """1 when the opportunity names the organisation's kind or size, 0.5 when it says nothing, else 0."""
    conditions, names = query.conditions or item.conditions, query.sizes or item.sizes
    if not conditions or not names:
        return 0.5
    return 1.0 if any(name in conditions for name in names) else 0.0


def _territory(query: Prepared, item: Prepared) -> float:
    """Nearness; those of one antenna meet there, however far apart they are."""
    near = _nearness(query.at, item.at)
    return max(near, SAME_ANTENNA) if query.antenna and query.antenna == item.antenna else near


@lru_cache(maxsize=1 << 14)
def _nearness(one: tuple[float, float], other: tuple[float, float]) -> float:
    """1 in the same town, falling by half every 60 km; 0.5 when a place is unknown.

    Places in radians. Kept, since the same few towns meet all day.
    """
    across = cos(one[0]) * cos(other[0]) * sin((other[1] - one[1]) / 2) ** 2
    chord = sin((other[0] - one[0]) / 2) ** 2 + across
    if isnan(chord):
        return 0.5
    return float(0.5 ** (2 * EARTH_RADIUS_KM * asin(sqrt(min(1.0, chord))) / HALF_KM))


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
    if trade == 0.0 or len(scored) <= k:
        return list(scored[:k])
    least = scored[k - 1].score - trade  # who scores less stays behind the first k, however alike these are
    pool = [entry for entry in scored if entry.score >= least]
    vectors = np.concatenate([entry.item.dense for entry in pool]).reshape(len(pool), -1)
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
