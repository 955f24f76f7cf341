"""The page *Mes données*: what is held of a person and of their organisations, to read and to take away."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar

from fastapi import APIRouter, Request, Response

from matcher.build import Matcher
from matcher.errors import NotFound
from matcher.people import Permission, Person
from matcher.rights import Subject, SubjectKind
from service.http.access import Caller, requires
from service.http.deps import EngineDep
from service.pages.acting import PersonDep, now
from service.pages.frame import Page, show

router = APIRouter(include_in_schema=False)
AccountDep = Annotated[Caller, requires(Permission.MANAGE_OWN_ACCOUNT)]


@dataclass(frozen=True, slots=True)
class HeldRow:
    """One subject that a person may take a copy of: how many entries are held of it, in all."""

    kind: str
    id: str
    name: str
    entries: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnDataPage(Page):
    """What is held of the signed-in person and of the organisations they speak for."""

    template: ClassVar[str] = "member/own_data.html"

    held: Sequence[HeldRow]


@router.get("/mes-donnees", name="page_own_data")
async def own_data(request: Request, _account: AccountDep, person: PersonDep, engine: EngineDep) -> Response:
    """Show how much is held, of whom."""
    held = await engine.read(lambda matcher: _held(matcher, person))
    return show(request, OwnDataPage(held=held), section="/mes-donnees")


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
