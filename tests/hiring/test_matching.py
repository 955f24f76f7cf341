"""Needs and profiles compared requirement by requirement, and the order of a shortlist."""

from collections.abc import Mapping
from dataclasses import fields, replace
from datetime import UTC, date, datetime
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matcher.hiring import CandidateProfile, HeldSkill, JobNeed, JobSkill, Remote, Requirement, Weight
from matcher.hiring.shortlists import (
    Apart,
    Decision,
    Listed,
    Match,
    MetBy,
    NeedMatcher,
    Relatedness,
    apart,
    ordered,
    ties,
    version_of,
)
from matcher.hiring.shortlists.phrases import APART, DECISIONS, reason_of, summary_of
from matcher.knowledge.job_skills import Relation
from tests.examples import draws

MADE, ENDS = datetime(2026, 12, 1, tzinfo=UTC), datetime(2027, 1, 31, tzinfo=UTC)
PYTHON, DJANGO, CODING, JAVA, SQL = (
    JobSkill(f"term:{name}", name) for name in ("python", "django", "coding", "java", "sql")
)


class Tree:
    """A small list of skills: Django is a specific form of Python, coding is wider, Java is near."""

    def related(self, skill_id: str) -> Mapping[str, Relation]:
        around = {DJANGO.id: Relation.NARROWER, CODING.id: Relation.BROADER, JAVA.id: Relation.TRANSFERABLE}
        return around if skill_id == PYTHON.id else {}


MATCHER = NeedMatcher(Tree(), Relatedness({}))


def need(*requirements: Requirement, **changes: object) -> JobNeed:
    made = JobNeed(id="N1", title="", text="", created_at=MADE, expires_at=ENDS, requirements=requirements)
    return replace(made, **changes)  # type: ignore[arg-type]  # any field, by its name


def profile(*held: HeldSkill, code: str = "AAA-22", **choices: object) -> CandidateProfile:
    return replace(CandidateProfile(code=code, skills=held), **choices)  # type: ignore[arg-type]  # as above


@pytest.mark.parametrize(
    ("held", "asked_years", "state", "chance"),
    [
        ([HeldSkill(PYTHON)], None, MetBy.MET, 1.0),
        ([HeldSkill(DJANGO)], None, MetBy.MET, 1.0),
        ([HeldSkill(CODING)], None, MetBy.PARTLY, 0.5),
        ([HeldSkill(JAVA)], None, MetBy.PARTLY, 0.4),
        ([HeldSkill(SQL)], None, MetBy.NOT_STATED, 0.0),
        ([], None, MetBy.NOT_STATED, 0.0),
        ([HeldSkill(PYTHON, 3)], 3, MetBy.MET, 1.0),
        ([HeldSkill(PYTHON, 1)], 4, MetBy.PARTLY, 0.625),
        ([HeldSkill(PYTHON)], 4, MetBy.PARTLY, 0.5),
        ([HeldSkill(JAVA), HeldSkill(PYTHON)], None, MetBy.MET, 1.0),
    ],
)
def test_a_requirement_is_met_partly_or_not_stated(held, asked_years, state, chance):
    match = MATCHER.match(need(Requirement(PYTHON, years=asked_years)), profile(*held))
    assert [(line.state, line.chance) for line in match.lines] == [(state, chance)]


def test_a_score_is_the_share_of_requirements_an_appreciated_one_counting_half():
    asked = need(Requirement(PYTHON), Requirement(SQL, Weight.APPRECIATED), languages=("en",))
    assert MATCHER.match(asked, profile(HeldSkill(SQL))).score == 0.2
    assert MATCHER.match(asked, profile(HeldSkill(PYTHON), languages=("en",))).score == 0.8


def test_a_need_without_requirements_tells_nobody_apart():
    assert MATCHER.match(need(), profile(HeldSkill(PYTHON))).score == 0.0


def test_skills_that_the_same_occupations_need_are_near():
    occupations = {f"M{number}": [SQL.id, JAVA.id] for number in range(18)}
    near = NeedMatcher(Tree(), Relatedness(occupations))
    (line,) = near.match(need(Requirement(SQL)), profile(HeldSkill(JAVA))).lines
    assert (line.state, line.chance, line.relation) == (MetBy.PARTLY, 0.9, Relation.TRANSFERABLE)


