"""The use case: check the question, retrieve, rerank, diversify, give reasons."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from matcher.domain.answers import Answer, Missing, Recommendation
from matcher.domain.eligibility import eligible
from matcher.domain.items import (
    AnyItem,
    Factory,
    Item,
    ItemType,
    Kind,
    Opportunity,
    Organisation,
    Profile,
)
from matcher.domain.participation import Participation
from matcher.domain.store import Items
from matcher.feedback import answer_id
from matcher.index import Bm25Lexical, Encoder, Index, Where
from matcher.market import IntroductionPlan
from matcher.recommend.analysis import Analyser, Analysis
from matcher.recommend.calibration import UNCALIBRATED, Calibration
from matcher.recommend.features import FeatureBuilder, Features
from matcher.recommend.history import (
    NO_PEERS,
    Participations,
    Peers,
    Reactions,
    TakingPart,
    nearest,
    said_by,
    taking_part,
)
from matcher.recommend.planned import as_planned, plan_for
from matcher.recommend.policies import POLICIES, Policy
from matcher.recommend.presentation import Context, notices_of, presented
from matcher.recommend.questions import check, depth_of, may_meet, refusal, refused_by
from matcher.recommend.rerank import (
    Scored,
    admits,
    diversify,
    is_understood,
    one_of_each_call,
    rerank,
)
from matcher.recommend.similarity import similarity_floor, text_likeness

PEERS_DEPTH = 10
"""Members among whom those most like the asker are looked for: some are twins, or opted out."""
LEAST_PROBABILITY = 0.2
"""A list ends where fewer than one item in five would be clearly useful."""


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
        self._participations: Participations | None = None
        self._screened: Callable[[Profile], tuple[Profile, tuple[Missing, ...]]] = _as_it_is
        self._policies: Mapping[Kind, Policy] = POLICIES
        self._calibration = UNCALIBRATED
        self._least_probability = LEAST_PROBABILITY

    def calibrate(self, calibration: Calibration, least_probability: float = LEAST_PROBABILITY) -> None:
        """Turn scores into probabilities, and end lists below the least probability."""
        self._calibration = calibration
        self._least_probability = least_probability

    def limit_memory(self, most_bytes: int) -> None:
        """Keep prepared items in at most so many bytes."""
        self._features.limit(most_bytes)

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

    def enrol(self, participations: Participations) -> None:
        """Know who takes part in which factory: not proposed again, and a guide to those alike."""
        self._participations = participations

    def screen(self, screened: Callable[[Profile], tuple[Profile, tuple[Missing, ...]]]) -> None:
        """Take out of a text for which leads are sought what says who is wanted, and say so."""
        self._screened = screened

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

        Factories in which the asker takes part already come first; they are no proposals, and not counted.

        Parameters
        ----------
        query
            A stored item, or a profile (a free text is a profile with a description).
        kind
            What is asked for.
        k
            Number of proposals wanted, 1 to 100.
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
        query, left_out = self._lawful(query, kind)
        side = features or self._features.question(query, sought_only=policy.complementary)
        said = said_by(self._reactions, self._items, query, kind, on)
        side = replace(side, peers=self._peers(side, kind, on))
        found = self._score(side, policy, on, max(k, depth_of(query, policy)), said.excluded)
        scored = one_of_each_call([e for e in found if not said.leaves_out(e.item.analysis.subject)])
        plan = plan_for(self._plan, side.analysis.id, kind)
        parts = self._parts(side, scored) if on is not None else {}
        context = Context(
            side,
            policy,
            scored,
            plan,
            parts,
            said,
            self._analyser.knowledge.territory,
            self._calibration,
            signals,
        )
        items, weaker = self._listed(context, k)
        notices = left_out + notices_of(context, on, (items, weaker), k)
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
        sought, _ = self._lawful(profile, kind)
        return self._features.question(sought, sought_only=policy.complementary)

    def _lawful(self, query: AnyItem | Profile, kind: Kind) -> tuple[AnyItem | Profile, tuple[Missing, ...]]:
        """Return a question without what the law forbids to match by, and what to say of it."""
        if kind is not Kind.LEAD or isinstance(query, Item):
            return query, ()
        return self._screened(query)

    def warm_up(self, ids: Sequence[str]) -> bool:
        """Prepare items before questions meet them; return whether there is room for more."""
        for prepared in self._features.items(self._index.versions(ids)).values():
            prepared.work_out()
        return self._features.has_room

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

    def _peers(self, side: Features, kind: Kind, on: datetime | None) -> Peers:
        """Return the members most like a stored asker of factories; none where fit alone is judged."""
        asker = side.analysis
        if kind is not Kind.FACTORY or on is None or asker.id is None:
            return NO_PEERS
        where = Where(ItemType.ORGANISATION, None, frozenset({asker.id}))
        hits = self._index.query(side.dense, self._features.terms(side), where, PEERS_DEPTH)
        stored = self._items.get_many(hit.id for hit in hits)
        alike = []
        for hit in hits:
            member = stored.get(hit.id)
            if isinstance(member, Organisation) and may_meet(asker.subject, member, on):
                alike.append((member, text_likeness(hit.score, self._floor)))
        members = nearest(alike)
        return Peers(members, self._recorded([member.id for member in members]))

    def _parts(self, side: Features, scored: list[Scored]) -> dict[str, TakingPart]:
        """Return what says in which of the factories the asker takes part, by id; none of another kind."""
        asker = side.analysis
        if not any(isinstance(entry.item.analysis.subject, Factory) for entry in scored):
            return {}
        subjects = (entry.item.analysis.subject for entry in scored)
        return taking_part(asker.subject, subjects, self._recorded([asker.id] if asker.id else []))

    def _recorded(self, organisation_ids: list[str]) -> tuple[Participation, ...]:
        if self._participations is None or not organisation_ids:
            return ()
        return tuple(self._participations.of_each(organisation_ids))

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
        terms = self._features.terms(side)
        hits = self._index.query(side.asked, terms, Where(policy.item_type, open_at, excluded), depth)
        found = self._features.items({hit.id: hit.version for hit in hits})
        refused = asker.exclusions if asker.id is None else ()
        pairs = []
        for hit in hits:
            item = found.get(hit.id)
            if item is None or refused_by(refused, item.analysis.subject):
                continue
            if may_meet(asker.subject, item.analysis.subject, on):
                pairs.append((item, text_likeness(hit.score, self._floor)))
        scored = rerank(side, pairs, policy, self._floor, self._analyser.knowledge.meets)
        return [entry for entry in scored if admits(entry)]

    def _listed(
        self, context: Context, k: int
    ) -> tuple[tuple[Recommendation, ...], tuple[Recommendation, ...]]:
        """Return the items worth showing, and at most ``k`` weaker ones after them.

        Factories in which the asker takes part come first, and are marked; at most ``k`` proposals follow.
        """
        stored = self._still_stored(context.query.analysis, context.scored)
        scored = [entry for entry in context.scored if entry.id in stored]
        taking_part = [entry for entry in scored if context.takes_part(entry.id)]
        others = [entry for entry in scored if not context.takes_part(entry.id)]
        likely = {entry.id for entry in others if self._is_likely(entry, context)}
        sure = [entry for entry in others if entry.id in likely]
        chosen, places = self._chosen(sure, context, k)
        items = presented([*taking_part, *chosen], context)
        items = tuple(replace(item, planned=places.get(item.item_id)) for item in items)
        weaker = [entry for entry in others if entry.id not in likely]
        if not is_understood(context.query.analysis, context.scored):
            weaker = [entry for entry in weaker if entry.is_clear]
        return items, presented(weaker[:k], context)

    def _chosen(
        self, sure: list[Scored], context: Context, k: int
    ) -> tuple[list[Scored], dict[str, Missing]]:
        """Choose ``k`` by the plan, with a sentence on each place, or else by score and diversity."""
        if context.plan is None:
            return diversify(sure, k, context.policy.diversity, self._floor), {}
        return as_planned(context.plan, str(context.query.analysis.id), sure, k)

    def _is_likely(self, entry: Scored, context: Context) -> bool:
        return entry.is_clear and context.probability(entry) >= self._least_probability

    def _still_stored(self, query: Analysis, entries: list[Scored]) -> set[str]:
        """Ids of the items that the store still has and allows: the index may lag behind it."""
        now = self._items.versions_of(entry.id for entry in entries)
        # What was scored was found eligible then, and only what changed since is read: the store keeps fewer
        # parsed items than are scored.
        same = {entry.id for entry in entries if now.get(entry.id) == entry.item.item_version}
        changed = self._items.get_many(now.keys() - same)
        return same | {item_id for item_id, item in changed.items() if eligible(query.subject, item, None)}

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


def _as_it_is(profile: Profile) -> tuple[Profile, tuple[Missing, ...]]:
    return profile, ()


def _named(answer: Answer) -> Answer:
    return replace(answer, id=answer_id(answer))
