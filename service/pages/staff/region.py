"""The map of Occitanie: its departments shaded by a figure that the table beside it says too."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from matcher.build import Matcher
from matcher.knowledge import MAP_HEIGHT, MAP_WIDTH, DepartmentShape, read_shapes
from service.pages.text import mark

ELSEWHERE = mark("hors d'Occitanie")
NOWHERE = mark("département non connu")


@dataclass(frozen=True, slots=True)
class Area:
    """One department: the figure written on it, and its shade from 0; "" and "none" without a member."""

    shape: DepartmentShape
    figure: str
    shade: str


@dataclass(frozen=True, slots=True)
class Region:
    """The map: its departments by code, and what each shade from 0 on means."""

    areas: Sequence[Area]
    legend: Sequence[str]
    width: int = MAP_WIDTH
    height: int = MAP_HEIGHT


def region(
    matcher: Matcher, figures: Mapping[str, float], bounds: Sequence[float], legend: Sequence[str]
) -> Region:
    """Return the map of figures in whole numbers by the code of their department.

    ``bounds`` ascend and part the shades: a figure below the first has shade 0. ``legend`` has one text more.
    """
    areas = []
    for shape in read_shapes(matcher.settings.data_dir / "reference"):
        value = figures.get(shape.code)
        if value is None:
            areas.append(Area(shape, "", "none"))
        else:
            areas.append(Area(shape, f"{value:.0f}", str(bisect_right(bounds, value))))
    return Region(areas, legend)


def department_name(matcher: Matcher, code: str) -> str:
    """Return what a table calls the department of a code: its name, or that it lies elsewhere or nowhere."""
    if not code:
        return NOWHERE
    names = {shape.code: shape.name for shape in read_shapes(matcher.settings.data_dir / "reference")}
    return names.get(code, ELSEWHERE)
