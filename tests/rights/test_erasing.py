"""Erased means: not in any byte of the home, and not taken in again."""

import threading
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from matcher.adapters.sql import open_store, utc_now
from matcher.build import Matcher, open_matcher
from matcher.domain.imports import BY_PAGE, MEMBER, ImportFile
from matcher.domain.items import Organisation
from matcher.domain.messages import MessageRequest
from matcher.errors import InvalidRequest, NotFound
from matcher.importing import import_file, rejects_path
from matcher.people import Person, Role, new_person
from matcher.rights import (
    MOST_UNPACKED,
    Erasure,
    Home,
    Subject,
    SubjectKind,
    Suppressed,
    Tracer,
    certificate,
    find_subject,
)
from tests.rights.cluster import NOW, fill, introduce, left_in, member, settings_of, speaker
from tests.samples import migrated

pytestmark = pytest.mark.slow  # each erasure rewrites an index and searches every file of a home

FEW = 6


@pytest.fixture
def matcher(tmp_path: Path) -> Iterator[Matcher]:
    settings = settings_of(tmp_path / "home")
    migrated(settings.home / "matcher.db")
    with open_matcher(settings) as opened:
        yield opened


def organisation(item_id: str) -> Subject:
    return Subject(SubjectKind.ORGANISATION, item_id)


def person(one: Person) -> Subject:
    return Subject(SubjectKind.PERSON, one.id)


def finish(matcher: Matcher) -> Erasure:
    """The erasure or correction of the one organisation, as far as it goes now; with it go its people."""
    settled = matcher.rights.finish(utc_now)
    (of_it,) = [one for one in settled if one.kind is SubjectKind.ORGANISATION]
    return of_it


def traces_of(number: int) -> list[str]:
    """What tells of the organisation of a number, wherever it is written."""
    return [f"Untel-{number:03d}zq", f"MEMBRE-{number:03d}zq", f"{100_000_000 + number}00011"]


def test_of_fifty_organisations_and_fifty_people_no_byte_is_left(matcher: Matcher) -> None:
    members = [member(number) for number in range(60)]
    people = fill(matcher, members)
    introduce(matcher, zip(members[::2], members[1::2], strict=True))
    home = matcher.settings.home
    gone = [f"{number:03d}zq" for number in range(50)]
    gone += [text for number in range(50) for text in traces_of(number)]
    assert left_in(home, gone[:2]), "the test would prove nothing"
    for one, who in zip(members[:50], people[:50], strict=True):
        matcher.rights.erase(person(who), utc_now())
        matcher.rights.erase(organisation(one.id), utc_now())
    settled = matcher.rights.finish(utc_now)
    assert [one.found_in for one in settled if one.done_at is None] == []
    assert left_in(home, [*gone, *(who.id for who in people[:50])]) == []
    assert {item.id for item in matcher.store.items.all()} == {"FAC001", *(one.id for one in members[50:])}
    assert left_in(home, traces_of(55)), "others stay"
    assert matcher.index.count() == 11


def test_what_was_being_built_when_it_was_killed_goes_too(matcher: Matcher) -> None:
    people = fill(matcher, [member(number) for number in range(FEW)])
    folder = matcher.settings.index_dir
    generation = next(path for path in folder.iterdir() if path.is_dir())
    left_over = folder / "20200101T000000000000"
    left_over.mkdir()
    (left_over / "part").write_bytes(f"a point of MEMBRE-001zq, {people[1].id}".encode())
    matcher.rights.erase(organisation("MEMBRE-001zq"), utc_now())
    settled = finish(matcher)
    assert settled.done_at is not None
    assert not left_over.exists()
    assert not generation.exists()


def test_a_list_of_rejects_in_the_home_loses_the_rows_of_the_erased(matcher: Matcher) -> None:
    fill(matcher, [member(number) for number in range(2)])
    rejects = matcher.settings.home / "membres.csv.rejects.csv"
    rejects.write_text("line;reason;nom\r\n2;x;Société Untel-001zq\r\n3;x;Autre\r\n", encoding="utf-8-sig")
    matcher.rights.erase(organisation("MEMBRE-001zq"), utc_now())
    settled = finish(matcher)
    assert settled.done_at is not None
    assert rejects.read_text(encoding="utf-8-sig").split() == ["line;reason;nom", "3;x;Autre"]


