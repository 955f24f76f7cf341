"""The commands of job needs: add, list, show, leads, egapro, close, map."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich import box
from rich.table import Table
from rich.text import Text

from matcher.adapters.sql import utc_now
from matcher.build import Matcher, open_matcher
from matcher.domain.items import Profile
from matcher.errors import InvalidRequest
from matcher.hiring import JobNeed
from matcher.hiring.needs import (
    Draft,
    LeadGroup,
    NeedGap,
    Override,
    ReadFacts,
    SavedNeed,
    gaps,
    read_egapro,
    read_table_of_needs,
    unmet,
    write_rejected,
)
from matcher.importing import rejects_path
from matcher.settings import load
from service.cli.render.console import remarks, results
from service.needs import (
    GROUP_TITLES,
    gap_facts,
    group_facts,
    lead_line,
    need_facts,
    notice_of,
    requirement_words,
)
from service.words import Language

need = typer.Typer(help="Job needs: what is asked, and who could widen who applies.", no_args_is_help=True)

LangOption = Annotated[Language, typer.Option("--lang", help="Language of the answer.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]
IdArgument = Annotated[str, typer.Argument(help="Id of the need, as `matcher need list` prints it.")]
_LARGEST = 200_000
_SHOWN = 20


@need.command("add")
def add(
    source: Annotated[
        str, typer.Argument(help="The need in words; a file of text, JSON or a table of needs; - reads one.")
    ],
    note: Annotated[
        str, typer.Option("--note", help="Why words that the job check would correct stay as they are.")
    ] = "",
    lang: LangOption = "fr",
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Save nothing, show what is read.")] = False,
) -> None:
    """Read one need, or a table of needs, show what was understood, and save it."""
    with open_matcher(load()) as matcher:
        drafts = _drafts(matcher, source)
        for draft in drafts:
            _print_draft(draft, lang)
            if not dry_run:
                _save(matcher, draft, note, alone=len(drafts) == 1)


@need.command("list")
def list_needs(
    *,
    closed: Annotated[bool, typer.Option("--all", help="Show those that are closed or over too.")] = False,
    as_json: JsonOption = False,
) -> None:
    """List the needs for which people are sought, latest first."""
    now = utc_now()
    with open_matcher(load()) as matcher:
        found: Sequence[SavedNeed] = (
            matcher.hiring.needs.all() if closed else matcher.hiring.needs.active(now)
        )
    if as_json:
        results().out(
            json.dumps([need_facts(one) for one in found], ensure_ascii=False, indent=2), highlight=False
        )
        return
    table = Table("id", "title", "place", "until", box=box.SIMPLE_HEAD, header_style="dim")
    for one in found:
        place = " ".join(filter(None, [one.need.city, one.need.department]))
        until = f"{one.need.expires_at:%Y-%m-%d}" if one.is_active(now) else "closed"
        table.add_row(one.need.id, one.need.title, place, until)
    results().print(table if found else Text("No need is saved. `matcher need add` saves one.", "dim"))


@need.command("show")
def show(need_id: IdArgument, *, as_json: JsonOption = False, lang: LangOption = "fr") -> None:
    """Show a need: job, requirements with the words that say so, place, contract."""
    with open_matcher(load()) as matcher:
        saved = matcher.hiring.needs.get(need_id)
    if as_json:
        _print_json(need_facts(saved))
        return
    _print_need(saved.need, lang)
    for one in saved.overrides:
        results().print(Text(f"  « {one.words} » : {one.note}", "dim"))


@need.command("leads")
def leads(
    need_id: Annotated[str, typer.Argument(help="Id of a need, or a need in words.")],
    lang: LangOption = "fr",
    *,
    as_json: JsonOption = False,
) -> None:
    """Show who teaches the job near by, who widens who applies, and whose people could move."""
    with open_matcher(load()) as matcher:
        desk = matcher.hiring.needs
        in_words = not need_id.startswith("NEED-")
        asked = desk.draft(need_id, utc_now()).need if in_words else desk.get(need_id).need
        _, left_out = matcher.screened(Profile(description=need_id if in_words else ""))
        found, lacking = matcher.hiring.leads.groups(asked), unmet(asked, matcher.hiring.leads)
    for notice in (*left_out, *((lacking,) if lacking is not None else ())):
        remarks().print(Text(notice.en if lang == "en" else notice.fr, "yellow"))
    if as_json:
        _print_json([group_facts(group) for group in found])
        return
    _print_groups(found, lang)


@need.command("egapro")
def egapro(
    file: Annotated[
        Path, typer.Argument(help="Rows of the index that the ministry publishes, CSV or XLSX; the region's.")
    ],
    lang: LangOption = "fr",
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Keep nothing, show what is read.")] = False,
) -> None:
    """Keep the published index of professional equality of employers, with year and source."""
    now = utc_now()
    with open_matcher(load()) as matcher:
        read = read_egapro(file, matcher.knowledge.territory, now.year)
        if not dry_run:
            if read.rejected:
                write_rejected(rejects_path(file), read)
            matcher.store.employer_facts.put(read.facts, now, read.lapsed)
    _print_egapro(read, lang, kept=not dry_run)
    if read.rejected and not dry_run:
        remarks().print(f"{rejects_path(file)}")


def _print_egapro(read: ReadFacts, lang: Language, *, kept: bool) -> None:
    employers = len({one.siren for one in read.facts})
    if lang == "en":
        counts = (
            f"{len(read.facts)} facts on {employers} employers {'kept' if kept else 'read, none kept'};"
            f" {read.elsewhere} rows of other regions, {read.without_value} without an index,"
            f" {len(read.rejected)} rejected"
        )
    else:
        counts = (
            f"{len(read.facts)} faits sur {employers} employeurs {'gardés' if kept else 'lus, rien de gardé'}"
            f" ; {read.elsewhere} lignes d'autres régions, {read.without_value} sans index,"
            f" {len(read.rejected)} rejetées"
        )
    results().print(counts, highlight=False)
    for one in read.rejected[:_SHOWN]:
        line, why = ("line", one.why_en) if lang == "en" else ("ligne", one.why_fr)
        results().print(f"  {line} {one.line}: {why}", highlight=False)


@need.command("close")
def close(need_id: IdArgument) -> None:
    """Note that nobody is sought any more."""
    with open_matcher(load()) as matcher:
        saved = matcher.hiring.needs.close(need_id, utc_now())
    results().print(f"{saved.need.id}: closed", highlight=False)


@need.command("map")
def map_of_gaps(*, as_json: JsonOption = False) -> None:
    """Show the needs without a training near by, by department and job."""
    with open_matcher(load()) as matcher:
        needs = [one.need for one in matcher.hiring.needs.active(utc_now())]
        found: list[NeedGap] = gaps(needs, matcher.hiring.leads)
    if as_json:
        results().out(
            json.dumps([gap_facts(one) for one in found], ensure_ascii=False, indent=2), highlight=False
        )
        return
    table = Table("department", "job", "needs", "nearest training", box=box.SIMPLE_HEAD, header_style="dim")
    for gap in found:
        nearest = f"{gap.nearest.name}, {gap.nearest.distance_km} km" if gap.nearest else "none"
        table.add_row(gap.department, gap.label, str(gap.needs), nearest)
    results().print(table if found else Text("Every saved need has a training near by.", "dim"))


def _print_json(facts: object) -> None:
    results().out(json.dumps(facts, ensure_ascii=False, indent=2), highlight=False)


def _drafts(matcher: Matcher, source: str) -> list[Draft]:
    """Return the drafts of a text, a file of one need, or a table of needs."""
    desk, path, now = matcher.hiring.needs, Path(source), utc_now()
    if source == "-":
        return [desk.draft(sys.stdin.read(_LARGEST), now)]
    if len(source) > _LARGEST or "\n" in source or not path.is_file():
        return [desk.draft(source, now)]
    if path.suffix.lower() in (".csv", ".xlsx", ".ods", ".tsv"):
        return [desk.checked(read) for read in read_table_of_needs(desk.reader, path, now)]
    try:
        return [desk.draft(path.read_text(encoding="utf-8-sig")[:_LARGEST], now)]
    except UnicodeDecodeError as error:
        raise InvalidRequest(f"{path} is not UTF-8 text: save the need as plain text.") from error


def _save(matcher: Matcher, draft: Draft, note: str, *, alone: bool) -> None:
    """Save a need and print its id; of several, one that cannot be saved is told and the others are saved."""
    overrides = [Override(one.criterion, one.words.text, note) for one in draft.findings if one.words.text]
    try:
        saved = matcher.hiring.needs.save(draft, overrides if note else ())
    except InvalidRequest as error:
        if alone:
            raise
        remarks().print(Text(f"  not saved: {error.detail}", "red"))
        return
    results().out(saved.need.id, highlight=False)


def _print_draft(draft: Draft, lang: Language) -> None:
    _print_need(draft.need, lang)
    for notice in draft.notices:
        remarks().print(Text(f"  {notice_of(notice, lang)}", "yellow"))
    for finding in draft.findings:
        why = finding.why_en if lang == "en" else finding.why_fr
        quoted = f"« {finding.words.text} » " if finding.words.text else ""
        remarks().print(Text(f"  {quoted}{why} → {finding.instead_fr}", "dim"))


def _print_need(asked: JobNeed, lang: Language) -> None:
    results().print(Text(f"\n{asked.title}", "bold"))
    if asked.occupation:
        results().print(Text(f"  {asked.occupation.rome} {asked.occupation.label}"))
    for one in asked.requirements:
        results().print(Text(f"  - {requirement_words(one, lang)}"))
    said = [asked.city, asked.department, *asked.languages]
    said += [one.value for one in (asked.contract, asked.remote) if one is not None]
    results().print(Text(f"  {' · '.join(filter(None, said))}", "dim"))


def _print_groups(groups: Sequence[LeadGroup], lang: Language) -> None:
    for group in groups:
        results().print(Text(f"\n{GROUP_TITLES[group.kind][lang == 'en']}", "bold"))
        for one in group.leads:
            results().print(Text.assemble("  - ", (one.name, "bold"), f": {lead_line(one, lang)}"))
        step = group.leads[0].next_step
        results().print(Text(f"    → {step.en if lang == 'en' else step.fr}", "dim"))
