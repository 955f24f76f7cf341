"""Job needs over HTTP."""

from fastapi.testclient import TestClient

NEED = {"text": "développeuse Python junior à Nîmes"}


def test_a_need_is_read_saved_corrected_and_closed(client: TestClient) -> None:
    read = client.post("/v1/needs/drafts", json=NEED).json()
    assert (read["need"]["title"], read["need"]["city"]) == ("Développeuse ou développeur Python", "Nîmes")
    assert [notice["code"] for notice in read["notices"]] == ["seniority"]
    assert client.get("/v1/needs").json() == {"needs": []}
    saved = client.post("/v1/needs", json=NEED)
    assert saved.status_code == 201
    address = f"/v1/needs/{saved.json()['need']['id']}"
    edited = client.put(address, json=NEED | {"city": "Albi", "required": ["Python (2 ans)"]}).json()["need"]
    assert (edited["city"], edited["requirements"][0]["years"]) == ("Albi", 2)
    assert client.get(address).json()["need"] == edited
    late = client.put(address, json=NEED | {"version": saved.json()["need"]["version"]})
    assert (late.status_code, late.json()["type"]) == (409, "urn:matcher:illegal-step")
    assert client.put(address, json=NEED | {"city": "Albi", "version": edited["version"]}).status_code == 200
    assert client.get("/v1/needs/gaps").json()["gaps"][0]["department"] == "81"
    leads = client.get(f"{address}/leads").json()
    assert "groups" in leads
    assert "Ce qui aiderait" in leads["unmet_fr"]
    assert client.post(f"{address}/close").json()["need"]["state"] == "closed"
    assert client.get("/v1/needs").json() == {"needs": []}
    assert len(client.get("/v1/needs?state=all").json()["needs"]) == 1


def test_unlawful_words_are_refused_without_a_note(client: TestClient) -> None:
    text = {"text": "Data analyst à Albi, profil jeune et dynamique"}
    refused = client.post("/v1/needs", json=text)
    assert refused.status_code == 422
    assert "jeune et dynamique" in refused.json()["detail"]
    (finding,) = [
        one
        for one in client.post("/v1/needs/drafts", json=text).json()["findings"]
        if one["severity"] == "fix"
    ]
    note = {"criterion": finding["criterion"], "words": finding["words"]["text"], "note": "citation"}
    assert client.post("/v1/needs", json=text | {"notes": [note]}).json()["need"]["overrides"] == [note]


def test_an_unknown_need_is_not_found(client: TestClient) -> None:
    assert client.get("/v1/needs/NEED-0").status_code == 404
