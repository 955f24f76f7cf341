"""What a meeting is worth when some participants are organisations of the catalogue."""

import json

import numpy as np
import pytest

from matcher import settings as configuration
from matcher.meetings import Participant, Roster
from service.cli.events.meeting_scores import meeting_scores
from service.cli.main import main

CATALOGUE = """id;nom;texte;mots clés;secteurs;ville;département;besoins
ORG001;Makina Corpus;Cartographie et données.;cartographie, données;santé;Toulouse;31;cybersécurité
ORG002;Citadelle Sécurité;Audits de cybersécurité.;cybersécurité, audit;santé;Rodez;12;données
ORG003;Citadelle Conseil;Conseil en organisation.;conseil;industrie;Rodez;12;
"""
ROSTER = Roster(
    [
        Participant("Zoé", organisation="makina corpus", themes=("données",)),
        Participant("Ali", organisation="ORG002", themes=("cyber",)),
        Participant("Eva", organisation="Inconnue", themes=("données",)),
        Participant("Citadelle Conseil"),
    ]
)


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MATCHER_HOME", str(tmp_path / "var"))
    monkeypatch.setenv("MATCHER_ENCODER", "hashing")
    (tmp_path / "membres.csv").write_text(CATALOGUE, "utf-8")
    return tmp_path


def test_members_of_the_catalogue_are_scored_by_the_recommender(home):
    assert main(["import", "membres.csv"]) == 0
    assert main(["index"]) == 0
    values, source = meeting_scores(ROSTER, None, configuration.load())
    assert "3 sur / of 4" in source
    assert values.shape == (4, 4)
    assert np.allclose(values, values.T)
    assert values[0, 1] > values[1, 3]  # each has what the other needs; the third has neither
    assert ((values >= 0) & (values <= 1)).all()


def test_without_a_catalogue_texts_are_used_and_it_is_said(home):
    values, source = meeting_scores(ROSTER, None, configuration.load())
    assert "no catalogue" in source
    assert np.array_equal(values, ROSTER.scores())


def test_the_command_says_where_scores_come_from(home, capsys):
    (home / "people.csv").write_text("Nom;Thèmes\nZoé;data\nAli;data\n", "utf-8")
    (home / "pairs.csv").write_text("a;b;score\nZoé;Ali;0,7\n", "utf-8")
    plan = ["meetings", "plan", "--participants", "people.csv", "--rounds", "1", "--json"]
    assert main([*plan, "--scores", "pairs.csv"]) == 0
    assert json.loads(capsys.readouterr().out)["summary"]["scores"] == "fichier / file pairs.csv"
    assert main(plan) == 0
    assert json.loads(capsys.readouterr().out)["summary"]["scores"].startswith("textes")
