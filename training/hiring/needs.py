"""The ``needs`` command: how well job needs are understood from their text."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from matcher.hiring import JobNeed, Weight
from matcher.hiring.needs import NeedReader, read_content, read_need_reader
from matcher.knowledge.tables import Row, entries, read_rows
from matcher.settings import load

_COLUMNS = ("id", "need_text_fr", "rome_code", "department_code", "required_skills", "optional_skills")
_WHEN = datetime(2026, 11, 30, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Understood:
    """How many of ``needs`` have the right occupation and place, and the skills asked, found and right.

    ``asked`` counts entries of the columns of skills, ``named`` those of them that hold a skill of the
    keep-list, ``met`` those found in the text with their weight; ``found`` counts what was read as required
    or welcome, ``right`` what of it is in a column.
    """

    needs: int
    occupations: int
    places: int
    asked: int
    named: int
    met: int
    found: int
    right: int

    def __add__(self, other: "Understood") -> "Understood":
        values = [getattr(self, name) + getattr(other, name) for name in self.__slots__]
        return Understood(*values)


def needs(
    file: Annotated[
        Path | None, typer.Argument(help="A table like job_needs_sample.csv, the shipped one if left out.")
    ] = None,
) -> None:
    """Print how job needs are understood: occupation, place, and recall and precision of their skills."""
    data_dir = load().data_dir
    rows = read_rows(file or data_dir / "hr" / "job_needs_sample.csv", _COLUMNS)
    total = measure(read_need_reader(data_dir), rows)
    typer.echo(f"{total.needs} needs: occupation {total.occupations}, department {total.places} right")
    typer.echo(
        f"skills: recall {total.met / max(total.asked, 1):.3f} of {total.asked}"
        f" ({total.met / max(total.named, 1):.3f} of the {total.named} on the keep-list),"
        f" precision {total.right / max(total.found, 1):.3f} of {total.found}"
    )


def measure(reader: NeedReader, rows: Sequence[Row]) -> Understood:
    """Return how the needs of a table are understood; each row has the columns of the sample."""
    total = Understood(0, 0, 0, 0, 0, 0, 0, 0)
    for row in rows:
        total += _of_row(reader, row)
    return total


def _of_row(reader: NeedReader, row: Row) -> Understood:
    need = read_content(reader, row["need_text_fr"], _WHEN).need
    required = [_ids(reader, entry) for entry in entries(row["required_skills"])]
    optional = [_ids(reader, entry) for entry in entries(row["optional_skills"])]
    met = _met(need, required, Weight.REQUIRED) + _met(need, optional, Weight.APPRECIATED)
    known = set().union(*required, *optional)
    found = [one.skill.id for one in need.requirements]
    return Understood(
        needs=1,
        occupations=int(need.occupation is not None and need.occupation.rome == row["rome_code"]),
        places=int(need.department == row["department_code"]),
        asked=len(required) + len(optional),
        named=sum(map(bool, required)) + sum(map(bool, optional)),
        met=met,
        found=len(found),
        right=sum(one in known for one in found),
    )


def _ids(reader: NeedReader, entry: str) -> set[str]:
    return {one.id for one in reader.skills.in_text(entry, listed=True)}


def _met(need: JobNeed, asked: Sequence[set[str]], weight: Weight) -> int:
    held = {one.skill.id for one in need.requirements if one.weight is weight}
    return sum(bool(ids & held) for ids in asked)