def test_a_list_of_rejects_in_another_encoding_is_told_and_stops_nothing(matcher: Matcher) -> None:
    fill(matcher, [member(number) for number in range(2)])
    rejects = matcher.settings.home / "membres.csv.rejects.csv"
    rejects.write_bytes("nom\r\nSociété Untel-001zq, membre MEMBRE-001zq\r\n".encode("cp1252"))
    matcher.rights.erase(organisation("MEMBRE-001zq"), utc_now())
    owed = finish(matcher)
    assert (owed.done_at, owed.found_in) == (None, (rejects.name,))


def test_it_is_done_though_the_clock_was_set_back_since(matcher: Matcher) -> None:
    fill(matcher, [member(number) for number in range(2)])
    matcher.rights.erase(organisation("MEMBRE-001zq"), utc_now() + timedelta(days=1))
    rewritten = finish(matcher)
    assert rewritten.done_at is not None
    current = matcher.serving.current_name()
    matcher.rights.rewrite_index(utc_now())
    assert matcher.serving.current_name() == current, "not written again and again"


def test_it_is_owed_while_a_file_holds_it_and_done_when_it_is_gone(matcher: Matcher) -> None:
    fill(matcher, [member(number) for number in range(2)])
    note = matcher.settings.home / "note.txt"
    note.write_text("Appeler Société Untel-001zq demain")
    asked = matcher.rights.erase(organisation("MEMBRE-001zq"), utc_now())
    owed = finish(matcher)
    assert (owed.done_at, owed.found_in) == (None, ("note.txt",))
    assert certificate(owed)["state"] == "owed"
    note.unlink()
    done = finish(matcher)
    assert done.done_at is not None
    assert not matcher.rights.owes()
    assert matcher.rights.finish(utc_now) == []
    assert matcher.store.rights.get(asked.id).sought == ()


def test_neither_the_request_nor_the_certificate_holds_the_data(matcher: Matcher) -> None:
    fill(matcher, [member(number) for number in range(2)])
    (matcher.settings.home / "note.txt").write_text("Société Untel-001zq")
    owed = matcher.rights.erase(organisation("MEMBRE-001zq"), utc_now())
    matcher.rights.finish(utc_now)
    assert left_in(matcher.settings.home, traces_of(1)) == [("note.txt", "Untel-001zq")]
    assert not [text for text in traces_of(1) if text in str(certificate(owed))]


def test_a_reader_that_holds_the_log_delays_the_end_and_does_not_lose_it(matcher: Matcher) -> None:
    fill(matcher, [member(number) for number in range(2)])
    reading, go_on = threading.Event(), threading.Event()

    def read() -> None:
        with open_store(matcher.settings.database_url) as other, other.backup.tables() as tables:
            _, rows = next(tables)
            list(rows)  # a snapshot begins with its first read
            reading.set()
            go_on.wait(200)

    reader = threading.Thread(target=read)
    reader.start()
    reading.wait(200)
    matcher.rights.erase(organisation("MEMBRE-001zq"), utc_now())
    owed = finish(matcher)
    go_on.set()
    reader.join()
    assert "matcher.db" in owed.found_in
    done = finish(matcher)
    assert done.done_at is not None
    assert left_in(matcher.settings.home, traces_of(1)) == []


@pytest.mark.parametrize("known", [True, False])
def test_what_is_not_there_cannot_be_erased_again(matcher: Matcher, known: bool) -> None:
    fill(matcher, [member(number) for number in range(2)])
    subject = organisation("MEMBRE-001zq" if known else "MEMBRE-999")
    if known:
        matcher.rights.erase(subject, utc_now())
    with pytest.raises(NotFound, match=r"erased already"):
        matcher.rights.erase(subject, utc_now())
    with pytest.raises(NotFound):
        matcher.rights.export(subject, utc_now())


