"""Synthetic CVs: invented people whose every trait can be changed without touching a skill.

They are for measuring and for demonstrations. Their profiles carry the source ``sample``, which no real one
has.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from matcher.knowledge import read_job_skills
from matcher.knowledge.tables import read_rows

SEED, COUNT = 113, 300
NAMES = Path("benchmarks") / "blind" / "names.csv"
_DISTRICTS = ("Mirail", "Empalot", "Saint-Cyprien", "Croix-d'Argent", "Pissevin", "Gambetta", "Centre")
_SCHOOLS = ("Collège Jean-Moulin", "Lycée Victor-Hugo", "École Sainte-Marie", "Université Paul-Valéry")
_NATIONALITIES = ("française", "algérienne", "portugaise", "sénégalaise", "belge", "roumaine")
_ASSOCIATIONS = (
    "Association des familles du quartier",
    "Scouts de France",
    "Amicale des Antillais",
    "Ligue de football",
)
_TITLES = (
    ("Développeur", "Développeuse"),
    ("Administrateur systèmes", "Administratrice systèmes"),
    ("Technicien support", "Technicienne support"),
    ("Ingénieur logiciel", "Ingénieure logicielle"),
    ("Chargé de projet numérique", "Chargée de projet numérique"),
    ("Intégrateur", "Intégratrice"),
)
_SENTENCES = (
    ("Passionné et rigoureux, je suis resté fier de mes équipes.",
     "Passionnée et rigoureuse, je suis restée fière de mes équipes."),
    ("Il a été recruté comme seul référent et s'est formé lui-même.",
     "Elle a été recrutée comme seule référente et s'est formée elle-même."),
    ("Les candidats retenus pilotaient ; il pilotera à son tour.",
     "Les candidates retenues pilotaient ; elle pilotera à son tour."),
    ("Curieux, attentif, prêt à bouger, heureux d'apprendre.",
     "Curieuse, attentive, prête à bouger, heureuse d'apprendre."),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Identity:
    """Everything of a CV that is no skill; ``feminine_title`` and ``feminine_sentences`` are its wording."""

    first_name: str
    last_name: str
    feminine_title: bool
    feminine_sentences: bool
    birth_year: int
    district: str
    studied_until: int
    school: str
    nationality: str
    has_been_on_leave: bool
    has_disability: bool
    association: str
    has_photo: bool
    file_name: str


@dataclass(frozen=True, slots=True)
class SampleCv:
    """An invented CV; ``skills`` pairs each skill with its years, None where they are not said."""

    title: tuple[str, str]
    sentences: tuple[str, str]
    skills: tuple[tuple[str, int | None], ...]
    identity: Identity


@dataclass(frozen=True, slots=True)
class Material:
    """What CVs are made of: first and last names, and ids and names of skills."""

    first_names: Sequence[str]
    last_names: Sequence[str]
    skills: Mapping[str, str]


def read_material(data_dir: Path) -> Material:
    """Return names and skills from the data folder; NotReady when a file is missing."""
    rows = read_rows(data_dir / NAMES, ("kind", "name"))
    finder = read_job_skills(data_dir)
    labels = {row["label"] for row in read_rows(data_dir / "hr" / "technologies.csv", ("label",))}
    skills = {name: label for name, label in finder.skills().items() if label in labels}
    first = [row["name"] for row in rows if row["kind"] == "first_name"]
    last = [row["name"] for row in rows if row["kind"] == "last_name"]
    return Material(first, last, skills)


def sample(material: Material, count: int = COUNT, seed: int = SEED) -> list[SampleCv]:
    """Return CVs; the same seed gives the same ones. Half are worded for women, by turns."""
    chance = Random(seed)  # noqa: S311  # invented people, no secret
    return [_cv(material, chance, number) for number in range(count)]


def _cv(material: Material, chance: Random, number: int) -> SampleCv:
    is_feminine = number % 2 == 0
    named = chance.sample(sorted(material.skills.values()), chance.randint(4, 9))
    skills = tuple((name, chance.choice((None, None, 1, 2, 3, 5))) for name in named)
    first, last = chance.choice(material.first_names), chance.choice(material.last_names)
    identity = Identity(
        first_name=first,
        last_name=last,
        feminine_title=is_feminine,
        feminine_sentences=is_feminine,
        birth_year=chance.randint(1962, 2005),
        district=chance.choice(_DISTRICTS),
        studied_until=chance.randint(1985, 2024),
        school=chance.choice(_SCHOOLS),
        nationality=chance.choice(_NATIONALITIES),
        has_been_on_leave=chance.random() < 0.3,
        has_disability=chance.random() < 0.2,
        association=chance.choice(_ASSOCIATIONS),
        has_photo=chance.random() < 0.5,
        file_name=f"cv_{first}_{last}.pdf",
    )
    return SampleCv(chance.choice(_TITLES), chance.choice(_SENTENCES), skills, identity)


def text_of(cv: SampleCv) -> str:
    """Return the text of a CV, identity and skills together, as people write them."""
    who = cv.identity
    lines = [
        f"{who.first_name} {who.last_name}",
        cv.title[who.feminine_title],
        f"{'Née' if who.feminine_sentences else 'Né'} en {who.birth_year}, nationalité {who.nationality}",
        f"12 rue des Lilas, quartier {who.district}, 31000 Toulouse",
        f"Fichier : {who.file_name}",
        *(["Photo jointe"] if who.has_photo else []),
        "",
        "PROFIL",
        cv.sentences[who.feminine_sentences],
        *(["Congé parental en 2019"] if who.has_been_on_leave else []),
        *(["Reconnaissance de la qualité de travailleur handicapé (RQTH)"] if who.has_disability else []),
        "",
        "COMPÉTENCES",
        *(_stated(name, years) for name, years in cv.skills),
        "",
        "FORMATION",
        f"{who.studied_until - 2}-{who.studied_until} : {who.school}",
        "",
        "DIVERS",
        f"Bénévole : {who.association}",
    ]
    return "\n".join(lines)


def _stated(name: str, years: int | None) -> str:
    if years is None:
        return f"- {name}"
    return f"- {name} ({years} an{'s' if years > 1 else ''})"
