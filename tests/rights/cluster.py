"""A home with organisations, their people, and everything the product keeps of them."""

import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from matcher.build import Matcher
from matcher.domain.events import Action, Feedback, Impression
from matcher.domain.imports import ImportFile
from matcher.domain.items import Factory, Kind, Organisation
from matcher.domain.messages import MessageRequest
from matcher.domain.participation import Participation
from matcher.introductions import Act, Actor, Availability, Party
from matcher.market.introduction_plan import IntroductionPlan, Planned
from matcher.market.introduction_plan import Member as PlanMember
from matcher.people import Person, Purpose, Role, new_person
from matcher.settings import Settings

NOW = datetime.now(UTC)


def settings_of(home: Path) -> Settings:
    return Settings(home=home, encoder="hashing", log_level="error")


def member(number: int) -> Organisation:
    """An organisation whose every text is its own."""
    own = f"{number:03d}zq"
    return Organisation(
        id=f"MEMBRE-{own}",
        name=f"Société Untel-{own}",
        description=f'Untel-{own} conçoit des cartes « {own} » et des données.\nIl audite "{own}" aussi.',
        expertise=(f"cartographie {own}", "données"),
        needs=(f"partenaire {own} en cybersécurité",),
        city="Toulouse",
        siret=f"{100_000_000 + number}00011",
        source_url=f"https://www.untel-{own}.example/presentation",
    )


def speaker(number: int, organisation: Organisation) -> Person:
    return new_person(
        f"prenom.nom-{number:03d}zq@untel.example",
        f"Camille Dupont-{number:03d}zq",
        roles=[Role.MEMBER],
        organisations=[organisation.id],
        source="salon",
    )


def fill(matcher: Matcher, members: Sequence[Organisation]) -> list[Person]:
    """Store members twice changed by imports, their people, and all that comes of using the product."""
    store = matcher.store
    factory = Factory(id="FAC001", name="Factory Data", keywords=("données",))
    store.items.put([factory], source="test")
    changed = [one.model_copy(update={"description": f"Avant : {one.description}"}) for one in members]
    for number, some in enumerate((changed, members)):
        store.items.put(some, source="membres.csv", file=ImportFile("membres.csv", f"{number:064d}", "staff"))
    people = [speaker(number, one) for number, one in enumerate(members)]
    for person in people:
        store.people.put(person)
    matcher.index_now()
    store.plans.save(plan_of(members))
    for number, person in enumerate(people):
        one, other, third = (members[(number + step) % len(members)] for step in range(3))
        _use(matcher, one, other, person)
        wished = Availability(one.id, 3, not_with=frozenset({third.id} - {one.id, other.id}))
        matcher.introductions.wish(wished, NOW)
    return people


def plan_of(members: Sequence[Organisation]) -> IntroductionPlan:
    following = zip(members, [*members[1:], members[0]], strict=True)
    lists = {one.id: (Planned(other.id, 0.5, 0.5),) for one, other in following}
    shares = tuple(PlanMember(one.id, 1, 1, False, 1, 1, 1) for one in members)
    return IntroductionPlan("1", NOW, "", lists, shares)


def _use(matcher: Matcher, one: Organisation, other: Organisation, person: Person) -> None:
    store = matcher.store
    shown = Impression(NOW, Kind.PARTNER, one.id, other.id, 1, 0.5)
    old = Impression(NOW - timedelta(days=200), Kind.PARTNER, one.id, other.id, 1, 0.5)
    store.events.log_impressions([shown, old])
    store.events.log_feedback(Feedback(NOW, Kind.FACTORY, one.id, "FAC001", Action.JOINED, by=person.id))
    store.participations.put([Participation(one.id, "FAC001", source="fichier")])
    matcher.links.make(Purpose.CALENDAR, person.id, "", NOW)
    matcher.visits.begin(person.id, NOW)
    store.mail.queue([MessageRequest(f"x:{person.id}", person.id, "sign_in", NOW, {"link": "none"})], NOW)


def introduce(matcher: Matcher, pairs: Iterator[tuple[Organisation, Organisation]]) -> None:
    """Ask one side of each pair, so that mails wait that name it."""
    staff = Actor(Party.STAFF)
    for one, other in pairs:
        made = matcher.introductions.propose((one.id, other.id), staff, NOW)
        matcher.introductions.act(made.id, Act.APPROVE, staff, NOW)
    matcher.introduction_worker.due(NOW)


def bytes_of(home: Path) -> Iterator[tuple[str, bytes]]:
    """Every file of a home, without its holes: an index reserves 250 MB."""
    for path in sorted(home.rglob("*")):
        if path.is_file() and path.stat().st_blocks:
            yield str(path.relative_to(home)), _filled(path)


def _filled(path: Path) -> bytes:
    """The parts of a sparse file between its holes, one after the other."""
    parts, end = [], 0
    with path.open("rb") as file, suppress(OSError):  # an OSError: only a hole is left
        while True:
            start = os.lseek(file.fileno(), end, os.SEEK_DATA)
            end = os.lseek(file.fileno(), start, os.SEEK_HOLE)
            parts.append(os.pread(file.fileno(), end - start, start))
    return b"".join(parts)


def left_in(home: Path, texts: Sequence[str]) -> list[tuple[str, str]]:
    """Files in which a text is left, with the text; found by a plain search, not by the product's."""
    found = []
    for name, content in bytes_of(home):
        found += [(name, text) for text in texts if text.encode() in content]
    return found
