"""The mails that follow an act on an introduction, and their receivers."""

from collections.abc import Iterator, Mapping, Sequence

from matcher.domain.messages import MessageRequest
from matcher.introductions.introduction import Act, Introduction, Side, State
from matcher.introductions.rules import Rules

Contacts = Mapping[str, Sequence[str]]
"""Ids of the people who get the mail of an organisation, by its id; an organisation may have none."""

_FIRST, _SECOND, _BOTH = (Side.FIRST,), (Side.SECOND,), (Side.FIRST, Side.SECOND)

_TOLD: dict[tuple[State, Act], tuple[str, tuple[Side, ...]]] = {
    (State.APPROVED, Act.ASK): ("introduction_asked", _FIRST),
    (State.FIRST_AGREED, Act.ASK): ("introduction_asked", _SECOND),
    (State.ASKED_FIRST, Act.REMIND): ("introduction_reminder", _FIRST),
    (State.ASKED_SECOND, Act.REMIND): ("introduction_reminder", _SECOND),
    (State.ASKED_FIRST, Act.EXPIRE): ("introduction_expired", _FIRST),
    (State.ASKED_SECOND, Act.EXPIRE): ("introduction_expired", _BOTH),
    (State.ASKED_FIRST, Act.WITHDRAW): ("introduction_withdrawn", _FIRST),
    (State.FIRST_AGREED, Act.WITHDRAW): ("introduction_withdrawn", _FIRST),
    (State.ASKED_SECOND, Act.WITHDRAW): ("introduction_withdrawn", _BOTH),
    (State.ACCEPTED, Act.WITHDRAW): ("introduction_withdrawn", _BOTH),
    (State.ASKED_SECOND, Act.NO): ("introduction_declined", _FIRST),
    (State.ASKED_SECOND, Act.YES): ("introduction_accepted", _BOTH),
    (State.ACCEPTED, Act.ASK_OUTCOME): ("introduction_outcome", _BOTH),
    (State.MET, Act.ASK_OUTCOME): ("introduction_outcome", _BOTH),
}
"""State before and act, to the mail and who gets it. A side that was not asked yet gets no mail."""


def letters(
    before: Introduction, after: Introduction, act: Act, contacts: Contacts, rules: Rules
) -> tuple[MessageRequest, ...]:
    """Return the mails of an act, first side first, in the order of the contacts.

    Each is named by the introduction, the event, the person and the version after the act: the same mail is
    asked for once only, and a request that is made anew after "not now" is another mail. Who has no contact
    person gets none.
    """
    event, sides = _event(before, after, act, rules)
    found: list[MessageRequest] = []
    for organisation_id, person_id in _readers(before, sides, contacts):
        subjects = {"introduction": before.id, "organisation": organisation_id}
        key = f"intro:{before.id}:{event}:{organisation_id}:{person_id}:{after.version}"
        found.append(MessageRequest(key, person_id, event, after.changed_at, subjects))
    return tuple(found)


def _event(before: Introduction, after: Introduction, act: Act, rules: Rules) -> tuple[str, tuple[Side, ...]]:
    """Return the mail and the sides that get it; no side where there is none."""
    event, sides = _TOLD.get((before.state, act), ("", ()))
    if act is Act.REMIND and rules.reminders_left(after) == 0:
        return "introduction_last_chance", sides
    if before.state is State.NOT_NOW and act is Act.WITHDRAW:
        return "introduction_withdrawn", _FIRST if before.resumes is State.APPROVED else _BOTH
    return event, sides


def _readers(
    introduction: Introduction, sides: Sequence[Side], contacts: Contacts
) -> Iterator[tuple[str, str]]:
    for side in sides:
        organisation_id = introduction.organisation(side)
        for person_id in contacts.get(organisation_id, ()):
            yield organisation_id, person_id
