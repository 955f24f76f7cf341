"""The check of job offers over HTTP."""

from fastapi.testclient import TestClient


def test_findings_quote_the_offer(client: TestClient) -> None:
    text = "Développeur web\nProfil jeune et dynamique, CDI à Nîmes (30000), 32 k€, le 1er mai."
    answer = client.post("/v1/job-checks", json={"text": text})
    assert answer.status_code == 200
    found = answer.json()["findings"]
    assert [finding["words"]["text"] for finding in found] == ["Développeur", "jeune et dynamique"]
    assert {finding["severity"] for finding in found} == {"fix"}


def test_a_visitor_checks_nothing(visitor: TestClient) -> None:
    assert visitor.post("/v1/job-checks", json={"text": "Développeur"}).status_code == 401


def test_what_is_no_offer_is_refused_with_the_remedy(client: TestClient) -> None:
    answer = client.post("/v1/job-checks", json={"text": "{}"})
    assert answer.status_code == 422
    assert "JobPosting" in answer.json()["detail"]
