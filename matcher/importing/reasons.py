"""What pydantic finds wrong with a row, said to the person who made the file, in French and English."""

from typing import Any

_SAID = {
    "missing": ("obligatoire", "required"),
    "string_too_short": ("vide", "empty"),
    "string_too_long": (
        "texte trop long : {max_length} caractères au plus",
        "too long: at most {max_length} characters",
    ),
    "string_pattern_mismatch": (
        "lettres sans accent, chiffres et . _ : - seulement, 128 signes au plus",
        "unaccented letters, digits and . _ : - only, 128 characters at most",
    ),
    "string_unicode": ("signes illisibles", "unreadable signs"),
    "string_type": ("texte attendu", "text expected"),
    "tuple_type": ("liste attendue", "list expected"),
    "literal_error": ("valeur inconnue ; attendu : {expected}", "unknown value; expected: {expected}"),
    "int_parsing": ("nombre entier attendu", "whole number expected"),
    "int_from_float": ("nombre entier attendu", "whole number expected"),
    "finite_number": ("nombre trop grand", "number too large"),
    "greater_than_equal": ("au moins {ge}", "at least {ge}"),
    "less_than_equal": ("au plus {le}", "at most {le}"),
}
_RULES = {
    "closes_at must be after opens_at": (
        "la clôture doit suivre l'ouverture",
        "the closing must come after the opening",
    ),
    "a dated opportunity needs opens_at or closes_at": (
        "une opportunité datée a besoin d'une ouverture ou d'une clôture",
        "a dated opportunity needs an opening or a closing",
    ),
}
SHOWN = 60


def reason(error: Any) -> tuple[str, str]:
    """Return why, in French and English, for one entry of ``ValidationError.errors()``."""
    rule = _RULES.get(error["msg"].removeprefix("Value error, "))
    if rule:
        return rule
    fr, en = _SAID.get(error["type"], (error["msg"], error["msg"]))
    context = error.get("ctx", {})
    return fr.format(**context).replace("' or '", "' ou '"), en.format(**context)


def shortened(value: Any) -> str:
    r"""Return a value as one short line.

    >>> shortened("a  b\nc"), len(shortened("x" * 1000))
    ('a b c', 60)
    """
    text = " ".join(str(value)[: 4 * SHOWN].encode(errors="replace").decode().split())
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"
