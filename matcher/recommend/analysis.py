"""What a text says, worked out once and without vectors.

The analysis of an item or a profile is the one input of signals, reasons, gaps and notices: its labels, the
words that may be quoted, the concepts it names, what its labels must not be mistaken for, its place, and
what it excludes. :mod:`matcher.recommend.features` adds the vectors.
"""

import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from matcher.domain.items import AnyItem, Factory, Item, Lead, Opportunity, Organisation, Profile
from matcher.index import ROLES, Label, Role, labels_of, passage, terms
from matcher.knowledge import Knowledge, Mention, Place, fact_fields
from matcher.knowledge.towns import town_in
from matcher.knowledge.vocabulary import Senses
from matcher.language import (
    STOPWORDS,
    Names,
    Reading,
    Span,
    Token,
    as_read,
    exclusions,
    fold,
    negations,
    tokens,
)
from matcher.language.inflection import without_number
from matcher.recommend.free_text import asker_clauses, blanked, clauses, lower_in_place, own_things

Subject = AnyItem | Profile

_QUOTED_FIELDS = frozenset({"description", "name"})
"""Fields whose single words are evidence."""
_NO_SUBJECT = frozenset({"sectors", "needs"})
_SEEKS_A_FIRM = re.compile(
    r"\W*(?:un|une|des|a)?\s*(?:partenaires?|prestataires?|fournisseurs?|sous-traitants?|intégrateurs?|agences?"
    r"|éditeurs?|partners?|suppliers?|subcontractors?)\b",
    re.IGNORECASE,
)
"""How a need begins that is for another company: "partenaire de développement logiciel" is no job."""
_SHORTEST_STEM = 4
_ACRONYM = 4  # a label of so few letters is another word when it is written in lower case
_COMMON_WORDS = frozenset(
    fold(
        """activité acteur client cluster digital digitale digitales entreprise entreprises french gestion
        groupe ligne numérique numériques occitanie partenaire partenaires plateforme premier première
        professionnel projet projets présent présente région régional régionale service services société
        sociétés solution solutions structure tech toulousain toulousaine toulouse montpellier france
        session sessions janvier février mars avril juin juillet août septembre octobre novembre décembre"""
    ).split()
)
"""Folded words that most of the cluster's texts hold: they are evidence of nothing."""


@dataclass(frozen=True, slots=True)
class Word:
    """The first place of a word in a field: ``text == field_text[start:end]``."""

    field: str
    start: int
    end: int
    text: str
    folded: str


@dataclass(frozen=True)  # without slots: texts that are derived for every question are kept
class Analysis:
    """What one side of a match says.

    ``labels`` are sorted by role; ``spans`` gives the slice of each role that has any. ``words`` may be
    quoted; they are kept by their singular form. ``mentions`` are the concepts it names, by id, each at its
    first place; ``facts`` are what it is, has and looks for. ``place`` is where the
    subject is, ``town`` the words that say so, ``antenna`` the cluster's nearest site ("" when unknown);
    ``unknown_place`` is a name that no known town has. ``exclusions`` are the parts of the description that
    say what is not wanted or not done; ``ignored`` are all parts that are no evidence. ``is_sought``: what
    it names is what it looks for, not what it does. ``readings``: what of a request was typed otherwise
    than the description of ``subject`` has it.
    """

    subject: Subject
    labels: tuple[Label, ...]
    spans: dict[Role, slice]
    words: dict[str, Word]
    mentions: dict[str, Mention]
    facts: tuple[Mention, ...]
    senses: Senses
    place: Place | None
    town: Word | None
    antenna: str
    unknown_place: Span | None
    exclusions: tuple[Span, ...]
    ignored: tuple[Span, ...]
    is_sought: bool = False
    readings: tuple[Reading, ...] = ()

    @cached_property
    def id(self) -> str | None:
        """Id of a stored item, None for a profile."""
        return self.subject.id if isinstance(self.subject, Item) else None

    @property
    def name(self) -> str:
        """Name of a stored item, empty for a profile."""
        return self.subject.name if isinstance(self.subject, Item) else ""

    def has(self, role: Role) -> bool:
        """Whether any label plays this role."""
        return role in self.spans

    @property
    def affirmed(self) -> str:
        """The description with excluded parts blanked; every other character keeps its place."""
        return blanked(getattr(self.subject, "description", ""), self.exclusions)

    @cached_property
    def terms(self) -> tuple[str, ...]:
        """Stems of what is looked for: of a stored text all, of a request's those it does not exclude."""
        subject = self.subject
        if not isinstance(subject, Item):
            subject = subject.model_copy(update={"description": self.affirmed})
        return tuple(terms(passage(subject)))

    @cached_property
    def stated(self) -> dict[str, Mention]:
        """Facts and concepts of this side by id, the first mention of each: what meets may name either.

        A sector that it serves is not its subject, and neither is what it looks for: who seeks an electronic
        signature does not offer one that document management would complete.
        """
        stated: dict[str, Mention] = {}
        for fact in self.facts:
            stated.setdefault(fact.concept, fact)
        if not self.is_sought:
            for concept, mention in self.mentions.items():
                if mention.field not in _NO_SUBJECT:
                    stated.setdefault(concept, mention)
        return stated

    @cached_property
    def given(self) -> int:
        """Number of concepts that it names elsewhere than among its needs."""
        return sum(mention.field != "needs" for mention in self.mentions.values())

    @cached_property
    def themes(self) -> list[tuple[Label, str]]:
        """Themes that a text may name, longest first, each with the words to seek.

        They are in lower case, but those of an acronym, which is sought as it is written ("SOC").
        """
        themes = [
            label
            for label in self.labels[self.spans.get(Role.GIVES, slice(0))]
            if not (label.is_open or label.is_frame)
        ]
        themes.sort(key=lambda label: -len(label.text))
        return [
            (label, lower_in_place(label.text) if len(label.text) > _ACRONYM else label.text)
            for label in themes
        ]

    @cached_property
    def evidence_text(self) -> str:
        """The description with everything blanked that is no evidence."""
        return blanked(getattr(self.subject, "description", ""), self.ignored)

    @cached_property
    def evidence_lower(self) -> str:
        """The same in lower case; every character keeps its place."""
        return lower_in_place(self.evidence_text)


