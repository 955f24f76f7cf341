"""What requests hold, and responses other than items and answers. ``docs/api.md`` describes the fields."""

from typing import Annotated, Any, Generic, Self, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    WithJsonSchema,
    model_validator,
)

from matcher.domain import Flag, Item, Kind, Profile, Whole
from service.http.examples import BY_PROFILE, BY_TEXT

ItemT = TypeVar("ItemT", bound=Item)

DateOrInstant = (
    Annotated[
        str,
        StringConstraints(max_length=40),
        WithJsonSchema({"type": "string", "anyOf": [{"format": "date"}, {"format": "date-time"}]}),
    ]
    | None
)
"""What :func:`service.dates.parse` reads, as OpenAPI says it."""


def _not_an_alert(kind: Kind) -> Kind:
    if kind is Kind.ALERT:
        raise ValueError("an alert is asked of an opportunity: /v1/opportunities/{id}/members")
    return kind


_COUNT = Field(5, ge=1, le=100, description="How many proposals at most; MATCHER_MAX_K may allow less")
_EXPLAIN = Field(False, description="Add the signals each score is made of")


class AnswerQuery(BaseModel):
    """How the answer is wanted, for any question."""

    model_config = ConfigDict(extra="forbid")

    k: int = _COUNT
    on: DateOrInstant = Field(
        None,
        description="Date or instant the answer is for; now if left out. A date alone is noon of that day.",
        examples=["2026-11-22", "2026-11-22T09:00:00+01:00"],
    )
    explain: bool = _EXPLAIN


class KindQuery(AnswerQuery):
    """The same, and what kind of item."""

    kind: Annotated[Kind, AfterValidator(_not_an_alert)]


class SearchQuery(KindQuery):
    """A short free text."""

    q: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2_000)] = Field(
        examples=["partenaire cybersécurité pour un hôpital à Rodez"]
    )


class RecommendationRequest(KindQuery):
    """A question that does not come from a stored organisation: a free text, or a profile."""

    model_config = ConfigDict(json_schema_extra={"examples": [BY_TEXT, BY_PROFILE]})

    # In an address all is text; in JSON a number is a number.
    k: Whole = _COUNT
    explain: Flag = _EXPLAIN
    text: Annotated[str, StringConstraints(strip_whitespace=True, max_length=20_000)] | None = None
    profile: Profile | None = None

    @model_validator(mode="after")
    def _one_question(self) -> Self:
        if (self.text is None) == (self.profile is None):
            raise ValueError("give either text or profile")
        return self

    def as_profile(self) -> Profile:
        """Return the question as a profile."""
        return self.profile if self.profile is not None else Profile(description=self.text or "")


class Page(BaseModel, Generic[ItemT]):
    """Items in ascending order of id; ``next`` is the ``after`` of the following page, null on the last."""

    items: list[ItemT]
    next: str | None


class Problem(BaseModel):
    """An error, as RFC 9457 has it."""

    type: str
    title: str
    status: int
    detail: str
    request_id: str | None = None
    errors: list[dict[str, str]] | None = None


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Describe the problems a route may answer with."""
    return {status: {"model": Problem} for status in statuses}
