"""What goes with an organisation that is erased or taken out of the catalogue."""

import bz2
import gzip
import io
import lzma
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pytest

from matcher.adapters.sql import utc_now
from matcher.build import Matcher, open_matcher
from matcher.domain.imports import ImportFile
from matcher.domain.items import Lead
from matcher.domain.messages import MessageRequest
from matcher.errors import BackendUnavailable, NotFound
from matcher.hiring.needs import EmployerFact
from matcher.people import Person, Role, new_person
from matcher.rights import UPLOADS, Subject, SubjectKind, Suppressed, find_subject
from service.backups import make_backup
from service.pages.admin.backup import kept_backups
from tests.bulk.spoiling import spoil, spoil_type
from tests.rights.cluster import NOW, left_in, member, plan_of, settings_of
from tests.samples import migrated

ONE, OTHER = member(1), member(2)
OF_ONE = Subject(SubjectKind.ORGANISATION, ONE.id)


@pytest.fixture
def matcher(tmp_path: Path) -> Iterator[Matcher]:
    home = tmp_path / "home"
    migrated(home / "matcher.db")
    with open_matcher(settings_of(home)) as opened:
        opened.store.items.put([ONE, OTHER], source="test")
        yield opened


def speaker_of(*organisations: str, roles: tuple[Role, ...] = (Role.MEMBER,)) -> Person:
    return new_person("camille@001zq.example", "Camille-001zq", roles=roles, organisations=organisations)


@pytest.mark.parametrize(
    ("person", "stays"),
    [
        (speaker_of(ONE.id), False),
        (speaker_of(ONE.id, roles=()), False),
        (speaker_of(ONE.id, OTHER.id), True),
        (speaker_of(ONE.id, roles=(Role.MEMBER, Role.STAFF)), True),
    ],
    ids=["member", "contact person", "of another too", "of the cluster too"],
)
def test_people_who_are_kept_for_it_alone_go_with_an_organisation(
    matcher: Matcher, person: Person, stays: bool
) -> None:
    store = matcher.store
    store.people.put(person)
    erasure = matcher.rights.erase(OF_ONE, utc_now())
    assert [one.id for one in store.people.all()] == ([person.id] if stays else [])
    assert erasure.removal.rows.get("people", 0) == (0 if stays else 1)
    assert all(one.done_at for one in matcher.rights.finish(utc_now))
    assert bool(left_in(matcher.settings.home, ["Camille-001zq", person.id])) is stays
    if not stays:  # it was the organisation that asked
        store.people.put(replace(person, organisations=(OTHER.id,)))


def test_what_is_taken_out_of_the_catalogue_leaves_no_byte_and_may_come_back(matcher: Matcher) -> None:
    matcher.store.people.put(speaker_of(ONE.id))
    matcher.index_now()
    matcher.rights.remove(ONE.id, utc_now(), check=lambda: None)
    assert all(one.done_at for one in matcher.rights.finish(utc_now))
    assert left_in(matcher.settings.home, ["001zq"]) == []
    assert matcher.store.items.put([ONE], source="test").inserted == 1


def test_a_removal_ends_where_its_check_fails(matcher: Matcher) -> None:
    def changed() -> None:
        raise ValueError("another version")

    with pytest.raises(ValueError, match="another version"):
        matcher.rights.remove(ONE.id, utc_now(), check=changed)
    assert ONE.id in matcher.store.items.get_many([ONE.id])
    assert not matcher.rights.owes()


def packed(text: str) -> bytes:
    content = io.BytesIO()
    with ZipFile(content, "w", ZIP_DEFLATED) as archive:
        archive.writestr("xl/sharedStrings.xml", f"<si><t>{text}</t></si>" * 3)
    return content.getvalue()


@pytest.mark.parametrize(
    ("content", "stays"),
    [
        (packed(ONE.name), False),
        (packed(OTHER.name), True),
        (ONE.id.encode(), False),
        (b"PK\x03\x04 a damaged archive", False),  # it can neither be searched nor imported
    ],
)
def test_a_file_that_waits_goes_when_it_names_the_erased(
    matcher: Matcher, content: bytes, stays: bool
) -> None:
    folder = matcher.settings.home / UPLOADS / "waiting"
    folder.mkdir(parents=True)
    (folder / "membres.xlsx").write_bytes(content)
    matcher.rights.erase(OF_ONE, utc_now())
    assert all(one.done_at for one in matcher.rights.finish(utc_now))
    assert folder.exists() is stays


def test_a_workbook_elsewhere_in_the_home_is_searched_inside(matcher: Matcher) -> None:
    (matcher.settings.home / "liste.xlsx").write_bytes(packed(ONE.name))
    matcher.rights.erase(OF_ONE, utc_now())
    (owed,) = matcher.rights.finish(utc_now)
    assert owed.found_in == ("liste.xlsx",)


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress])
def test_what_is_packed_otherwise_leaves_an_erasure_owed_until_it_is_gone(
    matcher: Matcher, pack: Callable[[bytes], bytes]
) -> None:
    left = matcher.settings.home / "matcher-2026-11-30.tar"
    left.write_bytes(pack(ONE.name.encode()))
    matcher.rights.erase(OF_ONE, utc_now())
    (owed,) = matcher.rights.finish(utc_now)
    assert owed.done_at is None
    assert f"{left.name} (not readable)" in owed.found_in
    left.unlink()
    assert all(one.done_at for one in matcher.rights.finish(utc_now))


def test_a_backup_that_a_killed_process_left_is_told(matcher: Matcher) -> None:
    home, kept = matcher.settings.home, kept_backups(matcher.settings.home)
    to = kept.folder(kept.make(utc_now())) / "matcher.tar.gz"
    make_backup(matcher.store, home, to, utc_now())
    matcher.rights.erase(OF_ONE, utc_now())
    (owed,) = matcher.rights.finish(utc_now)
    assert owed.found_in == (f"{to.relative_to(home)} (not readable)",)


