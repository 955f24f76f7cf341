"""Needs that are kept, their wording, their leads, and the map of those without one."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from matcher.adapters.sql import open_store
from matcher.domain.items import Lead
from matcher.errors import IllegalStep, InvalidRequest, NotFound
from matcher.hiring import JobNeed, Severity, UnlawfulWords, read_ground_check, read_job_check
from matcher.hiring.needs import (
    LeadKind,
    NeedDesk,
    NeedFields,
    NeedLeads,
    NeedRows,
    NeedState,
    Override,
    gaps,
    read_job_names,
    read_mobilities,
    read_need_reader,
    unmet,
)
from tests.samples import migrated

DATA = Path(__file__).resolve().parents[2] / "data"
READER = read_need_reader(DATA)
CHECK = read_job_check(DATA)
GROUNDS = read_ground_check(DATA)
NOW = datetime(2026, 11, 30, 9, tzinfo=UTC)


@pytest.fixture
def rows(tmp_path: Path) -> NeedRows:
    return open_store(migrated(tmp_path / "matcher.db")).needs


@pytest.fixture
def desk(rows: NeedRows) -> NeedDesk:
    return NeedDesk(READER, CHECK, rows, partial(GROUNDS.require_lawful, of_job=True))


def test_a_need_is_kept_edited_closed_and_over(desk: NeedDesk) -> None:
    saved = desk.save(desk.draft("développeuse Python junior à Nîmes", NOW))
    assert desk.get(saved.need.id) == saved
    assert saved.need.text.startswith("Développeuse ou développeur Python")
    assert [one.need.id for one in desk.active(NOW)] == [saved.need.id]
    edited = desk.edit(saved.need.id, desk.draft("Data analyst à Albi, SQL", NOW + timedelta(days=1)))
    assert (edited.need.city, edited.need.created_at) == ("Albi", NOW)
    assert desk.active(edited.need.expires_at) == []
    assert desk.close(saved.need.id, NOW).state is NeedState.CLOSED
    assert desk.close(saved.need.id, NOW + timedelta(days=9)).closed_at == NOW
    assert desk.active(NOW) == []
    assert len(desk.all()) == 1


def test_ids_tell_neither_number_nor_time(desk: NeedDesk) -> None:
    ids = [desk.save(desk.draft("Data analyst à Albi", NOW)).need.id for _ in range(3)]
    assert len(set(ids)) == 3
    assert all(len(one) == len(ids[0]) for one in ids)


def test_unlawful_words_are_corrected_or_noted(desk: NeedDesk) -> None:
    draft = desk.draft("Data analyst à Albi, profil jeune et dynamique", NOW)
    with pytest.raises(InvalidRequest, match="jeune et dynamique"):
        desk.save(draft)
    note = Override("age", "jeune et dynamique", "citation d'un client")
    criterion = next(one.criterion for one in draft.findings if one.words.text == note.words)
    saved = desk.save(draft, [replace(note, criterion=criterion)])
    assert [one.note for one in desk.get(saved.need.id).overrides] == ["citation d'un client"]
    with pytest.raises(InvalidRequest):
        desk.save(draft, [replace(note, criterion=criterion, note="  ")])


def test_a_note_names_no_ground_but_what_the_law_sets(desk: NeedDesk) -> None:
    text = "Développeuse ou développeur Python à Nîmes. Un profil jeune et dynamique."
    draft = desk.draft(text, NOW)
    (finding,) = [one for one in draft.findings if one.words.text]
    note = Override(finding.criterion, finding.words.text, "on ne veut pas de trop vieux")
    with pytest.raises(UnlawfulWords, match="trop vieux") as refused:
        desk.save(draft, [note])
    assert "« trop vieux » (l'âge)" in refused.value.french
    assert desk.all() == []
    lawful = replace(note, note="16 à 29 ans : condition d'âge de l'apprentissage")
    saved = desk.save(draft, [lawful])
    with pytest.raises(UnlawfulWords):
        desk.edit(saved.need.id, draft, [note])


@pytest.mark.parametrize("words", ["pas trop vieux", "femme enceinte", "on préfère un homme"])
def test_words_about_a_person_are_found_in_a_need(desk: NeedDesk, words: str) -> None:
    draft = desk.draft(f"Développeuse ou développeur Python à Nîmes, {words}.", NOW)
    assert [one.severity for one in draft.findings if one.words.text] == [Severity.FIX]
    with pytest.raises(InvalidRequest):
        desk.save(draft)


def test_people_served_are_no_condition_of_residence(desk: NeedDesk) -> None:
    lawful = desk.draft("Conseiller numérique à Cahors. Aider les habitants dans leurs usages.", NOW)
    unlawful = desk.draft("Conseiller numérique à Cahors. Habitant dans le Lot.", NOW)
    assert desk.save(lawful).overrides == ()
    with pytest.raises(InvalidRequest, match="L1132-1"):
        desk.save(unlawful)


def test_a_need_without_a_job_is_not_kept(desk: NeedDesk) -> None:
    with pytest.raises(InvalidRequest, match="ROME"):
        desk.save(desk.draft("quelqu'un de bien à Albi", NOW))


def test_unknown_needs_and_organisations_are_told(desk: NeedDesk, rows: NeedRows) -> None:
    with pytest.raises(NotFound, match="need list"):
        desk.get("NEED-0")
    draft = desk.draft("Data analyst à Albi", NOW)
    with pytest.raises(NotFound, match="ORG999"):
        desk.save(replace(draft, need=replace(draft.need, organisation_id="ORG999")))
    with pytest.raises(NotFound):
        rows.change("NEED-0", lambda saved: saved)
    with pytest.raises(NotFound, match="need list"):
        desk.edit("NEED-0", draft)


def test_of_two_people_the_second_is_told_that_a_need_changed(desk: NeedDesk) -> None:
    read = desk.save(desk.draft("Data analyst à Albi", NOW))
    first = desk.edit(read.need.id, desk.draft("Data analyst à Rodez", NOW), seen=read.version)
    assert first.version != read.version
    with pytest.raises(IllegalStep, match="changed since you read it"):
        desk.edit(read.need.id, desk.draft("Data analyst à Nîmes", NOW), seen=read.version)
    closed = desk.close(read.need.id, NOW)
    assert (closed.need.city, closed.version == first.version) == ("Rodez", False)
    assert desk.edit(read.need.id, desk.draft("Data analyst à Nîmes", NOW)).need.city == "Nîmes"


def test_needs_that_are_over_are_removed(desk: NeedDesk, rows: NeedRows) -> None:
    saved = desk.save(desk.draft("Data analyst à Albi", NOW))
    assert rows.drop_needs(saved.need.expires_at - timedelta(seconds=1)) == 0
    assert rows.drop_needs(saved.need.expires_at) == 1
    assert list(desk.all()) == []


def test_what_a_form_shows_of_a_need_reads_as_the_same_requirements() -> None:
    need = need_of("Data engineer à Albi, 3 ans de Python, gestion de bases de données, R et SQL appréciés")
    shown = [
        f"{one.skill.label} ({one.years} ans)" if one.years else one.skill.label for one in need.requirements
    ]
    again = READER.read(need.text, NOW, NeedFields(required=tuple(shown))).need
    assert [(one.skill, one.years) for one in again.requirements] == [
        (one.skill, one.years) for one in need.requirements
    ]


LEADS = [
    Lead(id="PRV1", name="Lycée de Nîmes", rome_codes=("M1805",), city="Nîmes", department_code="30"),
    Lead(
        id="PRV2",
        name="École d'Alès",
        rome_codes=("M1805",),
        apprenticeship=True,
        themes=("Développement Python",),
        levels=("5",),
        city="Alès",
        department_code="30",
        source_year=2025,
        source_url="https://example.org/ales",
    ),
    Lead(
        id="PRV3", name="École de Tarbes", rome_codes=("M1805",), apprenticeship=True, city="Tarbes",
        department_code="65",
    ),
    Lead(id="LEAD1", name="Femmes et code", public=("women",), source_year=2019),
    Lead(id="LEAD2", name="Autre réseau de femmes", public=("women",)),
    Lead(id="LEAD3", name="Reconversion", public=("job_seekers",)),
    Lead(id="LEAD4", name="Collégiennes", public=("schoolgirls_13_15",)),
    Lead(id="LEAD5", name="À Toulouse", public=("refugees",), city="Toulouse", department_code="31"),
    Lead(id="INC1", name="Entreprise", lead_kind="entreprise inclusive", public=("refugees",)),
]  # fmt: skip


def leads_of(given: Sequence[Lead] = LEADS) -> NeedLeads:
    names = read_job_names(DATA)
    return NeedLeads(lambda: given, READER.territory, read_mobilities(DATA), names.parents)


def need_of(text: str) -> JobNeed:
    return READER.read(text, NOW).need


def ids_of(text: str, kind: LeadKind) -> list[str]:
    groups = {group.kind: group for group in leads_of().groups(need_of(text))}
    return [lead.id for lead in groups[kind].leads] if kind in groups else []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("développeuse Python junior à Nîmes", ["PRV2", "PRV1"]),
        ("développeuse Python en alternance à Nîmes", ["PRV2", "PRV1"]),
        ("développeuse web à Tarbes", ["PRV3", "PRV2"]),
        ("Data analyst à Nîmes", []),
        ("un besoin à Nîmes", []),
    ],
)
def test_trainings_are_those_of_the_job_near_ones_first(text: str, expected: list[str]) -> None:
    assert ids_of(text, LeadKind.TRAINING) == expected


def test_the_beginning_of_working_life_comes_last_where_no_beginner_is_sought() -> None:
    young = Lead(id="LEAD0", name="Jeunes", public=("young_people",))
    leads = leads_of([young, *LEADS])

    def first(text: str) -> str:
        groups = {group.kind: group.leads for group in leads.groups(need_of(text))}
        return groups[LeadKind.PROGRAMME][0].id

    assert first("développeuse web junior à Nîmes") == "LEAD0"
    assert first("développeuse web à Nîmes") == "LEAD2"


def test_programmes_widen_one_a_public_first_and_only_where_they_work() -> None:
    assert ids_of("développeuse web à Nîmes", LeadKind.PROGRAMME) == ["LEAD2", "LEAD3", "LEAD1"]
    assert "LEAD5" in ids_of("développeuse web à Toulouse", LeadKind.PROGRAMME)


def test_employers_are_a_group_of_their_own() -> None:
    assert ids_of("développeuse web à Nîmes", LeadKind.EMPLOYER) == ["INC1"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("développeuse web à Nîmes", None),
        ("développeuse web", None),
        ("développeuse web à Perpignan", "à moins de 60 km (Perpignan) : la plus proche est Lycée de Nîmes"),
        ("Data analyst à Nîmes", "Aucune formation connue ne mène à ce métier"),
        ("un besoin à Nîmes", "Aucun métier n'est reconnu"),
    ],
)
def test_a_need_that_no_training_answers_says_so_and_what_would_help(text: str, said: str | None) -> None:
    lacking = unmet(need_of(text), leads_of())
    if said is None:
        assert lacking is None
    else:
        assert lacking is not None
        assert said in lacking.fr
        assert "Ce qui aiderait" in lacking.fr
        assert "What would help" in lacking.en


def test_moves_are_those_of_rome() -> None:
    moves = ids_of("développeuse web à Nîmes", LeadKind.MOBILITY)
    assert moves
    assert "M1855" not in moves


def test_moves_come_by_the_skills_that_both_jobs_need() -> None:
    mobilities = read_mobilities(DATA)
    shared = [mobilities.shared(one.rome, "E1206") for one in mobilities.towards("E1206")]
    assert shared[0] >= 5, "a designer comes from jobs of design"
    assert shared[-1] == min(shared)


def test_a_lead_states_fact_year_source_and_next_step() -> None:
    groups = {group.kind: group for group in leads_of().groups(need_of("développeuse Python à Alès"))}
    lead = groups[LeadKind.TRAINING].leads[0]
    assert lead.fact.fr == "Développement Python, niveau bac+2, en alternance, Alès"
    assert lead.fact.en == "Développement Python, level bac+2, with apprenticeship, Alès"
    assert (lead.year, lead.source_url, lead.distance_km) == (2025, "https://example.org/ales", 0)
    assert lead.next_step.fr
    assert lead.next_step.en
    old = {one.id: one for one in groups[LeadKind.PROGRAMME].leads}["LEAD1"]
    assert old.confirm, "a source of 2019 is to be checked"


def test_every_gender_of_a_title_has_the_same_leads() -> None:
    assert leads_of().groups(need_of("développeuse web à Nîmes")) == leads_of().groups(
        need_of("Développeur web (H/F) à Nîmes")
    )


def test_the_map_shows_needs_without_a_training_near() -> None:
    needs = [
        need_of(text)
        for text in (
            "développeuse web à Nîmes",
            "développeuse web à Toulouse",
            "développeur web à Toulouse",
            "Data analyst à Nîmes",
            "développeuse web",
        )
    ]
    found = gaps(needs, leads_of())
    told = [(gap.department, gap.rome, gap.needs) for gap in found]
    assert told == [
        ("31", "M1855", 2),
        ("30", "M1419", 1),
    ]
    assert found[0].nearest is not None
    assert found[1].nearest is None
    assert gaps([], leads_of()) == []
