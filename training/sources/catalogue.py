"""``matcher-lab catalogue``: rebuilds ``data/catalogue`` from the files that were handed over.

Every row is built as the entity it becomes, so nothing that would not import is ever written.
"""

import csv
import io
import json
import re
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, time
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from matcher.domain.items import AnyItem, Eligibility, EvidenceLevel, Factory, Lead, Opportunity, Organisation
from matcher.errors import InvalidRequest
from matcher.importing import csv_text
from training.sources import published

Row = dict[str, str]

COLUMNS = {"expertise_keywords": "expertise", "sectors_served": "sectors", "livrables": "deliverables",
           "rdv": "meetings", "description partielle": "description", "description_fr": "description",
           "existence de la factory": "existence"}  # fmt: skip
SAME = ("id", "name", "lang", "evidence_level", "source_url", "city", "department_code", "department",
        "member_type", "international")  # fmt: skip
BY_MEMBER_TYPE = {
    "TPE": "TPE",
    "ETI": "ETI",
    "GE": "GE",
}  # member types that are size bands; PME may be PE or ME
CODE = re.compile(r"\b(?:HORIZON|DIGITAL)-[\w-]+\w")
COPIED = {"esco": "*.csv.gz", "rome": "*.csv.gz", "gender": "*.csv", "benchmarks/cluster-dev": "*.tsv"}


def catalogue(
    source: Annotated[Path, typer.Argument(help="Folder with catalogue/, horizon/, esco/, rome/, gender/")],
    data: Annotated[Path, typer.Option(help="Folder to write into")] = Path("data"),
) -> None:
    """Rebuild the shipped catalogue from the handed-over files."""
    for name, rows in build(source, data).items():
        Console().print(f"{data / 'catalogue' / name}.csv: {rows} rows")


def build(source: Path, data: Path) -> dict[str, int]:
    """Convert the handed-over folder ``source`` into ``data``; return the rows written by file.

    ``data/reference`` (departments, programmes of the EU) must be there. Running it twice changes nothing.
    """
    departments = {r["code"]: r["name"] for r in _rows(data / "reference" / "departments.csv")}
    programmes = _rows(data / "reference" / "programmes.csv")
    out, handed = data / "catalogue", source / "catalogue"
    calls = list(eu_calls(json.loads(_text(source / "horizon" / "calls.json")), programmes))
    dates = {c.code: (c.opens_at, c.closes_at) for c in calls}
    members = [organisation(r) for r in _rows(handed / "organisations.csv")]
    cities = {o.city: o.department_code for o in members}
    files: dict[str, Sequence[AnyItem]] = {
        "organisations": members,
        "factories": [factory(r) for r in _rows(handed / "factories.csv")],
        "opportunities": [opportunity(r, departments, dates) for r in _rows(handed / "international.csv")],
        "calls": calls,
        "leads": [*leads(_rows(handed / "inclusion_programmes.csv"), cities), *schools(members)],
    }
    for name, items in files.items():
        write(out / f"{name}.csv", items)
    for name in ("vocabulary.csv", "legal_rules.csv"):
        _sourced(handed / name, out / name)
    for folder, pattern in COPIED.items():
        (data / folder).mkdir(parents=True, exist_ok=True)
        for file in sorted((source / folder).glob(pattern)):
            shutil.copyfile(file, data / folder / file.name)
    return {name: len(items) for name, items in files.items()}


def organisation(row: Mapping[str, str]) -> Organisation:
    """Read one of the 162 organisations."""
    size = row["size_band"] or BY_MEMBER_TYPE.get(row["member_type"], "")
    inferred = _inferred(row["fields_from_background"], row)
    if size and not row["size_band"]:
        inferred = (*inferred, "size_band")
    same = {name: row[name] for name in SAME} | {"source_url": published.address(row["source_url"])}
    return Organisation.model_validate(
        same
        | {"description": row["description_fr"], "expertise": _list(row["expertise_keywords"])}
        | {"sectors": _list(row["sectors_served"]), "member_link": row["digital113_link"]}
        | {"size_band": size or None, "source_year": row["source_year"] or None, "inferred_fields": inferred}
    )


