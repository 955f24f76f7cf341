"""*Événement*: a list becomes rounds or tables, files, and late changes that move nothing settled."""

import io
import os
import re
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from filelock import FileLock
from openpyxl import Workbook, load_workbook

from matcher.errors import BackendUnavailable
from service.pages.staff.events import routes
from service.pages.staff.events.form import EventForm
from service.pages.staff.events.kept import FOLDER, KeptEvents
from service.pages.staff.imports.waiting import WaitingFiles
from tests.e2e.serving import wait_until
from tests.pages.conftest import copied_settings, running
from tests.pages.signing_in import MEMBER, STAFF, browser_of

PEOPLE = "nom;organisation\n" + "".join(f"Personne {n};Maison {n}\n" for n in range(1, 9))
FORM = {"title": "Petit déjeuner", "mode": "pairs", "rounds": "3", "size": "4", "minutes": "15", "pause": "5"}


@pytest.fixture
def staff(signed: FastAPI) -> TestClient:
    return browser_of(signed, STAFF)


def planned(staff: TestClient, **given: str) -> str:
    files = {"participants": ("inscrits.csv", PEOPLE.encode())}
    answered = staff.post("/evenement", data=FORM | given, files=files)
    assert answered.status_code == 303, answered.text
    return str(answered.headers["location"])


def seen(staff: TestClient, place: str) -> str:
    found = re.search(r'name="seen" value="(\w+)"', staff.get(place).text)
    assert found is not None
    return found[1]


def pairs(app: FastAPI, place: str) -> dict[int, set[frozenset[str]]]:
    event = KeptEvents(app.state.settings.home).get(place.rpartition("/")[2])
    found: dict[int, set[frozenset[str]]] = {}
    for row in event.rows:
        if row["rencontre"]:
            found.setdefault(row["tour"], set()).add(frozenset((row["personne"], row["rencontre"])))
    return found


def test_everybody_meets_in_every_round_and_takes_it_home(signed: FastAPI, staff: TestClient) -> None:
    place = planned(staff, start="2026-12-03T09:00")
    page = staff.get(place).text
    assert "12 rencontres pour 8 personnes en 3 tours" in page
    assert "Tour 2 – 09:20" in page
    sheet = load_workbook(io.BytesIO(staff.get(f"{place}/tours.xlsx").content)).active
    assert sheet is not None
    assert sheet.max_row == 1 + 8 * 3
    with zipfile.ZipFile(io.BytesIO(staff.get(f"{place}/agendas.zip").content)) as archive:
        assert len(archive.namelist()) == 8
        assert b"DTSTART" in archive.read("personne-1.ics")


def test_a_late_absence_moves_nothing_that_took_place(signed: FastAPI, staff: TestClient) -> None:
    place = planned(staff)
    before = pairs(signed, place)
    changed = staff.post(
        place, data={"seen": seen(staff, place), "from_round": "2", "absent": ["Personne 1", "Personne 2"]}
    )
    assert changed.headers["location"] == f"{place}?fait=event_changed"
    after = pairs(signed, place)
    assert after[1] == before[1]
    assert not any({"Personne 1", "Personne 2"} & pair for pair in after[2] | after[3])


def test_tables_seat_everybody(signed: FastAPI, staff: TestClient) -> None:
    page = staff.get(planned(staff, mode="tables", rounds="2")).text
    assert "8 personnes à 2 tables, 2 tours" in page


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"rounds": ""}, "Un nombre entier"),
        ({"rounds": "0"}, "Un nombre entier"),
        ({"start": "demain"}, "Le début"),
        ({"start": "0001-01-01T00:00"}, "Le début"),
        ({"start": "9999-12-31T23:50"}, "Le début"),
    ],
)
def test_a_number_that_does_not_fit_is_shown_again(
    staff: TestClient, given: dict[str, str], said: str
) -> None:
    files = {"participants": ("inscrits.csv", PEOPLE.encode())}
    answered = staff.post("/evenement", data=FORM | given, files=files)
    assert answered.status_code == 422
    assert said in answered.text
    assert 'value="Petit déjeuner"' in answered.text


