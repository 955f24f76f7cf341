"""The things that are matched and the facts about them; imports nothing of the product but its errors.

- ``fields``: what of a text, a list, an instant or a link is taken
- ``legal_forms``: what a legal form says
- ``items``: organisations, factories, opportunities, leads; the profile that asks; kinds and types
- ``eligibility``: hard rules that no score overrides
- ``answers``: recommendations, reasons, quotes, notices
- ``events``: what the store reports and logs
- ``imports``: imports as batches that can be undone
- ``messages``: a mail that a use case asks for
- ``participation``: who takes part in which factory
- ``store``: what the core asks of the store
"""

from matcher.domain.answers import Answer, Missing, Quote, Reason, Recommendation, Side, Signal
from matcher.domain.eligibility import eligible, meets, open_to_all, size_bands, size_names
from matcher.domain.events import (
    Action,
    Change,
    Deletable,
    Feedback,
    Impression,
    PutReport,
    Puttable,
    Refusal,
    ShownCount,
)
from matcher.domain.fields import Flag, Instant, Label, Number, Text, Whole
from matcher.domain.imports import ImportBatch, ImportChange, ImportFile, UndoReport
from matcher.domain.items import (
    ALWAYS_OPEN,
    APPRENTICESHIP,
    ID_PATTERN,
    ITEM_CLASSES,
    LEVEL_NAMES,
    NEVER_OPEN,
    PUBLIC_NAMES,
    AnyItem,
    Eligibility,
    EvidenceLevel,
    Factory,
    Frozen,
    Item,
    ItemId,
    ItemType,
    Kind,
    Lead,
    Level,
    Opportunity,
    Organisation,
    Profile,
    Public,
    RomeCode,
    SizeBand,
    version_of,
)
from matcher.domain.legal_forms import is_sole_trader
from matcher.domain.messages import MessageRequest
from matcher.domain.participation import Participation, ParticipationRole
from matcher.domain.store import Items, Outbox, Store

__all__ = [
    "ALWAYS_OPEN",
    "APPRENTICESHIP",
    "ID_PATTERN",
    "ITEM_CLASSES",
    "LEVEL_NAMES",
    "NEVER_OPEN",
    "PUBLIC_NAMES",
    "Action",
    "Answer",
    "AnyItem",
    "Change",
    "Deletable",
    "Eligibility",
    "EvidenceLevel",
    "Factory",
    "Feedback",
    "Flag",
    "Frozen",
    "ImportBatch",
    "ImportChange",
    "ImportFile",
    "Impression",
    "Instant",
    "Item",
    "ItemId",
    "ItemType",
    "Items",
    "Kind",
    "Label",
    "Lead",
    "Level",
    "MessageRequest",
    "Missing",
    "Number",
    "Opportunity",
    "Organisation",
    "Outbox",
    "Participation",
    "ParticipationRole",
    "Profile",
    "Public",
    "PutReport",
    "Puttable",
    "Quote",
    "Reason",
    "Recommendation",
    "Refusal",
    "RomeCode",
    "ShownCount",
    "Side",
    "Signal",
    "SizeBand",
    "Store",
    "Text",
    "UndoReport",
    "Whole",
    "eligible",
    "is_sole_trader",
    "meets",
    "open_to_all",
    "size_bands",
    "size_names",
    "version_of",
]
