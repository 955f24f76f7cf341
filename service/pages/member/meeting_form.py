"""The form of a meeting's date, as it is or was typed."""

from dataclasses import dataclass, replace
from datetime import date, datetime, time, tzinfo

from matcher.introductions import Introduction, MeetingPlan, State
from service.pages.text import mark

WRONG_MEETING = mark(
    "Une date et une heure à venir, dans un an au plus, une durée de 5 à 720 minutes, un lieu sur une ligne."
)
_LONGEST = 300


@dataclass(frozen=True, slots=True)
class MeetingForm:
    """What the fields hold; ``error`` says what is wrong with it, "" where nothing is."""

    day: str = ""
    hour: str = ""
    minutes: str = "60"
    place: str = ""
    error: str = ""


def form_of(introduction: Introduction, now: datetime, zone: tzinfo) -> MeetingForm | None:
    """Return the form filled with the meeting ahead, empty without one; None where no date can be set."""
    if introduction.state is not State.ACCEPTED:
        return None
    meeting = introduction.meeting
    if meeting is None or not meeting.lies_ahead(now):
        return MeetingForm()
    there = meeting.starts.astimezone(zone)
    return MeetingForm(there.date().isoformat(), f"{there:%H:%M}", str(meeting.minutes), meeting.place)


def typed_form(form: dict[str, str]) -> MeetingForm:
    """Return the form as it was typed."""
    names = ("day", "hour", "minutes", "place")
    given = {name: form.get(name, "")[: _LONGEST + 1] for name in names}
    return replace(MeetingForm(), **given)


def plan_of(form: MeetingForm, zone: tzinfo) -> MeetingPlan | None:
    """Return the meeting that the form says, at the hour of ``zone``; None where it says none."""
    try:
        starts = datetime.combine(date.fromisoformat(form.day), time.fromisoformat(form.hour), zone)
        return MeetingPlan(starts, int(form.minutes), form.place)
    except ValueError:
        return None
