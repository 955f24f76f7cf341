"""The figures of a period, counted from the records of introductions, alerts and reactions."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo
from statistics import median
from typing import Literal

from matcher.alerts import Alert
from matcher.domain.events import Action, Feedback
from matcher.domain.items import Kind
from matcher.errors import InvalidRequest
from matcher.introductions import Act, Record, State

By = Literal["all", "antenna", "size", "factory"]
SMALLEST = 5
"""Members of a group whose figures are shown: of fewer, a person of a small company could be told."""
FIGURES: dict[str, tuple[str, str]] = {
    "members": ("membres", "members"),
    "proposed": ("mises en relation proposées", "introductions proposed"),
    "asked": ("demandes envoyées", "requests sent"),
    "answered": ("réponses", "answers"),
    "days_to_answer": ("jours pour répondre (médiane)", "days to answer (median)"),
    "accepted": ("acceptées par les deux", "accepted by both"),
    "met": ("rencontres", "met"),
    "useful": ("jugées utiles", "found useful"),
    "alerts": ("appels signalés", "calls told"),
    "joined": ("factories rejointes", "factories joined"),
}
"""The figures of a row, in order, in French and English."""
_ANSWERS = frozenset({Act.YES, Act.NO, Act.NOT_NOW})


@dataclass(frozen=True, slots=True)
class Period:
    """Days, both included, where the members are."""

    first: date
    last: date
    zone: tzinfo

    def __post_init__(self) -> None:
        """Refuse a period that ends before it begins."""
        if self.last < self.first:
            raise InvalidRequest(f"The period ends on {self.last}, before it begins on {self.first}.")

    def holds(self, at: datetime | None) -> bool:
        """Whether an instant lies in the period."""
        return at is not None and self.first <= at.astimezone(self.zone).date() <= self.last


@dataclass(frozen=True, slots=True)
class MemberFacts:
    """What groups a member: antenna, size, code of the department, "" where not known; requests a month."""

    name: str
    antenna: str = ""
    size: str = ""
    capacity: int = 0
    department: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """What figures are counted from.

    ``members`` are those that may be recommended, by id. ``pairs`` has the two organisations of an
    introduction by its id. ``feedback`` are the reactions that hold. ``factories`` are names by id.
    """

    members: Mapping[str, MemberFacts]
    records: Sequence[Record]
    pairs: Mapping[str, tuple[str, str]]
    feedback: Sequence[Feedback] = ()
    alerts: Sequence[Alert] = ()
    factories: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ReportRow:
    """The figures of a group, by name; ``figures`` is None where they are withheld."""

    by: By
    group: str
    figures: Mapping[str, float] | None


@dataclass(frozen=True, slots=True)
class Report:
    """The figures of a period: all members first, then by antenna, size and factory, each by name.

    ``forgotten`` are members that were neither asked nor told of anything, ``overloaded`` those that were
    asked as often in a month as they can bear, or more; both are ids in ascending order.
    """

    period: Period
    rows: tuple[ReportRow, ...]
    forgotten: tuple[str, ...]
    overloaded: tuple[str, ...]
    is_empty: bool


@dataclass(frozen=True, slots=True)
class _Event:
    """Something counted: a figure, the members it is counted for, and a value where it is no count."""

    figure: str
    members: frozenset[str]
    value: float = 1
    factory: str = ""


def count(facts: Facts, period: Period) -> Report:
    """Count a period.

    An introduction counts once in every group that one of its sides is in, a request in that of the member
    asked. Introductions that were erased since are not counted: nothing is kept of them.
    """
    events = [*_of_introductions(facts, period), *_of_alerts(facts, period), *_of_factories(facts, period)]
    rows = [ReportRow("all", "", _figures(events, facts.members.keys()))]
    for by, groups in (("antenna", _groups(facts, "antenna")), ("size", _groups(facts, "size"))):
        rows += _rows(by, groups, events)  # type: ignore[arg-type]  # two of the literals
    rows += _of_each_factory(facts, events)
    touched = {name for event in events if event.figure in ("asked", "alerts") for name in event.members}
    forgotten = sorted(facts.members.keys() - touched)
    return Report(period, tuple(rows), tuple(forgotten), tuple(_overloaded(facts, period)), not events)


def _of_introductions(facts: Facts, period: Period) -> list[_Event]:
    events: list[_Event] = []
    asked: dict[str, Record] = {}
    for record in _useful_once(facts.records):
        sides = frozenset(facts.pairs.get(record.introduction_id, ()))
        last = asked.get(record.introduction_id)
        if record.act is Act.ASK:
            asked[record.introduction_id] = record
        if not period.holds(record.at) or not sides:
            continue
        events += _events_of(record, sides)
        if record.act in _ANSWERS and last is not None:
            days = (record.at - last.at).total_seconds() / 86_400
            one = frozenset({last.asked_id})
            events += [_Event("answered", one), _Event("days_to_answer", one, days)]
    return events


def _useful_once(records: Iterable[Record]) -> Iterator[Record]:
    """Yield records without the second of two outcomes that find one introduction useful."""
    useful: set[str] = set()
    for record in records:
        is_useful = record.outcome is not None and bool(record.outcome.useful)
        if is_useful and record.introduction_id in useful:
            continue
        if is_useful:
            useful.add(record.introduction_id)
        yield record


def _events_of(record: Record, sides: frozenset[str]) -> list[_Event]:
    if record.act is Act.PROPOSE:
        return [_Event("proposed", sides)]
    if record.act is Act.ASK:
        return [_Event("asked", frozenset({record.asked_id}))]
    if record.act is Act.YES and record.after is State.ACCEPTED:
        return [_Event("accepted", sides)]
    if record.act is Act.MEET:
        return [_Event("met", sides)]
    if record.act is Act.OUTCOME and record.outcome is not None and record.outcome.useful:
        return [_Event("useful", sides)]
    return []


def _of_alerts(facts: Facts, period: Period) -> list[_Event]:
    told = [alert for alert in facts.alerts if period.holds(alert.told_at)]
    return [_Event("alerts", frozenset({alert.fit.organisation_id})) for alert in told]


def _of_factories(facts: Facts, period: Period) -> list[_Event]:
    joined = {
        (row.query_id, row.item_id)
        for row in facts.feedback
        if row.kind is Kind.FACTORY and row.action is Action.JOINED and period.holds(row.at)
    }
    return [_Event("joined", frozenset({member}), factory=factory) for member, factory in sorted(joined)]


def _groups(facts: Facts, by: Literal["antenna", "size"]) -> dict[str, set[str]]:
    groups: dict[str, set[str]] = {}
    for name, member in facts.members.items():
        groups.setdefault(member.antenna if by == "antenna" else member.size, set()).add(name)
    return dict(sorted(groups.items()))


def _rows(by: By, groups: Mapping[str, set[str]], events: Sequence[_Event]) -> list[ReportRow]:
    """Return a row a group; small ones are withheld, with what would let them be worked out."""
    withheld = _withheld({group: len(members) for group, members in groups.items()})
    return [
        ReportRow(by, group, None if group in withheld else _figures(events, members))
        for group, members in groups.items()
    ]


def _withheld(sizes: Mapping[str, int]) -> set[str]:
    """Return the groups whose figures are not shown: small ones, and the next smallest beside them.

    The figures of all withheld groups together are the difference of the total and the others. So they must
    be more than one group, and together as many members as one that is shown.
    """
    by_size = sorted(sizes, key=lambda group: (sizes[group], group))
    withheld = {group for group in sizes if sizes[group] < SMALLEST}
    if not withheld:
        return withheld
    for group in by_size[len(withheld) :]:
        if len(withheld) > 1 and sum(sizes[one] for one in withheld) >= SMALLEST:
            break
        withheld.add(group)
    return withheld


def _of_each_factory(facts: Facts, events: Sequence[_Event]) -> list[ReportRow]:
    joined: dict[str, set[str]] = {}
    for event in events:
        if event.figure == "joined":
            joined.setdefault(event.factory, set()).update(event.members & facts.members.keys())
    sizes = {factory: len(members) for factory, members in sorted(joined.items()) if members}
    withheld = _withheld(sizes)
    rows = []
    for factory, number in sizes.items():
        figures = None if factory in withheld else {"joined": float(number)}
        rows.append(ReportRow("factory", facts.factories.get(factory, factory), figures))
    return rows


def _figures(events: Iterable[_Event], members: Iterable[str]) -> dict[str, float]:
    """Return the figures of a group; the median of days is absent where nobody answered."""
    group = frozenset(members)
    counted: Counter[str] = Counter()
    days: list[float] = []
    for event in events:
        if not event.members & group:
            continue
        if event.figure == "days_to_answer":
            days.append(event.value)
        else:
            counted[event.figure] += 1
    figures = {name: float(counted[name]) for name in FIGURES if name not in ("members", "days_to_answer")}
    median_days = {"days_to_answer": round(median(days), 1)} if days else {}
    return {"members": float(len(group))} | figures | median_days


def _overloaded(facts: Facts, period: Period) -> list[str]:
    asked: Counter[tuple[str, int, int]] = Counter()
    for record in facts.records:
        if record.act is Act.ASK and period.holds(record.at):
            day = record.at.astimezone(period.zone).date()
            asked[record.asked_id, day.year, day.month] += 1
    full = set()
    for (name, _, _), number in asked.items():
        member = facts.members.get(name)
        if member is not None and number >= member.capacity > 0:
            full.add(name)
    return sorted(full)
