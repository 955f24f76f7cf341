"""Pages without a session: valid HTML in both languages, no inline code, errors as pages."""

import html5lib
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from service.pages.accessibility import last_test
from tests.pages.signing_in import visitor_of

PUBLIC = ("/", "/mentions-legales", "/confidentialite", "/accessibilite")


@pytest.fixture
def visitor(read_only: FastAPI) -> TestClient:
    """A new browser without a session."""
    return visitor_of(read_only)


@pytest.mark.parametrize("path", [*PUBLIC, "/nowhere"])
@pytest.mark.parametrize("lang", ["fr", "en"])
def test_a_page_is_valid_html_without_inline_code(visitor: TestClient, path: str, lang: str) -> None:
    visitor.cookies.set("matcher-lang", lang)
    answer = visitor.get(path)
    parser = html5lib.HTMLParser()
    parser.parse(answer.text)
    assert parser.errors == []
    assert f'<html lang="{lang}">' in answer.text
    for inline in ("<script", "style=", "onclick", "{{", "{%"):
        assert inline not in answer.text


@pytest.mark.parametrize("path", PUBLIC)
def test_a_page_lets_no_script_run_and_is_not_kept(visitor: TestClient, path: str) -> None:
    headers = visitor.get(path).headers
    policy = headers["content-security-policy"]
    assert policy.startswith("default-src 'none'")
    assert "script-src" not in policy
    assert "unsafe" not in policy
    assert headers["cache-control"] == "private, no-store"


def test_a_browser_is_shown_a_page_and_a_program_a_problem(visitor: TestClient) -> None:
    page = visitor.get("/nowhere")
    problem = visitor.get("/nowhere", headers={"Accept": "application/json"})
    assert (page.status_code, problem.status_code) == (404, 404)
    assert "Page introuvable" in page.text
    assert problem.headers["content-type"] == "application/problem+json"


def test_the_api_answers_a_browser_with_a_problem_too(visitor: TestClient) -> None:
    assert visitor.get("/v1/nothing").headers["content-type"] == "application/problem+json"


def test_the_language_chosen_is_kept_and_leads_back(visitor: TestClient) -> None:
    switched = visitor.post("/langue", data={"lang": "en", "back": "/accessibilite"}, follow_redirects=False)
    assert switched.status_code == 303
    assert switched.headers["location"] == "/accessibilite"
    assert "Something in your way?" in visitor.get("/accessibilite").text


@pytest.mark.parametrize("back", ["https://elsewhere.example/", "//elsewhere.example", "/\\elsewhere", ""])
def test_the_language_switch_leads_nowhere_else(visitor: TestClient, back: str) -> None:
    switched = visitor.post("/langue", data={"lang": "en", "back": back}, follow_redirects=False)
    assert switched.headers["location"] == "/"


@pytest.mark.parametrize("path", ["/static/matcher.css", "/static/icons.svg", "/static/favicon.svg"])
def test_the_files_of_the_pages_are_served(visitor: TestClient, path: str) -> None:
    assert visitor.get(path).status_code == 200


@pytest.mark.parametrize(("lang", "found"), [("fr", "aucun défaut"), ("en", "no fault")])
def test_the_accessibility_statement_says_what_the_last_test_found(
    visitor: TestClient, lang: str, found: str
) -> None:
    visitor.cookies.set("matcher-lang", lang)
    page, kept = visitor.get("/accessibilite").text, last_test()
    assert (found in page) == (kept.faults == 0)
    for said in (kept.tool, str(kept.pages), str(kept.visits), str(kept.on.year)):
        assert said in page
