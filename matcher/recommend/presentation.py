"""From scored items to what an answer says of each: reasons, probability, what is missing, notices."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from matcher.domain.answers import Missing, Reason, Recommendation, Signal
from matcher.domain.items import Factory, Item, Opportunity, Organisation
from matcher.knowledge import Territory
from matcher.market import IntroductionPlan, Planned
from matcher.recommend.calibration import Calibration
from matcher.recommend.features import Features
from matcher.recommend.gaps import missing, unused
from matcher.recommend.history import Said, TakingPart
from matcher.recommend.phrases import HELPS, notice
from matcher.recommend.policies import Policy
from matcher.recommend.reasons import ReasonWriter
from matcher.recommend.rerank import Scored, breakdown, is_for_all


@dataclass(frozen=True)
class Context:
    """What the items of one answer have in common."""

    query: Features
    policy: Policy
    scored: list[Scored]
    plan: IntroductionPlan | None
    parts: dict[str, TakingPart]
    said: Said
    territory: Territory
    calibration: Calibration
    signals: bool

    @property
    def planned(self) -> dict[str, Planned]:
        """The asker's planned introductions by id, in the plan's order; none without a plan to follow."""
        if self.plan is None:
            return {}
        return {entry.item_id: entry for entry in self.plan.lists[str(self.query.analysis.id)]}

    def takes_part(self, item_id: str) -> bool:
        """Whether the asker takes part in a factory, by the records or by its own word."""
        return item_id in self.parts or self.said.joined(item_id)

    def breakdown(self, entry: Scored) -> tuple[Signal, ...]:
        """Return the breakdown of a score, if it was asked for."""
        return breakdown(entry) if self.signals else ()

    @property
    def writer(self) -> ReasonWriter:
        """Writes the reasons of every item."""
        return ReasonWriter(self.query.analysis, self.policy, self.territory)

    def probability(self, entry: Scored) -> float:
        """Return how likely staff are to call an item clearly useful."""
        is_request = self.query.analysis.id is None
        return self.calibration.probability(self.policy.kind, entry.score, is_request=is_request)


def presented(entries: list[Scored], context: Context) -> tuple[Recommendation, ...]:
    """Present items with their reasons, in this order; an item with nothing to say is left out."""
    all_entries = [(entry, _reasons(entry, context)) for entry in entries]
    explained = [(entry, reasons) for entry, reasons in all_entries if reasons]
    return tuple(
        _present(rank, entry, reasons, context) for rank, (entry, reasons) in enumerate(explained, start=1)
    )


def _reasons(entry: Scored, context: Context) -> tuple[Reason, ...]:
    reasons, item = context.writer.reasons(entry), entry.item.analysis
    found = context.parts.get(entry.id)
    if found is None:
        return (*context.writer.reaction(context.said.actions.get(entry.id), item), *reasons)
    return (context.writer.participation(found, item), *reasons)


def _present(rank: int, entry: Scored, reasons: tuple[Reason, ...], context: Context) -> Recommendation:
    item = entry.item.analysis.subject
    assert isinstance(item, Item)  # noqa: S101  # hits are items: a fact of the types, not of the input
    planned = context.planned.get(item.id)
    return Recommendation(
        rank=rank,
        item_id=item.id,
        item_type=item.item_type,
        name=item.name,
        score=round(context.probability(entry), 4),
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


def notices_of(
    context: Context,
    on: datetime | None,
    shown: tuple[Sequence[Recommendation], Sequence[Recommendation]],
    k: int,
) -> tuple[Missing, ...]:
    """Say what is to be said of an answer as a whole: of its items, and those less sure, of ``k`` asked."""
    query = context.query.analysis
    notices: tuple[Missing, ...] = (notice("planned"),) if context.plan else ()
    notices += context.said.notices(query.subject, on)
    if not isinstance(query.subject, Item):
        notices += unused(query)
    if sum(not item.participates for item in shown[0]) < k:
        french, english = HELPS[context.policy.kind]
        notices += (notice(_end_of(*shown), french=french, english=english),)
    return notices


def _end_of(items: Sequence[Recommendation], weaker: Sequence[Recommendation]) -> str:
    """Return the notice on a list that is shorter than asked; what was said already is no advice."""
    if items:
        return "nothing_else"
    is_said = any(reason.clear for item in weaker for reason in item.reasons)
    return "nothing_sure" if is_said else "nothing"
