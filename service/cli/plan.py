"""The command that plans introductions and shows staff what to expect, in their words."""

import json
import time
from typing import Any

from rich.table import Table

from matcher.domain.items import ItemType
from matcher.errors import BackendUnavailable, NotFound
from matcher.settings import Settings
from service.cli.catalogue import opened_index
from service.cli.render.console import progress, remarks, results
from service.cli.render.phrases import PLAN, word
from service.formats import PlannedMember, PlanReport
from service.running import RunningService, find_running
from service.words import Language, choose

_LOOK_S, _PATIENCE_S = 1.0, 3_600.0
"""Seconds between two looks at a plan that the running service makes, and until it is given up."""
SHOWN = 8
"""Rows of each end of the table on a terminal."""


def run(settings: Settings, lang: Language, *, as_json: bool) -> None:
    """Make a new plan and show what each organisation can expect."""
    report, names = _planned(settings, lang)
    if report.left_out:
        some = ", ".join(report.left_out[:SHOWN]) + (", …" if len(report.left_out) > SHOWN else "")
        remarks().print(_say("left_out", lang, count=len(report.left_out), some=some))
    if as_json:
        results().out(report.model_dump_json(indent=2), highlight=False)
        return
    marked = {item_id: f"{names[item_id]} ◆" for item_id in report.illustrative if item_id in names}
    for line in summary_lines(report, lang):
        results().print(line)
    results().print(exposure_table(report, names | marked, lang))
    if report.illustrative:
        legend = f"\n{len(report.illustrative)} / {len(report.members)}: {word('legend_illustrative', lang)}"
        results().print(legend, style="dim")
    remarks().print(_say("followed", lang, version=report.version))


def _planned(settings: Settings, lang: Language) -> tuple[PlanReport, dict[str, str]]:
    """Make a plan, or let the running service, which owns the index, make it; with names by id."""
    running = find_running(settings)
    if running is not None:
        with remarks().status(_say("progress", lang)):
            return _asked(running), _names(running)
    with opened_index(settings) as matcher:
        with progress(_say("progress", lang)) as advance:
            plan = matcher.plan(advance)
        organisations = list(matcher.store.items.all(ItemType.ORGANISATION))
        return PlanReport.of(plan, organisations), {item.id: item.name for item in organisations}


def _asked(running: RunningService) -> PlanReport:
    """Have a plan made, and wait for it."""
    former = _current(running)
    running.ask("POST", "/v1/plan")
    give_up = time.monotonic() + _PATIENCE_S
    while True:
        made = _current(running)
        if made is not None and (former is None or made.version != former.version):
            return made
        if time.monotonic() > give_up:
            raise BackendUnavailable("The running service has made no plan: see its log.")
        time.sleep(_LOOK_S)


def _current(running: RunningService) -> PlanReport | None:
    try:
        return PlanReport.model_validate_json(running.ask("GET", "/v1/plan"))
    except NotFound:
        return None


def _names(running: RunningService) -> dict[str, str]:
    """Return the names of all organisations, by id."""
    names: dict[str, str] = {}
    after: str | None = ""
    while after is not None:
        page = json.loads(running.ask("GET", "/v1/organisations", after=after))
        names |= {item["id"]: item["name"] for item in page["items"]}
        after = page["next"]
    return names


def summary_lines(plan: PlanReport, lang: Language) -> list[str]:
    """Word the totals of a plan for staff."""
    totals = plan.summary
    count = len(plan.members)
    kept = sum(member.keeps for member in plan.members)
    # An introduction is expected by both of its sides: half of what the members expect together.
    matches, before = totals["matches"] / 2, totals["matches_before"] / 2
    return [
        _say("expected", lang, matches=matches, before=before, organisations=count),
        _say("kept", lang, kept=kept, fewer=count - kept),
        _say("order", lang, kept=totals["mean_relevance"]),
    ]


def exposure_table(plan: PlanReport, names: dict[str, str], lang: Language) -> Table:
    """Draw both ends of the exposure: who is proposed least, and who most."""
    table = Table(title=f"\n{_say('title', lang)}", title_justify="left", box=None, padding=(0, 1))
    for heading in ("organisation", "seen", "matches", "before"):
        table.add_column(_say(heading, lang), justify="left" if heading == "organisation" else "right")
    table.add_column("")
    for member in _both_ends(plan.members):
        if member is None:
            table.add_row("…")
            continue
        table.add_row(
            names.get(member.organisation_id, member.organisation_id),
            f"{100 * member.share:.0f}",
            _number(member.matches, lang),
            _number(member.matches_before, lang),
            _flag(member, lang),
        )
    return table


def _both_ends(members: list[PlannedMember]) -> list[PlannedMember | None]:
    """Return the first and last rows, between them those who lose by the plan; None marks a gap."""
    if len(members) <= 2 * SHOWN:
        return list(members)
    losing = [member for member in members[SHOWN:-SHOWN] if not member.keeps]
    return [*members[:SHOWN], None, *losing, None, *members[-SHOWN:]]


def _flag(member: PlannedMember, lang: Language) -> str:
    if member.under_floor:
        return _say("hidden", lang)
    return "" if member.keeps else _say("fewer", lang)


def _number(value: float, lang: Language) -> str:
    text = f"{value:.1f}"
    return text.replace(".", ",") if lang == "fr" else text


def _say(key: str, lang: Language, **values: Any) -> str:
    return choose(PLAN[key], lang).format(**values)
