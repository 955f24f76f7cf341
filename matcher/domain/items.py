"""Items that are matched: organisations, factories, opportunities, leads; and the profile that asks.

Items are frozen pydantic models: the same definition validates an imported row, travels as JSON and feeds
the pipeline. Every text a member may be quoted comes out of :meth:`Item.fields`, in a fixed order.
"""

import hashlib
from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from matcher.domain.fields import Flag, Instant, Label, Labels, Link, Number, Text, Whole
from matcher.domain.legal_forms import is_sole_trader

ID_PATTERN = r"[A-Za-z0-9_][A-Za-z0-9._:-]{0,127}"
ItemId = Annotated[str, StringConstraints(pattern=f"^{ID_PATTERN}$")]

EvidenceLevel = Literal[
    "seen_in_source",
    "named_in_source_activity_from_background",
    "background_only_not_seen",
    "declared",
    "open_data_row",
    "open_data_provider_only",
    "law_text_read",
]
_TO_CONFIRM = frozenset(
    {"named_in_source_activity_from_background", "background_only_not_seen", "open_data_provider_only"}
)
SizeBand = Literal["TPE", "PE", "ME", "ETI", "GE"]


ALWAYS_OPEN = (-1e12, 1e12)
"""Window of an item without dates, in seconds since 1970; finite, since an index stores it."""
NEVER_OPEN = (1e12, -1e12)
"""Window that holds no instant."""


class ItemType(StrEnum):
    """Type of an item."""

    ORGANISATION = "organisation"
    FACTORY = "factory"
    OPPORTUNITY = "opportunity"
    LEAD = "lead"


class Kind(StrEnum):
    """Kind of question. ``ALERT`` is ``INTERNATIONAL`` reversed: the members an opportunity is for."""

    FACTORY = "factory"
    PARTNER = "partner"
    INTERNATIONAL = "international"
    LEAD = "lead"
    ALERT = "alert"


class Frozen(BaseModel):
    """Base of every value: immutable, unknown fields refused, numbers finite (JSON has no infinity)."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Profile(Frozen):
    """What a question is asked for: an organisation's fields, or a free text put in ``description``.

    >>> Profile(description="cybersécurité").is_empty
    False
    """

    description: Text = ""
    expertise: Labels = ()
    sectors: Labels = Field((), description="Sectors the organisation serves (its clients)")
    offers: Labels = ()
    needs: Labels = ()
    city: Text = ""
    department_code: Text = ""
    size_band: SizeBand | None = None

    @property
    def is_empty(self) -> bool:
        """Whether there is no text to match: no letter and no digit in any field."""
        texts = (self.description, *self.expertise, *self.sectors, *self.offers, *self.needs)
        return not any(sign.isalnum() for text in texts for sign in text)

    def fields(self) -> Iterator[tuple[str, str]]:
        """Yield ``(field, text)`` for every text that may be quoted, lists one entry at a time."""
        if self.description:
            yield "description", self.description
        for name in ("expertise", "sectors", "offers", "needs"):
            for text in getattr(self, name):
                yield name, text


def version_of(body: str) -> str:
    """Return the version of an item whose canonical JSON is ``body``."""
    return hashlib.sha256(body.encode()).hexdigest()[:16]


class Item(Frozen):
    """Fields and behaviour common to all items."""

    id: ItemId
    name: Label
    lang: Literal["fr", "en"] = "fr"
    evidence_level: EvidenceLevel = "declared"
    source_url: Link = ""
    inferred_fields: tuple[Label, ...] = ()

    @property
    def item_type(self) -> ItemType:
        """The item's type."""
        raise TypeError(f"{type(self).__name__} is not a concrete item")

    @property
    def needs_confirmation(self) -> bool:
        """Whether the texts rest on general knowledge, so that a person should confirm them first."""
        return self.evidence_level in _TO_CONFIRM

    def fields(self) -> Iterator[tuple[str, str]]:
        """Yield ``(field, text)`` for every text that may be matched and quoted."""
        yield "name", self.name

    def open_between(self) -> tuple[float, float]:
        """Return from when until when a member may act on it, in seconds since 1970, end excluded.

        :data:`ALWAYS_OPEN` for items without dates, :data:`NEVER_OPEN` for a closed opportunity.
        """
        return ALWAYS_OPEN

    @property
    def body(self) -> str:
        """The item as canonical JSON: fields in the order of the class, defaults left out."""
        return self.model_dump_json(exclude_defaults=True)

    @property
    def version(self) -> str:
        """Sixteen hex digits that change when anything in the item changes."""
        return version_of(self.body)


