"""The picture of who is seen, before and after."""

from pathlib import Path

import numpy as np

from matcher.market.fairness import gini
from matcher.market.planner import naive, plan, reciprocal
from training.market.estimate import estimate
from training.market.instances import Row


def draw(row: Row, out: Path) -> None:
    """Write a PNG: requests each employer receives, and matches each person expects, by ranking."""
    from matplotlib.figure import Figure

    f, g = row.draw()
    lists = {"own preference": naive(f, g), "reciprocal": reciprocal(f, g), "plan": plan(f, g).left}
    colours = {"own preference": "#999999", "reciprocal": "#d98324", "plan": "#1f6f8b"}
    figure = Figure(figsize=(11, 4.6), layout="constrained")
    seen, matched = figure.subplots(1, 2)
    for name, ids in lists.items():
        found = estimate(ids, f, g)
        people = np.sort(np.r_[found.left_matches, found.right_matches])
        label = f"{name} (Gini {gini(found.requests):.2f})"
        seen.plot(np.arange(1, len(found.requests) + 1), found.requests, color=colours[name], label=label)
        label = f"{name}: {found.expected:.1f} matches (Gini {gini(people):.2f})"
        matched.plot(np.linspace(0, 100, len(people)), people, color=colours[name], label=label)
    seen.set(
        title="Requests an employer receives",
        xlabel="Employer, most popular first",
        ylabel="Expected requests",
    )
    matched.set(
        title="Matches a person expects", xlabel="People, fewest first (%)", ylabel="Expected matches"
    )
    for axes in (seen, matched):
        axes.set_ylim(bottom=0)
        axes.grid(alpha=0.25)
        axes.legend(frameon=False)
    figure.suptitle(f"{row.lookers} candidates, {row.receivers} employers, crowding {row.crowding}")
    figure.savefig(out, dpi=130)
