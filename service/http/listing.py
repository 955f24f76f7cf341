"""Lists of items: what their addresses may ask for, and which page of the store that is."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from matcher.build import Matcher
from matcher.domain.items import ID_PATTERN, AnyItem, ItemType
from matcher.errors import InvalidRequest
from matcher.language import find_by_name
from service import dates
from service.http.schemas import DateOrInstant
from service.listing import open_opportunities

Words = Annotated[str, StringConstraints(strip_whitespace=True, max_length=300)]


class ListQuery(BaseModel):
    """Which page of a list."""

    model_config = ConfigDict(extra="forbid")

    after: str = Field("", pattern=f"^({ID_PATTERN})?$", description="Start behind this id")
    limit: int = Field(50, ge=1, le=1_000, description="Items at most; MATCHER_MAX_PAGE may allow less")


class OrganisationListQuery(ListQuery):
    """Which page of the organisations, or those of one name."""

    name: Words = Field("", description="Name or beginning of a word of it; case and accents do not matter")


class OpportunityListQuery(ListQuery):
    """Which page of the opportunities, or of those open on a day, soonest deadline first."""

    open_on: DateOrInstant = Field(None, description="Only what is open then, soonest deadline first")
    theme: Words = Field("", description="With open_on: words of the name, the description or a theme")
    near: Words = Field("", description="With open_on: a town, a department number, a country or region")


LIST_QUERIES: dict[ItemType, type[ListQuery]] = {
    ItemType.ORGANISATION: OrganisationListQuery,
    ItemType.OPPORTUNITY: OpportunityListQuery,
}
"""What the list of a type may be asked, where that is more than a page."""


@dataclass(frozen=True, slots=True)
class Listing:
    """One list as it was asked for; ``sees`` says which items the caller may know of."""

    item_type: ItemType
    query: ListQuery
    sees: Callable[[AnyItem], bool]
    zone: ZoneInfo

    def read(self, matcher: Matcher) -> list[AnyItem]:
        """Return the page and one item more if there is a following page."""
        count = self.query.limit + 1
        if isinstance(self.query, OrganisationListQuery) and self.query.name:
            return self._behind(self._named(matcher, self.query.name))[:count]
        if isinstance(self.query, OpportunityListQuery) and self.query.open_on:
            return self._behind(self._open(matcher, self.query))[:count]
        walk = matcher.store.items.all(self.item_type, after=self.query.after, batch=count)
        return list(islice((item for item in walk if self.sees(item)), count))

    def _named(self, matcher: Matcher, name: str) -> list[AnyItem]:
        known = matcher.store.items.names(self.item_type)
        ids = [item_id for item_id, _ in known]
        found = find_by_name(name, [called for _, called in known], ids, parts=True).found
        items = matcher.store.items.get_many(ids[position] for position in found).values()
        return sorted((item for item in items if self.sees(item)), key=lambda item: item.id)

    def _open(self, matcher: Matcher, query: OpportunityListQuery) -> list[AnyItem]:
        at = dates.parse(query.open_on, self.zone, "open_on")
        items = matcher.store.items.all(self.item_type)
        return list(
            open_opportunities(
                items, at, theme=query.theme, near=query.near, territory=matcher.knowledge.territory
            )
        )

    def _behind(self, items: list[AnyItem]) -> list[AnyItem]:
        """Return what comes after the item that ``after`` names."""
        if not self.query.after:
            return items
        ids = [item.id for item in items]
        if self.query.after not in ids:
            raise InvalidRequest(f"after is '{self.query.after}', which is not in this list: begin it again.")
        return items[ids.index(self.query.after) + 1 :]
