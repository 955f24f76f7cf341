"""People and links in both databases."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from matcher.adapters.sql import Store, open_store
from matcher.domain import MessageRequest
from matcher.domain.items import Factory, Organisation
from matcher.errors import InvalidRequest, NotFound
from matcher.people import (
    ApiKeys,
    LinkGone,
    Links,
    Person,
    Purpose,
    Role,
    Scope,
    Visits,
    new_person,
)

NOW = datetime(2026, 12, 1, 9, tzinfo=UTC)
SECRET = b"a secret of this test"


@pytest.fixture
def store(ready_url: str) -> Iterator[Store]:
    with open_store(ready_url) as opened:
        members = [Organisation(id=f"ORG00{n}", name=f"Membre {n}") for n in (1, 2)]
        opened.items.put([*members, Factory(id="FAC001", name="Data")], source="test")
        yield opened


@pytest.fixture
def claire(store: Store) -> Person:
    person = new_person(
        "Claire@example.org", "Claire Martin", roles=[Role.MEMBER], organisations=["ORG001"], source="salon"
    )
    store.people.put(person)
    return person


@pytest.fixture
def links(store: Store) -> Links:
    return Links(store.people, SECRET)


def test_a_person_is_read_back_by_id_address_and_organisation(store, claire):
    assert store.people.get(claire.id) == claire
    assert store.people.find("CLAIRE@EXAMPLE.ORG") == claire
    assert store.people.find("other@example.org") is None
    assert store.people.of_organisation("ORG001") == [claire]
    assert store.people.of_organisation("ORG002") == []
    assert store.people.of_organisations(["ORG002", "ORG001"]) == {"ORG002": [], "ORG001": [claire]}
    assert store.people.all() == [claire]


def test_a_visit_goes_on_and_a_key_is_used_though_the_clock_was_set_back(store, claire):
    visits, keys, before = Visits(store.visits), ApiKeys(store.keys), NOW - timedelta(days=1)
    visit = visits.begin(claire.id, NOW)
    _, key = keys.make("website", [Scope.READ], NOW)
    keys.recognise(key, NOW)
    assert visits.recognise(visit, before) is not None
    assert keys.recognise(key, before) is not None
    assert [one.seen_at for one in visits.of(claire.id, before)] == [before]
    assert [one.used_at for one in store.keys.all()] == [before]


def test_a_link_outlives_a_clock_that_is_set_back_and_none_made_after_it_is_refused(store, claire, links):
    ahead = links.make(Purpose.SIGN_IN, claire.id, "", NOW + timedelta(days=1))
    now = links.make(Purpose.SIGN_IN, claire.id, "", NOW)
    for link in (ahead, now):
        assert links.use(links.token(link.id), Purpose.SIGN_IN, NOW).id == link.id


def test_a_person_changes_and_keeps_the_id(store, claire):
    changed = replace(claire, name="Claire Roux", organisations=("ORG001", "ORG002"), consent_at=NOW)
    store.people.put(changed)
    assert store.people.all() == [changed]


def test_an_address_belongs_to_one_person(store, claire):
    with pytest.raises(InvalidRequest, match="address"):
        store.people.put(new_person("claire@EXAMPLE.org", "Une autre", roles=[Role.STAFF]))


@pytest.mark.parametrize("organisation", ["ORG999", "FAC001"])
def test_a_person_speaks_for_stored_organisations(store, organisation):
    with pytest.raises(InvalidRequest, match=organisation):
        store.people.put(new_person("a@b.fr", "A", organisations=[organisation]))


def test_an_erased_organisation_leaves_its_people_without_it(store, claire):
    store.items.delete(["ORG001"])
    assert store.people.get(claire.id).organisations == ()


def test_the_people_of_a_merged_organisation_speak_for_the_one_that_stays(store, claire):
    both = new_person("jean@example.org", "Jean Roux", organisations=["ORG001", "ORG002"])
    store.people.put(both)
    store.items.merge("ORG002", "ORG001")
    assert store.people.get(claire.id).organisations == ("ORG002",)
    assert store.people.get(both.id).organisations == ("ORG002",)


def test_what_they_were_sent_leads_to_the_one_that_stays(store, claire, links):
    link = links.make(Purpose.ANSWER, claire.id, "IN12/ORG001", NOW)
    other = links.make(Purpose.ANSWER, claire.id, "IN12/XORG001", NOW)
    subjects = {"introduction": "IN12", "organisation": "ORG001"}
    store.mail.queue([MessageRequest("k", claire.id, "introduction_asked", NOW, subjects)], NOW)
    store.items.merge("ORG002", "ORG001")
    assert links.open(links.token(link.id), Purpose.ANSWER, NOW).subject == "IN12/ORG002"
    assert links.open(links.token(other.id), Purpose.ANSWER, NOW).subject == "IN12/XORG001"
    [waiting] = store.mail.all()
    assert waiting.subjects == {"introduction": "IN12", "organisation": "ORG002"}


def test_an_erased_person_leaves_nothing(store, claire, links):
    link = links.make(Purpose.CALENDAR, claire.id, "", NOW)
    store.people.erase(claire.id)
    assert store.people.all() == []
    with pytest.raises(NotFound):
        links.open(links.token(link.id), Purpose.CALENDAR, NOW)
    with pytest.raises(NotFound):
        store.people.erase(claire.id)


def test_an_objection_is_kept_from_when_it_came_and_ends_with_consent(store, claire):
    store.people.object_to_mail(claire.id, NOW)
    objecting = store.people.object_to_mail(claire.id, NOW + timedelta(days=1))
    assert (objecting.objected_at, objecting.may_be_written_to) == (NOW, False)
    agreeing = store.people.agree_to_mail(claire.id, NOW + timedelta(days=2))
    assert (agreeing.consent_at, agreeing.objected_at) == (NOW + timedelta(days=2), None)
    assert (agreeing.may_be_written_to, agreeing.source) == (True, "salon")
    for unknown in (store.people.object_to_mail, store.people.agree_to_mail):
        with pytest.raises(NotFound):
            unknown("P-none", NOW)


def test_a_password_hash_is_kept_apart_from_the_person(store, claire):
    assert store.people.password_hash(claire.id) is None
    store.people.set_password_hash(claire.id, "hash")
    store.people.put(replace(claire, function="Direction"))
    assert store.people.password_hash(claire.id) == "hash"


def test_a_sign_in_link_opens_as_often_as_wanted_and_acts_once(links, claire):
    token = links.token(links.make(Purpose.SIGN_IN, claire.id, "", NOW).id)
    assert links.open(token, Purpose.SIGN_IN, NOW) == links.open(token, Purpose.SIGN_IN, NOW)
    assert links.use(token, Purpose.SIGN_IN, NOW).person_id == claire.id
    with pytest.raises(LinkGone) as fault:
        links.use(token, Purpose.SIGN_IN, NOW)
    assert fault.value.fault == "used"


def test_a_sign_in_link_ends_after_a_quarter_of_an_hour(links, claire):
    token = links.token(links.make(Purpose.SIGN_IN, claire.id, "", NOW).id)
    links.open(token, Purpose.SIGN_IN, NOW + timedelta(minutes=14, seconds=59))
    with pytest.raises(LinkGone) as fault:
        links.open(token, Purpose.SIGN_IN, NOW + timedelta(minutes=15))
    assert fault.value.fault == "expired"


def test_an_answer_link_may_be_used_again(links, claire):
    expires = NOW + timedelta(days=30)
    token = links.token(links.make(Purpose.ANSWER, claire.id, "IN12", NOW, expires).id)
    assert links.use(token, Purpose.ANSWER, NOW).subject == "IN12"
    assert links.use(token, Purpose.ANSWER, NOW).subject == "IN12"


def test_a_link_of_a_name_is_made_once_and_its_token_is_the_same(links, claire):
    first = links.make(Purpose.ANSWER, claire.id, "IN12", NOW, link_id="intro:IN12:yes")
    again = links.make(Purpose.ANSWER, claire.id, "IN12", NOW + timedelta(days=1), link_id="intro:IN12:yes")
    assert again == first
    assert len(links.token(first.id)) == 43


def test_a_revoked_link_opens_nothing(links, claire):
    link = links.make(Purpose.CALENDAR, claire.id, "", NOW)
    links.revoke([link.id, "unknown"], NOW)
    with pytest.raises(LinkGone) as fault:
        links.open(links.token(link.id), Purpose.CALENDAR, NOW)
    assert fault.value.fault == "revoked"


def test_forged_and_foreign_links_open_nothing(links, claire, store):
    link = links.make(Purpose.ANSWER, claire.id, "IN12", NOW)
    token = links.token(link.id)
    other_secret = Links(store.people, b"another secret").token(link.id)
    flipped = [token[:n] + ("A" if token[n] != "A" else "B") + token[n + 1 :] for n in range(len(token))]
    forged = [
        *flipped,
        other_secret,
        "",
        link.id,
        token[:-1],
        token + "A",
        token * 50,
        "é" * 43,
        "\udcff" * 43,
    ]
    for attempt in forged:
        with pytest.raises(NotFound):
            links.use(attempt, Purpose.ANSWER, NOW)
    for purpose in set(Purpose) - {Purpose.ANSWER}:
        with pytest.raises(NotFound):
            links.use(token, purpose, NOW)


def test_the_database_holds_no_token(store, links, claire, tmp_path):
    token = links.token(links.make(Purpose.SIGN_IN, claire.id, "", NOW).id)
    with store.backup.tables() as tables:
        kept = [str(row) for _, rows in tables for row in rows]
    assert [row for row in kept if token in row] == []