def factory(row: Mapping[str, str]) -> Factory:
    """Read one factory; what is known of it rests on its page only where its description was on it."""
    inferred = _inferred(row["inferred_fields"], row)
    background = row["is_inferred"] == "oui" or "description" in inferred
    level: EvidenceLevel = "named_in_source_activity_from_background" if background else "seen_in_source"
    return Factory(
        id=row["id"], name=row["name"], lang="fr", evidence_level=level,
        source_url=published.address(row["source_url"]), inferred_fields=inferred,
        aliases=_list(row["aliases"]), axis=row["service_axis"], status=row["status"],
        is_inferred=row["is_inferred"] == "oui", description=row["description_fr"],
        ateliers=_list(row["ateliers_fr"]), deliverables=_list(row["livrables_fr"]),
        meetings=_list(row["rendez_vous_fr"]), hosts=_list(row["animateur_organisation"]),
        keywords=_list(row["keywords"]),
    )  # fmt: skip


def opportunity(
    row: Mapping[str, str],
    departments: Mapping[str, str],
    dates: Mapping[str, tuple[datetime | None, datetime | None]],
) -> Opportunity:
    """Read one of the 74 opportunities; ``dates`` are those of the EU calls, used where its page has none."""
    european = row["type"] in ("appel Horizon Europe", "appel Europe numérique")
    zone, hour = (published.BRUSSELS, published.EU_CLOSING_HOUR) if european else (published.PARIS, None)
    code = CODE.search(row["description_fr"])
    known = _known_dates(code[0], dates) if code else (None, None)
    printed = row["deadline_or_date_as_published"]
    opens_at = published.opening(row["opening"], zone) or known[0]
    closes_at = published.closing(printed, zone, hour)
    exact = published.is_exact(printed) and (not european or "h" in printed.split()[-1])
    if known[1] and not published.is_exact(printed):
        closes_at = known[1]
    eligibility = published.eligibility(row["eligibility"], row["description_fr"], departments)
    inferred = ["opens_at"] * ("déduit" in row["opening"]) + ["closes_at"] * (
        closes_at is not None and not exact
    )
    inferred += ["eligibility"] * ("consortium européen" in row["eligibility"])
    aid = row["aid_or_budget"]
    return Opportunity(
        id=row["id"], name=row["title"], lang="fr", evidence_level=_level(row),
        source_url=published.address(row["source_url"]), inferred_fields=tuple(inferred),
        description=row["description_fr"], themes=_list(row["theme"], ","),
        country_region=row["country_region"], opportunity_type=row["type"], opens_at=opens_at,
        closes_at=closes_at, dates_as_published=" | ".join(filter(None, (row["opening"], printed))),
        availability=_availability(row["status_on_2026_11_22"], opens_at, closes_at),
        eligibility_text=row["eligibility"], eligibility=eligibility, funding=aid,
        funding_rate=published.funding_rate(aid), budget_eur=published.budget(aid),
        code=code[0] if code else "",
    )  # fmt: skip


def eu_calls(calls: Iterable[Mapping[str, str]], programmes: Sequence[Row]) -> Iterator[Opportunity]:
    """Read the calls of the EU portal, ordered by code.

    A code that comes again gets ``.2``, ``.3`` in the order of opening day and name.
    """
    seen: dict[str, int] = {}
    for call in sorted(calls, key=lambda c: (c["code"], c["openDate"], c["name"])):
        code = call["code"]
        seen[code] = seen.get(code, 0) + 1
        part = max(
            (p for p in programmes if code.startswith(p["code_prefix"])), key=lambda p: len(p["code_prefix"])
        )
        yield Opportunity(
            id=f"EU-{code}.{seen[code]}" if seen[code] > 1 else f"EU-{code}", lang="en",
            name=" ".join(call["name"].split()), evidence_level="seen_in_source", source_url=call["link"],
            inferred_fields=("closes_at",), country_region="Union européenne", opportunity_type=part["type"],
            themes=tuple(dict.fromkeys((part["fr"], part["en"]))),
            opens_at=published.eu_instant(call["openDate"], time()),
            closes_at=published.eu_instant(call["closeDate"], published.EU_CLOSING_HOUR),
            dates_as_published=f"{call['openDate']} | {call['closeDate'][:10]}", availability="dated",
            budget_eur=float(call["budget"]) if call["budget"] else None, code=code,
        )  # fmt: skip


def leads(rows: Iterable[Mapping[str, str]], cities: Mapping[str, str]) -> Iterator[Lead]:
    """Read the inclusion programmes, numbered in file order; a place is set where the text names just one."""
    for number, row in enumerate(rows, start=1):
        named = {
            c for c in cities if re.search(rf"\b{re.escape(c)}\b", row["name"] + " " + row["description_fr"])
        }
        city = named.pop() if len(named) == 1 else ""
        yield Lead(
            id=f"LEAD{number:03}", name=row["name"], lang="fr", evidence_level=_level(row), city=city,
            source_url=published.address(row["source_url"]), inferred_fields=("city",) if city else (),
            lead_kind=row["kind"], themes=_list(row["theme"], ","), description=row["description_fr"],
            department_code=cities.get(city, ""),
        )  # fmt: skip


