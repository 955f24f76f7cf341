"""What offices call their columns, and those that may decide what is recommended."""

from pathlib import Path

import pytest

from matcher.domain.items import ItemType
from matcher.errors import InvalidRequest
from matcher.importing import read
from matcher.importing.columns.deciding import decides
from matcher.importing.columns.headers import columns_of

ORGANISATION, OPPORTUNITY = ItemType.ORGANISATION, ItemType.OPPORTUNITY


@pytest.mark.parametrize(
    ("item_type", "field", "titles"),
    [
        (
            ORGANISATION,
            "name",
            "Nom de l'entreprise|Nom de l'adhérent|Company name|Organisme|Raison sociale|Nom de la structure",
        ),
        (
            ORGANISATION,
            "opted_out",
            "Opposition|Opposé|Opposé·e|Désinscrit|Désinscrit(e)|Désinscription|Refuse|Opt-out|Opted out|"
            "Unsubscribed|Ne pas recommander|OptOut|opted_out",
        ),
        (
            OPPORTUNITY,
            "opens_at",
            "Date ouverture|Date d'ouverture|Date d’ouverture|Date début|Date de début|Ouvre le|Ouverture|"
            "Start date|Opening date|À partir du|openDate|opens_at",
        ),
        (
            OPPORTUNITY,
            "closes_at",
            "Closing date|End date|Date limite de dépôt|Date limite|Jusqu'au|Clôture|Date de clôture|"
            "Deadline|Due date|Échéance|closeDate|closes_at",
        ),
        (OPPORTUNITY, "name", "Titre|Intitulé|Appel à projets|Nom de l'appel|Call title"),
    ],
)
def test_what_offices_write_is_read(item_type: ItemType, field: str, titles: str) -> None:
    for title in titles.split("|"):
        assert columns_of(item_type, [title]) == {0: field}, title


def read_call(tmp_path: Path, header: str, cells: str, *, name: str = "appels.csv"):
    path = tmp_path / name
    path.write_text(f"id;title;theme;{header}\nI1;Appel;IA;{cells}\n", encoding="utf-8")
    return read(path, OPPORTUNITY)


def test_a_call_opens_on_the_day_its_column_says(tmp_path: Path) -> None:
    [row] = read_call(tmp_path, "Date ouverture;Date limite de dépôt", "01/02/2027;01/03/2027").rows
    assert row.item.opens_at.isoformat() == "2027-02-01T00:00:00+01:00"
    assert row.item.closes_at.isoformat() == "2027-03-02T00:00:00+01:00"


@pytest.mark.parametrize(
    ("item_type", "title"),
    [
        *(
            (OPPORTUNITY, title)
            for title in ["Date", "Date du salon", "Dates clés", "Ouvert", "Ouverture portail"]
        ),
        *((OPPORTUNITY, title) for title in ["Clôture prévue", "Début du dépôt", "Opens (tbc)", "Closed?"]),
        *((OPPORTUNITY, title) for title in ["Date de création ou d'ouverture", "Deadline 2"]),
        *((ORGANISATION, title) for title in ["Date de désinscription", "A opposé un refus", "Opt-out RGPD"]),
        *(
            (ORGANISATION, title)
            for title in ["Accepte d'être recommandé", "Consentement", "Ne pas diffuser"]
        ),
    ],
)
def test_an_unread_column_that_may_decide_stops_the_import(
    tmp_path: Path, item_type: ItemType, title: str
) -> None:
    path = tmp_path / "f.csv"
    path.write_text(f"id;nom;description;{title}\nI1;Ada;IA;01/01/2030\n", encoding="utf-8")
    with pytest.raises(InvalidRequest) as fault:
        read(path, item_type)
    assert f"f.csv: {title} cannot be read" in str(fault.value)
    assert f'--ignore "{title}"' in str(fault.value)
    assert ("'opposition'" if item_type is ORGANISATION else "'date limite'") in str(fault.value)
    path.write_text(f"id;nom;description;{title}\nI1;Ada;IA; \n", encoding="utf-8")
    assert read(path, item_type).rows[0].item, "it says nothing"


@pytest.mark.parametrize(
    ("item_type", "titles"),
    [
        (OPPORTUNITY, "Date de création|Date of creation|Mis à jour le|Date de mise à jour|Date d'adhésion"),
        (
            OPPORTUNITY,
            "Date de publication|Updated|Candidate|Startups éligibles|Start-up|Open source|Financement",
        ),
        (OPPORTUNITY, "Notes|Contact|Limite d'âge|Back-end|Finalité"),
        (ORGANISATION, "Date d'adhésion|Date de création|Date|Clôture de l'exercice|Recommandé par|Fax"),
        (ItemType.FACTORY, "Date|Ouvert|Opposition"),
        (ItemType.LEAD, "Date|Ouvert|Opposition"),
    ],
)
def test_what_decides_nothing_is_let_pass(item_type: ItemType, titles: str) -> None:
    assert [title for title in titles.split("|") if decides(item_type, title)] == []


def test_two_columns_for_one_closing_stop_the_import(tmp_path: Path) -> None:
    with pytest.raises(InvalidRequest, match="Deadline cannot be read"):
        read_call(tmp_path, "Date limite;Deadline", "01/03/2027;01/02/2027")


def test_columns_of_other_types_in_the_file_do_not_matter(tmp_path: Path) -> None:
    path = tmp_path / "all.jsonl"
    path.write_text(
        '{"item_type": "factory", "name": "Data", "next_date": "01/02/2027"}\n'
        '{"item_type": "opportunity", "name": "Appel", "deadline": "01/02/2027"}\n'
        '{"item_type": "organisation", "name": "Ada", "opt_out": true}\n',
        encoding="utf-8",
    )
    assert all(row.item for row in read(path).rows)


@pytest.mark.parametrize(
    ("title", "field"),
    [
        ("Dpt", "_department"),
        ("Ce qu'ils cherchent", "needs"),
        ("Ce qu'elles cherchent", "needs"),
        ("Ce qu'ils proposent", "offers"),
    ],
)
def test_titles_of_real_lists_are_known(title: str, field: str) -> None:
    assert columns_of(ItemType.ORGANISATION, ["Raison sociale", title])[1] == field


def test_contacts_are_not_taken_and_it_is_said_where_they_are_entered(tmp_path: Path) -> None:
    path = tmp_path / "membres.csv"
    titles = "Raison sociale;Contact;Téléphone;E-mail du contact;Fax"
    path.write_text(f"{titles}\nAda;Jeanne Untel;0600000000;j@example.org;05\n", encoding="utf-8")
    told = [notice.en for notice in read(path).notices]
    assert len(told) == 2
    assert told[0] == "Unknown columns, not read: Fax."
    assert told[1].startswith("Contact, Téléphone, E-mail du contact: how to reach a person, not taken: add")
