"""What an organisation wishes of introductions: capacity, pause, who it is not introduced to."""

from dataclasses import dataclass, replace
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from matcher.build import Matcher
from matcher.domain.items import ItemType, Organisation
from matcher.errors import InvalidRequest, MatcherError
from matcher.introductions import Availability, capacity_of
from matcher.introductions.rules import HIGHEST_CAPACITY
from service.pages.text import mark

WRONG_CAPACITY = mark("Demandes par mois : un nombre de 0 à 50, ou rien.")
WRONG_PAUSE = mark("Pause : une date à venir, dans un an au plus, ou rien.")
WRONG_NAMES = mark("Organisation inconnue ou ambiguë : écrivez son nom en entier.")


@dataclass(frozen=True, slots=True)
class WishForm:
    """The form as it is or was typed.

    ``wrong`` names the field of ``error``; ``usual`` is the capacity by size.
    """

    usual: int
    capacity: str = ""
    pause: str = ""
    not_with: str = ""
    named: bool = False
    error: str = ""
    wrong: str = ""


def form_of(matcher: Matcher, organisation: Organisation, now: datetime) -> WishForm:
    """Return the form filled with what the organisation wishes."""
    wished = matcher.introductions.wishes_of(organisation.id, now)
    names = matcher.store.items.get_many(wished.not_with)
    zone = matcher.settings.zone
    return WishForm(
        usual=capacity_of(organisation, Availability(organisation.id)),
        capacity="" if wished.capacity is None else str(wished.capacity),
        pause=_day_of(wished.pause_until, now, zone),
        not_with="\n".join(sorted(item.name for item in names.values())),
        named=wished.named_before,
    )


def typed_form(form: dict[str, str], usual: int) -> WishForm:
    """Return the form as it was typed."""
    return WishForm(
        usual,
        form.get("capacity", "")[:20],
        form.get("pause", "")[:20],
        form.get("not_with", "")[:5000],
        form.get("named") == "yes",
    )


def wish(matcher: Matcher, organisation: Organisation, form: WishForm, now: datetime) -> WishForm:
    """Keep what the form says; return the form, with what is wrong where something is."""
    if not _is_capacity(form.capacity):
        return replace(form, error=WRONG_CAPACITY, wrong="capacity")
    try:
        pause = _end_of_pause(form.pause, matcher.settings.zone)
    except ValueError:
        return replace(form, error=WRONG_PAUSE, wrong="pause")
    try:
        others = _organisations(matcher, form.not_with)
    except MatcherError:
        return replace(form, error=WRONG_NAMES, wrong="not_with")
    capacity = int(form.capacity) if form.capacity else None
    wanted = Availability(organisation.id, capacity, pause, others, form.named)
    try:
        matcher.introductions.wish(wanted, now)
    except InvalidRequest:  # the rest was checked: what is left is a pause in the past, or too long
        return replace(form, error=WRONG_PAUSE, wrong="pause")
    return form


def _day_of(pause_until: datetime | None, now: datetime, zone: ZoneInfo) -> str:
    """Return the day that a pause ends, as a date field holds it; "" for one that is over."""
    if pause_until is None or pause_until <= now:
        return ""
    return pause_until.astimezone(zone).date().isoformat()


def _end_of_pause(typed: str, zone: ZoneInfo) -> datetime | None:
    return datetime.combine(date.fromisoformat(typed), time(), zone) if typed else None


def _is_capacity(typed: str) -> bool:
    """Whether nothing was typed, or a number of requests a month that may be wished for."""
    return not typed or (typed.isdecimal() and int(typed) <= HIGHEST_CAPACITY)


def _organisations(matcher: Matcher, typed: str) -> frozenset[str]:
    """Return the ids of the organisations named, one a line; a MatcherError for a name that is not one's."""
    names = [line.strip() for line in typed.splitlines() if line.strip()]
    return frozenset(matcher.resolve(name, ItemType.ORGANISATION).id for name in names)
