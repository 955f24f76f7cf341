"""Reads a job need from a text and from what a form or a file says beside it.

What is read is a proposal that a person corrects: each part keeps the words that say so, and what was seen
and not taken over is told as a notice. Every writing of a gender gives the same need.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

from matcher.hiring.need import JobNeed, JobSkill, Occupation, Requirement, Weight
from matcher.hiring.needs.occupations import JobNames, read_job_names
from matcher.hiring.needs.terms import (
    appreciated_parts,
    contract_of,
    languages_of,
    remote_of,
)
from matcher.hiring.needs.titles import both_genders, seniority, title_of
from matcher.hiring.place import stated_place
from matcher.knowledge import (
    FoundJobSkill,
    JobSkillFinder,
    Territory,
    read_job_skills,
    read_territory,
)

EXPIRES_AFTER = timedelta(days=60)
MAX_TEXT = 20_000
_YEARS = re.compile(r"\s*\((\d{1,2}) ?(?:ans?|years?)\)\s*$", re.IGNORECASE)
_GENERAL_YEARS = re.compile(
    r"\b\d{1,2} ?(?:ans?|années) d['’]expérience(?! (?:en|de|sur|avec|dans|d['’]))", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class NeedNotice:
    """Something seen and not taken over, and the ``words`` it is about.

    Codes: ``seniority`` (a level is no requirement), ``general_years`` (years of no skill in particular),
    ``unknown_skill`` (an entry of a list of skills that is none), and where nothing was found
    ``no_occupation``, ``no_skill``, ``no_place``.
    """

    code: str
    words: str = ""


@dataclass(frozen=True, slots=True)
class ReadNeed:
    """A need as it was read, and what to look at before it is saved."""

    need: JobNeed
    notices: tuple[NeedNotice, ...] = ()


@dataclass(frozen=True, slots=True)
class NeedFields:
    """What is known of a need beside its text, from a form or a file; empty where it is to be read.

    ``required`` and ``appreciated`` are skills in words, one an entry.
    """

    title: str = ""
    rome: str = ""
    city: str = ""
    department: str = ""
    contract: str = ""
    remote: str = ""
    required: tuple[str, ...] = ()
    appreciated: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    organisation_id: str = ""
    expires_at: datetime | None = None


NO_FIELDS = NeedFields()


@dataclass(frozen=True, slots=True)
class NeedReader:
    """Reads needs with what the product knows of jobs, skills and places.

    >>> from matcher.hiring.needs import read_need_reader
    >>> reader = read_need_reader(getfixture("request").config.rootpath / "data")
    >>> from datetime import UTC, datetime
    >>> need = reader.read("développeuse Python junior à Nîmes", datetime(2026, 11, 30, tzinfo=UTC)).need
    >>> need.title, need.occupation.rome, [one.skill.label for one in need.requirements], need.city
    ('Développeuse ou développeur Python', 'M1861', ['Python'], 'Nîmes')
    """

    names: JobNames
    skills: JobSkillFinder
    territory: Territory
    expires_after: timedelta = EXPIRES_AFTER

    def read(self, text: str, now: datetime, known: NeedFields = NO_FIELDS) -> ReadNeed:
        """Return the need of a text; what is ``known`` is taken before what the text says.

        Texts are read up to :data:`MAX_TEXT` characters; an empty one gives a need without requirements.
        """
        text = text[:MAX_TEXT].strip()
        written = known.title or title_of(text)
        occupation = self._occupation(known.rome, written, text)
        city, department = self._place(known, text)
        need = JobNeed(
            id="",
            title=both_genders(written),
            text=text,
            created_at=now,
            expires_at=known.expires_at or now + self.expires_after,
            occupation=occupation,
            requirements=self._requirements(text, known),
            languages=known.languages or languages_of(text),
            city=city,
            department=department,
            remote=remote_of(known.remote or text),
            contract=contract_of(known.contract or text),
            organisation_id=known.organisation_id,
        )
        unknown = [words for words in (*known.required, *known.appreciated) if self.skill(words) is None]
        return ReadNeed(need, (*_notices(need), *(NeedNotice("unknown_skill", words) for words in unknown)))

    def skill(self, words: str) -> JobSkill | None:
        """Return the first skill that words name, None for none."""
        found = self._of_entry(words, Weight.REQUIRED)
        return found[0].skill if found else None

    def occupation_of(self, rome: str, words: str = "") -> Occupation | None:
        """Return the occupation of a ROME code, None for an unknown code."""
        label = self.names.labels.get(rome)
        return Occupation(rome, label, words) if label else None

    def _occupation(self, rome: str, title: str, text: str) -> Occupation | None:
        """Return the occupation that is known, else that of the title, else of the whole text."""
        named = self.names.occupation(title)
        known = self.occupation_of(rome)
        if known is not None:
            return replace(known, esco=named.esco if named and named.rome == rome else "")
        return named or self.names.occupation(text)

    def _place(self, known: NeedFields, text: str) -> tuple[str, str]:
        if known.city or known.department:
            place = self.territory.locate(known.city, known.department)
            if place is not None and place.precise:
                return place.name, place.department_code
            return known.city, known.department
        return stated_place(text, self.territory)

    def _requirements(self, text: str, known: NeedFields) -> tuple[Requirement, ...]:
        """Return requirements in the order of the text; those that are known first, a skill once."""
        found: dict[str, Requirement] = {}
        listed = ((known.required, Weight.REQUIRED), (known.appreciated, Weight.APPRECIATED))
        for entries, weight in listed:
            for words in entries:
                for one in self._of_entry(words, weight):
                    found.setdefault(one.skill.id, one)
        if not found:
            found = self._from_text(text)
        return tuple(found.values())

    def _of_entry(self, words: str, weight: Weight) -> list[Requirement]:
        """Return the skills of one entry of a list: that of its label, else those its words name."""
        stated = _YEARS.search(words)
        label = words[: stated.start()] if stated else words
        skill_id = self.skills.named(label)
        if skill_id:
            skill = JobSkill(skill_id, self.skills.label(skill_id))
            return [Requirement(skill, weight, label.strip(), int(stated[1]) if stated else None)]
        return [_requirement(one, weight) for one in self.skills.in_text(words, listed=True)]

    def _from_text(self, text: str) -> dict[str, Requirement]:
        welcome = appreciated_parts(text)
        found: dict[str, Requirement] = {}
        for one in self.skills.in_text(text):
            is_welcome = any(part.holds(one.start) for part in welcome)
            found[one.id] = _requirement(one, Weight.APPRECIATED if is_welcome else Weight.REQUIRED)
        return found


@cache
def read_need_reader(data_dir: Path, expires_after: timedelta = EXPIRES_AFTER) -> NeedReader:
    """Return the reader over the data folder, one a process; NotReady when a file is missing or damaged."""
    territory = read_territory(data_dir / "reference")
    return NeedReader(read_job_names(data_dir), read_job_skills(data_dir), territory, expires_after)


def _requirement(one: FoundJobSkill, weight: Weight) -> Requirement:
    return Requirement(JobSkill(one.id, one.label), weight, one.text, one.years)


def _notices(need: JobNeed) -> Sequence[NeedNotice]:
    found: list[NeedNotice] = []
    level, general = seniority(need.text), _GENERAL_YEARS.search(need.text)
    if level:
        found.append(NeedNotice("seniority", level))
    if general:
        found.append(NeedNotice("general_years", general[0]))
    if need.occupation is None:
        found.append(NeedNotice("no_occupation"))
    if not need.requirements:
        found.append(NeedNotice("no_skill"))
    if not need.department:
        found.append(NeedNotice("no_place"))
    return found
