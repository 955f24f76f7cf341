"""*Recruter*: a job offer checked, leads for a need; nothing typed is kept."""

from fastapi import FastAPI

from tests.pages.signing_in import HR, STAFF, browser_of, visitor_of

OFFER = "Développeur\nUn profil jeune et dynamique, CDI à Nîmes (30000), 32 k€, le 1er mai."


def test_the_hr_factory_begins_here(read_only: FastAPI) -> None:
    assert browser_of(read_only, HR).get("/pour-moi").headers["location"] == "/recruter"


def test_words_that_the_law_forbids_are_shown_with_their_article(read_only: FastAPI) -> None:
    page = browser_of(read_only, HR).post("/recruter/annonce", data={"offer": OFFER}).text
    assert "<q>jeune et dynamique</q>" in page
    assert "À corriger avant de publier" in page
    assert f">\n{OFFER.splitlines()[0]}" in page, "the offer is still there to be corrected"


def test_a_sound_offer_is_said_to_be_sound(read_only: FastAPI) -> None:
    offer = "Développeuse ou développeur web\nCDI à Nîmes (30000), 30 000 à 36 000 €, publiée le 12/11/2026."
    assert (
        "Rien à reprendre." in browser_of(read_only, HR).post("/recruter/annonce", data={"offer": offer}).text
    )


def test_leads_for_a_need_quote_it(read_only: FastAPI) -> None:
    page = browser_of(read_only, STAFF).post("/recruter/pistes", data={"need": "Python et cartographie"}).text
    assert "École Simplon" in page
    assert ">\nPython et cartographie</textarea>" in page


def test_words_on_who_is_wanted_are_quoted_and_not_matched(read_only: FastAPI) -> None:
    need = {"need": "une femme de moins de 30 ans, Python et cartographie"}
    page = browser_of(read_only, STAFF).post("/recruter/pistes", data=need).text
    assert "n&#39;ont compté pour aucune piste" in page
    assert "moins de 30 ans\u00a0» (l&#39;âge)" in page
    assert "École Simplon" in page


def test_empty_forms_ask_again(read_only: FastAPI) -> None:
    hr = browser_of(read_only, HR)
    assert hr.post("/recruter/annonce", data={"offer": " "}).status_code == 200
    assert hr.post("/recruter/pistes", data={"need": "?!"}).status_code == 200
    assert visitor_of(read_only).get("/recruter").status_code == 401
