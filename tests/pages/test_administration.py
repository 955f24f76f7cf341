"""The administration: people and keys, checks, settings without secrets."""

import json
import re
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fastapi import FastAPI

from matcher.audit import KEY_FILE, Note, Of, sign
from matcher.backup import read_manifest
from matcher.build import Matcher
from matcher.errors import InvalidRequest
from matcher.people import Role, new_person
from service.pages import sweep
from service.pages.admin.backup import BACKUPS, LEFT_FOR, kept_backups
from service.pages.admin.state import in_force
from service.pages.listing import ROWS
from tests.pages.signing_in import ADMIN, STAFF, browser_of
from tests.service.conftest import KEY

NEW = {"email": "paul@example.org", "name": "Paul Roux", "organisation": "Makina Corpus", "roles": ["member"]}


def test_a_person_is_added_disabled_and_enabled(signed: FastAPI) -> None:
    admin, matcher = browser_of(signed, ADMIN), signed.state.matcher
    assert admin.post("/administration/personnes", data=NEW).status_code == 303
    person = matcher.store.people.find(NEW["email"])
    assert (person.roles, person.organisations) == (frozenset({Role.MEMBER}), ("ORG001",))
    assert "Paul Roux" in admin.get("/administration").text
    admin.post(f"/administration/personnes/{person.id}/desactiver")
    assert not matcher.store.people.get(person.id).may_sign_in
    enable = f"/administration/personnes/{person.id}/reactiver"
    assert enable in admin.get("/administration").text
    answered = admin.post(enable, follow_redirects=True)
    assert "réactivée" in answered.text
    assert enable not in answered.text
    assert matcher.store.people.get(person.id).may_sign_in
    admin.post(enable)
    acts = [entry.act for entry in matcher.store.audit.about(Of.PERSON, person.id, 9)]
    assert acts == ["person.enabled", "person.disabled", "person.add"], "enabled once"
    assert "personne réactivée" in admin.get("/administration/journal").text


@pytest.mark.parametrize("path", ["/administration/personnes/{}/desactiver", "/v1/people/{}/disable"])
def test_an_administrator_cannot_disable_themself(signed: FastAPI, path: str) -> None:
    own = path.format(ADMIN.id)
    people = signed.state.matcher.store.people
    people.put(
        new_person("omar@example.org", "Omar Diallo", roles=[Role.ADMIN])
    )  # the last one cannot anyway
    admin = browser_of(signed, ADMIN)
    assert own not in admin.get("/administration").text
    assert admin.post(own).status_code == 422
    assert people.get(ADMIN.id).may_sign_in


def test_two_administrators_cannot_disable_each_other(signed: FastAPI) -> None:
    people = signed.state.matcher.store.people
    other = new_person("omar@example.org", "Omar Diallo", roles=[Role.ADMIN])
    people.put(other)
    admin = browser_of(signed, ADMIN)
    assert admin.post(f"/administration/personnes/{other.id}/desactiver").status_code == 303
    with pytest.raises(InvalidRequest, match="last administrator"):  # what the other sent at the same time
        people.disable(ADMIN.id, datetime.now(UTC))
    assert people.get(ADMIN.id).may_sign_in


def test_a_person_that_cannot_be_added_is_shown_as_typed(signed: FastAPI) -> None:
    answered = browser_of(signed, ADMIN).post("/administration/personnes", data=NEW | {"email": "paul"})
    assert answered.status_code == 422
    assert 'value="Paul Roux"' in answered.text
    assert re.search(r'value="member" checked', answered.text)


def test_a_key_is_shown_once_and_revoked(signed: FastAPI) -> None:
    admin, matcher = browser_of(signed, ADMIN), signed.state.matcher
    made = admin.post("/administration/cles", data={"name": "site web", "scopes": ["read"]}).text
    token = re.search(r"<pre>(mk_[\w-]+)</pre>", made)
    assert token is not None
    assert token[1] not in admin.get("/administration").text
    key = matcher.store.keys.all()[0]
    assert key.made_by == ADMIN.id
    admin.post(f"/administration/cles/{key.id}/revoquer")
    assert matcher.store.keys.all()[0].revoked_at is not None


def test_a_key_without_scope_says_what_is_missing(read_only: FastAPI) -> None:
    answered = browser_of(read_only, ADMIN).post("/administration/cles", data={"name": "x"})
    assert answered.status_code == 422
    assert "scope" in answered.text


def test_the_state_shows_checks_and_hides_secrets(read_only: FastAPI) -> None:
    page = browser_of(read_only, ADMIN).get("/administration/etat").text
    assert "MATCHER_ADMIN_KEY" in page
    assert KEY not in page
    assert re.search(r"<td>index</td><td><span[^>]*>bon</span>", page)


def test_what_the_checks_find_is_said_in_the_readers_language(read_only: FastAPI) -> None:
    admin = browser_of(read_only, ADMIN)
    page = admin.get("/administration/etat").text
    assert "toutes les variables sont connues" in page
    assert "les partenaires sont rangés par score" in page
    assert '<td lang="en">' not in page, "no finding of a sound service is in English"
    admin.cookies.set("matcher-lang", "en")
    page = admin.get("/administration/etat").text
    assert "partners are ordered by score" in page
    assert "rangés" not in page


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("postgresql://u:pw@db/matcher", "postgresql://•••@db/matcher"),
        ("postgresql://db/m?user=a&password=pw", "postgresql://db/m?user=a&password=•••"),
        ("postgresql:///m?p%61ssword=pw&sslmode=require", "postgresql:///m?p%61ssword=•••&sslmode=require"),
    ],
)
def test_passwords_in_addresses_are_hidden(read_only: FastAPI, address: str, shown: str) -> None:
    matcher: Matcher = read_only.state.matcher
    rows = in_force(matcher.settings.model_copy(update={"database_url": address}))
    assert {row.name: row.value for row in rows}["MATCHER_DATABASE_URL"] == shown


