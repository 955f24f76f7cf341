"""What may be trained on, and above all what may not."""

import gzip
from pathlib import Path

import pytest

from matcher.errors import NotReady
from training.encoder.dev_tasks import dev_tasks
from training.sources.datasets import Example, Text, held_out, is_ict, training_sets

ESCO = "http://data.europa.eu/esco/"


def write(path: Path, *lines: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    body = "\n".join(lines) + "\n"
    if path.suffix == ".gz":
        path.write_bytes(gzip.compress(body.encode()))
    else:
        path.write_text(body, "utf-8")


def kept(prefix: str, count: int, *, held: bool = False) -> list[str]:
    """URIs that are trained on, or held out."""
    uris = (f"{ESCO}{prefix}/{number}" for number in range(2000))
    return [uri for uri in uris if held_out(uri) is held][:count]


BAKER, CODER = kept("occupation", 2)
(SMITH,) = kept("occupation", 1, held=True)
BAKE, CODE = kept("skill", 2)


LABELS = "conceptUri,iscoGroup,preferredLabel,altLabels,description"
VOCABULARY = "id,canonical_fr,canonical_en,synonyms,not_synonym_of"
ORGANISATIONS = "expertise_keywords,sectors_served,description_fr"
ASKED = "benchmarks/rome-appellation2metier/queries.jsonl.gz"
SOURCES = {
    "esco/occupations_en.v1.1.1.csv.gz": [
        LABELS,
        f"{BAKER},7512,baker,bread maker,Those who bake.",
        f"{CODER},2512,developer,programmer,Those who code.",
        f"{SMITH},7221,blacksmith,smith,Those who forge.",
    ],
    "esco/occupations_fr.2020.csv.gz": [
        LABELS,
        f"{BAKER},7512,boulanger/boulangère,boulangère,",
        f"{CODER},2512,développeur/développeuse,programmeur,",
        f"{SMITH},7221,forgeron/forgeronne,maréchal,",
    ],
    "esco/skills_en.v1.1.1.csv.gz": [
        LABELS,
        f"{BAKE},,bake bread,make bread,Bake bread.",
        f"{CODE},,write code,,Write code.",
    ],
    "esco/skills_fr.2020.csv.gz": [LABELS, f"{BAKE},,cuire du pain,,", f"{CODE},,écrire du code,,"],
    "esco/occupationSkillRelations.v1.1.1.csv.gz": [
        "occupationUri,skillUri",
        f"{BAKER},{BAKE}",
        f"{CODER},{CODE}",
        f"{SMITH},{BAKE}",
    ],
    "rome/metiers.v4.60.csv.gz": [
        "code_rome,libelle_rome",
        "D1102,Boulanger / Boulangère",
        "M1805,Développeur",
    ],
    "rome/appellations.v4.60.csv.gz": [
        "code_ogr,libelle_appellation_long,code_rome",
        "1,Aide-boulanger,D1102",
        "2,Tourier,D1102",
        "3,Analyste-programmeur,M1805",
        "4,Tourier asked,D1102",
    ],
    ASKED: ['{"_id": "3", "text": "Analyste-programmeur"}', '{"_id": "99", "text": "tourier asked"}'],
    "catalogue/vocabulary.csv": [
        VOCABULARY,
        "VOC1,réalité augmentée,augmented reality,AR,génération augmentée",
    ],
    "catalogue/organisations.csv": [ORGANISATIONS, "pain;four,santé,Une boulangerie."],
    "catalogue/factories.csv": ["name,keywords,ateliers_fr,description_fr", "Pain,four,Pétrir,Un groupe."],
    "catalogue/inclusion_programmes.csv": ["name,theme,description_fr", "École,mixité,Une école."],
    "ilab/projects_train.csv.gz": [
        "id,title,summary",
        *(f"P{n},Le projet {n} de four,Un four connecté numéro {n}." for n in range(20)),
        "P99,FOURNIL,Un nom seul ne dit rien.",
    ],
    "hr/rome/metier_texte.v4.60.csv.gz": [
        "code_rome,definition_fr",
        "D1102,Pétrit et cuit l''ensemble des pains.",
    ],
    "catalogue/international.csv": ["title,description_fr,lang", "Salon du pain,Un salon à Lyon.,fr"],
}


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A small copy of the sources' layout."""
    for name, lines in SOURCES.items():
        write(tmp_path / name, *lines)
    return tmp_path


def drawn(rows: tuple[Example, ...]) -> set[str]:
    """Every text that may be drawn."""
    return {text.text.casefold() for row in rows for slot in row.variants for text in slot}


def by_name(data: Path) -> dict[str, tuple[Example, ...]]:
    return {one.name: one.examples for one in training_sets(data)}


def test_labels_of_one_concept_meet_in_both_languages(data: Path) -> None:
    first = by_name(data)["occupations"][0]
    assert first.variants[0][0].text == "boulanger"
    assert first.variants[1][0].text == "baker"


def test_job_names_asked_in_the_benchmark_are_left_out_by_id_and_by_text(data: Path) -> None:
    assert drawn(by_name(data)["rome"]).isdisjoint({"analyste-programmeur", "tourier asked"})


def test_skills_of_ict_occupations_are_left_out(data: Path) -> None:
    texts = drawn(by_name(data)["job-skill"])
    assert "cuire du pain" in texts
    assert texts.isdisjoint({"écrire du code", "développeur"})


@pytest.mark.parametrize(
    ("isco", "ict"), [("2512", True), ("3511", True), ("1330", True), ("1323", False), ("", False)]
)
def test_ict_is_three_groups(isco: str, ict: bool) -> None:
    assert is_ict(isco) is ict


def test_held_out_concepts_are_asked_and_never_trained_on(data: Path) -> None:
    for rows in by_name(data).values():
        assert drawn(rows).isdisjoint({"forgeron", "blacksmith", "those who forge."})
    assert any("forgeron" in one.queries or "forgeron" in one.corpus for one in dev_tasks(data))


def test_what_a_term_is_mistaken_for_stands_against_it(data: Path) -> None:
    (row,) = by_name(data)["vocabulary"]
    assert row.hard_negatives == ("génération augmentée",)
    assert Text("AR", frozenset({"VOC1"})) in row.variants[1]


def test_missions_are_for_measuring_only(data: Path) -> None:
    assert all("salon du pain" not in drawn(rows) for rows in by_name(data).values())


def test_projects_are_trained_on_or_asked_and_never_both(data: Path) -> None:
    trained = drawn(by_name(data)["projects"])
    (asked,) = (task for task in dev_tasks(data) if task.name == "projects")
    assert trained.isdisjoint(text.casefold() for text in (*asked.queries, *asked.corpus))
    assert len(trained) // 2 + len(asked.queries) == 20
    assert "fournil" not in trained


def test_a_definition_meets_the_names_of_its_occupation(data: Path) -> None:
    (example,) = by_name(data)["definitions"]
    assert example.variants[1][0].text == "Pétrit et cuit l'ensemble des pains."
    assert "boulanger" in {text.text.casefold() for text in example.variants[0]}


def test_prose_takes_its_share_and_without_it_no_source_of_prose_is_read(data: Path) -> None:
    shares = {one.name: one.weight for one in training_sets(data, prose=0.4)}
    assert shares["projects"] + shares["definitions"] == pytest.approx(0.4)
    assert sum(shares.values()) == pytest.approx(1)
    (data / "ilab/projects_train.csv.gz").unlink()
    assert "projects" not in {one.name for one in training_sets(data, prose=0)}
    assert "projects" not in {task.name for task in dev_tasks(data, prose=False)}


def test_without_the_benchmark_queries_nothing_is_trained(data: Path) -> None:
    (data / ASKED).unlink()
    with pytest.raises(NotReady, match="left out of training"):
        training_sets(data)


def test_a_missing_source_is_named(data: Path) -> None:
    (data / "rome/metiers.v4.60.csv.gz").unlink()
    with pytest.raises(NotReady, match="metiers"):
        training_sets(data)
