"""The picture of who is seen, before and after."""

from pathlib import Path

import numpy as np

from matcher.market import gini, plan
from training.market.estimate import estimate
from training.market.instances import Market
from training.market.peers import naive, reciprocal


def draw(market: Market, out: Path) -> None:
    """Write a PNG: requests each employer receives, and matches each person expects, by ranking."""
    from matplotlib.figure import Figure

    f, g = market.draw()
    lists = {"own preference": naive(f, g), "reciprocal": reciprocal(f, g), "plan": plan(f, g).lists}
    colours = {"own preference": "#999999", "reciprocal": "#d98324", "plan": "#1f6f8b"}
    figure = Figure(figsize=(11, 4.6), layout="constrained")
    seen, matched = figure.subplots(1, 2)
    for name, ids in lists.items():
        found = estimate(ids, f, g)
        people = np.sort(found.matches)
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
    figure.suptitle(
        f"{market.candidates} candidates, {market.employers} employers, crowding {market.crowding}"
    )
    figure.savefig(out, dpi=130)
