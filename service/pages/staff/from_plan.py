"""Introductions proposed from the plan: the pairs that both gain most from, for staff to read one by one."""

from fastapi import APIRouter, Request, Response

from matcher.build import Matcher
from matcher.introductions import Actor, Party
from matcher.market import IntroductionPlan
from service.http.deps import EngineDep
from service.pages.acting import now
from service.pages.forms import once, typed
from service.pages.frame import back_to
from service.pages.staff.queue import StaffDep

router = APIRouter(include_in_schema=False)
MOST = 200
USUAL = 10


@router.post("/a-traiter/du-plan", name="page_from_plan")
async def from_plan(request: Request, staff: StaffDep, engine: EngineDep) -> Response:
    """Propose the best pairs of the plan that were not proposed yet."""

    async def do() -> Response:
        form = await typed(request)
        given = form.get("most", "")
        most = min(int(given), MOST) if given.isdecimal() and len(given) < 5 else USUAL
        actor = Actor(Party.STAFF, staff.name)

        def propose(matcher: Matcher) -> bool:
            plan = matcher.store.plans.load()
            if plan is None:
                return False
            matcher.introductions.propose_all(best_pairs(plan), actor, now(), plan=plan.version, most=most)
            return True

        planned = await engine.write(propose)
        return back_to("/a-traiter?panier=to_approve", said="planned" if planned else "no_plan")

    return await once(request, do)


def best_pairs(plan: IntroductionPlan) -> list[tuple[str, str]]:
    """Return each pair of the plan once, by what the side that gains less gains, ties by id.

    The side that gains more is asked first: it has most reason to answer.
    """
    gains: dict[tuple[str, str], float] = {}
    for organisation_id, entries in plan.lists.items():
        for entry in entries:
            pair = (organisation_id, entry.item_id)
            if entry.gain < entry.gain_of_other:
                pair = (entry.item_id, organisation_id)
            gains[pair] = min(entry.gain, entry.gain_of_other)
    return sorted(gains, key=lambda pair: (-gains[pair], pair))
