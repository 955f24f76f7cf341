"""Rights over one's data: a copy and erasure, for oneself, by a link of a mail, or by an administrator."""

import json
from datetime import UTC, datetime
from html import escape
from typing import Annotated, Any, Literal

from fastapi import APIRouter, BackgroundTasks, Path, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import HTMLResponse

from matcher.build import Matcher
from matcher.domain.items import ItemId, ItemType
from matcher.people import Permission, Person, Purpose, address_key
from matcher.rights import By, Erasure, Subject, SubjectKind, certificate
from service.http.access import Caller, CallerDep, requires
from service.http.access.cookies import drop_visit
from service.http.access.limits import LINKS_OF_A_CLIENT, LINKS_OF_AN_ADDRESS, Attempts, network_of
from service.http.deps import EngineDep
from service.http.engine import client_of, get_stored
from service.http.routes.forms import page
from service.http.schemas import problems

router = APIRouter(prefix="/v1", tags=["rights"])

_READ = problems(401, 403, 404, 422, 503)
_LINK = problems(404, 410, 422)
Handler = Annotated[Caller, requires(Permission.HANDLE_RIGHTS)]
Account = Annotated[Caller, requires(Permission.MANAGE_OWN_ACCOUNT)]
PersonId = Annotated[str, Path(max_length=64, examples=["P0123456789ab"])]
ErasureId = Annotated[str, Path(max_length=64, examples=["ER0123456789abcdef"])]
Token = Annotated[str, Path(max_length=100)]
Confirmed = Annotated[Literal["yes"], Query(alias="confirm", description="Erasing cannot be undone: say yes")]


class Certificate(BaseModel):
    """What was erased or corrected, and what is owed of it; without the data."""

    model_config = ConfigDict(extra="forbid")

    certificate: str
    of: str
    act: str
    state: str
    asked_at: datetime
    done_at: datetime | None
    rows_removed: dict[str, int]
    named_in_texts_of_others: list[str]
    searches: int
    bytes_searched: int
    found_in: list[str]
    kept: str
    limits: str

    @classmethod
    def made_of(cls, erasure: Erasure) -> "Certificate":
        """Return the certificate of an erasure."""
        return cls.model_validate(certificate(erasure))


class AccessRecord(BaseModel):
    """One act on what is held of a subject; ``name`` is that of a person of the cluster's team, else ""."""

    model_config = ConfigDict(extra="forbid")

    at: datetime
    act: str
    by: By
    name: str


class Held(BaseModel):
    """Everything that is held of a subject: rows by table, and who looked at them or changed them."""

    model_config = ConfigDict(extra="forbid")

    format: int
    made_at: datetime
    subject: dict[str, str]
    held: dict[str, list[dict[str, Any]]]
    accesses: list[AccessRecord]


class DataLinks(BaseModel):
    """An address to which links to one's data are sent."""

    model_config = ConfigDict(extra="forbid")

    email: str = Field(max_length=300)


@router.get("/me/data", responses=_READ, summary="Everything that is held of oneself")
async def own_data(caller: Account, engine: EngineDep) -> Held:
    """Export what is held of the signed-in person."""
    subject = Subject(SubjectKind.PERSON, caller.name)
    return await _export(engine, subject, caller)


@router.delete("/me", status_code=202, responses=_READ, summary="Erase oneself")
async def erase_oneself(
    caller: Account, request: Request, response: Response, engine: EngineDep, _: Confirmed
) -> Certificate:
    """Erase the signed-in person at once, and sign them out everywhere; files follow within minutes."""
    erased = await _erase(engine, Subject(SubjectKind.PERSON, caller.name), caller)
    drop_visit(request, response)
    return erased


@router.get("/organisations/{item_id}/data", responses=_READ, summary="Everything held of an organisation")
async def organisation_data(item_id: ItemId, engine: EngineDep, caller: CallerDep) -> Held:
    """Export what is held of an organisation: for its own people and administrators."""
    if not caller.may(Permission.HANDLE_RIGHTS):
        caller.require(Permission.ACT_FOR_OWN)
    organisation = await engine.read(lambda m: get_stored(m, item_id, ItemType.ORGANISATION))
    caller.require_own(organisation, Permission.HANDLE_RIGHTS)
    return await _export(engine, Subject(SubjectKind.ORGANISATION, item_id), caller)


@router.post(
    "/organisations/{item_id}/erasure", status_code=202, responses=_READ, summary="Erase an organisation"
)
async def erase_organisation(
    item_id: ItemId, engine: EngineDep, caller: Handler, _: Confirmed
) -> Certificate:
    """Erase an organisation everywhere; it is not taken in again."""
    erased = await _erase(engine, Subject(SubjectKind.ORGANISATION, item_id), caller)
    engine.forget_shown(item_id)
    return erased


@router.get("/people/{person_id}/data", responses=_READ, summary="Everything that is held of a person")
async def person_data(person_id: PersonId, engine: EngineDep, caller: Handler) -> Held:
    """Export what is held of a person."""
    return await _export(engine, Subject(SubjectKind.PERSON, person_id), caller)


