"""*Mes mises en relation*: neither side is named before both agreed, and each answer counts once."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx2 import Response

from matcher.build import Matcher
from matcher.domain.items import Organisation
from matcher.introductions import Act, Actor, Details, Ground, Introduction, Party, Side, State
from service.pages.staff.why import Why, why_of
from tests.pages.signing_in import MEMBER, OTHER, STAFF, browser_of

PAGE = "/organisations/ORG001/introductions"
BY_STAFF = Actor(Party.STAFF, STAFF.id)


@pytest.fixture
def matcher(signed: FastAPI) -> Matcher:
    found: Matcher = signed.state.matcher
    return found


@pytest.fixture
def asked(matcher: Matcher) -> Introduction:
    """ORG001 was asked whether it wants to meet ORG002."""
    now = datetime.now(UTC)
    one = matcher.introductions.propose(("ORG001", "ORG002"), BY_STAFF, now)
    matcher.introductions.act(one.id, Act.APPROVE, BY_STAFF, now)
    matcher.introduction_worker.due(now)
    return matcher.store.introductions.get(one.id)


def answer(client: TestClient, one: Introduction, organisation: str = "ORG001", **form: str) -> int:
    path = f"/organisations/{organisation}/introductions/{one.id}/reponse"
    return client.post(path, data={"version": str(one.version)} | form).status_code


def state_of(matcher: Matcher, one: Introduction) -> State:
    return matcher.store.introductions.get(one.id).state


def test_the_other_is_described_but_not_named(signed: FastAPI, asked: Introduction) -> None:
    page = browser_of(signed, MEMBER).get(PAGE).text
    assert "Votre réponse est attendue" in page
    assert "Une organisation (Aveyron)" in page
    assert "Rodez" not in page
    assert "audit de cybersécurité" in page
    assert "Citadelle" not in page


def test_who_was_not_asked_yet_knows_of_nothing(signed: FastAPI, asked: Introduction) -> None:
    assert asked.id not in browser_of(signed, OTHER).get("/organisations/ORG002/introductions").text


@pytest.mark.parametrize(
    ("form", "state"),
    [
        ({"answer": "yes"}, State.FIRST_AGREED),
        ({"answer": "no", "ground": "no_time"}, State.DECLINED),
        ({"answer": "not_now", "months": "3"}, State.NOT_NOW),
    ],
)
def test_each_answer_counts(
    signed: FastAPI, matcher: Matcher, asked: Introduction, form: dict[str, str], state: State
) -> None:
    assert answer(browser_of(signed, MEMBER), asked, **form) == 303
    assert state_of(matcher, asked) is state


def test_a_second_click_changes_nothing_and_says_so(
    signed: FastAPI, matcher: Matcher, asked: Introduction
) -> None:
    member = browser_of(signed, MEMBER)
    assert answer(member, asked, answer="yes") == 303
    assert answer(member, asked, answer="no", ground="no_time") == 409
    assert state_of(matcher, asked) is State.FIRST_AGREED


def test_both_are_named_with_contacts_once_both_agreed(
    signed: FastAPI, matcher: Matcher, asked: Introduction
) -> None:
    answer(browser_of(signed, MEMBER), asked, answer="yes")
    matcher.introduction_worker.due(datetime.now(UTC))
    now = matcher.store.introductions.get(asked.id)
    assert answer(browser_of(signed, OTHER), now, "ORG002", answer="yes") == 303
    page = browser_of(signed, MEMBER).get(PAGE).text
    assert "Citadelle Sécurité" in page
    assert "hugo@example.org" in page


def test_nobody_answers_for_another(signed: FastAPI, matcher: Matcher, asked: Introduction) -> None:
    assert answer(browser_of(signed, OTHER), asked, answer="yes") == 403
    assert answer(browser_of(signed, OTHER), asked, "ORG002", answer="yes") == 404
    assert state_of(matcher, asked) is State.ASKED_FIRST


def test_staff_answer_on_behalf_and_it_is_written(
    signed: FastAPI, matcher: Matcher, asked: Introduction
) -> None:
    assert answer(browser_of(signed, STAFF), asked, answer="yes") == 303
    actor = matcher.store.introductions.history(asked.id)[-1].actor
    assert actor == Actor(Party.STAFF, STAFF.id, "ORG001")


def test_a_member_asks_to_meet_a_partner(signed: FastAPI, matcher: Matcher) -> None:
    member = browser_of(signed, MEMBER)
    assert member.post("/organisations/ORG001/demandes", data={"item": "ORG003"}).status_code == 303
    page = member.get(PAGE).text
    assert "Jeux du Midi" in page
    assert "attend l'équipe du cluster" in page


def test_a_wish_is_kept_and_a_wrong_one_shown_as_typed(signed: FastAPI, matcher: Matcher) -> None:
    member = browser_of(signed, MEMBER)
    path = "/organisations/ORG001/disponibilite"
    wrong = member.post(path, data={"capacity": "beaucoup", "not_with": "Jeux du Midi"})
    assert wrong.status_code == 422
    assert 'value="beaucoup"' in wrong.text
    assert "Jeux du Midi</textarea>" in wrong.text
    kept = member.post(path, data={"capacity": "3", "not_with": "Jeux du Midi", "named": "yes"})
    assert kept.status_code == 303
    page = member.get(PAGE).text
    assert 'value="3"' in page
    emptied = member.post(path, data={"capacity": ""})
    assert emptied.status_code == 303
    assert "Jeux du Midi</textarea>" not in member.get(PAGE).text


def test_staff_approve_several_and_refuse_with_a_reason(signed: FastAPI, matcher: Matcher) -> None:
    now = datetime.now(UTC)
    pairs = [("ORG001", "ORG002"), ("ORG001", "ORG003"), ("ORG002", "ORG003")]
    ones = [matcher.introductions.propose(pair, BY_STAFF, now) for pair in pairs]
    staff = browser_of(signed, STAFF)
    assert "Makina Corpus – Citadelle Sécurité" in staff.get("/a-traiter").text
    chosen = [f"{one.id}:{one.version}" for one in ones[:2]]
    assert staff.post("/a-traiter/decisions", data={"chosen": chosen, "act": "approve"}).status_code == 303
    refusal = {"chosen": f"{ones[2].id}:{ones[2].version}", "act": "refuse", "ground": "competitor"}
    assert staff.post("/a-traiter/decisions", data=refusal).status_code == 303
    states = [state_of(matcher, one) for one in ones]
    assert states == [State.APPROVED, State.APPROVED, State.REFUSED]
    assert matcher.store.introductions.get(ones[2].id).ground is Ground.COMPETITOR


def test_each_row_says_in_one_line_why_this_pair(signed: FastAPI, matcher: Matcher) -> None:
    now = datetime.now(UTC)
    for pair in (("ORG001", "ORG002"), ("ORG001", "ORG003")):
        matcher.introductions.propose(pair, BY_STAFF, now)
    word = Details(words={Side.FIRST: "Bonjour"})
    matcher.introductions.act("IN1", Act.WRITE, BY_STAFF, now, word)
    page = browser_of(signed, STAFF).get("/a-traiter?panier=to_approve").text
    read = " ".join(re.sub(r"<[^>]+>", "", page).replace("\u202f", " ").replace("\u00a0", " ").split())
    assert "Makina Corpus cherche « partenaire cybersécurité » ; Citadelle Sécurité propose" in read
    assert page.count("avec un mot") == 1
    assert len(page.encode()) < 60_000


def test_a_row_to_approve_warns_of_competitors(signed: FastAPI, matcher: Matcher) -> None:
    alike = [
        Organisation(id=f"ZZ{number}", name=f"Garde {number}", expertise=("cybersécurité", "SOC"))
        for number in (1, 2)
    ]
    matcher.store.items.put(alike, source="test")
    matcher.introductions.propose(("ZZ1", "ZZ2"), BY_STAFF, datetime.now(UTC))
    matcher.introductions.propose(("ORG001", "ORG002"), BY_STAFF, datetime.now(UTC))
    page = browser_of(signed, STAFF).get("/a-traiter?panier=to_approve").text
    assert page.count("peut-être des concurrentes") == 1


def test_a_line_rests_on_more_than_one_word_of_many() -> None:
    here = Organisation(id="ORG1", name="Un", needs=("gestion de la relation client",), sectors=("Santé",))
    by_chance = Organisation(id="ORG2", name="Deux", offers=("gestion des déchets industriels",))
    assert why_of(here, by_chance) is None
    same = Organisation(id="ORG3", name="Trois", sectors=("sante",), offers=by_chance.offers)
    assert why_of(here, same) == Why(common="Santé")


@pytest.mark.parametrize(
    ("sought", "offered"),
    [
        ("développement web", "développement durable"),
        ("formation RH", "formation Python"),
        ("audit SEO", "audit comptable"),
        ("C++", "SEO"),
    ],
)
def test_a_word_that_many_labels_hold_speaks_for_no_pair(sought: str, offered: str) -> None:
    here = Organisation(id="ORG1", name="Un", needs=(sought,))
    assert why_of(here, Organisation(id="ORG2", name="Deux", offers=(offered,))) is None


@pytest.mark.parametrize(
    ("sought", "offered"),
    [
        ("ERP", "ERP"),
        ("dév", "Dev"),
        ("ERP", "intégration d'ERP"),
        ("3D", "impression 3D"),
        ("formation RH", "formations RH et paie"),
        ("hébergement", "hébergement de données de santé"),
    ],
)
def test_equal_labels_and_all_words_of_the_shorter_one_speak_for_a_pair(sought: str, offered: str) -> None:
    here = Organisation(id="ORG1", name="Un", needs=(sought,))
    found = why_of(here, Organisation(id="ORG2", name="Deux", offers=(offered,)))
    assert found == Why("Un", sought, "Deux", offered)


def test_staff_put_a_decision_off_and_find_it_again(signed: FastAPI, matcher: Matcher) -> None:
    one = matcher.introductions.propose(("ORG001", "ORG002"), BY_STAFF, datetime.now(UTC))
    staff = browser_of(signed, STAFF)
    form = {"chosen": f"{one.id}:{one.version}", "act": "postpone", "weeks": "2"}
    answered = staff.post("/a-traiter/decisions", data=form)
    assert answered.headers["location"].endswith("fait=staff_postpone")
    assert one.id not in staff.get("/a-traiter?panier=to_approve").text
    assert "revient le" in staff.get("/a-traiter?panier=postponed").text
    assert "elle reviendra dans «\xa0À approuver\xa0» le" in staff.get(f"/a-traiter/{one.id}").text
    assert staff.post("/a-traiter/decisions", data=form | {"weeks": "600"}).status_code == 422


def test_what_somebody_else_decided_meanwhile_stays(signed: FastAPI, matcher: Matcher) -> None:
    now = datetime.now(UTC)
    one = matcher.introductions.propose(("ORG001", "ORG002"), BY_STAFF, now)
    matcher.introductions.act(one.id, Act.REFUSE, BY_STAFF, now, Details(ground=Ground.OTHER))
    form = {"chosen": f"{one.id}:{one.version}", "act": "approve"}
    answered = browser_of(signed, STAFF).post("/a-traiter/decisions", data=form)
    assert answered.headers["location"].endswith("fait=some_changed")
    assert state_of(matcher, one) is State.REFUSED


def test_the_pair_is_side_by_side_with_its_history(signed: FastAPI, asked: Introduction) -> None:
    page = browser_of(signed, STAFF).get(f"/a-traiter/{asked.id}").text
    assert "Makina Corpus" in page
    assert "Citadelle Sécurité" in page
    assert "Demande envoyée" in page


@pytest.mark.parametrize("path", ["/a-traiter", "/a-traiter/IN1"])
def test_the_queue_is_for_staff(signed: FastAPI, path: str) -> None:
    assert browser_of(signed, MEMBER).get(path).status_code == 403


def test_the_best_pairs_of_the_plan_are_proposed(signed: FastAPI, matcher: Matcher) -> None:
    staff = browser_of(signed, STAFF)
    without = staff.post("/a-traiter/du-plan", data={"most": "1"})
    assert without.headers["location"].endswith("fait=no_plan")
    matcher.plan()
    planned = staff.post("/a-traiter/du-plan", data={"most": "2"})
    assert planned.headers["location"].endswith("fait=planned")
    found = matcher.store.introductions.all()
    assert {one.state for one in found} <= {State.PROPOSED}
    assert len(found) <= 2


@pytest.fixture
def agreed(matcher: Matcher, asked: Introduction) -> Introduction:
    """ORG001 and ORG002 both said yes."""
    now = datetime.now(UTC)
    for side in (Party.FIRST, Party.SECOND):
        matcher.introductions.act(asked.id, Act.YES, Actor(side, MEMBER.id), now)
        matcher.introduction_worker.due(now)
    return matcher.store.introductions.get(asked.id)


def set_date(client: TestClient, one: Introduction, organisation: str = "ORG001", **form: str) -> Response:
    day = (datetime.now(UTC) + timedelta(days=5)).date().isoformat()
    given = {"version": str(one.version), "day": day, "hour": "10:30", "minutes": "45", "place": "Albi"}
    path = f"/organisations/{organisation}/introductions/{one.id}/rencontre"
    return client.post(path, data=given | form)


def test_either_side_sets_a_date_that_the_other_reads(
    signed: FastAPI, matcher: Matcher, agreed: Introduction
) -> None:
    member = browser_of(signed, MEMBER)
    assert "Noter la date de la rencontre" in member.get(PAGE).text
    assert set_date(member, agreed).headers["location"].endswith("fait=schedule")
    theirs = browser_of(signed, OTHER).get("/organisations/ORG002/introductions").text
    assert "à 10:30, 45 minutes – Albi" in theirs
    assert "Avez-vous été en contact" not in theirs
    assert "à 10:30 – Albi" in browser_of(signed, STAFF).get(f"/a-traiter/{agreed.id}").text


def test_what_is_no_date_is_shown_as_typed(signed: FastAPI, matcher: Matcher, agreed: Introduction) -> None:
    member = browser_of(signed, MEMBER)
    for wrong in ({"day": "2020-01-01"}, {"day": "demain"}, {"hour": "25:00"}, {"minutes": "beaucoup"}):
        refused = set_date(member, agreed, **wrong, place="Chez <b>nous</b>")
        assert refused.status_code == 422
        assert "Une date et une heure à venir" in refused.text
        assert "Chez &lt;b&gt;nous&lt;/b&gt;" in refused.text
    assert matcher.store.introductions.get(agreed.id).meeting is None


def test_a_meeting_is_cancelled_once(signed: FastAPI, matcher: Matcher, agreed: Introduction) -> None:
    member = browser_of(signed, MEMBER)
    set_date(member, agreed)
    now = matcher.store.introductions.get(agreed.id)
    for _ in range(2):
        assert set_date(member, now, act="cancel_meeting").status_code == 303, "a second click is harmless"
    assert set_date(member, now, act="cancel_meeting", place="").status_code == 409
    assert "Noter la date de la rencontre" in member.get(PAGE).text


def test_a_stranger_sets_no_date(signed: FastAPI, matcher: Matcher, agreed: Introduction) -> None:
    assert set_date(browser_of(signed, OTHER), agreed).status_code == 403
    assert set_date(browser_of(signed, STAFF), agreed, "ORG003").status_code == 404
    assert matcher.store.introductions.get(agreed.id).meeting is None


def test_a_request_of_a_member_names_who_asked_first_and_asks_the_other_alone(
    signed: FastAPI, matcher: Matcher
) -> None:
    browser_of(signed, MEMBER).post("/organisations/ORG001/demandes", data={"item": "ORG003"})
    [one] = matcher.store.introductions.all(organisation_id="ORG003")
    staff = browser_of(signed, STAFF)
    own, other = (matcher.store.items.get(name).name for name in ("ORG001", "ORG003"))
    page = staff.get(f"/a-traiter/{one.id}").text
    assert f"<h1>{own} – {other}</h1>" in page
    assert page.index("a demandé la rencontre") < page.index("seule interrogée")
    assert f"Approuver et interroger {other}" in page
    assert "interroger la première" not in page
    assert "première organisation" not in page
    assert f"<td>{own}</td>" in page
    assert f"demandée par {own}" in staff.get("/a-traiter?panier=to_approve").text


def test_a_line_of_the_queue_says_first_what_the_one_that_asked_looks_for() -> None:
    asking = Organisation(id="ORG1", name="Un", needs=("audit de sécurité web",), offers=("site",))
    other = Organisation(id="ORG2", name="Deux", needs=("site",), offers=("audit de sécurité",))
    clearest, asked = why_of(asking, other), why_of(asking, other, first_seeks=True)
    assert clearest is not None
    assert asked is not None
    assert asked.seeker == "Un"


@pytest.mark.parametrize(
    ("lang", "said"), [("fr", "L'autre organisation propose"), ("en", "The other organisation offers")]
)
def test_what_speaks_for_a_proposal_is_said_as_in_its_mail(
    signed: FastAPI, asked: Introduction, lang: str, said: str
) -> None:
    member = browser_of(signed, MEMBER)
    member.cookies.set("matcher-lang", lang)
    page = member.get(PAGE).text.replace("&#39;", "'")
    assert f"{said} : audit de cybersécurité" in page or f"{said}: audit de cybersécurité" in page