def schools(members: Iterable[Organisation]) -> Iterator[Lead]:
    """Read as leads the schools among the members that no programme covers: today one, IMT Mines Alès."""
    for found in members:
        if found.member_type == "École" and not found.name.startswith(("Simplon", "École 42")):
            yield Lead(
                id=f"LEAD-{found.id}", name=found.name, lang="fr", evidence_level=found.evidence_level,
                source_url=found.source_url, inferred_fields=found.inferred_fields, lead_kind="école",
                themes=found.expertise, description=found.description, city=found.city,
                department_code=found.department_code,
            )  # fmt: skip


def _sourced(handed: Path, out: Path) -> None:
    """Copy a table, its sources as addresses."""
    rows = [row | {"source_url": published.address(row["source_url"])} for row in _rows(handed)]
    table = csv_text(list(rows[0]), ([*row.values()] for row in rows), delimiter=",")
    out.write_text(table, encoding="utf-8", newline="")


def write(path: Path, items: Sequence[AnyItem]) -> None:
    """Write items as CSV with the entities' own field names; columns that nothing fills are left out."""
    rows = [cells(item) for item in items]
    used = ["id", "name"] + [c for c in rows[0] if c not in ("id", "name") and any(r[c] for r in rows)]
    table = csv_text(used, ([row[name] for name in used] for row in rows), delimiter=",", end="\n")
    path.write_text(table, encoding="utf-8", newline="")


def cells(item: AnyItem) -> Row:
    """Write one item as text: lists joined by ``;``, instants ISO 8601, each condition its own column."""
    flat = {k: getattr(item, k) for k in type(item).model_fields if k != "eligibility"}
    if isinstance(item, Opportunity):
        set_ = item.eligibility.model_dump(exclude_defaults=True)
        flat |= {f"eligibility.{k}": set_.get(k, "") for k in Eligibility.model_fields}
    return {name: _cell(value) for name, value in flat.items()}


def _cell(value: Any) -> str:
    if isinstance(value, tuple):
        if any(";" in part for part in value):
            raise InvalidRequest(f"a list entry holds ';', which separates entries in CSV: {value}")
        return ";".join(value)
    if isinstance(value, bool):
        return "oui" if value else ""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, float):
        return f"{value:.15g}"
    return "" if value is None else str(value)


def _availability(status: str, opens_at: datetime | None, closes_at: datetime | None) -> str:
    if status == "permanent":
        return "standing"
    if status in ("à vérifier", "à venir"):
        return "dated" if opens_at and closes_at else "unconfirmed"
    if closes_at:
        return "dated"
    return "standing" if status == "ouvert" else "closed"


def _known_dates(
    code: str, dates: Mapping[str, tuple[datetime | None, datetime | None]]
) -> tuple[datetime | None, datetime | None]:
    """Dates of the call of this code, or those all topics of it share."""
    found = {d for known, d in dates.items() if known == code or known.startswith(f"{code}-")}
    return found.pop() if len(found) == 1 else (None, None)


def _inferred(names: str, row: Mapping[str, str]) -> tuple[str, ...]:
    if names == "tous les champs":
        filled = (
            "description_fr",
            "expertise_keywords",
            "sectors_served",
            "city",
            "size_band",
            "international",
        )
        names = ";".join(f for f in filled if row[f])
    fields = (n.strip() for n in names.replace("(city si absente de la source)", "city").split(";"))
    return tuple(COLUMNS.get(f, f) for f in fields if f)


def _level(row: Mapping[str, str]) -> EvidenceLevel:
    level: EvidenceLevel = row["evidence_level"]  # type: ignore[assignment]  # the entity checks it
    return level


def _list(text: str, separator: str = ";") -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(separator) if part.strip())


def _rows(path: Path) -> list[Row]:
    return list(csv.DictReader(io.StringIO(_text(path), newline="")))


def _text(path: Path) -> str:
    if not path.is_file():
        raise InvalidRequest(
            f"{path} is missing: pass the folder that holds catalogue/, horizon/, esco/ and rome/"
        )
    return path.read_text("utf-8")
