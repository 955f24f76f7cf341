"""Who takes part in which factory: marked and first, and a guide to the members that are alike."""

from collections.abc import Iterable, Sequence
from datetime import date

import pytest

from matcher.domain.answers import Answer
from matcher.domain.items import AnyItem, Factory, Kind, Organisation
from matcher.domain.participation import Participation, ParticipationRole
from matcher.recommend.history.participation import taking_part
from tests.recommend.asking import NOW, Held, build, french, ids, is_exact, told

TEXT = "Conçoit des cartes et des projets de données pour les collectivités."
CARTO = Organisation(id="ORG1", name="Carto", description=TEXT, expertise=("cartographie", "données"))
ATLAS = CARTO.model_copy(update={"id": "ORG2", "name": "Atlas"})
SOLS = CARTO.model_copy(update={"id": "ORG3", "name": "Sols"})
HIDDEN = CARTO.model_copy(update={"id": "ORG4", "name": "Absente", "opted_out": True})
TWIN = CARTO.model_copy(update={"id": "ORG5", "name": "CARTO SAS"})
STUDIO = Organisation(id="ORG6", name="Studio", description="Crée des jeux vidéo.", expertise=("jeu vidéo",))
DATA = Factory(id="FAC1", name="Valorisation des datas", keywords=("données", "open data"))
GAMES = Factory(id="FAC2", name="Réalité virtuelle", keywords=("3D", "jeu vidéo"))


class Records:
    """Participations in memory."""

    def __init__(self, rows: Iterable[Participation]) -> None:
        self.rows = list(rows)

    def of_each(self, organisation_ids: Sequence[str]) -> list[Participation]:
        return [row for row in self.rows if row.organisation_id in organisation_ids]


def factories(*rows: Participation, others: Sequence[AnyItem] = ()) -> Answer:
    recommender = build(Held([CARTO, DATA, GAMES, *others]))
    recommender.enrol(Records(rows))
    return recommender.recommend(CARTO, Kind.FACTORY, 5, NOW)


@pytest.mark.parametrize(
    ("record", "said"),
    [
        (Participation("ORG1", "FAC2"), "Vous y participez : « Réalité virtuelle »."),
        (
            Participation("ORG1", "FAC2", ParticipationRole.HOST, date(2024, 3, 9)),
            "Vous y participez comme hôte depuis le 09/03/2024 : « Réalité virtuelle ».",
        ),
    ],
)
def test_who_takes_part_by_the_records_is_told_so_and_not_proposed_it(
    record: Participation, said: str
) -> None:
    answer = factories(record)
    first = answer.items[0]
    assert (first.item_id, first.participates) == ("FAC2", True)
    assert first.reasons[0].fr == said
    assert all(is_exact(quote, GAMES) for quote in first.reasons[0].quotes)
    assert not any(item.participates for item in [*answer.items[1:], *answer.weaker])


@pytest.mark.parametrize(
    ("hosts", "host"),
    [
        (("Atlas", "Carto (témoignage 2019)"), "Carto (témoignage 2019)"),
        (("CARTO SAS, Albi",), "CARTO SAS, Albi"),
        (("Atlas", "Cartographes du Lot"), ""),
    ],
)
def test_a_host_takes_part_and_others_do_not(hosts: tuple[str, ...], host: str) -> None:
    found = taking_part(CARTO, [GAMES.model_copy(update={"hosts": hosts})])
    quotes = {name: [quote.text for quote in taken.quotes] for name, taken in found.items()}
    assert quotes == ({"FAC2": ["Carto", host]} if host else {})


def test_groups_of_ones_own_take_no_place_of_a_proposal() -> None:
    own = [GAMES, Factory(id="FAC8", name="Cinéma"), Factory(id="FAC9", name="Musique")]
    recommender = build(Held([CARTO, DATA, *own]))
    recommender.enrol(Records([Participation("ORG1", one.id) for one in own]))
    answer = recommender.recommend(CARTO, Kind.FACTORY, 1, NOW)
    assert [(item.item_id, item.participates) for item in answer.items[3:]] == [("FAC1", False)]
    assert {item.item_id for item in answer.items[:3]} == {one.id for one in own}
    assert answer.notices == ()


NAMED = [
    Factory(id=name.replace(" ", "-").replace("é", "e"), name=name)
    for name in ("Tech", "Fintech", "Data", "Data santé", "Innovation", "Mode")
]


