"""The commands of candidates: enable, disable, state, invite, list, papers, sample, show."""

import json
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any

import typer
from rich import box
from rich.table import Table

from matcher.adapters.sql import utc_now
from matcher.build import open_matcher
from matcher.files import write_whole
from matcher.hiring.candidates import Candidate, Gate
from matcher.hiring.papers import PaperFacts, papers
from matcher.hiring.shortlists import read_need_matcher
from matcher.rights import Durations, processings
from matcher.settings import load
from service.cli.render.console import remarks, results
from service.looking import change_sample

candidates = typer.Typer(
    help="Candidates, by their skills alone: off until its impact assessment is recorded.",
    no_args_is_help=True,
)

ByOption = Annotated[str, typer.Option("--by", help="Name of the person who decides it.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@candidates.command("enable")
def enable(
    dpia: Annotated[str, typer.Option("--dpia", help="Reference of the impact assessment (GDPR art. 35).")],
    by: ByOption,
) -> None:
    """Take candidates in from now on; reference and name are kept, and entered in the audit."""
    with open_matcher(load()) as matcher:
        gate = matcher.hiring.desk.enable(dpia, by, utc_now())
    results().print(_told(gate), highlight=False)


@candidates.command("disable")
def disable(by: ByOption) -> None:
    """Take nobody in, and show nobody, from now on; candidates still see and erase their own profile."""
    with open_matcher(load()) as matcher:
        gate = matcher.hiring.desk.disable(by, utc_now())
    results().print(_told(gate), highlight=False)


@candidates.command("state")
def state() -> None:
    """Say whether candidates are taken in, since when, and by whose decision."""
    with open_matcher(load()) as matcher:
        gate = matcher.hiring.desk.gate()
    results().print(_told(gate), highlight=False)


@candidates.command("invite")
def invite() -> None:
    """Print an invitation to hand to one person; it works once, for thirty days, and names nobody."""
    with open_matcher(load()) as matcher:
        token = matcher.hiring.desk.invite(utc_now())
        address = matcher.addresses.candidate_entry(token)
    results().out(address, highlight=False)


@candidates.command("list")
def list_profiles(as_json: JsonOption = False) -> None:
    """List the profiles that may be shown, by code: skills alone."""
    with open_matcher(load()) as matcher:
        found = matcher.hiring.desk.listed()
    if as_json:
        rows = [facts_of(candidate) for candidate in found]
        results().out(json.dumps(rows, ensure_ascii=False, indent=2), highlight=False)
        return
    table = Table("profile", "skills", "departments", "from", box=box.SIMPLE_HEAD, header_style="dim")
    for candidate in found:
        profile = candidate.profile
        labels = ", ".join(held.skill.label for held in profile.skills)
        start = profile.available_from.isoformat() if profile.available_from else ""
        table.add_row(profile.code, labels, " ".join(profile.zone), start)
    results().print(table)
    remarks().print(
        "A contact is opened by a person of the HR factory: on the page Profils, or with"
        " `matcher shortlist contact`."
    )


@candidates.command("sample")
def sample(
    count: Annotated[int, typer.Option("--count", help="How many, up to 300.")] = 60,
    remove: Annotated[bool, typer.Option("--remove", help="Erase the invented profiles instead.")] = False,
) -> None:
    """Put invented profiles into a home without real ones, for a demonstration; their code says EXEMPLE."""
    with open_matcher(load()) as matcher:
        if remove:
            change_sample(matcher, None, utc_now())
            gone = matcher.hiring.sample.remove(utc_now())
            matcher.rights.finish(utc_now)
            remarks().print(f"{gone} invented profiles erased.")
            return
        made = matcher.hiring.sample.load(count, utc_now())
        change_sample(matcher, None, utc_now())
    remarks().print(
        f"{len(made)} invented profiles: nobody is behind them, and nobody can enter beside them."
    )


@candidates.command("papers")
def write_papers(
    folder: Annotated[Path, typer.Argument(help="Where they are written; made if missing.")],
) -> None:
    """Write model card, impact annex, record and technical file, as Markdown in French, from the facts."""
    settings = load()
    with open_matcher(settings) as matcher:
        facts = PaperFacts(
            cluster=settings.cluster_name,
            release=version("matcher"),
            made_on=utc_now().date(),
            skills_version=read_need_matcher(settings.data_dir).version,
            gate=matcher.hiring.desk.gate(),
            processings=processings(Durations(settings.impressions_days)),
        )
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in papers(facts).items():
        write_whole(folder / name, text.encode())
        remarks().print(f"{folder / name}")


@candidates.command("show")
def show(
    code: Annotated[str, typer.Argument(help="Code of a profile, such as 7K3-M2.")],
) -> None:
    """Show one profile, as JSON."""
    with open_matcher(load()) as matcher:
        found = facts_of(matcher.hiring.desk.by_code(code))
    results().out(json.dumps(found, ensure_ascii=False, indent=2), highlight=False)


def facts_of(candidate: Candidate) -> dict[str, Any]:
    """Return a profile as plain values: nothing in it names the person."""
    profile = candidate.profile
    return {
        "code": profile.code,
        "skills": [
            {"id": held.skill.id, "label": held.skill.label, "years": held.years} for held in profile.skills
        ],
        "languages": list(profile.languages),
        "certifications": list(profile.certifications),
        "departments": list(profile.zone),
        "remote": profile.remote,
        "available_from": profile.available_from.isoformat() if profile.available_from else None,
        "shown_to": list(candidate.shown_to),
    }


def _told(gate: Gate) -> str:
    if gate.at is None:
        return "Candidates are off: nothing was ever recorded."
    since = f"since {gate.at:%Y-%m-%d %H:%M} UTC, by {gate.by or 'a person erased since'}"
    return (
        f"Candidates are on, DPIA {gate.dpia}, {since}." if gate.is_open else f"Candidates are off, {since}."
    )
