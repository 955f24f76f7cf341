"""The month goes on: a call reaches its members, one of them leaves without a trace, and staff see it all."""

import csv
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from matcher.alerts import AlertRules
from matcher.domain.items import Opportunity
from matcher.mail import Event
from service.cli.main import main
from tests.e2e.month import Browser, address_of, links_of
from tests.e2e.serving import wait_until
from tests.e2e.test_a_month import (  # the fixtures of the month before
    Month,
    month,
    plan_and_approve,
    postbox,
    sign_in,
)
from tests.rights.cluster import left_in

__all__ = ["month", "postbox"]
pytestmark = pytest.mark.process
LEAVING = "ORGA2"
"""The member that leaves: it does cartography."""
CALL = Opportunity(
    id="CALL1",
    name="Mission cartographie à Montréal",
    description="Rencontrer les acteurs de la cartographie au Canada.",
    themes=("cartographie",),
    availability="dated",
    closes_at=datetime.now(UTC) + timedelta(days=40),
)


def test_the_month_goes_on(month: Month, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plan_and_approve(month)
    month.work()
    month.new_mails()
    monkeypatch.setenv("MATCHER_ALERT_WEEKDAY", "1")
    told = a_new_call_reaches_its_members(month)
    a_member_leaves_by_its_own_links(month)
    nothing_of_it_is_left(month, tmp_path)
    staff_see_it_all(month, tmp_path, told)


def a_new_call_reaches_its_members(month: Month) -> int:
    put = month.staff.call("PUT", f"/v1/opportunities/{CALL.id}", CALL.model_dump(mode="json"))
    assert put.status_code == 201, put.text
    seen = month.staff.call("GET", f"/v1/opportunities/{CALL.id}/alerts").json()
    assert seen, "the call fits nobody: the test would prove nothing"
    assert all(one["why_fr"] and not one["hindrance"] for one in seen)
    sent = month.staff.call("POST", f"/v1/opportunities/{CALL.id}/alerts", {})
    assert [one["organisation_id"] for one in sent.json()] == [one["organisation_id"] for one in seen]
    month.work()
    mails = month.new_mails()
    if AlertRules(weekday=1).is_due(datetime.now(UTC)):  # else it is a Monday before eight
        assert mails == {address_of(one["organisation_id"]): [Event.ALERTS] for one in seen}
    return len(seen)


def a_member_leaves_by_its_own_links(month: Month) -> None:
    asked = month.staff.call("POST", "/v1/data-links", {"email": address_of(LEAVING)})
    assert asked.status_code == 202
    month.work()
    copy, erase = [link for link in links_of(month.last_mail(LEAVING)) if "/v1/" in link][:2]
    with Browser(month.base) as browser:
        held = browser.press(copy).json()["held"]
        assert held["people"][0]["email"] == address_of(LEAVING)
        assert browser.press(erase).status_code == 200
    assert month.store.people.find(address_of(LEAVING)) is None


def nothing_of_it_is_left(month: Month, home: Path) -> None:
    (home / "membres.csv").unlink()  # the imported file lies in the home of this test
    assert main(["users", "add", "admin@cluster.example", "--name", "Admin", "--role", "admin"]) == 0
    with Browser(month.base) as admin:
        sign_in(admin, month.postbox, "admin@cluster.example")
        path = f"/v1/organisations/{LEAVING}/erasure?confirm=yes"
        assert admin.call("POST", path).status_code == 202
        wait_until(lambda: all(one["state"] == "done" for one in admin.call("GET", "/v1/erasures").json()))
    assert left_in(home, [address_of(LEAVING), f"Personne {LEAVING}", "Maison A2,", LEAVING + '"']) == []


def staff_see_it_all(month: Month, home: Path, told: int) -> None:
    assert main(["audit", "verify"]) == 0
    acts = [entry.act for entry in month.store.audit.entries()]
    assert {"plan.make", "introduction.approve", "alert.send", "subject.export", "subject.erase"} <= set(acts)
    assert main(["report", "--out", str(home / "report.csv"), "--lang", "en"]) == 0
    rows = list(csv.DictReader((home / "report.csv").read_text("utf-8-sig").splitlines(), delimiter=";"))
    assert (rows[0]["by"], rows[0]["members"]) == ("all", "23")
    assert int(rows[0]["introductions proposed"]) >= 9
    assert int(rows[0]["calls told"]) <= told
    over_http = month.staff.call("GET", "/v1/report").json()["rows"][0]["figures"]
    assert over_http["proposed"] == float(rows[0]["introductions proposed"])
