"""The page *Effacer mes données*: a person erases what is held of them, after a second question."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

from fastapi import APIRouter, Request, Response

from matcher.build import Matcher
from matcher.people import Permission, Person, Role
from matcher.rights import Erasure, Subject, SubjectKind
from service.http.access import Caller, requires
from service.http.access.cookies import drop_visit
from service.http.deps import EngineDep
from service.pages.acting import PersonDep, now
from service.pages.forms import once, typed
from service.pages.frame import Page, show

router = APIRouter(include_in_schema=False)
AccountDep = Annotated[Caller, requires(Permission.MANAGE_OWN_ACCOUNT)]
PATH = "/mes-donnees/effacer"
SURE = "oui"


@dataclass(frozen=True, slots=True, kw_only=True)
class ErasePage(Page):
    """The second question; ``unsure``: the box was not ticked, ``last_admin``: nobody else administers.

    ``erasure`` is what was done, None before.
    """

    template: ClassVar[str] = "member/erase_own.html"

    email: str
    unsure: bool = False
    last_admin: bool = False
    erasure: Erasure | None = None


@router.get(PATH, name="page_erase_own")
async def ask(request: Request, _account: AccountDep, person: PersonDep, engine: EngineDep) -> Response:
    """Say what would be erased, and ask again; nothing is erased yet."""
    last = await engine.read(lambda matcher: _is_last_admin(matcher, person))
    return show(request, ErasePage(email=person.email, last_admin=last), section="/mes-donnees")


@router.post(PATH, name="page_erase_own_now")
async def erase(request: Request, _account: AccountDep, person: PersonDep, engine: EngineDep) -> Response:
    """Erase the person at once if the box is ticked, and sign them out everywhere; show the certificate."""

    async def do() -> Response:
        is_sure = (await typed(request)).get("sure") == SURE
        last = await engine.read(lambda matcher: _is_last_admin(matcher, person))
        if last or not is_sure:
            page = ErasePage(email=person.email, unsure=not is_sure, last_admin=last)
            return show(request, page, section="/mes-donnees", status=422)
        subject = Subject(SubjectKind.PERSON, person.id)
        erasure = await engine.write(lambda matcher: matcher.rights.erase(subject, now(), person.id))
        del request.state.caller  # the frame of the answer names nobody any more
        shown = show(request, ErasePage(email=person.email, erasure=erasure))
        drop_visit(request, shown)
        return shown

    return await once(request, do)


def _is_last_admin(matcher: Matcher, person: Person) -> bool:
    people = matcher.store.people.all()
    return {one.id for one in people if one.may_sign_in and Role.ADMIN in one.roles} == {person.id}
