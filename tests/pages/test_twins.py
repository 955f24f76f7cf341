"""*Doublons*: two records of one organisation made one."""

from fastapi import FastAPI

from matcher.build import Matcher
from matcher.domain import Organisation
from tests.pages.signing_in import MEMBER, STAFF, browser_of


def test_twins_are_listed_and_merged(signed: FastAPI) -> None:
    matcher: Matcher = signed.state.matcher
    matcher.store.items.put(
        [Organisation(id="ORG009", name="MAKINA CORPUS SAS", siret="1" * 14)], source="test"
    )
    staff = browser_of(signed, STAFF)
    assert "Garder MAKINA CORPUS SAS" in staff.get("/annuaire/doublons").text
    staff.post("/annuaire/doublons", data={"kept": "ORG001", "dropped": "ORG009"})
    merged = matcher.store.items.get("ORG001")
    assert isinstance(merged, Organisation)
    assert merged.siret == "1" * 14
    assert "Aucun doublon" in staff.get("/annuaire/doublons").text


def test_an_id_that_is_none_is_refused(signed: FastAPI) -> None:
    form = {"kept": "ORG001", "dropped": "ORG999"}
    assert browser_of(signed, STAFF).post("/annuaire/doublons", data=form).status_code == 404


def test_members_merge_nothing(read_only: FastAPI) -> None:
    assert browser_of(read_only, MEMBER).get("/annuaire/doublons").status_code == 403
