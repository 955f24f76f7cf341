"""The plan of introductions in an answer: whom it introduces, in which order, and why."""

from matcher.domain.answers import Missing
from matcher.domain.items import Item, Kind
from matcher.market import IntroductionPlan, Partner, place_sentence, planned_order
from matcher.recommend.rerank import Scored


def plan_for(plan: IntroductionPlan | None, asker: str | None, kind: Kind) -> IntroductionPlan | None:
    """Return the plan if it introduces the asker to partners; a newcomer is answered by score."""
    if kind is not Kind.PARTNER or plan is None or asker is None:
        return None
    return plan if plan.lists.get(asker) else None


def as_planned(
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