@dataclass(frozen=True)
class Analyser:
    """Works out the analysis of an item or profile from what the product knows.

    Calling it gives the analysis. ``names`` gives those of organisations, which are never slips of the pen.

    >>> analyse = Analyser(Knowledge())
    >>> analysis = analyse(Profile(description="hébergement en France, pas de cloud"))
    >>> [span.text for span in analysis.exclusions]
    ['pas de cloud']
    """

    knowledge: Knowledge
    names: Names = tuple

    def __call__(
        self, subject: Subject, *, most_labels: int | None = None, sought_only: bool = False
    ) -> Analysis:
        """Analyse a subject.

        Parameters
        ----------
        subject
            An item, or a profile such as a free text.
        most_labels
            Number of labels that have vectors; further ones are left out. None keeps all.
        sought_only
            Whether only what a request looks for is evidence: in "Fintech à Rodez cherche un avocat" who asks
            is left out, since a partner is to complete the asker, not to be like it.
        """
        readings: tuple[Reading, ...] = ()
        if isinstance(subject, Item):
            excluded = tuple(negations(getattr(subject, "description", "")))
            ignored = excluded
        else:
            subject, readings = self._as_read(subject)
            excluded = tuple(exclusions(subject.description))
            ignored = (*excluded, *asker_clauses(subject.description)) if sought_only else excluded
        labels = self._labels(subject, ignored)[:most_labels]
        place, town, unknown = self._where(subject)
        facts, mentions = self._facts(subject), self._mentions(subject, ignored)
        if sought_only and isinstance(subject, Profile) and not isinstance(subject, Item):
            ignored = (*ignored, *own_things(subject.description, mentions.values(), facts))
            mentions = self._mentions(subject, ignored)
        return Analysis(
            subject=subject,
            labels=labels,
            spans=_spans(labels),
            words=self._words(subject, ignored, town),
            mentions=mentions,
            facts=facts,
            senses=self.knowledge.vocabulary.senses([label.text for label in labels]),
            place=place,
            town=town,
            antenna=self.knowledge.territory.antenna_of(place) if place else "",
            unknown_place=unknown,
            exclusions=excluded,
            ignored=ignored,
            is_sought=sought_only and not isinstance(subject, Item),
            readings=readings,
        )

    def _as_read(self, request: Profile) -> tuple[Profile, tuple[Reading, ...]]:
        """Return a request with its words as they are meant, and which of them were typed otherwise."""
        readings = tuple(self.knowledge.spelling.readings(request.description, self.names))
        read = as_read(request.description, readings)
        return request.model_copy(update={"description": read}) if readings else request, readings

    def _labels(self, subject: Subject, excluded: Sequence[Span]) -> tuple[Label, ...]:
        """Return the labels of an item, or of a request one need for each of its clauses."""
        labels = labels_of(subject)
        if isinstance(subject, Opportunity):
            programmes = self.knowledge.programmes
            return tuple(replace(label, is_frame=label.folded in programmes) for label in labels)
        if isinstance(subject, Factory):
            is_means = self.knowledge.is_means
            return tuple(replace(label, is_frame=is_means(label.folded, subject.name)) for label in labels)
        if isinstance(subject, Item) or not labels or labels[0].field != "description":
            return labels
        text = blanked(subject.description, excluded)
        return tuple(
            Label(Role.NEEDS, "description", clause.text, fold(clause.text), clause.start)
            for clause in clauses(text)
        )

    def _words(self, subject: Subject, ignored: Sequence[Span], town: Word | None) -> dict[str, Word]:
        """Return the words that may be quoted; the name of a town is a place, not a theme."""
        locate = self.knowledge.territory.locate
        if town is not None and town.field == "description":
            ignored = (*ignored, Span(town.start, town.end, town.text))
        found = dict(_words(subject, ignored))
        return {key: word for key, word in found.items() if word.text.islower() or locate(word.text) is None}

    def _mentions(self, subject: Subject, excluded: Sequence[Span]) -> dict[str, Mention]:
        mentions: dict[str, Mention] = {}
        told = _told_fields(subject)
        if isinstance(subject, Opportunity):  # a programme names the fields of hundreds of calls
            told = ((name, text) for name, text in told if fold(text) not in self.knowledge.programmes)
        if isinstance(subject, Factory):
            is_means, group = self.knowledge.is_means, subject.name
            told = ((name, text) for name, text in told if not is_means(fold(text), group))
        for mention in self.knowledge.concepts.in_fields(told):
            if mention.field == "description" and _inside(mention.start, mention.end, excluded):
                continue
            mentions.setdefault(mention.concept, mention)
        return mentions

    def _facts(self, subject: Subject) -> tuple[Mention, ...]:
        """Return the facts of a subject, and the jobs that a request or a need names."""
        facts = self.knowledge.facts.in_fields(fact_fields(subject))
        if isinstance(subject, Lead):
            return tuple(_named_by_training(fact, subject) for fact in facts)
        if not isinstance(subject, Profile):
            return facts
        return facts + self.knowledge.occupations.in_fields(
            (name, text)
            for name, text in subject.fields()
            if name != "needs" or not _SEEKS_A_FIRM.match(text)
        )

    def _where(self, subject: Subject) -> tuple[Place | None, Word | None, Span | None]:
        """Return the place, the words that name it, and a place name that is not known.

        A field decides; only a profile without one is searched for a town in its description.
        """
        field = "antenna" if isinstance(subject, Factory) else "city"  # a factory meets where its antenna is
        city, department = getattr(subject, field, ""), getattr(subject, "department_code", "")
        if city or department or isinstance(subject, Item):
            town = Word(field, 0, len(city), city, fold(city)) if city else None
            return self.knowledge.territory.locate(city, department), town, None
        named = town_in(subject.description, self.knowledge.territory, typed=True)
        if named is None:
            return None, None, None
        span, place = named
        if place is None:
            return None, None, span
        return place, Word("description", span.start, span.end, span.text, fold(span.text)), None