def test_who_is_erased_is_not_taken_in_again_until_that_is_lifted(matcher: Matcher, tmp_path: Path) -> None:
    members = [member(number) for number in range(3)]
    people = fill(matcher, members)
    matcher.rights.erase(person(people[1]), utc_now())
    matcher.rights.erase(organisation(members[1].id), utc_now())
    store = matcher.store
    same_name = members[1].model_copy(update={"id": "OTHER", "siret": ""})
    same_siren = members[1].model_copy(update={"id": "OTHER", "name": "Autre nom"})
    for again in (members[1], same_name, same_siren):
        with pytest.raises(Suppressed, match="matcher privacy lift"):
            store.items.put([again], source="http")
    with pytest.raises(Suppressed, match="lift"):
        store.people.put(speaker(1, members[0]))
    file = tmp_path / "membres.csv"
    file.write_text("id;nom;siret\nNEU;Nouvelle;\nX;Société Untel-001zq;\n", encoding="utf-8")
    report = import_file(file, store)
    assert [(reject.line, "effacée à sa demande" in reject.reason) for reject in report.rejects] == [
        (3, True)
    ]
    assert set(store.items.get_many(["NEU", "X"])) == {"NEU"}
    assert "Untel" not in rejects_path(file).read_text(encoding="utf-8-sig")
    assert matcher.rights.lift(["name:societe untel 001zq"]) == 1
    assert [entry["act"] for entry in matcher.audit.export()][-1] == "suppression.lift"
    assert import_file(file, store).put.inserted == 1


@pytest.mark.parametrize("name", ["Société Untel-001zq", "SOCIETE UNTEL-001ZQ"])
def test_texts_of_others_that_name_the_erased_stay_and_are_told(matcher: Matcher, name: str) -> None:
    one, other = member(1), member(2).model_copy(update={"needs": (f"comme {name}",)})
    fill(matcher, [one, other])
    erasure = matcher.rights.erase(organisation(one.id), utc_now())
    assert f"items.body {other.id}" in certificate(erasure)["named_in_texts_of_others"]
    done = finish(matcher)
    assert done.done_at is not None


@pytest.mark.parametrize("settled", [True, False])
def test_an_erasure_that_names_another_does_not_hold_back_its_own(matcher: Matcher, settled: bool) -> None:
    one, other = member(1), member(2).model_copy(update={"needs": ("comme Société Untel-001zq",)})
    fill(matcher, [one, other])
    first = matcher.rights.erase(organisation(one.id), utc_now())
    if settled:
        matcher.rights.finish(utc_now)
    matcher.rights.erase(organisation(other.id), utc_now())
    assert [each.found_in for each in matcher.rights.finish(utc_now) if not each.done_at] == []
    told = certificate(matcher.store.rights.get(first.id))["named_in_texts_of_others"]
    assert not [place for place in told if other.id in place]


@pytest.mark.parametrize("indexed", [True, False])
def test_the_outbox_names_the_erased_no_more(matcher: Matcher, indexed: bool) -> None:
    store = matcher.store
    store.items.put([member(1), member(2)], source="test")
    if indexed:
        matcher.index_now()
        store.outbox.advance("20200101T000000000000", 0)  # of a generation that is gone
    matcher.rights.erase(organisation("MEMBRE-001zq"), utc_now())
    done = finish(matcher)
    assert done.done_at is not None
    assert left_in(matcher.settings.home, traces_of(1)) == []


def test_an_index_begun_before_the_rows_went_is_written_anew(matcher: Matcher) -> None:
    matcher.store.items.put([member(1)], source="test")
    asked = utc_now()
    matcher.index_now()
    former = matcher.generation
    matcher.rights.erase(organisation("MEMBRE-001zq"), asked)
    done = finish(matcher)
    assert (done.done_at is not None, matcher.generation == former) == (True, False)


def test_an_erasure_is_owed_while_the_outbox_names_it(matcher: Matcher) -> None:
    matcher.store.items.put([member(1)], source="test")
    matcher.index_now()
    matcher.store.outbox.advance("20200101T000000000000", 0)
    matcher.rights.erase(organisation("MEMBRE-001zq"), utc_now())
    with matcher.serving.indexer.generations.exclusive():  # another process writes an index
        owed = finish(matcher)
    assert "table outbox" in owed.found_in
    done = finish(matcher)
    assert done.done_at is not None


def test_an_organisation_named_as_a_kind_of_subject_takes_no_mails_with_it(matcher: Matcher) -> None:
    store = matcher.store
    store.items.put([member(1).model_copy(update={"id": "introduction"})], source="test")
    store.people.put(new_person("prenom@untel.example", "Prénom"))
    mail = MessageRequest(
        "a:1", store.people.all()[0].id, "introduction_asked", utc_now(), {"introduction": "I1"}
    )
    store.mail.queue([mail], utc_now())
    assert "messages" not in store.rights.held(organisation("introduction"))
    matcher.rights.erase(organisation("introduction"), utc_now())
    assert len(store.mail.all()) == 1


