"""*Annuaire*: search by name, and what each reader sees of a record."""

import pytest
from fastapi import FastAPI

from tests.pages.signing_in import MEMBER, STAFF, browser_of, visitor_of


@pytest.mark.parametrize(
    ("typed", "found"), [("makina", True), ("CORPUS", True), ("jeux", False), ("", True)]
)
def test_a_name_is_found_by_any_of_its_words(read_only: FastAPI, typed: str, found: bool) -> None:
    page = browser_of(read_only, STAFF).get("/annuaire", params={"nom": typed}).text
    assert ("/organisations/ORG001" in page) is found
    assert f'value="{typed}"' in page


def test_who_opted_out_is_for_staff(read_only: FastAPI) -> None:
    assert "Discrète" in browser_of(read_only, STAFF).get("/annuaire").text
    assert "Discrète" not in browser_of(read_only, MEMBER).get("/annuaire").text
    assert browser_of(read_only, MEMBER).get("/organisations/ORG004").status_code == 404


def test_contact_persons_are_for_staff(read_only: FastAPI) -> None:
    assert "claire@example.org" in browser_of(read_only, STAFF).get("/organisations/ORG001").text
    assert "claire@example.org" not in browser_of(read_only, MEMBER).get("/organisations/ORG002").text


def test_a_visitor_sees_nothing(read_only: FastAPI) -> None:
    assert visitor_of(read_only).get("/annuaire").status_code == 401


@pytest.mark.parametrize("path", ["/connexion", "/annuaire"])
def test_any_name_of_a_parameter_is_taken(read_only: FastAPI, path: str) -> None:
    assert browser_of(read_only, STAFF).get(f"{path}?self=1&page=2&self=2").status_code == 200
