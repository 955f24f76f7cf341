"""The check of job offers: what it finds, what it leaves alone, and how it reads an offer."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matcher.errors import InvalidRequest
from matcher.hiring import JobCheck, Severity, read_job_ad, read_job_check
from matcher.hiring.titles import one_gender
from matcher.knowledge.tables import read_rows
from tests.examples import draws
from training.job_check import measure

DATA = Path(__file__).parents[2] / "data"
CHECK = read_job_check(DATA)
SOUND = (
    "Développeuse ou développeur web\n"
    "Vous concevez des services pour les collectivités. CDI à Nîmes (30000), 32 000 à 36 000 €, le 12/11/26."
)


def found_in(text: str, check: JobCheck = CHECK) -> dict[str, Severity]:
    return {finding.words.text: finding.severity for finding in check.findings(read_job_ad(text))}


def test_a_sound_offer_is_left_alone() -> None:
    assert CHECK.findings(read_job_ad(SOUND)) == []


def test_the_shipped_phrases_keep_their_floor() -> None:
    rows = read_rows(DATA / "benchmarks" / "job-check" / "phrases.csv", ("lawful", "phrase"))
    precision, recall, wrong = measure(CHECK, [(row["phrase"], row["lawful"] == "yes") for row in rows])
    assert precision >= 0.95, wrong
    assert recall >= 0.95, wrong


def test_words_are_quoted_as_they_are_written() -> None:
    text = SOUND + "\nÂGE SOUHAITÉ : 25 à 35 ans, cœur de métier. Permis B exigé."
    assert found_in(text) == {
        "ÂGE SOUHAITÉ": Severity.FIX,
        "25 à 35 ans": Severity.FIX,
        "Permis B exigé": Severity.JUSTIFY,
    }
    for finding in CHECK.findings(read_job_ad(text)):
        assert text[finding.words.start : finding.words.end] == finding.words.text


def test_one_sentence_does_not_excuse_another() -> None:
    lawful = "Contrat d'apprentissage de 16 à 29 ans."
    assert found_in(f"{SOUND}\n{lawful}") == {}
    assert found_in(f"{SOUND}\n{lawful} Pour le poste voisin, moins de 35 ans.") == {
        "moins de 35 ans": Severity.FIX
    }


@pytest.mark.parametrize("text", ["Remplacement d'un congé maternité", "Logiciel de suivi de grossesse"])
def test_a_leave_or_a_product_is_no_condition_on_the_person(text: str) -> None:
    assert found_in(f"{SOUND}\n{text}.") == {}


def test_a_framework_is_no_word_about_a_figure() -> None:
    assert found_in(f"{SOUND}\nCompétences : Svelte, Vue.") == {}
    assert found_in(f"{SOUND}\nSilhouette svelte appréciée.") == {"Silhouette svelte": Severity.FIX}


def test_what_is_missing_is_named_with_its_article() -> None:
    findings = CHECK.findings(read_job_ad("Architecte logiciel\nRejoignez-nous."))
    assert {finding.criterion: finding.article for finding in findings} == {
        "date": "Code du travail L5332-1",
        "lieu": "Code du travail L5331-3",
        "contrat": "Code du travail L5331-3",
        "remuneration": "Directive (UE) 2023/970, article 5",
    }


@pytest.mark.parametrize(
    "text",
    [
        "Développeuse Python junior à Nîmes",
        "Data analyst\nToulouse\nPython, SQL",
        "Alternance, communication digitale (H/F)\nRodez. Contrat d'apprentissage.",
        "Ingénieur DevOps F/H\nMontpellier (34) | CDI",
        "Cheffe ou chef de projet\nCommune de Sète, catégorie A",
        "Ingénieure ou ingénieur réseau\nPoste à Bordeaux.",
        "Technicienne ou technicien\n48000 Mende",
        "Développeur Python (H/F) - Montpellier\nCDI",
        "Développeur Python (H/F) | Nîmes | CDI",
        "Développeur Python (H/F)\nLocalisation : Montpellier",
        "Développeur Python (H/F)\nLocalisation : Bordeaux",
        "Développeur Python (H/F)\nLocation: Toulouse",
        "Développeur Python (H/F)\nCDI, basé à Lyon, clients à Toulouse",
    ],
)
def test_a_place_in_a_usual_form_is_seen(text: str) -> None:
    assert "lieu" not in {finding.criterion for finding in CHECK.findings(read_job_ad(text))}


@pytest.mark.parametrize(
    "text",
    [
        "Architecte logiciel\nDe 32000 à 36000 euros",
        "Architecte logiciel\nPoste à pourvoir",
        "Architecte logiciel\nGrâce à Kubernetes, tout tourne.",
        "Architecte logiciel\nPoste à Temps plein",
        "Architecte logiciel\nCDI à Définir",
        "Architecte logiciel\nStage, à Pourvoir",
        "Architecte logiciel\nCertifié ISO 27001",
        "Architecte logiciel\nLocation de matériel",
    ],
)
def test_what_is_no_place_is_taken_for_none(text: str) -> None:
    assert "lieu" in {finding.criterion for finding in CHECK.findings(read_job_ad(text))}


@pytest.mark.parametrize(
    "lawful",
    [
        "Application de vente de produits pour barbe.",
        "Vous accompagnez des jeunes actifs et des jeunes retraités.",
        "Même si vous habitez à l'autre bout de la France, l'équipe travaille à distance.",
    ],
)
def test_what_a_job_is_about_is_no_condition_on_the_person(lawful: str) -> None:
    assert found_in(f"{SOUND}\n{lawful}") == {}


def test_words_inside_other_words_are_found_once() -> None:
    assert list(found_in(f"{SOUND}\nVous êtes digital native.")) == ["digital native"]


def test_the_ages_of_apprentices_are_lawful_in_an_offer_of_apprenticeship_alone() -> None:
    ages = "Tu as entre 16 et 29 ans ?"
    assert found_in(SOUND.replace("web", "web en alternance", 1) + f"\n{ages}") == {}
    assert found_in(SOUND.replace("web", "web en alternance", 1) + "\nMoins de 35 ans.")
    assert found_in(f"{SOUND}\n{ages}")


@pytest.mark.parametrize(
    "title",
    [
        "Alternance développeuse ou développeur web",
        "Apprenti·e technicien·ne réseaux",
        "Technicienne ou technicien (F/H) - apprentissage",
        "Chargée ou chargé de communication (F/H) en contrat d'apprentissage",
        "Développeuse ou développeur web\nContrat : apprentissage.",
    ],
)
def test_an_offer_of_apprenticeship_may_state_its_ages(title: str) -> None:
    assert found_in(f"{title}\nÀ Nîmes.\nVous avez moins de 30 ans.\nLe 12/11/26, 900 €, alternance") == {}


@pytest.mark.parametrize(
    "title",
    [
        "Formateur d'apprentis / Formatrice d'apprentis (F/H)",
        "Responsable alternance (F/H)",
        "Conseillère ou conseiller en alternance",
        "Maître d'apprentissage (F/H)",
        "Ingénieure ou ingénieur en apprentissage automatique",
        "Développeuse ou développeur (F/H), alternance possible",
        "Développeuse ou développeur (F/H), CDI ou alternance",
        "Développeuse ou développeur (F/H)\nContrat : alternance, puis CDI",
    ],
)
def test_an_offer_that_only_names_apprentices_may_not(title: str) -> None:
    findings = found_in(f"{title}\nÀ Nîmes.\nVous avez moins de 30 ans.\nCDI, 30 k€, le 12/11/26")
    assert findings == {"moins de 30 ans": Severity.FIX}


def test_the_ages_of_a_team_are_no_ages_of_apprentices() -> None:
    offer = SOUND.replace("web", "web en alternance", 1)
    assert found_in(f"{offer}\nUne équipe de moins de 30 ans.") == {"moins de 30 ans": Severity.FIX}
    assert found_in(f"{offer}\nTu as moins de 30 ans, comme une équipe de moins de 30 ans.")
    assert found_in(f"{offer}\nRejoins l'équipe si tu as moins de 30 ans.") == {}


def test_an_english_offer_is_to_be_translated() -> None:
    text = "Software engineer\nYou will work with our team and have the experience to build the services."
    assert "langue" in {finding.criterion for finding in CHECK.findings(read_job_ad(text))}


def test_a_short_french_list_of_skills_is_not_taken_for_english() -> None:
    text = "Développement Python à Toulouse, CDI, 3 ans d'expérience. Python, Docker, anglais courant."
    assert "langue" not in {finding.criterion for finding in CHECK.findings(read_job_ad(text))}


@pytest.mark.parametrize(
    ("title", "both"),
    [
        ("Développeur Python", "développeuse ou développeur"),
        ("Technicienne support", "technicienne ou technicien"),
        ("Ingénieur(e) DevOps", None),
        ("Développeur·se web", None),
        ("Ingénieur F/H", None),
        ("Architecte logiciel", None),
        ("Data engineer", None),
        ("Technicien ou technicienne réseau", None),
    ],
)
def test_titles_of_one_gender(title: str, both: str | None) -> None:
    named = one_gender(title)
    assert (named[1] if named else None) == both


def test_a_posting_says_with_its_fields_what_its_text_leaves_out() -> None:
    posting = {
        "title": "Développeuse ou développeur web",
        "description": "<p>Vous concevez des services.</p><p>Âge maximum&nbsp;: 30 ans</p>",
        "datePosted": "2026-11-12",
        "baseSalary": {"value": 32_000},
        "jobLocation": {"address": "Nîmes"},
        "employmentType": "FULL_TIME",
    }
    assert list(found_in(json.dumps(posting)).values()) == [Severity.FIX]


@pytest.mark.parametrize("content", ["", "  \n", "{", "{}", '{"title": "Développeuse"}', "[" * 5000])
def test_what_is_no_offer_is_refused_or_read_as_text(content: str) -> None:
    if content.startswith("["):
        assert read_job_ad(content).title == content
        return
    with pytest.raises(InvalidRequest):
        read_job_ad(content)


@settings(max_examples=draws(50))
@given(st.text(max_size=300))
def test_any_text_is_checked_and_quoted_from_itself(text: str) -> None:
    if not text.strip() or text.lstrip().startswith("{"):
        return
    ad = read_job_ad(text)
    for finding in CHECK.findings(ad):
        assert ad.text[finding.words.start : finding.words.end] == finding.words.text


def test_a_table_with_an_unknown_rule_is_refused_by_line(tmp_path: Path) -> None:
    (tmp_path / "hr").mkdir()
    for name in ("job_check_rules.csv", "job_check_phrases.csv"):
        (tmp_path / "hr" / name).write_text(
            (DATA / "hr" / name).read_text(encoding="utf-8"), encoding="utf-8"
        )
    with (tmp_path / "hr" / "job_check_phrases.csv").open("a", encoding="utf-8") as file:
        file.write("sexe,JC99,\\bx\\b,,pourquoi,why,autre\n")
    with pytest.raises(InvalidRequest, match=r"job_check_phrases\.csv, line \d+: the rule 'JC99'"):
        read_job_check(tmp_path)