class Organisation(Item, Profile):
    """A member or a neighbour of the cluster.

    >>> o = Organisation(id="ORG9", name="Exemple", expertise=("data",))
    >>> list(o.fields())
    [('name', 'Exemple'), ('expertise', 'data')]
    """

    member_type: Text = ""
    department: Text = ""
    international: Text = ""
    siret: Annotated[str, StringConstraints(pattern=r"^(\d{14}|\d{9})?$")] = Field(
        "", description="SIRET of 14 digits, or SIREN of 9; tells twins apart"
    )
    naf: Text = Field("", description="Main activity in the Sirene register (NAF code or label)")
    legal_category: Text = Field("", description="Legal form (Sirene code or label)")
    member_link: Text = ""
    source_year: Whole | None = Field(None, ge=1900, le=2100)
    opted_out: Flag = Field(False, description="Asked not to be recommended to anyone")
    accepts_ranking: Flag = Field(False, description="A sole trader who agreed to be proposed as a partner")
    illustrative: Flag = Field(False, description="Offers and needs were written for illustration")

    @property
    def item_type(self) -> ItemType:  # noqa: D102
        return ItemType.ORGANISATION

    @property
    def is_sole_trader(self) -> bool:
        """Whether its legal form says that it is one person, no company.

        >>> Organisation(id="ORG9", name="Ada", legal_category="Entrepreneur individuel").is_sole_trader
        True
        """
        return is_sole_trader(self.legal_category)

    def fields(self) -> Iterator[tuple[str, str]]:  # noqa: D102
        yield "name", self.name
        yield from Profile.fields(self)
        if self.international:
            yield "international", self.international


class Factory(Item):
    """A thematic working group run by volunteer members."""

    aliases: Labels = ()
    axis: Text = ""
    status: Text = ""
    is_inferred: Flag = False
    description: Text = ""
    ateliers: Labels = ()
    deliverables: Labels = ()
    meetings: Labels = ()
    next_meeting: Instant | None = None
    hosts: Labels = ()
    antenna: Text = ""
    keywords: Labels = ()

    @property
    def item_type(self) -> ItemType:  # noqa: D102
        return ItemType.FACTORY

    def fields(self) -> Iterator[tuple[str, str]]:  # noqa: D102
        yield "name", self.name
        if self.description:
            yield "description", self.description
        for name in ("keywords", "aliases", "ateliers", "deliverables", "meetings"):
            for text in getattr(self, name):
                yield name, text
        if self.axis:
            yield "axis", self.axis


class Eligibility(Frozen):
    """Typed conditions; an empty value sets no condition."""

    size_bands: tuple[SizeBand, ...] = ()
    department_codes: tuple[Text, ...] = ()
    legal_kinds: tuple[Label, ...] = ()
    min_countries: Whole = Field(1, ge=1, le=50, description="Countries a consortium spans; 1 = apply alone")


class Opportunity(Item):
    """A mission, call, fair, partner request or standing service abroad.

    ``availability``: ``dated`` (open from ``opens_at`` until ``closes_at``), ``standing`` (open unless the
    dates say otherwise), ``closed``, or ``unconfirmed`` (dates not known well enough to act on).
    """

    description: Text = ""
    country_region: Text = ""
    themes: Labels = ()
    opportunity_type: Text = ""
    opens_at: Instant | None = None
    closes_at: Instant | None = None
    dates_as_published: Text = ""
    availability: Literal["dated", "standing", "closed", "unconfirmed"] = "unconfirmed"
    eligibility_text: Text = ""
    eligibility: Eligibility = Eligibility()
    funding: Text = ""
    funding_rate: Number | None = Field(None, ge=0, le=1)
    budget_eur: Number | None = Field(None, ge=0)
    code: Text = ""

    @model_validator(mode="after")
    def _window(self) -> Self:
        if self.opens_at and self.closes_at and self.closes_at <= self.opens_at:
            raise ValueError("closes_at must be after opens_at")
        if self.availability == "dated" and self.closes_at is None and self.opens_at is None:
            raise ValueError("a dated opportunity needs opens_at or closes_at")
        return self

    @property
    def item_type(self) -> ItemType:  # noqa: D102
        return ItemType.OPPORTUNITY

    def is_open(self, at: datetime) -> bool:
        """Return whether a member may act on it at the instant ``at``; closes_at is no longer open."""
        opens, closes = self.open_between()
        return opens <= at.timestamp() < closes

    def open_between(self) -> tuple[float, float]:  # noqa: D102
        if self.availability in ("closed", "unconfirmed"):
            return NEVER_OPEN
        opens, closes = ALWAYS_OPEN
        if self.opens_at:
            opens = self.opens_at.timestamp()
        if self.closes_at:
            closes = self.closes_at.timestamp()
        return opens, closes

    def fields(self) -> Iterator[tuple[str, str]]:  # noqa: D102
        yield "name", self.name
        if self.description:
            yield "description", self.description
        for text in self.themes:
            yield "themes", text
        for name in ("country_region", "opportunity_type", "eligibility_text"):
            if getattr(self, name):
                yield name, getattr(self, name)