@router.post("/people/{person_id}/erasure", status_code=202, responses=_READ, summary="Erase a person")
async def erase_person(person_id: PersonId, engine: EngineDep, caller: Handler, _: Confirmed) -> Certificate:
    """Erase a person everywhere; they are not taken in again."""
    return await _erase(engine, Subject(SubjectKind.PERSON, person_id), caller)


@router.get("/erasures", responses=problems(401, 403, 503), summary="Erasures, latest first")
async def list_erasures(engine: EngineDep, _: Handler) -> list[Certificate]:
    """List erasures and corrections, done and owed."""
    return [Certificate.made_of(one) for one in await engine.read(lambda m: m.store.rights.all())]


@router.get("/erasures/{erasure_id}", responses=_READ, summary="The certificate of an erasure")
async def get_erasure(erasure_id: ErasureId, engine: EngineDep, _: Handler) -> Certificate:
    """Return one certificate."""
    return Certificate.made_of(await engine.read(lambda m: m.store.rights.get(erasure_id)))


@router.post(
    "/data-links", status_code=202, responses=problems(422, 429), summary="Ask for links to one's data"
)
async def ask_for_links(body: DataLinks, request: Request, engine: EngineDep, later: BackgroundTasks) -> None:
    """Send links to a copy and to erasure if anything is held of the address; the answer is the same."""
    attempts: Attempts = request.app.state.attempts
    attempts.count(LINKS_OF_A_CLIENT, "links", network_of(client_of(request)))
    attempts.count(LINKS_OF_AN_ADDRESS, "links", address_key(body.email))
    # After the answer, so that the time of the answer does not tell whether anything is held.
    later.add_task(engine.read, lambda m: m.data_links.ask(body.email, _now()))


@router.get("/data/{token}", responses=_LINK, summary="The page of a link to one's data")
async def show_data(token: Token, engine: EngineDep) -> HTMLResponse:
    """Show a button; following the link hands nothing out."""
    person = await engine.read(lambda m: _person_of(m, token, Purpose.EXPORT))
    if person.lang == "en":
        told = f"A file with everything held about {escape(person.email)}."
        return page("Your data", told, "Download", lang="en")
    return page("Vos données", f"Un fichier avec tout ce qui concerne {escape(person.email)}.", "Télécharger")


@router.post("/data/{token}", responses=_LINK, summary="Download one's data by a link")
async def use_data(token: Token, engine: EngineDep) -> Response:
    """Hand out everything that is held of the person of the link; it works once."""

    def export(matcher: Matcher) -> dict[str, Any]:
        link = matcher.links.open(token, Purpose.EXPORT, _now())
        found = matcher.rights.export(Subject(SubjectKind.PERSON, link.person_id), _now(), link.person_id)
        matcher.links.use(token, Purpose.EXPORT, _now())  # last: a link is not spent on a failed export
        return found

    text = json.dumps(await engine.read(export), ensure_ascii=False, indent=2)
    headers = {"Content-Disposition": 'attachment; filename="data.json"', "Cache-Control": "no-store"}
    return Response(text, headers=headers, media_type="application/json")


@router.get("/erase/{token}", responses=_LINK, summary="The page of a link that erases")
async def show_erase(token: Token, engine: EngineDep) -> HTMLResponse:
    """Show a button; following the link erases nothing."""
    person = await engine.read(lambda m: _person_of(m, token, Purpose.ERASE))
    if person.lang == "en":
        question = f"Erase everything held about {escape(person.email)}, for good?"
        return page("Erase my data", question, "Erase for good", lang="en")
    return page(
        "Effacer mes données",
        f"Effacer définitivement tout ce qui concerne {escape(person.email)} ?",
        "Effacer définitivement",
    )


@router.post("/erase/{token}", responses=_LINK, summary="Erase oneself by a link")
async def use_erase(token: Token, engine: EngineDep) -> HTMLResponse:
    """Erase the person of the link at once; files follow within minutes."""

    def erase(matcher: Matcher) -> tuple[Erasure, str]:
        # The link is not used but erased with its person: it is not spent on an erasure that failed.
        link = matcher.links.open(token, Purpose.ERASE, _now())
        lang = matcher.store.people.get(link.person_id).lang
        subject = Subject(SubjectKind.PERSON, link.person_id)
        return matcher.rights.erase(subject, _now(), link.person_id), lang

    erasure, lang = await engine.write(erase)
    if lang == "en":
        told = f"Everything is erased; files follow within minutes. Certificate: {erasure.id}."
        return page("Done", told, lang="en")
    told = f"Tout est effacé ; les fichiers suivent en quelques minutes. Certificat : {erasure.id}."
    return page("C'est fait", told)


async def _export(engine: EngineDep, subject: Subject, caller: Caller) -> Held:
    by = caller.person.id if caller.person else ""
    return Held.model_validate(await engine.read(lambda m: m.rights.export(subject, _now(), by)))


async def _erase(engine: EngineDep, subject: Subject, caller: Caller) -> Certificate:
    by = caller.person.id if caller.person else ""
    return Certificate.made_of(await engine.write(lambda m: m.rights.erase(subject, _now(), by)))


def _person_of(matcher: Matcher, token: str, purpose: Purpose) -> Person:
    link = matcher.links.open(token, purpose, _now())
    return matcher.store.people.get(link.person_id)


def _now() -> datetime:
    return datetime.now(UTC)
