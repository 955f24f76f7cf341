"""The skills that job needs and candidates' profiles may hold, and how they are related.

This is a keep-list: what is not on it never enters a need's requirements nor a profile. It joins the
digital part of ESCO and of ROME (``data/hr/job_skills.csv.gz``, compiled by ``matcher-lab job-skills``) with
tools and languages (``technologies.csv``). A technology that ESCO or ROME names has its id there.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, cached_property
from pathlib import Path

from matcher.knowledge.skills import Skill, SkillFinder, SkillLabels
from matcher.knowledge.tables import Row, entries, read_table
from matcher.knowledge.technologies import Technology, TechnologyFinder, Telling
from matcher.language import fold, negations, tokens
from matcher.language.lexicon import lexicon

__all__ = ["FoundJobSkill", "JobSkillFinder", "KeptSkill", "Relation", "read_job_skills"]

SKILLS, TECHNOLOGIES = "job_skills.csv.gz", "technologies.csv"
_LEAST = 0.75
"""Least confidence of a skill found by its words.

Below it are one word that is not digital ("conseil"), and things without what is done with them.
"""
_TOO_WIDE = frozenset({"informatique"})
_MANY = 40
"""Most children of a skill that are near each other: below "utiliser un ordinateur" anything is."""
_QUALIFIER = re.compile(r"\s*\([^)]*\)")
_WRAPPING = re.compile(
    r"^(?:langage|programmation en|framework|logiciel|système d'exploitation(?: informatique)?) ",
    re.IGNORECASE,
)
_LONGEST_SAID = 15
"""Years beyond these are said as these: more tells little of the skill and much of a person's age."""
_YEARS_BEFORE = re.compile(
    r"(?<![\w.,])(?P<years>\d{1,2}) ?(?:\+ ?)?(?:ans?|années?|years?)(?: minimum)? "
    r"(?:d['’](?:expérience|usage|utilisation)s? |de pratique |of experience |experience )?"
    r"(?:professionnelle )?(?:minimum )?(?:d['’]|(?:de|du|des|en|sur|avec|dans|of|with|in) )"
    r"(?:la |le |les |l['’])?$",
    re.IGNORECASE,
)
_YEARS_AFTER = re.compile(
    # A version may stand between: "Java 8 (2 ans)", "Excel 2010 2 ans".
    r"^(?:(?: v?(?:\d{1,2}|(?:19|20)\d\d))?(?:\.\d{1,3}){0,2}\b(?! ?(?:ans?|années?|years?)\b))?"
    r" ?(?:(?:\(|:|=|depuis|pendant|for) ?(?P<bare>\d{1,2}) ?(?:ans?|années?|years?)"
    r"|[,(:–-]? ?(?P<said>\d{1,2}) ?(?:ans?|années?|years?) (?:d['’]expérience|de pratique|of experience)"
    # "Python, 3 ans" says years of Python where nothing follows that they could be of: the end, a sign, or a
    # word that leads to the next skill ("Python 3 ans et Docker 2 ans"; not "Python, 3 ans et demi de Java").
    r"|[,–-]? ?(?P<alone>\d{1,2}) ?(?:ans?|années?|years?)(?: minimum| (?:et|ou) plus| et demie?)?"
    r"(?= *(?:[,;.|)/&+•·\n–-]|$|(?:et|ou|puis|and|or|then)\b(?! (?:demie?|plus|\d{1,2} mois)\b))))",
    re.IGNORECASE,
)
_LONGEST_YEARS = 60
_NUMBER_LAST = re.compile(r" \d{1,2}$")
_YEARS_NEXT = re.compile(r" ?(?:ans?|années?|years?)\b", re.IGNORECASE)


class Relation(StrEnum):
    """How another skill stands to a skill: the same under another name, above it, below it, or near it."""

    SAME = "same"
    BROADER = "broader"
    NARROWER = "narrower"
    TRANSFERABLE = "transferable"


@dataclass(frozen=True, slots=True)
class KeptSkill:
    """A skill of ESCO or ROME: ids of its occupations, and of the skill above it ("" when there is none)."""

    id: str
    label: str
    names: tuple[str, ...] = ()
    digital: bool = False
    occupations: tuple[str, ...] = ()
    broader: str = ""


@dataclass(frozen=True, slots=True)
class FoundJobSkill:
    """A skill in a text: ``text == source[start:end]``; ``years`` of it that the text states, else None."""

    id: str
    label: str
    start: int
    end: int
    text: str
    years: int | None = None


