"""Second stage: named signals in [0, 1], their weighted mean, and a diverse list (MMR).

Every signal is monotone: more evidence never lowers a score.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from matcher.domain.answers import Signal
from matcher.domain.eligibility import size_names
from matcher.domain.items import Item, Lead, Opportunity, Profile
from matcher.index import Role
from matcher.knowledge.meets import Meets
from matcher.knowledge.places import distances_km
from matcher.language import fold
from matcher.recommend.analysis import Analysis, Subject
from matcher.recommend.evidence import (
    Evidence,
    EvidenceFinder,
    strength_of_concepts,
    strength_of_facts,
    strength_of_peers,
)
from matcher.recommend.features import Features
from matcher.recommend.free_text import language_of
from matcher.recommend.policies import SIGNALS, Policy
from matcher.recommend.similarity import PAIRS, Comparison, Floats

HALF_KM = 60.0
"""Distance at which nearness is halved: an hour or so by train or car in the region."""
SAME_ANTENNA = 0.5
"""Least nearness of two places of one antenna: they meet there."""
UNKNOWN_PLACE = 0.5
"""Nearness when a place is not known: neither near nor far."""


NAMED_PLACE = 5.0
"""How much more a place counts that a request names than the town where an organisation happens to be."""
FAINT_SHARE = 0.6
"""Share of its strength that an item without clear evidence keeps."""
_FOR_FOREIGN = "for_foreign_companies"
_OF_A_THEME = frozenset({"echo", "theme", "needs", "clients", "served", "asked"})
"""Signals that an item without a theme cannot show: an export grant is like no company."""


@dataclass(frozen=True, eq=False)
class Scored:
    """One item: its signals and their weights (in the order of ``SIGNALS``), their mean, its evidence.

    The score is the weighted mean, less for an item without clear evidence. ``is_clear``: whether anything
    speaks clearly for the item. The evidence itself is found at ``place`` by ``finder`` when it is asked for:
    few items of an answer are shown.
    """

    item: Features
    signals: Floats
    weights: Floats
    score: float
    is_clear: bool
    finder: EvidenceFinder = field(repr=False)
    place: int = field(repr=False)

    @cached_property
    def evidence(self) -> Evidence:
        """What speaks for the item."""
        return self.finder.find(self.place)

    @cached_property
    def id(self) -> str:
        """Id of the item."""
        return self.item.analysis.id or ""


def effective_weights(
    query: Analysis, policy: Policy, *, for_all: bool = False, foreign: bool = False, peers: bool = False
) -> dict[str, float]:
    """Weights of the signals that a pair can show, in the order of ``SIGNALS``; they sum to 1.

    A query that states no need cannot be scored on it: that weight goes to the other signals, so that a score
    always says how much of what could be seen was seen. An instrument ``for_all`` companies has no theme:
    whom it is for and what it does are all that can speak for it. An item in a ``foreign`` language shares no
    words. ``peers`` says whether members like the
    asker take part in any of the items.
    """
    silent = _silent_signals(query)
    silent.update(name for name, silenced in (("peers", not peers), ("words", foreign)) if silenced)
    if for_all:
        # Subjects weigh the same for everybody: an asker that names none is no fitter for a grant.
        silent = (silent | _OF_A_THEME) - {"concepts"}
    weights = {name: 0.0 if name in silent else policy.weights[name] for name in SIGNALS}
    if query.id is None:
        weights["territory"] *= NAMED_PLACE
    total = sum(weights.values())
    return {name: weight / total for name, weight in weights.items()}


def _silent_signals(query: Analysis) -> set[str]:
    """Names of the signals that this query says nothing about."""
    silent = {name for name, (own, _) in PAIRS.items() if not query.has(own)}
    says = {
        "concepts": bool(query.mentions),
        "facts": bool(query.facts),
        "words": query.id is None,
        "territory": query.place is not None,
    }
    silent.update(name for name, said in says.items() if not said)
    return silent


def rerank(
    query: Features, items: Sequence[tuple[Features, float]], policy: Policy, floor: float, meets: Meets
) -> list[Scored]:
    """Score items, each given with its text likeness in [0, 1]; best first, ties by id.

    An empty sequence gives an empty list.
    """
    if not items:
        return []
    compared = Comparison(query, [item for item, _ in items], floor)
    peers = query.peers.in_each([side.subject for side in compared.items])
    finder = EvidenceFinder(compared, policy, meets, peers)
    table = np.zeros((len(items), len(SIGNALS)), dtype=np.float32)
    table[:, SIGNALS.index("text")] = np.clip([score for _, score in items], 0.0, 1.0)
    for column, name in enumerate(SIGNALS):
        if policy.weights[name] and name != "text":
            table[:, column] = _signal(name, compared, finder)
    weights = _weight_table(query.analysis, compared.items, policy, peers=any(peers))
    strengths = (table * weights).sum(axis=1).round(6).tolist()
    scored = []
    for place, (clear, strength) in enumerate(zip(finder.clear(), strengths, strict=True)):
        score = strength if clear else strength * FAINT_SHARE
        item = items[place][0]
        scored.append(Scored(item, table[place], weights[place], score, clear, finder, place))
    return sorted(scored, key=lambda entry: (not entry.is_clear, -entry.score, entry.id))


def _weight_table(query: Analysis, sides: Sequence[Analysis], policy: Policy, *, peers: bool) -> Floats:
    """Weights of every item, one row an item."""
    known: dict[tuple[bool, bool], list[float]] = {}
    rows = []
    for side in sides:
        for_all, foreign = is_for_all(side), _is_foreign(query, side)
        if (for_all, foreign) not in known:
            found = effective_weights(query, policy, for_all=for_all, foreign=foreign, peers=peers)
            known[for_all, foreign] = list(found.values())
        rows.append(known[for_all, foreign])
    return np.array(rows, dtype=np.float32)


def _signal(name: str, compared: Comparison, finder: EvidenceFinder) -> Sequence[float] | Floats:
    """Values of one signal, one an item."""
    if name in PAIRS:
        return compared.agreement(*PAIRS[name])
    query, sides = compared.query, compared.items
    values: dict[str, Callable[[], Sequence[float] | Floats]] = {
        "territory": lambda: _nearness(query, sides),
        "echo": compared.echo,
        "concepts": lambda: [strength_of_concepts(shared) for shared in finder.concepts],
        "facts": lambda: [strength_of_facts(met) for met in finder.met],
        "words": lambda: finder.coverage,
        "peers": lambda: [strength_of_peers(names) for names in finder.peers],
        "openness": lambda: [float(is_open_to_all(side)) for side in sides],
        "stage": lambda: [_stage(query.subject, side.subject) for side in sides],
    }
    return values[name]()


def is_open_to_all(item: Analysis) -> bool:
    """Whether a label of the item says that everybody is welcome."""
    return any(label.welcomes_all for label in item.labels)


def _is_foreign(query: Analysis, item: Analysis) -> bool:
    """Whether a request and an item are in two languages: that they share no word then says nothing."""
    if isinstance(query.subject, Item) or not isinstance(item.subject, Item):
        return False
    asked = language_of(query.subject.description)
    return bool(asked) and asked != item.subject.lang and not query.words.keys() & item.words.keys()


def is_for_all(item: Analysis) -> bool:
    """Whether an opportunity is an instrument for every company: no theme of it excludes anybody."""
    themes = item.labels[item.spans.get(Role.GIVES, slice(0))]
    return isinstance(item.subject, Opportunity) and all(label.is_open for label in themes)


def admits(entry: Scored) -> bool:
    """Whether an item is for the asker at all.

    A reserved lead must be for a public that was named, and what is for foreign companies must meet one.
    """
    item = entry.item.analysis
    if isinstance(item.subject, Lead) and item.subject.reserved:
        wanted = "public:"
    elif any(fact.concept == _FOR_FOREIGN for fact in item.facts):
        wanted = _FOR_FOREIGN
    else:
        return True
    return any(met.item.concept.startswith(wanted) for met in entry.evidence.met)


def is_understood(query: Analysis, scored: Sequence[Scored]) -> bool:
    """Whether a request has a word or subject in common with any hit; of "asdfgh qwerty" nothing is near."""
    if query.id is not None:
        return True
    if any(entry.evidence.words or entry.evidence.concepts or entry.evidence.met for entry in scored):
        return True
    words = [fold(word) for word in query.words]
    labels = " ".join(label.folded for entry in scored for label in entry.item.analysis.labels)
    return any(word in labels for word in words)


def _stage(query: Subject, item: Subject) -> float:
    """1 when the opportunity names the organisation's kind or size, 0.5 when either is silent, else 0."""
    conditions, names = "", frozenset[str]()
    for side in (query, item):
        if isinstance(side, Opportunity):
            conditions = side.eligibility_text.casefold()
        elif isinstance(side, Profile):
            names = size_names(side)
    if not conditions or not names:
        return 0.5
    return 1.0 if any(name in conditions for name in names) else 0.0


