"""``matcher-lab hr``: every figure of the HR factory in one table, with sizes as options.

Each part calls the very function of its own command: what is measured here is what that command measures.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from matcher.domain.items import Kind
from matcher.hiring import read_job_check
from matcher.hiring.candidates import KeepList, read_certifications
from matcher.hiring.needs import read_need_reader
from matcher.knowledge import read_job_skills
from matcher.knowledge.tables import read_rows
from matcher.settings import load
from training import job_check
from training.hiring import benchmark, blind, needs, plantings
from training.hiring.sample import read_material, sample
from training.hiring.split import SEED, read_split
from training.ranking import answers
from training.ranking.baselines import bm25
from training.ranking.cluster import FILES, catalogue
from training.ranking.significance import interval

_NEED_COLUMNS = ("id", "need_text_fr", "rome_code", "department_code", "required_skills", "optional_skills")


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure: what it is of, its value in words, what the project asks, and the sizes it was taken on."""

    part: str
    measure: str
    value: str
    asked: str
    on: str


def hr(
    cvs: Annotated[int, typer.Option(min=2, help="Invented CVs for blindness and for what is kept.")] = 60,
    for_needs: Annotated[int, typer.Option("--needs", min=1, help="Needs they are listed for.")] = 3,
    planted: Annotated[int, typer.Option(min=1, help="Plantings of identities in CVs.")] = 500,
    seed: Annotated[int, typer.Option(help="Seed of the plantings.")] = 1,
    rome: Annotated[Path | None, typer.Option(help="Tables of ROME 4.60, for need to profile.")] = None,
    leads: Annotated[
        Path | None, typer.Option(help="Folder of graded requests, for leads; needs the encoder, minutes.")
    ] = None,
) -> None:
    """Print all figures of the HR factory: wording, needs, blindness, plantings, CVs, matching, leads."""
    data_dir = load().data_dir
    table = Table("part", "measure", "figure", "asked", "on")
    found = [*_wording(data_dir), *_needs(data_dir), *_blind(data_dir, cvs, for_needs)]
    found += _planted(data_dir, planted, seed)
    if rome is not None:
        found += _matching(rome)
    if leads is not None:
        found += _leads(leads)
    for one in found:
        table.add_row(one.part, one.measure, one.value, one.asked, one.on)
    console = Console()
    console.print(table)
    left = [name for name, path in (("--rome", rome), ("--leads", leads)) if path is None]
    if left:
        console.print(f"Not measured: {', '.join(left)} names what the rest needs.")


def _wording(data_dir: Path) -> Iterator[Figure]:
    rows = read_rows(data_dir / "benchmarks" / "job-check" / "phrases.csv", ("lawful", "phrase"))
    phrases = [(row["phrase"], row["lawful"] == "yes") for row in rows]
    precision, recall, _ = job_check.measure(read_job_check(data_dir), phrases)
    on = f"{len(phrases)} phrases"
    yield Figure("job check", "precision", f"{precision:.3f}", ">= .95", on)
    yield Figure("job check", "recall", f"{recall:.3f}", ">= .95", on)


def _needs(data_dir: Path) -> Iterator[Figure]:
    rows = read_rows(data_dir / "hr" / "job_needs_sample.csv", _NEED_COLUMNS)
    total = needs.measure(read_need_reader(data_dir), rows)
    on = f"{total.needs} invented needs"
    yield Figure("needs", "occupation right", f"{total.occupations} of {total.needs}", "", on)
    yield Figure("needs", "department right", f"{total.places} of {total.needs}", "", on)
    yield Figure("needs", "skills, recall", f"{total.met / max(total.asked, 1):.3f}", "", on)
    yield Figure("needs", "skills, precision", f"{total.right / max(total.found, 1):.3f}", "", on)


def _blind(data_dir: Path, count: int, most_needs: int) -> Iterator[Figure]:
    course, material = blind.Course(data_dir, most_needs), read_material(data_dir)
    made = sample(material, count)
    traits = blind.measure_traits(course, material, made)
    on = f"{len(traits)} traits of {count} CVs, {len(course.needs)} needs"
    changed = sum(one.profiles_changed for one in traits)
    yield Figure("blindness", "profiles changed", str(changed), "0", on)
    yield Figure("blindness", "least RBO", f"{min(one.rbo for one in traits):.3f}", "1.000", on)
    tricks = [blind.stuffed(course, made), blind.repeated(course, made), blind.white(course, made)]
    gained = max(one.most_gained for one in tricks)
    yield Figure("tricks", "most gained", f"{gained:.3f}", "0", f"{len(tricks)} tricks")
    for kept in blind.measure_kept(course, made):
        on = f"{kept.cvs} {kept.format}"
        yield Figure("CVs", "skills kept, precision", f"{kept.precision:.3f}", ">= .90", on)
        yield Figure("CVs", "skills kept, recall", f"{kept.recall:.3f}", ">= .85", on)


def _planted(data_dir: Path, count: int, seed: int) -> Iterator[Figure]:
    keep_list = KeepList(read_job_skills(data_dir), read_certifications(data_dir))
    planter = plantings.Planter(data_dir / plantings.FOLDER, seed)
    counted = plantings.tally(keep_list, planter.plantings(count))
    on = f"{count} of {len(counted.made)} classes, seed {seed}"
    yield Figure("plantings", "leaked", str(len(counted.leaked)), "0 of 6,000", on)


def _matching(rome: Path) -> Iterator[Figure]:
    split = read_split(rome)
    on = f"{len(split.needs)} occupations of ROME, seed {SEED}"
    methods = (
        ("BM25", benchmark.by_text(split, bm25), ""),
        ("the product", benchmark.matched(split), "above BM25"),
    )
    for name, ranking, asked in methods:
        values = benchmark.measure(split, ranking)
        low, high = interval(values)
        value = f"{fmean(values):.3f} ({low:.3f} to {high:.3f})"
        yield Figure("need to profile", f"nDCG@10, {name}", value, asked, on)


def _leads(folder: Path) -> Iterator[Figure]:
    requests = [one for one in answers.read_requests(folder) if one.kind is Kind.LEAD]
    with catalogue((*FILES, "leads.csv")) as matcher:
        found = answers.measure(matcher, requests)[Kind.LEAD.value]
    on = f"{found.requests} graded requests"
    yield Figure("leads", "useful among shown", f"{found.useful or 0:.3f}", ">= .60", on)
    yield Figure("leads", "nDCG@5", f"{found.ndcg or 0:.3f}", ">= .60", on)
