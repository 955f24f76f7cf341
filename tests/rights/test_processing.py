"""The privacy notice tells of every table of members, and follows settings and rights."""

from sqlalchemy import MetaData, create_engine

from matcher.adapters.sql import open_store
from matcher.adapters.sql.schema import metadata, names_item, names_person
from matcher.rights import Durations, notice, processings, record_rows, version_of_notice
from matcher.settings import Settings


def tables_of_members() -> set[str]:
    found = {"items", "outbox", "imports", "audit_entries", "erasures", "suppressions"}
    for table in metadata.sorted_tables:
        if any(names_item(c) or names_person(c, kept=True) or names_person(c, kept=False) for c in table.c):
            found.add(table.name)
    return found


def test_every_table_of_members_is_told_of_once() -> None:
    told = [name for one in processings(Durations(90)) for name in one.tables]
    assert sorted(told) == sorted(set(told))
    assert set(told) == tables_of_members(), "say in processing.py what the new table is for"


def test_every_table_told_of_is_in_a_store(tmp_path) -> None:
    settings = Settings(home=tmp_path)
    with open_store(settings.database_url) as store:
        store.migrate()
    engine = create_engine(settings.database_url)
    kept = MetaData()
    kept.reflect(engine)
    engine.dispose()
    assert {name for one in processings(Durations(90)) for name in one.tables} <= kept.tables.keys()


def test_a_setting_changes_the_text_and_its_version() -> None:
    one, other = processings(Durations(90)), processings(Durations(30))
    assert "90 jours" in notice(one, "fr")
    assert "30 days" in notice(other, "en")
    assert version_of_notice(one) != version_of_notice(other)
    assert version_of_notice(one) == version_of_notice(processings(Durations(90)))


def test_candidates_and_staff_tools_are_seen_by_those_who_may() -> None:
    alerts = next(one for one in processings(Durations(90)) if "alerts" in one.tables)
    assert alerts.readers == ("soi-même, équipe, administration", "oneself, staff, administrators")


def test_the_record_has_a_row_a_purpose() -> None:
    columns, rows = record_rows(processings(Durations(90)))
    assert {len(row) for row in rows} == {len(columns)}
    assert len({row[-1] for row in rows}) == 1
