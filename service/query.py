"""Query strings read in one step.

FastAPI, given a model of query parameters, looks at every field's type again for every request: a quarter of
what a request costs beside its answer. Here pydantic alone reads them; refusals and the description stay what
FastAPI makes.
"""

from typing import Any, TypeVar

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError

AskedT = TypeVar("AskedT", bound=BaseModel)


def asked(model: type[AskedT], request: Request) -> AskedT:
    """Read the query string of ``request``; of a parameter given twice the last one counts.

    Raises RequestValidationError, each fault placed at ``query.<name>``.
    """
    try:
        return model.model_validate(dict(request.query_params))
    except ValidationError as fault:
        found = [{**one, "loc": ("query", *one["loc"])} for one in fault.errors(include_url=False)]
        raise RequestValidationError(found) from None


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
