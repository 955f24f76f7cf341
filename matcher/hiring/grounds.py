"""What staff write about a person must name none of the grounds on which the law forbids to decide.

``grounds.csv`` has the 25 grounds of article L1132-1 of the Code du travail; ``motive_phrases.csv`` has the
words by which a motive speaks of one: "trop vieux", "elle est enceinte". The wordings of offers about the
same grounds are sought too. An offer may name a ground lawfully that no motive may ("métier ouvert aux
femmes"), so only the rows marked ``in_offers`` are sought in offers.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from matcher.errors import InvalidRequest
from matcher.hiring.wordings import FoldedText, Wording, Words, longest, wording_of
from matcher.knowledge.tables import Row, read_table

GROUNDS, MOTIVES, OFFERS = "grounds.csv", "motive_phrases.csv", "job_check_phrases.csv"


@dataclass(frozen=True, slots=True)
class LegalGround:
    """A ground of discrimination, by its name in both languages."""

    criterion: str
    name_fr: str
    name_en: str


@dataclass(frozen=True, slots=True)
class GroundWording:
    """Words that speak of a ground; ``in_offers``: no offer or need has them lawfully either."""

    ground: LegalGround
    wording: Wording
    in_offers: bool = False


@dataclass(frozen=True, slots=True)
class Unlawful:
    """Words of a text, and the ground of which they speak."""

    ground: LegalGround
    words: Words


class UnlawfulWords(InvalidRequest):
    """A text speaks of a forbidden ground; ``french`` and ``str()`` say which, and what to write."""

    def __init__(self, found: Sequence[Unlawful]) -> None:
        quoted_fr = ", ".join(f"« {one.words.text} » ({one.ground.name_fr})" for one in found)
        quoted_en = ", ".join(f"'{one.words.text}' ({one.ground.name_en})" for one in found)
        super().__init__(
            f"The law forbids to decide on this (Code du travail, L1132-1): {quoted_en}. Say which"
            " requirement of the need is not met, for example 'one year of Java, three are asked'. If these"
            " words speak of something else, choose others."
        )
        self.french = (
            f"La loi interdit d'en décider ainsi (Code du travail, L1132-1) : {quoted_fr}. Dites quelle"
            " exigence du besoin n'est pas remplie, par exemple « un an de Java, trois sont demandés ». Si"
            " ces mots parlent d'autre chose, choisissez-en d'autres."
        )


class GroundCheck:
    """Finds in what staff write about a person the grounds on which the law forbids to decide.

    >>> check = read_ground_check(getfixture("request").config.rootpath / "data")
    >>> [(one.words.text, one.ground.criterion) for one in check.found("Trop vieux, et il porte le voile.")]
    [('Trop vieux', 'age'), ('le voile', 'convictions_religieuses')]
    >>> check.found("Trop peu d'expérience en Java.")
    []
    """

    def __init__(self, wordings: Iterable[GroundWording]) -> None:
        self._wordings = tuple(wordings)

    def found(self, text: str, *, of_job: bool = False) -> list[Unlawful]:
        """Return the words about a ground, in the order of the text; none for a lawful one.

        ``of_job``: the text is about a job, as a note on its wording. It may name a ground that the law
        itself sets, such as the age of apprentices, so that fewer words are sought.
        """
        folded = FoldedText(text)
        sought = [one for one in self._wordings if one.in_offers or not of_job]
        found = [Unlawful(one.ground, words) for one in sought for _, words in folded.found(one.wording)]
        return sorted(longest(found), key=lambda one: (one.words.start, one.ground.criterion))

    def require_lawful(self, text: str, *, of_job: bool = False) -> None:
        """Refuse a text about a person or a job that speaks of a ground; UnlawfulWords quotes the words."""
        found = self.found(text, of_job=of_job)
        if found:
            raise UnlawfulWords(found)


@cache
def read_ground_check(data_dir: Path) -> GroundCheck:
    """Read the tables of the folder ``hr``, once a process; NotReady or InvalidRequest name file and line."""
    grounds = _read_grounds(data_dir)
    offers = data_dir / "hr" / OFFERS
    in_offers = read_table(offers, ("criterion", "pattern", "unless"), lambda row: _of_offers(row, grounds))
    return GroundCheck([*read_ground_wordings(data_dir), *(one for one in in_offers if one is not None)])


def read_ground_wordings(data_dir: Path) -> list[GroundWording]:
    """Read the words by which motives speak of a ground; errors as of :func:`read_ground_check`."""
    grounds = _read_grounds(data_dir)
    columns = ("criterion", "in_offers", "pattern", "unless")
    return read_table(data_dir / "hr" / MOTIVES, columns, lambda row: _of_motives(row, grounds))


def _read_grounds(data_dir: Path) -> dict[str, LegalGround]:
    columns = ("criterion", "name_fr", "name_en")
    read = read_table(data_dir / "hr" / GROUNDS, columns, lambda row: LegalGround(*(row[n] for n in columns)))
    return {ground.criterion: ground for ground in read}


def _of_motives(row: Row, grounds: dict[str, LegalGround]) -> GroundWording:
    if row["criterion"] not in grounds:
        raise ValueError(f"the ground '{row['criterion']}' is not in {GROUNDS}")
    return GroundWording(grounds[row["criterion"]], wording_of(row), row["in_offers"] == "yes")


def _of_offers(row: Row, grounds: dict[str, LegalGround]) -> GroundWording | None:
    """Return a wording of offers about a ground; None for one about pay, documents and the like."""
    ground = grounds.get(row["criterion"])
    return None if ground is None else GroundWording(ground, wording_of(row), in_offers=True)
