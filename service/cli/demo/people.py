"""The people of the demonstration, one a role, and introductions in several states."""

from dataclasses import replace
from datetime import datetime, timedelta

from matcher.build import Matcher
from matcher.domain.items import ItemType, Kind, Organisation
from matcher.errors import InvalidRequest
from matcher.introductions import Act, Actor, Party
from matcher.people import DEMONSTRATION, Person, Role, new_person

STAFF_PERSON = ("staff@demonstration.example", "Nadia Benali", Role.STAFF, "Chargée de mission")
PEOPLE = (
    ("membre@demonstration.example", "Claire Martin", Role.MEMBER, "Directrice"),
    STAFF_PERSON,
    ("rh@demonstration.example", "Hugo Petit", Role.HR, "Animateur de la factory RH"),
    ("admin@demonstration.example", "Inès Garcia", Role.ADMIN, "Administratrice du service"),
)
"""Address, name, role and function; nobody has these names, and mail to ``.example`` goes nowhere."""
PARTNERS = 8
TO_APPROVE = 5


def settle(matcher: Matcher, organisation: Organisation, now: datetime) -> None:
    """Add the four people and, at the first time, introductions of the member's organisation."""
    known = [_settled_person(matcher, organisation, row) for row in PEOPLE]
    if matcher.store.introductions.all():
        return
    staff = next(person for person in known if Role.STAFF in person.roles)
    _introduce(matcher, organisation, Actor(Party.STAFF, staff.id), now)


def _settled_person(matcher: Matcher, organisation: Organisation, row: tuple[str, str, Role, str]) -> Person:
    """Return a person of the demonstration; the member speaks for the organisation that is shown."""
    email, name, role, function = row
    speaks_for = [organisation.id] if role is Role.MEMBER else []
    person = matcher.store.people.find(email) or new_person(
        email, name, roles=[role], organisations=speaks_for, function=function, source=DEMONSTRATION
    )
    person = replace(person, organisations=tuple(speaks_for))
    matcher.store.people.put(person)
    return person


def _introduce(matcher: Matcher, organisation: Organisation, staff: Actor, now: datetime) -> None:
    """Bring the organisation together with one partner, ask it about a second, propose further pairs."""
    partners = _partners(matcher, organisation)
    for number, partner in enumerate(partners):
        _add_contact(matcher, partner, number)
    if len(partners) > 1:
        _agreed(matcher, (organisation.id, partners[1].id), staff, now - timedelta(days=9))
    for partner in partners[:1]:
        _asked(matcher, (organisation.id, partner.id), staff, now)
    for partner in partners[2 : 2 + TO_APPROVE]:
        _proposed(matcher, partner, staff, now)


def _add_contact(matcher: Matcher, partner: Organisation, number: int) -> None:
    address, name = f"contact{number}@demonstration.example", f"Contact de {partner.name}"[:300]
    if matcher.store.people.find(address) is None:
        contact = new_person(address, name, organisations=[partner.id], source=DEMONSTRATION)
        matcher.store.people.put(contact)


def _partners(matcher: Matcher, organisation: Organisation) -> list[Organisation]:
    answer = matcher.recommender.recommend(organisation, Kind.PARTNER, PARTNERS, None, signals=False)
    found = matcher.store.items.get_many(item.item_id for item in answer.items + answer.weaker)
    return [item for item in found.values() if isinstance(item, Organisation)][:PARTNERS]


def _agreed(matcher: Matcher, pair: tuple[str, str], staff: Actor, at: datetime) -> None:
    """Both sides said yes: each is asked in its turn, a day between two steps."""
    one = matcher.introductions.propose(pair, staff, at)
    matcher.introductions.act(one.id, Act.APPROVE, staff, at)
    for party in (Party.FIRST, Party.SECOND):
        matcher.introduction_worker.due(at)
        on_behalf = pair[0] if party is Party.FIRST else pair[1]
        actor = Actor(Party.STAFF, staff.person_id, on_behalf)
        at += timedelta(hours=20)
        matcher.introductions.act(one.id, Act.YES, actor, at)


def _asked(matcher: Matcher, pair: tuple[str, str], staff: Actor, at: datetime) -> None:
    one = matcher.introductions.propose(pair, staff, at)
    matcher.introductions.act(one.id, Act.APPROVE, staff, at)
    matcher.introduction_worker.due(at)


def _proposed(matcher: Matcher, partner: Organisation, staff: Actor, now: datetime) -> None:
    """Propose a partner to the one that suits it best; a pair that may not meet is passed over."""
    answer = matcher.recommender.recommend(partner, Kind.PARTNER, 1, None, signals=False)
    for item in answer.items:
        try:
            matcher.introductions.propose((partner.id, item.item_id), staff, now)
        except InvalidRequest:
            continue


def shown_organisation(matcher: Matcher, name_or_id: str) -> Organisation:
    """Return the organisation that the member of the demonstration speaks for."""
    item = matcher.resolve(name_or_id, ItemType.ORGANISATION)
    if not isinstance(item, Organisation):
        raise InvalidRequest(f"'{name_or_id}' is no organisation.")
    return item
