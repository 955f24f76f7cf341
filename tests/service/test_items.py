from contextlib import closing
from typing import cast

import pytest
from fastapi.testclient import TestClient

from matcher.adapters.sql import open_store
from matcher.adapters.sql.catalogue.items import Catalogue
from matcher.adapters.sql.rights import RightsTables
from matcher.build import Matcher, open_matcher
from matcher.domain.items import Lead, Organisation
from matcher.errors import BackendUnavailable
from service.app import create_app
from service.http.examples import ITEMS
from tests.bulk.spoiling import spoil
from tests.service.conftest import KEY, STAFF
from tests.service.fakes import InterruptedCatalogue, InterruptedRights, MatcherWithFaults, serving

COLLECTIONS = {
    "organisations": "ORG001",
    "factories": "FAC001",
    "opportunities": "INT001",
    "leads": "LEAD001",
}
NEW = {
    "id": "ORG900",
    "name": "Blockchain Aubrac",
    "description": "Registres distribués et blockchain pour l'agroalimentaire.",
    "expertise": ["blockchain"],
}


def test_reading_needs_a_key(client, visitor):
    for collection, item_id in COLLECTIONS.items():
        response = client.get(f"/v1/{collection}/{item_id}")
        assert response.status_code == 200
        assert response.json()["id"] == item_id
        for address in (f"/v1/{collection}/{item_id}", f"/v1/{collection}"):
            assert visitor.get(address).status_code == 401


@pytest.fixture
def public(stocked):
    """A visitor of a service whose directory is public."""
    with TestClient(create_app(stocked.model_copy(update={"public": "directory"}))) as client:
        yield client


def test_what_is_read_can_be_written_back_unchanged(admin):
    for collection, item_id in COLLECTIONS.items():
        read = admin.get(f"/v1/{collection}/{item_id}")
        written = admin.put(f"/v1/{collection}/{item_id}", json=read.json())
        assert (written.status_code, written.json()) == (200, read.json())
        assert written.headers["ETag"] == read.headers["ETag"]


@pytest.mark.parametrize("collection", COLLECTIONS)
def test_the_examples_of_the_description_are_accepted(admin, collection):
    example = next(body for kind, body in ITEMS.items() if collection.startswith(kind.value[:6]))
    assert admin.put(f"/v1/{collection}/{example['id']}", json=example).status_code == 201


def test_writes_are_read_at_once_by_the_next_question(admin):
    assert admin.put("/v1/organisations/ORG900", json=NEW).status_code == 201
    search = {"q": "blockchain registres distribués", "kind": "partner", "k": 1}
    assert admin.get("/v1/search", params=search).json()["items"][0]["item_id"] == "ORG900"
    changed = NEW | {"description": "Fromagerie.", "expertise": ["fromage"]}
    assert admin.put("/v1/organisations/ORG900", json=changed).status_code == 200
    assert admin.get("/v1/organisations/ORG900").json()["description"] == "Fromagerie."


def test_what_is_erased_is_gone_from_store_and_index_at_once(admin):
    admin.put("/v1/organisations/ORG900", json=NEW)
    points = admin.get("/readyz").json()["points"]
    assert admin.delete("/v1/organisations/ORG900").status_code == 204
    assert admin.get("/v1/organisations/ORG900").status_code == 404
    assert admin.get("/readyz").json()["points"] == points - 1
    search = {"q": "blockchain registres distribués", "kind": "partner", "k": 10}
    found = admin.get("/v1/search", params=search).json()["items"]
    assert "ORG900" not in [item["item_id"] for item in found]
    assert admin.delete("/v1/organisations/ORG900").status_code == 404


