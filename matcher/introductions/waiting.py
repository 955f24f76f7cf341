"""What time makes of an introduction: asking, reminding, ending, waking, asking how it was."""

from datetime import datetime, timedelta

from matcher.introductions.introduction import Act, Introduction, State
from matcher.introductions.rules import Rules


def next_act(introduction: Introduction, now: datetime, rules: Rules) -> Act | None:
    """Return what is due at an instant, capacity aside; None when nothing is.

    A service that was off for a while sends one reminder, not those it missed.

    Examples
    --------
    >>> from datetime import UTC
    >>> asked = datetime(2026, 12, 1, 9, tzinfo=UTC)
    >>> waiting = Introduction("IN1", "ORG1", "ORG2", State.ASKED_FIRST, 3, asked, asked, asked_at=asked)
    >>> [next_act(waiting, asked + timedelta(days=days), Rules()) for days in (2, 3, 30)]
    [None, <Act.REMIND: 'remind'>, <Act.EXPIRE: 'expire'>]
    """
    if introduction.to_be_asked is not None:
        return Act.ASK
    if introduction.waits_for is not None:
        return _of_a_request(introduction, now, rules)
    if introduction.state is State.NOT_NOW and introduction.until is not None:
        return Act.WAKE if now >= introduction.until else None
    return Act.ASK_OUTCOME if _outcome_is_due(introduction, now, rules) else None


def _of_a_request(introduction: Introduction, now: datetime, rules: Rules) -> Act | None:
    if introduction.asked_at is None:
        return None
    if rules.day(now) >= rules.last_day(introduction.asked_at):
        return Act.EXPIRE
    return Act.REMIND if rules.reminders_due(introduction, now) > introduction.reminders else None


def _outcome_is_due(introduction: Introduction, now: datetime, rules: Rules) -> bool:
    """Say whether it is the day after the meeting; without one, two weeks after both agreed or they met."""
    if introduction.outcome_asked_at is not None:
        return False
    if introduction.state is State.MET:
        return True
    if introduction.state is not State.ACCEPTED:
        return False
    if introduction.meeting is not None and not introduction.meeting.cancelled:
        return rules.day(now) > rules.day(introduction.meeting.ends)
    late = introduction.changed_at + timedelta(days=rules.outcome_after)
    return now >= late
