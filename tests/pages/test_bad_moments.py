"""What goes wrong between people and pages: a session that ends, an empty cluster, long lists and names."""

from collections import defaultdict
from datetime import UTC, datetime

import html5lib
import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute

from matcher.build import Matcher
from matcher.domain import Organisation
from matcher.introductions import Actor, Party
from service.pages.install import ROUTERS
from tests.pages.signing_in import ADMIN, HR, MEMBER, STAFF, browser_of, visitor_of
from tests.pages.visited import VISITED

FORM = "/organisations/ORG001/fiche"
NEED_NO_SESSION = ("/answers/", "/candidat/", "/candidats", "/connexion", "/deconnexion", "/langue")


def forms() -> list[str]:
    """Return the addresses of the forms that are sent by who is signed in."""
    paths = set()
    for router in ROUTERS:
        for route in router.routes:
            if isinstance(route, APIRoute) and "POST" in (route.methods or ()):
                paths.add(route.path)
    known = defaultdict(lambda: "1", item_id="ORG001")
    return [path.format_map(known) for path in sorted(paths) if not path.startswith(NEED_NO_SESSION)]


FORMS = forms()


def test_a_session_that_ends_in_a_form_loses_nothing(signed: FastAPI) -> None:
    """The error page holds what was typed; sent again once signed in, it is taken."""
    visitor = visitor_of(signed)
    version = signed.state.matcher.store.items.get("ORG001").version
    text = 'Des "cartes" <b>libres</b>\r\net des données'
    answered = visitor.post(FORM, data={"version": version, "description": text})
    assert answered.status_code == 401
    page = html5lib.parse(answered.text, namespaceHTMLElements=False)
    kept = {one.get("name"): one.text or "" for one in page.iter("textarea")}
    assert kept == {"version": version, "description": text.replace("\r\n", "\n")}
    form = page.find(".//main//form")
    assert form is not None
    assert form.get("action") == FORM
    assert browser_of(signed, MEMBER).post(FORM, data=kept).status_code == 303


@pytest.mark.parametrize("path", FORMS)
def test_no_form_loses_what_was_typed_in_an_ended_session(read_only: FastAPI, path: str) -> None:
    answered = visitor_of(read_only).post(path, data={"text": "tapé avec soin"})
    assert answered.status_code == 401
    assert "tapé avec soin" in answered.text


def test_a_form_without_any_field_is_answered(signed: FastAPI) -> None:
    """Programs and broken connections send less than a browser: it is said, and nothing fails."""
    by_staff = Actor(Party.STAFF, STAFF.id)
    signed.state.matcher.introductions.propose(("ORG001", "ORG002"), by_staff, datetime.now(UTC))
    for path in FORMS:
        for person in (MEMBER, STAFF, HR, ADMIN):
            answered = browser_of(signed, person).post(path.replace("introductions/1", "introductions/IN1"))
            assert answered.status_code < 500, path


@pytest.mark.parametrize("path", ["/importer", "/evenement"])
def test_a_file_that_is_too_large_is_refused_by_every_form(read_only: FastAPI, path: str) -> None:
    files = dict.fromkeys(("file", "participants"), ("trop.csv", b"x" * (11 * 2**20)))
    answered = browser_of(read_only, STAFF).post(path, files=files)
    assert answered.status_code == 413
    assert "dépasse la taille admise" in answered.text
    assert "Un fichier fait 10 Mo au plus" in answered.text.replace("\u00a0", " ")
    assert "Revenez à la page précédente" in answered.text


def test_the_first_start_says_what_to_do_first(signed: FastAPI) -> None:
    staff, matcher = browser_of(signed, STAFF), signed.state.matcher
    assert "Par où commencer" not in staff.get("/a-traiter").text
    matcher.store.items.delete([item_id for item_id, _ in matcher.store.items.names()])
    assert "Par où commencer" in staff.get("/a-traiter").text


def test_every_page_opens_in_an_empty_cluster(signed: FastAPI) -> None:
    matcher = signed.state.matcher
    matcher.store.items.delete([item_id for item_id, _ in matcher.store.items.names()])
    faults = []
    for path, person in VISITED:
        client = browser_of(signed, person) if person else visitor_of(signed)
        answered = client.get(path)
        gone = path == "/nulle-part" or path.startswith("/organisations/")
        if answered.status_code != (404 if gone else 200):
            faults.append((path, answered.status_code))
    assert faults == []


def test_a_long_directory_is_read_a_page_at_a_time(signed: FastAPI) -> None:
    matcher: Matcher = signed.state.matcher
    many = [Organisation(id=f"M{n:05}", name=f"Membre {n:05}") for n in range(120)]
    matcher.store.items.put(many, source="test")
    staff = browser_of(signed, STAFF)
    page = staff.get("/annuaire?page=3")
    assert page.text.count('<li class="card">') == 25
    assert 'rel="prev"' in page.text
    assert 'rel="next"' in page.text
    assert len(page.content) < 60_000
    assert staff.get("/annuaire?page=999999").status_code == 200


def test_a_name_of_three_hundred_signs_is_shown_whole(signed: FastAPI) -> None:
    name = "É" * 300
    signed.state.matcher.store.items.put([Organisation(id="LONG", name=name)], source="test")
    staff = browser_of(signed, STAFF)
    assert name in staff.get("/organisations/LONG").text
    assert staff.get("/annuaire", params={"nom": "É" * 5_000}).status_code == 200
