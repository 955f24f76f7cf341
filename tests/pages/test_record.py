"""*Ma fiche*: what is stored, corrected by its organisation; what a change would move; two people at once."""

import re

import html5lib
from fastapi import FastAPI
from fastapi.testclient import TestClient

from matcher.build import Matcher
from matcher.domain import Organisation
from tests.pages.signing_in import MEMBER, OTHER, STAFF, browser_of

PAGE = "/organisations/ORG001/fiche"


def stored(app: FastAPI, item_id: str = "ORG001") -> Organisation:
    matcher: Matcher = app.state.matcher
    item = matcher.store.items.get(item_id)
    assert isinstance(item, Organisation)
    return item


def form_of(client: TestClient, page: str = PAGE) -> dict[str, str]:
    """The form as it is shown, unchanged."""
    found = html5lib.parse(client.get(page).text, namespaceHTMLElements=False)
    form = {
        one.get("name"): one.get("value", "") for one in found.iter("input") if one.get("type") != "checkbox"
    }
    form |= {one.get("name"): (one.text or "").strip("\n") for one in found.iter("textarea")}
    return {name: value for name, value in form.items() if name and name not in ("back", "lang")}


def test_a_form_sent_as_it_was_shown_changes_nothing(signed: FastAPI) -> None:
    member, before = browser_of(signed, MEMBER), stored(signed)
    answered = member.post(PAGE, data=form_of(member))
    assert answered.headers["location"] == f"{PAGE}?fait=record_same"
    assert stored(signed) == before


def test_a_correction_is_kept_counts_at_once_and_can_be_undone(signed: FastAPI) -> None:
    member, before = browser_of(signed, MEMBER), stored(signed)
    form = form_of(member) | {"needs": "audit de cybersécurité\n\n  formation au secret  ", "city": "Rodez"}
    assert member.post(PAGE, data=form).status_code == 303
    item = stored(signed)
    assert item.needs == ("audit de cybersécurité", "formation au secret")
    assert (item.city, item.department_code) == ("Rodez", "12")
    assert "formation au secret" in member.get("/organisations/ORG001").text
    batch = re.search(r"/fiche/annuler/([\w-]+)", member.get(PAGE).text)
    assert batch is not None
    member.post(f"{PAGE}/annuler/{batch[1]}")
    assert stored(signed) == before


def test_what_a_change_would_move_is_shown_and_nothing_is_kept(signed: FastAPI) -> None:
    member, before = browser_of(signed, MEMBER), stored(signed)
    form = form_of(member) | {
        "expertise": "jeu vidéo",
        "description": "Studio de jeux vidéo.",
        "act": "preview",
    }
    page = member.post(PAGE, data=form)
    assert page.status_code == 200
    assert "Ce que ce changement ferait" in page.text
    assert "Jeux du Midi</strong> entre à la place" in page.text
    assert ">\nStudio de jeux vidéo.</textarea>" in page.text
    assert stored(signed) == before


def test_the_second_of_two_sees_both_versions_and_loses_nothing(signed: FastAPI) -> None:
    member, staff = browser_of(signed, MEMBER), browser_of(signed, STAFF)
    mine, theirs = form_of(member), form_of(staff)
    staff.post(PAGE, data=theirs | {"offers": "cartes en ligne", "city": "Albi"})
    answered = member.post(PAGE, data=mine | {"city": "Rodez"})
    assert answered.status_code == 409
    assert 'value="Rodez"' in answered.text
    assert "<pre>Albi</pre>" in answered.text
    assert stored(signed).city == "Albi"
    again = {"version": stored(signed).version, "city": "Rodez"}
    assert member.post(PAGE, data=again).status_code == 303
    assert (stored(signed).city, stored(signed).offers) == ("Rodez", ("cartes en ligne",))


