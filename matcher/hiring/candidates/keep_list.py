"""The keep-list: what of a text enters a profile. Everything else is never looked at again.

Nothing is redacted. Skills are those of public lists, under the labels of those lists; languages and
certifications are codes of closed lists. So no word of a CV is ever stored.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from itertools import accumulate
from pathlib import Path
from typing import Protocol

from matcher.hiring.candidates.clauses import readable, tool_words
from matcher.hiring.candidates.languages import languages_in
from matcher.hiring.need import JobSkill
from matcher.hiring.profile import CandidateProfile, HeldSkill
from matcher.knowledge.tables import read_rows
from matcher.language import fold, fold_words

CERTIFICATIONS = Path("hr") / "certifications.csv"
MOST_YEARS = 10
"""Years beyond these are kept as these: more tells little of a skill and much of an age."""
_CAPITAL = re.compile(r"[A-ZÀ-Þ][\w'’-]+")
_WORD_BEFORE = re.compile(r"([\w'’-]+) $")
_WORD_AFTER = re.compile(r"^ ([\w'’-]+)")
_FORBIDDEN = re.compile(
    r"handicap|religi|theolog|syndic|politique de parti|militair|armee|enfant|langue des signes|\bpermis\b"
    r"|conduire un ve|spirituel|\bcultes?\b|medicament|patient|grossesse|deuil|famil(?:le|ial)|genre|sexu"
    r"|ethni|migrant|refugie|nationalite"
)
"""Labels of skills that would tell a trait of who has them; such skills enter no profile."""
_RNCP = re.compile(r"\bRNCP\s?[:n°]{0,3}\s?(\d{2,5})\b", re.IGNORECASE)
_CERTIFIED = re.compile(r"\b(?:titre(?: professionnel)?|certifications?|certifiee?|tp)\b[ :]*(.{0,90})")
_SHORTEST_TITLE = 3
_NAME_LINES = 2
"""Lines at the top of a CV where a single word is a name rather than a skill."""


class Found(Protocol):
    """A skill found in a text: see :class:`matcher.knowledge.job_skills.FoundJobSkill`."""

    @property
    def id(self) -> str: ...  # noqa: D102
    @property
    def label(self) -> str: ...  # noqa: D102
    @property
    def start(self) -> int: ...  # noqa: D102
    @property
    def end(self) -> int: ...  # noqa: D102
    @property
    def years(self) -> int | None: ...  # noqa: D102


class Finder(Protocol):
    """Finds skills in text."""

    def in_text(self, text: str) -> Sequence[Found]:
        """Return the skills of a text, in the order of their places."""
        ...


class Certifications:
    """Certifications of the national register (RNCP), by code; those whose title names a school are left out.

    Parameters
    ----------
    titles
        Title of each code, in French.
    """

    def __init__(self, titles: Iterable[tuple[str, str]]) -> None:
        self.titles = dict(titles)
        by_name: dict[str, set[str]] = {}
        for code, title in self.titles.items():
            by_name.setdefault(fold_words(title), set()).add(code)
        # A title that several certifiers share names no one certification.
        alone = {name: min(codes) for name, codes in by_name.items() if len(codes) == 1}
        self._by_name = {name: code for name, code in alone.items() if len(name.split()) >= _SHORTEST_TITLE}

    def in_text(self, text: str) -> set[str]:
        """Return the codes of a text: as codes, or as titles after "titre" or "certification".

        >>> known = Certifications([("RNCP37873", "Concepteur développeur d'applications")])
        >>> sorted(known.in_text("Titre concepteur développeur d'applications, 2021"))
        ['RNCP37873']
        """
        found = {f"RNCP{number}" for number in _RNCP.findall(text)} & self.titles.keys()
        for said in _CERTIFIED.findall(fold(text)):
            if "rncp" in said:  # the code is said, and counts alone
                continue
            words = f"{fold_words(said)} "
            found.update(code for name, code in self._by_name.items() if words.startswith(f"{name} "))
        return found


class KeepList:
    """What of a text enters a profile.

    Parameters
    ----------
    finder
        Finds the skills of the lists.
    certifications
        Those of the register.
    """

    def __init__(self, finder: Finder, certifications: Certifications) -> None:
        self._finder, self._certifications = finder, certifications

    def kept(self, text: str, *, listed: bool = False) -> CandidateProfile:
        """Return the profile of a text: skills by id, their years at most ten, languages, certifications.

        The same for the same text, and sorted; the words of the text are not in it. Empty for a text that
        names nothing of the lists. The profile has no code yet. ``listed`` says that the text is a list of
        skills and nothing else, as the field of a form is: "Java" is then no place.
        """
        read = readable(text)
        languages: set[str] = set()
        for line in read.splitlines():
            languages |= languages_in(line)
        return CandidateProfile(
            code="",
            skills=self._skills(read, listed=listed),
            languages=tuple(sorted(languages)),
            certifications=tuple(sorted(self._certifications.in_text(text))),
        )

    def _skills(self, read: str, *, listed: bool) -> tuple[HeldSkill, ...]:
        found = [one for one in self._finder.in_text(read) if not _FORBIDDEN.search(fold(one.label))]
        if not listed:
            found = _tools(found, read)
        years: dict[JobSkill, int | None] = {}
        for one in found:
            skill = JobSkill(one.id, one.label)
            years[skill] = _longer(years.get(skill), one.years)
        return tuple(HeldSkill(skill, years[skill]) for skill in sorted(years))


def _tools(found: Sequence[Found], text: str) -> list[Found]:
    """Return the skills without those that may be the name of a person or a place where they are."""
    lines = _Lines(text, found)
    return [one for one in found if _is_tool(one, text, lines)]


def _is_tool(one: Found, text: str, lines: "_Lines") -> bool:
    if _may_be_a_name(one, text):
        return lines.are_technical(one, text)
    # "Python" and "Docker" are tools wherever they stand, but for beside a name: "Dubois Python".
    is_surname = fold_words(text[one.start : one.end]) in tool_words("surname")
    return not (is_surname and _has_a_name_beside(one, text))


def _longer(known: int | None, stated: int | None) -> int | None:
    """Return the longer of two statements of years, at most ten."""
    if stated is None:
        return known
    return max(known or 0, min(stated, MOST_YEARS))


class _Lines:
    """Where the lines of a text are, and which of them hold a skill that is no name of a person."""

    def __init__(self, text: str, found: Sequence[Found]) -> None:
        self._lines = text.split("\n")
        self._starts = list(accumulate((len(line) + 1 for line in self._lines), initial=0))
        self._sure = {self._number(one) for one in found if not _may_be_a_name(one, text)}

    def are_technical(self, one: Found, text: str) -> bool:
        """Return whether what is around a name of a tool says that it is the tool.

        A skill that is no name is in its line, or, below the top of the text, in a line beside it; and no
        other capitalised word is its neighbour, as in "Julia Roux".
        """
        if _has_a_name_beside(one, text):
            return False
        number = self._number(one)
        if number in self._sure:
            return True
        is_below_the_top = sum(bool(line.strip()) for line in self._lines[:number]) >= _NAME_LINES
        return is_below_the_top and bool({number - 1, number + 1} & self._sure)

    def _number(self, one: Found) -> int:
        return bisect_right(self._starts, one.start) - 1


def _may_be_a_name(one: Found, text: str) -> bool:
    words = fold_words(text[one.start : one.end]).split()
    return len(words) == 1 and words[0] in tool_words("name")


def _has_a_name_beside(one: Found, text: str) -> bool:
    """Return whether a capitalised word that introduces no tool is next to it, with a space alone between."""
    line_start = text.rfind("\n", 0, one.start) + 1
    before = _WORD_BEFORE.search(text[line_start : one.start])
    after = _WORD_AFTER.match(text[one.end :])
    beside = [match.group(1) for match in (before, after) if match]
    return any(_CAPITAL.fullmatch(word) and fold(word) not in tool_words("introducing") for word in beside)


def read_certifications(data_dir: Path) -> Certifications:
    """Read the register; NotReady or InvalidRequest name the file and the line of a fault."""
    rows = read_rows(data_dir / CERTIFICATIONS, ("rncp_code", "title_fr"))
    return Certifications((row["rncp_code"], row["title_fr"]) for row in rows)
