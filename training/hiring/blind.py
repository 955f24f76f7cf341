"""``matcher-lab blind``: that no trait of a person changes a profile or an order, and no trick gains a place.

Every CV of the sample goes the way of a real one: its text through the keep-list to a profile, and with all
the others onto a shortlist for each need. Then one trait of everybody is changed, and all is done again.
"""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from matcher.hiring import CandidateProfile, HeldSkill, JobNeed
from matcher.hiring.candidates import KeepList, read_certifications, read_cv
from matcher.hiring.needs import read_need_reader, read_table_of_needs
from matcher.hiring.shortlists import NeedMatcher, ordered, read_need_matcher
from matcher.knowledge import read_job_skills
from matcher.settings import Settings
from training.hiring.cv_files import Line, as_docx, as_pdf, lines_of
from training.hiring.sample import COUNT, SEED, Material, SampleCv, read_material, sample, text_of
from training.hiring.twins import KINDS, twin
from training.ranking.metrics import rbo

NOW = datetime(2026, 12, 1, tzinfo=UTC)
LABELLED = 60
POPULAR = 30
DEPTH = 300
"""Places that are compared: the whole of the sample."""


@dataclass(frozen=True, slots=True)
class TraitFigure:
    """One kind of twins: how many profiles changed, and the least overlap of two orders (RBO, 1 is equal)."""

    kind: str
    twins: int
    profiles_changed: int
    rbo: float


@dataclass(frozen=True, slots=True)
class TrickFigure:
    """One trick: by how much it raised a score, at most, beyond what each skill written earns by itself."""

    trick: str
    tried: int
    most_gained: float


@dataclass(frozen=True, slots=True)
class KeptFigure:
    """Skills kept from CVs in a format, against those that were written into them."""

    format: str
    cvs: int
    precision: float
    recall: float


class Course:
    """The way of a CV, from its text to a place on shortlists.

    Parameters
    ----------
    data_dir
        The data folder.
    most_needs
        Needs of the shipped sample that are used, the first ones.
    """

    def __init__(self, data_dir: Path, most_needs: int) -> None:
        self._keep = KeepList(read_job_skills(data_dir), read_certifications(data_dir))
        self._matcher = read_need_matcher(data_dir)
        table = data_dir / "hr" / "job_needs_sample.csv"
        read = read_table_of_needs(read_need_reader(data_dir), table, NOW)
        self.needs: list[JobNeed] = [one.need for one in read][:most_needs]

    @property
    def matcher(self) -> NeedMatcher:
        """What compares needs and profiles."""
        return self._matcher

    def profile(self, text: str, code: str) -> CandidateProfile:
        """Return what is kept of a CV's text, under a code."""
        return replace(self._keep.kept(text), code=code)

    def profiles(self, cvs: Sequence[SampleCv]) -> list[CandidateProfile]:
        """Return the profiles of CVs, each under the code of its place."""
        return [self.profile(text_of(cv), f"S{number:04}") for number, cv in enumerate(cvs)]

    def orders(self, profiles: Sequence[CandidateProfile]) -> list[list[str]]:
        """Return the codes as each need's shortlist has them."""
        found: list[list[str]] = []
        for need in self.needs:
            matches = [(one.code, self._matcher.match(need, one), None) for one in profiles]
            found.append([entry.code for entry in ordered(matches, SEED)])
        return found