def test_a_list_that_is_none_says_why_and_is_not_kept(signed: FastAPI, staff: TestClient) -> None:
    answered = staff.post("/evenement", data=FORM, files={"participants": ("x.csv", b"a;b\n1;2\n")})
    assert answered.status_code == 422
    assert 'class="notice notice--bad"' in answered.text
    assert KeptEvents(signed.state.settings.home).all(datetime.now(UTC)) == []


def test_a_list_of_people_is_dropped_after_a_month(signed: FastAPI, staff: TestClient) -> None:
    planned(staff)
    kept = KeptEvents(signed.state.settings.home)
    assert len(kept.all(datetime.now(UTC) + timedelta(days=29))) == 1
    assert kept.all(datetime.now(UTC) + timedelta(days=31)) == []


def test_an_event_is_deleted_with_its_list(signed: FastAPI, staff: TestClient) -> None:
    place = planned(staff)
    staff.post(f"{place}/supprimer")
    assert staff.get(place).status_code == 404
    assert "inscrits" not in staff.get("/evenement").text


def test_members_plan_no_events(read_only: FastAPI) -> None:
    assert browser_of(read_only, MEMBER).get("/evenement").status_code == 403


def test_an_event_whose_making_was_cut_short_stops_no_page(signed: FastAPI, staff: TestClient) -> None:
    home = signed.state.settings.home
    token = KeptEvents(home).add("inscrits.csv", PEOPLE.encode(), EventForm(), datetime.now(UTC))
    (home / FOLDER / ("x" * 22)).mkdir()
    assert "inscrits.csv" in staff.get("/evenement").text
    page = staff.get(f"/evenement/{token}")
    assert page.status_code == 200
    assert "Les tours ne sont pas encore faits" in page.text


