"""What holds on every page, in both languages: valid HTML, no inline code, one title, small."""

import html5lib
import pytest
from fastapi import FastAPI

from matcher.people import Person
from tests.pages.signing_in import browser_of, visitor_of
from tests.pages.visited import VISITED

FILES = ("/static/matcher.css", "/static/icons.svg", "/static/favicon.svg")
MOST_BYTES = 100_000
INLINE = ("<script", "style=", " onclick", "{{", "{%")


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
    answer = client.get(path)
    assert answer.status_code == (404 if path == "/nulle-part" else 200)
    parser = html5lib.HTMLParser(namespaceHTMLElements=False)
    document = parser.parse(answer.text)
    assert parser.errors == []
    assert [text for text in INLINE if text in answer.text] == []
    assert len(document.findall(".//h1")) == 1
    assert (document.find(".//title").text or "").strip(" –") != "Digital 113"
    assert len(answer.content) + weight_of_files < MOST_BYTES
