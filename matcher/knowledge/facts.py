"""Facts in the fields of an item: what it is, has and looks for, by the lexicon ``facts.csv``.

A row of the lexicon gives a concept, the fields it is looked for in, names in French and English, and for
facts with numbers a regular expression. Staff can read and edit it. A mention in a negated part of a text
("pas de laboratoire") is no fact.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from pathlib import Path

from matcher.domain import LEVEL_NAMES, PUBLIC_NAMES, AnyItem, Lead, Opportunity, Organisation, Profile
from matcher.knowledge.concepts import ConceptFinder, Mention
from matcher.knowledge.tables import Row, entries, read_table
from matcher.language import Span, Token, fold, negations

__all__ = ["FactFinder", "FactRow", "fact_fields", "read_facts"]

FACTS = "facts.csv"
_COLUMNS = ("concept", "fields", "where", "names", "pattern", "meaning_fr", "meaning_en")
_CONCEPT = re.compile(r"[a-z][a-z_]*(?::[a-z_]+)?")
_ALTERNATIVES = re.compile(r"\(([^()]*)\)")
_TYPED = frozenset({"public", "levels", "apprenticeship", "rome_codes", "size_band"})
_NO_STATEMENTS = _TYPED | {"name", "member_type", "opportunity_type", "lead_kind"}
"""Fields a row without fields does not read: a name is no statement ("Studio Cosmos"), a code no text."""
_ANY = ""
_LONGEST_ACRONYM = 5

# What may stand between the beginning of a sentence and the noun that says what an organisation is.
_OPENING = re.compile(
    r"[.!?;:\n•]\s*"
    r"(?:(?:nous sommes|we are|notre|our|une?|an?|l[ea]s?|the|jeune|petite?|grande?|premi(?:er|ère))\s+"
    r"|l['’])*$",
    re.IGNORECASE,
)
_LONGEST_OPENING = 40

# Headcounts and the size bands they mean (recommendation 2003/361/EC; for ETI and GE decree 2008-1354).
_HEADCOUNT = re.compile(
    r"(?<![\d.,€$-])(?:de\s+(?P<before>\d{1,5})\s+à\s+)?"
    r"(?P<number>\d{1,3}(?:[ \u00a0\u202f]\d{3})+|\d{1,6})\s+"
    r"(?:salarié[·.(]?e?\)?s?|collaborat(?:eur|rice)s?|employé[·.(]?e?\)?s?|personnes|employees|people|staff)\b",
    re.IGNORECASE,
)
_DIGIT = re.compile(r"\d")
_BANDS = ((10, "TPE"), (50, "PE"), (250, "ME"), (5000, "ETI"))
_BAND_NAMES = ("TPE", "PE", "ME", "ETI", "GE")
_PUBLIC_CODES = {french: code for code, (french, _) in PUBLIC_NAMES.items()}
_LEVEL_CODES = {name: code for code, name in LEVEL_NAMES.items()}


@dataclass(frozen=True, slots=True)
class FactRow:
    """One row of the lexicon.

    ``fields`` is empty for every field that makes statements. ``head``: the name must begin a sentence, as
    the noun does that says what an organisation is ("Éditeur de logiciels ...").
    """

    concept: str
    names: tuple[str, ...]
    fields: frozenset[str] = frozenset()
    head: bool = False
    pattern: re.Pattern[str] | None = None
    meaning_fr: str = ""
    meaning_en: str = ""


class FactFinder:
    """Finds facts in fields.

    Parameters
    ----------
    rows
        The lexicon; one concept may have several rows.

    >>> finder = FactFinder([FactRow("research", ("laboratoire", "thèse")),
    ...                      FactRow("member:startup", ("Startup",), fields=frozenset({"member_type"}))])
    >>> fields = [("member_type", "Startup"), ("description", "Une thèse, 12 salariés")]
    >>> [(fact.concept, fact.text) for fact in finder.in_fields(fields)]
    [('member:startup', 'Startup'), ('research', 'thèse'), ('size:PE', '12 salariés')]
    >>> finder.in_fields([("description", "sans laboratoire")])
    ()
    """

    def __init__(self, rows: Iterable[FactRow] = ()) -> None:
        self.rows = tuple(rows)
        names: dict[tuple[str, bool], list[tuple[str, str]]] = defaultdict(list)
        for row in self.rows:
            for field in row.fields or {_ANY}:
                names[field, row.head] += [(row.concept, name) for name in row.names]
        self._finders = {place: ConceptFinder(pairs, key=_word_key) for place, pairs in names.items()}
        self._patterns_by_field: dict[str, list[tuple[FactRow, re.Pattern[str]]]] = {}

    @property
    def concepts(self) -> frozenset[str]:
        """Concepts that may be found, sizes included."""
        sizes = [f"size:{band}" for band in _BAND_NAMES]
        return frozenset([*(row.concept for row in self.rows), *sizes])

    def in_fields(self, fields: Iterable[tuple[str, str]]) -> tuple[Mention, ...]:
        """Return the facts of ``(field, text)`` pairs, in the order of fields and places; ties by concept."""
        found: list[Mention] = []
        for field, text in fields:
            negated = negations(text)
            facts = {fact for fact in self._in_field(field, text) if not _inside(fact, negated)}
            found += sorted(facts, key=lambda fact: (fact.start, fact.concept, fact.end))
        return tuple(found)

    def _in_field(self, field: str, text: str) -> Iterator[Mention]:
        yield from self._named(field, text)
        yield from self._patterned(field, text)
        if field in _TYPED:
            yield from _typed(field, text)
        elif field not in _NO_STATEMENTS:
            yield from _headcounts(field, text)

    def _patterned(self, field: str, text: str) -> Iterator[Mention]:
        """Yield the facts whose pattern the field holds."""
        for row, pattern in self._patterns_of(field):
            for match in pattern.finditer(text):
                yield Mention(row.concept, field, match.start(), match.end(), match[0])

    def _patterns_of(self, field: str) -> Sequence[tuple[FactRow, re.Pattern[str]]]:
        """Return the rows that read a field and have a pattern."""
        if field not in self._patterns_by_field:
            reading = [
                (row, row.pattern) for row in self.rows if row.pattern is not None and _reads(row, field)
            ]
            self._patterns_by_field[field] = reading
        return self._patterns_by_field[field]

    def _named(self, field: str, text: str) -> Iterator[Mention]:
        """Yield the facts whose names the field holds; a head only where it begins a sentence."""
        for place in _places(field):
            if place not in self._finders:
                continue
            _, head = place
            for mention in self._finders[place].in_fields([(field, text)]):
                if not head or _begins_sentence(text, mention.start):
                    yield mention


def read_facts(folder: Path) -> FactFinder:
    """Return the finder of the lexicon ``facts.csv`` in ``folder``.

    NotReady when the file is missing or damaged; InvalidRequest, with the line, for a row that is wrong.
    """
    return FactFinder(read_table(folder / FACTS, _COLUMNS, _row))


def fact_fields(subject: AnyItem | Profile) -> Iterator[tuple[str, str]]:
    """Yield ``(field, text)`` of every field that facts are read from: the quotable texts and the typed ones.

    >>> list(fact_fields(Organisation(id="ORG9", name="Exemple", member_type="PME")))
    [('name', 'Exemple'), ('member_type', 'PME')]
    """
    yield from subject.fields()
    if isinstance(subject, Organisation) and subject.member_type:
        yield "member_type", subject.member_type
    if isinstance(subject, Profile) and subject.size_band:
        yield "size_band", subject.size_band
    if isinstance(subject, Opportunity) and subject.funding:
        yield "funding", subject.funding
    if isinstance(subject, Lead):
        for code in subject.rome_codes:
            yield "rome_codes", code


def expand(name: str) -> list[str]:
    """Return the names that one entry with alternatives spells out.

    >>> expand("(cherche|trouver) laboratoire")
    ['cherche laboratoire', 'trouver laboratoire']
    >>> expand("levée de fonds")
    ['levée de fonds']
    """
    parts: list[list[str]] = []
    done = 0
    for group in _ALTERNATIVES.finditer(name):
        parts += [[name[done : group.start()]], group[1].split("|")]
        done = group.end()
    parts.append([name[done:]])
    return ["".join(chosen) for chosen in product(*parts)]


def _row(row: Row) -> FactRow:
    concept = row["concept"]
    if not _CONCEPT.fullmatch(concept):
        raise ValueError(f"the concept {concept!r} is not written like funds_sought or member:startup")
    names: list[str] = []
    for entry in entries(row["names"]):
        names += expand(entry)
    try:
        pattern = re.compile(row["pattern"], re.IGNORECASE) if row["pattern"] else None
    except re.error as error:
        raise ValueError(f"the pattern of {concept} cannot be read: {error}") from error
    if not names and pattern is None:
        raise ValueError(f"{concept} has neither names nor a pattern")
    if row["where"] not in ("", "head"):
        raise ValueError(f"where is {row['where']!r}; it is empty or head")
    return FactRow(
        concept,
        tuple(names),
        frozenset(row["fields"].split()),
        row["where"] == "head",
        pattern,
        row["meaning_fr"],
        row["meaning_en"],
    )


def _word_key(token: Token) -> str:
    """Return what all inflections of a word share; stems share too much ("communes", "communication")."""
    return _key_of(token.text)


@lru_cache(maxsize=65_536)
def _key_of(word: str) -> str:
    if 1 < len(word) <= _LONGEST_ACRONYM and word.isupper():
        return word
    return fold(word).rstrip("esx") or word


def _places(field: str) -> list[tuple[str, bool]]:
    names = [field] if field in _NO_STATEMENTS else [field, _ANY]
    return [(name, head) for name in names for head in (False, True)]


def _reads(row: FactRow, field: str) -> bool:
    return field in row.fields if row.fields else field not in _NO_STATEMENTS


def _begins_sentence(text: str, start: int) -> bool:
    before = ("\n" + text[:start])[-_LONGEST_OPENING:]
    return _OPENING.search(before) is not None


def _typed(field: str, text: str) -> Iterator[Mention]:
    """Yield the fact that a typed field states, such as ``public:women`` or ``teaches:M1805``."""
    concept = {
        "public": f"public:{_PUBLIC_CODES.get(text)}",
        "levels": f"level:{_LEVEL_CODES.get(text)}",
        "rome_codes": f"teaches:{text}",
        "size_band": f"size:{text}",
        "apprenticeship": "apprenticeship",
    }[field]
    if text:
        yield Mention(concept, field, 0, len(text), text)


def _headcounts(field: str, text: str) -> Iterator[Mention]:
    if _DIGIT.search(text) is None:  # ten times as fast as the pattern, and most labels hold no number
        return
    for match in _HEADCOUNT.finditer(text):
        number = int(re.sub(r"\D", "", match["before"] or match["number"]))
        if number:
            yield Mention(f"size:{_band(number)}", field, match.start(), match.end(), match[0])


def _band(headcount: int) -> str:
    for limit, band in _BANDS:
        if headcount < limit:
            return band
    return "GE"


def _inside(mention: Mention, spans: Sequence[Span]) -> bool:
    return any(span.start <= mention.start < span.end for span in spans)
