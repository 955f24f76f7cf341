"""People and the links they were sent, as rows."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, delete, insert, or_, select, update
from sqlalchemy.engine import Connection

from matcher.adapters.sql import erasure
from matcher.adapters.sql.audit import enter
from matcher.adapters.sql.engine import Database, stamp
from matcher.adapters.sql.facts import refuse_suppressed_person
from matcher.adapters.sql.schema import id_in, ids_parameter, items, links, people, person_organisations
from matcher.audit import Note, Of
from matcher.domain.items import ItemType
from matcher.errors import InvalidRequest, NotFound
from matcher.people import Link, Person, Purpose, Role, address_key

_INSTANTS = ("created_at", "expires_at", "used_at", "revoked_at")


class PeopleTables:
    """People and their links. Every method is one transaction; times are aware instants."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, person: Person, by: str = "") -> None:
        """Add a person, or replace the one of the same id; ``by`` is the person who does it, for the audit.

        Raises
        ------
        InvalidRequest
            Another person has this address, or an organisation is not in the store. Or the last
            administrator would be none any more.
        Suppressed
            The person was erased at their own request.
        """
        with self._database.writing("storing a person") as connection:
            is_known = write_person(connection, person, self._database.stamp())
            act = "person.change" if is_known else "person.add"
            enter(connection, [Note(act, Of.PERSON, person.id, by)], self._database.now())

    def get(self, person_id: str) -> Person:
        """Return a person; NotFound for an unknown id."""
        found = self._select(people.c.id == person_id)
        if not found:
            raise NotFound("There is no such person.")
        return found[0]

    def find(self, email: str) -> Person | None:
        """Return the person of an address, whatever its case; None if there is none."""
        found = self._select(people.c.email_key == address_key(email))
        return found[0] if found else None

    def all(self) -> list[Person]:
        """Return everybody, by id."""
        return self._select(None)

    def of_organisation(self, organisation_id: str) -> list[Person]:
        """Return those who speak for an organisation, by id, disabled ones included."""
        speaking = select(person_organisations.c.person_id).where(
            person_organisations.c.organisation_id == organisation_id
        )
        return self._select(people.c.id.in_(speaking))

    def of_organisations(self, organisation_ids: Iterable[str]) -> dict[str, list[Person]]:
        """Return those who speak for each organisation, by id, disabled ones included; all in one look."""
        spoken = person_organisations.c
        dialect, ids = self._database.dialect, list(organisation_ids)
        ours = select(spoken.person_id).where(id_in(dialect, spoken.organisation_id))
        found: dict[str, list[Person]] = {organisation_id: [] for organisation_id in ids}
        for person in self._select(people.c.id.in_(ours), ids_parameter(dialect, ids)):
            for organisation_id in person.organisations:
                if organisation_id in found:
                    found[organisation_id].append(person)
        return found

    def erase(self, person_id: str) -> None:
        """Remove a person and every row that names them.

        Raises
        ------
        NotFound
            There is no such person.
        InvalidRequest
            It is the last administrator.
        """
        with self._database.writing("erasing a person") as connection:
            if not connection.execute(select(people.c.id).where(people.c.id == person_id)).first():
                raise NotFound("There is no such person.")
            require_another_admin(connection, person_id)
            erasure.erase_person_traces(connection, person_id)
            enter(connection, [Note("person.erase", Of.PERSON, person_id)], self._database.now())
            erasure.owe_erasure(connection, self._database.stamp())
        erasure.settle(self._database)

    def disable(self, person_id: str, now: datetime, by: str = "") -> None:
        """Let a person sign in no more; ``by`` is the person who does it, for the audit.

        Raises
        ------
        NotFound
            There is no such person.
        InvalidRequest
            No other administrator could sign in: two who disable each other at once do not both succeed.
        """
        self._note(person_id, "disabled_at", now, by)

    def enable(self, person_id: str, now: datetime, by: str = "") -> None:
        """Let a person sign in again who was disabled; ``by`` is the person who does it, for the audit.

        The visits that ended stay ended. Nothing changes for somebody who is not disabled; NotFound for an
        unknown id.
        """
        self.get(person_id)
        theirs = update(people).where(people.c.id == person_id, people.c.disabled_at.is_not(None))
        with self._database.writing("changing a person") as connection:
            if connection.execute(theirs.values(disabled_at=None)).rowcount:
                enter(connection, [Note("person.enabled", Of.PERSON, person_id, by)], now)

    def object_to_mail(self, person_id: str, now: datetime, by: str = "") -> Person:
        """Note that a person wants no mails, until they agree to them; NotFound for an unknown id.

        ``by`` is the person who does it, for the audit; "" for the command line.
        """
        self._note(person_id, "objected_at", now, by)
        return self.get(person_id)

    def agree_to_mail(self, person_id: str, now: datetime) -> Person:
        """Note that a person agreed to mails; an earlier objection ends. NotFound for an unknown id."""
        self.get(person_id)
        theirs = update(people).where(people.c.id == person_id)
        with self._database.writing("changing a person") as connection:
            connection.execute(theirs.values(consent_at=stamp(now), objected_at=None))
            enter(connection, [Note("person.agreed", Of.PERSON, person_id)], now)
        return self.get(person_id)

    def _note(self, person_id: str, what: str, now: datetime, by: str) -> None:
        """Keep when something first happened; later times change nothing."""
        self.get(person_id)
        first = update(people).where(people.c.id == person_id, people.c[what].is_(None))
        with self._database.writing("changing a person") as connection:
            if what == "disabled_at":
                require_another_admin(connection, person_id)
            if connection.execute(first.values({what: stamp(now)})).rowcount:
                act = f"person.{what.removesuffix('_at')}"
                enter(connection, [Note(act, Of.PERSON, person_id, by)], now)

    def password_hash(self, person_id: str) -> str | None:
        """Return the hash of a person's password; None where none is set."""
        statement = select(people.c.password_hash).where(people.c.id == person_id)
        with self._database.reading("reading a password") as connection:
            found: str | None = connection.execute(statement).scalar()
        return found

    def set_password_hash(self, person_id: str, password_hash: str | None) -> None:
        """Set the hash of a person's password; None removes it."""
        statement = update(people).where(people.c.id == person_id).values(password_hash=password_hash)
        with self._database.writing("storing a password") as connection:
            connection.execute(statement)

    def add_link(self, link: Link, token_hash: str) -> Link:
        """Keep a link and return it; the kept one where there is one of its id."""
        with self._database.writing("making a link") as connection:
            kept = connection.execute(select(links).where(links.c.id == link.id)).first()
            if kept is not None:
                return _link(kept)
            row = {name: _stamped(value) for name, value in asdict(link).items()}
            connection.execute(insert(links), {**row, "token_hash": token_hash})
        return link

    def find_link(self, token_hash: str) -> Link | None:
        """Return the link of a token; None for a token that belongs to none."""
        with self._database.reading("reading a link") as connection:
            row = connection.execute(select(links).where(links.c.token_hash == token_hash)).first()
        return None if row is None else _link(row)

    def use_link(self, link_id: str, now: datetime) -> bool:
        """Note that a link was used; False where it was used before."""
        unused = update(links).where(links.c.id == link_id, links.c.used_at.is_(None))
        with self._database.writing("using a link") as connection:
            return connection.execute(unused.values(used_at=stamp(now))).rowcount == 1

    def links_of(self, person_id: str, purpose: Purpose) -> list[Link]:
        """Return the links of a person that were not revoked, oldest first."""
        mine = (
            links.c.person_id == person_id,
            links.c.purpose == purpose.value,
            links.c.revoked_at.is_(None),
        )
        statement = select(links).where(*mine).order_by(links.c.created_at, links.c.id)
        with self._database.reading("reading links") as connection:
            return [_link(row) for row in connection.execute(statement)]

    def revoke_links(self, link_ids: list[str], now: datetime) -> None:
        """End links; unknown ids are passed over."""
        dialect = self._database.dialect
        statement = update(links).where(id_in(dialect, links.c.id), links.c.revoked_at.is_(None))
        with self._database.writing("revoking links") as connection:
            connection.execute(statement.values(revoked_at=stamp(now)), ids_parameter(dialect, link_ids))

    def drop_links(self, before: datetime) -> int:
        """Remove the links that expired or were revoked by an instant; return how many there were."""
        over = or_(links.c.expires_at <= stamp(before), links.c.revoked_at <= stamp(before))
        with self._database.writing("removing links that are over") as connection:
            return int(connection.execute(delete(links).where(over)).rowcount)

    def _select(self, condition: Any, parameters: Mapping[str, Any] | None = None) -> list[Person]:
        found = select(people).order_by(people.c.id)
        spoken = select(person_organisations).order_by(person_organisations.c.organisation_id)
        if condition is not None:
            found = found.where(condition)
            spoken = spoken.where(person_organisations.c.person_id.in_(select(people.c.id).where(condition)))
        with self._database.snapshot("reading people") as connection:
            return _with_organisations(connection, found, spoken, parameters or {})