def test_everything_held_is_exported_and_no_secret(matcher: Matcher) -> None:
    members = [member(number) for number in range(2)]
    people = fill(matcher, members)
    introduce(matcher, iter([(members[0], members[1])]))
    told = matcher.rights.export(organisation(members[0].id), utc_now())
    assert told["held"]["items"][0]["body"]["name"] == members[0].name
    expected = {"availabilities", "feedback", "impressions", "import_changes", "introductions", "messages"}
    assert expected | {"participations", "person_organisations", "plan_members"} <= told["held"].keys()
    of_person = matcher.rights.export(person(people[0]), utc_now())
    assert of_person["held"]["people"][0]["email"] == people[0].email
    assert {"links", "visits", "messages", "feedback"} <= of_person["held"].keys()
    assert {row["token_hash"] for row in of_person["held"]["visits"]} == {"a hash of the token"}


def test_a_subject_is_named_by_address_id_or_name(matcher: Matcher) -> None:
    members = [member(number) for number in range(2)]
    people = fill(matcher, members)
    store = matcher.store
    for named in (people[0].email.upper(), people[0].id):
        assert find_subject(named, store.items, store.people, matcher.hiring.desk) == person(people[0])
    for named in (members[1].id, members[1].name):
        assert find_subject(named, store.items, store.people, matcher.hiring.desk) == organisation(
            members[1].id
        )
    with pytest.raises(NotFound, match="nothing to export or erase"):
        find_subject("nobody@untel.example", store.items, store.people, matcher.hiring.desk)


@pytest.mark.parametrize(
    ("field", "value", "gone"),
    [
        ("description", "Conçoit des jeux.", "Untel-001zq con"),
        ("needs", (), "partenaire 001zq en"),
        ("siret", "12345678900011", "10000000100011"),
        ("city", "Albi", "Ville-de-001zq"),
        ("source_url", "https://autre.example/", "https://ancien-001zq.example"),
    ],
)
def test_a_corrected_text_leaves_the_files_as_well(
    matcher: Matcher, field: str, value: object, gone: str
) -> None:
    own = {"city": "Ville-de-001zq", "source_url": "https://ancien-001zq.example/"}
    before = member(1).model_copy(update=own)
    fill(matcher, [before, member(2)])
    home = matcher.settings.home
    assert left_in(home, [gone])
    asked = matcher.rights.correct_organisation(
        before.id, lambda current: current.model_copy(update={field: value}), utc_now()
    )
    assert asked is not None
    done = finish(matcher)
    assert (done.rectification, done.found_in) == (True, ())
    assert left_in(home, [gone]) == []
    assert left_in(home, [before.name])
    assert matcher.rights.correct_organisation(before.id, lambda current: current, utc_now()) is None
    assert [entry["act"] for entry in matcher.audit.export()].count("subject.rectify") == 2


def test_an_import_leaves_what_was_corrected(matcher: Matcher, tmp_path: Path) -> None:
    before = member(1).model_copy(update={"city": "Ville-de-001zq"})
    fill(matcher, [before])
    edited = before.model_copy(update={"description": "Nos propres mots."})
    matcher.store.items.put([edited], source="page", file=ImportFile(BY_PAGE, "", MEMBER))
    matcher.rights.correct_organisation(
        before.id, lambda current: current.model_copy(update={"city": "Albi"}), utc_now()
    )
    file = tmp_path / "membres.csv"
    file.write_text(
        f"id;raison sociale;ville;description\n{before.id};{before.name};Ville-de-001zq;Autre\n", "utf-8"
    )
    (action,) = import_file(file, matcher.store).actions
    assert [kept.field for kept in action.theirs] == ["description", "city"]
    assert matcher.store.items.get(before.id) == edited.model_copy(update={"city": "Albi"})
    assert matcher.store.imports.of_item(before.id) == [], "no former state is kept"


