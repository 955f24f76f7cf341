"""Compiles ``data/hr/job_skills.csv.gz``, the skills that job needs and profiles may hold.

ESCO gives its digital collection and what digital occupations require; ROME 4.60 gives knowledge and
know-how of digital occupations. What says nothing of the work (attitudes, languages) is left out: languages
are read apart, attitudes are no skills.
"""

import csv
import gzip
import io
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from matcher.knowledge import read_skills
from matcher.knowledge.tables import read_rows

COLUMNS = ("id", "label", "names", "digital", "occupations", "broader")
_ISCO = ("25", "351", "1330", "2153", "2356", "2434", "3522", "7422")
"""ISCO groups of information and communication technology, its trainers, sellers and installers included."""
_MORE_OCCUPATIONS = ("M1410", "M1808", "I1311", "M1412", "M1414")
"""Digital occupations that the table of mobilities lacks: green IT, geographic data, optical fibre."""
_LEFT_OUT = frozenset({"Langues", "Objets d'art", "Expertises médicales et paramédicales"})
_SOFTWARE = frozenset({"Langages informatiques", "Logiciels, progiciels"})
_KINDS = ("savoir", "savoir_faire")


def job_skills(
    rome: Annotated[Path, typer.Argument(help="Folder of the tables of ROME 4.60.")],
    data: Annotated[Path, typer.Option(help="Data folder, read for ESCO and written.")] = Path("data"),
) -> None:
    """Compile the list of skills that needs and profiles may hold."""
    rows = [*_esco(data / "esco"), *_rome(rome)]
    path = data / "hr" / "job_skills.csv.gz"
    # Without a time in the header, the same sources give the same bytes.
    with path.open("wb") as raw, gzip.GzipFile(fileobj=raw, mode="wb", mtime=0) as packed:
        packed.write(_as_csv(rows).encode())
    Console().print(f"{path}: {len(rows)} skills")


def _as_csv(rows: list[dict[str, str]]) -> str:
    written = io.StringIO()
    writer = csv.DictWriter(written, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return written.getvalue()


def _esco(folder: Path) -> Iterator[dict[str, str]]:
    """Yield the digital collection and what digital occupations require."""
    used = _esco_uses(folder)
    columns = ("conceptUri", "broaderConceptUri")
    above = read_rows(folder / "digitalSkillsCollection_en.v1.1.1.csv.gz", columns)
    broader = {row["conceptUri"]: row["broaderConceptUri"].split(" | ")[0] for row in above}
    for skill in read_skills(folder):
        if skill.digital or skill.id in used:
            yield {
                "id": _esco_id(skill.id),
                "label": skill.label,
                "names": ";".join(name.replace(";", ",") for name in skill.others),
                "digital": "oui" if skill.digital else "",
                "occupations": ";".join(sorted(used[skill.id])),
                "broader": _esco_id(broader.get(skill.id, "")),
            }


def _esco_uses(folder: Path) -> dict[str, list[str]]:
    """Return the digital occupations that require each skill."""
    occupations = read_rows(folder / "occupations_en.v1.1.1.csv.gz", ("conceptUri", "iscoGroup"))
    digital = {row["conceptUri"] for row in occupations if row["iscoGroup"].startswith(_ISCO)}
    used: dict[str, list[str]] = defaultdict(list)
    columns = ("occupationUri", "relationType", "skillUri")
    for row in read_rows(folder / "occupationSkillRelations.v1.1.1.csv.gz", columns):
        if row["occupationUri"] in digital and row["relationType"] == "essential":
            used[row["skillUri"]].append(_esco_id(row["occupationUri"]))
    return used


def _esco_id(uri: str) -> str:
    return f"esco:{uri.rsplit('/', 1)[1]}" if uri else ""


def _rome(folder: Path) -> Iterator[dict[str, str]]:
    """Yield knowledge and know-how of the digital occupations."""
    used = _rome_uses(folder)
    for row in read_rows(folder / "savoirs.v4.60.csv.gz", ("code_ogr", "label_fr", "sub_category")):
        if row["code_ogr"] in used and row["sub_category"] not in _LEFT_OUT:
            software = row["sub_category"] in _SOFTWARE
            yield _rome_row(row["code_ogr"], row["label_fr"], used[row["code_ogr"]], digital=software)
    for row in read_rows(folder / "competences.v4.60.csv.gz", ("code_ogr", "label_fr", "code_ogr_macro")):
        if row["code_ogr"] in used:
            made = _rome_row(row["code_ogr"], row["label_fr"], used[row["code_ogr"]], digital=False)
            yield made | {"broader": f"rome:{row['code_ogr_macro']}" if row["code_ogr_macro"] else ""}


def _rome_uses(folder: Path) -> dict[str, set[str]]:
    """Return the digital occupations that use each knowledge and know-how."""
    mobilities = read_rows(folder / "digital_mobilities.csv.gz", ("code_rome", "direction"))
    digital = {row["code_rome"] for row in mobilities if row["direction"] == "entre métiers du numérique"}
    digital.update(_MORE_OCCUPATIONS)
    used: dict[str, set[str]] = defaultdict(set)
    for row in read_rows(folder / "metier_competence.v4.60.csv.gz", ("code_rome", "code_ogr", "kind")):
        if row["code_rome"] in digital and row["kind"] in _KINDS:
            used[row["code_ogr"]].add(row["code_rome"])
    return used


def _rome_row(code: str, label: str, occupations: set[str], *, digital: bool) -> dict[str, str]:
    return {
        "id": f"rome:{code}",
        "label": label,
        "names": "",
        "digital": "oui" if digital else "",
        "occupations": ";".join(sorted(occupations)),
        "broader": "",
    }
