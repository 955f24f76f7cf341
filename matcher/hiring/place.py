"""Where the work of a need or an offer is, by what its text says."""

import re

from matcher.knowledge import Place, Territory, town_in

_POSTCODE = re.compile(
    # Five digits that an amount of money, or the other end of a pay range, follows are no postcode.
    r"\b(?P<department>\d{2})\d{3}\b(?!\s*(?:€|k?euros?\b|eur\b|bruts?\b|nets?\b|[-–/]|(?:à|et)\s*\d))"
    r"|\((?P<short>\d{2}|2[AB])\)",
    re.IGNORECASE,
)
_LINE_ITEM = re.compile(r"\s*[,.:;|(•]\s*|\s+[-–]\s+")


def stated_place(text: str, territory: Territory) -> tuple[str, str]:
    """Return the town and the code of the department that a text names, each "" where it names none.

    A town that is not on the list counts where a postcode, or the code of a department in brackets, says that
    it is one.

    Parameters
    ----------
    text
        A need or an offer; an empty one names no place.
    territory
        The towns that are known.

    >>> from matcher.knowledge import Place, Territory
    >>> nimes = Place("Nîmes", "30", 43.8380, 4.3610)
    >>> stated_place("développeuse Python junior à Nîmes", Territory([nimes], []))
    ('Nîmes', '30')
    >>> stated_place("Poste à Saint-Chaptes (30190)", Territory([nimes], []))
    ('Saint-Chaptes', '30')
    >>> stated_place("de 32000 à 36000 €, à pourvoir", Territory([nimes], []))
    ('', '')
    """
    named = town_in(text, territory)
    place = named[1] if named else None
    if place is None:
        # Offers often put the town alone on a line, or first on it: "Rodez. Contrat d'apprentissage".
        place = _first_on_a_line(text, territory)
    if place is not None:
        return place.name, place.department_code
    stated = _POSTCODE.search(text)
    department = (stated["department"] or stated["short"]) if stated else ""
    return (named[0].text if named and department else ""), department


def _first_on_a_line(text: str, territory: Territory) -> Place | None:
    for line in text.splitlines():
        place = territory.locate(_LINE_ITEM.split(line.strip(), maxsplit=1)[0])
        if place is not None:
            return place
    return None
