"""The ``plantings`` command: identities planted in CVs, and what of them reaches a profile.

A planting is a phrase that tells who somebody is, on a line of its own or among the skills of a CV. It leaks
when the profile of the CV then holds anything more: a skill, a language, a certification, more years. What
the CV loses by it is counted apart: that harms nobody's privacy, but a skill is missed.
"""

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

import typer

from matcher.hiring import CandidateProfile
from matcher.hiring.candidates import KeepList, read_certifications
from matcher.knowledge import read_job_skills
from matcher.knowledge.tables import read_rows
from matcher.settings import load

FOLDER = Path("benchmarks") / "plantings"
_SKILLS = [
    "Python",
    "Docker",
    "PostgreSQL",
    "Kubernetes",
    "Symfony",
    "Git",
    "React",
    "Linux",
    "API REST",
    "gestion de projets",
    "tests unitaires",
    "intégration continue",
    "Java",
    "C++",
    "TypeScript",
    "Ansible",
    "Power BI",
    "cybersécurité",
    "accessibilité numérique",
    "Scrum",
]
_LINE = 0.6
"""Share of plantings on a line of their own; the others stand among the skills."""


@dataclass(frozen=True, slots=True)
class Planting:
    """A phrase, the class of identity it tells of, and the CV without and with it."""

    kind: str
    phrase: str
    before: str
    after: str


@dataclass(slots=True)
class Tally:
    """How many plantings were made, which of them leaked, and how many made the CV lose something."""

    made: Counter[str] = field(default_factory=Counter)
    leaked: list[Planting] = field(default_factory=list)
    lost: int = 0


class Planter:
    """Makes plantings from the phrases and words of a folder, by a seed."""

    def __init__(self, folder: Path, seed: int) -> None:
        rows = read_rows(folder / "templates.csv", ("class", "template"))
        self._templates = [(row["class"], row["template"]) for row in rows]
        self._words: dict[str, list[str]] = {}
        for row in read_rows(folder / "words.csv", ("slot", "word")):
            self._words.setdefault(row["slot"], []).append(row["word"])
        # S311: chance of an experiment, to be repeated by its seed
        self._random = random.Random(seed)  # noqa: S311

    def plantings(self, count: int) -> Iterator[Planting]:
        """Yield ``count`` plantings; classes take turns."""
        classes = sorted({kind for kind, _ in self._templates})
        for number in range(count):
            kind = classes[number % len(classes)]
            template = self._random.choice([text for name, text in self._templates if name == kind])
            phrase = template.format(
                **{slot: self._random.choice(words) for slot, words in self._words.items()}
            )
            yield self._planted(kind, phrase)

    def _planted(self, kind: str, phrase: str) -> Planting:
        skills = self._random.sample(_SKILLS, 8)
        lines = ["Profil", f"Compétences : {', '.join(skills[:4])}", f"3 ans de {skills[4]}", *skills[5:]]
        before = "\n".join(lines)
        place = self._random.randrange(len(lines) + 1)
        if self._random.random() < _LINE or not place:
            after = [*lines[:place], phrase, *lines[place:]]
        else:
            line = f"{lines[place - 1]}, {phrase}" if place % 2 else f"{phrase}, {lines[place - 1]}"
            after = [*lines[: place - 1], line, *lines[place:]]
        return Planting(kind, phrase, before, "\n".join(after))


def tally(keep_list: KeepList, plantings: Iterator[Planting]) -> Tally:
    """Count what plantings leak into profiles, and what they make them lose."""
    counted = Tally()
    for planting in plantings:
        counted.made[planting.kind] += 1
        before, after = keep_list.kept(planting.before), keep_list.kept(planting.after)
        if _facts(after) - _facts(before):
            counted.leaked.append(planting)
        elif before != after:
            counted.lost += 1
    return counted


def _facts(profile: CandidateProfile) -> set[tuple[str, int]]:
    """Return everything a profile says; a skill once for each of its years, so that fewer are no leak."""
    said = {(code, 0) for code in (*profile.languages, *profile.certifications)}
    for held in profile.skills:
        said |= {(held.skill.id, year) for year in range((held.years or 0) + 1)}
    return said


def plantings(
    seed: Annotated[int, typer.Option(help="Seed of the plantings.")] = 1,
    count: Annotated[int, typer.Option(help="How many.", min=1)] = 6_000,
) -> None:
    """Plant identities of twenty and more classes in CVs, and print what reached a profile."""
    data_dir = load().data_dir
    keep_list = KeepList(read_job_skills(data_dir), read_certifications(data_dir))
    counted = tally(keep_list, Planter(data_dir / FOLDER, seed).plantings(count))
    typer.echo(
        f"{count} plantings of {len(counted.made)} classes, seed {seed}:"
        f" {len(counted.leaked)} leaked, {counted.lost} made the CV lose a skill"
    )
    _print_leaks(counted.leaked)


def _print_leaks(leaked: Sequence[Planting]) -> None:
    for planting in leaked[:40]:
        typer.echo(f"  {planting.kind}: {planting.phrase!r} in {planting.after!r}")
