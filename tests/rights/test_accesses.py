"""Who looked at a record or changed it, as its own people read it from the audit."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from matcher.build import Matcher, open_matcher
from matcher.people import Person, Role, new_person
from matcher.rights import By, Subject, SubjectKind
from tests.rights.cluster import member, settings_of
from tests.samples import migrated

NOW = datetime(2026, 12, 1, 9, tzinfo=UTC)
ONE, OTHER = member(1), member(2)
OF_ONE = Subject(SubjectKind.ORGANISATION, ONE.id)
CLAIRE = new_person("claire@one.example", "Claire Martin", roles=[Role.MEMBER], organisations=[ONE.id])
HUGO = new_person("hugo@other.example", "Hugo Petit", roles=[Role.MEMBER], organisations=[OTHER.id])
NADIA = new_person("nadia@cluster.example", "Nadia Benali", roles=[Role.STAFF])


@pytest.fixture
def matcher(tmp_path: Path) -> Iterator[Matcher]:
    settings = settings_of(tmp_path)
    migrated(tmp_path / "matcher.db")
    with open_matcher(settings) as opened:
        opened.store.items.put([ONE, OTHER], source="test")
        for person in (CLAIRE, HUGO, NADIA):
            opened.store.people.put(person)
        yield opened


def told(matcher: Matcher, subject: Subject = OF_ONE) -> list[tuple[str, By, str]]:
    return [(one.act, one.by, one.name) for one in matcher.rights.accesses(subject)]


@pytest.mark.parametrize(
    ("who", "expected"),
    [
        (NADIA, [("subject.view", By.STAFF, "Nadia Benali")]),
        (CLAIRE, []),
        (HUGO, []),
        (None, []),
        (replace(NADIA, organisations=(ONE.id,)), []),
    ],
    ids=["staff", "oneself", "another member", "a program", "staff who speak for it"],
)
def test_a_look_is_entered_when_staff_open_the_record_of_others(
    matcher: Matcher, who: Person | None, expected: list[tuple[str, By, str]]
) -> None:
    matcher.rights.look([OF_ONE], who, NOW)
    assert told(matcher) == expected
    assert told(matcher, Subject(SubjectKind.ORGANISATION, OTHER.id)) == []


def test_who_looks_several_times_within_an_hour_is_entered_once(matcher: Matcher) -> None:
    for minutes in (0, 20, 59, 61):
        matcher.rights.look([OF_ONE], NADIA, NOW + timedelta(minutes=minutes))
    assert [one.at for one in matcher.rights.accesses(OF_ONE)] == [NOW + timedelta(minutes=61), NOW]
    assert matcher.audit.verify().is_sound


def test_changes_and_copies_say_who_and_the_erased_are_named_no_more(matcher: Matcher) -> None:
    changed = ONE.model_copy(update={"city": "Albi"})
    matcher.store.items.put([changed], source="page", by=NADIA.id)
    matcher.store.items.put([changed], source="page", by=NADIA.id)  # nothing changes
    matcher.store.items.put([ONE], source="membres.csv")
    matcher.rights.export(OF_ONE, NOW, CLAIRE.id)
    assert told(matcher) == [
        ("subject.export", By.OWN, ""),
        ("subject.change", By.SERVICE, ""),
        ("subject.change", By.STAFF, "Nadia Benali"),
    ]
    matcher.rights.erase(Subject(SubjectKind.PERSON, NADIA.id), NOW)
    assert told(matcher)[-1] == ("subject.change", By.GONE, "")
    copy = matcher.rights.export(OF_ONE, NOW, CLAIRE.id)
    assert [one["by"] for one in copy["accesses"]][1:] == ["own", "service", "gone"]


def test_an_opened_contact_is_told_without_the_name_of_the_member(matcher: Matcher) -> None:
    matcher.rights.open_contacts([CLAIRE.id, HUGO.id], HUGO.id, NOW)
    of_claire = Subject(SubjectKind.PERSON, CLAIRE.id)
    assert told(matcher, of_claire)[0] == ("contact.open", By.MEMBER, "")
    assert told(matcher, Subject(SubjectKind.PERSON, HUGO.id)) == [("person.add", By.SERVICE, "")]


@pytest.mark.parametrize(
    "later",
    [{"roles": frozenset()}, {"roles": frozenset({Role.MEMBER}), "organisations": (ONE.id,)}],
    ids=["left the team", "speaks for it now"],
)
def test_who_acted_for_the_team_is_told_so_after_leaving_it(matcher: Matcher, later: dict[str, Any]) -> None:
    matcher.rights.look([OF_ONE], NADIA, NOW)
    matcher.store.people.put(replace(NADIA, **later))
    assert told(matcher) == [("subject.view", By.STAFF, "Nadia Benali")]
    assert matcher.audit.verify().is_sound


def test_several_looks_at_once_are_entered_each_once(matcher: Matcher) -> None:
    of_other = Subject(SubjectKind.ORGANISATION, OTHER.id)
    matcher.rights.look([OF_ONE], NADIA, NOW)
    matcher.rights.look([OF_ONE, of_other, of_other], NADIA, NOW)
    assert (len(told(matcher)), len(told(matcher, of_other))) == (1, 1)


def test_acts_on_an_account_say_who(matcher: Matcher) -> None:
    store, of_claire = matcher.store, Subject(SubjectKind.PERSON, CLAIRE.id)
    store.people.object_to_mail(CLAIRE.id, NOW, CLAIRE.id)
    store.people.agree_to_mail(CLAIRE.id, NOW)
    store.people.object_to_mail(CLAIRE.id, NOW)
    store.people.disable(CLAIRE.id, NOW, NADIA.id)
    assert told(matcher, of_claire)[:4] == [
        ("person.disabled", By.STAFF, "Nadia Benali"),
        ("person.objected", By.SERVICE, ""),
        ("person.agreed", By.SERVICE, ""),
        ("person.objected", By.OWN, ""),
    ]
