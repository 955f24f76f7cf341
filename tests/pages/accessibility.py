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

from playwright.sync_api import Browser
from rich.console import Console
from rich.table import Table

from matcher.build import open_matcher
from service.app import create_app
from service.pages.accessibility import RESULT
from service.pages.install import STATIC
from tests.pages.browsers import AXE, LOOKS, Look, chromium, served, visit
from tests.pages.conftest import stocked_settings
from tests.pages.made import Pages, make_pages, sending
from tests.pages.signing_in import let_in
from tests.pages.visited import VISITED

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
                pages = (*VISITED, *make_pages(matcher, sending(base)))
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
