"""Calendars: the next date of each factory, from the events that name it."""

from datetime import UTC, datetime
from pathlib import Path

from matcher.domain.items import Factory, ItemType
from matcher.domain.store import Store
from matcher.importing.formats import CalendarEvent, read_calendar
from matcher.importing.report import Certainty, ColumnUse, ItemTable, Notice, Row, refusal, shortened
from matcher.importing.tables import read_bytes
from matcher.language import fold_words

_SHOWN = 10
_COLUMNS = ("événement", "prochaine date")


def is_calendar(path: Path) -> bool:
    """Say whether a file is an iCalendar file, by its ending or its first line."""
    if path.suffix.lower() in (".ics", ".ical"):
        return True
    try:
        with path.open("rb") as file:
            return file.read(40).lstrip(b"\xef\xbb\xbf\r\n ").upper().startswith(b"BEGIN:VCALENDAR")
    except OSError:
        return False


def read_factory_dates(path: Path, store: Store, now: datetime | None = None) -> ItemTable:
    """Return a row for each factory that a coming event names, with the earliest of its events as next date.

    An event names a factory whose name or alias its title holds as whole words; of several the longest
    counts. The notices list the events that name none, and count those that are over.

    InvalidRequest when the file is no calendar or holds no event.
    """
    instant = now or datetime.now(UTC)
    text = read_bytes(path).decode("utf-8-sig", errors="replace")
    events = read_calendar(path.name, text, instant)
    if not events:
        raise refusal(f"{path.name} ne contient aucun événement.", f"{path.name} holds no event.")
    ids = [item_id for item_id, _ in store.items.names(ItemType.FACTORY)]
    factories = {item.id: item for item in store.items.get_many(ids).values() if isinstance(item, Factory)}
    coming = [event for event in events if event.starts]
    first, strangers = _first_events(coming, list(factories.values()))
    rows = []
    for item_id, event in sorted(first.items(), key=lambda pair: pair[1].rank):
        item = Factory(id=item_id, name=factories[item_id].name, next_meeting=event.starts)
        rows.append(Row(event.rank, [event.title, _start(event).isoformat(" ")], item))
    samples = tuple(shortened(event.title) for event in coming[:3])
    mapping = (
        ColumnUse(_COLUMNS[0], 0, "name", Certainty.KNOWN, samples),
        ColumnUse(_COLUMNS[1], 1, "next_meeting", Certainty.KNOWN, ()),
    )
    notices = [*_strangers(strangers), *_over(len(events) - len(coming))]
    return ItemTable(_COLUMNS, tuple(rows), tuple(notices), mapping=mapping)


def _first_events(
    events: list[CalendarEvent], factories: list[Factory]
) -> tuple[dict[str, CalendarEvent], list[CalendarEvent]]:
    """Return the earliest event of each factory, by its id, and the events that name none."""
    names = _names(factories)
    first: dict[str, CalendarEvent] = {}
    strangers = []
    for event in events:
        named = _named(event.title, names)
        if named is None:
            strangers.append(event)
        elif named not in first or _start(event) < _start(first[named]):
            first[named] = event
    return first, strangers


def _start(event: CalendarEvent) -> datetime:
    return event.starts or datetime.max.replace(tzinfo=UTC)


def _names(factories: list[Factory]) -> list[tuple[str, str]]:
    """Return ``(folded name, id)`` of the names and aliases, longest first."""
    names = []
    for factory in factories:
        names += [(fold_words(name), factory.id) for name in (factory.name, *factory.aliases)]
    return sorted((pair for pair in names if pair[0]), key=lambda pair: (-len(pair[0]), pair))


def _named(title: str, names: list[tuple[str, str]]) -> str | None:
    words = f" {fold_words(title)} "
    for name, item_id in names:
        if f" {name} " in words:
            return item_id
    return None


def _strangers(events: list[CalendarEvent]) -> list[Notice]:
    if not events:
        return []
    titles = ", ".join(f"« {shortened(event.title)} »" for event in events[:_SHOWN])
    more = f" (+ {len(events) - _SHOWN})" if len(events) > _SHOWN else ""
    return [
        Notice(
            f"Événements qui ne nomment aucune factory : {titles}{more}.",
            f"Events that name no factory: {titles}{more}.",
        )
    ]


def _over(count: int) -> list[Notice]:
    if not count:
        return []
    return [Notice(f"Événements passés ou annulés : {count}.", f"Events past or cancelled: {count}.")]
