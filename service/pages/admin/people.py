"""The page *Personnes et clés*: who may sign in, and the keys of programs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Annotated, ClassVar

from fastapi import APIRouter, Request, Response

from matcher.build import Matcher
from matcher.domain.items import ItemType
from matcher.errors import Ambiguous, MatcherError, NotFound
from matcher.people import ApiKey, Permission, Person, Role, Scope, new_person
from service.http.access import Caller, requires
from service.http.deps import EngineDep
from service.looking import list_people
from service.pages.acting import now
from service.pages.environment import translate
from service.pages.forms import once, ticked, typed
from service.pages.frame import Page, back_to, language_of, show
from service.pages.listing import Pager, page_of
from service.pages.text import mark

router = APIRouter(include_in_schema=False)
PeopleDep = Annotated[Caller, requires(Permission.MANAGE_PEOPLE)]
KeysDep = Annotated[Caller, requires(Permission.MANAGE_KEYS)]
SECTION = "/administration"
KEY_FOR = timedelta(days=365)
SEVERAL_ORGANISATIONS = mark("Plusieurs organisations ont ce nom : écrivez-le en entier, ou son identifiant.")
NO_ORGANISATION = mark("Aucune organisation de l'annuaire n'a ce nom : écrivez-le comme dans l'annuaire.")
MEMBER_NEEDS = mark("Un membre parle pour une organisation : écrivez son nom.")
WRONG_PERSON = mark(
    "Rien n'a été ajouté : écrivez une adresse complète, comme prenom@exemple.fr, que personne d'autre n'a,"
    " et un nom d'une seule ligne."
)
KEY_NEEDS = mark("Donnez à la clé un nom d'une seule ligne et au moins un droit.")
ROLES: dict[Role, str] = {
    Role.MEMBER: mark("membre"),
    Role.STAFF: mark("équipe"),
    Role.HR: mark("factory RH"),
    Role.ADMIN: mark("administration"),
}
SCOPES: dict[Scope, str] = {
    Scope.READ: mark("lire"),
    Scope.WRITE: mark("écrire l'annuaire"),
    Scope.METRICS: mark("mesures"),
    Scope.STAFF: mark("comme l'équipe"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonForm:
    """The form of a new person as typed; ``error`` says what is wrong."""

    email: str = ""
    name: str = ""
    organisation: str = ""
    roles: tuple[str, ...] = ()
    error: str = ""


@dataclass(frozen=True, slots=True)
class PersonRow:
    """One person: roles in words, names of organisations."""

    person: Person
    roles: Sequence[str]
    organisations: Sequence[str]


@dataclass(frozen=True, slots=True)
class KeyRow:
    """One key: scopes in words, and whether it opens anything."""

    key: ApiKey
    scopes: Sequence[str]
    is_valid: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PeoplePage(Page):
    """People and keys; ``own_id`` is who looks, ``made`` is a new key, shown this once."""

    template: ClassVar[str] = "admin/people.html"

    rows: Sequence[PersonRow]
    own_id: str
    count: int
    pager: Pager
    form: PersonForm
    roles: Mapping[str, str]
    keys: Sequence[KeyRow]
    scopes: Mapping[str, str]
    made: str
    key_error: str


@router.get("/administration", name="page_people")
async def people(request: Request, _admin: PeopleDep, engine: EngineDep) -> Response:
    """Show people and keys."""
    return await _show(request, engine)


@router.post("/administration/personnes", name="page_add_person")
async def add(request: Request, admin: PeopleDep, engine: EngineDep) -> Response:
    """Add a person; a form that is refused is shown again as it was typed."""

    async def do() -> Response:
        typed_form, roles = await typed(request), await ticked(request, "roles")
        form = PersonForm(
            email=typed_form.get("email", "")[:300],
            name=typed_form.get("name", "")[:300],
            organisation=typed_form.get("organisation", "")[:300],
            roles=tuple(role for role in roles if role in set(Role)),
        )
        try:
            await engine.read(lambda matcher: _add(matcher, form, admin.person_id))
        except MatcherError as fault:
            words = translate(_words_of(fault, form), language_of(request))
            refused = replace(form, error=words)
            return await _show(request, engine, form=refused, status=422)
        return back_to("/administration", said="person_added")

    return await once(request, do)


@router.post("/administration/personnes/{person_id}/desactiver", name="page_disable_person")
async def disable(person_id: str, admin: PeopleDep, engine: EngineDep) -> Response:
    """Let a person sign in no more, and end their visits; oneself never, lest no administrator is left."""
    admin.require_other(person_id)

    def end(matcher: Matcher) -> None:
        matcher.store.people.disable(person_id, now(), admin.person_id)
        matcher.visits.end(person_id)

    await engine.read(end)
    return back_to("/administration", said="person_disabled")


@router.post("/administration/personnes/{person_id}/reactiver", name="page_enable_person")
async def enable(person_id: str, admin: PeopleDep, engine: EngineDep) -> Response:
    """Let a person sign in again who was disabled."""
    await engine.read(lambda matcher: matcher.store.people.enable(person_id, now(), admin.person_id))
    return back_to("/administration", said="person_enabled")


@router.post("/administration/cles", name="page_make_key")
async def make_key(request: Request, admin: KeysDep, engine: EngineDep) -> Response:
    """Make a key and show it, this once."""

    async def do() -> Response:
        form, at = await typed(request), now()
        maker = admin.person.id if admin.person else None
        scopes = [Scope(code) for code in await ticked(request, "scopes") if code in set(Scope)]
        try:
            _, token = await engine.read(
                lambda m: m.keys.make(form.get("name", ""), scopes, at, at + KEY_FOR, made_by=maker)
            )
        except MatcherError:
            words = translate(KEY_NEEDS, language_of(request))
            return await _show(request, engine, key_error=words, status=422)
        return await _show(request, engine, made=token)

    return await once(request, do)


@router.post("/administration/cles/{key_id}/revoquer", name="page_revoke_key")
async def revoke(key_id: str, _admin: KeysDep, engine: EngineDep) -> Response:
    """End a key at once."""
    await engine.read(lambda matcher: matcher.keys.revoke(key_id, now()))
    return back_to("/administration", said="key_revoked")


def _words_of(fault: MatcherError, form: PersonForm) -> str:
    """Return why a person was not added, and what to correct."""
    if isinstance(fault, Ambiguous):
        return SEVERAL_ORGANISATIONS
    if isinstance(fault, NotFound):
        return NO_ORGANISATION
    if Role.MEMBER.value in form.roles and not form.organisation:
        return MEMBER_NEEDS
    return WRONG_PERSON


def _add(matcher: Matcher, form: PersonForm, by: str) -> None:
    organisations = []
    if form.organisation:
        organisations = [matcher.resolve(form.organisation, ItemType.ORGANISATION).id]
    roles = [Role(role) for role in form.roles]
    matcher.store.people.put(
        new_person(form.email, form.name, roles=roles, organisations=organisations, source="page"), by
    )


async def _show(  # one part of the page each
    request: Request,
    engine: EngineDep,
    *,
    form: PersonForm | None = None,
    made: str = "",
    key_error: str = "",
    status: int = 200,
) -> Response:
    caller: Caller = request.state.caller
    at = now()
    await engine.read(lambda matcher: list_people(matcher, caller.person, at))
    everybody = await engine.read(lambda matcher: matcher.store.people.all())
    everybody.sort(key=lambda person: (person.name.casefold(), person.id))
    shown, pager = page_of(everybody, request)
    page = PeoplePage(
        rows=await engine.read(lambda matcher: _rows(matcher, shown)),
        own_id=caller.person.id if caller.person else "",
        count=len(everybody),
        pager=pager,
        form=form or PersonForm(),
        roles={role.value: words for role, words in ROLES.items()},
        keys=await engine.read(lambda matcher: _keys(matcher, at)),
        scopes={scope.value: words for scope, words in SCOPES.items()},
        made=made,
        key_error=key_error,
    )
    return show(request, page, section=SECTION, status=status)


def _rows(matcher: Matcher, shown: Sequence[Person]) -> list[PersonRow]:
    ids = {name for person in shown for name in person.organisations}
    items = matcher.store.items.get_many(ids)
    rows = []
    for person in shown:
        names = [items[name].name for name in person.organisations if name in items]
        rows.append(PersonRow(person, [ROLES[role] for role in sorted(person.roles)], names))
    return rows


def _keys(matcher: Matcher, at: datetime) -> list[KeyRow]:
    rows = []
    for key in matcher.store.keys.all():
        scopes = [SCOPES[scope] for scope in sorted(key.scopes)]
        rows.append(KeyRow(key, scopes, key.is_valid(at)))
    return rows
