"""Introductions kept in memory: the store's rules without its disk, for months in milliseconds."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime

from matcher.domain.messages import MessageRequest
from matcher.errors import IllegalStep, NotFound
from matcher.introductions import Act, Availability, Decide, Introduction, Past, Record, State, Step, Ties


@dataclass
class MemoryIntroductions:
    """The port in memory; ``messages`` holds every mail that was queued, in order."""

    kept: dict[str, Introduction] = field(default_factory=dict)
    records: list[Record] = field(default_factory=list)
    messages: list[MessageRequest] = field(default_factory=list)
    wishes: dict[str, Availability] = field(default_factory=dict)
    asked: dict[str, list[datetime]] = field(default_factory=dict)
    pairs: set[frozenset[str]] = field(default_factory=set)

    def get(self, introduction_id: str) -> Introduction:
        if introduction_id not in self.kept:
            raise NotFound(f"There is no introduction '{introduction_id}'.")
        return self.kept[introduction_id]

    def history(self, introduction_id: str) -> list[Record]:
        return [record for record in self.records if record.introduction_id == introduction_id]

    def all(self, states: Collection[State] | None = None, organisation_id: str = "") -> list[Introduction]:
        return [
            one
            for one in self.kept.values()
            if (states is None or one.state in states)
            and (not organisation_id or one.side_of(organisation_id))
        ]

    def propose(self, step: Step) -> Introduction:
        one = step.introduction
        pair = frozenset((one.first_id, one.second_id))
        if pair in self.pairs:
            raise IllegalStep(f"{one.first_id} and {one.second_id} have an introduction already.")
        self.pairs.add(pair)
        new_id = f"IN{len(self.kept) + 1}"
        self._keep(Step(replace(one, id=new_id), replace(step.record, introduction_id=new_id)))
        return self.kept[new_id]

    def change(self, introduction_id: str, decide: Decide, since: datetime) -> Introduction | None:
        one = self.get(introduction_id)
        step = decide(one, self._past((one.first_id, one.second_id), since))
        if step is not None:
            self._keep(step)
        return step.introduction if step else None

    def past(self, since: datetime) -> Past:
        return self._past(self.asked.keys(), since)

    def ties_of(self, organisation_id: str, now: datetime) -> Ties:
        unwanted = {name for name, wished in self.wishes.items() if organisation_id in wished.not_with}
        if organisation_id in self.wishes:
            unwanted |= self.wishes[organisation_id].not_with
        paused = {name for name, wished in self.wishes.items() if wished.is_paused(now)}
        return Ties(self.all(organisation_id=organisation_id), frozenset(unwanted), frozenset(paused))

    def wish(self, availability: Availability) -> None:
        self.wishes[availability.organisation_id] = availability

    def _past(self, ids: Iterable[str], since: datetime) -> Past:
        asked = {name: [at for at in self.asked.get(name, ()) if at >= since] for name in ids}
        return Past(asked, self.wishes)

    def _keep(self, step: Step) -> None:
        self.kept[step.introduction.id] = step.introduction
        self.records.append(step.record)
        self.messages.extend(step.messages)
        if step.record.act is Act.ASK:
            self.asked.setdefault(step.record.asked_id, []).append(step.record.at)
