"""The commands of shortlists: make, list, show, contact, decide, audit."""

from typing import Annotated

import typer
from rich import box
from rich.table import Table
from rich.text import Text

from matcher.adapters.sql import utc_now
from matcher.build import Matcher, open_matcher
from matcher.errors import NotAllowed
from matcher.hiring.shortlists import (
    Decided,
    Decision,
    NeedAudit,
    QuarterAudit,
    Shortlist,
    group_figure,
    quarter_of,
)
from matcher.hiring.shortlists.phrases import APART, DECISIONS, SCORE, STATES, reason_of, summary_of
from matcher.people import Permission, Person, permissions_of
from matcher.settings import load
from service.cli.render.console import remarks, results
from service.shortlists import shortlist_record
from service.words import Language

shortlist = typer.Typer(
    help="Profiles listed for a job need, by their skills alone; a person decides.", no_args_is_help=True
)

LangOption = Annotated[Language, typer.Option("--lang", help="Language of the answer.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON, in both languages.")]
IdArgument = Annotated[
    str, typer.Argument(help="Id of the shortlist, as `matcher shortlist list` prints it.")
]


@shortlist.command("make")
def make(
    need: Annotated[str, typer.Argument(help="Id of the need, as `matcher need list` prints it.")],
    seed: Annotated[
        int | None, typer.Option(min=0, help="Draws the order of equal scores; drawn itself if left out.")
    ] = None,
    lang: LangOption = "fr",
    as_json: JsonOption = False,
) -> None:
    """List everyone whom a need may be shown, and keep the list."""
    with open_matcher(load()) as matcher:
        made = matcher.hiring.shortlists.make(need, "", utc_now(), seed)
    _print(made, lang, as_json=as_json)


@shortlist.command("list")
def list_shortlists(need: Annotated[str, typer.Option(help="Only those of a need.")] = "") -> None:
    """List the shortlists, latest first."""
    with open_matcher(load()) as matcher:
        found = matcher.hiring.shortlists.all(need)
    table = Table("shortlist", "need", "made", "profiles", "decided", box=box.SIMPLE_HEAD, header_style="dim")
    for one in found:
        decided = sum(entry.decided is not None for entry in one.listed)
        table.add_row(
            one.id, one.need_id, f"{one.made_at:%Y-%m-%d %H:%M}", str(len(one.listed)), str(decided)
        )
    results().print(table)


@shortlist.command("show")
def show(shortlist_id: IdArgument, lang: LangOption = "fr", as_json: JsonOption = False) -> None:
    """Show a shortlist, requirement by requirement."""
    with open_matcher(load()) as matcher:
        found = matcher.hiring.shortlists.get(shortlist_id)
    _print(found, lang, as_json=as_json)


@shortlist.command("contact")
def contact(
    code: Annotated[str, typer.Argument(help="Code of the profile, such as 7K3-M2.")],
    reason: Annotated[str, typer.Option("--reason", help="What for: the candidate reads it.")],
    by: Annotated[str, typer.Option("--by", help="Address of the person of the HR factory who opens it.")],
) -> None:
    """Open a contact: print name and address; the candidate is told who opened it, when and why."""
    with open_matcher(load()) as matcher:
        opened = matcher.hiring.desk.open_contact(code, _of_hr(matcher, by).id, reason, utc_now())
    results().out(f"{opened.name} <{opened.email}>".strip(), highlight=False)
    remarks().print("The candidate is told by mail: by whom, when, and why.")


@shortlist.command("decide")
def decide(
    shortlist_id: IdArgument,
    code: Annotated[str, typer.Argument(help="Code of the profile, such as 7K3-M2.")],
    decision: Annotated[Decision, typer.Argument(help="What was decided.")],
    reason: Annotated[str, typer.Option("--reason", help="Why: the candidate can ask for it.")],
    by: Annotated[str, typer.Option("--by", help="Address of the person of the HR factory who decides.")],
) -> None:
    """Keep what a person decided on a profile; the candidate is told by mail."""
    with open_matcher(load()) as matcher:
        decided = Decided(decision, reason, _of_hr(matcher, by).id, utc_now())
        matcher.hiring.shortlists.decide(shortlist_id, code, decided)
    remarks().print(f"{code}: {DECISIONS[decision][1]}. The candidate is told by mail.")


