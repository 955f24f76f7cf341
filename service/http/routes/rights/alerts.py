"""Alerts: preview, sending, who was told, saved searches, and the link that stops them."""

from datetime import UTC, datetime
from html import escape
from typing import Annotated

from fastapi import APIRouter, Path, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import HTMLResponse

from matcher.alerts import Alert, AlertState, Recipient, SavedSearch
from matcher.build import Matcher
from matcher.domain.items import ItemId
from matcher.people import Permission, Person, Purpose
from service.http.access import Caller, Own, requires
from service.http.deps import EngineDep
from service.http.engine import client_of
from service.http.routes.forms import page
from service.http.schemas import problems

router = APIRouter(prefix="/v1", tags=["alerts"])

_READ = problems(401, 403, 404, 409, 422, 503)
_LINK = problems(404, 410, 422)
Sender = Annotated[Caller, requires(Permission.SEND_ALERTS)]
Token = Annotated[str, Path(max_length=100)]


class RecipientReport(BaseModel):
    """An organisation that a call fits. ``hindrance``: told, due or nobody; empty where it is told."""

    organisation_id: str
    name: str
    probability: float
    why_fr: str
    why_en: str
    people: int
    hindrance: str

    @classmethod
    def made_of(cls, one: Recipient) -> "RecipientReport":
        """Return the report of a recipient."""
        fit = one.fit
        return cls(
            organisation_id=fit.organisation_id,
            name=one.name,
            probability=fit.probability,
            why_fr=fit.why_fr,
            why_en=fit.why_en,
            people=one.people,
            hindrance=one.hindrance,
        )


class AlertReport(BaseModel):
    """A call and an organisation: to be told, told when and in which week's mail, or withdrawn."""

    call_id: str
    organisation_id: str
    state: AlertState
    probability: float
    created_at: datetime
    told_at: datetime | None
    digest: str
    search: int | None

    @classmethod
    def made_of(cls, one: Alert) -> "AlertReport":
        """Return the report of an alert."""
        return cls(
            call_id=one.fit.call_id,
            organisation_id=one.fit.organisation_id,
            state=one.state,
            probability=one.fit.probability,
            created_at=one.created_at,
            told_at=one.told_at,
            digest=one.digest,
            search=one.search,
        )


class Sending(BaseModel):
    """Which of the previewed organisations to tell; all where it is left out."""

    model_config = ConfigDict(extra="forbid")

    only: list[ItemId] | None = Field(None, max_length=100)


class Withdrawn(BaseModel):
    """How many organisations would still have been told."""

    withdrawn: int


class SearchText(BaseModel):
    """What is looked for, in French or English."""

    model_config = ConfigDict(extra="forbid")

    text: str = Field(min_length=1, max_length=500)


class SearchReport(BaseModel):
    """A saved search."""

    model_config = ConfigDict(from_attributes=True)

    number: int
    text: str
    created_at: datetime


@router.get(
    "/opportunities/{item_id}/alerts", responses=_READ, summary="Who would be told of a call, and why"
)
async def preview(request: Request, item_id: ItemId, engine: EngineDep, _: Sender) -> list[RecipientReport]:
    """Return who a call fits, best first, and what hinders each; nothing is sent."""
    found = await engine.ask(lambda m: m.alerts.preview(item_id, _now()), client_of(request))
    return [RecipientReport.made_of(one) for one in found]


@router.post("/opportunities/{item_id}/alerts", status_code=201, responses=_READ, summary="Have a call told")
async def send(item_id: ItemId, given: Sending, engine: EngineDep, caller: Sender) -> list[RecipientReport]:
    """Tell whom the call fits now in the next weekly mails; 409 where it is not open any more."""
    by = caller.person.id if caller.person else ""
    found = await engine.work(lambda m: m.alerts.send(item_id, _now(), by=by, only=given.only))
    return [RecipientReport.made_of(one) for one in found]


