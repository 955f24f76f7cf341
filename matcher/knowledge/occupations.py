"""Digital jobs named in a text, as codes of ROME, the job classification of France Travail.

The names are those of ``data/rome`` (ROME 4.60, Licence Ouverte 2.0) and of ``data/reference/jobs.csv``, with
activities ("développement web") and English names. A job is given by its parent code: trainings of
the catalogue were coded with ROME 3, whose codes are the parents of today's.
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path

from matcher.knowledge.concepts import ConceptFinder, Mention
from matcher.knowledge.facts import expand
from matcher.knowledge.tables import entries, read_rows
from matcher.language import Span, Token, fold, negations, neutral

__all__ = ["NO_OCCUPATIONS", "OccupationFinder", "read_occupations"]

JOBS = "jobs.csv"
APPELLATIONS = "appellations.v4.60.csv.gz"
_FIELDS = frozenset({"description", "needs"})
"""Fields in which a job that is named is looked for; elsewhere it is what an organisation does or teaches."""
_COMPUTING = ["M1801", "M1802", "M1803", "M1804", "M1805", "M1806", "M1810", "I1401"]
_WEB_AND_DATA = ["E1101", "E1103", "E1104", "E1205", "E1402", "M1403", "M1705"]
_DIGITAL = frozenset([*_COMPUTING, *_WEB_AND_DATA])
"""Parent codes whose jobs are digital where ROME marks them as such."""


class OccupationFinder:
    """Finds digital jobs by their names, in every gender and number.

    Parameters
    ----------
    names
        Pairs of a ROME code and a name of the job; "Développeur / Développeuse web" is one name.

    >>> finder = OccupationFinder([("M1805", "Développeur / Développeuse web"), ("M1403", "Data analyst")])
    >>> [(job.concept, job.text) for job in finder.in_text("Deux développeuses web, une data analyst (H/F)")]
    [('job:M1805', 'développeuses web'), ('job:M1403', 'data analyst')]
    """

    def __init__(self, names: Iterable[tuple[str, str]] = ()) -> None:
        pairs = [(f"job:{code}", neutral(name)) for code, name in names]
        self._finder = ConceptFinder(dict.fromkeys(pairs), key=_key)

    def in_text(self, text: str) -> list[Mention]:
        """Return the jobs of a text in the order of their places; jobs in a negation are left out."""
        denied = negations(text)
        return [job for job in self._finder.in_text(text) if not _is_denied(job, denied)]

    def in_fields(self, fields: Iterable[tuple[str, str]]) -> tuple[Mention, ...]:
        """Return the jobs that a description or a need names, in field order."""
        return tuple(self._in_fields(fields))

    def _in_fields(self, fields: Iterable[tuple[str, str]]) -> Iterator[Mention]:
        for field, text in fields:
            if field in _FIELDS:
                for job in self.in_text(text):
                    yield Mention(job.concept, field, job.start, job.end, job.text)


def read_occupations(data_dir: Path) -> OccupationFinder:
    """Return the finder of the names in ``rome`` and ``reference/jobs.csv`` of the data folder.

    NotReady when a file is missing or damaged.
    """
    columns = ("libelle_appellation_court", "code_rome_parent", "transition_num")
    rows = read_rows(data_dir / "rome" / APPELLATIONS, columns)
    digital = [row for row in rows if row["code_rome_parent"] in _DIGITAL and row["transition_num"] == "O"]
    names = [(row["code_rome_parent"], row["libelle_appellation_court"]) for row in digital]
    for row in read_rows(data_dir / "reference" / JOBS, ("code", "names")):
        for entry in entries(row["names"]):
            names += [(row["code"], name) for name in expand(entry)]
    return OccupationFinder(names)


def _is_denied(job: Mention, denied: Sequence[Span]) -> bool:
    return any(span.start <= job.start < span.end for span in denied)


@lru_cache(maxsize=65_536)
def _key_of(word: str) -> str:
    """Return what all genders and numbers of a word share; stems share more ("programmeur", "programme").

    A feminine word alone is read as a title, so its masculine comes out.
    """
    masculine = fold(neutral(word.lower()))
    return masculine.rstrip("esx") or masculine


def _key(token: Token) -> str:
    return _key_of(token.text)


NO_OCCUPATIONS = OccupationFinder()
"""A finder that knows no job."""