@pytest.mark.parametrize(("collection", "item_id"), [("organisations", "ORG001"), ("leads", "L900")])
def test_a_damaged_item_is_erased_and_no_other_type_of_it(stocked, collection, item_id):
    with closing(open_store(stocked.database_url)) as store:
        store.items.put([Lead(id="L900", name="École")], source="test")
        spoil(store, item_id)
    headers = {"Authorization": f"Bearer {KEY}"}
    with TestClient(create_app(stocked)) as client:
        assert client.get(f"/v1/{collection}/{item_id}", headers=headers).status_code == 503
        assert client.delete(f"/v1/factories/{item_id}", headers=headers).status_code == 503
        assert client.delete(f"/v1/{collection}/{item_id}", headers=headers).status_code == 204
        assert client.delete(f"/v1/{collection}/{item_id}", headers=headers).status_code == 404


def test_what_was_shown_is_logged_and_erased_with_the_item(stocked):
    headers = {"Authorization": f"Bearer {KEY}"}
    other = NEW | {"needs": ["audit de cybersécurité"]}
    with TestClient(create_app(stocked), headers=headers) as client:
        client.put("/v1/organisations/ORG900", json=other, headers=headers)
        for asker in ("ORG001", "ORG900"):
            client.get(f"/v1/organisations/{asker}/recommendations", params={"kind": "partner"})
        client.delete("/v1/organisations/ORG001", headers=headers)
    with open_matcher(stocked) as matcher:
        shown = [(row.query_id, row.item_id) for row in matcher.store.events.impressions()]
    assert ("ORG900", "ORG002") in shown
    assert not [pair for pair in shown if "ORG001" in pair]


def test_an_item_is_of_one_type_only(admin):
    assert admin.get("/v1/factories/ORG001").status_code == 404
    assert admin.delete("/v1/factories/ORG001").status_code == 404
    assert admin.get("/v1/organisations/ORG001").status_code == 200
    factory = {"id": "ORG001", "name": "Usurpée"}
    assert admin.put("/v1/factories/ORG001", json=factory).status_code == 422


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("ORG900", NEW | {"id": "ORG901"}),
        ("ORG900", NEW | {"salary": 1}),
        ("ORG900", {"id": "ORG900"}),
        ("ORG900", NEW | {"size_band": "XXL"}),
        ("ORG900", NEW | {"name": "a" * 301}),
        ("ORG900", NEW | {"description": "a" * 20_001}),
        ("a b", NEW | {"id": "a b"}),
        ("x" * 129, NEW | {"id": "x" * 129}),
    ],
)
def test_an_item_that_cannot_be_is_refused(client, path, body):
    response = client.put(f"/v1/organisations/{path}", json=body, headers=STAFF)
    assert response.status_code == 422


def test_lists_come_in_pages_by_id(public):
    client = public
    first = client.get("/v1/organisations", params={"limit": 2}).json()
    assert [item["id"] for item in first["items"]] == ["ORG001", "ORG002"]
    assert first["next"] == "ORG002"
    last = client.get("/v1/organisations", params={"limit": 2, "after": first["next"]}).json()
    assert ([item["id"] for item in last["items"]], last["next"]) == (["ORG003"], None)


def ids_of(response) -> list[str]:
    assert response.status_code == 200, response.text
    return [item["id"] for item in response.json()["items"]]


def test_needs_are_never_public(public):
    assert public.get("/v1/organisations/ORG001", headers=STAFF).json()["needs"]
    read = public.get("/v1/organisations/ORG001")
    assert (read.status_code, read.json()["needs"]) == (200, [])
    assert [item["needs"] for item in public.get("/v1/organisations").json()["items"]] == [[], [], []]


