"""An item made ready to be scored and quoted: vectors from the index, text from the store, held together."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from math import inf, nan, radians

import numpy as np

from matcher.domain.eligibility import open_to_all, size_names
from matcher.domain.items import AnyItem, Factory, Item, ItemType, Opportunity, Organisation, Profile
from matcher.index.documents import passage, to_points
from matcher.index.labels import ROLES, Label, Role, labels_of
from matcher.index.ports import Encoder, Index, Items, Lexical, Point, Sparse, Vectors
from matcher.knowledge.places import Place, Territory
from matcher.knowledge.skills import Skill, SkillFinder
from matcher.knowledge.vocabulary import Senses, Vocabulary
from matcher.language.inflection import without_number
from matcher.language.text import STOPWORDS, Token, fold, tokens
from matcher.recommend.free_text import exclusions, town_in

WHOLE = len(ROLES)
"""Marks the row of the whole text, beside the indices into ``ROLES``."""
_QUOTED_WORDS_FROM = frozenset({"description", "name"})
"""Fields whose words are evidence; of an organisation the name is none ("Conseils", "Studio")."""
_SHORTEST_STEM = 4
_SAYS_NOTHING = frozenset(
    fold(
        """activité acteur client cluster digital digitale digitales entreprise entreprises french gestion
        groupe ligne numérique numériques occitanie partenaire partenaires plateforme premier première
        professionnel projet projets présent présente région régional régionale service services société
        sociétés solution solutions structure tech toulousain toulousaine toulouse montpellier"""
    ).split()
)
"""Folded words that most of the cluster's texts hold: true of everybody, evidence of nothing."""


@dataclass(frozen=True, slots=True)
class Word:
    """A word's first place in an item, whatever its number: ``text == field_text[start:end]``."""

    field: str
    start: int
    end: int
    text: str
    folded: str


@dataclass(frozen=True, slots=True)
class Prepared:
    """One side of a match: its text, its labels and their vectors.

    ``rows`` (labels + 1, dim) holds a vector for each label, then the whole text's. ``parts`` says what each
    row is: an index into ``ROLES``, its complement (``~``) for a label that excludes nobody, or
    :data:`WHOLE`; labels of one role stand together, where ``spans`` says. ``id`` is None and ``name`` empty
    for a free text or a profile, ``at`` the place in radians (NaN when unknown), ``town`` the words that name
    it, ``antenna`` the nearest place of the cluster ("" when unknown). ``window`` is when it is open, in
    seconds since 1970: comparing dates of two time zones costs ten times as much. ``open_to_all``: no rule
    but its dates keeps it from anybody; ``welcomes_all``: one of its labels says so. ``conditions`` are an
    opportunity's, folded; ``sizes`` is what conditions call an organisation like this one. ``skills`` are
    kept by their ids. ``senses`` says what the labels must not be taken for.
    """

    subject: AnyItem | Profile
    id: str | None
    name: str
    version: str
    terms: Sparse
    labels: tuple[Label, ...]
    rows: Vectors
    parts: np.ndarray[tuple[int], np.dtype[np.int8]]
    spans: dict[Role, slice]
    place: Place | None
    at: tuple[float, float]
    town: Word | None
    antenna: str
    words: dict[str, Word] = field(repr=False)
    skills: dict[str, Skill]
    senses: Senses
    window: tuple[float, float]
    open_to_all: bool
    welcomes_all: bool
    conditions: str
    sizes: frozenset[str]

    @property
    def dense(self) -> Vectors:
        """Vector of the whole text."""
        whole: Vectors = self.rows[-1]
        return whole

    def is_open(self, moment: float) -> bool:
        """Whether it may be acted on at this moment; what is no opportunity always may."""
        opens, closes = self.window
        return opens <= moment < closes

    def has(self, role: Role) -> bool:
        """Whether any label plays this role."""
        return role in self.spans


def _words(subject: AnyItem | Profile) -> Iterator[tuple[str, Word]]:
    seen: set[str] = set()
    excluded = [] if isinstance(subject, Item) else exclusions(subject.description)
    for name, text in subject.fields():
        if name not in _QUOTED_WORDS_FROM or (name == "name" and isinstance(subject, Organisation)):
            continue
        for token in tokens(text):
            one = without_number(token.text.lower())
            if (
                one not in seen
                and _tells(token)
                and not any(no.start <= token.start < no.end for no in excluded)
            ):
                seen.add(one)
                yield one, Word(name, token.start, token.end, token.text, fold(token.text))


def _spans(labels: tuple[Label, ...]) -> dict[Role, slice]:
    spans = {}
    for role in ROLES:
        places = [place for place, label in enumerate(labels) if label.role is role]
        if places:
            spans[role] = slice(places[0], places[-1] + 1)
    return spans


def _mark(label: Label) -> int:
    role = ROLES.index(label.role)
    return ~role if label.is_open else role


def _tells(token: Token) -> bool:
    word = fold(token.text)
    return (
        len(token.stem) >= _SHORTEST_STEM
        and not word.isdecimal()
        and word not in STOPWORDS
        and word not in _SAYS_NOTHING
    )