def write_person(connection: Connection, person: Person, at: str) -> bool:
    """Add a person or replace the one of the same id; return whether there was one.

    It raises as :meth:`PeopleTables.put` does.
    """
    if person.disabled_at is not None or Role.ADMIN not in person.roles:
        require_another_admin(connection, person.id)
    refuse_suppressed_person(connection, person)
    _require_own_address(connection, person)
    _require_organisations(connection, person.organisations)
    row = _person_row(person)
    known = select(people.c.id).where(people.c.id == person.id)
    is_known = connection.execute(known).first() is not None
    if is_known:
        connection.execute(update(people).where(people.c.id == person.id).values(row))
    else:
        connection.execute(insert(people), {**row, "id": person.id, "created_at": at})
    _write_organisations(connection, person)
    return is_known


def read_person(connection: Connection, person_id: str) -> Person:
    """Return a person, in the caller's transaction; NotFound for an unknown id."""
    spoken = select(person_organisations).where(person_organisations.c.person_id == person_id)
    spoken = spoken.order_by(person_organisations.c.organisation_id)
    found = _with_organisations(connection, select(people).where(people.c.id == person_id), spoken, {})
    if not found:
        raise NotFound("There is no such person.")
    return found[0]


def _with_organisations(
    connection: Connection, found: Select[Any], spoken: Select[Any], parameters: Mapping[str, Any]
) -> list[Person]:
    rows = connection.execute(found, parameters).all()
    organisations: dict[str, list[str]] = {row.id: [] for row in rows}
    for row in connection.execute(spoken, parameters):
        organisations[row.person_id].append(row.organisation_id)
    return [replace(_person(row), organisations=tuple(organisations[row.id])) for row in rows]


