"""Reactions as examples, and their export without names."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from matcher.domain.events import Action, Feedback, Refusal
from matcher.domain.items import Kind
from matcher.errors import InvalidRequest
from matcher.feedback import Example, examples, read_examples, write_examples

NOON = datetime(2026, 11, 30, 12, tzinfo=UTC)
NAMES = ("theme", "needs")
KEY = b"k" * 16


def hits(query: str, kind: Kind) -> Sequence[tuple[str, Sequence[float]]]:
    known = {"ORG1": [("FAC1", (0.5, 0.25)), ("FAC2", (0.125, 1.0)), ("FAC3", (0.0, 0.0))]}
    return known.get(query, []) if kind is Kind.FACTORY else []


def said(item: str, action: Action, rank: int | None = None, reason: Refusal | None = None) -> Feedback:
    return Feedback(NOON, Kind.FACTORY, "ORG1", item, action, rank, reason=reason)


def example(*rows: Feedback) -> Example:
    (found,) = examples(rows, hits)
    return found


def test_a_reaction_counts_by_how_rarely_its_place_is_looked_at():
    found = example(said("FAC1", Action.NOT_FOR_ME, 1), said("FAC2", Action.JOINED, 4))
    assert found.ids == ("FAC1", "FAC2", "FAC3")
    assert found.wanted == (False, True, False)
    assert found.weights == (1.0, 4.0, 1.0)
    assert found.signals[1] == (0.125, 1.0)


def test_the_weight_of_a_place_far_down_is_cut():
    assert example(said("FAC1", Action.INTERESTED, 90)).weights[0] == 20.0


@pytest.mark.parametrize(
    "row",
    [said("FAC2", Action.NOT_FOR_ME, 9, Refusal.NO_TIME), said("FAC2", Action.ALREADY_MET, 9)],
)
def test_what_says_nothing_of_the_match_teaches_nothing(row: Feedback):
    assert example(said("FAC1", Action.INTERESTED), row).weights == (1.0, 1.0, 1.0)


def test_a_question_of_which_nothing_was_wanted_or_that_is_unknown_is_no_example():
    assert list(examples([said("FAC1", Action.DISMISSED)], hits)) == []
    unknown = Feedback(NOON, Kind.PARTNER, "ORG9", "ORG1", Action.INTERESTED)
    assert list(examples([unknown], hits)) == []
    assert list(examples([], hits)) == []


def test_an_export_holds_no_id_and_reads_back_as_the_same_examples(tmp_path: Path):
    path = tmp_path / "feedback.jsonl"
    given = example(said("FAC2", Action.JOINED, 3))
    assert write_examples(path, [given], NAMES, KEY) == 1
    text = path.read_text("utf-8")
    assert "FAC" not in text
    assert "ORG" not in text
    (found,) = read_examples(path, NAMES)
    rows = sorted(zip(given.signals, given.wanted, given.weights, strict=True))
    assert sorted(zip(found.signals, found.wanted, found.weights, strict=True)) == rows
    assert found.kind is Kind.FACTORY


def test_one_key_gives_one_pseudonym_and_another_key_another(tmp_path: Path):
    given = example(said("FAC2", Action.JOINED))
    names = []
    for key in (KEY, KEY, b"z" * 16):
        write_examples(tmp_path / "f", [given], NAMES, key)
        names.append(read_examples(tmp_path / "f", NAMES)[0].query)
    assert names[0] == names[1] != names[2]


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        ([], "is empty"),
        (["nonsense"], "line 1"),
        ([json.dumps({"format": "other", "signals": []})], "not an export"),
        ([json.dumps({"format": "matcher-feedback-1", "signals": ["text"]})], "signals are not those"),
        ([json.dumps({"format": "matcher-feedback-1", "signals": list(NAMES)}), "{}"], "line 2"),
        (
            [
                json.dumps({"format": "matcher-feedback-1", "signals": list(NAMES)}),
                json.dumps(
                    {
                        "kind": "factory",
                        "query": "q",
                        "hits": [{"id": "i", "signals": [1.0], "wanted": True, "weight": 1}],
                    }
                ),
            ],
            "has not 2 signals",
        ),
    ],
)
def test_another_file_is_refused_by_its_line(tmp_path: Path, lines: list[str], sentence: str):
    path = tmp_path / "feedback.jsonl"
    path.write_text("\n".join(lines), "utf-8")
    with pytest.raises(InvalidRequest, match=sentence):
        read_examples(path, NAMES)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path):
    with pytest.raises(InvalidRequest, match="matcher feedback export"):
        read_examples(tmp_path / "absent", NAMES)
