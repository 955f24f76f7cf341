"""The languages a profile may have: a closed list of those that jobs of the cluster ask, by ISO code."""

import re
from collections.abc import Mapping

from matcher.language import fold

LANGUAGES: Mapping[str, tuple[str, str]] = {
    "fr": ("français", "French"),
    "en": ("anglais", "English"),
    "es": ("espagnol", "Spanish"),
    "de": ("allemand", "German"),
    "it": ("italien", "Italian"),
    "pt": ("portugais", "Portuguese"),
    "nl": ("néerlandais", "Dutch"),
    "zh": ("chinois", "Chinese"),
    "ja": ("japonais", "Japanese"),
    "ar": ("arabe", "Arabic"),
    "ca": ("catalan", "Catalan"),
    "oc": ("occitan", "Occitan"),
}
"""Codes with their names; a candidate may pick any of them."""
READ = ("en", "es", "de", "it", "pt", "nl")
"""Languages that a CV is read for. The others are the candidate's to pick: there, a word of a CV could tell
an origin more often than a skill for a job."""
_LEVEL = (
    r"a[12]|b[12]|c[12]|courante?|bilingue|fluent|technique|professionnel(?:le)?|operationnel(?:le)?|intermediaire"
    r"|avancee?|scolaire|notions|lu|parlee?|ecrite?|maitrise|bon niveau|tres bon niveau"
)
_TESTS = {"en": r"\b(?:toeic|toefl|ielts|bulats)\b", "es": r"\bdele\b", "de": r"\bgoethe[- ]zertifikat\b"}


def languages_in(clause: str) -> set[str]:
    """Return the codes of languages that a clause says somebody works in.

    A name alone is not enough: a level or the word "langues" has to be beside it, so that a nationality or
    the subject of a school is none.

    >>> sorted(languages_in("Langues : anglais courant")), languages_in("restaurant italien")
    (['en'], set())
    """
    folded = fold(clause)
    found = set()
    for code in READ:
        names = "|".join(fold(name) for name in LANGUAGES[code])
        beside = rf"\b(?:{names})\b[ :(,/-]*(?:niveau )?(?:{_LEVEL})\b|\blangues?\b[^.;]*\b(?:{names})\b"
        if re.search(beside, folded) or (code in _TESTS and re.search(_TESTS[code], folded)):
            found.add(code)
    return found
