"""The page *Alertes*: the open calls, whom one fits and why, and what goes into the weekly mail."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, ClassVar

from fastapi import APIRouter, Request, Response

from matcher.alerts import AlertState, Recipient
from matcher.build import Matcher
from matcher.domain.items import ItemId, ItemType, Opportunity
from matcher.people import Permission
from service.http.access import Caller, requires
from service.http.deps import EngineDep
from service.http.engine import client_of, get_stored
from service.pages.acting import now
from service.pages.forms import ticked
from service.pages.frame import Page, back_to, show
from service.pages.listing import Pager, page_of
from service.pages.text import mark

router = APIRouter(include_in_schema=False)
SenderDep = Annotated[Caller, requires(Permission.SEND_ALERTS)]
SECTION = "/alertes"
WEEKDAYS = (
    mark("lundi"),
    mark("mardi"),
    mark("mercredi"),
    mark("jeudi"),
    mark("vendredi"),
    mark("samedi"),
    mark("dimanche"),
)
HINDRANCES = {
    "told": mark("déjà prévenue"),
    "due": mark("sera prévenue"),
    "withdrawn": mark("retirée"),
    "nobody": mark("personne ne reçoit ses alertes"),
}


@dataclass(frozen=True, slots=True)
class CallRow:
    """An open call, and how many organisations were told of it or will be."""

    call: Opportunity
    due: int
    told: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertsPage(Page):
    """The open calls, soonest deadline first; ``weekday`` is the day of the weekly mail."""

    template: ClassVar[str] = "staff/alerts.html"

    rows: Sequence[CallRow]
    pager: Pager
    most_a_week: int
    weekday: str


@dataclass(frozen=True, slots=True)
class RecipientRow:
    """An organisation that a call fits; ``hindrance`` says why it is not told, "" where it can be."""

    recipient: Recipient
    hindrance: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertPage(Page):
    """One call and the organisations it fits, best first; ``due``: how many would be told next."""

    template: ClassVar[str] = "staff/alert.html"

    call: Opportunity
    is_open: bool
    rows: Sequence[RecipientRow]
    may_tell: bool
    due: int
    most_a_week: int
    weekday: str


@router.get("/alertes", name="page_alerts")
async def alerts(request: Request, _staff: SenderDep, engine: EngineDep) -> Response:
    """List the open calls."""
    found = await engine.read(lambda matcher: _rows(matcher, now()))
    rows, pager = page_of(found, request)
    most_a_week, weekday = _rhythm(request)
    page = AlertsPage(rows=rows, pager=pager, most_a_week=most_a_week, weekday=weekday)
    return show(request, page, section=SECTION)


@router.get("/alertes/{item_id}", name="page_alert")
async def alert(request: Request, item_id: ItemId, _staff: SenderDep, engine: EngineDep) -> Response:
    """Show whom a call fits and why; nothing is sent."""

    def preview(matcher: Matcher) -> tuple[Opportunity, Sequence[Recipient], int]:
        call = get_stored(matcher, item_id, ItemType.OPPORTUNITY)
        assert isinstance(call, Opportunity)  # noqa: S101  # its type was asked for
        due = matcher.store.alerts.all(call_id=item_id, state=AlertState.DUE)
        recipients = matcher.alerts.preview(item_id, now()) if call.is_open(now()) else ()
        return call, recipients, len(due)

    call, recipients, due = await engine.ask(preview, client_of(request))
    most_a_week, weekday = _rhythm(request)
    page = AlertPage(
        call=call,
        is_open=call.is_open(now()),
        rows=[RecipientRow(one, HINDRANCES.get(one.hindrance, one.hindrance)) for one in recipients],
        may_tell=any(not one.hindrance for one in recipients),
        due=due,
        most_a_week=most_a_week,
        weekday=weekday,
    )
    return show(request, page, section=SECTION)


@router.post("/alertes/{item_id}", name="page_send_alert")
async def send(request: Request, item_id: ItemId, staff: SenderDep, engine: EngineDep) -> Response:
    """Have a call told to the organisations that are ticked; what changed since they were shown counts."""
    chosen = await ticked(request, "chosen")
    by = staff.person.id if staff.person else ""
    if not chosen:
        return back_to(f"{SECTION}/{item_id}", said="none_chosen")
    told = await engine.work(lambda matcher: matcher.alerts.send(item_id, now(), by=by, only=chosen))
    said = "alerts_due" if len(told) == len(chosen) else "some_alerts_due"
    return back_to(f"{SECTION}/{item_id}", said=said)


@router.post("/alertes/{item_id}/retrait", name="page_withdraw_alert")
async def withdraw(item_id: ItemId, staff: SenderDep, engine: EngineDep) -> Response:
    """Tell nobody any more of a call who was not told yet."""
    await engine.read(lambda matcher: matcher.alerts.withdraw(item_id, now(), by=staff.person_id))
    return back_to(SECTION, said="alerts_withdrawn")


def _rows(matcher: Matcher, at: datetime) -> list[CallRow]:
    """Return the open calls: those that nobody was told of first, then the soonest deadline."""
    items = matcher.store.items.all(ItemType.OPPORTUNITY)
    calls = [item for item in items if isinstance(item, Opportunity) and item.is_open(at)]
    states: dict[str, list[AlertState]] = {call.id: [] for call in calls}
    for made in matcher.store.alerts.all():
        states.get(made.fit.call_id, []).append(made.state)
    rows = [
        CallRow(call, states[call.id].count(AlertState.DUE), states[call.id].count(AlertState.TOLD))
        for call in calls
    ]
    return sorted(rows, key=lambda row: (bool(row.due + row.told), row.call.open_between()[1], row.call.id))


def _rhythm(request: Request) -> tuple[int, str]:
    """Return how many calls a member is told of in a week at most, and the day of the mail."""
    settings = request.app.state.settings
    return settings.alerts_a_week, WEEKDAYS[settings.alert_weekday - 1]
