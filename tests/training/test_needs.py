"""How needs are understood: the figures of the shipped sample do not fall."""

from pathlib import Path

from matcher.hiring.needs import read_need_reader
from matcher.knowledge.tables import read_rows
from training.hiring.needs import measure

DATA = Path(__file__).resolve().parents[2] / "data"
COLUMNS = ("id", "need_text_fr", "rome_code", "department_code", "required_skills", "optional_skills")


def test_the_sample_is_understood() -> None:
    total = measure(read_need_reader(DATA), read_rows(DATA / "hr" / "job_needs_sample.csv", COLUMNS))
    assert (total.needs, total.occupations, total.places) == (38, 38, 38)
    assert total.met / total.asked >= 0.8
    assert total.right / total.found >= 0.9


def test_an_empty_table_measures_nothing() -> None:
    assert measure(read_need_reader(DATA), []).needs == 0
