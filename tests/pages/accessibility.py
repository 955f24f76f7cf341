"""What axe-core and the browser find on every page, and how heavy pages are: ``make accessibility``.

Every page of :mod:`tests.pages.visited`, and some made for it, is opened as who may open it, in French and
English, on phone and desktop, light and dark. The accessibility statement reads the result that is written.
"""

import json
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, FilePayload
from rich.console import Console
from rich.table import Table

from matcher.build import open_matcher
from matcher.introductions import Actor, Party
from matcher.people import Person
from service.app import create_app
from service.pages.accessibility import RESULT
from service.pages.install import STATIC
from tests.pages.browsers import AXE, LOOKS, Look, Site, chromium, served, visit
from tests.pages.conftest import stocked_settings
from tests.pages.signing_in import BROWSER, HR, STAFF, let_in
from tests.pages.visited import VISITED

Pages = Sequence[tuple[str, Person | None]]
NOWHERE = "/nulle-part"


@dataclass(frozen=True)
class Opened:
    """One page as one look shows it: bytes with the files it loads, and what is wrong with it."""

    path: str
    weight: int
    faults: Sequence[str]


def open_every_page(browser: Browser, base: str, look: Look, pages: Pages = VISITED) -> Iterator[Opened]:
    """Open every page in one look; faults are those of axe-core, of the console, of the width and status."""
    files = sum(file.stat().st_size for file in STATIC.iterdir())
    for person in dict.fromkeys(person for _, person in pages):
        with visit(browser, base, person, look) as seen:
            for path in [path for path, reader in pages if reader is person]:
                seen.complaints.clear()
                answered = seen.page.goto(base + path)
                if answered is None:
                    raise RuntimeError(f"{path} is not answered")
                faults = seen.violations() + [text for text in seen.complaints if "404" not in text]
                if seen.is_wider_than_the_screen():
                    faults.append("wider than the screen")
                if not answered.ok and path != NOWHERE:
                    faults.append(f"status {answered.status}")
                yield Opened(path, len(answered.body()) + files, faults)


def make_pages(browser: Browser, site: Site) -> Pages:
    """Make what some pages are of: an introduction, an event, an import, a need; return their addresses."""
    pair = ("ORG001", "ORG002")
    one = site.matcher.introductions.propose(pair, Actor(Party.STAFF, STAFF.id), datetime.now(UTC))
    list_of_people = (
        "nom;organisation\nAda;Maison 1\nBob;Maison 2\n" + "Éva;" + "M" * 300 + "\nZoé;Maison 4\n"
    )
    event = {"participants": _file("inscrits.csv", list_of_people), "mode": "pairs", "rounds": "3"}
    event |= {"title": "T" * 200, "size": "4", "minutes": "15", "pause": "5", "start": ""}
    members = {
        "file": _file("membres.csv", "Raison sociale;Ville;Opposition RGPD\nAtelier Dix;Albi;peut-être\n")
    }
    need = {"text": "Développeuse Python à Nîmes, CDI, 3 ans d'expérience.", "title": "Développeuse Python"}
    return (
        (f"/a-traiter/{one.id}", STAFF),
        ("/alertes/INT001", STAFF),
        (_sent(browser, site, STAFF, "/evenement", event), STAFF),
        (_sent(browser, site, STAFF, "/importer", members), STAFF),
        (_sent(browser, site, HR, "/recruter/besoins", need), HR),
    )


def _file(name: str, content: str) -> FilePayload:
    return FilePayload(name=name, mimeType="text/csv", buffer=content.encode())


def _sent(browser: Browser, site: Site, person: Person, path: str, form: dict[str, Any]) -> str:
    """Send a form and return the address that it leads to."""
    with visit(browser, site.base, person, LOOKS[0]) as seen:
        answered = seen.page.request.post(site.base + path, multipart=form, headers=BROWSER)
        if not answered.ok:
            raise RuntimeError(f"{path} answers {answered.status}: {answered.text()[-3000:]}")
        return answered.url.removeprefix(site.base).partition("?")[0]


def main() -> None:
    """Print a row a page, and write the result for the statement."""
    found: list[Opened] = []
    with tempfile.TemporaryDirectory() as folder:
        settings = stocked_settings(Path(folder) / "home")
        with open_matcher(settings) as matcher:
            matcher.index_now()
            app = create_app(settings, matcher)
            let_in(app)
            with served(app) as base, chromium() as browser:
                pages = (*VISITED, *make_pages(browser, Site(base, matcher)))
                for look in LOOKS:
                    found += open_every_page(browser, base, look, pages)
    _print(found)
    result = {
        "on": f"{datetime.now(UTC):%Y-%m-%d}",
        "tool": _name_of_axe(),
        "pages": len({one.path for one in found}),
        "visits": len(found),
        "faults": sum(len(one.faults) for one in found),
    }
    RESULT.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")


def _name_of_axe() -> str:
    """Return name and version, as the first line of the tool says them."""
    first = AXE.read_text(encoding="utf-8").partition("\n")[0]
    return f"axe-core {first.rpartition(' v')[2]}"


def _print(found: Sequence[Opened]) -> None:
    table = Table("page", "visits", "kB in all", "faults", title="axe-core, console, width; no compression")
    for path in dict.fromkeys(one.path for one in found):
        same = [one for one in found if one.path == path]
        faults = "; ".join(fault for one in same for fault in one.faults)
        heaviest = max(one.weight for one in same)
        table.add_row(path, str(len(same)), f"{heaviest / 1000:.0f}", faults or "0")
    Console(width=150).print(table)


if __name__ == "__main__":
    main()
