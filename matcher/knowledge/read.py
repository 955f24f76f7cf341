"""Readers of the knowledge that ships with the product: ESCO skills, the cluster's vocabulary, places.

This service uses the ESCO classification of the European Commission.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, partial
from pathlib import Path

from matcher.knowledge.concepts import NO_CONCEPTS, ConceptFinder
from matcher.knowledge.facts import FactFinder, expand, read_facts
from matcher.knowledge.meets import Meets, read_meets
from matcher.knowledge.occupations import (
    APPELLATIONS,
    JOBS,
    NO_OCCUPATIONS,
    OccupationFinder,
    read_occupations,
)
from matcher.knowledge.places import Antenna, Place, Territory
from matcher.knowledge.skills import SkillFinder, SkillLabels
from matcher.knowledge.tables import Row, entries, read_rows, read_table
from matcher.knowledge.vocabulary import Concept, Vocabulary
from matcher.language import Spelling, fold, fold_words

__all__ = [
    "Knowledge",
    "esco_finder",
    "read_concepts",
    "read_knowledge",
    "read_skills",
    "read_spelling",
    "read_territory",
    "read_vocabulary",
]

SKILLS = "skills_fr.2020.csv.gz"
ENGLISH = "skills_en.v1.1.1.csv.gz"
DIGITAL = "digitalSkillsCollection_en.v1.1.1.csv.gz"
VOCABULARY = "vocabulary.csv"
COUNTRY = "country"
"""Domain of the concepts that are countries."""
_ESCO_COLUMNS = ("conceptUri", "skillType", "preferredLabel", "altLabels")
_VOCABULARY_COLUMNS = ("canonical_fr", "canonical_en", "synonyms", "domain", "not_synonym_of")
_COMMUNE_COLUMNS = ("name", "department_code", "latitude", "longitude", "ambiguous")
_DEPARTMENT_COLUMNS = ("code", "name", "latitude", "longitude")
_ANTENNA_COLUMNS = ("id", "name", "role", "status", "city", "department_code")


@dataclass(frozen=True)
class Knowledge:
    """What the product knows of the world, as far as answers need it."""

    territory: Territory = field(default_factory=lambda: Territory([], []))
    vocabulary: Vocabulary = field(default_factory=Vocabulary)
    concepts: ConceptFinder = NO_CONCEPTS
    facts: FactFinder = field(default_factory=FactFinder)
    meets: Meets = field(default_factory=Meets)
    occupations: OccupationFinder = NO_OCCUPATIONS
    programmes: frozenset[str] = frozenset()
    """Folded names of European programmes."""
    means: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Folded labels that are means of most groups, and the folded names of groups whose subject they are."""
    spelling: Spelling = field(default_factory=Spelling)
    """How words of a request are read."""

    def is_means(self, label: str, name: str) -> bool:
        """Whether a folded label of the group of this name is a means there, and not what it is about.

        >>> Knowledge(means={"capteurs": frozenset({"internet des objets"})}).is_means("capteurs", "Sportech")
        True
        """
        return label in self.means and fold(name) not in self.means[label]


@cache
def read_knowledge(data_dir: Path) -> Knowledge:
    """Return everything answers need from the data folder, which a process reads once.

    NotReady when a file is missing or damaged; InvalidRequest, with its line, for a row that cannot be used.
    """
    territory = read_territory(data_dir / "reference")
    return Knowledge(
        territory,
        read_vocabulary(data_dir / "catalogue"),
        read_concepts(data_dir),
        read_facts(data_dir / "reference"),
        read_meets(data_dir),
        read_occupations(data_dir),
        read_programmes(data_dir / "reference"),
        read_means(data_dir / "reference"),
        read_spelling(data_dir, [antenna.place.name for antenna in territory.antennas]),
    )


def read_programmes(folder: Path) -> frozenset[str]:
    """Return the folded names, French and English, of the programmes that calls belong to."""
    rows = read_rows(folder / "programmes.csv", ("fr", "en"))
    return frozenset(fold(row[language]) for row in rows for language in ("fr", "en"))


def read_means(folder: Path) -> dict[str, frozenset[str]]:
    """Return the table ``means.csv``: labels, folded, with the names of the groups whose subject they are."""
    rows = read_rows(folder / "means.csv", ("label", "subject_of", "reason"))
    return {fold(row["label"]): frozenset(map(fold, entries(row["subject_of"]))) for row in rows}


def read_spelling(data_dir: Path, towns: Iterable[str] = ()) -> Spelling:
    """Return the reader of typed words: those of the vocabulary, of countries, facts and jobs, and of towns.

    A word that ESCO or ROME uses is right as it is; their files are read when a word is first doubted.
    """
    names = [name for concept in read_vocabulary(data_dir / "catalogue").concepts for name in concept.names]
    for table in ("countries.csv", "facts.csv", JOBS):
        for row in read_rows(data_dir / "reference" / table, ("names",)):
            for entry in entries(row["names"]):
                names += expand(entry)
    return Spelling([*names, *towns], partial(_known_words, data_dir))


@cache
def _known_words(data_dir: Path) -> frozenset[str]:
    """Return the folded words of the labels of ESCO, French and English, and of the jobs of ROME."""
    known: set[str] = set()
    for path, columns in (
        (data_dir / "esco" / SKILLS, ("preferredLabel", "altLabels")),
        (data_dir / "esco" / ENGLISH, ("preferredLabel", "altLabels")),
        (data_dir / "rome" / APPELLATIONS, ("libelle_appellation_court",)),
    ):
        for row in read_rows(path, columns):
            known.update(fold_words(" ".join(row.values())).split())
    return frozenset(known)


