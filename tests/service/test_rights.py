"""Rights over HTTP: a copy and erasure by oneself, by a link of a mail, and by an administrator."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from fastapi.testclient import TestClient

from matcher.build import Matcher, open_matcher
from matcher.domain import ItemType
from matcher.errors import BackendUnavailable
from matcher.people import Person, Role, new_person
from matcher.rights import By, Subject, SubjectKind
from service.app import create_app
from tests.e2e.serving import wait_until
from tests.service.conftest import STAFF
from tests.service.people import Asker, askers

NOW = datetime.now(UTC)


@pytest.fixture
def matcher(stocked) -> Iterator[Matcher]:
    with open_matcher(stocked) as opened:
        yield opened


@pytest.fixture
def client(matcher) -> Iterator[TestClient]:
    with TestClient(create_app(matcher.settings, matcher)) as opened:
        yield opened


@pytest.fixture
def people(client, matcher) -> dict[str, Asker]:
    return askers(client, matcher)


@pytest.fixture
def contact(matcher) -> Person:
    """A contact person, who has no account."""
    person = new_person("Zoe.Contact@example.org", "Zoé Contact", organisations=["ORG001"])
    matcher.store.people.put(person)
    return person


def link_in_mail(matcher: Matcher, folder: str) -> str:
    """The path of a link in the latest mail."""
    latest = matcher.store.mail.all(limit=1)[0]
    body = matcher.letters.compose(latest, NOW).get_body(("plain",))
    assert body is not None
    found = re.search(rf"https?://[^/]+(/v1/{folder}/\S+)", body.get_content())
    assert found is not None
    return found[1]


def test_a_contact_person_gets_a_copy_and_erases_itself_by_its_own_links(client, matcher, contact):
    anybody = Asker(client, {})
    assert anybody("POST", "/v1/data-links", json={"email": "zoe.contact@example.org"}).status_code == 202
    copy, erase = link_in_mail(matcher, "data"), link_in_mail(matcher, "erase")
    assert "Zoe.Contact@example.org" in anybody("GET", copy).text
    assert anybody("POST", copy).json()["held"]["people"][0]["name"] == "Zoé Contact"
    assert anybody("POST", copy).status_code == 410, "a link works once"
    assert "Effacer définitivement" in anybody("GET", erase).text
    assert matcher.store.people.find(contact.email), "following a link erases nothing"
    assert "Certificat" in anybody("POST", erase).text
    assert matcher.store.people.find(contact.email) is None
    assert anybody("POST", erase).status_code == 404


def test_a_saved_search_that_fails_does_not_delay_an_erasure(matcher, contact, monkeypatch):
    def failing(*_: object) -> None:
        raise KeyError("CALL1")

    erasure = matcher.rights.erase(Subject(SubjectKind.PERSON, contact.id), NOW)
    matcher.alerts.save_search("ORG001", "cybersécurité", NOW)
    monkeypatch.setattr(matcher.alerts, "run_search", failing)
    settings = matcher.settings.model_copy(update={"index_interval_s": 0.05})
    with TestClient(create_app(settings, matcher)) as client:
        wait_until(lambda: matcher.store.rights.get(erasure.id).done_at is not None)
        wait_until(
            lambda: (
                'matcher_daily_failures_total{chore="saved searches"} 1.0'
                in client.get("/metrics", headers=STAFF).text
            )
        )


@pytest.mark.parametrize("act", ["data", "erase"])
def test_a_link_whose_act_failed_still_works(client, matcher, contact, monkeypatch, act):
    anybody = Asker(client, {})
    matcher.data_links.ask(contact.email, NOW)
    link = link_in_mail(matcher, act)

    def failing(*_: object) -> None:
        raise BackendUnavailable("The store is locked.")

    with monkeypatch.context() as locked:
        locked.setattr(matcher.rights, "export" if act == "data" else "erase", failing)
        assert anybody("POST", link).status_code == 503
    assert anybody("POST", link).status_code == 200


def test_an_unknown_address_is_answered_alike_and_gets_no_mail(client, matcher):
    before = len(matcher.store.mail.all())
    answer = Asker(client, {})("POST", "/v1/data-links", json={"email": "nobody@example.org"})
    assert (answer.status_code, answer.text) == (202, "null")
    assert len(matcher.store.mail.all()) == before


def test_links_end_after_two_days(client, matcher, contact):
    matcher.data_links.ask(contact.email, NOW - timedelta(days=3))
    assert Asker(client, {})("POST", link_in_mail(matcher, "erase")).status_code == 410
    assert matcher.store.people.find(contact.email)


def test_a_member_reads_its_own_data_and_not_that_of_others(people):
    ask = people["member of A"]
    assert ask("GET", "/v1/me/data").json()["held"]["people"][0]["roles"] == "member"
    held = ask("GET", "/v1/organisations/ORG001/data").json()["held"]
    assert held["items"][0]["body"]["name"] == "Makina Corpus"
    assert ask("GET", "/v1/organisations/ORG002/data").status_code == 403
    assert ask("GET", "/v1/organisations/ORG004/data").status_code == 404, "a hidden one is unknown"


def test_who_erases_itself_is_signed_out_and_unknown(people, matcher):
    ask = people["member of A"]
    assert ask("DELETE", "/v1/me").status_code == 422, "erasing needs a yes"
    told = ask("DELETE", "/v1/me?confirm=yes")
    assert (told.status_code, told.json()["of"]) == (202, "person")
    assert ask("GET", "/v1/me").status_code == 401
    assert matcher.store.people.find("member.of.a@example.org") is None


def test_an_administrator_erases_an_organisation_and_follows_it_to_the_end(people, matcher):
    ask = people["admin"]
    told = ask("POST", "/v1/organisations/ORG002/erasure?confirm=yes").json()
    assert told["rows_removed"]["items"] == 1
    assert people["staff"]("GET", "/v1/organisations/ORG002").status_code == 404
    again = ask("POST", "/v1/organisations/ORG002/erasure?confirm=yes")
    assert (again.status_code, "erased already" in again.text) == (404, True)
    matcher.rights.finish(lambda: datetime.now(UTC))
    done = ask("GET", f"/v1/erasures/{told['certificate']}").json()
    assert (done["state"], done["found_in"]) == ("done", [])
    listed = {one["certificate"]: one["of"] for one in ask("GET", "/v1/erasures").json()}
    assert listed.pop(told["certificate"]) == "organisation"
    assert list(listed.values()) == ["person"] * told["rows_removed"]["people"], "who spoke for it alone"
    refused = people["staff"](
        "PUT", "/v1/organisations/ORG002", json={"id": "ORG002", "name": "Citadelle Sécurité"}
    )
    assert (refused.status_code, "effacé" in refused.text) == (422, True)


def test_a_person_is_exported_and_erased_by_an_administrator(people, matcher):
    person = new_person("paul@example.org", "Paul", roles=[Role.STAFF])
    matcher.store.people.put(person)
    ask = people["admin"]
    assert ask("GET", f"/v1/people/{person.id}/data").json()["held"]["people"][0]["name"] == "Paul"
    assert ask("POST", f"/v1/people/{person.id}/erasure?confirm=yes").status_code == 202
    assert ask("GET", f"/v1/people/{person.id}/data").status_code == 404


def test_a_record_that_a_command_resolves_for_staff_is_entered(client, matcher):
    ask = askers(client, matcher)["staff"]
    found = ask("GET", "/v1/commands/item?name=ORG002&item_type=organisation")
    assert found.json()["id"] == "ORG002"
    seen = matcher.rights.accesses(Subject(SubjectKind.ORGANISATION, "ORG002"))
    assert "subject.view" in [one.act for one in seen]


def test_pages_of_a_list_that_staff_read_are_entered_once_for_the_list(client, matcher):
    """An entry on each record would make a reader wait for whoever writes, once a page."""
    ids = [one.id for one in matcher.store.items.all(ItemType.ORGANISATION)]
    ask = askers(client, matcher)
    before = len(list(matcher.store.audit.entries()))
    ask["member of A"]("GET", "/v1/organisations?limit=1")
    assert len(list(matcher.store.audit.entries())) == before
    for address in ("?limit=1", f"?limit=1&after={ids[0]}", ""):
        assert ask["staff"]("GET", f"/v1/organisations{address}").json()["items"]
    entered = [(one.act, one.subject) for one in list(matcher.store.audit.entries())[before:]]
    assert entered == [("organisations.list", "report:organisations")]
    ask["staff"]("GET", f"/v1/organisations/{ids[0]}")
    seen = [matcher.rights.accesses(Subject(SubjectKind.ORGANISATION, each)) for each in ids[:2]]
    assert [[one.by for one in each if one.act == "subject.view"] for each in seen] == [[By.STAFF], []]
