from math import atan2, cos, pi, radians, sin

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from matcher.errors import InvalidRequest, NotReady
from matcher.knowledge import distances_km, read_territory
from matcher.knowledge.places import EARTH_RADIUS_KM, Antenna, Place, Territory

RODEZ = Place("Rodez", "12", 44.3526, 2.5734)
SAINT = Place("Saint-Gély-du-Fesc", "34", 43.6926, 3.8049)
GARD = Place("Bellegarde", "30", 43.7530, 4.5147)
TARN_ET_GARONNE = Place("Valence", "82", 44.1083, 0.8906, ambiguous=True)
GERS = Place("Gers", "32", 43.7, 0.56, precise=False)
TERRITORY = Territory([RODEZ, SAINT, GARD, TARN_ET_GARONNE], [GERS])

points = st.builds(
    Place, st.just("X"), st.just("00"), st.floats(-90, 90, width=32), st.floats(-180, 180, width=32)
)


def direction(place: Place) -> NDArray[np.float64]:
    """Return the unit vector from the middle of the Earth to a place."""
    latitude, longitude = radians(place.latitude), radians(place.longitude)
    return np.array(
        [cos(latitude) * cos(longitude), cos(latitude) * sin(longitude), sin(latitude)], dtype=np.float64
    )


@given(points, st.lists(points, min_size=1, max_size=5))
def test_distances_are_those_of_the_angle_between_two_directions(here: Place, there: list[Place]) -> None:
    start = direction(here)
    angles = [
        atan2(float(np.linalg.norm(np.cross(start, end))), float(start @ end))
        for end in map(direction, there)
    ]
    # Near the far side of the Earth the arcsine of the product loses digits: half a metre.
    assert distances_km(here, there) == pytest.approx(np.array(angles) * EARTH_RADIUS_KM, abs=1e-3)


@pytest.mark.parametrize(
    "written",
    [
        "Saint-Gély-du-Fesc",
        "SAINT GELY DU FESC",
        "st gély du fesc",
        "St-Gely-du-Fesc cedex",
        " Saint Gély du Fesc ",
    ],
)
def test_a_town_is_found_however_offices_write_it(written):
    assert TERRITORY.locate(written) == SAINT


@pytest.mark.parametrize("written", ["", "Paris", "Rode", "Saint", "12", "Toulouse et Montpellier", "cedex"])
def test_an_unknown_town_is_nowhere(written):
    assert TERRITORY.locate(written) is None


def test_a_town_counts_only_in_its_own_department():
    assert TERRITORY.locate("Bellegarde", "30") == GARD
    assert TERRITORY.locate("Bellegarde", "32") == GERS
    assert TERRITORY.locate("Bellegarde", "01") is None


def test_a_name_other_towns_bear_needs_its_department():
    assert TERRITORY.locate("Valence") is None
    assert TERRITORY.locate("Valence", "82") == TARN_ET_GARONNE


def test_two_towns_of_one_name_are_told_apart_by_department_only():
    other = Place("Rodez", "48", 44.0, 3.0)
    territory = Territory([RODEZ, other], [])
    assert territory.locate("Rodez") is None
    assert territory.locate("Rodez", "48") == other


def test_a_department_alone_gives_its_centre_and_says_so():
    found = TERRITORY.locate("", "32")
    assert found == GERS
    assert not found.precise


def test_a_quarter_of_the_equator_is_a_quarter_of_its_length():
    start, quarter = Place("A", "", 0, 0), Place("B", "", 0, 90)
    assert TERRITORY.distance_km(start, quarter) == pytest.approx(pi / 2 * EARTH_RADIUS_KM)
    assert TERRITORY.distance_km(Place("N", "", 90, 0), Place("S", "", -90, 7)) == pytest.approx(
        pi * EARTH_RADIUS_KM
    )


@given(points, points)
def test_distance_is_symmetric_and_never_more_than_half_way_round(one, other):
    distance = TERRITORY.distance_km(one, other)
    assert distance == pytest.approx(TERRITORY.distance_km(other, one), abs=1e-6)
    assert 0 <= distance <= pi * EARTH_RADIUS_KM + 1e-6
    assert TERRITORY.distance_km(one, one) == 0


@given(points, points, points)
def test_no_detour_is_shorter_than_the_way(one, other, third):
    detour = TERRITORY.distance_km(one, third) + TERRITORY.distance_km(third, other)
    assert TERRITORY.distance_km(one, other) <= detour + 1e-3


def test_the_nearest_antenna_is_an_open_one_unless_asked_otherwise():
    near = Antenna("rodez", "Rodez", "antenna", "opening", RODEZ)
    far = Antenna("b", "Bellegarde", "antenna", "open", GARD)
    territory = Territory([], [], [near, far])
    found = territory.nearest_antenna(RODEZ)
    assert found is not None
    assert found[0] == far
    assert territory.nearest_antenna(RODEZ, opening=True) == (near, 0.0)
    assert Territory([], []).nearest_antenna(RODEZ) is None


def test_equally_near_antennas_are_ordered_by_id():
    pair = [Antenna(i, i, "antenna", "open", RODEZ) for i in ("b", "a")]
    found = Territory([], [], pair).nearest_antenna(SAINT)
    assert found is not None
    assert found[0].id == "a"


def test_a_missing_reference_file_says_where_to_find_it(tmp_path):
    with pytest.raises(NotReady, match=r"communes\.csv.*MATCHER_DATA_DIR"):
        read_territory(tmp_path)


def test_a_broken_reference_row_is_named_by_its_line(tmp_path):
    (tmp_path / "communes.csv").write_text(
        "name,department_code,latitude,longitude,ambiguous\nRodez,12,44.35,2.57,\nAlbi,81,north,2.1,\n",
        "utf-8",
    )
    with pytest.raises(InvalidRequest, match=r"communes\.csv, line 3: .*north"):
        read_territory(tmp_path)


def test_a_reference_file_without_its_columns_is_refused(tmp_path):
    (tmp_path / "communes.csv").write_text("name,latitude\nRodez,44.35\n", "utf-8")
    with pytest.raises(NotReady, match=r"communes\.csv .*lacks the columns department_code, longitude"):
        read_territory(tmp_path)
