"""Recommended items as cards: what a member reads of each, in plain words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from matcher.domain.answers import Answer, Missing, Reason, Recommendation
from matcher.domain.events import Action, Feedback
from matcher.domain.items import Kind
from service.pages.text import mark

MAX_REASONS = 3
KINDS = (Kind.FACTORY, Kind.PARTNER, Kind.INTERNATIONAL, Kind.LEAD)
"""Kinds a member is shown, in this order."""
TITLES: dict[Kind, str] = {
    Kind.FACTORY: mark("Factories à rejoindre"),
    Kind.PARTNER: mark("Partenaires à rencontrer"),
    Kind.INTERNATIONAL: mark("Appels et missions"),
    Kind.LEAD: mark("Pistes pour recruter"),
}
_SHOWN_BY_TAG = frozenset({"confirm_evidence"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One recommended item.

    ``likelihood`` is None where scores are no probabilities. ``dates`` are pairs of ``opens``, ``closes`` or
    ``next`` and an instant; ``tags`` are codes that the template says in words.
    """

    id: str
    kind: str
    answer: str
    name: str
    likelihood: float | None
    reasons: tuple[Reason, ...]
    missing: tuple[Missing, ...]
    dates: tuple[tuple[str, datetime], ...]
    tags: tuple[str, ...]
    source_url: str

    @property
    def anchor(self) -> str:
        """Id of the card's title in the page."""
        return f"{self.kind}-{self.id}"


@dataclass(frozen=True, slots=True)
class Group:
    """The cards of one kind: the clear ones, the less certain ones, and what is said of the answer."""

    kind: str
    title: str
    cards: tuple[Card, ...]
    weaker: tuple[Card, ...]
    notices: tuple[Missing, ...]


def group_of(
    answer: Answer, reactions: Mapping[str, Feedback], running: frozenset[str] = frozenset()
) -> Group:
    """Return the cards of an answer.

    ``reactions`` are the asker's to its items, by id; ``running`` are ids of partners with whom an
    introduction is under way.
    """
    return Group(
        answer.kind.value,
        TITLES[answer.kind],
        _cards(answer, answer.items, reactions, running),
        _cards(answer, answer.weaker, reactions, running),
        answer.notices,
    )


def _cards(
    answer: Answer,
    items: Sequence[Recommendation],
    reactions: Mapping[str, Feedback],
    running: frozenset[str],
) -> tuple[Card, ...]:
    kept = running if answer.kind is Kind.PARTNER else frozenset()
    return tuple(
        _card(answer, item, reactions.get(item.item_id), running=item.item_id in kept) for item in items
    )


def _card(answer: Answer, item: Recommendation, reaction: Feedback | None, *, running: bool) -> Card:
    return Card(
        id=item.item_id,
        kind=answer.kind.value,
        answer=answer.id,
        name=item.name,
        likelihood=None if answer.calibration is None else item.score,
        reasons=item.reasons[:MAX_REASONS],
        missing=tuple(gap for gap in item.missing if gap.code not in _SHOWN_BY_TAG),
        dates=_dates(item),
        tags=_tags(item, reaction, running=running),
        source_url=item.source_url if item.source_url.startswith(("https://", "http://")) else "",
    )


def _dates(item: Recommendation) -> tuple[tuple[str, datetime], ...]:
    """Return the dates a member acts on: the opening only where no deadline is known."""
    opens = None if item.closes_at else item.opens_at
    named = (("opens", opens), ("closes", item.closes_at), ("next", item.next_date))
    return tuple((label, at) for label, at in named if at is not None)


def _tags(item: Recommendation, reaction: Feedback | None, *, running: bool) -> tuple[str, ...]:
    interested = reaction is not None and reaction.action is Action.INTERESTED
    present = {
        "running": running,
        "participates": item.participates,
        "interested": interested,
        "for_all": item.group == "for_all",
        "confirm": item.needs_confirmation,
        "illustrative": item.illustrative,
    }
    return tuple(tag for tag, holds in present.items() if holds)
