"""The laboratory's markets and meetings: the published instances, and verdicts that say what they mean."""

import json

import numpy as np
import pytest
import typer
from typer.testing import CliRunner

from matcher.errors import InvalidRequest
from training.market import meetings
from training.market.command import frontier, record
from training.market.estimate import estimate
from training.market.instances import PUBLISHED, Market
from training.market.peers import naive, reciprocal
from training.market.plot import draw
from training.market.rounds import draw as draw_scores
from training.market.rounds import greedy, sequential
from training.market.runs import behind, losers, measure

SMALL = Market("small", (1.0, 1.0, 1.0), (1.0, 1.0), candidates=12, employers=8)


@pytest.mark.parametrize(
    "market", [one for one in PUBLISHED if one.candidates <= 150], ids=lambda one: one.name
)
def test_the_published_instances_are_reproduced(market):
    f, g = market.draw()
    found = [estimate(peer(f, g), f, g, market.position_bias).expected for peer in (naive, reciprocal)]
    wanted = (85.1, market.published[1]) if market.likeness == "reverse" else market.published[:2]
    assert found == pytest.approx(wanted, abs=0.2)


def test_losers_are_named_worst_first():
    assert losers(np.array([1.0, 2.0, 1.0]), np.array([0.99, 1.0, 1.0])).tolist() == [1, 0]
    with pytest.raises(InvalidRequest):
        losers(np.array([1.0]), np.array([1.0, 2.0]))


def test_a_row_is_measured_against_its_peers():
    found = measure(SMALL, draws=200)
    assert found.verdict("plan") == "above"
    assert list(found.matches) == ["naive", "reciprocal", "TU/IPFP", "plan", "guarded plan"]
    assert list(found.seconds) == list(found.matches)
    assert found.exact["plan"] == pytest.approx(
        found.matches["plan"].mean, abs=5 * found.matches["plan"].standard_error
    )
    assert found.kept("guarded plan") >= 0.95 > found.kept("plan")
    assert frontier([found]).row_count == 1
    assert json.loads(json.dumps(record(found)))["losers"]["guarded plan"] == found.losing["guarded plan"]


def test_who_falls_behind_is_named():
    f, g = SMALL.draw()
    floor, found = estimate(reciprocal(f, g), f, g), estimate(naive(f, g), f, g)
    fewer = [found.proposer_matches < floor.proposer_matches, found.receiver_matches < floor.receiver_matches]
    named = behind(floor, found)
    assert len(named) == sum(int(side.sum()) for side in fewer)
    assert f"candidate {np.flatnonzero(fewer[0])[0] + 1}" in named


def test_the_plot_is_a_picture(tmp_path):
    draw(SMALL, tmp_path / "seen.png")
    assert (tmp_path / "seen.png").read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"


def test_peers_of_the_meetings_stay_under_the_bound():
    app = typer.Typer()
    app.command()(meetings)
    answer = CliRunner().invoke(app, ["--n", "24", "--rounds", "4", "--runs", "1", "--json"])
    figures = json.loads(answer.stdout)
    totals = {row["method"]: row["total"] for row in figures["methods"]}
    assert totals["greedy"] <= totals["plan"] <= figures["bound"] + 1e-6
    scores = draw_scores(24, 0)
    assert totals["sequential matching"] == pytest.approx(sequential(scores, 4))
    assert totals["greedy"] == pytest.approx(greedy(scores, 4))
    assert np.array_equal(scores, scores.T)
