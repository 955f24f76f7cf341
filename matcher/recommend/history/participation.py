"""Who takes part in which factory: by the cluster's records, or as far as the items say so.

Three sources, the first that says it counts: a record of the store (an imported list), the hosts of a
factory, and a description that states it ("participe à la factory transformation numérique"). The last is
inferred from a sentence, and the reason quotes that sentence.
"""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from matcher.domain.answers import Quote, Side
from matcher.domain.items import AnyItem, Factory, Organisation, Profile
from matcher.domain.participation import Participation, ParticipationRole
from matcher.language import Span, fold_words, negations, organisation_key

_STATES = re.compile(
    r"\b(?:particip|anim|copilot|pilot|préside|contribu|membre|intervien|takes? part|hosts?|leads?)",
    re.IGNORECASE,
)
_PAST = re.compile(
    r"\b(?:ancien(?:ne)?s?\s+(?:membre|hôte|pilote|animat\w+)|quitt\w+|former\s+(?:member|host|lead)"
    r"|(?:has|have)\s+left|participai\w+|used\s+to)\b",
    re.IGNORECASE,
)
"""Words of a sentence that says what once was."""
_OF_ANOTHER = re.compile(
    r"\s+(?:(?:de|du|des|à|au|aux|le|la|les|of|the)\s+|[dl]['’])*"
    r"(?![^,;:]*\b(?:factory|groupe de travail)\b)(?-i:[A-ZÀ-Ý])",
    re.IGNORECASE,
)
"""A name after such words, of something that is no factory: "ancien membre de la French Tech"."""
_SENTENCE = re.compile(r"[^.!?\n]+")
_FACTORY = re.compile(r"\bfactory\b|\bgroupe de travail\b", re.IGNORECASE)


class Participations(Protocol):
    """Where the records are read."""

    def of_each(self, organisation_ids: Sequence[str]) -> list[Participation]:
        """Return the participations of several organisations, by organisation, factory and role."""
        ...


@dataclass(frozen=True, slots=True)
class TakingPart:
    """An organisation takes part in a factory: the words that say so, and the record if there is one."""

    quotes: tuple[Quote, ...]
    record: Participation | None = None


def taking_part(
    asker: AnyItem | Profile, subjects: Iterable[AnyItem | Profile], records: Iterable[Participation] = ()
) -> dict[str, TakingPart]:
    """Return what says that the asker takes part in factories among the subjects, by the factory's id.

    Only an organisation takes part; other subjects are passed over. Of several records of one factory the
    host's counts. ``records`` of other organisations are passed over.

    >>> member = Organisation(id="ORG1", name="Carto", description="Elle participe à la factory Data.")
    >>> factories = [Factory(id="FAC1", name="Data"), Factory(id="FAC2", name="Cybersécurité")]
    >>> {key: part.quotes[0].text for key, part in taking_part(member, factories).items()}
    {'FAC1': 'Elle participe à la factory Data'}
    >>> sorted(taking_part(member, factories, [Participation("ORG1", "FAC2")]))
    ['FAC1', 'FAC2']
    """
    if not isinstance(asker, Organisation):
        return {}
    recorded = _by_factory(record for record in records if record.organisation_id == asker.id)
    found = {}
    factories = [subject for subject in subjects if isinstance(subject, Factory)]
    names = {fold_words(factory.name) for factory in factories}
    for factory in factories:
        part = _takes_part(asker, factory, recorded.get(factory.id), names)
        if part is not None:
            found[factory.id] = part
    return found


def _by_factory(records: Iterable[Participation]) -> dict[str, Participation]:
    found: dict[str, Participation] = {}
    for record in records:
        if record.factory_id not in found or record.role is ParticipationRole.HOST:
            found[record.factory_id] = record
    return found


def _takes_part(
    organisation: Organisation, factory: Factory, record: Participation | None, names: Collection[str]
) -> TakingPart | None:
    if record is not None:
        return TakingPart((_quote("item", "name", factory.name, 0, len(factory.name)),), record)
    return _as_host(organisation, factory) or _as_described(organisation, factory, names)


def _as_host(organisation: Organisation, factory: Factory) -> TakingPart | None:
    """Compare the name with each host, whose remark is left out: "Makina Corpus (témoignage 2019)"."""
    if not factory.hosts:
        return None
    name = organisation_key(organisation.name)
    for host in factory.hosts:
        written = organisation_key(re.split(r"[(,]", host)[0])
        if name and name == written:
            query = _quote("query", "name", organisation.name, 0, len(organisation.name))
            return TakingPart((query, _quote("item", "hosts", host, 0, len(host))))
    return None


def _as_described(organisation: Organisation, factory: Factory, names: Collection[str]) -> TakingPart | None:
    if not _FACTORY.search(organisation.description):  # most descriptions name none: spare them the rest
        return None
    wanted = fold_words(factory.name)
    longer = [name for name in names if name != wanted and _has_words(name, wanted)]
    for sentence in _SENTENCE.finditer(organisation.description):
        text = sentence[0]
        if _FACTORY.search(text) and _states(text) and _names(text, wanted, longer):
            start = sentence.start() + len(text) - len(text.lstrip())
            query = _quote("query", "description", organisation.description, start, sentence.end())
            return TakingPart((query, _quote("item", "name", factory.name, 0, len(factory.name))))
    return None


def _states(sentence: str) -> bool:
    """Whether a sentence says that somebody takes part, and nowhere that they do not, or no longer do."""
    past = list(_PAST.finditer(sentence))
    if not all(_OF_ANOTHER.match(sentence, words.end()) for words in past):
        return False
    gone = [Span(words.start(), words.end(), words[0]) for words in past]
    verbs = [verb for verb in _STATES.finditer(sentence) if not _within(verb.start(), gone)]
    denied = negations(sentence)
    return bool(verbs) and not any(_within(verb.start(), denied) for verb in verbs)


def _within(position: int, spans: Iterable[Span]) -> bool:
    return any(span.start <= position < span.end for span in spans)


def _names(sentence: str, wanted: str, longer: Iterable[str]) -> bool:
    """Whether a sentence names a factory, and not only one whose longer name holds this one's."""
    left = f" {fold_words(sentence)} "
    for name in longer:
        left = left.replace(f" {name} ", " | ")
    return _has_words(left, wanted)


def _has_words(text: str, wanted: str) -> bool:
    return bool(wanted) and f" {wanted} " in f" {text} "


def _quote(side: Side, field: str, text: str, start: int, end: int) -> Quote:
    return Quote(side=side, field=field, start=start, end=end, text=text[start:end])
