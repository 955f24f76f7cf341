"""Blindness on a few synthetic CVs, by the way of real ones: traits and tricks change nothing."""

from pathlib import Path
from random import Random

import pytest

from training.hiring.blind import (
    Course,
    measure_kept,
    measure_traits,
    repeated,
    stuffed,
    white,
)
from training.hiring.sample import Material, SampleCv, read_material, sample, text_of
from training.hiring.twins import KINDS, twin

DATA = Path(__file__).resolve().parents[2] / "data"


@pytest.fixture(scope="module")
def course() -> Course:
    return Course(DATA, most_needs=2)


@pytest.fixture(scope="module")
def material() -> Material:
    return read_material(DATA)


@pytest.fixture(scope="module")
def cvs(material: Material) -> list[SampleCv]:
    return sample(material, 6)


def test_no_trait_changes_a_profile_or_an_order(course, material, cvs):
    figures = measure_traits(course, material, cvs)
    assert {one.kind for one in figures} == set(KINDS)
    assert len(figures) >= 12
    assert [(one.kind, one.profiles_changed, one.rbo) for one in figures] == [
        (kind, 0, 1.0) for kind in KINDS
    ]


def test_every_kind_of_twin_does_change_the_text(material, cvs):
    for kind in KINDS:
        assert any(text_of(twin(cv, kind, material, Random(1))) != text_of(cv) for cv in cvs), kind


def test_tricks_gain_nothing(course, cvs):
    assert repeated(course, cvs[:2]).most_gained == 0
    assert white(course, cvs[:1]).most_gained == 0
    assert stuffed(course, cvs[:2]).most_gained == 0


def test_stated_skills_are_kept_from_pdf_and_docx(course, cvs):
    for figure in measure_kept(course, cvs[:4]):
        assert figure.precision >= 0.9
        assert figure.recall >= 0.8


def test_the_same_seed_gives_the_same_sample(material):
    assert sample(material, 4) == sample(material, 4)
    assert sample(material, 4) != sample(material, 4, seed=1)