def _nearness(query: Analysis, items: Sequence[Analysis]) -> Floats:
    """1 in the same town, halved every :data:`HALF_KM`; at least :data:`SAME_ANTENNA` within an antenna."""
    near = np.full(len(items), UNKNOWN_PLACE, dtype=np.float32)
    places = {row: item.place for row, item in enumerate(items) if item.place is not None}
    if query.place is not None and places:
        near[list(places)] = 0.5 ** (distances_km(query.place, list(places.values())) / HALF_KM)
    for place, item in enumerate(items):
        if query.antenna and query.antenna == item.antenna:
            near[place] = max(near[place], SAME_ANTENNA)
    return near


def one_of_each_call(scored: list[Scored]) -> list[Scored]:
    """Keep the best of the items that stand for one call: some are in the catalogue twice."""
    seen: set[str] = set()
    kept = []
    for entry in scored:
        subject = entry.item.analysis.subject
        code = subject.code if isinstance(subject, Opportunity) else ""
        if not code or code not in seen:
            kept.append(entry)
            seen.add(code)
    return kept


def breakdown(entry: Scored) -> tuple[Signal, ...]:
    """Return the signals that count in a score, in the order of ``SIGNALS``, rounded to four places."""
    signals = []
    for name, weight, value in zip(SIGNALS, entry.weights.tolist(), entry.signals.tolist(), strict=True):
        if weight:
            part = round(value * weight, 4)
            signals.append(
                Signal(name=name, value=round(value, 4), weight=round(weight, 4), contribution=part)
            )
    return tuple(signals)


def diversify(scored: Sequence[Scored], k: int, trade: float, floor: float) -> list[Scored]:
    """Choose ``k`` items greedily by score minus ``trade`` times the likeness to what is already chosen.

    Maximal marginal relevance (Carbonell and Goldstein, SIGIR 1998). The chosen items are listed by
    ``(-score, id)``; ``trade=0`` chooses the first ``k``. Ties go to the earlier item.
    """
    if trade == 0.0 or len(scored) <= k:
        return list(scored[:k])
    # Likeness is at most 1: an item more than ``trade`` below the k-th is never chosen before it.
    least = scored[k - 1].score - trade
    pool = [entry for entry in scored if entry.score >= least]
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
