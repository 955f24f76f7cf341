"""One form for all genders: titles, inclusive spellings, sentences, and what must stay as it is."""

import csv
from pathlib import Path

import pytest

from matcher.language.analyser import neutral
from matcher.language.lexicon import lexicon

DATA = Path(__file__).resolve().parents[2] / "data"

SPELLINGS = {
    "développeur": [
        "développeuse", "développeur·se", "développeur·euse", "développeur/euse", "développeur/se",
        "développeur(se)", "développeur(euse)", "développeur (euse)", "développeur.euse", "développeur-se",
        "développeur•se", "développ·eur·euse", "développeuse/eur", "développeur/développeuse",
        "développeur / développeuse", "Développeur / Développeuse", "développeuse ou développeur",
        "développeurs", "développeuses", "développeur·se·s", "développeur.se.s", "développeur(se)s",
        "Développeur H/F", "développeuse (F/H)", "Développeuse (h/f/x)", "DÉVELOPPEUSE", "DEVELOPPEUSE",
        "développeurs.euses", "développeur(s)",
    ],
    "chef de projet confirmé": [
        "cheffe de projet confirmée", "Cheffe de projet confirmée (F/H)", "chef·fe de projet confirmé·e",
        "chef(fe) de projet confirmé(e)", "chef/cheffe de projet confirmé/e", "cheffes de projet confirmées",
    ],
    "technicien réseau et télécom diplômé": [
        "technicienne réseau et télécom diplômée", "technicien(ne) réseau et télécom diplômé(e)",
        "Technicien / Technicienne réseau et télécom diplômé·e",
    ],
    "acteur principal": ["actrice principale", "Acteur principal / Actrice principale", "acteurs principaux"],
    "dessinateur-projeteur": [
        "dessinatrice-projeteuse", "Dessinateur(trice)-projeteur(teuse)",
        "Dessinateur-projeteur / Dessinatrice-projeteuse",
    ],
    "conducteur d'engins agricoles": ["conductrice d’engins agricoles", "Conducteur·rice d'engins agricoles"],
    "éducateur sportif": ["éducatrice sportive", "éducateur·trice sportif·ve", "éducateur(rice) sportif(ve)"],
    "conseiller commercial": ["conseillère commerciale", "conseiller·ère commercial·e"],
    "attaché technico-commercial": ["attachée technico-commerciale", "attaché(e) technico-commercial(e)"],
    "valet de chambre": ["femme de chambre", "Valet de chambre / Femme de chambre"],
    "garde moniteur de parc": ["garde monitrice de parc", "garde moniteur / garde monitrice de parc"],
    "Garde forestier": ["Garde forestier / forestière", "Garde forestière/Garde forestier"],
    "pharmacien en pharmacovigilance": [
        "pharmacienne en pharmacovigilance",
        "pharmacien en pharmacovigilance/pharmacienne en pharmacovigilance",
    ],
    "consul général": ["Consul général / Consule générale", "consule générale", "Consul·e général·e"],
    "agent d'entretien polyvalent": [
        "Agent d'entretien polyvalent / Agente d'entretien polyvalente", "agent·e d'entretien polyvalent·e",
    ],
    "président directeur général": [
        "Présidente Directrice Générale", "Président / Présidente Directrice Générale",
    ],
    "technico-commercial": [
        "technico-commerciale", "technico-commercial·e", "technico-commercial/technico-commerciale",
    ],
    "e-sportif": ["e-sportif / e-sportive"],
    "premier d'atelier": ["Premier / Première d'atelier", "première d'atelier"],
    "travailleur social": ["travailleurs sociaux / travailleuses sociales", "travailleuses sociales"],
    "DJ producteur": ["DJ producteur / DJ productrice", "DJ productrice"],
    "rétroconcepteur de puces": ["rétroconcepteur / rétroconceptrice de puces"],
}  # fmt: skip

