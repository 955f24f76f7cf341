"""Where the work of a need or an offer is, by what its text says."""

import re

from matcher.knowledge import Place, Territory, town_in

NO_TOWN = (
    r"(?!(?i:temps|mi-temps|plein|définir|convenir|pourvoir|partir|compter|responsabilités?|distance|domicile"
    r"|télétravail|hybride|remote|full|france|occitanie)\b)"
)
"""Words that follow "à", or a label of a place, and are no town; as a part of a pattern."""
_NAME = r"[A-ZÀ-ÖØ-Þ][\w'’-]+"
_NO_NAME = r"(?!(?i:chf|eur|euros?|usd|gbp|bruts?|nets?|clients?|postes?|salariés?|utilisat\w+|lead)\b)"
_AMOUNT = (
    # What follows five digits that count or pay something: a currency, the end of a range, a noun.
    r"(?!\s*(?:€|(?i:k?euros?|eur|chf|usd)\b|[-–/+]|(?:à|et)\s*\d)"
    r"|\s+(?!(?:en|pour|avec|dès|et|ou)\b)[a-zß-ÿ])"
)
_LABEL = r"\b(?i:lieu(?: de travail| du poste)?|localisation|location|ville|workplace)\s?:[ \u00a0]*"
_POSTCODES = (
    # "Saint-Chaptes (30190)", "(F/H) (34)": behind a name, a bracket, a sign or the beginning of a line.
    re.compile(
        rf"(?:(?<![\w-]){_NAME}|\bà [a-zß-ÿ'’-]+|[)|,:–-]|^) ?\((?P<code>\d\d(?=\)|\d{{3}}\))|2[AB](?=\)))",
        re.MULTILINE,
    ),
    # "30190 Saint-Chaptes"
    re.compile(rf"(?<![\w.,/€$£-])(?P<code>\d\d)\d{{3}}[ \t]+(?={_NO_NAME}{_NAME})"),
    # behind a word for a place: "Poste à Saint-Chaptes 30190", or the label of a postcode
    re.compile(
        rf"(?:(?:\b(?i:à|près de)\s+|{_LABEL}){_NAME}(?: {_NAME})*,? "
        rf"|\b(?i:code postal|cp)\s?:?\s?|{_LABEL})(?P<code>\d\d)\d{{3}}\b{_AMOUNT}"
    ),
)
_NO_POSTCODE_BEHIND = re.compile(
    # A norm, a number in a register, pay, the other end of a range, or a part of a longer number.
    r"(?:\b(?:iso|iec|normes?|nf|en|rfc|certifi\w+|réf\w*|siret|siren|rcs|naf|capital|salaire|package|fixe"
    r"|rémunération|bruts?|nets?|budget|tél\w*|offre|n°)\W{0,4}|\d\s*(?:[-–/]|à|et)?\s*)$",
    re.IGNORECASE,
)
_BEHIND = 24
_LINE_ITEM = re.compile(r"\s*[,.:;|()•·\t]\s*|\s+[-–—/]\s+")
_NUMBER_BESIDE = re.compile(r"^\d{5}\s+|\s+\d{5}$")
_OF_OTHERS = re.compile(r"\b(?:contact|interlocut|recrut|tut(?:eur|rice)|client|siège)", re.IGNORECASE)
_OF_THE_JOB = re.compile(
    r"\b(?i:postes?|emploi|CDI|CDD|stage|mission|alternance)\b"
    r"(?:,?\s|,?\s(?:(?!client|entreprise|soci|group)[^.,:;\n]){0,40}?(?i:basé|situé)e?s?\s)"
    r"(?P<there>à\s[^,.:;|()\n]{1,80})"
    rf"|{_LABEL}(?P<value>[^.;|\n]{{1,80}})"
)
_CAPITAL = re.compile(rf"à {NO_TOWN}[A-ZÀ-ÖØ-Þ][a-zß-ÿ]")


def stated_place(text: str, territory: Territory) -> tuple[str, str]:
    """Return the town and the code of the department that a text names, each "" where it names none.

    What is said of the job itself ("CDI, basé à Lyon", "Localisation : Albi") comes before other towns.
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
    >>> stated_place("CDI, basé à Lyon, clients à Nîmes, ISO 27001", Territory([nimes], []))
    ('', '')
    """
    place, elsewhere = _of_the_job(text, territory)
    named = town_in(text, territory) if place is None and not elsewhere else None
    if named:
        place, elsewhere = named[1], named[0].text
    if place is None and (named or not elsewhere):
        # Offers often put the town alone on a line, or between signs: "Développeuse ou développeur | Nîmes".
        place = _alone_on_a_line(text, territory)
    if place is not None:
        return place.name, place.department_code
    department = _department(text)
    return (elsewhere if department else ""), department


def _of_the_job(text: str, territory: Territory) -> tuple[Place | None, str]:
    """Return the first known town said of the job itself, and the first that is not on the list, else ""."""
    elsewhere = ""
    for said in _OF_THE_JOB.finditer(text):
        words = said["there"] or f"à {said['value']}"
        named = town_in(words, territory)
        place = named[1] if named else None
        if place is None:
            place = _alone_on_a_line(said["value"] or "", territory)
        if place is not None:
            return place, ""
        if named and not elsewhere and _CAPITAL.match(words):
            elsewhere = named[0].text
    return None, elsewhere


def _alone_on_a_line(text: str, territory: Territory) -> Place | None:
    lower = text.islower()
    for line in text.splitlines():
        # The town of a contact or a client is not that of the work, and "Contact : Noé" is a person.
        if _OF_OTHERS.search(line):
            continue
        for item in _LINE_ITEM.split(line.strip()):
            name = _NUMBER_BESIDE.sub("", item.strip(" -–—/"))
            place = territory.locate(name) if name and (name[0].isupper() or lower) else None
            if place is not None:
                return place
    return None


def _department(text: str) -> str:
    """Return the department of the first number that its neighbours show to be a postcode, "" for none."""
    found: list[tuple[int, str]] = []
    for pattern in _POSTCODES:
        for match in pattern.finditer(text):
            start = match.start("code")
            if not _NO_POSTCODE_BEHIND.search(text[max(0, start - _BEHIND) : start]):
                found.append((start, match["code"]))
    return min(found)[1] if found else ""
