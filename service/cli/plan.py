"""The command that plans introductions and shows staff what to expect, in their words."""

import time
from typing import Any

from rich.table import Table

from matcher.build import open_matcher
from matcher.domain.items import AnyItem, ItemType
from matcher.errors import BackendUnavailable
from matcher.market import IntroductionPlan, Member
from matcher.settings import Settings
from service.cli.catalogue import opened_store
from service.cli.render.console import progress, remarks, results
from service.cli.render.phrases import PLAN, word
from service.formats import PlanReport, is_illustrative, least_seen_first
from service.running import find_running
from service.words import Language, choose

_LOOK_S, _PATIENCE_S = 1.0, 3_600.0
"""Seconds between two looks at a plan that the running service makes, and until it is given up."""
SHOWN = 8
"""Rows of each end of the table on a terminal."""


def run(settings: Settings, lang: Language, *, as_json: bool) -> None:
    """Make a new plan and show what each organisation can expect."""
    plan, organisations = _planned(settings, lang)
    report = PlanReport.of(plan, organisations)
    if report.left_out:
        some = ", ".join(report.left_out[:SHOWN]) + (", …" if len(report.left_out) > SHOWN else "")
        remarks().print(_say("left_out", lang, count=len(report.left_out), some=some))
    if as_json:
        results().out(report.model_dump_json(indent=2), highlight=False)
        return
    names = {item.id: f"{item.name} ◆" if is_illustrative(item) else item.name for item in organisations}
    for line in summary_lines(plan, lang):
        results().print(line)
    results().print(exposure_table(plan, names, lang))
    if report.illustrative:
        legend = f"\n{len(report.illustrative)} / {len(plan.members)}: {word('legend_illustrative', lang)}"
        results().print(legend, style="dim")
    remarks().print(_say("followed", lang, version=plan.version))


def _planned(settings: Settings, lang: Language) -> tuple[IntroductionPlan, list[AnyItem]]:
    """Make a plan, or let the running service, which owns the index, make it."""
    running = find_running(settings.home)
    if running is None:
        with open_matcher(settings) as matcher:
            with progress(_say("progress", lang)) as advance:
                plan = matcher.plan(advance)
            return plan, list(matcher.store.items.all(ItemType.ORGANISATION))
    with opened_store(settings, make=False) as store, remarks().status(_say("progress", lang)):
        former = store.plans.version()
        running.ask("POST", "/v1/plan")
        give_up = time.monotonic() + _PATIENCE_S
        while store.plans.version() == former:
            if time.monotonic() > give_up:
                raise BackendUnavailable("The running service has made no plan: see its log.")
            time.sleep(_LOOK_S)
        made = store.plans.load()
        if made is None:
            raise BackendUnavailable("The plan was removed while it was read: repeat the command.")
        return made, list(store.items.all(ItemType.ORGANISATION))


def summary_lines(plan: IntroductionPlan, lang: Language) -> list[str]:
    """Word the totals of a plan for staff."""
    totals = plan.summary()
    count = len(plan.members)
    kept = sum(member.keeps for member in plan.members)
    # An introduction is expected by both of its sides: half of what the members expect together.
    matches, before = totals["matches"] / 2, totals["matches_before"] / 2
    return [
        _say("expected", lang, matches=matches, before=before, organisations=count),
        _say("kept", lang, kept=kept, fewer=count - kept),
        _say("order", lang, kept=totals["mean_relevance"]),
    ]


def exposure_table(plan: IntroductionPlan, names: dict[str, str], lang: Language) -> Table:
    """Draw both ends of the exposure: who is proposed least, and who most."""
    table = Table(title=f"\n{_say('title', lang)}", title_justify="left", box=None, padding=(0, 1))
    for heading in ("organisation", "seen", "matches", "before"):
        table.add_column(_say(heading, lang), justify="left" if heading == "organisation" else "right")
    table.add_column("")
    for member in _both_ends(least_seen_first(plan)):
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


def _both_ends(members: list[Member]) -> list[Member | None]:
    """Return the first and last rows, between them those who lose by the plan; None marks a gap."""
    if len(members) <= 2 * SHOWN:
        return list(members)
    losing = [member for member in members[SHOWN:-SHOWN] if not member.keeps]
    return [*members[:SHOWN], None, *losing, None, *members[-SHOWN:]]


def _flag(member: Member, lang: Language) -> str:
    if member.under_floor:
        return _say("hidden", lang)
    return "" if member.keeps else _say("fewer", lang)


def _number(value: float, lang: Language) -> str:
    text = f"{value:.1f}"
    return text.replace(".", ",") if lang == "fr" else text


def _say(key: str, lang: Language, **values: Any) -> str:
    return choose(PLAN[key], lang).format(**values)
