"""The API's description is a promise: it changes only on purpose.

To record it anew: ``.venv/bin/python -m tests.service.test_openapi`` from the project's folder, then read the
difference as your users will.
"""

import json
import re
from pathlib import Path

import pytest
from pydantic import TypeAdapter

from matcher.domain.answers import Answer
from matcher.domain.items import ITEM_CLASSES, Kind
from matcher.recommend.policies import SIGNALS
from matcher.settings import Settings
from service.app import create_app
from service.http.errors import TABLE
from service.http.examples import ANSWER, BY_PROFILE, BY_TEXT, ITEMS
from service.http.schemas import RecommendationRequest
from tests.api_page import PAGE, named

SNAPSHOT = Path(__file__).with_name("openapi.json")


def described() -> str:
    return json.dumps(create_app(Settings()).openapi(), indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def test_the_description_is_the_one_recorded():
    assert described() == SNAPSHOT.read_text("utf-8"), __doc__


def test_every_operation_is_described_and_every_address_has_a_name_of_its_own():
    operations = [
        operation for path in json.loads(described())["paths"].values() for operation in path.values()
    ]
    assert all(operation["summary"] for operation in operations)
    ids = [operation["operationId"] for operation in operations]
    assert len(set(ids)) == len(ids)


def test_an_example_says_what_is_really_said(client):
    found = client.get("/v1/organisations/ORG001/recommendations?kind=factory").json()["items"]
    said = [gap for item in found for gap in item["missing"]]
    assert [gap for gap in ANSWER["items"][0]["missing"] if gap not in said] == []


@pytest.mark.parametrize("item_type", ITEMS)
def test_examples_of_items_hold(item_type):
    ITEM_CLASSES[item_type].model_validate(ITEMS[item_type])


@pytest.mark.parametrize(("schema", "example"), [(Answer, ANSWER), (RecommendationRequest, BY_TEXT)])
def test_examples_of_questions_and_answers_hold(schema, example):
    TypeAdapter(schema).validate_python(example)
    RecommendationRequest.model_validate(BY_PROFILE)


def test_the_page_on_the_api_lists_every_problem():
    assert [row.slug for row in TABLE.values() if row.slug not in PAGE] == []


def test_the_page_on_the_api_names_every_address_field_and_signal():
    description = json.loads(described())
    fields = {
        name
        for schema in description["components"]["schemas"].values()
        for name in schema.get("properties", ())
    }
    assert {*fields, *SIGNALS, *Kind} - named() == set()
    for address in description["paths"]:
        family = re.sub(r"^/v1/\w+(?=/\{item_id\}$)", "leads}", address).replace("item_id", "id")
        assert family.removeprefix("/v1/") in PAGE, address


if __name__ == "__main__":
    SNAPSHOT.write_text(described(), "utf-8")
