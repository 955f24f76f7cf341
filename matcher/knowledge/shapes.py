"""Outlines of the departments of Occitanie, to draw a map; neighbours share their borders point by point."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from matcher.knowledge.tables import Row, read_table

MAP_WIDTH, MAP_HEIGHT = 500, 368
"""Size of the drawing that every outline lies in; north is up, one unit is about 0.8 km."""
_COLUMNS = ("code", "name", "x", "y", "path")


@dataclass(frozen=True, slots=True)
class DepartmentShape:
    """The outline of a department as the path of an SVG, and the point at which its label is centred."""

    code: str
    name: str
    x: int
    y: int
    path: str


@cache
def read_shapes(folder: Path) -> tuple[DepartmentShape, ...]:
    """Return the outlines in ``department_shapes.csv`` of a folder, in the order of their codes.

    Raises
    ------
    NotReady
        The file is missing, damaged or lacks a column.
    InvalidRequest
        A row cannot be used; the message names file and line.
    """
    return tuple(read_table(folder / "department_shapes.csv", _COLUMNS, _shape))


def _shape(row: Row) -> DepartmentShape:
    return DepartmentShape(row["code"], row["name"], int(row["x"]), int(row["y"]), row["path"])
