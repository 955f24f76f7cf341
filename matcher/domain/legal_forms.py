"""What a legal form says of an organisation."""

import re

# Level I of the Sirene nomenclature of legal categories is its first digit: 1 is "entrepreneur individuel".
_SOLE_TRADER = re.compile(
    r"^1(\d{3}|\d)?\b|\b(entrepr\w+ individuel|(auto|micro)-?\s?entrepr|eirl|ei|personne physique"
    r"|ind[ée]pendant|profession lib[ée]rale|artisan|freelance|sole (trader|proprietor)|self-employed)"
)


def is_sole_trader(legal_form: str) -> bool:
    """Return whether a legal form is one person, no company: Sirene codes 1 to 1999, or words.

    >>> is_sole_trader("Entrepreneur individuel"), is_sole_trader("5710"), is_sole_trader("")
    (True, False, False)
    """
    return bool(_SOLE_TRADER.search(legal_form.casefold()))
