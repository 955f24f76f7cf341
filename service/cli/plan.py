"""The command that plans introductions and shows who is seen and what it costs."""

from rich.table import Table

from matcher.build import open_matcher
from matcher.domain.items import ItemType
from matcher.market.introduction_plan import IntroductionPlan, Member
from matcher.settings import Settings
from service.cli.render.console import progress, remarks, results
from service.cli.render.phrases import word
from service.formats import PlanReport, is_illustrative, least_seen_first

SHOWN = 8
"""Rows of each end of the exposure table on a terminal."""


def run(settings: Settings, *, as_json: bool) -> None:
    """Make a new plan and show who is seen and what it costs."""
    with open_matcher(settings) as matcher:
        with progress("Planning introductions") as advance:
            plan = matcher.plan(advance)
        organisations = list(matcher.store.items.all(ItemType.ORGANISATION))
    report = PlanReport.of(plan, organisations)
    if report.left_out:
        remarks().print(_unplanned(report.left_out))
    if as_json:
        results().out(report.model_dump_json(indent=2), highlight=False)
        return
    names = {item.id: f"{item.name} ◆" if is_illustrative(item) else item.name for item in organisations}
    results().print(exposure_table(plan, names))
    results().print(_totals(plan))
    if report.illustrative:
        legend = f"\n{len(report.illustrative)} of {len(plan.members)}: {word('legend_illustrative', 'en')}"
        results().print(legend, style="dim")
    remarks().print(f"Plan {plan.version} is followed by partner recommendations from now on.")


def _unplanned(left_out: list[str]) -> str:
    some = ", ".join(left_out[:SHOWN]) + (", …" if len(left_out) > SHOWN else "")
    return (
        f"Left out of the plan, having no text to match on: {len(left_out)} ({some}). "
        "Describe their activity, expertise or needs, then plan anew."
    )


def exposure_table(plan: IntroductionPlan, names: dict[str, str]) -> Table:
    """Draw both ends of the exposure: who is seen least, and who most."""
    table = Table(title="Who is seen, least first", title_justify="left", box=None, padding=(0, 1))
    for heading in ("Organisation", "Views / mean", "Matches", "before", "Relevance kept"):
        table.add_column(heading, justify="left" if heading == "Organisation" else "right")
    for member in _both_ends(least_seen_first(plan)):
        if member is None:
            table.add_row("…")
            continue
        table.add_row(
            f"{names.get(member.organisation_id, member.organisation_id)}{_flag(member)}",
            f"{member.share:.2f}",
            f"{member.matches:.2f}",
            f"{member.matches_before:.2f}",
            f"{member.relevance:.2f}",
        )
    return table


def _both_ends(members: list[Member]) -> list[Member | None]:
    """Return the first and last rows, between them those who lose by the plan; None marks a gap."""
    if len(members) <= 2 * SHOWN:
        return list(members)
    losing = [member for member in members[SHOWN:-SHOWN] if not member.keeps]
    return [*members[:SHOWN], None, *losing, None, *members[-SHOWN:]]


def _flag(member: Member) -> str:
    if member.under_floor:
        return "  under the floor"
    return "" if member.keeps else "  loses"


def _totals(plan: IntroductionPlan) -> str:
    totals = plan.summary()
    return (
        f"\nExpected introductions wanted by both sides: {totals['matches'] / 2:.1f}, "
        f"{totals['matches_before'] / 2:.1f} by mutual score alone. "
        f"{totals['kept']:.0%} of organisations expect at least what they had. "
        f"Inequality of views (Gini): {totals['gini_views']:.2f}. "
        f"Lists keep {totals['mean_relevance']:.0%} of their relevance (nDCG)."
    )