@settings(max_examples=draws(25))
@given(st.lists(st.sampled_from([PYTHON, DJANGO, CODING, JAVA, SQL]), unique=True), st.randoms())
def test_the_order_in_which_skills_are_stated_does_not_matter(skills, chance: Random):
    asked = need(Requirement(PYTHON), Requirement(SQL))
    held = [HeldSkill(skill) for skill in skills]
    shuffled = chance.sample(held, len(held))
    assert MATCHER.match(asked, profile(*held)) == MATCHER.match(asked, profile(*shuffled))


@pytest.mark.parametrize("more", [[SQL], [SQL, JAVA, CODING], [DJANGO]])
def test_more_skills_never_lower_a_score(more):
    asked = need(Requirement(PYTHON), Requirement(SQL))
    before = MATCHER.match(asked, profile(HeldSkill(JAVA)))
    after = MATCHER.match(asked, profile(HeldSkill(JAVA), *map(HeldSkill, more)))
    assert after.score >= before.score


def test_only_what_a_candidate_may_be_matched_by_is_a_field_of_a_profile():
    allowed = {"code", "skills", "languages", "certifications", "zone", "remote", "available_from"}
    assert {field.name for field in fields(CandidateProfile)} == allowed


def matches(*scores: float) -> list[tuple[str, Match, Apart | None]]:
    return [(f"C{number}", Match(f"code{number}", score), None) for number, score in enumerate(scores)]


def test_equal_scores_share_a_rank_and_their_order_is_drawn_by_the_seed():
    found = matches(0.5, 0.9, 0.5, 0.5, 0.1)
    listed = ordered(found, seed=7)
    assert [entry.rank for entry in listed] == [1, 2, 2, 2, 5]
    assert [entry.place for entry in listed] == [1, 2, 3, 4, 5]
    assert ties(listed, listed[1]) == 2
    assert listed == ordered(found[::-1], seed=7)
    orders = {tuple(entry.code for entry in ordered(found, seed)) for seed in range(40)}
    assert len(orders) == 6


def test_everyone_stays_on_the_list_and_scores_shown_alike_are_ties():
    found = [*matches(0.501, 0.5, 0.0), ("C9", Match("code9", 1.0), Apart.LATER)]
    listed = ordered(found, seed=1)
    assert {entry.candidate_id for entry in listed} == {"C0", "C1", "C2", "C9"}
    assert listed[0].rank == listed[1].rank == 1
    assert listed[-1].apart is Apart.LATER


@pytest.mark.parametrize(
    ("changes", "choices", "why"),
    [
        ({}, {"zone": ("30",)}, None),
        ({"department": "30"}, {}, None),
        ({"department": "30"}, {"zone": ("30", "34")}, None),
        ({"department": "30"}, {"zone": ("34",)}, Apart.ELSEWHERE),
        ({"department": "30", "remote": Remote.FULLY}, {"zone": ("34",), "remote": True}, None),
        ({"department": "30", "remote": Remote.PARTLY}, {"zone": ("34",), "remote": True}, Apart.ELSEWHERE),
        ({}, {"available_from": date(2027, 1, 31)}, None),
        ({}, {"available_from": date(2027, 2, 1)}, Apart.LATER),
    ],
)
def test_a_profile_is_listed_apart_by_its_own_wishes_alone(changes, choices, why):
    assert apart(need(**changes), profile(**choices), date(2026, 12, 1)) is why


def test_the_version_of_a_need_changes_with_what_matching_reads():
    one = need(Requirement(PYTHON))
    assert version_of(one) == version_of(replace(one, text="autrement dit"))
    assert version_of(one) != version_of(replace(one, requirements=(Requirement(PYTHON, years=2),)))


def test_sentences_exist_in_both_languages_for_every_line_and_decision():
    held = (HeldSkill(DJANGO), HeldSkill(CODING), HeldSkill(JAVA), HeldSkill(PYTHON, 1))
    for one in held:
        match = MATCHER.match(need(Requirement(PYTHON, years=2)), profile(one))
        french, english = reason_of(match.lines[0])
        assert one.skill.label in french
        assert one.skill.label in english
    silent = MATCHER.match(need(Requirement(SQL)), profile())
    assert summary_of(Listed("C1", silent, 1, 1))[0] == ("0 remplie, 0 en partie, 1 non indiquée")
    assert set(DECISIONS) == set(Decision)
    assert set(APART) == set(Apart)