@shortlist.command("audit")
def audit(
    quarter: Annotated[str, typer.Option("--quarter", help="Such as 2026-T4; this one if left out.")] = "",
    counts: Annotated[
        tuple[int, int, int, int] | None,
        typer.Option(
            "--counts",
            help="Anonymous counts: listed, listed of the group, kept, kept of the group; 5 or more a cell.",
        ),
    ] = None,
    lang: LangOption = "fr",
) -> None:
    """Show which requirement keeps people out, how stable the order is, and who is read first.

    With --counts, compare a group with a draw by lot instead: nothing typed is kept.
    """
    if counts is not None:
        figure = group_figure(*counts)
        results().print(Text(figure.en if lang == "en" else figure.fr))
        return
    now = utc_now()
    with open_matcher(load()) as matcher:
        found = matcher.hiring.shortlists.audit(*quarter_of(quarter, now.date()))
    _print_audit(found)


def _of_hr(matcher: Matcher, address: str) -> Person:
    """Return the person of an address; NotAllowed unless they may sign in and work with candidates."""
    person = matcher.store.people.find(address)
    if person is None or Permission.SEE_CANDIDATES not in permissions_of(person.roles):
        raise NotAllowed(f"'{address}' is no person of the HR factory: see `matcher users list`.")
    if not person.may_sign_in:
        raise NotAllowed(
            f"'{address}' was disabled: name one who works with candidates now, see `matcher users list`."
        )
    return person


def _print_audit(found: QuarterAudit) -> None:
    results().print(Text(found.name, "bold"))
    for need in found.needs:
        _print_need(need)
    if not found.needs:
        remarks().print("No shortlist was made in this quarter.")
        return
    for by, shares in (("department", found.exposure), ("antenna", found.antennas)):
        table = Table(by, "read first", box=box.SIMPLE_HEAD, header_style="dim")
        for name, share in shares.items():
            table.add_row(name or "none chosen", f"{share:.0%}")
        results().print(table)


def _print_need(need: NeedAudit) -> None:
    alike = "" if need.stability is None else f", order kept in {need.stability:.0%} of pairs"
    results().print(Text(f"\n{need.need_id}: {need.shortlists} shortlist(s){alike}", "bold"))
    table = Table(
        "requirement", "met", "partly", "not stated", "lack it alone", box=box.SIMPLE_HEAD, header_style="dim"
    )
    for one in need.requirements:
        table.add_row(one.label, *map(str, (one.met, one.partly, one.not_stated, one.only_this)))
    results().print(table)


def _print(found: Shortlist, lang: Language, *, as_json: bool) -> None:
    if as_json:
        results().out(shortlist_record(found).model_dump_json(indent=2), highlight=False)
        return
    english = lang == "en"
    results().print(Text(f"{found.id} · {found.need_id}", "bold"))
    for entry in found.listed:
        head = f"\n{entry.rank}. {entry.code}  {entry.match.score:.0%}  {summary_of(entry)[english]}"
        results().print(Text(head, "bold"))
        if entry.apart:
            results().print(Text(f"   {APART[entry.apart][english]}", "yellow"))
        if entry.decided:
            results().print(Text(f"   → {DECISIONS[entry.decided.decision][english]}", "green"))
        for line in entry.match.lines:
            state = STATES[line.state][english]
            results().print(
                Text(f"   {line.requirement.skill.label} : {state} – {reason_of(line)[english]}", "dim")
            )
    remarks().print(SCORE[english])
    if not found.listed:
        remarks().print("No profile may be shown for this need.")
