"""Every body that the API takes: a number is a number, true is true, and an instant is written out."""

import inspect
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import BaseModel, ValidationError
from starlette.routing import BaseRoute

from service.app import create_app
from tests.service.conftest import settings_of

NOT_OF_TYPE: dict[type, tuple[Any, ...]] = {
    bool: ("yes", "true", 1, 0),
    int: ("2019", True),
    float: ("0.5", True),
    datetime: (0, 1_700_000_000),
}
"""What JSON can hold and is of another type, however readable."""


def routes_of(owner: Any) -> Iterator[BaseRoute]:
    """All routes, those of routers within routers too."""
    for route in owner.routes:
        yield route
        inner = getattr(route, "original_router", None)
        if inner is not None:
            yield from routes_of(inner)


def parts_of(annotation: Any) -> Iterator[type]:
    """The classes in an annotation."""
    if inspect.isclass(annotation) and not get_args(annotation):
        yield annotation
    for part in get_args(annotation):
        yield from parts_of(part)


def models_of(annotation: Any, found: set[type[BaseModel]]) -> None:
    """Add the models in an annotation, and those of their fields."""
    for part in parts_of(annotation):
        if issubclass(part, BaseModel) and part not in found:
            found.add(part)
            for field in part.model_fields.values():
                models_of(field.annotation, found)


@pytest.fixture(scope="module")
def bodies(tmp_path_factory: pytest.TempPathFactory) -> list[type[BaseModel]]:
    """The models of all bodies."""
    home: Path = tmp_path_factory.mktemp("home")
    found: set[type[BaseModel]] = set()
    for route in routes_of(create_app(settings_of(home))):
        body = getattr(route, "body_field", None)
        if body is not None and "/v1/" in getattr(route, "path", ""):
            models_of(body.field_info.annotation, found)
    return sorted(found, key=lambda model: model.__name__)


def takes(model: type[BaseModel], name: str, value: object) -> bool:
    """Whether a field takes a value; other fields may be wrong."""
    try:
        model.model_validate({name: value})
    except ValidationError as error:
        return name not in {str(part) for entry in error.errors() for part in entry["loc"][:1]}
    return True


def test_no_body_takes_one_type_for_another(bodies: list[type[BaseModel]]) -> None:
    asked, taken = 0, []
    for model in bodies:
        for name, field in model.model_fields.items():
            kinds = set(parts_of(field.annotation)) & NOT_OF_TYPE.keys()
            for value in [wrong for kind in sorted(kinds, key=str) for wrong in NOT_OF_TYPE[kind]]:
                asked += 1
                if takes(model, name, value):
                    taken.append(f"{model.__name__}.{name} takes {value!r}")
    assert taken == []
    assert asked > 50