def test_an_organisation_that_opted_out_is_shown_with_the_key_only(public):
    client, staff = public, {"Authorization": f"Bearer {KEY}"}
    assert ids_of(client.get("/v1/organisations")) == ["ORG001", "ORG002", "ORG003"]
    assert ids_of(client.get("/v1/organisations", headers=staff))[-1] == "ORG004"
    assert ids_of(client.get("/v1/organisations", params={"name": "Discrète"})) == []
    hidden, unknown = client.get("/v1/organisations/ORG004"), client.get("/v1/organisations/ORG999")
    assert hidden.status_code == unknown.status_code == 404
    assert hidden.json()["detail"] == unknown.json()["detail"].replace("ORG999", "ORG004")
    assert client.get("/v1/organisations/ORG004", headers=staff).json()["opted_out"]
    wrong = {"Authorization": "Bearer wrong"}
    assert client.get("/v1/organisations/ORG004", headers=wrong).status_code == 401


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("citadelle sécurité", ["ORG002"]),
        ("CITADELLE", ["ORG002"]),
        ("midi", ["ORG003"]),
        ("Makina Corpus SAS", ["ORG001"]),
        ("personne", []),
    ],
)
def test_organisations_are_found_by_name(client, name, found):
    assert ids_of(client.get("/v1/organisations", params={"name": name})) == found


def test_what_is_open_on_a_day_is_listed_soonest_deadline_first(admin):
    later = {
        "id": "INT900",
        "name": "Salon",
        "availability": "dated",
        "closes_at": "2026-11-30T00:00:00+01:00",
    }
    standing = {"id": "INT901", "name": "Réseau", "availability": "standing", "country_region": "Espagne"}
    local = standing | {"id": "INT902", "eligibility": {"department_codes": ["66"]}}
    for item in (later, standing, local):
        admin.put(f"/v1/opportunities/{item['id']}", json=item)
    asked = {"open_on": "2026-11-22"}
    every = ["INT900", "INT001", "INT901", "INT902"]
    assert ids_of(admin.get("/v1/opportunities", params=asked)) == every
    first = admin.get("/v1/opportunities", params=asked | {"limit": 3}).json()
    rest = admin.get("/v1/opportunities", params=asked | {"limit": 3, "after": first["next"]}).json()
    assert [item["id"] for item in first["items"] + rest["items"]] == every
    assert rest["next"] is None
    assert ids_of(admin.get("/v1/opportunities", params={"open_on": "2027-11-22"})) == ["INT901", "INT902"]
    assert ids_of(admin.get("/v1/opportunities", params=asked | {"theme": "carto donnee"})) == ["INT001"]
    assert ids_of(admin.get("/v1/opportunities", params=asked | {"near": "Rodez"})) == every[:3]
    assert ids_of(admin.get("/v1/opportunities", params=asked | {"near": "Espagne"})) == every[2:]


@pytest.mark.parametrize(
    ("path", "wrong"),
    [
        ("/v1/organisations", {"q": "koovea"}),
        ("/v1/opportunities", {"availability": "open"}),
        ("/v1/factories", {"name": "data"}),
        ("/v1/opportunities", {"open_on": "demain"}),
        ("/v1/opportunities", {"open_on": "2026-11-22", "near": "Atlantide"}),
        ("/v1/opportunities", {"open_on": "2026-11-22", "after": "INT002"}),
    ],
)
def test_what_a_list_does_not_know_is_refused(client, path, wrong):
    response = client.get(path, params=wrong)
    assert response.status_code == 422
    assert response.json()["type"] == "urn:matcher:invalid-request"


@pytest.mark.parametrize("after", ["\0", "a b", "x" * 129])
def test_a_page_starts_behind_something_that_can_be_an_id(client, after):
    assert client.get("/v1/organisations", params={"after": after}).status_code == 422
    assert client.get("/v1/organisations", params={"after": ""}).status_code == 200


@pytest.mark.parametrize("limit", [0, 201, 1_001])
def test_a_page_has_its_limits(client, limit):
    assert client.get("/v1/organisations", params={"limit": limit}).status_code == 422


@pytest.mark.parametrize("budget", ["1e999", "Infinity", "-Infinity", "NaN", '"inf"'])
def test_a_number_json_cannot_hold_is_refused(client, budget):
    body = f'{{"id": "INT900", "name": "x", "budget_eur": {budget}}}'
    headers = STAFF | {"Content-Type": "application/json"}
    response = client.put("/v1/opportunities/INT900", content=body, headers=headers)
    assert response.status_code == 422
    assert [fault["at"] for fault in response.json()["errors"]] == ["body.budget_eur"]