def blind(
    count: Annotated[int, typer.Option(min=2, help="CVs of the sample.")] = COUNT,
    needs: Annotated[int, typer.Option(min=1, help="Needs they are listed for.")] = 10,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Change one trait of everybody at a time: profiles and orders must stay; tricks must gain nothing."""
    data_dir = Settings().data_dir
    course, material = Course(data_dir, needs), read_material(data_dir)
    cvs = sample(material, count)
    traits = measure_traits(course, material, cvs)
    tricks = [stuffed(course, cvs[:LABELLED]), repeated(course, cvs), white(course, cvs[: LABELLED // 2])]
    kept = measure_kept(course, cvs[:LABELLED])
    if as_json:
        figures = {
            "traits": list(map(asdict, traits)),
            "tricks": list(map(asdict, tricks)),
            "kept": list(map(asdict, kept)),
        }
        typer.echo(json.dumps(figures, ensure_ascii=False, indent=2))
        return
    _show(traits, tricks, kept)


def measure_traits(course: Course, material: Material, cvs: Sequence[SampleCv]) -> list[TraitFigure]:
    """Return a figure for each kind of twins, in the order of :data:`KINDS`."""
    before = course.profiles(cvs)
    orders = course.orders(before)
    found: list[TraitFigure] = []
    for kind in KINDS:
        chance = Random(f"{SEED} {kind}")  # noqa: S311  # twins, no secret
        after = course.profiles([twin(cv, kind, material, chance) for cv in cvs])
        changed = sum(one != other for one, other in zip(before, after, strict=True))
        # Equal profiles give equal orders; where any differs, the orders are compared.
        overlaps = [1.0]
        if changed:
            pairs = zip(orders, course.orders(after), strict=True)
            overlaps = [rbo(one, other, depth=DEPTH) for one, other in pairs]
        found.append(TraitFigure(kind, len(cvs), changed, min(overlaps)))
    return found


def stuffed(course: Course, cvs: Sequence[SampleCv]) -> TrickFigure:
    """Write the most popular skills that no need asks into every CV.

    A related skill earns what one who states it alone would earn; counted is what many earn beyond the best
    of them, requirement by requirement.
    """
    profiles = course.profiles(cvs)
    held = Counter(one.skill for profile in profiles for one in profile.skills)
    asked = {requirement.skill.id for need in course.needs for requirement in need.requirements}
    popular = [HeldSkill(skill) for skill, _ in held.most_common() if skill.id not in asked][:POPULAR]
    gains = [_beyond(course, need, profile, popular) for profile in profiles for need in course.needs]
    return TrickFigure(f"{len(popular)} popular skills that no need asks", len(gains), max(gains))


def _beyond(course: Course, need: JobNeed, profile: CandidateProfile, stuffing: Sequence[HeldSkill]) -> float:
    """Return what stuffing gains on one requirement beyond the best single skill of it, at most."""
    singles = [_with(profile, [skill]) for skill in stuffing]
    best = [_chances(course, need, one) for one in singles]
    beyond = [0.0]
    for place, chance in enumerate(_chances(course, need, _with(profile, stuffing))):
        beyond.append(chance - max(chances[place] for chances in best))
    return max(beyond)


def _chances(course: Course, need: JobNeed, profile: CandidateProfile) -> list[float]:
    return [line.chance for line in course.matcher.match(need, profile).lines]


def _with(profile: CandidateProfile, more: Sequence[HeldSkill]) -> CandidateProfile:
    known = {held.skill.id for held in profile.skills}
    return replace(profile, skills=(*profile.skills, *(held for held in more if held.skill.id not in known)))


def repeated(course: Course, cvs: Sequence[SampleCv]) -> TrickFigure:
    """Write every skill of a CV twenty times."""
    gains: list[float] = []
    for cv in cvs:
        again = "\n".join(f"- {name}" for name, _ in cv.skills)
        gains.append(_gain(course, cv, "\n".join([text_of(cv), *[again] * 20])))
    return TrickFigure("each skill twenty times", len(cvs), max(gains))


def white(course: Course, cvs: Sequence[SampleCv]) -> TrickFigure:
    """Write what the needs ask in white, in a PDF and in a DOCX."""
    asked = dict.fromkeys(line.skill.label for need in course.needs for line in need.requirements)
    hidden = Line(", ".join(asked), gray=1)
    gains: list[float] = []
    for cv in cvs:
        for write in (as_pdf, as_docx):
            plain = read_cv(write(lines_of(text_of(cv)))).text
            tricked = read_cv(write([*lines_of(text_of(cv)), hidden])).text
            gains.append(_gained(course, course.profile(plain, "S"), course.profile(tricked, "S")))
    return TrickFigure("all skills asked, in white", len(gains), max(gains))


def measure_kept(course: Course, cvs: Sequence[SampleCv]) -> list[KeptFigure]:
    """Return precision and recall of the skills kept of CVs in PDF and in DOCX, by their labels."""
    found: list[KeptFigure] = []
    for name, write in (("PDF", as_pdf), ("DOCX", as_docx)):
        right = kept = written = 0
        for cv in cvs:
            profile = course.profile(read_cv(write(lines_of(text_of(cv)))).text, "S")
            stated = {label for label, _ in cv.skills}
            held = {one.skill.label for one in profile.skills}
            right, kept, written = right + len(stated & held), kept + len(held), written + len(stated)
        found.append(KeptFigure(name, len(cvs), right / max(kept, 1), right / max(written, 1)))
    return found


def _gain(course: Course, cv: SampleCv, text: str) -> float:
    return _gained(course, course.profile(text_of(cv), "S"), course.profile(text, "S"))


def _gained(course: Course, before: CandidateProfile, after: CandidateProfile) -> float:
    """Return by how much the score for any need rose, at most; 0 where none did."""
    match = course.matcher.match
    return max(match(need, after).score - match(need, before).score for need in course.needs)


def _show(traits: Sequence[TraitFigure], tricks: Sequence[TrickFigure], kept: Sequence[KeptFigure]) -> None:
    screen = Console()
    table = Table("trait changed", "twins", "profiles changed", "least RBO")
    for one in traits:
        table.add_row(one.kind, str(one.twins), str(one.profiles_changed), f"{one.rbo:.3f}")
    screen.print(table)
    table = Table("trick", "tried", "gained beyond each skill")
    for each in tricks:
        table.add_row(each.trick, str(each.tried), f"{each.most_gained:.3f}")
    screen.print(table)
    table = Table("skills kept from", "CVs", "precision", "recall")
    for part in kept:
        table.add_row(part.format, str(part.cvs), f"{part.precision:.3f}", f"{part.recall:.3f}")
    screen.print(table)
    screen.print(f"Least RBO of all: {min(one.rbo for one in traits):.3f}")
