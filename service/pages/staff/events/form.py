"""The form of an event, as typed and as options of its plan."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from matcher.meetings import EventOptions, Timetable
from service.pages.text import mark

WRONG_NUMBER = mark("Un nombre entier ne convient pas : tours de 1 à 100, minutes de 1 à 600.")
WRONG_START = mark("Le début : une date et une heure.")
NO_FILE = mark("Choisissez d'abord la liste des participants.")
MOST_ROUNDS = 100
TABLE_SIZES = range(4, 9)
MINUTES = range(1, 601)
YEARS = range(2000, 2101)


@dataclass(frozen=True, slots=True, kw_only=True)
class EventForm:
    """The form as typed; ``tables`` says tables of ``size`` people instead of meetings of two."""

    title: str = ""
    mode: str = "pairs"
    rounds: str = "5"
    size: str = "6"
    start: str = ""
    minutes: str = "15"
    pause: str = "5"

    @property
    def error(self) -> str:
        """What is wrong, as a sentence in French; "" where nothing is."""
        fits = (
            _is_within(self.rounds, range(1, MOST_ROUNDS + 1)),
            _is_within(self.size, TABLE_SIZES),
            _is_within(self.minutes, MINUTES),
            _is_within(self.pause, range(MINUTES.stop)),
        )
        if not all(fits):
            return WRONG_NUMBER
        return WRONG_START if self.start and not _is_start(self.start) else ""

    @property
    def seats(self) -> bool:
        """Whether people sit at tables."""
        return self.mode == "tables"

    @property
    def options(self) -> EventOptions:
        """What a plan is asked for."""
        return EventOptions(int(self.rounds), table_size=int(self.size) if self.seats else None)

    def timetable(self, zone: ZoneInfo) -> Timetable | None:
        """Return when the rounds are; None without a start."""
        if not self.start:
            return None
        start = datetime.fromisoformat(self.start).replace(tzinfo=zone)
        return Timetable(start, int(self.minutes), int(self.pause))


def _is_start(text: str) -> bool:
    try:
        start = datetime.fromisoformat(text)
    except ValueError:
        return False
    return start.year in YEARS  # further ones have rounds, or hours of another zone, that no date can say


def _is_within(text: str, allowed: range) -> bool:
    return text.isdecimal() and len(text) < 5 and int(text) in allowed


def form_of(form: Mapping[str, str]) -> EventForm:
    """Return the form of what was typed; what was left out or emptied stays empty."""
    return EventForm(
        title=form.get("title", "")[:200],
        mode="tables" if form.get("mode") == "tables" else "pairs",
        rounds=form.get("rounds", "")[:10],
        size=form.get("size", "")[:10],
        start=form.get("start", "")[:40],
        minutes=form.get("minutes", "")[:10],
        pause=form.get("pause", "")[:10],
    )