@pytest.mark.parametrize(
    ("sentence", "taken"),
    [
        ("Elle participe à la factory Fintech.", {"Fintech"}),
        ("Elle participe à la factory Data santé.", {"Data-sante"}),
        ("Elle participe aux factory Data et Data santé.", {"Data", "Data-sante"}),
        ("Elle ne participe pas à la factory Innovation.", set()),
        ("Elle n'a jamais participé à la factory Mode.", set()),
        ("She does not take part in the factory Mode.", set()),
        ("She no longer takes part in the factory Mode.", set()),
        ("She never takes part in the factory Mode.", set()),
        ("We don't take part in the factory Mode.", set()),
        ("Ancien membre de la factory Mode.", set()),
        ("Former member of the factory Mode, she takes part in none.", set()),
        ("Ancien membre d'Aerospace Valley, elle participe à la factory Mode.", {"Mode"}),
        ("Elle participe à la factory Mode depuis qu'elle a quitté Paris.", {"Mode"}),
        ("Ancien membre de la French Tech, elle suit la factory Mode.", set()),
        ("Elle participe à la factory Mode, qu'elle a quittée en 2023.", set()),
        ("Ancien membre de la Factory Mode, elle anime un club.", set()),
        ("Elle ne vend rien, mais participe à la factory Mode.", {"Mode"}),
    ],
)
def test_a_description_counts_for_the_factory_it_names_unless_it_denies(
    sentence: str, taken: set[str]
) -> None:
    assert set(taking_part(CARTO.model_copy(update={"description": sentence}), NAMED)) == taken


def test_a_record_of_another_organisation_says_nothing_of_the_asker() -> None:
    assert not any(item.participates for item in factories(Participation("ORG6", "FAC2")).items)


def test_fit_alone_ignores_who_takes_part() -> None:
    recommender = build(Held([CARTO, ATLAS, SOLS, DATA, GAMES]))
    plain = recommender.recommend(CARTO, Kind.FACTORY, 5, None)
    recommender.enrol(Records([Participation("ORG1", "FAC2"), Participation("ORG2", "FAC2")]))
    assert recommender.recommend(CARTO, Kind.FACTORY, 5, None) == plain


def test_two_members_alike_are_clear_evidence_and_named() -> None:
    rows = Participation("ORG2", "FAC2"), Participation("ORG3", "FAC2")
    answer = factories(*rows, others=[ATLAS, SOLS])
    item = told(answer.items, "FAC2")
    (reason,) = [reason for reason in item.reasons if reason.signal == "peers"]
    assert reason.fr == "Sols et Atlas, dont l'activité ressemble à la vôtre, y participent."
    assert reason.clear
    assert not item.participates
    assert "FAC2" not in ids(factories(others=[ATLAS, SOLS]).items)


def test_members_alike_take_part_in_the_factory_of_the_longest_name_alone() -> None:
    text = f"{TEXT} Il participe à la factory Réalité virtuelle santé."
    members = [member.model_copy(update={"description": text}) for member in (ATLAS, SOLS)]
    longer = GAMES.model_copy(update={"id": "FAC3", "name": "Réalité virtuelle santé"})
    answer = factories(others=[*members, longer])
    reasons = {item.item_id: [one.signal for one in item.reasons] for item in [*answer.items, *answer.weaker]}
    assert "peers" in reasons["FAC3"]
    assert "peers" not in reasons.get("FAC2", [])


def test_one_member_alike_is_a_note_and_makes_nothing_clear() -> None:
    answer = factories(Participation("ORG2", "FAC2"), others=[ATLAS, SOLS])
    assert "FAC2" not in ids(answer.items)
    (reason,) = [r for r in told(answer.weaker, "FAC2").reasons if r.signal == "peers"]
    assert (reason.clear, reason.note) == (False, True)
    assert reason.fr == "Atlas, dont l'activité ressemble à la vôtre, y participe."


@pytest.mark.parametrize("silent", [HIDDEN, TWIN, STUDIO], ids=["opted out", "twin", "unlike"])
def test_who_opted_out_is_a_twin_or_unlike_guides_nobody(silent: Organisation) -> None:
    rows = Participation(silent.id, "FAC2"), Participation("ORG2", "FAC2")
    answer = factories(*rows, others=[silent, ATLAS])
    assert silent.name not in str([french(item) for item in [*answer.items, *answer.weaker]])
    assert "FAC2" not in ids(answer.items)


def test_more_members_alike_never_lower_a_factory() -> None:
    one = factories(Participation("ORG2", "FAC1"), others=[ATLAS, SOLS])
    two = factories(Participation("ORG2", "FAC1"), Participation("ORG3", "FAC1"), others=[ATLAS, SOLS])
    assert told(two.items, "FAC1").score >= told(one.items, "FAC1").score
    assert "peers" in {signal.name for signal in told(two.items, "FAC1").signals}