class JobSkillFinder:
    """Finds skills of the keep-list in French text, and knows how they are related.

    Parameters
    ----------
    kept
        Skills of ESCO and ROME.
    technologies
        Tools and languages; one whose name is the label of a kept skill is that skill.

    >>> finder = JobSkillFinder(
    ...     [KeptSkill("esco:1", "Python (programmation informatique)", digital=True)],
    ...     [Technology("Python", ("Python",), "langage", Telling.PLAIN),
    ...      Technology("Docker", ("Docker",), "conteneurs", Telling.PLAIN)])
    >>> [(skill.id, skill.years) for skill in finder.in_text("Docker, et 3 ans de Python")]
    [('term:docker', None), ('esco:1', 3)]
    """

    def __init__(self, kept: Iterable[KeptSkill], technologies: Iterable[Technology]) -> None:
        self._kept = {skill.id: skill for skill in kept}
        self._technologies = tuple(technologies)
        self._finder = TechnologyFinder(self._technologies)

    @cached_property
    def _ids(self) -> dict[str, str]:
        """The id of each technology by its label: that of ESCO, else of ROME, else one of its own."""
        listed: dict[str, str] = {}
        for skill in sorted(self._kept.values(), key=lambda skill: skill.id):
            listed.setdefault(_bare(skill.label), skill.id)
        ids: dict[str, str] = {}
        for technology in self._technologies:
            named = (listed.get(_bare(name)) for name in (technology.label, *technology.names))
            ids[technology.label] = next(filter(None, named), f"term:{fold(technology.label)}")
        return ids

    @cached_property
    def _labels(self) -> dict[str, str]:
        """The label of each id; that of a technology where it is one, since it is the shorter."""
        labels = {skill.id: skill.label for skill in self._kept.values()}
        for technology in self._technologies:
            labels[self._ids[technology.label]] = technology.label
        return labels

    @cached_property
    def _by_words(self) -> SkillFinder:
        """The finder of what is named by several words, or by a label of one.

        Other names of one word mislead ("nuage", "passerelle"); those of technologies have their own finder.
        """
        made: list[SkillLabels] = []
        for skill in self._kept.values():
            own = _QUALIFIER.sub("", skill.label)
            alone = [own] if " " in own or _singular(own) in self._alone else []
            free = [*alone, *(name for name in skill.names if " " in name)]
            if free:
                made.append(SkillLabels(skill.id, free[0], tuple(free[1:]), skill.digital))
        return SkillFinder(made)

    @cached_property
    def _alone(self) -> frozenset[str]:
        """Labels of one word that name a skill by themselves, in the singular."""
        taken = {fold(name) for technology in self._technologies for name in technology.names}
        labels = {fold(_QUALIFIER.sub("", skill.label)) for skill in self._kept.values() if skill.digital}
        return frozenset(_singular(label) for label in labels - taken - _TOO_WIDE if " " not in label)

    def in_text(self, text: str, *, listed: bool = False) -> tuple[FoundJobSkill, ...]:
        """Return the skills of a text in the order of their places, one skill once, one place one skill.

        Of two that overlap the longer stays, a technology before another. What a text denies ("pas de Java")
        is left out, and so is what only a job's name would show ("administratrice de bases de données"): a
        title is an occupation, and its gender would decide what is found. ``years`` is read where a number of
        years is said of the skill itself, never from dates. With ``listed`` the text is known to be a list of
        skills, as a field of a form: then "R" or "Julia" need no other word beside them. Never so for a CV.
        """
        denied = negations(text)
        chosen: dict[str, FoundJobSkill] = {}
        for one in self._all(text, listed=listed):
            if not any(span.start <= one.start < span.end for span in denied):
                earlier = chosen.get(one.id)
                if earlier is None or (earlier.years or 0) < (one.years or 0):
                    chosen[one.id] = one
        return tuple(sorted(chosen.values(), key=lambda one: (one.start, one.id)))

    def _all(self, text: str, *, listed: bool) -> list[FoundJobSkill]:
        found = [
            self._found(text, self._ids[named.technology.label], named.start, named.end)
            for named in self._finder.in_text(text, listed=listed)
        ]
        by_words = self._by_words.find(text, limit=len(text), least=_LEAST)
        stated = [skill for skill in by_words if self._may_be_stated(skill.text)]
        for skill in sorted(stated, key=lambda skill: (skill.start - skill.end, skill.start, skill.id)):
            found = self._with(text, found, skill)
        return sorted(found, key=lambda one: (one.start, one.id))

    def _may_be_stated(self, text: str) -> bool:
        """Return whether words name a skill, neither a person nor a part of a longer name."""
        words = tokens(text)
        if any(fold(word.text) in lexicon().unaccented for word in words):
            return False
        return len(words) > 1 or _singular(text) in self._alone

    def _with(self, text: str, found: list[FoundJobSkill], skill: Skill) -> list[FoundJobSkill]:
        """Return what was found, and a skill named by its words if nothing found there is as long."""
        overlapping = [one for one in found if one.start < skill.end and skill.start < one.end]
        if any(one.end - one.start >= skill.end - skill.start for one in overlapping):
            return found
        kept = [one for one in found if one not in overlapping]
        return [*kept, self._found(text, skill.id, skill.start, skill.end)]

    def _found(self, text: str, skill_id: str, start: int, end: int) -> FoundJobSkill:
        version = _NUMBER_LAST.search(text, start, end)
        if version and _YEARS_NEXT.match(text, end):
            end = version.start()  # "Python 3 ans" is three years of Python, not its version 3
        return FoundJobSkill(
            skill_id, self._labels[skill_id], start, end, text[start:end], _years(text, start, end)
        )

    def label(self, skill_id: str) -> str:
        """Return the French label of a skill, "" for an id that is not on the list."""
        return self._labels.get(skill_id, "")

    def named(self, label: str) -> str:
        """Return the id of the skill with exactly this label, case and accents aside; "" for none."""
        return self._by_label.get(fold(label).strip(), "")

    @cached_property
    def _by_label(self) -> dict[str, str]:
        return {fold(label): skill_id for skill_id, label in sorted(self._labels.items(), reverse=True)}

    def occupations(self, skill_id: str) -> frozenset[str]:
        """Return the occupations that need a skill.

        Those of ROME are codes, those of ESCO ``esco:`` and the end of their address.
        """
        kept = self._kept.get(skill_id)
        return frozenset(kept.occupations) if kept else frozenset()

    def skills(self) -> Mapping[str, str]:
        """Return the label of every skill of the list by its id."""
        return self._labels

    def related(self, skill_id: str) -> Mapping[str, Relation]:
        """Return the ids of related skills and how each stands to this one; empty for an unknown id.

        A skill is the *same* as one of another list with the same name; *broader* is the skill above it in
        ESCO or ROME, *narrower* one below; *transferable* shares the skill above, or the family
        of technologies.
        """
        if skill_id not in self._labels:
            return {}
        found: dict[str, Relation] = {}
        kept = self._kept.get(skill_id)
        above = kept.broader if kept else ""
        siblings = self._children.get(above, ()) if above else ()
        near = [*(siblings if len(siblings) <= _MANY else ()), *self._family_of(skill_id)]
        found.update(dict.fromkeys(near, Relation.TRANSFERABLE))
        found.update(dict.fromkeys(self._children.get(skill_id, ()), Relation.NARROWER))
        if above in self._labels:
            found[above] = Relation.BROADER
        found.update(dict.fromkeys(self._same[_bare(self._name(skill_id))], Relation.SAME))
        found.pop(skill_id, None)
        return found

    def _name(self, skill_id: str) -> str:
        return self._kept[skill_id].label if skill_id in self._kept else self._labels[skill_id]

    def _family_of(self, skill_id: str) -> Iterator[str]:
        for family in self._families.values():
            if skill_id in family:
                yield from family

    @cached_property
    def _families(self) -> dict[str, list[str]]:
        families: dict[str, list[str]] = defaultdict(list)
        for technology in self._technologies:
            families[technology.family].append(self._ids[technology.label])
        return families

    @cached_property
    def _children(self) -> dict[str, list[str]]:
        children: dict[str, list[str]] = defaultdict(list)
        for skill in self._kept.values():
            if skill.broader:
                children[skill.broader].append(skill.id)
        return children

    @cached_property
    def _same(self) -> dict[str, list[str]]:
        same: dict[str, list[str]] = defaultdict(list)
        for skill_id in self._labels:
            same[_bare(self._name(skill_id))].append(skill_id)
        return same


