"""Pictures of every page of the demonstration, on phone and desktop, light and dark: ``make screenshots``.

Run it as a module; it prepares the demonstration in the home folder where that was not done before, and
photographs a copy of it: what some pages are of is made there.
"""

import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from playwright.sync_api import Browser

from matcher.build import open_matcher
from matcher.people import Person
from matcher.settings import Settings, load
from service.app import create_app
from service.cli.demo.catalogue import bring_up_to_date, prepare
from service.cli.demo.pages import demonstration
from service.cli.demo.people import settle, shown_organisation
from service.cli.index import prepare_encoder
from tests.hiring.candidates.room import ANSWERS
from tests.pages.browsers import DESKTOP, PHONE, Look, chromium, served, visit
from tests.pages.made import Pages, make_pages, sending
from tests.pages.signing_in import PEOPLE, let_in
from tests.pages.visited import VISITED
from tests.samples import copy_home

LOOKS: tuple[tuple[str, Look], ...] = (
    ("phone-light", (PHONE, "light", "fr")),
    ("phone-dark", (PHONE, "dark", "fr")),
    ("desktop-light", (DESKTOP, "light", "fr")),
    ("desktop-dark", (DESKTOP, "dark", "fr")),
)
LONGEST_NAME, SHORTEST_TOKEN = 60, 20


def main(out: Path) -> None:
    """Write the pictures into a folder, one file a page and look."""
    prepare_encoder(load())
    settings = demonstration(load())
    prepare(settings)
    with open_matcher(settings) as matcher:
        bring_up_to_date(matcher)
        settle(matcher, shown_organisation(matcher, "ORG001"), datetime.now(UTC))
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        _photograph_all(_copy_of(settings, Path(folder) / "home"), out)


def _copy_of(settings: Settings, home: Path) -> Settings:
    """Return the settings of a copy of the demonstration, in which profiles of candidates may be opened."""
    copy_home(settings.home, home)
    changed = {
        "home": home,
        "database_url": f"sqlite:///{home / 'matcher.db'}",
        "requests_of_a_caller": 0,
        "requests_of_an_address": 0,
    }
    return settings.model_copy(update=changed | ANSWERS)


def _photograph_all(settings: Settings, out: Path) -> None:
    with open_matcher(settings) as matcher:
        for person in PEOPLE.values():
            matcher.store.people.put(person)
        app = create_app(settings, matcher)
        let_in(app)
        with served(app) as base, chromium() as browser:
            pages = (*VISITED, *make_pages(matcher, sending(base)))
            for name, look in LOOKS:
                _photograph(browser, base, pages, out, (name, look))


def _photograph(browser: Browser, base: str, pages: Pages, out: Path, named: tuple[str, Look]) -> None:
    """Photograph the pages in one look, each as who opens it."""
    name, look = named
    for person in dict.fromkeys(person for _, person in pages):
        with visit(browser, base, person, look) as seen:
            for number, (path, reader) in enumerate(pages):
                if reader is person:
                    seen.open(path)
                    seen.page.screenshot(path=out / _file(number, path, person, name), full_page=True)


def _file(number: int, path: str, person: Person | None, look: str) -> str:
    """Return the name of a picture: its place in the list, its address, who opens it, and the look.

    Tokens are new at each run and open things: they are left out.
    """
    parts = [part for part in path.strip("/").split("/") if len(part) < SHORTEST_TOKEN]
    address = "".join(sign if sign.isalnum() else "-" for sign in "-".join(parts)) or "start"
    role = next(iter(person.roles)).value if person else "visitor"
    return f"{number:02}-{address[:LONGEST_NAME]}-{role}-{look}.png"


if __name__ == "__main__":
    main(Path(sys.argv[1]))
