"""Facts of a text, and which facts of two sides meet."""

import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.domain import Kind, Lead, Organisation
from matcher.errors import InvalidRequest, NotReady
from matcher.importing import read
from matcher.knowledge import MeetRow, Meets, Mention, fact_fields, read_facts, read_meets

DATA = Path(__file__).resolve().parents[2] / "data"
FACTS = read_facts(DATA / "reference")


def concepts(text: str, field: str = "description") -> dict[str, str]:
    return {fact.concept: fact.text for fact in FACTS.in_fields([(field, text)])}


@pytest.mark.parametrize(
    ("text", "concept", "quote"),
    [
        ("Nous cherchons des financements.", "funds_sought", "cherchons des financements"),
        ("éditeur toulousain, série B de 17 M€", "funds_raised", "série B de 17 M€"),
        ("5,6 M€ levés en 2021", "funds_raised", "5,6 M€ levés"),
        ("passer de 30 à 100 salariés", "growth", "passer de 30 à 100"),
        ("passer de 30 à 100 salariés", "size:PE", "de 30 à 100 salariés"),
        ("environ 2 800 salariés", "size:ETI", "2 800 salariés"),
        ("une équipe de 9 personnes", "size:TPE", "9 personnes"),
        ("Nous recrutons", "hiring", "recrutons"),
        ("recevoir plus de candidatures de femmes", "gender_balance", "candidatures de femmes"),
        ("Data analyst en apprentissage", "apprentices", "en apprentissage"),
        ("cherche un laboratoire pour valider ses mesures", "research_sought", "cherche un laboratoire"),
        ("pour les collectivités", "public_clients", "collectivités"),
        ("vendre notre logiciel en Espagne", "abroad_wish", "vendre notre logiciel en Espagne"),
        ("cherche hébergeur HDS", "hosting_sought", "cherche hébergeur"),
        ("Éditeur de logiciels", "member:publisher", "Éditeur"),
        ("Nous sommes une start-up", "member:startup", "start-up"),
        ("ESN de Montpellier", "member:esn", "ESN"),
        ("Hôpital de l'Aveyron", "public_buyer", "Hôpital"),
        ("we are looking for an AI research lab", "research_sought", "looking for an AI research lab"),
    ],
)
def test_a_fact_is_found_and_quoted(text: str, concept: str, quote: str) -> None:
    assert concepts(text).get(concept) == quote


@pytest.mark.parametrize(
    ("text", "concept"),
    [
        ("pas besoin de financement, cherche partenaire IoT", "funds_sought"),
        ("nous n'avons pas de laboratoire", "research"),
        ("sans certification", "certification"),
        ("apprentissage automatique", "apprentices"),
        ("agence de communication", "public_clients"),
        ("Nous accompagnons des start-up", "member:startup"),
        ("Conseil aux éditeurs", "member:publisher"),
        ("pour 30 000 €", "size:GE"),
        ("recherche et développement", "hiring"),
    ],
)
def test_what_is_denied_or_only_looks_alike_is_no_fact(text: str, concept: str) -> None:
    assert concept not in concepts(text)


def test_typed_fields_are_read_as_what_they_are() -> None:
    assert concepts("Startup", "member_type") == {"member:startup": "Startup"}
    assert concepts("ME", "size_band") == {"size:ME": "ME"}
    assert concepts("salon", "opportunity_type")["instrument:fair"] == "salon"
    assert concepts("Studio Financement", "name") == {}


def test_hubs_that_advise_at_home_are_no_network_for_going_abroad() -> None:
    rows = read(DATA / "catalogue" / "opportunities.csv").rows
    (hubs,) = [row.item for row in rows if row.item and row.item.id == "INT069"]
    found = {fact.concept for fact in FACTS.in_fields(fact_fields(hubs))}
    assert "instrument:network" not in found


def test_the_facts_of_a_lead_are_typed() -> None:
    lead = Lead(
        id="L1",
        name="École",
        public=("women", "job_seekers"),
        levels=("5",),
        apprenticeship=True,
        rome_codes=("M1805",),
    )
    found = {fact.concept: fact.text for fact in FACTS.in_fields(fact_fields(lead))}
    assert found == {
        "public:women": "femmes",
        "public:job_seekers": "demandeurs d'emploi",
        "level:5": "bac+2",
        "apprenticeship": "en alternance",
        "teaches:M1805": "M1805",
    }


def test_an_organisation_is_read_with_its_type_and_size() -> None:
    member = Organisation(id="O1", name="X", member_type="ETI", size_band="ETI", description="Éditeur")
    found = [fact.concept for fact in FACTS.in_fields(fact_fields(member))]
    assert found == ["member:publisher", "member:midcap", "size:ETI"]


@given(st.text(max_size=80), st.sampled_from(["description", "offers", "member_type"]))
def test_every_fact_quotes_its_field(text: str, field: str) -> None:
    for fact in FACTS.in_fields([(field, text)]):
        assert (fact.field, text[fact.start : fact.end]) == (field, fact.text)