class Preparer:
    """Prepares questions, and keeps prepared items in a read-through cache.

    The index says which version of an item it holds; another version in the cache is read again. What was
    erased is found for as long as the index holds it: whoever shows items asks the store again. Holds at most
    ``capacity`` items, those read first leave first.
    """

    def __init__(  # noqa: PLR0913, PLR0917  # one outside thing each
        self,
        items: Items,
        index: Index,
        encoder: Encoder,
        lexical: Lexical,
        territory: Territory,
        skills: SkillFinder,
        vocabulary: Vocabulary,
        capacity: int = 10_000,
    ) -> None:
        self._items = items
        self._index = index
        self._encoder = encoder
        self._lexical = lexical
        self._territory = territory
        self._skills = skills
        self._vocabulary = vocabulary
        self._capacity = capacity
        self._held: dict[str, Prepared] = {}

    def question(self, subject: AnyItem | Profile) -> Prepared:
        """Prepare whoever asks: a stored item as it is in the store now, or a profile, encoded here."""
        return self._stored(subject) if isinstance(subject, Item) else self._profile(subject)

    def items(self, versions: dict[str, str]) -> dict[str, Prepared]:
        """Prepare items by id in the versions asked for; what the store or index lacks is absent."""
        found, stale = {}, []
        for item_id, version in versions.items():
            held = self._held.get(item_id)
            if held is not None and held.version == version:
                found[item_id] = held
            else:
                stale.append(item_id)
        if stale:
            self._load(stale)
            found |= {item_id: self._held[item_id] for item_id in stale if item_id in self._held}
            for item_id in [*islice(self._held, max(0, len(self._held) - self._capacity))]:
                del self._held[item_id]
        return found

    def _stored(self, item: AnyItem) -> Prepared:
        held = self._held.get(item.id)
        if held is not None and (held.subject is item or held.subject == item):
            return held
        self._load([item.id])
        held = self._held.get(item.id)
        if held is not None and held.subject == item and held.version == item.version:
            return held
        # The index has not taken this version in yet: encode it here, as the indexer will.
        return self._assemble(item, to_points([item], self._encoder, self._lexical, self._skills)[0])

    def _profile(self, profile: Profile) -> Prepared:
        text = self._vocabulary.with_domains(passage(profile))
        labels = labels_of(profile)
        if labels and labels[0].field == "description":  # a free text is its own and only label
            rows = self._encoder.encode_queries([text])
            vectors = rows
        else:
            rows = self._encoder.encode_queries([text, *(label.text for label in labels)])
            vectors = rows[1:]
        excluded = exclusions(profile.description)
        skills = tuple(
            skill
            for skill in self._skills.in_fields(profile.fields())
            if skill.field != "description"
            or not any(no.start <= skill.start and skill.end <= no.end for no in excluded)
        )
        point = Point("", ItemType.ORGANISATION, "", rows[0], Sparse(), labels=vectors, skills=skills)
        return self._assemble(profile, point)

    def _where(self, subject: AnyItem | Profile) -> tuple[Place | None, Word | None]:
        """Return where the subject is and the words that say so; the description's where no field does."""
        field = "antenna" if isinstance(subject, Factory) else "city"  # a factory meets where its antenna is
        city, department = getattr(subject, field, ""), getattr(subject, "department_code", "")
        if city or department or isinstance(subject, Item):
            town = Word(field, 0, len(city), city, fold(city)) if city else None
            return self._territory.locate(city, department), town
        named = town_in(subject.description, self._territory)
        if named is None or named[1] is None:
            return None, None
        span, place = named
        return place, Word("description", span.start, span.end, span.text, fold(span.text))

    def _load(self, ids: Iterable[str]) -> None:
        ids = list(ids)
        for item_id in ids:
            self._held.pop(item_id, None)
        points = self._index.fetch(ids)
        items = self._items.get_many(points)
        for item_id in ids:
            if item_id in items:
                self._held[item_id] = self._assemble(items[item_id], points[item_id])

    def _assemble(self, subject: AnyItem | Profile, point: Point) -> Prepared:
        vectors = point.labels if point.labels is not None else ()
        labels = labels_of(subject)[: len(vectors)]
        place, town = self._where(subject)
        return Prepared(
            subject=subject,
            id=subject.id if isinstance(subject, Item) else None,
            name=subject.name if isinstance(subject, Item) else "",
            version=point.version,
            terms=self._lexical.encode_queries([passage(subject)])[0],
            labels=labels,
            rows=np.array([*vectors[: len(labels)], point.dense], dtype=np.float32),
            parts=np.array([*map(_mark, labels), WHOLE], dtype=np.int8),
            spans=_spans(labels),
            place=place,
            at=(radians(place.latitude), radians(place.longitude)) if place else (nan, nan),
            town=town,
            antenna=self._territory.antenna_of(place) if place else "",
            words=dict(_words(subject)),
            skills={skill.id: skill for skill in point.skills},
            senses=self._vocabulary.senses([label.text for label in labels]),
            window=subject.open_between() if isinstance(subject, Opportunity) else (-inf, inf),
            open_to_all=open_to_all(subject),
            welcomes_all=any(label.welcomes_all for label in labels),
            conditions=subject.eligibility_text.casefold() if isinstance(subject, Opportunity) else "",
            sizes=size_names(subject) if isinstance(subject, Profile) else frozenset(),
        )
