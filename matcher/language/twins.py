"""Twins: two records of one organisation, which must not be introduced to each other."""

from collections import defaultdict
from collections.abc import Iterable

from matcher.domain.items import Organisation
from matcher.language.lookup import organisation_key

_SIREN_DIGITS = 9


def are_twins(one: Organisation, other: Organisation) -> bool:
    """Say whether two records are one organisation: same SIREN, or same name where one has no SIREN.

    Names are compared without case, accents, punctuation, spaces and legal form. Two establishments of one
    company have one SIREN, the first nine digits of their SIRET.

    >>> lumen = Organisation(id="a", name="Société Lumen Data SAS")
    >>> are_twins(lumen, Organisation(id="b", name="LUMEN-DATA"))
    True
    >>> numbered = lumen.model_copy(update={"siret": "12345678900011"})
    >>> are_twins(numbered, Organisation(id="b", name="Lumen Data", siret="987654321"))
    False
    """
    if one.siret and other.siret:
        return one.siret[:_SIREN_DIGITS] == other.siret[:_SIREN_DIGITS]
    return twin_key(one.name) == twin_key(other.name)


def twin_key(name: str) -> str:
    """Return the form in which the names of one organisation are equal: that of its key, in one word.

    >>> [twin_key(name) for name in ("I-Trust", "ITrust SAS", "I Trust")]
    ['itrust', 'itrust', 'itrust']
    """
    return organisation_key(name).replace(" ", "")


def twin_pairs(organisations: Iterable[Organisation]) -> list[tuple[Organisation, Organisation]]:
    """Return all pairs of twins; within a pair and among pairs by ascending id.

    >>> names = {"a": "Koovea SAS", "b": "Cosmos", "c": "KOOVEA"}
    >>> pairs = twin_pairs(Organisation(id=key, name=name) for key, name in names.items())
    >>> [(one.id, other.id) for one, other in pairs]
    [('a', 'c')]
    """
    groups: dict[str, list[Organisation]] = defaultdict(list)
    for organisation in sorted(organisations, key=lambda item: item.id):
        groups[twin_key(organisation.name)].append(organisation)
        if organisation.siret:
            groups[organisation.siret[:_SIREN_DIGITS]].append(organisation)
    found = {}
    for group in groups.values():
        for place, one in enumerate(group):
            for other in group[place + 1 :]:
                if are_twins(one, other):
                    found[one.id, other.id] = (one, other)
    return [found[ids] for ids in sorted(found)]