@cache
def esco_finder(folder: Path) -> SkillFinder:
    """Return the finder of the ESCO skills in a folder, one a process; the files are read on first use."""
    return SkillFinder(_Esco(folder))


class _Esco:
    """The skills of a folder, read at each iteration, so that a file restored after a failure is read."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __iter__(self) -> Iterator[SkillLabels]:
        return iter(read_skills(self._folder))


def read_skills(folder: Path) -> list[SkillLabels]:
    """Return ESCO's French skills in file order, then the digital skills that are newer than that file.

    Knowledge of the digital collection gets its English names too, since French texts on digital matters use
    them ("cloud computing"). Where the cluster's vocabulary lies in the folder beside, a digital skill also
    gets the French names of the concept of the same name; a skill without a French label takes its label
    from there.

    Raises
    ------
    NotReady
        A file is missing or damaged.
    """
    digital = {row["conceptUri"]: row for row in read_rows(folder / DIGITAL, _ESCO_COLUMNS)}
    french = {row["conceptUri"]: row for row in read_rows(folder / SKILLS, _ESCO_COLUMNS)}
    english = {row["conceptUri"]: row["preferredLabel"] for row in read_rows(folder / ENGLISH, _ESCO_COLUMNS)}
    concepts = _names_of_concepts(read_vocabulary(folder.parent / "catalogue"))
    skills = []
    for uri in french | digital:
        skill = _skill(uri, french.get(uri), digital.get(uri), concepts)
        skills.append(replace(skill, english=english.get(uri, "")))
    return skills


def _skill(
    uri: str, french: Row | None, english: Row | None, concepts: Mapping[str, Sequence[str]]
) -> SkillLabels:
    """Return one skill; ``english`` is its row in the digital collection, if it is in there."""
    names: list[str] = []
    if french:
        names = [french["preferredLabel"], *french["altLabels"].split("\n")]
    if english:
        borrowed = [english["preferredLabel"], *english["altLabels"].split(" | ")]
        names += _concept_names([*names[:1], borrowed[0]], concepts)
        if english["skillType"] == "knowledge" or not names:
            names += borrowed
    label, *others = filter(None, names)
    return SkillLabels(uri, label, tuple(others), english is not None)


def _concept_names(labels: Sequence[str], concepts: Mapping[str, Sequence[str]]) -> Sequence[str]:
    for label in labels:
        if (key := fold(label)) in concepts:
            return concepts[key]
    return ()


def _names_of_concepts(vocabulary: Vocabulary) -> dict[str, list[str]]:
    """Return French name and synonyms of each concept, by its folded French and English name."""
    names: dict[str, list[str]] = {}
    for concept in vocabulary.concepts:
        french, english, *synonyms = concept.names
        for label in (english, french):
            names[fold(label)] = [french, *synonyms]
    return names


def read_vocabulary(folder: Path) -> Vocabulary:
    """Return the vocabulary of ``vocabulary.csv`` in ``folder``; an empty one if there is no such file.

    NotReady for a file that cannot be read.
    """
    path = folder / VOCABULARY
    if not path.is_file():
        return Vocabulary()
    return Vocabulary(read_table(path, _VOCABULARY_COLUMNS, _concept))


def read_concepts(folder: Path) -> ConceptFinder:
    """Return the finder of the vocabulary's concepts and of countries, from the data folder.

    The file of countries or of the vocabulary may be absent: then none of its concepts is found. NotReady for
    a file that cannot be read.
    """
    names: list[tuple[str, str]] = []
    domains: dict[str, str] = {}
    vocabulary, countries = folder / "catalogue" / VOCABULARY, folder / "reference" / "countries.csv"
    if vocabulary.is_file():
        for row in read_rows(vocabulary, ("id", *_VOCABULARY_COLUMNS, "gender_variants")):
            domains[row["id"]] = row["domain"]
            own = (row["canonical_fr"], row["canonical_en"], row["synonyms"], row["gender_variants"])
            names.extend((row["id"], name) for name in entries(";".join(own)))
    if countries.is_file():
        for row in read_rows(countries, ("id", "names")):
            domains[row["id"]] = COUNTRY
            names.extend((row["id"], name) for name in entries(row["names"]))
    return ConceptFinder(names, domains)


def _concept(row: Row) -> Concept:
    names = (row["canonical_fr"], row["canonical_en"], *entries(row["synonyms"]))
    return Concept(names, row["domain"], entries(row["not_synonym_of"]))


def read_territory(folder: Path) -> Territory:
    """Return the territory of ``communes.csv``, ``departments.csv`` and ``antennas.csv`` in ``folder``.

    NotReady for a file that cannot be read; InvalidRequest, with its line, for a row that cannot be used.
    """
    communes = read_table(folder / "communes.csv", _COMMUNE_COLUMNS, _commune)
    departments = read_table(folder / "departments.csv", _DEPARTMENT_COLUMNS, _department)
    known = Territory(communes, departments)

    def antenna(row: Row) -> Antenna:
        place = known.locate(row["city"], row["department_code"])
        if place is None or not place.precise:
            raise ValueError(f"the town {row['city']!r} is not in communes.csv")
        return Antenna(row["id"], row["name"], row["role"], row["status"], place)

    return Territory(communes, departments, read_table(folder / "antennas.csv", _ANTENNA_COLUMNS, antenna))


def _commune(row: Row) -> Place:
    latitude, longitude = float(row["latitude"]), float(row["longitude"])
    return Place(
        row["name"], row["department_code"], latitude, longitude, ambiguous=row["ambiguous"] == "oui"
    )


def _department(row: Row) -> Place:
    return Place(row["name"], row["code"], float(row["latitude"]), float(row["longitude"]), precise=False)
