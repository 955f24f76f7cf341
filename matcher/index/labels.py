"""The short labels of an item and the part each plays in a match.

``GIVES`` is what someone does, offers or is about; ``SERVES`` their clients; ``NEEDS`` what they look
for. Matching a ``NEEDS`` with another's ``GIVES`` is what makes two organisations gain from each other.
``AXIS`` is the axis of the cluster's work a factory belongs to.
"""

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from matcher.domain.items import AnyItem, Item, Profile
from matcher.language.analyser import fold

MAX_LABELS = 48
"""Labels kept per item: the first ones, in field order; bounds memory whatever a file holds."""

WELCOMES_ALL = tuple(map(fold, ("toutes filières", "tous domaines", "tous secteurs", "all sectors")))
"""Folded beginnings of labels that say that everybody is welcome."""
SAYS_NOTHING = frozenset(
    map(
        fold,
        (
            "numérique",
            "tech",
            "technologies",
            "startups",
            "innovation",
            "entreprises",
            "digital",
            "PME",
            "TPE",
        ),
    )
)
"""Folded labels that hold for every company of the cluster."""


class Role(StrEnum):
    """The part a label plays."""

    GIVES = "gives"
    SERVES = "serves"
    NEEDS = "needs"
    AXIS = "axis"


ROLES = tuple(Role)

_ROLE_OF_FIELD = {
    "expertise": Role.GIVES,
    "offers": Role.GIVES,
    "keywords": Role.GIVES,
    "aliases": Role.GIVES,
    "themes": Role.GIVES,
    "sectors": Role.SERVES,
    "needs": Role.NEEDS,
    "axis": Role.AXIS,
}


@dataclass(frozen=True)  # without slots: what is asked of a label for every question is kept with it
class Label:
    """One label and where it is quoted from: ``text`` begins at ``start`` of the field's entry."""

    role: Role
    field: str
    text: str
    folded: str
    start: int = 0
    is_frame: bool = False
    """Not the subject of its item: the name of a programme of many fields ("Climat, énergie et mobilité"), or
    what a group works with ("capteurs" of a group on sport)."""

    @cached_property
    def welcomes_all(self) -> bool:
        """True when the label says that everybody is welcome ("toutes filières")."""
        return self.folded.startswith(WELCOMES_ALL)

    @cached_property
    def is_open(self) -> bool:
        """True when the label fits every member, and so never shows a shared theme."""
        return self.welcomes_all or self.folded in SAYS_NOTHING


def _label(role: Role, field: str, text: str) -> Label:
    return Label(role, field, text, fold(text))


def labels_of(item: AnyItem | Profile) -> tuple[Label, ...]:
    """Labels by role, then in field order, at most :data:`MAX_LABELS`; a free text is one need.

    A factory's name is a label too: it names its theme. An organisation that lists nothing it gives
    gives what it describes, whatever it needs.

    >>> [label.role.value for label in labels_of(Profile(description="un expert data"))]
    ['needs']
    >>> [label.text for label in labels_of(Profile(description="Nous...", expertise=("data",)))]
    ['data']
    """
    found = [
        _label(_ROLE_OF_FIELD[field], field, text) for field, text in item.fields() if field in _ROLE_OF_FIELD
    ]
    if "keywords" in type(item).model_fields:
        found.insert(0, _label(Role.GIVES, "name", item.name))  # type: ignore[union-attr]  # factories only
    if isinstance(item, Profile) and item.description:
        if isinstance(item, Item) and all(label.role is not Role.GIVES for label in found):
            found.insert(0, _label(Role.GIVES, "description", item.description))
        elif not found:
            found.append(_label(Role.NEEDS, "description", item.description))
    return tuple(sorted(found[:MAX_LABELS], key=lambda label: ROLES.index(label.role)))
