"""What the asker said of items before: what its answer leaves out, and what it marks."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from matcher.domain.answers import Missing
from matcher.domain.eligibility import eligible
from matcher.domain.events import Action, Feedback
from matcher.domain.items import AnyItem, Item, Kind, Opportunity, Organisation, Profile
from matcher.domain.store import Items
from matcher.feedback import SETTING_ASIDE
from matcher.language import are_twins
from matcher.recommend.phrases import notice


class Reactions(Protocol):
    """Where reactions are read."""

    def reactions_of(self, asker: str, kind: Kind) -> Mapping[str, Feedback]:
        """Return, by item, the reaction that an answer to ``asker`` obeys."""
        ...


@dataclass(frozen=True)
class Said:
    """The reactions that one answer obeys: actions by item, and the stored items that are set aside."""

    actions: Mapping[str, Action] = field(default_factory=dict)
    aside: Mapping[str, AnyItem] = field(default_factory=dict)

    @property
    def excluded(self) -> frozenset[str]:
        """Ids of the items that are set aside."""
        return frozenset(self.aside)

    def joined(self, item_id: str) -> bool:
        """Whether the asker said that it takes part."""
        return self.actions.get(item_id) is Action.JOINED

    def leaves_out(self, item: AnyItem | Profile) -> bool:
        """Whether an item, or its twin, is set aside."""
        return any(_is_same(item, other) for other in self.aside.values())

    def notices(self, query: AnyItem | Profile, on: datetime | None) -> tuple[Missing, ...]:
        """Say how many items, of those that could be recommended now, are set aside; nothing for none."""
        count = sum(eligible(query, item, on) for item in self.aside.values())
        return (notice("set_aside", count=str(count)),) if count else ()


NOTHING_SAID = Said()


def said_by(
    reactions: Reactions | None, items: Items, query: AnyItem | Profile, kind: Kind, on: datetime | None
) -> Said:
    """Read what the asker said; nothing for a free text, or where fit alone is judged (no instant)."""
    if reactions is None or on is None or not isinstance(query, Item):
        return NOTHING_SAID
    heard = reactions.reactions_of(query.id, kind)
    actions = {item_id: row.action for item_id, row in heard.items()}
    aside = [item_id for item_id, action in actions.items() if action in SETTING_ASIDE]
    return Said(actions, items.get_many(aside) if aside else {})


def _is_same(item: AnyItem | Profile, other: AnyItem) -> bool:
    """Whether two records stand for one thing: one call in the catalogue twice, one organisation twice."""
    if isinstance(item, Opportunity) and isinstance(other, Opportunity):
        return item.id == other.id or bool(item.code and item.code == other.code)
    if isinstance(item, Organisation) and isinstance(other, Organisation):
        return item.id == other.id or are_twins(item, other)
    return isinstance(item, Item) and item.id == other.id
