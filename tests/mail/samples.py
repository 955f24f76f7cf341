"""Two organisations, their people, and introductions that a test sets."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from matcher.adapters.sql import Store
from matcher.domain import Organisation
from matcher.errors import NotFound
from matcher.introductions import (
    Availability,
    Decide,
    Introduction,
    Past,
    Record,
    Rules,
    State,
    Step,
    Ties,
)
from matcher.mail import Addresses, LetterWriter, Sender, Sources
from matcher.people import Links, Person, Role

NOON = datetime(2026, 12, 1, 12, tzinfo=UTC)
PARIS = ZoneInfo("Europe/Paris")
ALPHA = Organisation(
    id="ORG1",
    name="Alpha & Fils",
    city="Albi",
    needs=("hébergement de données de santé",),
    offers=("tests d'intrusion",),
)
BETA = Organisation(
    id="ORG2",
    name="Betacloud",
    city="Toulouse",
    size_band="PE",
    offers=("hébergement certifié HDS", "cloud Betacloud"),
    needs=("audit de sécurité",),
)
CLAIRE = Person("P1", "claire@alpha.example", "Claire Martin", organisations=("ORG1",))
JEAN = Person(
    "P2",
    "jean@beta.example",
    "Jean Roux",
    function="direction technique",
    lang="en",
    roles=frozenset({Role.MEMBER}),
    organisations=("ORG2",),
)
ASKED = Introduction("IN1", "ORG1", "ORG2", State.ASKED_FIRST, 3, NOON, NOON, asked_at=NOON)


class OneIntroduction:
    """Keeps one introduction and the wishes of members, as a test sets them."""

    def __init__(self, kept: Introduction = ASKED) -> None:
        self.kept: Introduction | None = kept
        self.wishes: dict[str, Availability] = {}

    def set(self, **changes: object) -> None:
        assert self.kept is not None
        self.kept = replace(self.kept, **changes)  # type: ignore[arg-type]

    def get(self, introduction_id: str) -> Introduction:
        if self.kept is None or introduction_id != self.kept.id:
            raise NotFound("There is no such introduction.")
        return self.kept

    def past(self, since: datetime) -> Past:
        return Past({}, self.wishes)

    def ties_of(self, organisation_id: str, now: datetime) -> Ties:
        raise NotImplementedError

    def wish(self, availability: Availability) -> None:
        self.wishes[availability.organisation_id] = availability

    def history(self, introduction_id: str) -> Sequence[Record]:
        raise NotImplementedError

    def all(
        self, states: Collection[State] | None = None, organisation_id: str = ""
    ) -> Sequence[Introduction]:
        raise NotImplementedError

    def propose(self, step: Step) -> Introduction:
        raise NotImplementedError

    def change(self, introduction_id: str, decide: Decide, since: datetime) -> Introduction | None:
        raise NotImplementedError


def fill(store: Store) -> None:
    """Put both organisations and their people into a store."""
    store.items.put([ALPHA, BETA], source="test")
    for person in (CLAIRE, JEAN):
        store.people.put(person)


def writer_of(store: Store, introductions: OneIntroduction) -> LetterWriter:
    """Return a writer over a store and one introduction."""
    links = Links(store.people, b"a secret of tests")
    sender = Sender("Digital 113", "contact@cluster.example", Addresses("https://m.example"), PARIS)
    return LetterWriter(
        Sources(store.people, store.items, introductions, links, store.alerts, department_of),
        sender,
        Rules(),
    )


def department_of(organisation: Organisation) -> str:
    return {"Albi": "Tarn", "Toulouse": "Haute-Garonne"}[organisation.city]
