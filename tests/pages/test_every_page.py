"""What holds on every page, in both languages: valid HTML, no inline code, one title, small."""

from collections.abc import Iterator
from pathlib import Path

import html5lib
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from matcher.people import Person
from tests.pages.conftest import copied_settings, running
from tests.pages.made import Pages, in_process, make_pages
from tests.pages.signing_in import browser_of, visitor_of
from tests.pages.visited import VISITED

FILES = ("/static/matcher.css", "/static/icons.svg", "/static/favicon.svg")
MOST_BYTES = 100_000
INLINE = ("<script", "style=", " onclick", "{{", "{%", "Project-Id-Version")


@pytest.fixture(scope="module")
def weight_of_files(read_only: FastAPI) -> int:
    visitor = visitor_of(read_only)
    return sum(len(visitor.get(path).content) for path in FILES)


@pytest.mark.parametrize("lang", ["fr", "en"])
@pytest.mark.parametrize(("path", "person"), VISITED, ids=[path for path, _ in VISITED])
def test_a_page_is_valid_plain_and_small(
    read_only: FastAPI, weight_of_files: int, path: str, person: Person | None, lang: str
) -> None:
    client = browser_of(read_only, person) if person else visitor_of(read_only)
    client.cookies.set("matcher-lang", lang)
    status = 404 if path == "/nulle-part" else 200
    assert faults_of(client, path, status) == []
    assert len(client.get(path).content) + weight_of_files < MOST_BYTES


@pytest.fixture(scope="module")
def made(pages_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[FastAPI, Pages]]:
    with running(copied_settings(pages_home, tmp_path_factory.mktemp("made"))) as app:
        yield app, make_pages(app.state.matcher, in_process(app))


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_a_page_of_something_made_is_valid_and_plain(made: tuple[FastAPI, Pages], lang: str) -> None:
    app, pages = made
    found = {}
    for path, person in pages:
        client = browser_of(app, person) if person else visitor_of(app)
        client.cookies.set("matcher-lang", lang)
        faults = faults_of(client, path)
        if faults:
            found[path] = faults
    assert found == {}


def faults_of(client: TestClient, path: str, status: int = 200) -> list[str]:
    """Return what is wrong with a page: status, HTML, inline code, headings, title, language."""
    answer = client.get(path)
    parser = html5lib.HTMLParser(namespaceHTMLElements=False)
    document = parser.parse(answer.text)
    faults = [str(error) for error in parser.errors] + [text for text in INLINE if text in answer.text]
    if answer.status_code != status:
        faults.append(f"status {answer.status_code}")
    if len(document.findall(".//h1")) != 1:
        faults.append("not one first heading")
    if (document.find(".//title").text or "").strip(" –") == "Digital 113":
        faults.append("no title of its own")
    if not document.get("lang"):
        faults.append("no language")
    return faults