def test_what_is_corrected_of_a_person_leaves_the_files(matcher: Matcher) -> None:
    one = replace(speaker(1, member(1)), function="Directrice-001zq des essais")
    matcher.store.items.put([member(1)], source="test")
    matcher.store.people.put(one)
    after = replace(one, email="autre@untel.example", name="Dominique Autre", function="Présidente")
    changes: dict[str, Any] = {"email": after.email, "name": after.name, "function": after.function}

    def change(current: Person) -> Person:
        return replace(current, **changes)

    matcher.store.people.object_to_mail(one.id, NOW)
    assert matcher.rights.correct_person(one.id, change, utc_now()) is not None
    (done,) = matcher.rights.finish(utc_now)
    assert done.found_in == ()
    assert left_in(matcher.settings.home, [one.email, one.name, one.function]) == []
    assert matcher.store.people.get(one.id) == replace(after, objected_at=NOW), "it is not written over"
    assert matcher.rights.correct_person(one.id, change, utc_now()) is None


@pytest.mark.parametrize("folder", ["imports-waiting", "events"])
def test_a_label_in_a_file_that_others_sent_holds_nothing_up(matcher: Matcher, folder: str) -> None:
    labels = {"city": "Castelnaudary", "expertise": ("Kubernetes rare",)}
    fill(matcher, [member(1).model_copy(update=labels), member(2)])
    waiting = matcher.settings.home / folder / "token" / "liste.csv"
    waiting.parent.mkdir(parents=True)
    waiting.write_text("id,name,city,expertise\nX1,Autre SAS,Castelnaudary,Kubernetes rare\n")
    moved = {"city": "Narbonne"}
    matcher.rights.correct_organisation(
        member(1).id, lambda current: current.model_copy(update=moved), utc_now()
    )
    assert finish(matcher).found_in == ()
    matcher.rights.erase(organisation(member(1).id), utc_now())
    assert finish(matcher).found_in == ()
    assert waiting.exists()


def test_a_correction_that_fails_changes_and_owes_nothing(matcher: Matcher) -> None:
    fill(matcher, [member(1)])

    def refuse(_: Organisation) -> Organisation:
        raise ValueError("changed meanwhile")

    with pytest.raises(ValueError, match="changed meanwhile"):
        matcher.rights.correct_organisation(member(1).id, refuse, utc_now())
    assert matcher.store.items.get(member(1).id) == member(1)
    assert matcher.store.imports.of_item(member(1).id)
    assert not matcher.rights.owes()


@pytest.mark.parametrize("most", [MOST_UNPACKED, 100])
def test_an_archive_that_cannot_be_searched_is_named(tmp_path: Path, most: int) -> None:
    with zipfile.ZipFile(tmp_path / "liste.xlsx", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("sheet.xml", "x" * 1_000)
    if most > 1_000:
        content = (tmp_path / "liste.xlsx").read_bytes()
        (tmp_path / "liste.xlsx").write_bytes(content[:-30])
    tracer = Tracer(b"a key of this test")
    found = Home(tmp_path, most_unpacked=most).search(tracer, tracer.traces(["Untel-001zq"]))
    assert (found.files, found.closed) == ({}, ("liste.xlsx",))


@pytest.mark.parametrize("name", ["Untel-001zq", "ORG001"])
def test_zero_bytes_around_a_text_hide_nothing(name: str) -> None:
    tracer = Tracer(b"a key of this test")
    sought = tracer.traces(["Untel-001zq"], ids=["ORG001"])
    assert tracer.is_found(sought, bytes(5_000) + name.encode() + bytes(9))
    assert not tracer.is_found(sought, bytes(5_000) + b"MORG001" + bytes(9))
    assert not tracer.is_found(sought, bytes(5_000))


def test_the_last_administrator_is_not_erased(matcher: Matcher) -> None:
    first, second = (new_person(f"{n}@cluster.example", f"Admin {n}", roles=[Role.ADMIN]) for n in "ab")
    for one in (first, second):
        matcher.store.people.put(one)
    matcher.rights.erase(person(first), utc_now())
    with pytest.raises(InvalidRequest, match="last administrator"):
        matcher.rights.erase(person(second), utc_now())
    with pytest.raises(InvalidRequest, match="last administrator"):
        matcher.store.people.put(replace(second, roles=frozenset({Role.STAFF})))
    with pytest.raises(InvalidRequest, match="last administrator"):
        matcher.store.people.erase(second.id)
    with pytest.raises(InvalidRequest, match="last administrator"):
        matcher.rights.correct_person(second.id, lambda one: replace(one, roles=frozenset()), utc_now())
    assert matcher.store.people.get(second.id) == second
