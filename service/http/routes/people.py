"""People and API keys: listed, added and ended by those who may, as `matcher users` and `matcher keys` do."""

from datetime import UTC, datetime
from typing import Annotated, Self

from fastapi import APIRouter, Path
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from matcher.build import Matcher
from matcher.domain.items import ItemId
from matcher.people import ApiKey, Permission, Person, Role, Scope, new_person
from service import looking
from service.http.access import Caller, requires
from service.http.deps import EngineDep
from service.http.schemas import problems

router = APIRouter(prefix="/v1", tags=["people"])

_READ = problems(401, 403, 404, 422)
_DONE = _READ | problems(413, 415)
PersonId = Annotated[str, Path(max_length=64, examples=["P0123456789ab"])]
KeyId = Annotated[str, Path(max_length=64, examples=["K0123456789ab"])]
SeesPeople = Annotated[Caller, requires(Permission.SEE_PEOPLE)]
ManagesPeople = Annotated[Caller, requires(Permission.MANAGE_PEOPLE)]
ManagesKeys = Annotated[Caller, requires(Permission.MANAGE_KEYS)]


class PersonReport(BaseModel):
    """A person as those who manage people read them."""

    id: str
    email: str
    name: str
    function: str
    lang: str
    roles: list[Role]
    organisations: list[str]
    source: str
    objected_at: datetime | None
    disabled_at: datetime | None

    @classmethod
    def of(cls, person: Person) -> Self:
        """Report on a person."""
        return cls(
            id=person.id,
            email=person.email,
            name=person.name,
            function=person.function,
            lang=person.lang,
            roles=sorted(person.roles),
            organisations=list(person.organisations),
            source=person.source,
            objected_at=person.objected_at,
            disabled_at=person.disabled_at,
        )


class NewPerson(BaseModel):
    """A person to add; without ``roles`` a contact person, who receives mails and cannot sign in."""

    model_config = ConfigDict(extra="forbid")

    email: str = Field(max_length=300)
    name: str = Field(max_length=300)
    roles: tuple[Role, ...] = Field(max_length=4)
    organisations: tuple[ItemId, ...] = Field((), max_length=50)
    function: str = Field("", max_length=300)
    source: str = Field("api", max_length=300, description="Where the data come from")

    def person(self) -> Person:
        """Return the person; InvalidRequest for an address that is none, or a member of no organisation."""
        return new_person(
            self.email,
            self.name,
            roles=self.roles,
            organisations=self.organisations,
            function=self.function,
            source=self.source,
        )


class KeyReport(BaseModel):
    """A key as it is listed: the key itself is shown once, when it is made."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    name: str
    scopes: list[Scope]
    created_at: datetime
    expires_at: datetime | None
    used_at: datetime | None
    revoked_at: datetime | None
    made_by: str | None

    @classmethod
    def of(cls, key: ApiKey) -> Self:
        """Report on a key."""
        return cls(
            id=key.id,
            name=key.name,
            scopes=sorted(key.scopes),
            created_at=key.created_at,
            expires_at=key.expires_at,
            used_at=key.used_at,
            revoked_at=key.revoked_at,
            made_by=key.made_by,
        )


class NewKey(BaseModel):
    """A key to make: what it is for, what it may do, and when it ends."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(max_length=100, examples=["website"])
    scopes: tuple[Scope, ...] = Field(min_length=1, max_length=4)
    expires_at: AwareDatetime


class MadeKey(BaseModel):
    """A key that was made; ``secret`` is what the program sends, shown now and never again."""

    key: KeyReport
    secret: str


@router.get("/people", responses=_READ, summary="People, by id")
async def list_people(engine: EngineDep, caller: SeesPeople) -> list[PersonReport]:
    """List everybody: members, staff, contact persons, those who were disabled."""
    await engine.read(lambda m: looking.list_people(m, caller.person, _now()))
    return [PersonReport.of(person) for person in await engine.read(lambda m: m.store.people.all())]


@router.post("/people", status_code=201, responses=_DONE, summary="Add a person")
async def add_person(given: NewPerson, engine: EngineDep, caller: ManagesPeople) -> PersonReport:
    """Add a person; 422 where another has the address, or an organisation is not in the store."""

    def add(matcher: Matcher) -> Person:
        person = given.person()
        matcher.store.people.put(person, caller.person_id)
        return person

    return PersonReport.of(await engine.read(add))


@router.get("/people/{person_id}", responses=_READ, summary="One person")
async def get_person(person_id: PersonId, engine: EngineDep, caller: SeesPeople) -> PersonReport:
    """Return a person."""
    found = await engine.read(lambda m: m.store.people.get(person_id))
    await engine.read(lambda m: looking.look_at_person(m, person_id, caller.person, _now()))
    return PersonReport.of(found)


@router.post("/people/{person_id}/disable", responses=_DONE, summary="Let a person sign in no more")
async def disable_person(person_id: PersonId, engine: EngineDep, caller: ManagesPeople) -> PersonReport:
    """End a person's visits at once and let them sign in no more; what they did stays."""
    caller.require_other(person_id)

    def disable(matcher: Matcher) -> Person:
        matcher.store.people.disable(person_id, _now(), caller.person_id)
        matcher.visits.end(person_id)
        return matcher.store.people.get(person_id)

    return PersonReport.of(await engine.read(disable))


@router.post("/people/{person_id}/enable", responses=_DONE, summary="Let a person sign in again")
async def enable_person(person_id: PersonId, engine: EngineDep, caller: ManagesPeople) -> PersonReport:
    """Let a person sign in again who was disabled; the visits that ended stay ended."""

    def enable(matcher: Matcher) -> Person:
        matcher.store.people.enable(person_id, _now(), caller.person_id)
        return matcher.store.people.get(person_id)

    return PersonReport.of(await engine.read(enable))


@router.get("/keys", responses=_READ, summary="API keys, oldest first")
async def list_keys(engine: EngineDep, _: ManagesKeys) -> list[KeyReport]:
    """List keys, those that ended included; the keys themselves are not kept."""
    return [KeyReport.of(key) for key in await engine.read(lambda m: m.store.keys.all())]


@router.post("/keys", status_code=201, responses=_DONE, summary="Make an API key")
async def make_key(given: NewKey, engine: EngineDep, caller: ManagesKeys) -> MadeKey:
    """Make a key and return it, this once."""
    maker = caller.person.id if caller.person else None
    key, secret = await engine.read(
        lambda m: m.keys.make(given.name, given.scopes, _now(), given.expires_at, made_by=maker)
    )
    return MadeKey(key=KeyReport.of(key), secret=secret)


@router.delete("/keys/{key_id}", status_code=204, responses=_READ, summary="End an API key")
async def revoke_key(key_id: KeyId, engine: EngineDep, _: ManagesKeys) -> None:
    """End a key at once."""
    await engine.read(lambda m: m.keys.revoke(key_id, _now()))


def _now() -> datetime:
    return datetime.now(UTC)
