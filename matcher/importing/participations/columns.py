"""Columns and cells of a list of participations: organisation, factory, role, since."""

import re
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from matcher.domain.participation import ParticipationRole
from matcher.errors import InvalidRequest
from matcher.importing.cells import instant
from matcher.importing.layout import HEADER, NOT_A_HEADER, OURS
from matcher.importing.tables import read_table
from matcher.importing.texts import BadCell
from matcher.language import fold_words

ORGANISATION, FACTORY, ROLE, SINCE, NOTE = "organisation", "factory", "role", "since", "note"
NEEDED = frozenset({ORGANISATION, FACTORY})

_TITLES = {
    ORGANISATION: (
        "organisation", "organisation id", "id organisation", "organization", "structure", "entreprise",
        "company", "membre", "adherent", "societe", "raison sociale",
    ),
    FACTORY: ("factory", "factory id", "id factory", "nom de la factory", "groupe de travail", "groupe"),
    ROLE: ("role", "role dans la factory", "fonction", "qualite"),
    SINCE: ("since", "depuis", "depuis le", "date d entree", "date d adhesion", "date"),
    NOTE: ("note", "notes", "commentaire", "commentaires", "comment", "source"),
}  # fmt: skip
_FIELD_OF = {title: name for name, titles in _TITLES.items() for title in titles}
_FIELD_OF |= dict.fromkeys(OURS, NOTE)  # a corrected file of rejects is read again

_ROLES = {
    ParticipationRole.MEMBER: (
        "", "member", "membre", "participant", "participante", "participe", "contributeur", "contributrice",
    ),
    ParticipationRole.HOST: (
        "host", "hote", "animateur", "animatrice", "anime", "pilote", "copilote", "co pilote", "referent",
        "referente", "lead", "leader", "president", "presidente",
    ),
}  # fmt: skip
_ROLE_OF = {word: role for role, words in _ROLES.items() for word in words}
_LEFT = frozenset(
    {"left", "removed", "none", "retire", "retiree", "sorti", "sortie", "parti", "ancien membre"}
)
_YEAR = re.compile(r"(?:19|20)\d\d")


def fields_of(titles: Sequence[str]) -> list[str]:
    """Return the field of each column, "" for a column that no list of participations has.

    >>> fields_of(["Structure", "Factory", "Rôle", "Ville"])
    ['organisation', 'factory', 'role', '']
    """
    return [_FIELD_OF.get(fold_words(title), "") for title in titles]


def lists_participations(path: Path) -> bool:
    """Say whether a file is a list of participations: an organisation, a factory, and nothing of items.

    A list of organisations with a column of factories is none: it has columns of its own. False for a file
    that cannot be read as a table, which the import of items will say.
    """
    try:
        columns = read_table(path, header_rank).columns
    except InvalidRequest:
        return False
    return _is_whole(columns)


def _is_whole(columns: Sequence[str]) -> bool:
    told = [name for title, name in zip(columns, fields_of(columns), strict=True) if title.strip()]
    once = told.count(ORGANISATION) == 1 and told.count(FACTORY) == 1
    return once and "" not in told


def header_rank(cells: Sequence[str]) -> int:
    """Say whether a row is the header of a list of participations."""
    return HEADER if set(fields_of(cells)) >= NEEDED else NOT_A_HEADER


def read_role(text: str) -> ParticipationRole | None:
    """Return the role a cell says, None when the organisation has left; BadCell for other words.

    >>> read_role("Animatrice"), read_role(""), read_role("retirée")
    (<ParticipationRole.HOST: 'host'>, <ParticipationRole.MEMBER: 'member'>, None)
    """
    word = fold_words(text)
    if word in _LEFT:
        return None
    if word not in _ROLE_OF:
        raise BadCell(
            "rôle inconnu : écrire membre, animateur ou retiré", "unknown role: write member, host or left"
        )
    return _ROLE_OF[word]


def read_since(text: str) -> date | None:
    """Return the day a participation began, the first of the year or month that is all a cell says.

    >>> read_since("2024"), read_since("12/03/2024"), read_since("")
    (datetime.date(2024, 1, 1), datetime.date(2024, 3, 12), None)
    """
    text = text.strip()
    if not text:
        return None
    if _YEAR.fullmatch(text):
        return date(int(text), 1, 1)
    return instant(text, months=True).date()
