"""Job titles that name one gender alone, and both forms of them in full words."""

import re
from functools import cache

from matcher.language.lexicon import lexicon

_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_BOTH = re.compile(
    r"\b[hfm] ?[/-] ?[fhm]\b|[·•‧.(/-](?:e|se|rice|euse|ne|ière|trice|ère)s?\b|\bou\b|\bet\b|/",
    re.IGNORECASE,
)
"""Signs that a title names both genders, or more than one job."""
_ENGLISH = frozenset({"designer", "manager", "leader"})
"""English titles that name both genders as they are."""


def one_gender(title: str) -> tuple[str, str] | None:
    """Return the noun of a title that names one gender alone, and both forms; None for any other title.

    >>> one_gender("Développeur Python confirmé")
    ('Développeur', 'développeuse ou développeur')
    >>> one_gender("Développeuse ou développeur Python")
    >>> one_gender("Développeur Python (H/F)")
    >>> one_gender("Architecte logiciel")
    >>> one_gender("UX designer")
    """
    if _BOTH.search(title):
        return None
    for found in _WORD.finditer(title):
        word = found.group().lower()
        both = _pairs().get(word)
        if both is not None and word not in _ENGLISH:
            return found.group(), f"{both[0]} ou {both[1]}"
    return None


@cache
def _pairs() -> dict[str, tuple[str, str]]:
    """Return the feminine and the masculine of each noun of persons whose forms differ, by either form."""
    pairs: dict[str, tuple[str, str]] = {}
    for form, entry in lexicon().nouns.items():
        differs = form != entry.singular and not entry.is_plural
        if differs and entry.kind != "english":
            pair = (form, entry.singular)
            pairs.setdefault(form, pair)
            pairs.setdefault(entry.singular, pair)
    return pairs
