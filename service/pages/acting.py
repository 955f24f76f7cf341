"""For which organisation a signed-in person acts, and whether on its behalf."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated

from fastapi import Depends, Path

from matcher.build import Matcher
from matcher.domain.items import ItemId, ItemType, Organisation
from matcher.errors import NotFound
from matcher.introductions import Actor, Introduction, Party
from matcher.people import Permission, Person, permissions_of
from service.http.access import CallerDep
from service.http.deps import EngineDep
from service.http.engine import get_stored, no_such_item
from service.http.errors import Unauthorised
from service.looking import look_at_organisations
from service.member_view import require_visible


@dataclass(frozen=True, slots=True)
class Acting:
    """A person and the organisation of the page; ``on_behalf``: the person does not speak for it."""

    person: Person
    organisation: Organisation
    on_behalf: bool

    @property
    def base(self) -> str:
        """Path of the organisation's pages."""
        return f"/organisations/{self.organisation.id}"

    @property
    def by(self) -> str:
        """Who gave a reaction, for the record."""
        return self.person.id

    def known(self, matcher: Matcher, introduction_id: str) -> Introduction:
        """Return an introduction that the person may know of; NotFound for any other.

        An organisation that was not asked yet knows of none; staff know of all.
        """
        if self.on_behalf:
            return matcher.store.introductions.get(introduction_id)
        return require_visible(matcher, introduction_id, self.organisation.id)

    def actor(self, introduction: Introduction) -> Actor:
        """Return in what part the person acts on an introduction; NotFound if the organisation has none."""
        side = introduction.side_of(self.organisation.id)
        if side is None:
            raise NotFound(f"There is no introduction '{introduction.id}' of this organisation.")
        if self.on_behalf:
            return Actor(Party.STAFF, self.person.id, self.organisation.id)
        return Actor(Party(side.value), self.person.id)


async def signed_in(caller: CallerDep) -> Person:
    """Return the signed-in person; Unauthorised for a visitor, and for a program with a key."""
    if caller.person is None:
        raise Unauthorised("Sign in first.")
    return caller.person


PersonDep = Annotated[Person, Depends(signed_in)]


async def _acting(
    item_id: Annotated[ItemId, Path()], person: PersonDep, caller: CallerDep, engine: EngineDep
) -> Acting:
    """Load the organisation of the address for who may act for it."""
    item = await engine.read(lambda matcher: get_stored(matcher, item_id, ItemType.ORGANISATION))
    caller.require_own(item, Permission.ACT_FOR_ANY)
    if not isinstance(item, Organisation):
        raise no_such_item(item_id)
    on_behalf = not caller.speaks_for(item.id)
    if on_behalf:
        await engine.read(lambda matcher: look_at_organisations(matcher, [item_id], person, now()))
    return Acting(person, item, on_behalf=on_behalf)


ActingDep = Annotated[Acting, Depends(_acting)]


def home_of(person: Person) -> str:
    """Return the page that a person begins with: by organisation, else by role."""
    if person.organisations:
        return f"/organisations/{person.organisations[0]}/pour-moi"
    allowed = permissions_of(person.roles)
    if Permission.MANAGE_INTRODUCTIONS in allowed:
        return "/a-traiter"
    return "/recruter" if Permission.SEE_CANDIDATES in allowed else "/annuaire"


def now() -> datetime:
    """Return the present instant: pages read the clock, use cases are given it."""
    return datetime.now(UTC)