@router.delete("/opportunities/{item_id}/alerts", responses=_READ, summary="Tell nobody any more of a call")
async def withdraw(item_id: ItemId, engine: EngineDep, caller: Sender) -> Withdrawn:
    """Withdraw what was not told yet, mails that wait included."""
    count = await engine.read(lambda m: m.alerts.withdraw(item_id, _now(), by=caller.person_id))
    return Withdrawn(withdrawn=count)


@router.get("/alerts", responses=_READ, summary="Who was told what and when")
async def list_alerts(
    engine: EngineDep,
    _: Sender,
    call: ItemId | None = None,
    organisation: ItemId | None = None,
    state: AlertState | None = None,
) -> list[AlertReport]:
    """List alerts: of a call, of an organisation, in a state, or all."""
    asked = {"call_id": call or "", "organisation_id": organisation or ""}
    found = await engine.read(lambda m: m.store.alerts.all(**asked, state=state))
    return [AlertReport.made_of(one) for one in found]


@router.get(
    "/organisations/{item_id}/searches", dependencies=[Own], responses=_READ, summary="Saved searches"
)
async def list_searches(item_id: ItemId, engine: EngineDep) -> list[SearchReport]:
    """List the searches of an organisation."""
    found = await engine.read(lambda m: m.store.alerts.searches(item_id))
    return [SearchReport.model_validate(one) for one in found]


@router.post(
    "/organisations/{item_id}/searches",
    status_code=201,
    dependencies=[Own],
    responses=_READ,
    summary="Save a search",
)
async def save_search(item_id: ItemId, given: SearchText, engine: EngineDep) -> SearchReport:
    """Keep a search: the calls it finds come with the weekly mail."""
    kept: SavedSearch = await engine.read(lambda m: m.alerts.save_search(item_id, given.text, _now()))
    return SearchReport.model_validate(kept)


@router.delete(
    "/organisations/{item_id}/searches/{number}",
    status_code=204,
    dependencies=[Own],
    responses=_READ,
    summary="Remove a search",
)
async def remove_search(item_id: ItemId, number: int, engine: EngineDep) -> None:
    """Remove a saved search."""
    await engine.read(lambda m: m.store.alerts.remove_search(item_id, number))


@router.get("/alerts-stop/{token}", responses=_LINK, summary="The page that stops alerts")
async def show_stop(token: Token, engine: EngineDep) -> HTMLResponse:
    """Show a button; following the link stops nothing."""
    person = await engine.read(lambda m: _person_of(m, token))
    if person.lang == "en":
        question = f"Stop the weekly e-mail of open calls to {escape(person.email)}?"
        return page("Stop alerts", question, "Stop alerts", lang="en")
    question = f"Ne plus envoyer les appels ouverts de la semaine à {escape(person.email)} ?"
    return page("Ne plus recevoir d'alertes", question, "Arrêter les alertes")


@router.post("/alerts-stop/{token}", responses=_LINK, summary="Stop alerts")
async def stop(token: Token, engine: EngineDep) -> HTMLResponse:
    """Stop alerts and nothing else; a mail program may send this by itself (RFC 8058)."""

    def do(matcher: Matcher) -> Person:
        link = matcher.links.use(token, Purpose.STOP_ALERTS, _now())
        matcher.store.alerts.stop(link.person_id, _now())
        return matcher.store.people.get(link.person_id)

    person = await engine.read(do)
    if person.lang == "en":
        return page("Done", "You will get no more open calls by e-mail. Your introductions go on.", lang="en")
    done = "Vous ne recevrez plus d'appels ouverts par courriel. Vos mises en relation continuent."
    return page("C'est fait", done)


def _person_of(matcher: Matcher, token: str) -> Person:
    link = matcher.links.open(token, Purpose.STOP_ALERTS, _now())
    return matcher.store.people.get(link.person_id)


def _now() -> datetime:
    return datetime.now(UTC)
