"""The plan of introductions: made by ``matcher plan``, or by a running service in the background."""

import asyncio
import json
from collections.abc import Iterable, Sequence
from functools import partial

import structlog
from rich.table import Table

from matcher import settings as configuration
from matcher.build import Matcher, open_matcher
from matcher.domain.items import AnyItem, ItemType, Organisation
from matcher.errors import MatcherError
from matcher.index.indexer import has_text, is_listed
from matcher.market.introduction_plan import IntroductionPlan, Member
from service.cli.render.answer import word
from service.cli.render.console import progress, remarks, results
from service.http.engine import Desk, to_the_end

log = structlog.get_logger("matcher.plan")
SHOWN = 8
"""Rows of each end of the exposure table on a terminal."""


class Planner:
    """Makes plans beside a serving desk, one at a time; questions are answered in between."""

    def __init__(self, desk: Desk, matcher: Matcher) -> None:
        self._desk, self._matcher = desk, matcher
        self._task: asyncio.Task[None] | None = None

    @property
    def busy(self) -> bool:
        """Whether a plan is being made."""
        return self._task is not None and not self._task.done()

    def start(self) -> bool:
        """Begin a new plan unless one is being made; return whether this call began one."""
        if self.busy:
            return False
        self._task = asyncio.create_task(self._plan())
        return True

    async def stop(self) -> None:
        """Give up a plan under way; the current one stays."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])

    async def _plan(self) -> None:
        try:
            members = await self._desk.ask(lambda m: m.members(), slow=True)
            scores = {}
            for member in members:
                scores[member.id] = await self._desk.ask(partial(_mutual_scores, member), slow=True)
            made = await to_the_end(self._matcher.arrange, scores)
            plan = await self._desk.ask(lambda m: m.adopt(made), slow=True)
            log.info("plan adopted", version=plan.version, organisations=len(plan.members))
        except MatcherError as fault:
            log.warning("plan failed, the former one stays", error=type(fault).__name__, detail=str(fault))
        except Exception:
            log.exception("plan failed, the former one stays")


def _mutual_scores(member: AnyItem, matcher: Matcher) -> dict[str, float]:
    return matcher.recommender.mutual_scores(member)


def run(*, as_json: bool) -> None:
    """Make a new plan and show who is seen and what it costs."""
    with open_matcher(configuration.load()) as matcher:
        with progress("Planning introductions") as advance:
            plan = matcher.plan(advance)
        organisations = list(matcher.store.items.all(ItemType.ORGANISATION))
    left_out, marked = _left_out(organisations), _marked(plan, organisations)
    if left_out:
        remarks().print(_unplanned(left_out))
    if as_json:
        told = described(plan, organisations)
        results().out(json.dumps(told, indent=2, ensure_ascii=False), highlight=False)
        return
    names = {item.id: f"{item.name} ◆" if _illustrative(item) else item.name for item in organisations}
    results().print(exposure_table(plan, names))
    results().print(_told(plan))
    if marked:
        results().print(
            f"\n{len(marked)} of {len(plan.members)}: {word('legend_illustrative', 'en')}", style="dim"
        )
    remarks().print(f"Plan {plan.version} is followed by partner recommendations from now on.")


def _illustrative(item: AnyItem) -> bool:
    return isinstance(item, Organisation) and item.illustrative


def _left_out(organisations: Iterable[AnyItem]) -> list[str]:
    """Ids of those a plan cannot take in: they have no text to match on."""
    return [item.id for item in organisations if is_listed(item) and not has_text(item)]


def _marked(plan: IntroductionPlan, organisations: Iterable[AnyItem]) -> list[str]:
    """Ids of those planned on needs that were made up to show how it works."""
    planned = {member.organisation_id for member in plan.members}
    return [item.id for item in organisations if _illustrative(item) and item.id in planned]


def _unplanned(left_out: list[str]) -> str:
    some = ", ".join(left_out[:SHOWN]) + (", …" if len(left_out) > SHOWN else "")
    return (
        f"Left out of the plan, having no text to match on: {len(left_out)} ({some}). "
        "Describe their activity, expertise or needs, then plan anew."
    )


def described(plan: IntroductionPlan, organisations: Sequence[AnyItem]) -> dict[str, object]:
    """Put a plan's totals and everybody's exposure in JSON terms, least seen first.

    ``organisations`` are those of the store: they say who was left out, and whose needs are illustrative.
    """
    return {
        "version": plan.version,
        "created_at": plan.created_at.isoformat(),
        "generation": plan.generation,
        "summary": {name: round(value, 4) for name, value in plan.summary().items()},
        "members": [
            {name: getattr(member, name) for name in Member.__dataclass_fields__} for member in _ranked(plan)
        ],
        "left_out": _left_out(organisations),
        "illustrative": _marked(plan, organisations),
    }


def _ranked(plan: IntroductionPlan) -> list[Member]:
    return sorted(plan.members, key=lambda member: (member.views, member.organisation_id))


def exposure_table(plan: IntroductionPlan, names: dict[str, str]) -> Table:
    """Draw both ends of the exposure: who is seen least, and who most."""
    members = _ranked(plan)
    table = Table(title="Who is seen, least first", title_justify="left", box=None, padding=(0, 1))
    for heading in ("Organisation", "Views / mean", "Matches", "before", "Relevance kept"):
        table.add_column(heading, justify="left" if heading == "Organisation" else "right")
    losing = [member for member in members[SHOWN:-SHOWN] if not member.keeps]
    ends = (
        members if len(members) <= 2 * SHOWN else [*members[:SHOWN], None, *losing, None, *members[-SHOWN:]]
    )
    for member in ends:
        if member is None:
            table.add_row("…")
            continue
        flag = "  under the floor" if member.under_floor else "  loses" if not member.keeps else ""
        table.add_row(
            f"{names.get(member.organisation_id, member.organisation_id)}{flag}",
            f"{member.share:.2f}",
            f"{member.matches:.2f}",
            f"{member.matches_before:.2f}",
            f"{member.relevance:.2f}",
        )
    return table


def _told(plan: IntroductionPlan) -> str:
    totals = plan.summary()
    return (
        f"\nExpected introductions wanted by both sides: {totals['matches'] / 2:.1f}, "
        f"{totals['matches_before'] / 2:.1f} by mutual score alone. "
        f"{totals['kept']:.0%} of organisations expect at least what they had. "
        f"Inequality of views (Gini): {totals['gini_views']:.2f}. "
        f"Lists keep {totals['mean_relevance']:.0%} of their relevance (nDCG)."
    )