SENTENCES = [
    ("nous cherchons un ingénieur expérimenté", "nous cherchons une ingénieure expérimentée"),
    ("nous cherchons un ingénieur expérimenté", "nous cherchons un·e ingénieur·e expérimenté·e"),
    ("nous cherchons un ingénieur expérimenté", "nous cherchons un(e) ingénieur(e) expérimenté(e)"),
    ("nous cherchons un ingénieur expérimenté", "nous cherchons une ou un ingénieur·e expérimenté·e"),
    ("le poste du nouveau directeur technique", "le poste de la nouvelle directrice technique"),
    ("confier le projet au directeur général", "confier le projet à la directrice générale"),
    ("cet ingénieur motivé et curieux", "cette ingénieure motivée et curieuse"),
    ("les développeurs passionnés", "les développeuses passionnées"),
    ("les développeurs passionnés", "les développeur·se·s passionné·e·s"),
    ("les développeurs et développeuses passionnés", "les développeurs passionnés"),
    ("tous les étudiants en informatique", "toutes les étudiantes en informatique"),
    ("tous les étudiants en informatique", "tou·te·s les étudiant·e·s en informatique"),
    ("le directeur est expérimenté", "la directrice est expérimentée"),
    ("vous êtes passionné, curieux et rigoureux", "vous êtes passionnée, curieuse et rigoureuse"),
    ("vous êtes passionné, curieux et rigoureux", "vous êtes passionné(e), curieux(se) et rigoureux(se)"),
    ("avec un architecte logiciel confirmé", "avec une architecte logicielle confirmée"),
    ("on recrute un data scientist confirmé", "on recrute une data scientist confirmée"),
    ("poste : développeur web", "poste : développeuse web"),
    (
        "nous cherchons un ingénieur expérimenté",
        "nous cherchons une ingénieure expérimentée ou un ingénieur expérimenté",
    ),
    ("le responsable du service", "le ou la responsable du service"),
    ("les responsables du service", "le(s) responsable(s) du service"),
    ("des chefs de projet", "des chef.fe.s de projet"),
    ("tous les développeurs", "tou·te·s les développeur·euse·s"),
    ("tous les développeurs", "toustes les développeur·ses"),
    ("tous les développeurs", "toutes et tous les développeurs et développeuses"),
    ("les commerciaux motivés", "les commercial·e·s motivé·e·s"),
    ("les lauréats du concours", "les lauréats et lauréates du concours"),
    ("ceux qui codent", "celleux qui codent"),
    ("il est diplômé", "elle ou il est diplômé·e"),
    ("le candidat sera rattaché au directeur", "la candidate sera rattachée à la directrice"),
    ("un expert en cybersécurité reconnu", "une experte en cybersécurité reconnue"),
    ("Un Chargé de mission", "Un Chargé / Une Chargée de mission"),
    ("Un streameur confirmé nous rejoint", "Une streameuse confirmée nous rejoint"),
]

KEPT = [
    "Numih France", "la machine connectée", "conception de matrices", "une entreprise innovante", "service",
    "les lignes directrices", "une stratégie commerciale et financière", "la chirurgie réparatrice",
    "utiliser une perceuse à colonne", "faire fonctionner une centrifugeuse", "la société La Boulangère",
    "le studio Actrice Films", "femmes et hommes dans le numérique", "la mixité femmes-hommes",
    "un programme réservé aux femmes", "et/ou", "https://www.amazon.es/page", "contact@developpeur.es",
    "porte-clés", "responsable filière", "responsable clientèle", "les données ouvertes", "une aide publique",
    "une équipe passionnée", "éditeur de solutions innovantes et connectées", "client/serveur", "TCP/IP",
    "l'entreprise utilisatrice", "les entreprises engagées pour la nature", "la matière première", "H2020",
    "égalité femmes/hommes", "écart de salaire hommes / femmes", "client/serveur et éditeur/intégrateur",
    "Aide sociale à l'enfance", "Garde nationale", "https://site.fr/client/cliente", "une startup lauréate",
    "agence web/mobile", "Radio Occitanie", "Post-production",
    "une carrière internationale", "la santé mentale et sociale", "Berger-Levrault", "est-ce que",
]  # fmt: skip


@pytest.mark.parametrize(
    ("spelling", "form"), [(spelling, form) for form, said in SPELLINGS.items() for spelling in said]
)
def test_every_spelling_of_a_title_has_one_form(spelling: str, form: str) -> None:
    assert neutral(spelling) == form == neutral(form)


@pytest.mark.parametrize(("masculine", "other"), SENTENCES)
def test_a_sentence_agrees_with_its_person_in_one_way(masculine: str, other: str) -> None:
    assert neutral(other) == neutral(masculine)


@pytest.mark.parametrize("text", KEPT)
def test_things_and_names_stay_as_they_are(text: str) -> None:
    assert neutral(text) == text


@pytest.mark.parametrize(
    ("masculine", "feminine"),
    [  # regular titles that neither ESCO nor ROME has
        ("podcasteur", "podcasteuse"),
        ("instagrameur culinaire", "instagrameuse culinaire"),
        ("automatisateur de tests", "automatisatrice de tests"),
        ("crypto-analyticien", "crypto-analyticienne"),
        ("facilitateur graphique", "facilitatrice graphique"),
    ],
)
def test_titles_in_no_list_follow_the_endings(masculine: str, feminine: str) -> None:
    assert neutral(feminine) == neutral(masculine)


def _shipped_pairs() -> list[tuple[str, str]]:
    with (DATA / "gender" / "esco_title_pairs_dev.csv").open(encoding="utf-8", newline="") as lines:
        return [(row["masculine"], row["feminine"]) for row in csv.DictReader(lines)]


def test_every_pair_of_titles_that_ships_has_one_form() -> None:
    apart = [pair for pair in _shipped_pairs() if neutral(pair[0]) != neutral(pair[1])]
    assert apart == []


def test_titles_that_no_rule_joins_have_one_form_too() -> None:
    titles = lexicon().titles
    assert all(neutral(feminine) == neutral(masculine) == masculine for feminine, masculine in titles.items())


def test_inclusive_spellings_of_every_shipped_pair_have_the_same_form() -> None:
    pairs = _shipped_pairs()
    apart = [pair for pair in pairs if neutral(f"{pair[0]} / {pair[1]} (H/F)") != neutral(pair[0])]
    assert len(apart) <= 0.01 * len(pairs), apart
