"""Columns that may decide whether something may be recommended at all: one that is not read stops the import.

Whoever asked not to be recommended would be, and a call would count as open that is not.
"""

import re
from collections.abc import Mapping
from typing import Any

from matcher.domain.items import ItemType
from matcher.errors import InvalidRequest
from matcher.language import fold_words

_REFUSAL = re.compile(
    r"desinscri|desabonn|unsubscri|\boppos|\bobjection|\brefus|\bconsent|\bopt ?(?:ed ?)?out"
    r"|\brecomm[ae]nd(?!\w* (?:par|by)\b)"
    r"|\b(?:ne (?:pas|plus)|do not|don t) (?:contact|sollicit|diffus|cit|propos|partag|mention|communiqu)"
)
_WINDOW = re.compile(
    r"\bouv(?:ert|re\b|rira)|\bclotur|\bclos|\bfermeture|\bdebut|^fin\b|\bjusqu|\becheance"
    r"|\blimite d(?:e|u)? (?:depot|candidature|reponse|inscription|remise|reception|soumission|envoi)"
    r"|\bopen(?:s|ing|ed)?\b(?! (?:source|data|innovation|access|science))|\bdeadline|\buntil\b"
    r"|\bexpir|\bvalable|\bstart(?:s|ing)?\b(?! up)|^ends?\b|\bbegins?\b"
    r"|\b(?:open|opening|start|end|due)dates?\b"
)
_DAY = re.compile(r"\bdates?\b")
_ABOUT_THE_RECORD = re.compile(
    r"\b(?:creation|created?|creee?|adhesion|membership|maj|mises? a jour|mise en ligne|updated?|modifi\w*"
    r"|publi(?:cation|shed|ee?)|saisie|ajout\w*|added|import\w*|export\w*|collecte\w*|consult\w*|verifi\w*|checked)\b"
)
_READ = {
    ItemType.ORGANISATION: "'opposition' (oui: never recommended)",
    ItemType.OPPORTUNITY: "'date d'ouverture', 'date limite' or, for dates as published, 'dates'",
}


def decides(item_type: ItemType, title: str) -> bool:
    """Say whether a column of this title may decide whether an item of this type may be recommended.

    >>> decides(ItemType.OPPORTUNITY, "Date du salon"), decides(ItemType.OPPORTUNITY, "Date de création")
    (True, False)
    """
    key = fold_words(title)
    if item_type is ItemType.ORGANISATION:
        return bool(_REFUSAL.search(key))
    dated = _WINDOW.search(key) or (_DAY.search(key) and not _ABOUT_THE_RECORD.search(key))
    return item_type is ItemType.OPPORTUNITY and bool(dated)


def refuse_unread(name: str, item_type: ItemType, said: Mapping[str, Any]) -> None:
    """Raise InvalidRequest if any of these deciding columns of a file ``name`` says something in a row."""
    if filled := [title for title, value in said.items() if str(value or "").strip()]:
        raise InvalidRequest(
            f"{name}: {', '.join(filled)} cannot be read and may decide what is recommended. Nothing was "
            f"imported. Rename it to {_READ[item_type]} (one column for each), or remove it."
        )
