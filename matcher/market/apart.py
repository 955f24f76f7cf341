"""A large plan made in a process of its own: its memory is given back whole, and answers are not held up."""

import pickle
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from functools import partial

from matcher.errors import BackendUnavailable, MatcherError
from matcher.market.introduction_plan import IntroductionPlan, plan_introductions

MEMBERS = 1_000
"""Members up to whom a plan is made in this process: the other one takes a second to start."""


def plan_apart(
    scores: Mapping[str, Mapping[str, float]],
    *,
    version: str,
    created_at: datetime,
    generation: str = "",
    met: Iterable[tuple[str, str]] = (),
    above: int = MEMBERS,
) -> IntroductionPlan:
    """Plan like :func:`plan_introductions`, with more than ``above`` members in another process.

    What planning imports and takes is then gone with that process.

    Raises
    ------
    InvalidRequest
        What :func:`plan_introductions` refuses.
    BackendUnavailable
        The other process was ended before it had a plan.

    Examples
    --------
    >>> scores = {"a": {"b": 0.9}, "b": {"a": 0.5}}
    >>> len(plan_apart(scores, version="1", created_at=datetime(2026, 11, 22)).lists["a"])
    1
    """
    work = partial(
        plan_introductions,
        scores,
        version=version,
        created_at=created_at,
        generation=generation,
        met=tuple(met),
    )
    return work() if len(scores) <= above else _elsewhere(work, len(scores))


_START = (
    "import pickle, sys; sys.path[:] = pickle.load(sys.stdin.buffer);"
    "from matcher.market.apart import answer; answer()"
)


def _elsewhere(work: Callable[[], IntroductionPlan], members: int) -> IntroductionPlan:
    # No multiprocessing: it would run the main module again, and no worker of a pool may use it.
    command, asked = [sys.executable, "-c", _START], pickle.dumps(sys.path) + pickle.dumps(work)
    done = subprocess.run(command, input=asked, stdout=subprocess.PIPE, check=False)  # noqa: S603  # our own
    if done.returncode:
        raise BackendUnavailable(
            f"The process that planned the introductions of {members:,} members was ended, as happens when"
            " memory runs out. The former plan stays; free memory, then plan again."
        )
    made: IntroductionPlan | MatcherError = pickle.loads(done.stdout)  # noqa: S301  # written by answer()
    if isinstance(made, MatcherError):
        raise made
    return made


def answer() -> None:
    """Do the work that standard input brings, in the other process; write what comes out, or the refusal."""
    work: Callable[[], IntroductionPlan] = pickle.load(sys.stdin.buffer)  # noqa: S301  # our own
    try:
        made: IntroductionPlan | MatcherError = work()
    except MatcherError as refusal:
        made = refusal
    pickle.dump(made, sys.stdout.buffer, pickle.HIGHEST_PROTOCOL)
