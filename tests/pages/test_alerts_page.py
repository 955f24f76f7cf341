"""*Alertes*: staff see whom a call fits, tell a selection, and withdraw what was not told."""

from datetime import UTC, datetime, timedelta

import html5lib
import pytest
from fastapi import FastAPI

from matcher.alerts import AlertState
from matcher.build import Matcher
from matcher.domain.items import Opportunity
from matcher.people import Person
from tests.pages.signing_in import HR, MEMBER, STAFF, browser_of

CALL = "INT900"
PAGE = f"/alertes/{CALL}"


@pytest.fixture
def matcher(signed: FastAPI) -> Matcher:
    """The matcher of the application, with a call that is open whenever the test runs."""
    now = datetime.now(UTC)
    call = Opportunity(
        id=CALL,
        name="Mission cartographie en Espagne",
        description="Rencontrer des collectivités qui cherchent des applications de cartographie.",
        themes=("cartographie", "données", "Python"),
        availability="dated",
        opens_at=now - timedelta(days=1),
        closes_at=now + timedelta(days=30),
    )
    opened: Matcher = signed.state.matcher
    opened.store.items.put([call], source="test")
    opened.index_now()
    return opened


def told(matcher: Matcher, state: AlertState) -> list[str]:
    return [one.fit.organisation_id for one in matcher.store.alerts.all(call_id=CALL, state=state)]


def test_staff_see_whom_a_call_fits_tell_them_and_take_it_back(signed: FastAPI, matcher: Matcher) -> None:
    staff = browser_of(signed, STAFF)
    assert PAGE in staff.get("/alertes").text
    page = staff.get(PAGE)
    assert "Makina Corpus" in page.text
    assert 'value="ORG001" checked' in page.text
    parser = html5lib.HTMLParser()
    parser.parse(page.text)
    assert parser.errors == []
    assert told(matcher, AlertState.DUE) == []

    sent = staff.post(PAGE, data={"chosen": ["ORG001"]})
    assert sent.headers["location"] == f"{PAGE}?fait=alerts_due"
    again = staff.post(PAGE, data={"chosen": ["ORG001"]})
    assert again.headers["location"] == f"{PAGE}?fait=some_alerts_due"
    assert told(matcher, AlertState.DUE) == ["ORG001"]
    assert "sera prévenue" in staff.get(PAGE).text

    assert staff.post(f"{PAGE}/retrait").headers["location"] == "/alertes?fait=alerts_withdrawn"
    assert told(matcher, AlertState.DUE) == []


def test_nothing_chosen_tells_nobody(signed: FastAPI, matcher: Matcher) -> None:
    answered = browser_of(signed, STAFF).post(PAGE)
    assert answered.headers["location"] == f"{PAGE}?fait=none_chosen"
    assert matcher.store.alerts.all(call_id=CALL) == []


def test_a_call_withdrawn_after_the_preview_is_not_told(signed: FastAPI, matcher: Matcher) -> None:
    matcher.store.items.delete([CALL])
    answered = browser_of(signed, STAFF).post(PAGE, data={"chosen": ["ORG001"]})
    assert answered.status_code == 404
    assert matcher.store.alerts.all(call_id=CALL) == []


@pytest.mark.parametrize("person", [MEMBER, HR])
def test_alerts_are_for_staff(read_only: FastAPI, person: Person) -> None:
    assert browser_of(read_only, person).get("/alertes").status_code == 403
