"""Who takes part in which factory."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class ParticipationRole(StrEnum):
    """What an organisation is in a factory."""

    MEMBER = "member"
    HOST = "host"


@dataclass(frozen=True, slots=True)
class Participation:
    """An organisation that takes part in a factory.

    ``source`` says where that is written (a file's name, a field); ``inferred`` is True when it was concluded
    from a text and no person stated it.
    """

    organisation_id: str
    factory_id: str
    role: ParticipationRole = ParticipationRole.MEMBER
    since: date | None = None
    source: str = ""
    inferred: bool = False
