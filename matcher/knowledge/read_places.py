"""Reads ``data/reference``: towns, departments, antennas and the five axes of the cluster."""

import csv
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from matcher.errors import InvalidRequest, NotReady
from matcher.knowledge.places import Antenna, Place, Territory

T = TypeVar("T")
Row = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Axis:
    """One of the five axes of what the cluster gives its members."""

    id: str
    fr: str
    en: str


def read_territory(folder: Path) -> Territory:
    """Return the territory of ``communes.csv``, ``departments.csv`` and ``antennas.csv`` in ``folder``.

    NotReady when a file is missing; InvalidRequest, with its line, for a row that cannot be read.
    """
    communes = _read(folder / "communes.csv", _commune)
    departments = _read(folder / "departments.csv", _department)
    known = Territory(communes, departments)

    def antenna(row: Row) -> Antenna:
        place = known.locate(row["city"], row["department_code"])
        if place is None or not place.precise:
            raise ValueError(f"the town {row['city']!r} is not in communes.csv")
        return Antenna(row["id"], row["name"], row["role"], row["status"], place)

    return Territory(communes, departments, _read(folder / "antennas.csv", antenna))


def read_axes(folder: Path) -> tuple[Axis, ...]:
    """Return the axes of ``axes.csv`` in ``folder``, in file order."""
    return tuple(_read(folder / "axes.csv", lambda row: Axis(row["id"], row["fr"], row["en"])))


def _commune(row: Row) -> Place:
    place = float(row["latitude"]), float(row["longitude"])
    return Place(row["name"], row["department_code"], *place, ambiguous=row["ambiguous"] == "oui")


def _department(row: Row) -> Place:
    return Place(row["name"], row["code"], float(row["latitude"]), float(row["longitude"]), precise=False)


def _read(path: Path, make: Callable[[Row], T]) -> list[T]:
    made = []
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            table = csv.DictReader(file)
            for row in table:
                try:
                    made.append(make(row))
                except (KeyError, ValueError, TypeError) as error:
                    raise InvalidRequest(f"{path}, line {table.line_num}: {error}") from error
    except OSError as error:
        raise NotReady(
            f"{path} cannot be read ({error.strerror}). It ships with the project: "
            "point MATCHER_DATA_DIR at its data folder."
        ) from error
    return made
