"""Figures of shortlists: requirements that keep people out, stability, exposure, counts of groups."""

from dataclasses import replace
from datetime import UTC, date, datetime
from math import comb

import pytest

from matcher.errors import InvalidRequest
from matcher.hiring import CandidateProfile, HeldSkill, JobSkill, Requirement
from matcher.hiring.shortlists import Match, NeedMatcher, Relatedness, Shortlist, ordered
from matcher.hiring.shortlists.audit import (
    MOST_COUNTED,
    exposure,
    group_figure,
    of_quarter,
    requirement_figures,
    stability,
)
from matcher.hiring.shortlists.quarter import audit_quarter, quarter_of

PYTHON, DOCKER = JobSkill("term:python", "Python"), JobSkill("term:docker", "Docker")
ASKED = [Requirement(PYTHON), Requirement(DOCKER)]


class NoLists:
    def related(self, _skill_id: str, /) -> dict[str, object]:
        return {}


def shortlist(*held: list[JobSkill], day: int = 1) -> Shortlist:
    matcher = NeedMatcher(NoLists(), Relatedness({}))  # type: ignore[arg-type]  # no relation
    matches: list[tuple[str, Match, None]] = []
    for number, skills in enumerate(held):
        profile = CandidateProfile(code=f"code{number}", skills=tuple(map(HeldSkill, skills)))
        matches.append((f"C{number}", matcher.compare(ASKED, (), profile), None))
    return Shortlist(
        id=f"SL{day}",
        need_id="N1",
        need_version="v",
        made_at=datetime(2026, 12, day, tzinfo=UTC),
        made_by="",
        seed=1,
        model="m",
        skills_version="s",
        listed=ordered(matches, 1),
    )


def test_the_requirement_that_keeps_most_people_out_comes_first():
    first, second = requirement_figures(shortlist([PYTHON], [PYTHON], [DOCKER], [PYTHON, DOCKER], []))
    assert (first.label, first.profiles, first.met, first.not_stated, first.only_this) == (
        "Docker", 5, 2, 3, 2,
    )  # fmt: skip
    assert (second.label, second.only_this) == ("Python", 1)


def test_stability_is_the_share_of_pairs_in_the_same_order():
    before = shortlist([PYTHON, DOCKER], [PYTHON], [])
    assert stability([before, replace(before, made_at=datetime(2026, 12, 2, tzinfo=UTC))]) == 1.0
    assert stability([before, shortlist([], [PYTHON], [PYTHON, DOCKER], day=2)]) == 0.0
    assert stability([before]) is None


def test_exposure_is_by_the_departments_that_candidates_chose():
    listed = shortlist([PYTHON], [DOCKER])
    assert exposure([listed], {"C0": ("30", "34"), "C1": ()}) == {"": 1.0, "30": 1.0, "34": 1.0}


def test_a_quarter_has_its_own_shortlists():
    one = shortlist([PYTHON])
    assert of_quarter([one], 2026, 4) == [one]
    assert of_quarter([one], 2026, 3) == []


def near_nimes(department: str) -> str:
    return "Nîmes" if department in {"30", "48"} else ""


def test_the_audit_of_a_quarter_goes_need_by_need():
    before = shortlist([PYTHON, DOCKER], [PYTHON])
    other = replace(shortlist([]), id="SL9", need_id="N0")
    found = audit_quarter(
        [replace(before, id="SL2"), before, other], {"C0": ("30", "48")}, near_nimes, 2026, 4
    )
    assert [(one.need_id, one.shortlists) for one in found.needs] == [("N0", 1), ("N1", 2)]
    assert (found.name, found.needs[1].stability, found.needs[1].requirements[0].label) == (
        "2026-T4", 1.0, "Docker",
    )  # fmt: skip
    assert found.antennas == {"": 1.0, "Nîmes": 1.0}
    assert audit_quarter([before], {}, near_nimes, 2026, 3).needs == []


@pytest.mark.parametrize("text", ["2026-T4", "2026Q4", "2026-4", " 2026 t4"])
def test_a_quarter_is_typed_as_people_write_it(text):
    assert quarter_of(text, date(2027, 1, 1)) == (2026, 4)


@pytest.mark.parametrize("text", ["hiver", "2026-T5", "26-T1"])
def test_what_is_no_quarter_is_refused(text):
    with pytest.raises(InvalidRequest):
        quarter_of(text, date(2027, 1, 1))


def test_a_group_is_compared_with_a_draw_by_lot():
    figure = group_figure(listed=30, of_group=15, kept=14, kept_of_group=5)
    ways = {k: comb(15, k) * comb(15, 14 - k) for k in range(15)}
    assert figure.chance == sum(n for n in ways.values() if n <= ways[5]) / comb(30, 14)
    assert figure.expected == 7.0
    assert "ne montre rien" in figure.fr
    assert "alone" in group_figure(80, 40, 40, 8).en


@pytest.mark.parametrize("counts", [(30, 15, 14, 4), (30, 10, 11, 6), (20, 10, 12, 13), (20, 10, 15, 2)])
def test_small_or_impossible_counts_are_refused(counts):
    with pytest.raises(InvalidRequest):
        group_figure(*counts)


def test_counts_that_would_take_hours_are_refused_at_once():
    largest = group_figure(MOST_COUNTED, 1_000, 1_000, 500)
    assert largest.chance == 1.0
    with pytest.raises(InvalidRequest, match="More than 2000 people"):
        group_figure(MOST_COUNTED + 1, 1_000, 1_000, 500)