def test_a_certificate_says_that_a_published_index_stays_without_the_siren(matcher: Matcher) -> None:
    fact = EmployerFact(ONE.siret[:9], 2023, 92, ONE.name.upper(), "31", "62.01Z", "https://example.org")
    matcher.store.employer_facts.put([fact], utc_now())
    matcher.rights.erase(OF_ONE, utc_now())
    (done,) = matcher.rights.finish(utc_now)
    assert done.done_at is not None
    assert done.removal.named_elsewhere == ("employer_facts.name 2023",)


def test_the_mails_of_a_merged_twin_still_go_out_once_each(matcher: Matcher) -> None:
    store = matcher.store
    people = [new_person(f"p{number}@example.org", "P", organisations=[ONE.id]) for number in (1, 2)]
    for person in people:
        store.people.put(person)
    first, second = (person.id for person in people)
    for of, to in ((ONE.id, first), (OTHER.id, first), (OTHER.id, second)):
        subjects = {"organisation": of, "digest": "2026-W49"}
        request = MessageRequest(f"alert:{of}:{to}:2026-W49", to, "alert_digest", NOW, subjects)
        store.mail.queue([request], NOW)
    store.items.merge(ONE.id, OTHER.id)
    assert sorted(mail.person_id for mail in store.mail.all()) == sorted([first, second])
    assert {mail.subjects["organisation"] for mail in store.mail.all()} == {ONE.id}


WHOLE = (
    '{"id": "MEMBRE-001zq", "description": "Untel-001zq fait des cartes anciennes", "siret": "10000000100011"'
)


@pytest.mark.parametrize(
    "body", ['{"name": 1}', "{", "what a disk left of it", WHOLE, WHOLE + ', "unknown": 1}'], ids=len
)
@pytest.mark.parametrize("named", [ONE.id, ONE.name])
def test_an_organisation_whose_row_is_damaged_is_erased_as_well(
    matcher: Matcher, body: str, named: str
) -> None:
    store = matcher.store
    store.people.put(speaker_of(ONE.id))
    matcher.index_now()
    spoil(store, ONE.id, body)
    subject = find_subject(named, store.items, store.people, matcher.hiring.desk)
    assert subject == OF_ONE
    [row] = matcher.rights.export(subject, utc_now())["held"]["items"]
    assert row["name"] == ONE.name
    erasure = matcher.rights.erase(subject, utc_now())
    assert (erasure.removal.rows["items"], erasure.removal.rows["people"]) == (1, 1)
    assert [one.found_in for one in matcher.rights.finish(utc_now) if one.done_at is None] == []
    assert left_in(matcher.settings.home, [ONE.id, ONE.name, "cartes anciennes"]) == []
    assert (store.items.damaged(), matcher.index.count()) == ([], 1)
    with pytest.raises(NotFound, match="erased already"):
        matcher.rights.erase(subject, utc_now())
    again = [ONE, ONE.model_copy(update={"id": "NEU", "siret": ""})]
    again += [ONE.model_copy(update={"id": "NEU", "name": "Autre"})] if "siret" in body else []
    for one in again:
        with pytest.raises(Suppressed):
            store.items.put([one], source="test")


@pytest.mark.parametrize("named", [ONE.id, ONE.name])
def test_an_organisation_whose_type_is_damaged_is_erased_as_well(matcher: Matcher, named: str) -> None:
    store = matcher.store
    matcher.index_now()
    spoil_type(store, ONE.id)
    assert store.items.damaged() == [ONE.id]
    subject = find_subject(named, store.items, store.people, matcher.hiring.desk)
    assert matcher.rights.erase(subject, utc_now()).removal.rows["items"] == 1
    assert [one.found_in for one in matcher.rights.finish(utc_now) if one.done_at is None] == []
    assert left_in(matcher.settings.home, [ONE.id, ONE.name]) == []
    assert (store.items.damaged(), matcher.index.count()) == ([], 1), "the index took the deletion in"


def test_an_organisation_whose_type_is_damaged_is_repaired_by_an_import(matcher: Matcher) -> None:
    store = matcher.store
    stored = store.items.get(ONE.id)
    spoil_type(store, ONE.id)
    assert store.items.put([stored], source="test").updated == 1
    assert (store.items.damaged(), store.items.get(ONE.id)) == ([], stored)
    spoil_type(store, ONE.id)
    file = ImportFile("members.csv", "0" * 64, "staff")
    report = store.items.put([stored.model_copy(update={"name": "Autre"})], source="test", file=file)
    store.imports.undo(report.batch)
    assert store.items.get(ONE.id) == stored


def test_a_damaged_row_is_neither_corrected_nor_merged_and_keeps_no_plan_from_others(
    matcher: Matcher,
) -> None:
    spoil(matcher.store, ONE.id)
    for act in (
        lambda: matcher.rights.correct_organisation(ONE.id, lambda one: one, utc_now()),
        lambda: matcher.store.items.merge(OTHER.id, ONE.id),
    ):
        with pytest.raises(BackendUnavailable, match=f"'{ONE.id}' is damaged in the store. Import it again"):
            act()
    kept = matcher.store.plans.save(plan_of([ONE, OTHER, member(3)]))
    assert ONE.id not in kept.lists


def test_a_damaged_row_of_another_type_is_no_organisation(matcher: Matcher) -> None:
    matcher.store.items.put([Lead(id="L1", name="École")], source="test")
    spoil(matcher.store, "L1")
    with pytest.raises(NotFound):
        matcher.rights.erase(Subject(SubjectKind.ORGANISATION, "L1"), utc_now())
