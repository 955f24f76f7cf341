"""An erasure over a store in which every table has a row leaves nothing in any byte of the home."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Boolean, Column, Float, Integer, Table, create_engine, insert, select

from matcher.adapters.sql import utc_now
from matcher.adapters.sql.schema import metadata, names_item, names_person
from matcher.build import Matcher, open_matcher
from matcher.domain.items import Organisation
from matcher.hiring.candidates import ERASED_ORGANISATION
from matcher.people import Person
from matcher.rights import Subject, SubjectKind
from tests.rights.cluster import NOW, fill, introduce, left_in, member, settings_of
from tests.samples import migrated

MEMBERS = [member(number) for number in range(4)]
TOOK_AWAY = f"prend les cartes de {MEMBERS[0].name}"


@pytest.fixture
def matcher(tmp_path: Path) -> Iterator[Matcher]:
    settings = settings_of(tmp_path / "home")
    migrated(settings.home / "matcher.db")
    with open_matcher(settings) as opened:
        yield opened


def own_values(one: Organisation, person: Person) -> dict[str, Any]:
    """What columns hold that are no plain text, or that name a subject within a text."""
    at = NOW.isoformat()
    return {
        "erasures.kind": "person",
        "erasures.done_at": at,
        "erasures.named_elsewhere": json.dumps([f"items.body {one.id}"]),
        "candidates.shown_to": json.dumps([one.id]),
        "candidates.profile": json.dumps({"skills": [f"cartographie {person.name}"]}),
        "job_needs.need": json.dumps({"text": TOOK_AWAY}),
        "alerts.why_fr": TOOK_AWAY,
        "alerts.why_en": TOOK_AWAY,
        "saved_searches.text": TOOK_AWAY,
        **dict.fromkeys(("erasures.sought", "erasures.found_in"), "[]"),
        **dict.fromkeys(("erasures.rows_removed", "job_needs.overrides", "shortlist_entries.match"), "{}"),
    }


def complete(matcher: Matcher, one: Organisation, person: Person) -> None:
    """Put a row into each table that has none; it names the subjects in every column that may."""
    engine, own = create_engine(matcher.settings.database_url), own_values(one, person)
    with engine.begin() as connection:
        for table in metadata.sorted_tables:
            if connection.execute(select(table).limit(1)).first() is None:
                row = {column.name: value_of(column, one, person, own) for column in table.c}
                connection.execute(insert(table), row)
    engine.dispose()


def value_of(column: Column[Any], one: Organisation, person: Person, own: dict[str, Any]) -> Any:
    name = str(column)
    if name in own:
        return own[name]
    if names_item(column):
        return one.id
    if names_person(column, kept=True) or names_person(column, kept=False):
        return person.id
    if isinstance(column.type, Boolean | Float | Integer):
        return 1
    return None if column.nullable else NOW.isoformat()


def empty_tables(matcher: Matcher) -> list[str]:
    engine = create_engine(matcher.settings.database_url)
    with engine.connect() as connection:
        found = [table.name for table in metadata.sorted_tables if _is_empty(connection, table)]
    engine.dispose()
    return found


def _is_empty(connection: Any, table: Table) -> bool:
    return connection.execute(select(table).limit(1)).first() is None


def test_nothing_of_the_erased_is_left_whatever_table_named_it(matcher: Matcher) -> None:
    one, person = MEMBERS[0], fill(matcher, MEMBERS)[0]
    introduce(matcher, iter([(one, MEMBERS[1])]))
    matcher.audit.checkpoint(NOW)
    complete(matcher, one, person)
    assert empty_tables(matcher) == [], "the test would prove nothing of them"
    matcher.rights.erase(Subject(SubjectKind.PERSON, person.id), utc_now())
    matcher.rights.erase(Subject(SubjectKind.ORGANISATION, one.id), utc_now())
    assert [each.found_in for each in matcher.rights.finish(utc_now) if each.done_at is None] == []
    gone = ["000zq", one.id, one.siret, person.id, person.email]
    assert left_in(matcher.settings.home, gone) == []


def test_a_choice_of_a_candidate_stays_as_narrow_when_the_organisation_goes(matcher: Matcher) -> None:
    one, other, candidate = MEMBERS[0], MEMBERS[1], "CA-1"
    matcher.store.items.put(MEMBERS[:2], source="test")
    engine = create_engine(matcher.settings.database_url)
    candidates = metadata.tables["candidates"]
    row: dict[str, Any] = dict.fromkeys(candidates.c.keys(), NOW.isoformat())
    row |= {"candidate_id": candidate, "profile": "{}", "shown_to": json.dumps([one.id, other.id])}
    with engine.begin() as connection:
        connection.execute(insert(candidates), row)
    for gone, expected in ((one, [ERASED_ORGANISATION, other.id]), (other, [ERASED_ORGANISATION])):
        matcher.rights.erase(Subject(SubjectKind.ORGANISATION, gone.id), utc_now())
        with engine.connect() as connection:
            assert json.loads(connection.execute(select(candidates.c.shown_to)).scalar_one()) == expected
    assert all(each.done_at for each in matcher.rights.finish(utc_now))
    engine.dispose()
