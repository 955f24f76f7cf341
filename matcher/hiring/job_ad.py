"""A job offer: its title, its text, and whether it says date, pay, place and contract."""

import json
import re
from dataclasses import dataclass, replace
from html import unescape
from typing import Any

from matcher.errors import InvalidRequest
from matcher.language import fold

_DATE = re.compile(
    r"\b\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}\b|\b20\d\d-\d\d-\d\d\b"
    r"|\b(?:1er|\d{1,2}) (?:janvier|fevrier|mars|avril|mai|juin"
    r"|juillet|aout|septembre|octobre|novembre|decembre)\b"
)
_PAY = re.compile(
    r"\d[\d .\u00a0\u202f]*(?:k ?€|k ?euros?|€|euros?|keur?)|\bgrille\b|\bconvention collective\b"
)
_PLACE = re.compile(r"\b(?:lieu|poste base|(?:base|situe)e? (?:a|au|dans)|teletravail|hybride|presentiel)\b")
_CONTRACT = re.compile(
    r"\b(?:cdi|cdd|alternance|apprentissage|stage|interim|freelance|contra(?:t|ct)|temps (?:plein|partiel))\b"
)
_TAG = re.compile(r"<[^>]{1,500}>")


_FIELDS = {
    "datePosted": "dated",
    "baseSalary": "pays",
    "jobLocation": "placed",
    "jobLocationType": "placed",
    "employmentType": "contracted",
}
"""Properties of a JobPosting, and what each says of the offer."""


@dataclass(frozen=True, slots=True)
class JobAd:
    """An offer.

    ``text`` is the whole text that is checked, the title included where it is part of it; ``title`` is its
    first line. ``placed`` is true where a field or a word says that a place is given; the check also looks
    for the towns it knows.
    """

    title: str
    text: str
    dated: bool
    pays: bool
    placed: bool
    contracted: bool


def read_job_ad(content: str) -> JobAd:
    r"""Read an offer from text, its title on the first line, or from a schema.org ``JobPosting`` in JSON.

    Raises
    ------
    InvalidRequest
        The content is empty, or is JSON without ``title`` and ``description``.

    Examples
    --------
    >>> ad = read_job_ad("Développeuse ou développeur web\nCDI, 30 000 à 36 000 €, publiée le 12/11/2026")
    >>> ad.title, ad.dated, ad.pays, ad.contracted
    ('Développeuse ou développeur web', True, True, True)
    """
    if not content.strip():
        raise InvalidRequest("The offer is empty: give its title on the first line, then its text.")
    if content.lstrip().startswith("{"):
        return _from_posting(content)
    lines = [line.strip(" #*\t\r") for line in content.strip().splitlines()]
    folded = fold(content)
    return JobAd(
        title=lines[0],
        text=content.strip(),
        dated=bool(_DATE.search(folded)),
        pays=bool(_PAY.search(folded)),
        placed=bool(_PLACE.search(folded)),
        contracted=bool(_CONTRACT.search(folded)),
    )


def _from_posting(content: str) -> JobAd:
    try:
        posting: Any = json.loads(content)
    except ValueError as error:
        raise InvalidRequest(f"The offer begins like JSON and is none: {error}.") from error
    title, description = (str(posting.get(name) or "") for name in ("title", "description"))
    if not title or not description:
        raise InvalidRequest("A JobPosting needs 'title' and 'description'.")
    plain = read_job_ad(f"{title}\n{unescape(_TAG.sub(' ', description))}")
    stated: dict[str, Any] = {field: True for name, field in _FIELDS.items() if posting.get(name)}
    return replace(plain, **stated)
