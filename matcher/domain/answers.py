"""Answers: recommendations with their reasons and the spans these rest on.

Plain frozen dataclasses: dozens are made for an answer, all from our own numbers, and checking each would
cost as much as the search. The service describes and writes them through pydantic.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from matcher.domain.items import EvidenceLevel, ItemType, Kind

Side = Literal["query", "item"]
Group = Literal["topical", "for_all"]


class _Closed:
    """Unknown fields are refused when an answer is read back."""

    __slots__ = ()
    __pydantic_config__ = ConfigDict(extra="forbid")


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote(_Closed):
    """A span of a field, quoted as evidence: ``text == field_text[start:end]``."""

    side: Side
    field: str
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason(_Closed):
    """One reason in both languages, with the spans it rests on: at least one.

    ``clear`` is False where nothing clear was found and the nearest is quoted instead, and of a ``note``: a
    true remark that makes no match by itself, such as a place, a size or a shared word.
    """

    signal: str
    fr: str
    en: str
    quotes: Annotated[tuple[Quote, ...], Field(min_length=1)]
    clear: bool = True
    note: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing(_Closed):
    """Something that a good match has and this one lacks, or a notice about the answer."""

    code: str
    fr: str
    en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal(_Closed):
    """One part of a score: ``value`` in [0, 1] times ``weight``.

    The contributions of all signals add up to the strength of the match, from which the score, a probability,
    follows (:mod:`matcher.recommend.calibration`).
    """

    name: str
    value: float
    weight: float
    contribution: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Recommendation(_Closed):
    """One recommended item.

    ``score`` is the probability, in [0, 1], that staff call the item clearly useful, where the answer names a
    calibration. ``participates``: the asker takes part in this factory already. ``group`` is ``for_all`` for
    an instrument that is open to every company, whatever its theme.

    ``gain`` and ``gain_of_other`` are set where the plan of introductions made the choice: the expected gain
    of the asker and of the item from meeting, in [0, 1]. ``planned`` then says why the item is at its place.
    """

    rank: int
    item_id: str
    item_type: ItemType
    name: str
    score: float
    reasons: tuple[Reason, ...]
    group: Group = "topical"
    participates: bool = False
    missing: tuple[Missing, ...] = ()
    signals: tuple[Signal, ...] = ()
    gain: float | None = None
    gain_of_other: float | None = None
    planned: Missing | None = None
    evidence_level: EvidenceLevel
    needs_confirmation: bool = False
    illustrative: bool = False
    opens_at: datetime | None = None
    closes_at: datetime | None = None
    next_date: datetime | None = None
    source_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer(_Closed):
    """The question and its recommendations, best first; ties by id.

    ``items`` have clear evidence and a score of at least the service's least probability; ``weaker`` are the
    next ones, at most ``k``, that lack one or the other. ``calibration`` names the calibration of the scores,
    None when they are not calibrated. ``plan`` names the plan of introductions if it set the order, which
    then need not follow the scores. ``id`` names the answer in reactions
    (:func:`matcher.feedback.answer_id`). ``degraded``: the index was away, so that only words in common and
    the last plan count; the score then orders the items of one answer and says nothing else.
    """

    id: str = ""
    kind: Kind
    query_id: str | None
    query_name: str | None
    on: datetime | None
    k: int
    generation: str
    plan: str | None = None
    calibration: str | None = None
    items: tuple[Recommendation, ...]
    weaker: tuple[Recommendation, ...] = ()
    notices: tuple[Missing, ...] = ()
    degraded: bool = False
