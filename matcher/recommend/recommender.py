"""The use case: retrieve, check, rerank, spread, explain."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from itertools import chain

from matcher.domain.answers import Answer, Missing, Reason, Recommendation, Signal
from matcher.domain.eligibility import eligible
from matcher.domain.items import AnyItem, Factory, Item, Kind, Opportunity, Organisation, Profile
from matcher.index.ports import Encoder, Index, Items, Lexical, Where
from matcher.knowledge.places import Territory
from matcher.knowledge.skills import NO_SKILLS, SkillFinder
from matcher.knowledge.vocabulary import Vocabulary
from matcher.market.introduction_plan import IntroductionPlan, Planned
from matcher.recommend import gaps
from matcher.recommend import reasons as explain
from matcher.recommend.features import Prepared, Preparer
from matcher.recommend.free_text import unread
from matcher.recommend.notices import PLANNED, UNEXPLAINED
from matcher.recommend.policies import POLICIES, Policy
from matcher.recommend.questions import check, refusal
from matcher.recommend.rerank import Scored, rerank, shares, similarity_floor, spread


@dataclass(frozen=True)
class _Case:
    """What the items of one answer are presented by."""

    side: Prepared
    policy: Policy
    weights: dict[str, float]
    scored: list[Scored]
    planned: dict[str, Planned]

    @cached_property
    def frequency(self) -> Counter[str]:
        """In how many of the items each word of the query occurs; their number under the empty word."""
        words = self.side.words.keys()
        found = Counter(chain.from_iterable(words & entry.item.words.keys() for entry in self.scored))
        found[""] = len(self.scored)
        return found


class Recommender:
    """Answers every kind of question over one index generation.

    Deterministic: the same store, index and question give the same answer. Not thread-safe: the embedded
    index has one owner; callers on several threads hold a lock.

    Parameters
    ----------
    items, index, encoder, lexical
        The outside things.
    territory
        Where towns lie.
    generation
        Name of the index generation, copied into every answer.
    skills
        Finds the ESCO skills a question speaks of.
    vocabulary
        Tells apart terms that sound alike.
    """

    def __init__(  # noqa: PLR0913, PLR0917  # one outside thing each
        self,
        items: Items,
        index: Index,
        encoder: Encoder,
        lexical: Lexical,
        territory: Territory,
        generation: str = "",
        skills: SkillFinder = NO_SKILLS,
        vocabulary: Vocabulary | None = None,
    ) -> None:
        self._items = items
        self._index = index
        self._territory = territory
        self._generation = generation
        self._prepare = Preparer(
            items, index, encoder, lexical, territory, skills, vocabulary or Vocabulary()
        )
        self._floor = similarity_floor(encoder)
        self._plan: IntroductionPlan | None = None
        self._policies: Mapping[Kind, Policy] = POLICIES

    def weigh(self, policies: Mapping[Kind, Policy]) -> None:
        """Use other policies: what ``matcher-lab fit-ranker`` has learnt."""
        self._policies = policies

    @property
    def plan_version(self) -> str | None:
        """Name of the plan that is followed."""
        return self._plan.version if self._plan else None

    def follow(self, plan: IntroductionPlan | None) -> None:
        """Take the order of partners from this plan; None goes back to mutual scores."""
        self._plan = plan

    def recommend(
        self,
        query: AnyItem | Profile,
        kind: Kind,
        k: int = 5,
        on: datetime | None = None,
        *,
        signals: bool = True,
    ) -> Answer:
        """Recommend at most ``k`` items of ``kind``, best first, ties by id.

        Parameters
        ----------
        query
            A stored item, or a profile (a free text is a profile with a description).
        kind
            What is asked for.
        k
            Number of items wanted, 1 to 100.
        on
            The instant the answer is for, with time zone: only what is open then is recommended. None
            judges by fit whatever the date; no user-facing surface passes it.
        signals
            Whether each item comes with the breakdown of its score.

        Returns
        -------
        Answer
            Scores in [0, 1]: the weighted mean of the kind's signals. Fewer than ``k`` items when no more are
            eligible, or nothing in the texts says why; notices say so, and what of a free text was not read.

        Raises
        ------
        InvalidRequest
            For an empty profile, ``k`` out of range, an instant without time zone, or a query the kind does
            not answer (an alert is asked of an opportunity).
        """
        policy = self._policies[kind]
        check(query, policy, k, on)
        notice = refusal(query, kind, on)
        if notice is not None:
            return self._answer(query, kind, on, k, (), (notice,))
        side = self._prepare.question(query)
        scored = _one_of_each_call(self._score(side, policy, on, max(k, policy.depth)))
        planned = self._planned(side, kind)
        case = _Case(side, policy, shares(side, policy) if signals else {}, scored, planned)
        told, mute = self._told(case, k)
        items = tuple(
            self._present(rank, entry, reasons, case) for rank, (entry, reasons) in enumerate(told, start=1)
        )
        notices: tuple[Missing, ...] = (PLANNED,) if planned else ()
        if not isinstance(query, Item):
            notices += unread(query, self._territory)
        if mute and len(told) < k:
            notices += (UNEXPLAINED,)
        answer = self._answer(query, kind, on, k, items, notices)
        return replace(answer, plan=self.plan_version) if planned else answer

    def scores(self, query: AnyItem | Profile, kind: Kind, on: datetime | None = None) -> list[Scored]:
        """Score the eligible first hits as answers do, best first: for plans, evaluation and fitting."""
        policy = self._policies[kind]
        check(query, policy, 1, on)
        return self._score(self._prepare.question(query), policy, on, policy.depth)

    def mutual_scores(self, organisation: AnyItem) -> dict[str, float]:
        """Score an organisation's best partners, by id, in [0, 1]: what plans are made of."""
        return {str(entry.item.id): entry.score for entry in self.scores(organisation, Kind.PARTNER)}

    def _planned(self, side: Prepared, kind: Kind) -> dict[str, Planned]:
        if kind is not Kind.PARTNER or self._plan is None or side.id is None:
            return {}
        return {entry.item_id: entry for entry in self._plan.lists.get(side.id, ())}

    def _score(self, side: Prepared, policy: Policy, on: datetime | None, depth: int) -> list[Scored]:
        moment = on.timestamp() if on else None
        if moment is not None and not side.is_open(moment):
            return []
        own = frozenset({side.id}) if side.id else frozenset()
        open_at = on if policy.kind is Kind.INTERNATIONAL else None
        where = Where(policy.item_type, open_at, own)
        hits = self._index.query(side.dense, side.terms, where, depth)
        prepared = self._prepare.items({hit.id: hit.version for hit in hits})
        most = 2.0 if side.terms.indices else 1.0  # fused scores add up one normalised score per retriever
        pairs = [
            (found, hit.score / most)
            for hit in hits
            if (found := prepared.get(hit.id)) is not None
            and (moment is None or found.is_open(moment))
            and ((side.open_to_all and found.open_to_all) or eligible(side.subject, found.subject, None))
        ]
        return rerank(side, pairs, policy, self._floor)

    def _told(self, case: _Case, k: int) -> tuple[list[tuple[Scored, tuple[Reason, ...]]], bool]:
        """Choose ``k`` items that something speaks for, with what does; fewer when no more are left.

        Also return whether others were passed over because nothing does.
        """
        left, reasons, mute = case.scored, dict[str | None, tuple[Reason, ...]](), False
        while True:
            if case.planned:
                chosen = _in_order(left, case.planned)[:k]
            else:
                chosen = spread(left, k, case.policy.spread, self._floor)
            fresh = [entry for entry in chosen if entry.item.id not in reasons]
            still = self._still_there(case.side, fresh)
            reasons |= {e.item.id: self._reasons(e, case) if e.item.id in still else () for e in fresh}
            mute = mute or any(not reasons[item_id] for item_id in still)
            told = [(entry, reasons[entry.item.id]) for entry in chosen if reasons[entry.item.id]]
            if len(told) == len(chosen):
                return told, mute
            left = [entry for entry in left if reasons.get(entry.item.id, True)]

    def _still_there(self, side: Prepared, entries: list[Scored]) -> set[str]:
        """Ids of those that the store still has and lets be shown: the index may lag behind it."""
        now = self._items.get_many(entry.item.id or "" for entry in entries)
        return {item_id for item_id, item in now.items() if eligible(side.subject, item, None)}

    def _reasons(self, entry: Scored, case: _Case) -> tuple[Reason, ...]:
        return explain.reasons(case.side, entry, case.policy, self._territory, lambda: case.frequency)

    def _present(self, rank: int, entry: Scored, reasons: tuple[Reason, ...], case: _Case) -> Recommendation:
        item = entry.item.subject
        assert isinstance(item, Item)  # noqa: S101  # hits are items: a fact of the types, not of the input
        planned = case.planned.get(item.id)
        return Recommendation(
            rank=rank,
            item_id=item.id,
            item_type=item.item_type,
            name=item.name,
            score=round(entry.score, 4),
            reasons=reasons,
            missing=gaps.missing(case.side, entry, case.policy, reasons),
            signals=_breakdown(entry, case.weights),
            gain=round(planned.gain, 4) if planned else None,
            gain_of_other=round(planned.gain_of_other, 4) if planned else None,
            evidence_level=item.evidence_level,
            needs_confirmation=item.needs_confirmation,
            illustrative=any(
                isinstance(s, Organisation) and s.illustrative for s in (case.side.subject, item)
            ),
            opens_at=item.opens_at if isinstance(item, Opportunity) else None,
            closes_at=item.closes_at if isinstance(item, Opportunity) else None,
            next_date=item.next_meeting if isinstance(item, Factory) else None,
            source_url=item.source_url,
        )

    def _answer(
        self,
        query: AnyItem | Profile,
        kind: Kind,
        on: datetime | None,
        k: int,
        items: tuple[Recommendation, ...],
        notices: tuple[Missing, ...],
    ) -> Answer:
        return Answer(
            kind=kind,
            query_id=query.id if isinstance(query, Item) else None,
            query_name=query.name if isinstance(query, Item) else None,
            on=on,
            k=k,
            generation=self._generation,
            items=items,
            notices=notices,
        )


def _one_of_each_call(scored: list[Scored]) -> list[Scored]:
    """Keep the best of the items that stand for one call: some are in the catalogue twice."""
    seen: set[str] = set()
    kept = []
    for entry in scored:
        code = getattr(entry.item.subject, "code", "")
        if not code or code not in seen:
            kept.append(entry)
            seen.add(code)
    return kept


def _in_order(scored: list[Scored], planned: dict[str, Planned]) -> list[Scored]:
    """Planned introductions first, in the plan's order, then the others by score."""
    place = {item_id: rank for rank, item_id in enumerate(planned)}
    return sorted(scored, key=lambda entry: place.get(entry.item.id or "", len(place)))


def _breakdown(entry: Scored, weights: dict[str, float]) -> tuple[Signal, ...]:
    return tuple(
        Signal(
            name=name, value=round(value, 4), weight=round(weight, 4), contribution=round(value * weight, 4)
        )
        for (name, weight), value in zip(weights.items(), entry.signals.tolist(), strict=False)
        if weight
    )
