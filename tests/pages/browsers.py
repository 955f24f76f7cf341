"""A real Chromium against an application served on this machine, for journeys and accessibility."""

import shutil
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import pytest
import uvicorn
from fastapi import FastAPI
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

from matcher.build import Matcher
from matcher.people import Person

AXE = Path(__file__).with_name("axe") / "axe.min.js"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1280, "height": 900}
Look = tuple[dict[str, int], Literal["light", "dark"], str]
LOOKS: list[Look] = [
    (PHONE, "light", "fr"),
    (PHONE, "dark", "en"),
    (DESKTOP, "light", "en"),
    (DESKTOP, "dark", "fr"),
]
"""Size, scheme and language of a visit."""
REAL_BROWSER = [
    pytest.mark.browser,
    pytest.mark.process,
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium: apt-get install chromium"),
    # playwright's driver leaves its event loop to the interpreter
    pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"),
]
"""Marks of tests that need a browser."""
_FIND = "axe.run().then(found => found.violations.map(one => one.id + ': ' + one.nodes[0].html))"


@dataclass(frozen=True)
class Site:
    """A served application: its address, and the product behind it."""

    base: str
    matcher: Matcher


@dataclass
class Visit:
    """One tab, and everything the browser complained of."""

    page: Page
    base: str
    complaints: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("console", self._note)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def open(self, path: str) -> None:
        """Open a page of the application."""
        self.page.goto(self.base + path)

    def violations(self) -> list[str]:
        """What axe-core finds on the page that is shown."""
        self.page.evaluate(AXE.read_text(encoding="utf-8"))
        found: list[str] = self.page.evaluate(_FIND)
        return found

    def is_wider_than_the_screen(self) -> bool:
        """Whether one has to scroll sideways."""
        return bool(self.page.evaluate("document.documentElement.scrollWidth > innerWidth"))

    def _note(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(message.text)


@contextmanager
def served(app: FastAPI) -> Iterator[str]:
    """Serve an application in a thread; give its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=port, log_config=None))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            if not thread.is_alive():
                raise RuntimeError("the server of the test did not start")
            time.sleep(0.05)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join()


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start Debian's Chromium; playwright brings no browser of its own."""
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def visit(
    browser: Browser, base: str, person: Person | None, look: Look, *, scripts: bool = True
) -> Iterator[Visit]:
    """Open a tab in which a person is signed in, None for a visitor."""
    size, scheme, lang = look
    context = browser.new_context(
        viewport={"width": size["width"], "height": size["height"]},
        color_scheme=scheme,
        java_script_enabled=scripts,
        has_touch=size is PHONE,
        extra_http_headers={"X-Person": person.id} if person else {},
    )
    context.set_default_navigation_timeout(120_000)  # a machine that does much else is slow, not wrong
    context.add_cookies([{"name": "matcher-lang", "value": lang, "url": base}])
    try:
        yield Visit(context.new_page(), base)
    finally:
        context.close()
