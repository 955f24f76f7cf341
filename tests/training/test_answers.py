"""What ``answers`` and ``contradictions`` count, on lists made by hand."""

import math
from pathlib import Path

import pytest

from matcher.domain.answers import Answer, Quote, Reason, Recommendation
from matcher.domain.items import ItemType, Kind
from matcher.errors import InvalidRequest
from training.ranking.answers import Request, figures, read_requests
from training.ranking.contradictions import count

QUERIES = "query_id\tkind\ttext\nP1\tpartner\tCherche un hébergeur HDS\n"
GRADES = "query_id\titem_id\tjudge_a\tjudge_b\nP1\tORG1\t3\t2\nP1\tORG2\t1\t1\n"
QUOTE = Quote(side="item", field="description", start=0, end=2, text="IA")


def folder(path: Path, queries: str = QUERIES, grades: str = GRADES) -> Path:
    (path / "queries.tsv").write_text(queries, "utf-8")
    (path / "grades.tsv").write_text(grades, "utf-8")
    return path


def item(item_id: str, **clear_by_signal: bool) -> Recommendation:
    reasons = tuple(
        Reason(signal=signal, fr="parce que", en="because", quotes=(QUOTE,), clear=clear)
        for signal, clear in clear_by_signal.items()
    )
    return Recommendation(
        rank=1, item_id=item_id, item_type=ItemType.FACTORY, name=item_id, score=0.5, reasons=reasons,
        evidence_level="seen_in_source",
    )  # fmt: skip


def answer(*items: Recommendation) -> Answer:
    return Answer(
        kind=Kind.FACTORY, query_id="ORG1", query_name="A", on=None, k=5, generation="g", items=items
    )


CLEAR, FAINT, NOTE = item("C", theme=True), item("F", theme=False), item("N", text=True, territory=True)


def test_requests_are_read_with_the_mean_of_both_judges(tmp_path: Path) -> None:
    (one,) = read_requests(folder(tmp_path))
    assert one == Request("P1", Kind.PARTNER, "Cherche un hébergeur HDS", {"ORG1": 2.5, "ORG2": 1.0})


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"queries": QUERIES.replace("partner", "friend")}, r"queries\.tsv, line 2: 'friend' is not a kind"),
        ({"queries": "query_id\ttext\nP1\tx\n"}, "lacks the column kind"),
        ({"grades": GRADES.replace("\t3\t", "\tbon\t")}, r"grades\.tsv, line 2: a grade is not a number"),
        (
            {"grades": GRADES.replace("\t3\t", "\t4\t")},
            r"grades\.tsv, line 2: the grade 4 is not between 0 and 3",
        ),
        (
            {"grades": GRADES.replace("\t1\t1", "\t1\t-1")},
            r"grades\.tsv, line 3: the grade -1 is not between",
        ),
        (
            {"grades": GRADES.replace("\t1\t1", "\t1\tnan")},
            r"grades\.tsv, line 3: the grade nan is not between",
        ),
        ({"grades": GRADES + "P9\tORG1\t1\t1\n"}, "P9 not in queries"),
    ],
)
def test_a_broken_folder_says_where(tmp_path: Path, changed: dict[str, str], says: str) -> None:
    with pytest.raises(InvalidRequest, match=says):
        read_requests(folder(tmp_path, **changed))


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidRequest, match=r"grades\.tsv"):
        read_requests(tmp_path)


def test_figures_by_hand() -> None:
    requests = [
        Request("A", Kind.LEAD, "", {"x": 3.0, "y": 1.5}),
        Request("B", Kind.LEAD, "", {"z": 1.0}),
        Request("C", Kind.LEAD, "", {}),
    ]
    found = figures(requests, {"A": ["y", "x", "w"], "B": ["w"], "C": []}, {"x", "y", "w"})
    best = 7 + (2**1.5 - 1) / math.log2(3)
    assert found.ndcg == pytest.approx(((2**1.5 - 1 + 7 / math.log2(3)) / best + 0) / 2)
    assert (found.requests, found.shown) == (3, 4)
    assert (found.useful, found.ungraded) == (1 / 4, 2 / 4)
    assert (found.without_match, found.rightly_empty, found.wrongly_empty) == (2, 1, 0)
    assert found.unknown == 1


def test_an_empty_list_for_a_request_with_a_match_is_wrong() -> None:
    found = figures([Request("A", Kind.LEAD, "", {"x": 2.0})], {"A": []}, {"x"})
    assert (found.wrongly_empty, found.ndcg, found.useful) == (1, 0.0, None)


def test_what_both_judges_found_useless_is_graded() -> None:
    found = figures(
        [Request("A", Kind.LEAD, "", {"x": 3.0, "y": 0.0})], {"A": ["x", "y", "z"]}, {"x", "y", "z"}
    )
    assert (found.useful, found.ungraded) == (1 / 3, 1 / 3)


def test_contradictions_by_hand() -> None:
    mixed, ordered = answer(FAINT, CLEAR), answer(CLEAR, FAINT)
    found = count([(mixed, mixed), (ordered, answer(CLEAR, FAINT, item("D", needs=True)))])
    assert (found.lists, found.items) == (2, 4)
    assert (found.faint_above_clear, found.faint_first, found.clear_left_out) == (1 / 2, 1 / 2, 1 / 2)
    assert found.without_clear_reason == 2 / 4


def test_shared_words_and_a_place_are_no_reason_about_the_match() -> None:
    assert count([(answer(NOTE), answer(NOTE))]).without_clear_reason == 1


def test_empty_lists_contradict_nothing() -> None:
    found = count([(answer(), answer(CLEAR))])
    assert (found.lists, found.clear_left_out) == (0, 0)
