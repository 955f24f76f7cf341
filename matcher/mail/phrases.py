"""Sentences of mails that depend on what is known of an organisation, in French and English."""

from collections.abc import Sequence

from matcher.domain import Organisation, SizeBand
from matcher.introductions import Ground
from matcher.language import fold_words
from matcher.mail.rendering import Lang

_SIZES: dict[SizeBand, tuple[str, str]] = {
    "TPE": ("de moins de 10 personnes", "of fewer than 10 people"),
    "PE": ("de 10 à 49 personnes", "of 10 to 49 people"),
    "ME": ("de 50 à 249 personnes", "of 50 to 249 people"),
    "ETI": ("de 250 à 4 999 personnes", "of 250 to 4,999 people"),
    "GE": ("de 5 000 personnes ou plus", "of 5,000 people or more"),
}
_GROUNDS: dict[Ground, tuple[str, str]] = {
    Ground.NOT_RELEVANT: (
        "le sujet ne correspond pas à ses besoins du moment",
        "the subject does not fit its present needs",
    ),
    Ground.ALREADY_KNOWN: ("elle vous connaît déjà", "it knows you already"),
    Ground.NO_TIME: ("elle manque de temps en ce moment", "it is short of time at present"),
    Ground.COMPETITOR: ("vos activités sont trop proches", "your activities are too close"),
    Ground.NEED_MET: ("elle a trouvé ce qu'elle cherchait", "it has found what it was looking for"),
    Ground.OTHER: ("", ""),
}
"""Why a member declined, as the other side reads it; said of an organisation, never of a person."""
_LINES = {
    "you_need": ("Vous cherchez : {}", "You look for: {}"),
    "it_offers": ("L'autre organisation propose : {}", "The other organisation offers: {}"),
    "it_needs": ("L'autre organisation cherche : {}", "The other organisation looks for: {}"),
    "you_offer": ("Vous proposez : {}", "You offer: {}"),
    "its_field": ("Son domaine : {}", "Its field: {}"),
}
_MOST_ENTRIES = 3
_LONGEST_ENTRY = 160
_TELLING_WORD = 4
"""Letters from which a word of a name may give the organisation away."""


def described(organisation: Organisation, lang: Lang, department: str | None = None) -> str:
    """Describe an organisation without its name: its size and place, as far as they are known.

    ``department`` stands in place of the town of one that may not be named yet: in a village there may be
    no other.

    >>> one = Organisation(id="ORG1", name="Un", size_band="PE", city="Toulouse")
    >>> described(one, "fr")
    'une organisation de 10 à 49 personnes, à Toulouse'
    >>> described(one, "fr", "Haute-Garonne")
    'une organisation de 10 à 49 personnes (Haute-Garonne)'
    >>> described(Organisation(id="ORG1", name="Un"), "en")
    'an organisation of the cluster'
    """
    which = 0 if lang == "fr" else 1
    size = _SIZES[organisation.size_band][which] if organisation.size_band else ""
    parts = [("une organisation", "an organisation")[which]]
    if department is not None:
        place = f" ({department})" if department else ""
    else:
        place = f", {('à', 'in')[which]} {organisation.city}" if organisation.city else ""
    if not size and not place:
        return f"{parts[0]} {('du cluster', 'of the cluster')[which]}"
    if size:
        parts.append(size)
    return " ".join(parts) + place


def ground_told(ground: Ground | None, lang: Lang) -> str:
    """Return why a member declined; "" where it is not said."""
    if ground is None:
        return ""
    french, english = _GROUNDS[ground]
    return french if lang == "fr" else english


def common_lines(own: Organisation, other: Organisation, lang: Lang) -> tuple[str, ...]:
    """Set what one looks for beside what the other offers, both ways; nothing names the other.

    An organisation without offers is described by its fields of work.
    """
    offers, needs = _entries(other.offers, other), _entries(other.needs, other)
    found: list[tuple[str, Sequence[str]]] = []
    if offers:
        found += [("you_need", _entries(own.needs)), ("it_offers", offers)]
    if needs:
        found += [("it_needs", needs), ("you_offer", _entries(own.offers))]
    if not found:
        found.append(("its_field", _entries(other.expertise, other) or _entries(other.sectors, other)))
    which = 0 if lang == "fr" else 1
    return tuple(_LINES[key][which].format(" ; ".join(entries)) for key, entries in found if entries)


def _entries(labels: Sequence[str], hidden: Organisation | None = None) -> list[str]:
    """Return the first few labels; those that hold a word of the hidden organisation's name are left out."""
    names = set(fold_words(hidden.name).split()) if hidden else set()
    telling = {word for word in names if len(word) >= _TELLING_WORD}
    kept = [label for label in labels if not telling & set(fold_words(label).split()) and "@" not in label]
    return [_short(label) for label in kept[:_MOST_ENTRIES]]


def _short(label: str) -> str:
    if len(label) <= _LONGEST_ENTRY:
        return label
    return label[:_LONGEST_ENTRY].rsplit(" ", 1)[0] + " …"
