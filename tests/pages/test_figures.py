"""*Chiffres*: what came of a period, and what a period without data says."""

from datetime import UTC, datetime

from fastapi import FastAPI

from matcher.build import Matcher
from matcher.domain.events import Action, Feedback
from matcher.domain.items import Kind
from matcher.introductions import Actor, Party
from service.figures import facts_of
from tests.pages.signing_in import MEMBER, STAFF, browser_of


def test_a_period_without_data_has_a_sentence(read_only: FastAPI) -> None:
    page = browser_of(read_only, STAFF).get("/chiffres?du=2020-01-01&au=2020-01-31")
    assert page.status_code == 200
    assert "passé dans cette période" in page.text


def test_what_was_proposed_is_counted_and_small_groups_are_withheld(signed: FastAPI) -> None:
    matcher: Matcher = signed.state.matcher
    matcher.introductions.propose(("ORG001", "ORG002"), Actor(Party.STAFF, STAFF.id), datetime.now(UTC))
    page = browser_of(signed, STAFF).get("/chiffres").text
    assert "mises en relation proposées" in page
    assert "non montré\xa0: le groupe est petit" in page


def test_the_map_shades_where_members_are_forgotten(signed: FastAPI) -> None:
    page = browser_of(signed, STAFF).get("/chiffres").text
    assert "Qui est oublié" in page
    assert 'class="shade-4"' in page  # nothing was told to anybody yet
    assert "Licence Ouverte" in page


def test_a_join_that_was_taken_back_is_not_counted(signed: FastAPI) -> None:
    matcher: Matcher = signed.state.matcher
    now, before = datetime.now(UTC), len(facts_of(signed.state.matcher, datetime.now(UTC)).feedback)
    joined = matcher.store.events.log_feedback(Feedback(now, Kind.FACTORY, "ORG001", "FAC001", Action.JOINED))
    assert len(facts_of(matcher, now).feedback) == before + 1
    matcher.store.events.undo_feedback(joined.id, None, now)
    assert len(facts_of(matcher, now).feedback) == before


def test_days_that_are_no_period_are_said(read_only: FastAPI) -> None:
    staff = browser_of(read_only, STAFF)
    for query in ("du=2026-02-01&au=2026-01-01", "du=hier", "au=2026-13-01"):
        assert "ne font pas une période" in staff.get(f"/chiffres?{query}").text


def test_members_do_not_see_the_figures(read_only: FastAPI) -> None:
    assert browser_of(read_only, MEMBER).get("/chiffres").status_code == 403