@cache
def read_job_skills(data_dir: Path) -> JobSkillFinder:
    """Return the finder of the keep-list in the data folder, one a process.

    NotReady when a file is missing or damaged; InvalidRequest, with its line, for a row that cannot be used.
    """
    folder = data_dir / "hr"
    kept = read_table(folder / SKILLS, ("id", "label", "names", "digital", "occupations", "broader"), _kept)
    return JobSkillFinder(
        kept, read_table(folder / TECHNOLOGIES, ("label", "names", "family", "said"), _technology)
    )


def _kept(row: Row) -> KeptSkill:
    return KeptSkill(
        row["id"],
        row["label"],
        entries(row["names"]),
        row["digital"] == "oui",
        entries(row["occupations"]),
        row["broader"],
    )


def _technology(row: Row) -> Technology:
    return Technology(row["label"], entries(row["names"]), row["family"], Telling(row["said"]))


def _singular(word: str) -> str:
    return fold(word).rstrip("sx")


def _bare(label: str) -> str:
    """Return a label without what only wraps the name: "Langage C++" and "C++ (programmation)" are one."""
    return fold(_WRAPPING.sub("", _QUALIFIER.sub("", label))).strip()


def _years(text: str, start: int, end: int) -> int | None:
    """Return the years said of the skill at a place, up to :data:`_LONGEST_SAID`.

    A bare number in brackets above that may be an age ("Python (42 ans)"), so it is not read.
    """
    before = _YEARS_BEFORE.search(text[max(0, start - _LONGEST_YEARS) : start])
    if before:
        return _said(int(before["years"]))
    after = _YEARS_AFTER.match(text[end : end + _LONGEST_YEARS])
    if after is None:
        return None
    if after["said"]:
        return _said(int(after["said"]))
    bare = int(after["bare"] or after["alone"])
    return bare if 0 < bare <= _LONGEST_SAID else None


def _said(years: int) -> int | None:
    return min(years, _LONGEST_SAID) or None
