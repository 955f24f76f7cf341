"""What goes over the wire beyond the items themselves. ``docs/api.md`` describes every field."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any, Generic, Literal, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter, model_validator

from matcher.domain.answers import Answer, Missing, Reason, Recommendation
from matcher.domain.items import Item, Kind, Profile
from service.http.examples import BY_PROFILE, BY_TEXT

ItemT = TypeVar("ItemT", bound=Item)

Language = Literal["fr", "en"]


class AskedKind(StrEnum):
    """What an organisation, or a text, may ask for."""

    FACTORY = "factory"
    PARTNER = "partner"
    INTERNATIONAL = "international"
    LEAD = "lead"

    @property
    def kind(self) -> Kind:
        """The pipeline's kind."""
        return Kind(self.value)


class Wishes(BaseModel):
    """How the answer is wanted, whatever is asked."""

    model_config = ConfigDict(extra="forbid")

    k: int = Field(5, ge=1, description="How many items at most")
    on: Annotated[str, StringConstraints(max_length=40)] | None = Field(
        None,
        description="Date or instant the answer is for; now if left out. A date alone is noon of that day.",
        examples=["2026-11-22", "2026-11-22T09:00:00+01:00"],
    )
    lang: Language | None = Field(None, description="Language of the reasons; both if left out")
    explain: bool = Field(False, description="Add the signals each score is made of")


class KindWishes(Wishes):
    """The same, and what kind of item."""

    kind: AskedKind


class Search(KindWishes):
    """A short free text."""

    q: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2_000)] = Field(
        examples=["partenaire cybersécurité pour un hôpital à Rodez"]
    )


class RecommendationRequest(KindWishes):
    """A question that does not come from a stored organisation: a free text, or a profile."""

    model_config = ConfigDict(json_schema_extra={"examples": [BY_TEXT, BY_PROFILE]})

    text: Annotated[str, StringConstraints(strip_whitespace=True, max_length=20_000)] | None = None
    profile: Profile | None = None

    @model_validator(mode="after")
    def _one_question(self) -> Self:
        if (self.text is None) == (self.profile is None):
            raise ValueError("give either text or profile")
        return self

    def asked(self) -> Profile:
        """Return the question as a profile."""
        return self.profile if self.profile is not None else Profile(description=self.text or "")


@dataclass(frozen=True, slots=True, kw_only=True)
class SaidReason(Reason):
    """A reason in the language asked for, or in both."""

    fr: str | None = None  # type: ignore[assignment]  # on the wire one language may be left out
    en: str | None = None  # type: ignore[assignment]  # same


@dataclass(frozen=True, slots=True, kw_only=True)
class SaidMissing(Missing):
    """What is missing, in the language asked for, or in both."""

    fr: str | None = None  # type: ignore[assignment]  # on the wire one language may be left out
    en: str | None = None  # type: ignore[assignment]  # same


@dataclass(frozen=True, slots=True, kw_only=True)
class SaidRecommendation(Recommendation):
    """One recommended item as it is sent."""

    reasons: tuple[SaidReason, ...]
    missing: tuple[SaidMissing, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SaidAnswer(Answer):
    """An answer as it is sent."""

    items: tuple[SaidRecommendation, ...]
    notices: tuple[SaidMissing, ...] = ()


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


_ANSWER = TypeAdapter(Answer)


def said(
    answer: Answer, lang: str | None = None, *, explain: bool = False, indent: int | None = None
) -> bytes:
    """Write an answer as JSON, the same over HTTP and on the command line.

    ``lang`` leaves the other language out of reasons, missing and notices; signals come with ``explain``.
    """
    other = {"fr": {"en"}, "en": {"fr"}}.get(lang or "", set())
    texts = {"__all__": other}
    item: dict[str, Any] = {"reasons": texts, "missing": texts} if other else {}
    if not explain:
        item["signals"] = True
    exclude: dict[str, Any] = {"notices": texts} if other else {}
    if item:
        exclude["items"] = {"__all__": item}
    return _ANSWER.dump_json(answer, exclude=exclude, indent=indent)
