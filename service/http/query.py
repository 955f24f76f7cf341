"""Addresses and query strings read in one step.

FastAPI looks at the type of every parameter again for every request: a third of what a request costs beside
its answer. Here pydantic alone reads them; refusals and the description stay what FastAPI makes.
"""

from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from pydantic import BaseModel, TypeAdapter, ValidationError

from matcher.domain.items import ItemId

AskedT = TypeVar("AskedT", bound=BaseModel)
_ID = TypeAdapter(ItemId)


class PlainRoute(APIRoute):
    """A route whose endpoint takes the checked ids of its address and the request, and reads the rest of it.

    Described like any other. One with a body or dependencies is left to FastAPI.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return what answers a request."""
        if self.body_field is not None or self.dependant.dependencies:
            return super().get_route_handler()
        endpoint = self.endpoint

        async def handle(request: Request) -> Response:
            answer: Response = await endpoint(**_ids(request), request=request)
            return answer

        return handle


def _ids(request: Request) -> dict[str, str]:
    given: dict[str, str] = request.path_params
    for name, value in given.items():
        try:
            _ID.validate_python(value)
        except ValidationError as fault:
            raise _refused(fault, "path", name) from None
    return given


def _refused(fault: ValidationError, *place: str) -> RequestValidationError:
    faults = fault.errors(include_url=False)
    return RequestValidationError([{**one, "loc": (*place, *one["loc"])} for one in faults])


def asked(model: type[AskedT], request: Request) -> AskedT:
    """Read the query string of ``request``; of a parameter given twice the last one counts.

    Raises RequestValidationError, each fault placed at ``query.<name>``.
    """
    try:
        return model.model_validate(dict(request.query_params))
    except ValidationError as fault:
        raise _refused(fault, "query") from None


def described(model: type[BaseModel]) -> dict[str, Any]:
    """Describe the fields of ``model`` as query parameters: a route's ``openapi_extra``."""
    schema = model.model_json_schema(ref_template="#/components/schemas/{model}")
    required = schema.get("required", ())
    parameters = []
    for name, facts in schema["properties"].items():
        one = {"in": "query", "name": name, "required": name in required, "schema": facts}
        if "description" in facts:
            one["description"] = facts["description"]
        parameters.append(one)
    return {"parameters": parameters}