def test_a_confirmed_record_is_no_longer_to_be_confirmed(signed: FastAPI) -> None:
    other = browser_of(signed, OTHER)
    page = "/organisations/ORG002/fiche"
    assert "écrit en exemple, pas encore confirmé" in other.get(page).text
    other.post(page, data=form_of(other, page) | {"confirm-offers": "yes"})
    item = stored(signed, "ORG002")
    assert (item.illustrative, item.evidence_level) == (False, "declared")


def test_who_writes_its_own_needs_is_no_longer_shown_as_an_example(signed: FastAPI) -> None:
    other, page = browser_of(signed, OTHER), "/organisations/ORG002/fiche"
    other.post(page, data=form_of(other, page) | {"needs": "un hébergeur HDS"})
    item = stored(signed, "ORG002")
    assert (item.illustrative, item.inferred_fields) == (False, ("offers",))
    assert item.evidence_level != "declared", "its offers are still to be confirmed"
    member = browser_of(signed, MEMBER).get("/organisations/ORG001/pour-moi").text
    assert "Citadelle Sécurité" in member
    assert "besoins donnés en exemple" not in member
    other.post(page, data=form_of(other, page) | {"confirm-offers": "yes"})
    assert stored(signed, "ORG002").evidence_level == "declared"


def test_a_value_that_does_not_fit_is_shown_again_with_the_rest(signed: FastAPI) -> None:
    member, before = browser_of(signed, MEMBER), stored(signed)
    form = form_of(member) | {"needs": "\n".join(f"besoin {n}" for n in range(31)), "city": "Millau"}
    answered = member.post(PAGE, data=form)
    assert answered.status_code == 422
    assert "Trop de lignes" in answered.text
    assert "besoin 30" in answered.text
    assert 'value="Millau"' in answered.text
    assert stored(signed) == before


def test_only_its_own_people_and_staff_open_a_record_as_a_form(signed: FastAPI) -> None:
    assert browser_of(signed, OTHER).get(PAGE).status_code == 403
    page = browser_of(signed, STAFF).get(PAGE).text
    assert 'name="siret"' in page
    assert 'name="siret"' not in browser_of(signed, MEMBER).get(PAGE).text


def test_a_member_writes_no_field_of_staff_and_undoes_no_change_of_theirs(signed: FastAPI) -> None:
    member, staff = browser_of(signed, MEMBER), browser_of(signed, STAFF)
    staff.post(PAGE, data=form_of(staff) | {"siret": "12345678901234"})
    before = stored(signed)
    member.post(PAGE, data=form_of(member) | {"name": "Autre", "siret": "999999999"})
    assert stored(signed) == before
    change = re.search(r"/fiche/annuler/[\w-]+", staff.get(PAGE).text)
    assert change is not None
    assert change[0] not in member.get(PAGE).text
    assert member.post(f"/organisations/ORG001{change[0]}").status_code == 404
    assert stored(signed) == before


def test_a_tick_lets_the_former_text_leave_the_history(signed: FastAPI) -> None:
    member = browser_of(signed, MEMBER)
    first = form_of(member) | {"description": "Vend des machines à laver."}
    member.post(PAGE, data=first)
    assert "machines à laver" in member.get(PAGE).text
    assert "/fiche/annuler/" in member.get(PAGE).text
    wrong = form_of(member) | {"description": "Conçoit des cartes.", "forget": "yes"}
    preview = member.post(PAGE, data=wrong | {"act": "preview"}).text
    assert '<input id="forget" name="forget" type="checkbox" value="yes" checked' in preview
    assert member.post(PAGE, data=wrong | {"act": "save"}).headers["location"].endswith("record_kept")
    assert stored(signed).description == "Conçoit des cartes."
    assert "/fiche/annuler/" not in member.get(PAGE).text
    matcher: Matcher = signed.state.matcher
    assert matcher.store.imports.of_item("ORG001") == []
    assert [one.rectification for one in matcher.store.rights.all()] == [True]
    late = wrong | {"version": first["version"], "act": "save"}
    assert member.post(PAGE, data=late).status_code == 409
