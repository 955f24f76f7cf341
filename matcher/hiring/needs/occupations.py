"""Which occupation a job's title names: a code of ROME 4 and an address of ESCO.

Names are the appellations of ROME 4.60, reviewed ones of ``data/hr/occupation_names.csv`` (which count first:
"développeuse Python" is no appellation) and the French labels of ESCO, in every gender and number.
"""

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path

from matcher.hiring.need import Occupation
from matcher.knowledge import Mention, OccupationFinder
from matcher.knowledge.facts import expand
from matcher.knowledge.tables import entries, read_rows
from matcher.language import neutral

NAMES = "occupation_names.csv"
_DIGITAL_ISCO = ("25", "351", "1330", "2166", "2153", "2356", "2434", "3522", "7422")
_PREFIX = "job:"


class JobNames:
    """Finds the occupation that a text names.

    Parameters
    ----------
    reviewed, listed
        Pairs of a ROME code and a name; of equally long names in one place a reviewed one counts.
    esco
        Pairs of an ESCO address and a French label.
    labels
        The label of each ROME code.
    parents
        The ROME 3 code that each ROME 4 code came from.

    >>> names = JobNames([("M1861", "développeur Python")], [("M1805", "Développeur / Développeuse")], [],
    ...                  {"M1861": "Développeur / Développeuse logiciel", "M1805": "Développeur"})
    >>> names.occupation("développeuse Python junior").rome
    'M1861'
    """

    def __init__(
        self,
        reviewed: Iterable[tuple[str, str]],
        listed: Iterable[tuple[str, str]],
        esco: Iterable[tuple[str, str]],
        labels: Mapping[str, str],
        parents: Mapping[str, str] | None = None,
    ) -> None:
        self._reviewed = OccupationFinder(reviewed)
        self._listed = OccupationFinder(listed)
        self._esco = OccupationFinder(esco)
        self.labels = labels
        self.parents = dict(parents or {})

    def occupation(self, text: str) -> Occupation | None:
        """Return the occupation of the longest name in a text, of equally long ones the first; None for none.

        The text is read in every gender: "développeuse ou développeur Python" names one job. ``words`` quotes
        it as far as it stands in one piece, else the neutral form.
        """
        plain = neutral(text)
        found = _longest([*self._reviewed.in_text(plain), *self._listed.in_text(plain)])
        if found is None:
            return None
        code = found.concept.removeprefix(_PREFIX)
        in_esco = _longest(self._esco.in_text(plain))
        quoted = next((one.text for one in self._in(text) if one.concept == found.concept), found.text)
        esco = in_esco.concept.removeprefix(_PREFIX) if in_esco else ""
        return Occupation(code, self.labels.get(code, found.text), quoted, esco)

    def _in(self, text: str) -> Iterator[Mention]:
        yield from self._reviewed.in_text(text)
        yield from self._listed.in_text(text)


def _longest(found: list[Mention]) -> Mention | None:
    """Return the longest mention: by words, then by place."""
    ranked = sorted(found, key=lambda one: (-len(one.text.split()), one.start))
    return ranked[0] if ranked else None


@cache
def read_job_names(data_dir: Path) -> JobNames:
    """Return the names in ``hr``, ``rome`` and ``esco`` of the data folder, one a process.

    NotReady when a file is missing or damaged.
    """
    metiers = _metiers(data_dir)
    labels = {row["code_rome"]: row["libelle_rome"] for row in metiers}
    parents = {row["code_rome"]: row["code_rome_parent"] for row in metiers}
    reviewed: list[tuple[str, str]] = []
    for row in read_rows(data_dir / "hr" / NAMES, ("code", "names")):
        for entry in entries(row["names"]):
            reviewed += [(row["code"], name) for name in expand(entry)]
    columns = ("code_rome", "libelle_appellation_court", "transition_num")
    appellations = read_rows(data_dir / "rome" / "appellations.v4.60.csv.gz", columns)
    codes = {code for code, _ in reviewed}
    listed = [
        (row["code_rome"], row["libelle_appellation_court"])
        for row in appellations
        if row["transition_num"] == "O" or row["code_rome"] in codes
    ]
    return JobNames(reviewed, listed, _esco(data_dir / "esco"), labels, parents)


def _metiers(data_dir: Path) -> list[dict[str, str]]:
    columns = ("code_rome", "libelle_rome", "code_rome_parent")
    return read_rows(data_dir / "rome" / "metiers.v4.60.csv.gz", columns)


def _esco(folder: Path) -> Iterator[tuple[str, str]]:
    columns = ("conceptUri", "iscoGroup", "preferredLabel", "altLabels")
    for row in read_rows(folder / "occupations_fr.2020.csv.gz", columns):
        if row["iscoGroup"].startswith(_DIGITAL_ISCO):
            for label in (row["preferredLabel"], *row["altLabels"].split("\n")):
                for form in label.split("/"):
                    if form.strip():
                        yield row["conceptUri"], form.strip()
