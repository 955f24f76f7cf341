"""Which concept of a question meets which concept of an item, and why, by the table ``meets.csv``.

A row says for one kind of question that a fact or vocabulary concept on the asking side meets one on the
item's side, how strongly, and the reason in French and English. Staff can read and edit it. ``job:*`` and
``teaches:*`` stand for every code that is the same on both sides.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from matcher.domain import Kind
from matcher.knowledge.concepts import Mention
from matcher.knowledge.facts import read_facts
from matcher.knowledge.tables import Row, read_rows, read_table

__all__ = ["Asked", "MeetRow", "Meets", "Met", "read_meets"]

MEETS = "meets.csv"
_COLUMNS = ("kind", "query_concept", "item_concept", "strength", "reason_fr", "reason_en")
_TYPED = frozenset({"public:*", "teaches:*", "job:*", "level:*", "country:*", "apprenticeship"})
"""Concepts that come from typed fields and code lists, not from the lexicon."""


@dataclass(frozen=True, slots=True)
class MeetRow:
    """One row of the table; ``strength`` in (0, 1]."""

    kind: Kind
    query_concept: str
    item_concept: str
    strength: float
    fr: str
    en: str


@dataclass(frozen=True, slots=True)
class Met:
    """Two mentions that meet, with the strength and the reason of the row."""

    query: Mention
    item: Mention
    strength: float
    fr: str
    en: str


class Meets:
    """Finds which mentions of two sides meet.

    Parameters
    ----------
    rows
        The table. A row of ``INTERNATIONAL`` also serves ``ALERT``, with the sides exchanged.

    >>> meets = Meets([MeetRow(Kind.FACTORY, "funds_sought", "funding", 0.9, "argent", "money")])
    >>> query = [Mention("funds_sought", "description", 0, 16, "cherche des fonds")]
    >>> item = [Mention("funding", "keywords", 0, 11, "financement")]
    >>> [(met.strength, met.en) for met in meets.between(Kind.FACTORY, query, item)]
    [(0.9, 'money')]
    """

    def __init__(self, rows: Iterable[MeetRow] = ()) -> None:
        self.rows = tuple(rows)
        self._rows: dict[tuple[Kind, str], list[MeetRow]] = {}
        for row in self.rows:
            self._rows.setdefault((row.kind, row.query_concept), []).append(row)

    def between(self, kind: Kind, query: Iterable[Mention], item: Iterable[Mention]) -> list[Met]:
        """Return what meets, strongest first, ties by concepts; one entry a pair of concepts.

        Of several mentions of a concept the first counts on each side. Nothing in common gives ``[]``.
        """
        return self.asked_by(kind, _first_by_concept(query)).among(_first_by_concept(item))

    def asked_by(self, kind: Kind, query: Mapping[str, Mention]) -> "Asked":
        """Return what finds, in item after item, what meets the concepts of one question."""
        return Asked(self, kind, query)

    def rows_of(self, kind: Kind, concept: str) -> list[MeetRow]:
        """Rows that say what meets a concept of a question, in the order of the table."""
        rows = self._rows.get((kind, concept), [])
        if _any_code(concept) != concept:
            rows = rows + self._rows.get((kind, _any_code(concept)), [])
        return rows


class Asked:
    """Finds what meets one question: which concepts would is worked out once for all items.

    Parameters
    ----------
    meets
        The table.
    kind, query
        The kind of question, and its mentions by concept.
    """

    def __init__(self, meets: Meets, kind: Kind, query: Mapping[str, Mention]) -> None:
        self._meets, self._kind, self._query = meets, kind, query
        self._wanted: list[tuple[str, Mention, MeetRow]] = []
        for concept, mention in query.items():
            for row in meets.rows_of(kind, concept):
                self._wanted.append((_same_code(row.item_concept, concept), mention, row))
        self._names = {name for name, _, _ in self._wanted}

    def among(self, item: Mapping[str, Mention]) -> list[Met]:
        """Return what meets among an item's mentions by concept, ordered as :meth:`Meets.between` does."""
        if self._kind is Kind.ALERT:  # the question is the opportunity: the rows are read from the item
            exchanged = Asked(self._meets, Kind.INTERNATIONAL, item).among(self._query)
            return [Met(met.item, met.query, met.strength, met.fr, met.en) for met in exchanged]
        if self._names.isdisjoint(item):  # most items: nothing meets
            return []
        found = [
            Met(mention, item[name], row.strength, row.fr, row.en)
            for name, mention, row in self._wanted
            if name in item
        ]
        return sorted(found, key=lambda met: (-met.strength, met.query.concept, met.item.concept))


def read_meets(data_dir: Path) -> Meets:
    """Return the table ``reference/meets.csv`` of the data folder.

    Its concepts must be in ``reference/facts.csv``, ``reference/countries.csv`` or
    ``catalogue/vocabulary.csv``, or be typed (``public:women``, ``teaches:*``).

    Raises
    ------
    NotReady
        A file is missing or damaged.
    InvalidRequest
        A row names an unknown kind or concept, repeats another, or lacks a reason; the message names file
        and line.
    """
    reference = data_dir / "reference"
    known = set(read_facts(reference).concepts)
    for path in (data_dir / "catalogue" / "vocabulary.csv", reference / "countries.csv"):
        known.update(row["id"] for row in read_rows(path, ("id",)))
    seen: set[tuple[str, str, str]] = set()

    def make(row: Row) -> MeetRow:
        key = (row["kind"], row["query_concept"], row["item_concept"])
        if key in seen:
            raise ValueError(f"{' '.join(key)} is there already")
        seen.add(key)
        return _row(row, known)

    return Meets(read_table(reference / MEETS, _COLUMNS, make))


def _row(row: Row, known: set[str]) -> MeetRow:
    for column in ("query_concept", "item_concept"):
        if not ({row[column], _any_code(row[column])} & (known | _TYPED)):
            raise ValueError(f"{column}: there is no concept {row[column]!r} in facts.csv or vocabulary.csv")
    strength = float(row["strength"])
    if not 0 < strength <= 1:
        raise ValueError(f"strength is {strength:g}; it lies above 0 and up to 1")
    if not row["reason_fr"] or not row["reason_en"]:
        raise ValueError("a reason in French and in English is needed")
    kind = Kind(row["kind"])
    if kind is Kind.ALERT:
        raise ValueError("alert has no rows: those of international serve it")
    return MeetRow(
        kind, row["query_concept"], row["item_concept"], strength, row["reason_fr"], row["reason_en"]
    )


def _first_by_concept(mentions: Iterable[Mention]) -> dict[str, Mention]:
    first: dict[str, Mention] = {}
    for mention in mentions:
        first.setdefault(mention.concept, mention)
    return first


def _any_code(concept: str) -> str:
    """Return ``"job:*"`` for ``"job:M1805"``; a concept without a code stays."""
    group, colon, _ = concept.partition(":")
    return f"{group}:*" if colon else concept


def _same_code(item_concept: str, query_concept: str) -> str:
    """Return the item's concept of a row; ``*`` becomes the code of the question's concept."""
    return item_concept.replace("*", query_concept.partition(":")[2])
