"""Choosing who to be, in a demonstration: four made-up people, one a role, let in by a button.

The routes exist only where the settings say that it is a demonstration. They let in only people whom the
demonstration made up, and only browsers of this machine.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from fastapi import APIRouter, Request, Response

from matcher.build import Matcher
from matcher.errors import NotAllowed, NotFound
from matcher.people import DEMONSTRATION, Person, Role
from service.http.access.cookies import set_visit
from service.http.deps import EngineDep
from service.http.engine import client_of
from service.pages.acting import now
from service.pages.frame import Page, back_to, show
from service.pages.text import mark

router = APIRouter(include_in_schema=False)
THIS_MACHINE = frozenset({"127.0.0.1", "::1", "testclient"})
ROLES: dict[Role, tuple[str, str]] = {
    Role.MEMBER: (
        mark("Membre"),
        mark("Ce qui est pour son organisation, ses mises en relation, sa fiche."),
    ),
    Role.STAFF: (
        mark("Équipe du cluster"),
        mark("Ce qui est à traiter, les imports, les propositions, les événements."),
    ),
    Role.HR: (
        mark("Factory RH"),
        mark("Relire une offre d'emploi, trouver des pistes pour recruter."),
    ),
    Role.ADMIN: (
        mark("Administration"),
        mark("Les personnes, les clés, les réglages, l'état du service."),
    ),
}
"""Title and purpose of each role, in the order shown."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One person to be."""

    role: str
    title: str
    purpose: str
    name: str


@dataclass(frozen=True, slots=True)
class DemonstrationPage(Page):
    """The people of the demonstration."""

    template: ClassVar[str] = "public/demonstration.html"

    choices: Sequence[Choice]


@router.get("/demonstration", name="page_demonstration")
async def choices(request: Request, engine: EngineDep) -> Response:
    """Show the people of the demonstration."""
    people = await engine.read(_people)
    found = [Choice(role.value, *ROLES[role], people[role].name) for role in ROLES if role in people]
    return show(request, DemonstrationPage(found))


@router.post("/demonstration/{role}", name="page_be")
async def be(request: Request, role: Role, engine: EngineDep) -> Response:
    """Begin a visit of the person of a role."""
    if client_of(request) not in THIS_MACHINE:
        raise NotAllowed("The demonstration is for browsers of this machine.")

    def begin(matcher: Matcher) -> str:
        person = _people(matcher).get(role)
        if person is None:
            raise NotFound("The demonstration has nobody of this role.")
        return matcher.visits.begin(person.id, now())

    token = await engine.read(begin)
    inside = back_to("/")
    set_visit(request, inside, token)
    return inside


def _people(matcher: Matcher) -> dict[Role, Person]:
    """Return the made-up people who may sign in, by role."""
    found: dict[Role, Person] = {}
    for person in matcher.store.people.all():
        if person.source == DEMONSTRATION and person.may_sign_in:
            found |= dict.fromkeys(person.roles, person)
    return found
