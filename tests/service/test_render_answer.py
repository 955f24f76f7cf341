import io
from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from rich.console import Console

from matcher.domain.answers import Answer, Missing, Quote, Reason, Recommendation
from matcher.domain.items import ItemType, Kind
from service.cli.render import answer as render
from service.cli.render.answer import Layout

PARIS = ZoneInfo("Europe/Paris")
WHY = Reason(
    signal="theme",
    fr="Thème commun : « données ».",
    en="Shared theme: “data”.",
    quotes=(Quote(side="item", field="keywords", start=0, end=7, text="données"),),
)
GAP = Missing(code="no_next_date", fr="Pas de prochaine date connue.", en="No next date is known.")


def item(rank: int, **facts: Any) -> Recommendation:
    given: dict[str, Any] = {
        "item_id": f"FAC00{rank}",
        "item_type": ItemType.FACTORY,
        "name": f"Factory {rank}",
        "score": 0.5,
        "reasons": (WHY,),
        "evidence_level": "declared",
    }
    return Recommendation(rank=rank, **{**given, **facts})


def answer(*items: Recommendation, notices: tuple[Missing, ...] = ()) -> Answer:
    on = datetime(2026, 11, 22, 12, tzinfo=PARIS)
    return Answer(
        kind=Kind.FACTORY,
        query_id="ORG001",
        query_name="Exemple",
        on=on,
        k=5,
        generation="g",
        items=items,
        notices=notices,
    )


def printed(renderable: object) -> str:
    console = Console(width=100, record=True, file=io.StringIO())
    console.print(renderable)
    return console.export_text()


def test_a_row_says_what_how_well_why_and_until_when():
    closes = datetime(2026, 12, 15, 17, tzinfo=PARIS)
    text = printed(render.answer(answer(item(1, closes_at=closes, missing=(GAP,))), PARIS, Layout()))
    assert "Factories à rejoindre pour Exemple, au 22 nov. 2026" in text
    for part in ("Factory 1", "FAC001", "0,50", "« données »", "jusqu'au 15 déc. 2026", GAP.fr):
        assert part in text


def test_a_reason_that_is_not_clear_has_its_own_mark_and_legend():
    sure, unsure = answer(item(1)), answer(item(1, reasons=(replace(WHY, clear=False),)))
    assert "+ Thème commun" in printed(render.answer(sure, PARIS, Layout()))
    assert "~ Thème commun" in printed(render.answer(unsure, PARIS, Layout()))
    assert "~ rien de net" in printed(render.legend([unsure], Layout()))
    assert "~" not in printed(render.legend([sure], Layout()))


def test_what_is_quoted_is_coloured_without_the_marks_around_it():
    console = Console(
        width=100, color_system="standard", force_terminal=True, record=True, file=io.StringIO()
    )
    console.print(render.answer(answer(item(1)), PARIS, Layout()))
    assert "« \x1b[1;36mdonnées\x1b[0m »" in console.export_text(styles=True)


def test_english_reads_as_english():
    text = printed(render.answer(answer(item(1, missing=(GAP,))), PARIS, Layout("en")))
    assert "on 22 Nov 2026" in text
    assert "0.50" in text
    assert "Pourquoi" not in text
    assert GAP.en in text


def test_a_long_id_is_shown_whole():
    long = "EU-HORIZON-CL6-2026-04-GOVERNANCE-11"
    text = printed(render.answer(answer(item(1, item_id=long)), PARIS, Layout()))
    column = "".join(line[4:38].strip() for line in text.splitlines())
    assert long in column


def test_marks_are_shown_where_they_apply_and_explained_once():
    mixed = answer(item(1, needs_confirmation=True), item(2, illustrative=True))
    assert printed(render.answer(mixed, PARIS, Layout())).count("besoins illustratifs") == 1
    legend = printed(render.legend([mixed], Layout()))
    assert legend.count("◇") == legend.count("◆") == 1
    assert "◇" not in printed(render.legend([answer(item(1))], Layout()))


def test_an_asker_with_illustrative_needs_is_marked_once_on_the_title():
    found = answer(item(1, illustrative=True), item(2, illustrative=True))
    text = printed(render.answer(found, PARIS, Layout(illustrative=True)))
    assert text.count("besoins illustratifs") == 1
    assert "besoins illustratifs" in text.strip().splitlines()[0]


def test_an_asker_is_not_marked_for_the_items_it_gets():
    found = answer(item(1, illustrative=True), item(2, illustrative=True))
    text = printed(render.answer(found, PARIS, Layout()))
    assert text.count("besoins illustratifs") == 2
    assert "besoins illustratifs" not in text.strip().splitlines()[0]


@pytest.mark.parametrize("notices", [(), (GAP,)])
def test_an_empty_answer_says_so_or_says_why(notices):
    text = printed(render.answer(answer(notices=notices), PARIS, Layout()))
    assert (GAP.fr if notices else "Rien à proposer.") in text


def test_less_certain_items_are_folded_and_shown_on_request():
    found = replace(answer(item(1)), weaker=(item(1, name="Factory incertaine"), item(2)), calibration="v1")
    folded = printed(render.answer(found, PARIS, Layout()))
    assert "Factory incertaine" not in folded
    assert "moins sûres, non affichées : 2 (ajouter --all)" in folded
    opened = printed(render.answer(found, PARIS, Layout(weaker=True)))
    assert "Factory incertaine" in opened
    assert "--all" not in opened


@pytest.mark.parametrize(
    ("score", "words"), [(0.9, "très probable"), (0.5, "probable"), (0.2, "possible"), (0.1, "moins sûr")]
)
def test_a_probability_is_said_in_words_too(score, words):
    found = replace(answer(item(1, score=score)), calibration="v1")
    assert words in printed(render.answer(found, PARIS, Layout()))
    assert "probabilité" in printed(render.legend([found], Layout()))


def test_a_score_that_is_not_calibrated_is_not_called_a_probability():
    text = printed(render.answer(answer(item(1, score=0.9)), PARIS, Layout()))
    assert "probable" not in text
    assert "n'est pas une probabilité" in " ".join(
        printed(render.legend([answer(item(1))], Layout())).split()
    )


def test_instruments_for_all_stand_apart_from_topical_ones():
    found = answer(item(1), item(2, group="for_all"), item(3))
    text = printed(render.answer(found, PARIS, Layout()))
    order = ["Selon vos thèmes", "Factory 1", "Factory 3", "Ouvert à toutes les entreprises", "Factory 2"]
    assert [text.index(part) for part in order] == sorted(text.index(part) for part in order)
    assert "Selon vos thèmes" not in printed(render.answer(answer(item(1)), PARIS, Layout()))


def test_a_member_that_takes_part_is_told_so():
    text = printed(render.answer(answer(item(1, participates=True)), PARIS, Layout()))
    assert "✓ vous y participez déjà" in text


def test_a_remark_has_a_mark_of_its_own():
    remark = answer(item(1, reasons=(WHY, replace(WHY, clear=False, note=True))))
    assert "· Thème commun" in printed(render.answer(remark, PARIS, Layout()))
    assert "remarque" in printed(render.legend([remark], Layout()))
