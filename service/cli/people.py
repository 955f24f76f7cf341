"""The commands that manage people and keys: users, keys. They need no sign-in: they run on the machine."""

import json
from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer
from rich import box
from rich.table import Table
from rich.text import Text

from matcher.adapters.sql import Store, open_store
from matcher.build import open_matcher
from matcher.domain.items import ItemType
from matcher.errors import NotFound
from matcher.language.lookup import find_item
from matcher.people import ApiKeys, Person, Role, Scope, new_person
from matcher.rights import Subject, SubjectKind
from matcher.settings import load
from service.cli.render.console import remarks, results

users = typer.Typer(help="People who may sign in, and contact persons.", no_args_is_help=True)
keys = typer.Typer(help="Keys of programs that call the API.", no_args_is_help=True)


@users.command("add")
def add_user(  # noqa: PLR0913, PLR0917  # a command's parameters are its options
    email: Annotated[str, typer.Argument(help="E-mail address.")],
    name: Annotated[str, typer.Option("--name", help="First and last name.")],
    role: Annotated[
        list[Role] | None, typer.Option("--role", help="What the person is; may be repeated.")
    ] = None,
    organisation: Annotated[
        list[str] | None, typer.Option("--for", help="Id or name of an organisation; may be repeated.")
    ] = None,
    function: Annotated[str, typer.Option("--function", help="Function in the organisation.")] = "",
    source: Annotated[str, typer.Option("--source", help="Where the data come from.")] = "",
    contact: Annotated[
        bool, typer.Option("--contact", help="A contact person, who receives mails and cannot sign in.")
    ] = False,
) -> None:
    """Add a person; without --role a member, or with --contact a contact person."""
    roles = [] if contact else role or [Role.MEMBER]
    with _store() as store:
        found = [find_item(store.items, given, ItemType.ORGANISATION).id for given in organisation or []]
        person = new_person(
            email, name, roles=roles, organisations=found, function=function, source=source or "command line"
        )
        store.people.put(person)
    results().print(f"{person.id}  {person.email}  {_roles(person)}", highlight=False)
    if person.may_sign_in:
        remarks().print("Signs in at /v1/sign-in with a link that is sent to this address.")


@users.command("list")
def list_users() -> None:
    """List people: roles, organisations, whether they may sign in."""
    with _store() as store:
        people = store.people.all()
    table = _table("id", "e-mail", "name", "roles", "organisations", "state")
    for person in people:
        table.add_row(
            person.id,
            person.email,
            person.name,
            _roles(person),
            ", ".join(person.organisations),
            _state(person),
        )
    results().print(table)


@users.command("calendar")
def calendar_of_user(
    email: Annotated[str, typer.Argument(help="E-mail address.")],
    renew: Annotated[bool, typer.Option("--renew", help="Replace the address by a new one.")] = False,
    revoke: Annotated[bool, typer.Option("--revoke", help="End it: the address opens nothing more.")] = False,
) -> None:
    """Print the secret address of a person's calendar, made at the first call."""
    now = datetime.now(UTC)
    with open_matcher(load()) as matcher:
        person = _find(matcher.store, email)
        if revoke:
            ended = matcher.calendars.close(person.id, now)
            remarks().print("The calendar has ended." if ended else "There was no calendar.")
            return
        token = None if renew else matcher.calendars.token(person.id)
        token = token or matcher.calendars.open(person.id, now)
        results().out(matcher.addresses.calendar(token), highlight=False)
    remarks().print("Who knows this address reads the calendar: give it to this person alone.")


@users.command("object")
def object_user(email: Annotated[str, typer.Argument(help="E-mail address.")]) -> None:
    """Note that a person wants no more mails, as the link in each mail does; sign-in links excepted."""
    with _store() as store:
        person = store.people.object_to_mail(_find(store, email).id, datetime.now(UTC))
    results().print(f"{person.email} gets no more mails.", highlight=False)


@users.command("agree")
def agree_user(email: Annotated[str, typer.Argument(help="E-mail address.")]) -> None:
    """Note that a person agreed to mails; an earlier objection ends with it."""
    with _store() as store:
        person = store.people.agree_to_mail(_find(store, email).id, datetime.now(UTC))
    results().print(f"{person.email} agreed to mails.", highlight=False)


