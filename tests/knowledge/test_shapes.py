"""Outlines of the departments: all thirteen, inside the drawing, around their own label."""

import re
from pathlib import Path

import pytest

from matcher.errors import InvalidRequest, NotReady
from matcher.knowledge import MAP_HEIGHT, MAP_WIDTH, DepartmentShape, read_shapes

DATA = Path(__file__).resolve().parents[2] / "data"

SHAPES = read_shapes(DATA / "reference")


def corners(shape: DepartmentShape) -> list[tuple[int, int]]:
    """The points of a path of the form "M x y l dx dy ... z", in the drawing."""
    points: list[tuple[int, int]] = []
    for ring in shape.path.split("z")[:-1]:
        numbers = [int(text) for text in re.findall(r"-?\d+", ring)]
        x = y = 0
        for dx, dy in zip(numbers[::2], numbers[1::2], strict=True):
            x, y = x + dx, y + dy
            points.append((x, y))
    return points


def test_the_thirteen_departments_are_drawn() -> None:
    codes = "09 11 12 30 31 32 34 46 48 65 66 81 82"
    assert " ".join(shape.code for shape in SHAPES) == codes
    assert sum(len(shape.path) for shape in SHAPES) < 8_000  # so that the page stays small


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.name)
def test_an_outline_lies_in_the_drawing_around_its_label(shape: DepartmentShape) -> None:
    xs, ys = zip(*corners(shape), strict=True)
    assert min(xs) < shape.x < max(xs)
    assert min(ys) < shape.y < max(ys)
    assert min(xs) >= 0 <= min(ys)
    assert max(xs) <= MAP_WIDTH
    assert max(ys) <= MAP_HEIGHT


def test_neighbours_share_their_border() -> None:
    by_name = {shape.name: set(corners(shape)) for shape in SHAPES}
    assert len(by_name["Tarn"] & by_name["Aveyron"]) > 10
    assert not by_name["Gers"] & by_name["Gard"]


def test_a_damaged_file_says_what_is_wrong(tmp_path: Path) -> None:
    with pytest.raises(NotReady, match=r"department_shapes\.csv"):
        read_shapes(tmp_path)
    (tmp_path / "department_shapes.csv").write_text("code,name,x,y,path\n09,Ariège,west,1,M0 0z\n", "utf-8")
    with pytest.raises(InvalidRequest, match=r"department_shapes\.csv, line 2: .*west"):
        read_shapes(tmp_path)