def test_the_journal_is_filtered_checked_and_taken_away(signed: FastAPI) -> None:
    admin = browser_of(signed, ADMIN)
    admin.post("/administration/personnes", data=NEW)
    admin.post("/administration/sauvegarde")
    page = admin.get("/administration/journal").text
    assert "backup.make" in page
    assert "person.add" in page
    filtered = admin.get("/administration/journal?acte=person.add").text
    assert ">sauvegarde faite</td>" not in filtered
    assert "Paul Roux" in filtered
    for naming in ("paul roux", "Inès Garcia"):
        assert ">personne ajoutée</td>" in admin.post("/administration/journal", data={"qui": naming}).text
    assert "Aucune ligne" in admin.post("/administration/journal", data={"qui": "Personne Inconnue"}).text
    assert "lignes vérifiées" in admin.post("/administration/journal/verifier").text
    lines = admin.get("/administration/journal.jsonl").text.splitlines()
    assert [json.loads(line)["seq"] for line in lines] == list(range(1, len(lines) + 1))


def test_all_who_bear_a_name_are_found_and_no_address_names_them(signed: FastAPI) -> None:
    admin, store = browser_of(signed, ADMIN), signed.state.matcher.store
    twins = [new_person(f"jean{n}@example.org", "Jean Martin") for n in range(2)]
    for one in twins:
        store.people.put(one)
    store.audit.append(
        [Note("subject.view", Of.PERSON, one.id) for one in twins for _ in range(ROWS)], datetime.now(UTC)
    )
    page = admin.post("/administration/journal", data={"qui": "jean martin", "acte": "person.add"}).text
    assert page.count("<td>personne ajoutée</td>") == 2
    assert 'value="jean martin"' in page
    page = admin.post("/administration/journal", data={"qui": "JEAN MARTIN"}).text
    addresses = re.findall(r'href="([^"]+)"', page)
    assert not [one for one in addresses if "artin" in one]
    (older,) = [one for one in addresses if "avant=" in one]
    page = admin.get(older.replace("&amp;", "&")).text
    assert page.count("<td>fiche consultée</td>") == ROWS
    assert 'value="Jean Martin"' in page


def test_a_fault_of_the_journal_is_said_in_the_language_of_the_page(signed: FastAPI) -> None:
    admin, settings = browser_of(signed, ADMIN), signed.state.matcher.settings
    with closing(sqlite3.connect(settings.home / "matcher.db")) as database, database:
        database.execute("UPDATE audit_entries SET act = 'x' WHERE seq = 1")
        database.execute("DELETE FROM audit_entries WHERE seq = 2")
    page = admin.post("/administration/journal/verifier").text
    assert "Ligne 1\xa0: elle a été changée" in page
    assert "Ligne 3\xa0: la ligne qui suit la ligne 1 manque ou a été déplacée" in page


def test_the_journal_tells_of_entries_that_a_restore_lost(signed: FastAPI) -> None:
    admin, matcher, now = browser_of(signed, ADMIN), signed.state.matcher, datetime.now(UTC)
    matcher.audit.checkpoint(now)
    key = (matcher.settings.home / KEY_FILE).read_bytes()
    matcher.audit.resume(now, sign(key, 99, "0" * 64, now))
    page = admin.post("/administration/journal/verifier").text
    assert "la ligne 99, sont perdues" in page
    assert "hors de cette restauration" in page


def test_the_journal_is_shown_a_page_at_a_time(signed: FastAPI) -> None:
    admin, audit = browser_of(signed, ADMIN), signed.state.matcher.store.audit
    audit.append([Note("report.look", Of.REPORT, f"r{n}") for n in range(40)], datetime.now(UTC))
    page = admin.get("/administration/journal?acte=report.look").text
    assert "rapport r39" in page
    assert "rapport r3<" not in page
    older = re.search(r'href="([^"]+)" rel="next"', page)
    assert older is not None
    assert "rapport r3<" in admin.get(older[1].replace("&amp;", "&")).text


def test_a_backup_is_made_sent_and_remembered(signed: FastAPI, tmp_path: Path) -> None:
    admin = browser_of(signed, ADMIN)
    assert "Aucune sauvegarde" in admin.get("/administration/sauvegarde").text
    sent = admin.post("/administration/sauvegarde")
    file = tmp_path / "sent.tar.gz"
    file.write_bytes(sent.content)
    assert read_manifest(file).rows["items"] > 0
    assert "La dernière sauvegarde" in admin.get("/administration/sauvegarde").text
    assert sent.headers["cache-control"] == "no-store"
    assert list((signed.state.matcher.settings.home / BACKUPS).iterdir()) == []


def test_a_backup_that_a_killed_process_left_goes_with_the_sweep_after_an_hour(signed: FastAPI) -> None:
    home, at = signed.state.matcher.settings.home, datetime.now(UTC)
    kept = kept_backups(home)
    left = kept.folder(kept.make(at)) / "matcher.tar.gz"
    left.write_bytes(b"all personal data")
    sweep(home, at)
    assert left.exists(), "it may still be on its way"
    sweep(home, at + LEFT_FOR + timedelta(minutes=1))
    assert not left.exists()


def test_staff_are_no_administrators(read_only: FastAPI) -> None:
    staff = browser_of(read_only, STAFF)
    assert staff.get("/administration").status_code == 403
    for page in ("etat", "journal", "journal.jsonl", "sauvegarde"):
        assert staff.get(f"/administration/{page}").status_code == 403
    assert 'href="/administration"' not in staff.get("/annuaire").text
