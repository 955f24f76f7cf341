"""Who takes part in which factory, as far as the records say so.

Two sources: the hosts of a factory, and a description that states it ("participe à la factory transformation
numérique"). The second is inferred from a sentence, and the reason quotes that sentence.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from matcher.domain.answers import Quote, Side
from matcher.domain.items import AnyItem, Factory, Organisation, Profile
from matcher.language import fold, organisation_key

_STATES = re.compile(
    r"\b(?:particip|anim|copilot|pilot|préside|contribu|membre|intervien|takes? part|hosts?|leads?)",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"[^.!?\n]+")
_FACTORY = re.compile(r"\bfactory\b|\bgroupe de travail\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Participation:
    """An organisation takes part in a factory: the words of both sides that say so."""

    query: Quote
    item: Quote


def participation(organisation: Organisation, factory: Factory) -> Participation | None:
    """Return what says that an organisation takes part in a factory, None where nothing does.

    >>> member = Organisation(id="ORG1", name="Carto", description="Elle participe à la factory Data.")
    >>> found = participation(member, Factory(id="FAC1", name="Data"))
    >>> found.query.text
    'Elle participe à la factory Data'
    >>> participation(member, Factory(id="FAC2", name="Cybersécurité")) is None
    True
    """
    return _as_host(organisation, factory) or _as_described(organisation, factory)


def participations(
    asker: AnyItem | Profile, subjects: Iterable[AnyItem | Profile]
) -> dict[str, Participation]:
    """Return what says that the asker takes part in factories among the subjects, by the factory's id.

    Only an organisation takes part; other subjects are passed over.
    """
    found = {}
    if isinstance(asker, Organisation):
        for subject in subjects:
            if not isinstance(subject, Factory):
                continue
            part = participation(asker, subject)
            if part is not None:
                found[subject.id] = part
    return found


def _as_host(organisation: Organisation, factory: Factory) -> Participation | None:
    """Compare the name with each host, whose remark is left out: "Makina Corpus (témoignage 2019)"."""
    name = organisation_key(organisation.name)
    for host in factory.hosts:
        written = organisation_key(re.split(r"[(,]", host)[0])
        if name and name == written:
            query = _quote("query", "name", organisation.name, 0, len(organisation.name))
            return Participation(query, _quote("item", "hosts", host, 0, len(host)))
    return None


def _as_described(organisation: Organisation, factory: Factory) -> Participation | None:
    wanted = fold(factory.name)
    for sentence in _SENTENCE.finditer(organisation.description):
        text = sentence[0]
        if wanted in fold(text) and _FACTORY.search(text) and _STATES.search(text):
            start = sentence.start() + len(text) - len(text.lstrip())
            query = _quote("query", "description", organisation.description, start, sentence.end())
            return Participation(query, _quote("item", "name", factory.name, 0, len(factory.name)))
    return None


def _quote(side: Side, field: str, text: str, start: int, end: int) -> Quote:
    return Quote(side=side, field=field, start=start, end=end, text=text[start:end])