Public = Literal[
    "schoolgirls_13_15",
    "girls",
    "young_women_15_25",
    "women",
    "young_people",
    "students",
    "apprentices",
    "job_seekers",
    "people_with_disabilities",
    "priority_neighbourhoods",
    "refugees",
    "employers",
]
PUBLIC_NAMES: dict[Public, tuple[str, str]] = {
    "schoolgirls_13_15": ("collégiennes de 13 à 15 ans", "schoolgirls of 13 to 15"),
    "girls": ("jeunes filles", "girls"),
    "young_women_15_25": ("jeunes femmes de 15 à 25 ans", "young women of 15 to 25"),
    "women": ("femmes", "women"),
    "young_people": ("jeunes", "young people"),
    "students": ("étudiants", "students"),
    "apprentices": ("alternants", "apprentices"),
    "job_seekers": ("demandeurs d'emploi", "job seekers"),
    "people_with_disabilities": ("personnes handicapées", "people with disabilities"),
    "priority_neighbourhoods": ("habitants des quartiers prioritaires", "people of priority neighbourhoods"),
    "refugees": ("personnes réfugiées", "refugees"),
    "employers": ("employeurs", "employers"),
}
"""Whom a scheme is for, in French and English; facts about schemes, never about a person."""

Level = Literal["3", "4", "5", "6", "7", "8"]
LEVEL_NAMES: dict[Level, str] = {
    "3": "CAP ou BEP",
    "4": "bac",
    "5": "bac+2",
    "6": "bac+3 ou 4",
    "7": "bac+5",
    "8": "doctorat",
}
"""Levels of the European Qualifications Framework as they are called in France."""

APPRENTICESHIP = "en alternance"

RomeCode = Annotated[str, StringConstraints(pattern=r"^[A-N]\d{4}$")]


class Lead(Item):
    """A programme, school, association or inclusive employer through which more people can be hired.

    ``public`` is whom it is for, empty for all; ``reserved`` says that it admits no others.
    ``rome_codes`` are the jobs a training leads to (France Travail's ROME 4.60). ``apprenticeship`` is None
    where it is not known.

    >>> lead = Lead(id="LEAD9", name="École", public=("women",), levels=("5",), apprenticeship=True)
    >>> [text for _, text in lead.fields()]
    ['École', 'femmes', 'bac+2', 'en alternance']
    """

    lead_kind: Text = ""
    themes: Labels = ()
    description: Text = ""
    city: Text = ""
    department_code: Text = ""
    employer: Text = ""
    closes_at: Instant | None = Field(None, description="Instant from which an offer is over")
    public: tuple[Public, ...] = ()
    reserved: Flag = Field(False, description="Admits nobody but its public")
    levels: tuple[Level, ...] = Field((), description="European Qualifications Framework: 4 is bac, 7 bac+5")
    apprenticeship: Flag | None = None
    rome_codes: tuple[RomeCode, ...] = Field((), description="ROME jobs a training leads to")
    source_year: Whole | None = Field(None, ge=1900, le=2100)
    licence: Text = ""

    @property
    def item_type(self) -> ItemType:  # noqa: D102
        return ItemType.LEAD

    def open_between(self) -> tuple[float, float]:  # noqa: D102
        opens, closes = ALWAYS_OPEN
        return opens, self.closes_at.timestamp() if self.closes_at else closes

    def fields(self) -> Iterator[tuple[str, str]]:  # noqa: D102
        yield "name", self.name
        if self.description:
            yield "description", self.description
        for text in self.themes:
            yield "themes", text
        if self.lead_kind:
            yield "lead_kind", self.lead_kind
        if self.employer:
            yield "employer", self.employer
        for public in self.public:
            yield "public", PUBLIC_NAMES[public][0]
        for level in self.levels:
            yield "levels", LEVEL_NAMES[level]
        if self.apprenticeship:
            yield "apprenticeship", APPRENTICESHIP


AnyItem = Organisation | Factory | Opportunity | Lead
ITEM_CLASSES: dict[ItemType, type[AnyItem]] = {
    ItemType.ORGANISATION: Organisation,
    ItemType.FACTORY: Factory,
    ItemType.OPPORTUNITY: Opportunity,
    ItemType.LEAD: Lead,
}