def test_an_unchanged_item_is_not_sent_again(client):
    tag = client.get("/v1/organisations/ORG001").headers["ETag"]
    again = client.get("/v1/organisations/ORG001", headers={"If-None-Match": tag})
    assert (again.status_code, again.content) == (304, b"")


def test_two_writers_do_not_overwrite_each_other(admin):
    admin.put("/v1/organisations/ORG900", json=NEW)
    tag = admin.get("/v1/organisations/ORG900").headers["ETag"]
    mine = admin.put("/v1/organisations/ORG900", json=NEW | {"city": "Rodez"}, headers={"If-Match": tag})
    theirs = admin.put("/v1/organisations/ORG900", json=NEW | {"city": "Mende"}, headers={"If-Match": tag})
    assert (mine.status_code, theirs.status_code) == (200, 412)
    assert admin.get("/v1/organisations/ORG900").json()["city"] == "Rodez"
    assert admin.delete("/v1/organisations/ORG900", headers={"If-Match": tag}).status_code == 412


def test_an_item_that_must_be_new_replaces_none(admin):
    new = {"If-None-Match": "*"}
    assert admin.put("/v1/organisations/ORG900", json=NEW, headers=new).status_code == 201
    again = admin.put("/v1/organisations/ORG900", json=NEW | {"city": "Mende"}, headers=new)
    assert (again.status_code, again.json()["type"]) == (412, "urn:matcher:changed-meanwhile")
    assert admin.get("/v1/organisations/ORG900").json()["city"] == ""
    tag = {"If-None-Match": admin.get("/v1/organisations/ORG900").headers["ETag"]}
    assert admin.put("/v1/organisations/ORG900", json=NEW, headers=tag).status_code == 412
    assert admin.get("/v1/organisations/ORG900", headers=new).status_code == 304


@pytest.mark.parametrize("method", ["put", "delete"])
def test_what_another_process_changes_between_check_and_write_is_not_lost(stocked, method):
    """An import takes no turn at this service: only the store can make it wait."""
    store = open_store(stocked.database_url)
    catalogue = InterruptedCatalogue(store.items)
    rights = InterruptedRights(store.rights)
    store.items, store.rights = cast(Catalogue, catalogue), cast(RightsTables, rights)
    with serving(stocked, Matcher(stocked, store)) as admin:
        admin.put("/v1/organisations/ORG900", json=NEW)
        tag = admin.get("/v1/organisations/ORG900").headers["ETag"]
        imported = Organisation(**NEW | {"city": "Mende"})
        rights.before_erase = lambda: catalogue.put([imported], source="import")
        if method == "put":
            catalogue.before_write = rights.before_erase
        body = NEW | {"city": "Rodez"} if method == "put" else None
        answer = admin.request(method, "/v1/organisations/ORG900", headers={"If-Match": tag}, json=body)
        assert answer.status_code == 412
        assert admin.get("/v1/organisations/ORG900").json()["city"] == "Mende"


def test_a_write_is_kept_when_the_index_cannot_follow(stocked):
    partners = "/v1/organisations/ORG001/recommendations?kind=partner"
    matcher = MatcherWithFaults(stocked, open_store(stocked.database_url))
    with serving(stocked, matcher) as client:
        assert "ORG002" in client.get(partners).text
        matcher.index_fault = BackendUnavailable("The index failed.")
        assert client.put("/v1/organisations/ORG900", json=NEW).status_code == 201
        assert client.delete("/v1/organisations/ORG002").status_code == 204
        assert "matcher_drain_failures_total 2.0" in client.get("/metrics").text
        assert "ORG002" not in client.get(partners).text
    with closing(open_store(stocked.database_url)) as store:
        assert store.items.get("ORG900").name == NEW["name"]
        assert not [row for row in store.events.impressions() if "ORG002" in (row.query_id, row.item_id)]
