"""The page *Mes données*: what is held of a person and of their organisations, to read and to take away."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, ClassVar

from fastapi import APIRouter, Request, Response

from matcher.build import Matcher
from matcher.errors import NotFound
from matcher.people import Permission, Person
from matcher.rights import By, Subject, SubjectKind
from service.http.access import Caller, requires
from service.http.deps import EngineDep
from service.pages.acting import PersonDep, now
from service.pages.frame import Page, show
from service.pages.text import mark

router = APIRouter(include_in_schema=False)
ACCESSES_SHOWN = 50
ACTS = {
    "subject.view": mark("a consulté"),
    "subject.change": mark("a modifié"),
    "subject.rectify": mark("a rectifié"),
    "subject.export": mark("a pris une copie"),
    "contact.open": mark("a ouvert les coordonnées, après votre accord commun"),
    "person.add": mark("a ajouté le compte"),
    "person.change": mark("a modifié le compte"),
    "person.disabled": mark("a désactivé le compte"),
    "person.enabled": mark("a réactivé le compte"),
    "person.objected": mark("a arrêté les courriels"),
    "person.agreed": mark("a rétabli les courriels"),
    "alert.stop": mark("a arrêté les alertes"),
}
BY = {
    By.OWN: mark("Vous ou votre organisation"),
    By.STAFF: mark("L'équipe du cluster"),
    By.MEMBER: mark("Une autre organisation"),
    By.SERVICE: mark("Le service lui-même (import, programme)"),
    By.GONE: mark("Une personne effacée depuis"),
}
AccountDep = Annotated[Caller, requires(Permission.MANAGE_OWN_ACCOUNT)]


@dataclass(frozen=True, slots=True)
class HeldRow:
    """One subject that a person may take a copy of: how many entries are held of it, in all."""

    kind: str
    id: str
    name: str
    entries: int


@dataclass(frozen=True, slots=True)
class AccessRow:
    """One act on the record of a subject, in words; ``by`` is a person of staff, or a sentence in French."""

    at: datetime
    of: str
    act: str
    by: str
    is_name: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnDataPage(Page):
    """What is held of the signed-in person and of the organisations they speak for."""

    template: ClassVar[str] = "member/own_data.html"

    held: Sequence[HeldRow]
    accesses: Sequence[AccessRow]


@router.get("/mes-donnees", name="page_own_data")
async def own_data(request: Request, _account: AccountDep, person: PersonDep, engine: EngineDep) -> Response:
    """Show how much is held, of whom."""
    held = await engine.read(lambda matcher: _held(matcher, person))
    accesses = await engine.read(lambda matcher: _accesses(matcher, held))
    return show(request, OwnDataPage(held=held, accesses=accesses), section="/mes-donnees")


@router.get("/mes-donnees/{kind}/{subject_id}.json", name="page_own_copy")
async def copy(
    kind: SubjectKind, subject_id: str, _account: AccountDep, person: PersonDep, engine: EngineDep
) -> Response:
    """Send a copy of everything that is held of oneself, or of an organisation one speaks for."""
    if Subject(kind, subject_id) not in _subjects(person):
        raise NotFound("There is nothing of yours at this address.")
    subject = Subject(kind, subject_id)
    found = await engine.read(lambda matcher: matcher.rights.export(subject, now(), person.id))
    content = json.dumps(found, ensure_ascii=False, indent=2, default=str)
    name = f'attachment; filename="{subject_id}.json"'
    headers = {"Content-Disposition": name, "Cache-Control": "no-store"}
    return Response(content, media_type="application/json", headers=headers)


def _subjects(person: Person) -> list[Subject]:
    own = Subject(SubjectKind.PERSON, person.id)
    return [own, *(Subject(SubjectKind.ORGANISATION, name) for name in person.organisations)]


def _held(matcher: Matcher, person: Person) -> list[HeldRow]:
    items = matcher.store.items.get_many(person.organisations)
    rows = []
    for subject in _subjects(person):
        held = matcher.store.rights.held(subject)  # a look at the page is no export
        name = items[subject.id].name if subject.id in items else person.name
        rows.append(HeldRow(subject.kind.value, subject.id, name, sum(len(part) for part in held.values())))
    return rows


def _accesses(matcher: Matcher, held: Sequence[HeldRow]) -> list[AccessRow]:
    """Return who saw or changed the records, the latest first; acts that have no words are left out."""
    rows = []
    for subject in held:
        for one in matcher.rights.accesses(Subject(SubjectKind(subject.kind), subject.id)):
            if one.act in ACTS:
                by = one.name or BY[one.by]
                rows.append(AccessRow(one.at, subject.name, ACTS[one.act], by, bool(one.name)))
    return sorted(rows, key=lambda row: row.at, reverse=True)[:ACCESSES_SHOWN]
