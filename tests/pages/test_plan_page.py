"""*Propositions*: what the plan does in plain words, who is forgotten, and a new plan on request."""

import time
from pathlib import Path

import html5lib
from fastapi import FastAPI
from fastapi.testclient import TestClient

from matcher.build import Matcher, open_matcher
from service.app import create_app
from tests.pages.conftest import copied_settings
from tests.pages.signing_in import BROWSER, MEMBER, STAFF, browser_of, let_in


def test_before_the_first_plan_the_page_says_what_making_it_does(signed: FastAPI) -> None:
    page = browser_of(signed, STAFF).get("/propositions")
    assert "Il n'y a pas encore de plan" in page.text.replace("&#39;", "'")
    assert "Faire le plan" in page.text


def test_a_plan_is_said_in_words_with_its_groups(signed: FastAPI) -> None:
    matcher: Matcher = signed.state.matcher
    matcher.plan()
    page = browser_of(signed, STAFF).get("/propositions").text
    assert "mises en relation attendues" in page
    assert "taille non dite" in page
    assert "Makina Corpus" in page


def test_the_map_says_what_the_table_beside_it_says(signed: FastAPI) -> None:
    signed.state.matcher.plan()
    page = html5lib.parse(browser_of(signed, STAFF).get("/propositions").text, namespaceHTMLElements=False)
    drawn = [text.text for text in page.findall(".//{*}svg[@class='map']/{*}text")]
    table = next(found for found in page.iter("table") if found.findtext("caption") == "Par département")
    rows = [[" ".join("".join(cell.itertext()).split()) for cell in row] for row in table.findall("tbody/tr")]
    assert len(page.findall(".//{*}svg[@class='map']/{*}path")) == 13
    assert sorted(drawn) == sorted(figure for name, _, figure, _ in rows if "Occitanie" not in name)


def test_a_plan_is_made_on_request(pages_home: Path, tmp_path: Path) -> None:
    settings = copied_settings(pages_home, tmp_path)
    headers = BROWSER | {"X-Person": STAFF.id}
    with open_matcher(settings) as matcher:
        app = create_app(settings, matcher)
        let_in(app)
        with TestClient(app, headers=headers) as staff:  # one loop: the plan is made in the background
            assert "Le calcul du plan commence." in staff.post("/propositions").text
            for _ in range(200):
                if matcher.store.plans.version():
                    break
                time.sleep(0.05)
            assert "Le plan du" in staff.get("/propositions").text


def test_members_do_not_see_the_plan(read_only: FastAPI) -> None:
    assert browser_of(read_only, MEMBER).get("/propositions").status_code == 403
