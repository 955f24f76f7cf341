"""The use case: check the question, retrieve, rerank, diversify, give reasons."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from matcher.domain.answers import Answer, Missing, Reason, Recommendation, Signal
from matcher.domain.eligibility import eligible
from matcher.domain.items import AnyItem, Factory, Item, Kind, Opportunity, Organisation, Profile
from matcher.domain.store import Items
from matcher.feedback import answer_id
from matcher.index import Bm25Lexical, Encoder, Index, Where
from matcher.market import IntroductionPlan, Partner, Planned, place_sentence, planned_order
from matcher.recommend.analysis import Analyser, Analysis
from matcher.recommend.calibration import UNCALIBRATED, Calibration
from matcher.recommend.features import FeatureBuilder, Features
from matcher.recommend.gaps import missing, notice, unused
from matcher.recommend.participation import Participation, participations
from matcher.recommend.policies import POLICIES, Policy
from matcher.recommend.questions import check, depth_of, may_meet, refusal
from matcher.recommend.reactions import Reactions, Said, said_by
from matcher.recommend.reasons import ReasonWriter
from matcher.recommend.rerank import (
    Scored,
    admits,
    breakdown,
    diversify,
    is_for_all,
    is_understood,
    one_of_each_call,
    rerank,
)
from matcher.recommend.similarity import similarity_floor, text_likeness

LEAST_PROBABILITY = 0.2
"""A list ends where fewer than one item in five would be clearly useful."""


@dataclass(frozen=True)
class _Context:
    """What the items of one answer have in common."""

    query: Features
    policy: Policy
    signals: bool
    scored: list[Scored]
    plan: IntroductionPlan | None
    participations: dict[str, Participation]
    said: Said
    analyser: Analyser

    @property
    def planned(self) -> dict[str, Planned]:
        """The asker's planned introductions by id, in the plan's order; none without a plan to follow."""
        if self.plan is None:
            return {}
        return {entry.item_id: entry for entry in self.plan.lists[str(self.query.analysis.id)]}

    def takes_part(self, item_id: str) -> bool:
        """Whether the asker takes part in a factory, by the records or by its own word."""
        return item_id in self.participations or self.said.joined(item_id)

    def breakdown(self, entry: Scored) -> tuple[Signal, ...]:
        """Return the breakdown of a score, if it was asked for."""
        return breakdown(entry, self.query.analysis, self.policy) if self.signals else ()

    @property
    def writer(self) -> ReasonWriter:
        """Writes the reasons of every item."""
        return ReasonWriter(self.query.analysis, self.policy, self.analyser.knowledge.territory)


class Recommender:
    """Answers every kind of question over one index generation.

    Deterministic: the same store, index and question give the same answer. Not thread-safe: the embedded
    index has one owner, so callers on several threads hold a lock.

    Parameters
    ----------
    items, index, encoder, lexical
        The outside things.
    analyser
        Works out what a text says.
    generation
        Name of the index generation, copied into every answer.
    """

    def __init__(  # one outside thing each
        self,
        items: Items,
        index: Index,
        encoder: Encoder,
        lexical: Bm25Lexical,
        analyser: Analyser,
        generation: str = "",
    ) -> None:
        self._items = items
        self._index = index
        self._analyser = analyser
        self._generation = generation
        self._features = FeatureBuilder(items, index, encoder, lexical, analyser)
        self._floor = similarity_floor(encoder)
        self._plan: IntroductionPlan | None = None
        self._reactions: Reactions | None = None
        self._policies: Mapping[Kind, Policy] = POLICIES
        self._calibration = UNCALIBRATED
        self._least_probability = LEAST_PROBABILITY

    def calibrate(self, calibration: Calibration, least_probability: float = LEAST_PROBABILITY) -> None:
        """Turn scores into probabilities, and end lists below the least probability."""
        self._calibration = calibration
        self._least_probability = least_probability

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

    def obey(self, reactions: Reactions) -> None:
        """Leave out what the asker set aside, and mark what it said of the rest."""
        self._reactions = reactions

    def recommend(
        self,
        query: AnyItem | Profile,
        kind: Kind,
        k: int = 5,
        on: datetime | None = None,
        *,
        signals: bool = True,
        features: Features | None = None,
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
            judges by fit, whatever the date, participation and reactions; no user-facing surface passes it.
        signals
            Whether each item comes with the breakdown of its score.
        features
            What :meth:`prepare` made of a profile; worked out here if left out.

        Returns
        -------
        Answer
            Items with clear evidence and at least the least probability; the next ones are ``weaker``.
            Notices say where the list ends and what of a free text was not used.

        Raises
        ------
        InvalidRequest
            For an empty profile, ``k`` out of range, an instant without time zone, or a query the kind does
            not answer (an alert is asked of an opportunity).
        """
        policy = self._policies[kind]
        check(query, policy, k, on)
        refused = refusal(query, kind, on)
        if refused is not None:
            return _named(self._answer(query, kind, on, k, (), (refused,)))
        side = features or self._features.question(query, sought_only=policy.complementary)
        said = said_by(self._reactions, self._items, query, kind, on)
        found = self._score(side, policy, on, max(k, depth_of(query, policy)), said.excluded)
        scored = one_of_each_call([e for e in found if not said.leaves_out(e.item.analysis.subject)])
        plan = self._plan_of(side, kind)
        subjects = (entry.item.analysis.subject for entry in scored)
        taking_part = participations(side.analysis.subject, subjects) if on is not None else {}
        context = _Context(side, policy, signals, scored, plan, taking_part, said, self._analyser)
        items, weaker = self._listed(context, k)
        notices = _notices(context, on, short=k - len(items), k=k)
        answer = self._answer(query, kind, on, k, items, notices)
        version = plan.version if plan else None
        calibration = self._calibration.version
        return _named(replace(answer, weaker=weaker, calibration=calibration, plan=version))

    def prepare(self, profile: Profile, kind: Kind) -> Features:
        """Analyse and encode a profile for :meth:`recommend`; InvalidRequest if it is empty.

        Encoding is most of the work of a free text. It touches neither store nor index, so any thread may do
        it while another one answers.
        """
        policy = self._policies[kind]
        check(profile, policy, 1, None)
        return self._features.question(profile, sought_only=policy.complementary)

    def scores(self, query: AnyItem | Profile, kind: Kind, on: datetime | None = None) -> list[Scored]:
        """Score the eligible first hits as answers do, best first: for plans, evaluation and fitting."""
        policy = self._policies[kind]
        check(query, policy, 1, on)
        return self._score(
            self._features.question(query, sought_only=policy.complementary),
            policy,
            on,
            depth_of(query, policy),
        )

    def mutual_scores(self, organisation: AnyItem) -> dict[str, float]:
        """Score an organisation's best partners, by id, in [0, 1]: what plans are made of."""
        return {entry.id: entry.score for entry in self.scores(organisation, Kind.PARTNER)}

    def _plan_of(self, side: Features, kind: Kind) -> IntroductionPlan | None:
        """Return the plan if it introduces the asker to partners; a newcomer is answered by score."""
        plan, asker = self._plan, side.analysis.id
        if kind is not Kind.PARTNER or plan is None or asker is None:
            return None
        return plan if plan.lists.get(asker) else None

    def _score(
        self,
        side: Features,
        policy: Policy,
        on: datetime | None,
        depth: int,
        aside: frozenset[str] = frozenset(),
    ) -> list[Scored]:
        """Retrieve, drop what is not eligible, and score the rest; best first, ties by id."""
        asker = side.analysis
        if on is not None and isinstance(asker.subject, Opportunity) and not asker.subject.is_open(on):
            return []
        excluded = aside | {asker.id} if asker.id else aside
        open_at = on if policy.kind is Kind.INTERNATIONAL else None
        terms = self._features.terms(asker)
        hits = self._index.query(side.asked, terms, Where(policy.item_type, open_at, excluded), depth)
        found = self._features.items({hit.id: hit.version for hit in hits})
        pairs = []
        for hit in hits:
            item = found.get(hit.id)
            if item is not None and may_meet(asker.subject, item.analysis.subject, on):
                pairs.append((item, text_likeness(hit.score, self._floor)))
        scored = rerank(side, pairs, policy, self._floor, self._analyser.knowledge.meets)
        return [entry for entry in scored if admits(entry)]

    def _listed(
        self, context: _Context, k: int
    ) -> tuple[tuple[Recommendation, ...], tuple[Recommendation, ...]]:
        """Return the items worth showing, at most ``k``, and at most ``k`` weaker ones after them.

        Factories in which the asker takes part come first, and are marked: they are no proposals.
        """
        stored = self._still_stored(context.query.analysis, context.scored)
        scored = [entry for entry in context.scored if entry.id in stored]
        taking_part = [entry for entry in scored if context.takes_part(entry.id)]
        others = [entry for entry in scored if not context.takes_part(entry.id)]
        sure = [entry for entry in others if self._is_likely(entry, context)]
        chosen, places = self._chosen(sure, context, k)
        items = self._presented([*taking_part, *chosen][:k], context)
        items = tuple(replace(item, planned=places.get(item.item_id)) for item in items)
        weaker = [entry for entry in others if not self._is_likely(entry, context)]
        if not is_understood(context.query.analysis, context.scored):
            weaker = [entry for entry in weaker if entry.is_clear]
        return items, self._presented(weaker[:k], context)

    def _chosen(
        self, sure: list[Scored], context: _Context, k: int
    ) -> tuple[list[Scored], dict[str, Missing]]:
        """Choose ``k`` by the plan, with a sentence on each place, or else by score and diversity."""
        if context.plan is None:
            return diversify(sure, k, context.policy.diversity, self._floor), {}
        return _as_planned(context.plan, str(context.query.analysis.id), sure, k)

    def _is_likely(self, entry: Scored, context: _Context) -> bool:
        return entry.is_clear and self._probability(entry, context) >= self._least_probability

    def _probability(self, entry: Scored, context: _Context) -> float:
        is_request = context.query.analysis.id is None
        return self._calibration.probability(context.policy.kind, entry.score, is_request=is_request)

    def _presented(self, entries: list[Scored], context: _Context) -> tuple[Recommendation, ...]:
        """Present items with their reasons, in this order; an item with nothing to say is left out."""
        all_entries = [(entry, self._reasons(entry, context)) for entry in entries]
        explained = [(entry, reasons) for entry, reasons in all_entries if reasons]
        return tuple(
            self._present(rank, entry, reasons, context)
            for rank, (entry, reasons) in enumerate(explained, start=1)
        )

    def _reasons(self, entry: Scored, context: _Context) -> tuple[Reason, ...]:
        reasons, item = context.writer.reasons(entry), entry.item.analysis
        found = context.participations.get(entry.id)
        if found is None:
            return (*context.writer.reaction(context.said.actions.get(entry.id), item), *reasons)
        return (context.writer.participation(found, item), *reasons)

    def _still_stored(self, query: Analysis, entries: list[Scored]) -> set[str]:
        """Ids of the items that the store still has and allows: the index may lag behind it."""
        now = self._items.get_many(entry.id for entry in entries)
        return {item_id for item_id, item in now.items() if eligible(query.subject, item, None)}

    def _present(
        self, rank: int, entry: Scored, reasons: tuple[Reason, ...], context: _Context
    ) -> Recommendation:
        item = entry.item.analysis.subject
        assert isinstance(item, Item)  # noqa: S101  # hits are items: a fact of the types, not of the input
        planned = context.planned.get(item.id)
        return Recommendation(
            rank=rank,
            item_id=item.id,
            item_type=item.item_type,
            name=item.name,
            score=round(self._probability(entry, context), 4),
            reasons=reasons,
            group="for_all" if is_for_all(entry.item.analysis) else "topical",
            participates=context.takes_part(item.id),
            missing=missing(context.query.analysis, entry, context.policy, reasons),
            signals=context.breakdown(entry),
            gain=round(planned.gain, 4) if planned else None,
            gain_of_other=round(planned.gain_of_other, 4) if planned else None,
            evidence_level=item.evidence_level,
            needs_confirmation=item.needs_confirmation,
            illustrative=any(
                isinstance(s, Organisation) and s.illustrative for s in (context.query.analysis.subject, item)
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


def _notices(context: _Context, on: datetime | None, *, short: int, k: int) -> tuple[Missing, ...]:
    """Say what is to be said of an answer as a whole, which is ``short`` items shorter than asked."""
    query = context.query.analysis
    notices: tuple[Missing, ...] = (notice("planned"),) if context.plan else ()
    notices += context.said.notices(query.subject, on)
    if not isinstance(query.subject, Item):
        notices += unused(query)
    if short:
        notices += (notice("nothing" if short == k else "nothing_else"),)
    return notices


def _named(answer: Answer) -> Answer:
    return replace(answer, id=answer_id(answer))


def _as_planned(
    plan: IntroductionPlan, asker: str, scored: list[Scored], k: int
) -> tuple[list[Scored], dict[str, Missing]]:
    """Order partners as the plan says, newcomers among them, and say of each planned one why it is there."""
    entries = {entry.id: entry for entry in scored}
    partners = [Partner(entry.id, _name(entry), entry.score) for entry in scored]
    ordered = planned_order(plan, asker, partners)[:k]
    places = {}
    for rank, partner in enumerate(ordered, start=1):
        sentence = place_sentence(plan, asker, partner, ordered[rank:])
        if sentence is not None:
            places[partner.id] = Missing(code="planned", fr=sentence.fr, en=sentence.en)
    return [entries[partner.id] for partner in ordered], places


def _name(entry: Scored) -> str:
    subject = entry.item.analysis.subject
    return subject.name if isinstance(subject, Item) else entry.id
