"""Pictures of every page of the demonstration, on phone and desktop, light and dark: ``make screenshots``.

Run it as a module; it prepares the demonstration in the home folder where that was not done before.
"""

import sys
from datetime import UTC, datetime
from pathlib import Path

from playwright.sync_api import Browser

from matcher.build import open_matcher
from matcher.people import Role
from matcher.settings import load
from service.app import create_app
from service.cli.demo.catalogue import bring_up_to_date, prepare
from service.cli.demo.pages import demonstration
from service.cli.demo.people import settle, shown_organisation
from service.cli.index import prepare_encoder
from tests.pages.browsers import DESKTOP, PHONE, chromium, served
from tests.pages.visited import VISITED

LOOKS = (
    ("phone", PHONE, "light"),
    ("phone", PHONE, "dark"),
    ("desktop", DESKTOP, "light"),
    ("desktop", DESKTOP, "dark"),
)


def main(out: Path) -> None:
    """Write the pictures into a folder, one file a page and look."""
    prepare_encoder(load())
    settings = demonstration(load())
    prepare(settings)
    out.mkdir(parents=True, exist_ok=True)
    with open_matcher(settings) as matcher:
        bring_up_to_date(matcher)
        settle(matcher, shown_organisation(matcher, "ORG001"), datetime.now(UTC))
        with served(create_app(settings, matcher)) as base, chromium() as browser:
            for role in (None, *Role):
                _photograph(browser, base, role, out)


def _photograph(browser: Browser, base: str, role: Role | None, out: Path) -> None:
    """Photograph the pages that a role opens; None for a visitor."""
    paths = [path for path, person in VISITED if (person.roles if person else ()) == ({role} if role else ())]
    for name, size, scheme in LOOKS:
        context = browser.new_context(
            viewport={"width": size["width"], "height": size["height"]},
            color_scheme="dark" if scheme == "dark" else "light",
        )
        page = context.new_page()
        if role:
            page.goto(f"{base}/demonstration")
            page.click(f"form[action='/demonstration/{role.value}'] button")
        for path in paths:
            page.goto(base + path)
            file = path.strip("/").replace("/", "-") or "start"
            page.screenshot(path=out / f"{file}-{role or 'visitor'}-{name}-{scheme}.png", full_page=True)
        context.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
