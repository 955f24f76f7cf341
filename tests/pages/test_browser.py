"""The pages in a real browser, on phone and desktop, light and dark, in both languages."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser

from matcher.build import open_matcher
from matcher.people import Person
from service.app import create_app
from tests.pages.browsers import CHROMIUM, DESKTOP, PHONE, Visit, chromium, served
from tests.pages.conftest import copied_settings
from tests.pages.signing_in import MEMBER, STAFF, let_in

pytestmark = [
    pytest.mark.browser,
    pytest.mark.process,
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium: apt-get install chromium"),
    # playwright's driver leaves its event loop to the interpreter
    pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"),
]
PAGES = [
    ("/", None),
    ("/confidentialite", None),
    ("/organisations/ORG001/pour-moi", MEMBER),
    ("/organisations/ORG001/mis-de-cote", MEMBER),
    ("/annuaire", STAFF),
    ("/organisations/ORG001", STAFF),
]
LOOKS: list[tuple[dict[str, int], Literal["light", "dark"], str]] = [
    (PHONE, "light", "fr"),
    (PHONE, "dark", "en"),
    (DESKTOP, "light", "en"),
    (DESKTOP, "dark", "fr"),
]


@pytest.fixture(scope="module")
def base(pages_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    settings = copied_settings(pages_home, tmp_path_factory.mktemp("browser"))
    with open_matcher(settings) as matcher:
        app = create_app(settings, matcher)
        let_in(app)
        with served(app) as address:
            yield address


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@contextmanager
def visit(
    browser: Browser,
    base: str,
    person: Person | None,
    look: tuple[dict[str, int], Literal["light", "dark"], str],
    *,
    scripts: bool = True,
) -> Iterator[Visit]:
    size, scheme, lang = look
    context = browser.new_context(
        viewport={"width": size["width"], "height": size["height"]},
        color_scheme=scheme,
        java_script_enabled=scripts,
        extra_http_headers={"X-Person": person.id} if person else {},
    )
    context.add_cookies([{"name": "matcher-lang", "value": lang, "url": base}])
    try:
        yield Visit(context.new_page(), base)
    finally:
        context.close()


@pytest.mark.parametrize("look", LOOKS, ids=["phone-fr", "phone-dark-en", "desktop-en", "desktop-dark-fr"])
def test_no_page_has_a_fault(browser: Browser, base: str, look: object) -> None:
    faults = []
    for path, person in PAGES:
        with visit(browser, base, person, look) as seen:  # type: ignore[arg-type]  # one of LOOKS
            seen.open(path)
            faults += [f"{path}: {text}" for text in seen.violations() + seen.complaints]
            if seen.is_wider_than_the_screen():
                faults.append(f"{path}: wider than the screen")
    assert faults == []


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
