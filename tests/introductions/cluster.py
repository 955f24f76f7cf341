"""A small cluster to introduce: organisations in memory, staff, members, a clock moved by hand."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from matcher.domain import AnyItem, Organisation
from matcher.introductions import (
    Act,
    Actor,
    Details,
    Introduction,
    IntroductionDesk,
    IntroductionWorker,
    Party,
    Rules,
)
from tests.introductions.memory import MemoryIntroductions

START = datetime(2026, 12, 1, 9, tzinfo=UTC)
STAFF = Actor(Party.STAFF, "P-staff")
FIRST = Actor(Party.FIRST, "P-ORG1")
SECOND = Actor(Party.SECOND, "P-ORG2")


class Catalogue:
    """The organisations of a list; the rest of the port is not needed here."""

    def __init__(self, organisations: Iterable[Organisation]) -> None:
        self.kept: dict[str, AnyItem] = {one.id: one for one in organisations}

    def get_many(self, ids: Iterable[str]) -> dict[str, AnyItem]:
        return {name: self.kept[name] for name in ids if name in self.kept}


class Cluster:
    """Organisations ORG1.. with one contact person each, their introductions, and the time."""

    def __init__(self, organisations: Sequence[Organisation], rules: Rules | None = None) -> None:
        self.now = START
        self.catalogue = Catalogue(organisations)
        self.kept = MemoryIntroductions()
        self.rules = rules or Rules()
        parts = (self.catalogue, self.kept, self.rules, contacts_of)
        self.desk, self.worker = IntroductionDesk(*parts), IntroductionWorker(*parts)  # type: ignore[arg-type]

    def later(self, **delay: int) -> None:
        self.now += timedelta(**delay)

    def propose(self, first: str = "ORG1", second: str = "ORG2", actor: Actor = STAFF) -> Introduction:
        return self.desk.propose((first, second), actor, self.now)

    def act(self, act: Act, actor: Actor = STAFF, one: str = "IN1", **details: Any) -> Introduction:
        return self.desk.act(one, act, actor, self.now, Details(**details))

    def asked(self, first: str = "ORG1", second: str = "ORG2") -> Introduction:
        """An introduction whose first side has just been asked."""
        new = self.propose(first, second)
        self.act(Act.APPROVE, one=new.id)
        self.worker.due(self.now)
        return self.kept.get(new.id)

    def events(self) -> list[tuple[str, str]]:
        """Who was written to, of what, in order."""
        return [(message.person_id, message.event) for message in self.kept.messages]


def contacts_of(ids: Sequence[str]) -> Mapping[str, Sequence[str]]:
    return {name: (f"P-{name}",) for name in ids if name != "ORG9"}


def cluster(count: int = 4, rules: Rules | None = None) -> Cluster:
    return Cluster(
        [Organisation(id=f"ORG{n}", name=f"Société numéro {n}") for n in range(1, count + 1)], rules
    )
