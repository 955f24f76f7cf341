"""Towns and antennas of the cluster: positions, distances, nearest antenna.

Distances are great circles: they say what is near, not how long the drive is. A town that is not on the
list, or whose name several towns share, is unknown; nothing is guessed.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from matcher.arrays import Floats
from matcher.language.analyser import fold_words

EARTH_RADIUS_KM = 6371.0088
"""Mean Earth radius R1 (Moritz, "Geodetic Reference System 1980", Journal of Geodesy 74, 2000)."""

_SHORT = {"st": "saint", "ste": "sainte"}


@dataclass(frozen=True, slots=True)
class Place:
    """A point on the map, in degrees (WGS 84).

    ``precise`` is False for the centre of a department, used when only the department is known.
    ``ambiguous`` says that a town of this name lies elsewhere too: it needs its department to be found.
    """

    name: str
    department_code: str
    latitude: float
    longitude: float
    precise: bool = True
    ambiguous: bool = False


@dataclass(frozen=True, slots=True)
class Antenna:
    """A place of the cluster. ``role``: seat, office or antenna; ``status``: open or opening."""

    id: str
    name: str
    role: str
    status: str
    place: Place


def distances_km(here: Place, there: Sequence[Place]) -> Floats:
    """Return the great-circle distances in kilometres from one place to others, in their order.

    Haversine formula (Sinnott, "Virtues of the Haversine", Sky and Telescope 68, 1984); the Earth taken as
    a sphere errs by at most 0.5 %. No others: an empty array.

    >>> toulouse, albi = Place("Toulouse", "31", 43.6043, 1.4437), Place("Albi", "81", 43.9298, 2.148)
    >>> distances_km(toulouse, [albi, toulouse]).round().tolist()
    [67.0, 0.0]
    """
    if not there:
        return np.zeros(0)
    # By hand: scikit-learn has the formula, and takes two seconds to import, in which a service
    # that has just started would answer nobody.
    latitude, longitude = np.radians([here.latitude, here.longitude])
    latitudes = np.radians([place.latitude for place in there])
    longitudes = np.radians([place.longitude for place in there])
    across = np.cos(latitude) * np.cos(latitudes) * np.sin((longitudes - longitude) / 2) ** 2
    half = np.sin((latitudes - latitude) / 2) ** 2 + across
    found: Floats = 2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(np.clip(half, 0.0, 1.0)))
    return found


class Territory:
    """Finds towns, distances and the nearest antenna.

    Parameters
    ----------
    communes
        Towns; of two with one name and department the first counts.
    departments
        Centres of departments, ``precise=False``, found by their code.
    antennas
        The cluster's own places.
    """

    def __init__(
        self, communes: Iterable[Place], departments: Iterable[Place], antennas: Sequence[Antenna] = ()
    ) -> None:
        self.antennas = tuple(antennas)
        self._departments = {place.department_code: place for place in departments}
        self._communes: dict[str, list[Place]] = {}
        for place in communes:
            self._communes.setdefault(_key(place.name), []).append(place)

    @property
    def departments(self) -> dict[str, str]:
        """Name of each department, by code."""
        return {code: place.name for code, place in sorted(self._departments.items())}

    def department_name(self, city: str, department_code: str = "") -> str:
        """Return the name of the department of a town; "" for an unknown one, or one elsewhere.

        >>> albi, tarn = Place("Albi", "81", 43.9298, 2.148), Place("Tarn", "81", 43.76, 2.1, precise=False)
        >>> Territory([albi], [tarn]).department_name("albi")
        'Tarn'
        """
        place = self.locate(city, department_code)
        return self.departments.get(place.department_code, "") if place else ""

    def locate(self, city: str, department_code: str = "") -> Place | None:
        """Return the town, else the centre of its department, else None.

        Case, accents, hyphens and "St" for "Saint" do not matter. With a department only a town of that
        department fits; without, only a name of exactly one town.

        >>> albi = Place("Albi", "81", 43.9298, 2.148)
        >>> Territory([albi], []).locate("ALBI") == albi
        True
        >>> Territory([albi], []).locate("Albi", "31") is None
        True
        """
        found = self._communes.get(_key(city), [])
        if department_code:
            fitting = (place for place in found if place.department_code == department_code)
            return next(fitting, self._departments.get(department_code))
        return found[0] if len(found) == 1 and not found[0].ambiguous else None

    def departments_of(self, city: str) -> frozenset[str]:
        """Return the codes of the departments that a town lies in; none for one unknown, or ambiguous.

        >>> albi = Place("Albi", "81", 43.9298, 2.148)
        >>> sorted(Territory([albi], []).departments_of("ALBI"))
        ['81']
        """
        found = self._communes.get(_key(city), [])
        if any(place.ambiguous for place in found):
            return frozenset()
        return frozenset(place.department_code for place in found)

    @lru_cache(maxsize=16_384)  # noqa: B019  # as antenna_of; the library checks its arrays for a third of a millisecond
    def distance_km(self, one: Place, other: Place) -> float:
        """Great-circle distance in kilometres, symmetric, 0 for the same point.

        >>> toulouse = Place("Toulouse", "31", 43.6043, 1.4437)
        >>> montpellier = Place("Montpellier", "34", 43.6109, 3.8764)
        >>> round(Territory([], []).distance_km(toulouse, montpellier))
        196
        """
        return float(distances_km(one, [other])[0])

    def nearest_antenna(self, place: Place, *, opening: bool = False) -> tuple[Antenna, float] | None:
        """Return the nearest antenna and its distance in kilometres, None when there is none.

        Those still opening count only if ``opening``. Ties go to the lower id.
        """
        open_ones = (a for a in self.antennas if opening or a.status == "open")
        reached = [(self.distance_km(place, antenna.place), antenna.id, antenna) for antenna in open_ones]
        if not reached:
            return None
        distance, _, antenna = min(reached, key=lambda entry: entry[:2])
        return antenna, distance

    @lru_cache(maxsize=4096)  # noqa: B019  # as many towns as there are; territories live as long as the process
    def antenna_of(self, place: Place) -> str:
        """Name of the nearest open place of the cluster, "" when there is none."""
        nearest = self.nearest_antenna(place)
        return nearest[0].name if nearest else ""


def _key(name: str) -> str:
    words = fold_words(name).split()
    if "cedex" in words:
        words = words[: words.index("cedex")]
    return " ".join(_SHORT.get(word, word) for word in words)