def _require_own_address(connection: Connection, person: Person) -> None:
    others = select(people.c.id).where(
        people.c.email_key == address_key(person.email), people.c.id != person.id
    )
    if connection.execute(others).first():
        raise InvalidRequest("Another person has this e-mail address: change that person instead.")


def _require_organisations(connection: Connection, organisations: Iterable[str]) -> None:
    for organisation_id in organisations:
        stored = select(items.c.id).where(
            items.c.id == organisation_id, items.c.item_type == ItemType.ORGANISATION.value
        )
        if not connection.execute(stored).first():
            raise InvalidRequest(f"There is no organisation '{organisation_id}' in the store.")


def _write_organisations(connection: Connection, person: Person) -> None:
    theirs = person_organisations.c.person_id == person.id
    connection.execute(delete(person_organisations).where(theirs))
    for organisation_id in sorted(set(person.organisations)):
        row = {"person_id": person.id, "organisation_id": organisation_id}
        connection.execute(insert(person_organisations), row)


def require_another_admin(connection: Connection, person_id: str) -> None:
    """Refuse to lose the last administrator who may sign in; writers take turns, so the count holds."""
    statement = select(people.c.id, people.c.roles).where(people.c.disabled_at.is_(None))
    admins = {row.id for row in connection.execute(statement) if Role.ADMIN in row.roles.split()}
    if admins == {person_id}:
        raise InvalidRequest("This is the last administrator: make another one first.")


def _person_row(person: Person) -> dict[str, Any]:
    return {
        "email": person.email,
        "email_key": address_key(person.email),
        "name": person.name,
        "function": person.function,
        "lang": person.lang,
        "roles": " ".join(sorted(person.roles)),
        "source": person.source,
        "consent_at": _stamped(person.consent_at),
        "objected_at": _stamped(person.objected_at),
        "disabled_at": _stamped(person.disabled_at),
    }


def _person(row: Row[Any]) -> Person:
    return Person(
        id=row.id,
        email=row.email,
        name=row.name,
        function=row.function,
        lang=row.lang,
        roles=frozenset(Role(role) for role in row.roles.split()),
        source=row.source,
        consent_at=instant(row.consent_at),
        objected_at=instant(row.objected_at),
        disabled_at=instant(row.disabled_at),
    )


def _link(row: Row[Any]) -> Link:
    created_at, expires_at, used_at, revoked_at = (instant(getattr(row, name)) for name in _INSTANTS)
    assert created_at is not None  # noqa: S101  # the column allows no NULL
    return Link(
        row.id,
        Purpose(row.purpose),
        row.person_id,
        row.subject,
        created_at,
        expires_at,
        used_at,
        revoked_at,
    )


def instant(text: str | None) -> datetime | None:
    """Read an instant as the tables keep it; None stays None.

    >>> instant(None) is None
    True
    """
    return None if text is None else datetime.fromisoformat(text)


def _stamped(value: Any) -> Any:
    return stamp(value) if isinstance(value, datetime) else value