def _named_by_training(fact: Mention, lead: Lead) -> Mention:
    """Quote a training's first name for the job it leads to: a job's code says nothing to a reader."""
    if fact.field != "rome_codes" or not lead.themes:
        return fact
    return replace(fact, field="themes", start=0, end=len(lead.themes[0]), text=lead.themes[0])


def _told_fields(subject: Subject) -> Iterator[tuple[str, str]]:
    """Yield the fields whose concepts are evidence; the name of an organisation is none."""
    for name, text in subject.fields():
        if not (name == "name" and isinstance(subject, Organisation)):
            yield name, text


def _inside(start: int, end: int, spans: Sequence[Span]) -> bool:
    return any(span.start <= start and end <= span.end for span in spans)


def _spans(labels: Sequence[Label]) -> dict[Role, slice]:
    spans = {}
    for role in ROLES:
        places = [place for place, label in enumerate(labels) if label.role is role]
        if places:
            spans[role] = slice(places[0], places[-1] + 1)
    return spans


def _words(subject: Subject, excluded: Sequence[Span]) -> Iterator[tuple[str, Word]]:
    """Yield each word that may be quoted once, at its first place."""
    seen: set[str] = set()
    for name, text in subject.fields():
        # The name of an organisation is no evidence of what it does ("Conseils", "Studio").
        if name not in _QUOTED_FIELDS or (name == "name" and isinstance(subject, Organisation)):
            continue
        for token in tokens(text):
            singular = sys.intern(without_number(token.text.lower()))
            if singular in seen or not _may_be_quoted(token):
                continue
            if any(span.start <= token.start < span.end for span in excluded):
                continue
            seen.add(singular)
            folded = sys.intern(fold(token.text))  # kept once for all items
            yield singular, Word(name, token.start, token.end, token.text, folded)


def _may_be_quoted(token: Token) -> bool:
    if len(token.stem) < _SHORTEST_STEM:
        return False
    word = fold(token.text)
    return not word.isdecimal() and word not in STOPWORDS and word not in _COMMON_WORDS


@dataclass(frozen=True, slots=True)
class NamedTheme:
    """A label of one side that the other's description names: ``text == description[start:end]``."""

    label: Label
    start: int
    end: int
    text: str


def find_named_theme(reader: Analysis, owner: Analysis) -> NamedTheme | None:
    """Return the owner's longest theme that the reader's description names, with its place there.

    Labels that fit every organisation are left out, and so is the name of an item, which may be an
    everyday word. Ties go to the first label.
    """
    text = reader.evidence_text
    for label, sought in owner.themes:
        as_written = len(sought) <= _ACRONYM
        span = _find_words(text if as_written else reader.evidence_lower, sought)
        if span is not None:
            return NamedTheme(label, *span, text[span[0] : span[1]])
    return None


def _find_words(text: str, words: str) -> tuple[int, int] | None:
    """Return where ``words`` first stand in ``text`` as whole words."""
    start = text.find(words)
    while start >= 0:
        end = start + len(words)
        if not (text[start - 1 : start].isalnum() or text[end : end + 1].isalnum()):
            return start, end
        start = text.find(words, end)
    return None
