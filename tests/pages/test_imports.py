"""*Importer*: nothing changes before staff say so, columns can be corrected, an import can be undone."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import html5lib
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from matcher.build import Matcher
from matcher.domain import ItemType
from matcher.domain.imports import BY_PAGE, ImportFile
from matcher.domain.imports import MEMBER as WRITTEN_BY_MEMBER
from matcher.errors import BackendUnavailable
from matcher.rights import UPLOADS
from service.pages.keeping import Keeping
from service.pages.staff.imports.waiting import WaitingFiles
from tests.pages.signing_in import MEMBER, OTHER, PEOPLE, STAFF, browser_of

LIST = (
    "Nom;Ville;Ce que fait la boîte;Opposition RGPD\n"
    "Makina Corpus;Toulouse;Cartographie et données libres;non\n"
    "Nouvelle SAS;Albi;Sites web;peut-être bien\n"
)


@pytest.fixture
def staff(signed: FastAPI) -> TestClient:
    return browser_of(signed, STAFF)


def send(staff: TestClient, content: str, name: str = "membres 2025.csv") -> str:
    answered = staff.post("/importer", files={"file": (name, content.encode())})
    assert answered.status_code == 303
    return str(answered.headers["location"])


def names(app: FastAPI) -> set[str]:
    matcher: Matcher = app.state.matcher
    return {name for _, name in matcher.store.items.names(ItemType.ORGANISATION)}


def fingerprint(page: str) -> str:
    found = re.search(r'name="fingerprint" value="(\w+)"', page)
    assert found is not None
    return found[1]


def test_a_list_whose_columns_are_not_clear_is_corrected_imported_and_undone(
    signed: FastAPI, staff: TestClient
) -> None:
    before = names(signed)
    place = send(staff, LIST)
    page = staff.get(place).text
    assert "Opposition RGPD" in page
    assert "--map" not in page, "a page does not speak of the command line"
    parser = html5lib.HTMLParser()
    parser.parse(page)
    assert parser.errors == []
    choices = {"kind": "organisation", "col-2": "description", "col-3": "-"}
    assert staff.post(place, data=choices).headers["location"] == f"{place}#effect"
    page = staff.get(place).text
    assert "Importer 2 fiches" in page
    assert "<ins>Cartographie et données libres</ins>" in page
    assert names(signed) == before
    done = staff.post(f"{place}/faire", data={"fingerprint": fingerprint(page)})
    assert done.status_code == 303
    assert "1 fiche nouvelle, 1 modifiée" in staff.get(place).text
    assert names(signed) == before | {"Nouvelle SAS"}
    batch = re.search(r"/importer/lots/([\w-]+)/annuler", staff.get("/importer").text)
    assert batch is not None
    matcher: Matcher = signed.state.matcher
    entered = [one for one in matcher.audit.export() if one["act"] == "subject.change"]
    assert [one["acting"] for one in entered] == ["staff"], "the person who imported, not the service"
    undone = [staff.post(f"/importer/lots/{batch[1]}/annuler").headers["location"] for _ in range(2)]
    assert undone == ["/importer?fait=import_undone", "/importer?fait=import_undone_already"]
    assert names(signed) == before


def test_what_a_member_wrote_stays_until_staff_take_the_file(signed: FastAPI, staff: TestClient) -> None:
    matcher: Matcher = signed.state.matcher
    item = matcher.store.items.get("ORG001").model_copy(update={"city": "Albi", "department_code": "81"})
    matcher.store.items.put([item], source="page", file=ImportFile(BY_PAGE, "", WRITTEN_BY_MEMBER))
    place = send(staff, "Raison sociale;Ville\nMakina Corpus;Narbonne\n")
    page = staff.get(place).text
    assert "écrit par le membre le" in page
    assert "Ce fichier ne change rien" in page
    assert staff.post(place, data={"file_wins": "yes"}).status_code == 303
    page = staff.get(place).text
    assert "<ins>Narbonne</ins>" in page
    assert "Narbonne / 81" in page, "both stay, and the row is named"
    staff.post(f"{place}/faire", data={"fingerprint": fingerprint(page)})
    assert matcher.store.items.get("ORG001").model_dump()["city"] == "Narbonne"


def test_who_imports_participations_is_in_the_audit(signed: FastAPI, staff: TestClient) -> None:
    matcher: Matcher = signed.state.matcher
    factory = next(matcher.store.items.all(ItemType.FACTORY))
    place = send(staff, f"Structure;Factory;Rôle\nMakina Corpus;{factory.id};membre\n")
    staff.post(f"{place}/faire", data={"fingerprint": fingerprint(staff.get(place).text)})
    assert [one.organisation_id for one in matcher.store.participations.all()] == ["ORG001"]
    (batch,) = matcher.store.imports.all()
    assert staff.post(f"/importer/lots/{batch.id}/annuler").status_code == 303
    entered = [one for one in matcher.audit.export() if one["act"] == "subject.change"]
    assert [one["acting"] for one in entered] == ["staff", "staff"], "the import, and its undoing"


def test_undoing_an_import_names_who_is_left_without_organisation(signed: FastAPI, staff: TestClient) -> None:
    place = send(staff, "Raison sociale;Ville\nToute neuve;Albi\n")
    staff.post(f"{place}/faire", data={"fingerprint": fingerprint(staff.get(place).text)})
    matcher: Matcher = signed.state.matcher
    new = next(one for one, name in matcher.store.items.names() if name == "Toute neuve")
    alone = replace(OTHER, organisations=(new,))
    matcher.store.people.put(alone)
    (batch,) = matcher.store.imports.all()
    answered = staff.post(f"/importer/lots/{batch.id}/annuler")
    assert answered.status_code == 200
    assert alone.name in answered.text
    assert matcher.store.people.get(alone.id).organisations == ()


def test_who_speaks_for_no_organisation_is_led_to_a_page_they_may_see(
    signed: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(PEOPLE, OTHER.id, replace(OTHER, organisations=()))
    browser = browser_of(signed, OTHER)
    for page in ("/ma-fiche", "/mes-mises-en-relation"):
        place = browser.get(page).headers["location"]
        assert browser.get(place).status_code == 200, page


def test_a_double_click_imports_once(signed: FastAPI, staff: TestClient) -> None:
    place = send(staff, "Raison sociale;Ville\nUnique;Albi\n")
    form = {"fingerprint": fingerprint(staff.get(place).text)}
    locations = [staff.post(f"{place}/faire", data=form).headers["location"] for _ in range(2)]
    assert locations == [f"{place}?fait=imported"] * 2
    assert len(signed.state.matcher.store.imports.all()) == 1


def test_what_was_not_previewed_is_not_done(signed: FastAPI, staff: TestClient) -> None:
    place = send(staff, "Raison sociale;Ville\nMakina Corpus;Albi\n")
    form = {"fingerprint": fingerprint(staff.get(place).text)}
    matcher: Matcher = signed.state.matcher
    matcher.store.items.put(
        [matcher.store.items.get("ORG001").model_copy(update={"city": "Nîmes"})], source="x"
    )
    answered = staff.post(f"{place}/faire", data=form)
    assert answered.status_code == 409
    assert "a changé depuis" in answered.text
    assert matcher.store.imports.all() == []


def test_rows_that_stay_out_can_be_fetched_and_the_file_is_gone(signed: FastAPI, staff: TestClient) -> None:
    place = send(staff, "Raison sociale;SIRET\nBonne;\nMauvaise;12\n")
    staff.post(f"{place}/faire", data={"fingerprint": fingerprint(staff.get(place).text)})
    assert "Mauvaise" in staff.get(f"{place}/rejets.csv").text
    kept = (signed.state.settings.home / UPLOADS).rglob("*2025.csv")
    assert list(kept) == []


@pytest.mark.parametrize("content", ["", "\x00\x01", "rien du tout"])
def test_a_file_that_cannot_be_read_says_why(staff: TestClient, content: str) -> None:
    page = staff.get(send(staff, content))
    assert page.status_code == 200
    assert 'class="notice notice--bad"' in page.text


def test_no_file_is_said_beside_the_field(staff: TestClient) -> None:
    answered = staff.post("/importer", files={"file": ("", b"")})
    assert answered.status_code == 422
    assert "Choisissez d'abord un fichier" in answered.text.replace("&#39;", "'")


def test_a_file_that_is_too_large_is_refused_as_a_page(signed: FastAPI, staff: TestClient) -> None:
    most = signed.state.settings.max_upload_bytes
    answered = staff.post("/importer", files={"file": ("grand.csv", b"x" * (most + 1))})
    assert answered.status_code == 413
    assert "Envoi trop volumineux" in answered.text


def test_members_do_not_import(signed: FastAPI) -> None:
    assert browser_of(signed, MEMBER).get("/importer").status_code == 403


def test_an_import_that_cannot_be_noted_keeps_its_file(tmp_path: Path) -> None:
    files = WaitingFiles(tmp_path)
    token = files.add("liste.csv", LIST.encode(), datetime.now(UTC))
    waiting, content = files.get(token), files.path(token)
    state = content.with_name(".state.json")
    state.unlink()
    state.mkdir()
    with pytest.raises(BackendUnavailable):
        files.finish(token, waiting)
    assert content.read_bytes() == LIST.encode()


def test_a_folder_dropped_meanwhile_stops_no_list(tmp_path: Path) -> None:
    keeping = Keeping(tmp_path, timedelta(days=1))
    token = keeping.make(datetime.now(UTC))
    (tmp_path / ("x" * 22)).symlink_to(tmp_path / "gone")  # has no time of its own, as what is gone
    keeping.sweep(datetime.now(UTC))
    assert keeping.all() == [token]


def test_columns_of_one_title_have_one_choice(staff: TestClient) -> None:
    place = send(staff, "Raison sociale;Texte;Texte\nUnique;Albi;Sites web\n")
    answered = staff.post(place, data={"kind": "organisation", "col-1": "city", "col-2": "description"})
    assert answered.status_code == 422
    assert "Plusieurs colonnes s'appellent «\xa0Texte\xa0»" in answered.text.replace("&#39;", "'")
    assert staff.post(place, data={"col-1": "-", "col-2": "-"}).status_code == 303
