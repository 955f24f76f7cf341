"""What the worker does to introductions: ask, remind, end, wake, and ask how it was, when each is due."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from matcher.domain import Items, Organisation
from matcher.domain.eligibility import is_listed
from matcher.errors import NotFound
from matcher.introductions.admission import excludes, organisations_of
from matcher.introductions.changes import Details, Situation
from matcher.introductions.desk import ContactsOf
from matcher.introductions.introduction import BOTH_AGREED, OVER, SERVICE, Act, Introduction, State
from matcher.introductions.ports import Introductions, Past
from matcher.introductions.rules import Rules, Standing, capacity_of, wishes
from matcher.introductions.transitions import Step, advance
from matcher.introductions.waiting import next_act

RUNNING = frozenset(State) - OVER - {State.PROPOSED}
"""States in which time may bring the next step."""
_LONGEST_MONTH = 31


class IntroductionWorker:
    """Does what is due. Every step is decided from the present state in its own transaction.

    Parameters
    ----------
    items, kept, rules, contacts
        As of :class:`~matcher.introductions.desk.IntroductionDesk`.
    """

    def __init__(self, items: Items, kept: Introductions, rules: Rules, contacts: ContactsOf) -> None:
        self._items, self._kept, self._rules, self._contacts = items, kept, rules, contacts

    def due(self, now: datetime) -> Counter[Act]:
        """Do what is due, oldest proposals first, and return how often each act was done.

        It may run at any time, as often as one likes and in several processes at once: no request passes a
        capacity, and no mail is queued twice.
        """
        since = self.since(now)
        running = self._kept.all(RUNNING)
        context = _Context(self._rules, now, self._organisations(running))
        past = self._kept.past(since)
        done: Counter[Act] = Counter()
        for introduction in running:
            if context.next(introduction, past) is None:
                continue  # most wait: no transaction is needed to see it
            act = self._do(introduction.id, context, since)
            done.update([act] if act else [])
        return done

    def since(self, now: datetime) -> datetime:
        """Return from when on requests count for capacity and spacing."""
        return now - timedelta(days=max(_LONGEST_MONTH, self._rules.spacing) + 1)

    def _do(self, introduction_id: str, context: "_Context", since: datetime) -> Act | None:
        done: list[Act] = []

        def decide(introduction: Introduction, past: Past) -> Step | None:
            due = context.next(introduction, past)
            if due is None:
                return None
            act, note = due
            done.append(act)
            contacts = self._contacts((introduction.first_id, introduction.second_id))
            situation = Situation(context.now, self._rules, contacts)
            return advance(introduction, act, SERVICE, situation, Details(note=note))

        try:
            self._kept.change(introduction_id, decide, since)
        except NotFound:  # erased meanwhile, with one of its organisations
            return None
        return done[0] if done else None

    def _organisations(self, running: Sequence[Introduction]) -> dict[str, Organisation]:
        ids = [name for one in running for name in (one.first_id, one.second_id)]
        return organisations_of(self._items, ids)


class _Context:
    """What the decisions of one round have in common."""

    def __init__(self, rules: Rules, now: datetime, organisations: Mapping[str, Organisation]) -> None:
        self.rules, self.now, self.organisations = rules, now, organisations

    def next(self, introduction: Introduction, past: Past) -> tuple[Act, str] | None:
        """Return what is due with a note on why, None when nothing is."""
        if introduction.state not in RUNNING:
            return None
        forbidden = self._forbidden(introduction, past)
        if forbidden:
            return Act.WITHDRAW, forbidden
        act = next_act(introduction, self.now, self.rules)
        if act is None or self._is_held(introduction, act, past):
            return None
        return act, ""

    def _forbidden(self, introduction: Introduction, past: Past) -> str:
        """Return why an introduction may not go on, "" where it may: both agreed, or nothing changed."""
        if introduction.state in BOTH_AGREED:
            return ""
        first, second = introduction.first_id, introduction.second_id
        for name in (first, second):
            if name not in self.organisations or not is_listed(self.organisations[name]):
                return "opted_out"
        return "not_with" if excludes(first, second, past.wishes) else ""

    def _is_held(self, introduction: Introduction, act: Act, past: Past) -> bool:
        """Whether an act waits: a request for capacity, a reminder for the end of a pause."""
        if act is Act.ASK and introduction.to_be_asked is not None:
            asked = introduction.organisation(introduction.to_be_asked)
            standing = standing_of(self.organisations[asked], past)
            return bool(standing.hindrance(self.now, self.rules))
        if act is Act.REMIND and introduction.waits_for is not None:
            reminded = introduction.organisation(introduction.waits_for)
            return wishes(past.wishes, reminded).is_paused(self.now)
        return False


def standing_of(organisation: Organisation, past: Past) -> Standing:
    """Return what is known of an organisation when it is to be asked."""
    wished = wishes(past.wishes, organisation.id)
    return Standing(wished, capacity_of(organisation, wished), past.asked.get(organisation.id, ()))