def mention(concept: str) -> Mention:
    return Mention(concept, "description", 0, 1, "x")


def test_the_strongest_pair_comes_first_and_each_pair_once() -> None:
    rows = [
        MeetRow(Kind.PARTNER, "a", "b", 0.4, "f", "e"),
        MeetRow(Kind.PARTNER, "a", "c", 0.8, "f", "e"),
        MeetRow(Kind.FACTORY, "a", "b", 1.0, "f", "e"),
    ]
    met = Meets(rows).between(Kind.PARTNER, [mention("a"), mention("a")], [mention("b"), mention("c")])
    assert [(one.item.concept, one.strength) for one in met] == [("c", 0.8), ("b", 0.4)]
    assert Meets(rows).between(Kind.LEAD, [mention("a")], [mention("b")]) == []
    assert Meets().between(Kind.PARTNER, [mention("a")], [mention("b")]) == []


def test_codes_meet_when_they_are_the_same() -> None:
    meets = Meets([MeetRow(Kind.LEAD, "job:*", "teaches:*", 0.9, "f", "e")])
    assert len(meets.between(Kind.LEAD, [mention("job:M1805")], [mention("teaches:M1805")])) == 1
    assert meets.between(Kind.LEAD, [mention("job:M1805")], [mention("teaches:M1801")]) == []


def test_an_alert_exchanges_the_sides_of_international() -> None:
    meets = Meets([MeetRow(Kind.INTERNATIONAL, "member", "call", 0.5, "f", "e")])
    (met,) = meets.between(Kind.ALERT, [mention("call")], [mention("member")])
    assert (met.query.concept, met.item.concept) == ("call", "member")


def test_the_shipped_table_can_be_read() -> None:
    meets = read_meets(DATA)
    assert {row.kind for row in meets.rows} == {Kind.FACTORY, Kind.PARTNER, Kind.INTERNATIONAL, Kind.LEAD}
    query = FACTS.in_fields([("description", "Nous cherchons des financements")])
    item = FACTS.in_fields([("keywords", "levée de fonds")])
    assert meets.between(Kind.FACTORY, query, item)[0].item.text == "levée de fonds"


def test_partner_rows_are_there_for_both_sides() -> None:
    rows = {(row.query_concept, row.item_concept): row.strength for row in read_meets(DATA).rows
            if row.kind is Kind.PARTNER}  # fmt: skip
    one_way = {("research_sought", "research"), ("funds_sought", "member:support")}
    assert {pair for pair, strength in rows.items() if rows.get(pair[::-1]) != strength} == one_way


@pytest.fixture
def data(tmp_path: Path) -> Path:
    for name in (
        "reference/facts.csv",
        "reference/meets.csv",
        "reference/countries.csv",
        "catalogue/vocabulary.csv",
    ):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(DATA / name, tmp_path / name)
    return tmp_path


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ("factory,funds_dreamt,funding,.9,f,e", "there is no concept 'funds_dreamt'"),
        ("factory,funds_sought,VOC999,.9,f,e", "there is no concept 'VOC999'"),
        ("factory,funds_sought,funding,.9,f,e", "is there already"),
        ("dinner,funds_sought,hiring,.9,f,e", "dinner"),
        ("alert,funds_sought,hiring,.9,f,e", "those of international serve it"),
        ("factory,funds_sought,hiring,1.5,f,e", "above 0 and up to 1"),
        ("factory,funds_sought,hiring,.9,,e", "a reason in French"),
    ],
)
def test_a_row_that_cannot_be_used_is_named_with_its_file_and_line(data: Path, row: str, fault: str) -> None:
    table = data / "reference" / "meets.csv"
    lines = len(table.read_text("utf-8").splitlines())
    with table.open("a", encoding="utf-8") as file:
        file.write(row + "\n")
    with pytest.raises(InvalidRequest, match=rf"meets\.csv, line {lines + 1}: .*{fault}"):
        read_meets(data)


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ("Funds!,,,levée,,f,e", "is not written like funds_sought"),
        ("funds_x,,,,,f,e", "neither names nor a pattern"),
        ("funds_x,,,,(,f,e", "the pattern of funds_x cannot be read"),
        ("funds_x,,tail,levée,,f,e", "it is empty or head"),
    ],
)
def test_a_fact_that_cannot_be_used_is_named_with_its_line(data: Path, row: str, fault: str) -> None:
    with (data / "reference" / "facts.csv").open("a", encoding="utf-8") as file:
        file.write(row + "\n")
    with pytest.raises(InvalidRequest, match=rf"facts\.csv, line \d+: .*{fault}"):
        read_facts(data / "reference")


def test_a_missing_table_says_where_to_find_it(data: Path) -> None:
    (data / "reference" / "meets.csv").unlink()
    with pytest.raises(NotReady, match=r"meets\.csv.*MATCHER_DATA_DIR"):
        read_meets(data)