@users.command("show")
def show_user(
    email: Annotated[str, typer.Argument(help="E-mail address.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Show what is kept of a person: for whom they speak, where the data come from, what they agreed to."""
    with _store() as store:
        person = _find(store, email)
    if as_json:
        results().out(json.dumps(_record(person), ensure_ascii=False, indent=2), highlight=False)
        return
    for name, value in _record(person).items():
        shown = ", ".join(value) if isinstance(value, list) else value or "-"
        results().print(f"{name:14}{shown}", highlight=False)


@users.command("disable")
def disable_user(email: Annotated[str, typer.Argument(help="E-mail address.")]) -> None:
    """End a person's visits at once and let them sign in no more; what they did stays."""
    with _store() as store:
        person = _find(store, email)
        store.people.disable(person.id, datetime.now(UTC))
        ended = store.visits.end_visits(person.id)
    results().print(f"{person.email} can no longer sign in; visits ended: {ended}", highlight=False)


@users.command("enable")
def enable_user(email: Annotated[str, typer.Argument(help="E-mail address.")]) -> None:
    """Let a person sign in again who was disabled; the visits that ended stay ended."""
    with _store() as store:
        person = _find(store, email)
        store.people.enable(person.id, datetime.now(UTC))
    may = "can sign in again" if person.roles else "gets mails again"
    results().print(f"{person.email} {may}.", highlight=False)


@users.command("erase")
def erase_user(email: Annotated[str, typer.Argument(help="E-mail address.")]) -> None:
    """Erase a person as `matcher erase` does: not taken in again; records of acts stay."""
    with open_matcher(load()) as matcher:
        person = _find(matcher.store, email)
        erasure = matcher.rights.erase(Subject(SubjectKind.PERSON, person.id), datetime.now(UTC))
    results().print(f"Erased. Certificate: {erasure.id}", highlight=False)
    remarks().print("Files follow: `matcher privacy finish`, or the running service by itself.")


@keys.command("create")
def create_key(
    name: Annotated[str, typer.Argument(help="What the key is for, such as: website.")],
    scope: Annotated[list[Scope], typer.Option("--scope", help="What it may do; may be repeated.")],
    days: Annotated[int, typer.Option("--days", min=1, max=3_650, help="Days until it ends.")] = 365,
) -> None:
    """Make a key and print it, this once."""
    now = datetime.now(UTC)
    with _store() as store:
        key, token = ApiKeys(store.keys).make(name, scope, now, now + timedelta(days=days))
    results().out(token, highlight=False)
    remarks().print(f"{key.id}: keep it now, it is not shown again. Send it as Authorization: Bearer KEY.")


@keys.command("list")
def list_keys() -> None:
    """List keys: scopes, end, last use. The keys themselves are not kept."""
    with _store() as store:
        found = store.keys.all()
    table = _table("id", "name", "scopes", "ends", "last used", "state")
    now = datetime.now(UTC)
    for key in found:
        state = "valid" if key.is_valid(now) else "ended"
        ends, used = _day(key.expires_at), _day(key.used_at)
        table.add_row(key.id, key.name, ", ".join(sorted(key.scopes)), ends, used, state)
    results().print(table)


@keys.command("revoke")
def revoke_key(key_id: Annotated[str, typer.Argument(help="Id, as `matcher keys list` gives it.")]) -> None:
    """End a key at once."""
    with _store() as store:
        ApiKeys(store.keys).revoke(key_id, datetime.now(UTC))
    results().print(f"{key_id} opens nothing any more.", highlight=False)


def _store() -> Store:
    store = open_store(load().database_url)
    store.check()
    return store


def _find(store: Store, email: str) -> Person:
    person = store.people.find(email)
    if person is None:
        raise NotFound("Nobody has this e-mail address: matcher users list names everybody.")
    return person


def _record(person: Person) -> dict[str, str | list[str] | None]:
    """Return what is kept of a person, instants in UTC; None for what has not happened."""
    return {
        "id": person.id,
        "email": person.email,
        "name": person.name,
        "function": person.function,
        "lang": person.lang,
        "roles": sorted(person.roles),
        "organisations": list(person.organisations),
        "source": person.source,
        "consent_at": _instant(person.consent_at),
        "objected_at": _instant(person.objected_at),
        "disabled_at": _instant(person.disabled_at),
    }


def _instant(at: datetime | None) -> str | None:
    return at.isoformat(timespec="seconds") if at else None


def _roles(person: Person) -> str:
    return ", ".join(sorted(person.roles)) or "contact"


def _state(person: Person) -> str:
    if person.disabled_at is not None:
        return "disabled"
    return "no mails" if person.objected_at is not None else ""


def _day(at: datetime | None) -> str:
    return "" if at is None else at.date().isoformat()


def _table(*columns: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1), header_style="dim")
    for column in columns:
        table.add_column(Text(column), overflow="fold")
    return table