def test_a_fault_of_the_service_keeps_no_event(
    signed: FastAPI, staff: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise BackendUnavailable("The disk is full.")

    monkeypatch.setattr(routes, "plan_anew", fail)
    files = {"participants": ("inscrits.csv", PEOPLE.encode())}
    assert staff.post("/evenement", data=FORM, files=files).status_code == 503
    assert KeptEvents(signed.state.settings.home).all(datetime.now(UTC)) == []


def test_the_service_drops_old_lists_though_their_page_is_not_opened(
    pages_home: Path, tmp_path: Path
) -> None:
    settings = copied_settings(pages_home, tmp_path)
    kept, past = KeptEvents(settings.home), datetime.now(UTC) - timedelta(days=31)
    folder = kept.folder(kept.add("inscrits.csv", PEOPLE.encode(), EventForm(), past))
    os.utime(folder, (past.timestamp(), past.timestamp()))
    with running(settings.model_copy(update={"index_interval_s": 0.05})):
        wait_until(lambda: not folder.exists())


def test_names_are_kept_so_that_an_erasure_finds_them(tmp_path: Path) -> None:
    kept, waiting = KeptEvents(tmp_path), WaitingFiles(tmp_path)
    kept.add("x.csv", b"", EventForm(title="Léa Ébène"), datetime.now(UTC))
    waiting.add("Léa Ébène.csv", b"", datetime.now(UTC))
    states = [path.read_text(encoding="utf-8") for path in tmp_path.rglob(".state.json")]
    assert ["Léa Ébène" in state for state in states] == [True, True]


def test_a_list_named_as_the_file_of_rounds_stays_as_it_was_sent(signed: FastAPI, staff: TestClient) -> None:
    book, content = Workbook(write_only=True), io.BytesIO()
    sheet = book.create_sheet()
    for line in PEOPLE.splitlines():
        sheet.append(line.split(";"))
    book.save(content)
    files = {"participants": ("tours.xlsx", content.getvalue())}
    place = staff.post("/evenement", data=FORM, files=files).headers["location"]
    staff.get(f"{place}/tours.xlsx")
    kept = KeptEvents(signed.state.settings.home).list_path(place.rpartition("/")[2])
    assert kept.read_bytes() == content.getvalue()


@pytest.mark.parametrize(
    ("people", "said"),
    [
        ("Ville\nToulouse\n", "inscrits.csv n&#39;a pas de colonne de noms"),
        ("nom\nAnna\n", "Une rencontre se fait à deux au moins"),
    ],
)
def test_a_list_that_cannot_be_planned_says_why_in_french(staff: TestClient, people: str, said: str) -> None:
    refused = staff.post("/evenement", data=FORM, files={"participants": ("inscrits.csv", people.encode())})
    assert refused.status_code == 422
    assert said in refused.text
    assert "/tmp" not in refused.text


def test_a_late_change_of_rounds_that_others_changed_is_not_done(signed: FastAPI, staff: TestClient) -> None:
    place = planned(staff)
    form = {"seen": seen(staff, place), "from_round": "2"}
    staff.post(place, data=form | {"absent": ["Personne 1", "Personne 2"]})
    before = pairs(signed, place)
    answered = staff.post(place, data=form | {"absent": ["Personne 3", "Personne 4"]})
    assert answered.status_code == 409
    assert "Refaites votre changement" in answered.text
    assert pairs(signed, place) == before


def test_a_round_that_took_place_is_settled_for_later_changes_too(signed: FastAPI, staff: TestClient) -> None:
    place = planned(staff)
    staff.post(place, data={"seen": seen(staff, place), "from_round": "3", "absent": ["Personne 1"]})
    before, page = pairs(signed, place), staff.get(place).text
    assert "<option>3</option>" in page
    assert "<option>2</option>" not in page
    answered = staff.post(
        place, data={"seen": seen(staff, place), "from_round": "1", "absent": ["Personne 2"]}
    )
    assert answered.status_code == 409
    assert pairs(signed, place) == before


def test_a_second_click_is_no_conflict(signed: FastAPI, staff: TestClient) -> None:
    place = planned(staff)
    form = {"seen": seen(staff, place), "from_round": "2", "absent": ["Personne 1", "Personne 2"]}
    answers = []
    clicks = [Thread(target=lambda: answers.append(staff.post(place, data=form))) for _ in range(2)]
    for click in clicks:
        click.start()
    for click in clicks:
        click.join()
    assert [answered.headers.get("location") for answered in answers] == [f"{place}?fait=event_changed"] * 2


def test_what_was_ticked_stays_ticked_beside_the_change_of_others(staff: TestClient) -> None:
    place = planned(staff)
    form = {"seen": seen(staff, place), "from_round": "2"}
    staff.post(place, data=form | {"absent": ["Personne 1"]})
    refused = staff.post(place, data=form | {"absent": ["Personne 3"]}).text
    assert re.findall(r'value="(Personne \d)" checked', refused) == ["Personne 1", "Personne 3"]


def test_nobody_waits_for_who_waits_for_an_event(signed: FastAPI, staff: TestClient) -> None:
    """Another process changes the event: questions are answered meanwhile, and the wait has an end."""
    place = planned(staff)
    form = {"seen": seen(staff, place), "from_round": "2", "absent": ["Personne 1"]}
    answers = []
    waiting = Thread(target=lambda: answers.append(staff.post(place, data=form)))
    folder = KeptEvents(signed.state.settings.home).folder(place.rpartition("/")[2])
    with FileLock(folder / ".lock"):
        waiting.start()
        page = browser_of(signed, MEMBER).get("/organisations/ORG001/pour-moi")
        assert (page.status_code, answers) == (200, [])
        waiting.join()
    assert [answered.status_code for answered in answers] == [409]
    assert staff.post(place, data=form).status_code == 303
