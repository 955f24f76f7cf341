"""The pages in a real browser, on phone and desktop, light and dark, in both languages."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from matcher.introductions import Actor, Party
from tests.pages.accessibility import open_every_page
from tests.pages.browsers import LOOKS, REAL_BROWSER, Site, visit
from tests.pages.signing_in import MEMBER, STAFF

pytestmark = REAL_BROWSER
BY_STAFF = Actor(Party.STAFF, STAFF.id)


@pytest.mark.parametrize("look", LOOKS, ids=["phone-fr", "phone-dark-en", "desktop-en", "desktop-dark-fr"])
def test_no_page_has_a_fault(browser: Browser, base: str, look: object) -> None:
    opened = open_every_page(browser, base, look)  # type: ignore[arg-type]  # one of LOOKS
    faults = [f"{one.path}: {text}" for one in opened for text in one.faults]
    assert faults == []


def propose(site: Site, *pairs: tuple[str, str]) -> None:
    for pair in pairs:
        site.matcher.introductions.propose(pair, BY_STAFF, datetime.now(UTC))


def test_staff_approve_three_and_a_member_answers_in_three_taps(browser: Browser, site: Site) -> None:
    """Without scripts: staff tick three pairs and approve; the member opens its list and says yes."""
    propose(site, ("ORG001", "ORG002"), ("ORG002", "ORG003"), ("ORG003", "ORG001"))
    with visit(browser, site.base, STAFF, LOOKS[2], scripts=False) as seen:
        seen.open("/a-traiter?panier=to_approve")
        for box in seen.page.get_by_role("checkbox").all():
            box.check()
        seen.page.get_by_role("button", name="Approve the selection").click()
        seen.page.get_by_text("Approved.").wait_for()
        assert seen.complaints == []
    site.matcher.introduction_worker.due(datetime.now(UTC))
    with visit(browser, site.base, MEMBER, LOOKS[0], scripts=False) as seen:
        seen.open("/")
        seen.page.get_by_role("link", name="Mes mises en relation").tap()
        seen.page.get_by_role("button", name="Oui, mettez-nous en relation").tap()
        seen.page.get_by_text("Merci. C'est oui").wait_for()
        assert seen.complaints == []


def test_an_office_worker_imports_last_years_list(browser: Browser, base: str, tmp_path: Path) -> None:
    """Two columns are corrected, the preview is read, and the buttons are pressed on the keyboard."""
    file = tmp_path / "membres 2025.csv"
    file.write_text("Raison sociale;Ce que fait la boîte;Opposition RGPD\nAtelier Neuf;Sites web;à voir\n")
    with visit(browser, base, STAFF, LOOKS[3]) as seen:
        page = seen.page
        seen.open("/importer")
        page.get_by_label("Le fichier").set_input_files(file)
        page.get_by_role("button", name="Voir ce que ce fichier changerait").press("Enter")
        page.get_by_label("Ce que fait la boîte").select_option("description")
        page.get_by_label("Opposition RGPD").select_option("-")
        page.get_by_role("button", name="Refaire l'aperçu").press("Enter")
        page.get_by_role("button", name="Importer 1 fiche").press("Enter")
        page.get_by_text("1 fiche nouvelle").wait_for()
        assert seen.violations() + seen.complaints == []


def test_the_tables_of_a_breakfast_are_printed(browser: Browser, base: str, tmp_path: Path) -> None:
    file = tmp_path / "inscrits.csv"
    file.write_text("nom;organisation\n" + "".join(f"Personne {n};Maison {n}\n" for n in range(1, 13)))
    with visit(browser, base, STAFF, LOOKS[3]) as seen:
        page = seen.page
        seen.open("/evenement")
        page.get_by_label("Liste des participants").set_input_files(file)
        page.get_by_label("Tables", exact=True).check()
        page.get_by_role("button", name="Faire les tours").click()
        page.get_by_role("heading", name="Tour 1").wait_for()
        assert seen.violations() + seen.complaints == []
        page.emulate_media(media="print")
        assert not page.get_by_role("navigation").first.is_visible()
        assert page.get_by_role("heading", name="Table 1").first.is_visible()


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_a_member_sets_aside_and_takes_back_on_a_phone(browser: Browser, base: str, *, scripts: bool) -> None:
    with visit(browser, base, MEMBER, LOOKS[0], scripts=scripts) as seen:
        seen.open("/organisations/ORG001/pour-moi")
        page = seen.page
        card = page.locator("li.card", has=page.locator("#factory-FAC001"))
        card.locator("summary").click()
        card.get_by_role("button", name="Pas le temps").click()
        page.get_by_text("Mis de côté : ce ne sera plus proposé.").wait_for()
        assert page.locator("#factory-FAC001").count() == 0
        page.get_by_role("button", name="Annuler ma dernière réponse").click()
        page.locator("#factory-FAC001").wait_for()
        assert seen.complaints == []


def test_the_language_switch_keeps_the_page(browser: Browser, base: str) -> None:
    with visit(browser, base, None, LOOKS[3]) as seen:
        seen.open("/confidentialite")
        seen.page.get_by_role("button", name="English").click()
        seen.page.get_by_role("heading", name="Personal data", level=1).wait_for()
        assert seen.page.url.endswith("/confidentialite")
