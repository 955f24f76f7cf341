"""What happens to people in a browser: double click, back button, lost connection, a page at 400 %."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Error

from matcher.domain import Organisation
from tests.pages.browsers import LOOKS, REAL_BROWSER, Site, visit
from tests.pages.signing_in import MEMBER, STAFF
from tests.pages.visited import VISITED

pytestmark = REAL_BROWSER
PHONE_FR, DESKTOP_FR = LOOKS[0], LOOKS[3]
RECORD = "/organisations/ORG001/fiche"
ZOOMED = ({"width": 320, "height": 256}, "light", "fr")
"""A screen of 1280 x 1024 at 400 % (WCAG 2.2, criterion 1.4.10)."""


def searches(site: Site) -> list[str]:
    return [one.text for one in site.matcher.store.alerts.searches("ORG001")]


def test_a_double_click_does_it_once(browser: Browser, site: Site) -> None:
    with visit(browser, site.base, MEMBER, DESKTOP_FR) as seen:
        seen.open("/appels")
        seen.page.get_by_label("Ce que vous cherchez, en quelques mots").fill("double clic")
        seen.page.get_by_role("button", name="Enregistrer").dblclick()
        seen.page.get_by_text("Recherche enregistrée").wait_for()
    assert searches(site).count("double clic") == 1


def test_back_after_sending_and_reloading_sends_nothing_again(browser: Browser, site: Site) -> None:
    with visit(browser, site.base, MEMBER, PHONE_FR) as seen:
        seen.open("/appels")
        seen.page.get_by_label("Ce que vous cherchez, en quelques mots").fill("retour arrière")
        seen.page.get_by_role("button", name="Enregistrer").tap()
        seen.page.get_by_text("Recherche enregistrée").wait_for()
        seen.page.reload()
        seen.page.go_back()
        seen.page.go_forward()
    assert searches(site).count("retour arrière") == 1


def test_a_lost_connection_leaves_what_was_typed_in_the_form(browser: Browser, site: Site) -> None:
    """The browser keeps the page it could not leave: going back shows the form as it was."""
    typed = "partenaire perdu en route"
    with visit(browser, site.base, MEMBER, PHONE_FR) as seen:
        seen.open(RECORD)
        seen.page.get_by_label("Ce que vous cherchez", exact=True).fill(typed)
        seen.page.context.set_offline(True)
        with pytest.raises(Error, match="DISCONNECTED"):
            seen.page.goto(seen.base + "/agenda")
        seen.page.context.set_offline(False)
        seen.page.go_back()
        field = seen.page.get_by_label("Ce que vous cherchez", exact=True)
        field.wait_for()
        assert field.input_value() == typed


def test_every_page_at_four_hundred_percent_is_read_without_scrolling_sideways(
    browser: Browser, site: Site
) -> None:
    wide = []
    for person in dict.fromkeys(person for _, person in VISITED):
        with visit(browser, site.base, person, ZOOMED) as seen:  # type: ignore[arg-type]  # a fifth look
            for path in [path for path, reader in VISITED if reader is person]:
                seen.open(path)
                if seen.is_wider_than_the_screen():
                    wide.append(path)
    assert wide == []


def test_a_name_of_three_hundred_signs_breaks_no_page(browser: Browser, site: Site) -> None:
    site.matcher.store.items.put([Organisation(id="LONG", name="Œ" * 300)], source="test")
    with visit(browser, site.base, STAFF, PHONE_FR) as seen:
        for path in ("/organisations/LONG", "/organisations/LONG/fiche", "/annuaire?nom=ŒŒ", "/chiffres"):
            seen.open(path)
            assert not seen.is_wider_than_the_screen(), path


def test_a_file_that_is_too_large_is_refused_with_a_sentence(
    browser: Browser, site: Site, tmp_path: Path
) -> None:
    file = tmp_path / "trop.csv"
    file.write_bytes(b"nom\n" + b"x" * (11 * 2**20))
    with visit(browser, site.base, STAFF, DESKTOP_FR) as seen:
        seen.open("/importer")
        seen.page.get_by_label("Le fichier").set_input_files(file)
        seen.page.get_by_role("button", name="Voir ce que").click()
        seen.page.get_by_text("dépasse la taille admise").wait_for()
