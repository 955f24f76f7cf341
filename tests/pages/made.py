"""Pages that exist once something was done: an introduction, an event, an import, a shortlist, a mail.

They are made through the product and its forms, for accessibility, for pictures and for laws of every page.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
from fastapi import FastAPI

from matcher.build import Matcher
from matcher.domain.items import Organisation
from matcher.hiring.candidates import CURRENT, Candidate, Entry
from matcher.hiring.shortlists import Decided, Decision
from matcher.introductions import Act, Actor, Details, Introduction, MeetingPlan, Party, State
from matcher.people import Person, Purpose
from tests.pages.signing_in import BROWSER, HR, MEMBER, OTHER, STAFF, browser_of

Pages = tuple[tuple[str, Person | None], ...]
Files = dict[str, tuple[str, str]]
Sent = Callable[[Person, str, dict[str, str], Files], str]
"""Sends a form with files as a person, and returns the path that it leads to."""

OWN, OTHERS = "ORG001", "ORG002"
BY_STAFF = Actor(Party.STAFF, STAFF.id)
NEED = (
    "Développeuse ou développeur Python à Toulouse, CDI, 3 ans d'expérience. "
    "Compétences : Python, Docker, PostgreSQL. Anglais courant."
)
ATTENDEES = "nom;organisation\nAda;Maison 1\nBob;Maison 2\nÉva;" + "M" * 300 + "\nZoé;Maison 4\n"
MEMBERS = (
    "Raison sociale;Ville;Site;Opposition RGPD\n"
    "Atelier Dix;Albi;https://dix.example;peut-être\nMaison Onze;Castres;;\n"
)
GOOD_MEMBERS = "Raison sociale;Ville;Description\nAtelier Dix;Albi;Conçoit des tableaux de bord.\n;Castres;\n"


def make_pages(matcher: Matcher, sent: Sent) -> Pages:
    """Make what some pages are of; return their addresses with who opens them."""
    now = datetime.now(UTC)
    return (
        *_introductions(matcher, now),
        *_staff(matcher, sent),
        *_hiring(matcher, sent, now),
        *_links(matcher, now),
    )


def sending(base: str) -> Sent:
    """Return what sends forms to an application that is served at an address."""

    def send(person: Person, path: str, form: dict[str, str], files: Files) -> str:
        headers = BROWSER | {"X-Person": person.id, "Origin": base}
        sent: dict[str, Any] = {name: (*file, "text/csv") for name, file in files.items()}
        answer = httpx2.post(base + path, data=form, files=sent or None, headers=headers, timeout=120)
        if answer.status_code != httpx2.codes.SEE_OTHER:
            raise RuntimeError(f"{path} answers {answer.status_code}: {answer.text[-3000:]}")
        return str(answer.headers["location"]).partition("?")[0]

    return send


def in_process(app: FastAPI) -> Sent:
    """Return what sends forms to an application that runs in this process."""

    def send(person: Person, path: str, form: dict[str, str], files: Files) -> str:
        answer = browser_of(app, person).post(path, data=form, files=files or None)
        if answer.status_code != httpx2.codes.SEE_OTHER:
            raise RuntimeError(f"{path} answers {answer.status_code}: {answer.text[-3000:]}")
        return str(answer.headers["location"]).partition("?")[0]

    return send


def _introductions(matcher: Matcher, now: datetime) -> Pages:
    """Make one introduction to approve, one that waits for an answer, and one with a meeting.

    The demonstration has some of its member already, who is asked once a week.
    """
    others = [item_id for item_id, _ in matcher.store.items.names() if item_id.startswith("ORG0")][2:4]
    there = {one.state: one for one in matcher.store.introductions.all(organisation_id=OWN)}
    accepted = there.get(State.ACCEPTED) or _agreed(matcher, (others[0], OWN), now - timedelta(days=10))
    asked = there.get(State.ASKED_FIRST) or _asked(matcher, (OWN, OTHERS), now)
    meeting = MeetingPlan(now + timedelta(days=6), 45, "12 rue de l'Exemple, Toulouse")
    met = matcher.introductions.act(accepted.id, Act.SCHEDULE, BY_STAFF, now, Details(meeting=meeting))
    proposed = matcher.introductions.propose((others[0], OTHERS), BY_STAFF, now)
    link = matcher.links.make(Purpose.ANSWER, MEMBER.id, f"{asked.id}/{OWN}", now, now + timedelta(days=30))
    answers = f"/answers/{matcher.links.token(link.id)}"
    mails = [("/courriers/" + str(one.id), STAFF) for one in matcher.store.mail.all()[:2]]
    return (
        (f"/a-traiter/{proposed.id}", STAFF),
        (f"/a-traiter/{met.id}", STAFF),
        ("/a-traiter?panier=waiting", STAFF),
        (answers, None),
        (f"{answers}?choice=not_now", None),
        (f"{answers}?choice=no", None),
        *mails,
    )


def _asked(matcher: Matcher, pair: tuple[str, str], at: datetime) -> Introduction:
    one = matcher.introductions.propose(pair, BY_STAFF, at)
    matcher.introductions.act(one.id, Act.APPROVE, BY_STAFF, at)
    matcher.introduction_worker.due(at)
    return one


def _agreed(matcher: Matcher, pair: tuple[str, str], at: datetime) -> Introduction:
    """Bring two organisations together: each says yes in its turn."""
    one = _asked(matcher, pair, at)
    for organisation in pair:
        at += timedelta(hours=20)
        matcher.introductions.act(one.id, Act.YES, Actor(Party.STAFF, STAFF.id, organisation), at)
        matcher.introduction_worker.due(at)
    return matcher.store.introductions.get(one.id)


def _staff(matcher: Matcher, sent: Sent) -> Pages:
    """Send a list of participants, and one list of members that has to be corrected and one that is good."""
    event = {"mode": "pairs", "rounds": "3", "title": "T" * 200, "size": "4"}
    event |= {"minutes": "15", "pause": "5", "start": "2026-12-10T09:00"}
    tables = event | {"mode": "tables", "title": "Petit-déjeuner du réseau"}
    calls = [item_id for item_id, _ in matcher.store.items.names() if item_id.startswith("INT")]
    matcher.store.items.put([Organisation(id="TWIN", name="Makina Corpus", city="Toulouse")], source="test")
    people = {"participants": ("inscrits.csv", ATTENDEES)}
    return (
        (f"/alertes/{calls[0]}", STAFF),
        (sent(STAFF, "/evenement", event, people), STAFF),
        (sent(STAFF, "/evenement", tables, people), STAFF),
        (sent(STAFF, "/importer", {}, {"file": ("membres.csv", MEMBERS)}), STAFF),
        (sent(STAFF, "/importer", {}, {"file": ("membres 2026.csv", GOOD_MEMBERS)}), STAFF),
    )


def _hiring(matcher: Matcher, sent: Sent, now: datetime) -> Pages:
    """Open the pool, let two candidates in, write a need, make a shortlist and decide on one of them."""
    hiring = matcher.hiring
    hiring.desk.enable("AIPD-2026-04", "Inès Garcia", now)
    ada = _enter(matcher, "ada@courriel.example", "3 ans de Python, Docker", now)
    _enter(matcher, "bea@courriel.example", "Java, gestion de projet", now)
    need = sent(HR, "/recruter/besoins", {"text": NEED, "title": "Développement Python"}, {})
    made = hiring.shortlists.make(need.rpartition("/")[2], HR.id, now, seed=7)
    decided = Decided(Decision.KEEP, "Le poste commence par la base de données.", HR.id, now)
    hiring.shortlists.decide(made.id, ada.profile.code, decided)
    hiring.desk.open_contact(ada.profile.code, HR.id, "Poste de développement à Nîmes", now)
    link = matcher.links.of(ada.id, Purpose.CANDIDATE)[-1]
    own = f"/candidat/{matcher.links.token(link.id)}"
    invitation = hiring.desk.invite(now)
    return (
        (need, HR),
        ("/recruter/selections", HR),
        (f"/recruter/selections/{made.id}", HR),
        ("/recruter/suivi", HR),
        (f"/recruter/candidats/{ada.profile.code}", HR),
        (f"/candidats/invitation/{invitation}", None),
        (own, None),
        (f"{own}/effacer", None),
    )


def _enter(matcher: Matcher, email: str, skills: str, now: datetime) -> Candidate:
    own, desk = matcher.hiring.own, matcher.hiring.desk
    own.enter(Entry(email, "Une Personne", CURRENT, invitation=desk.invite(now)), now)
    (link,) = matcher.links.of(desk.id_of(email), Purpose.CANDIDATE)
    candidate = own.follow(matcher.links.token(link.id), now)
    return own.add_skills(candidate, skills, now)[0]


def _links(matcher: Matcher, now: datetime) -> Pages:
    """Make the links of mails that need no session: to sign in, to stop mails, to one's data."""
    purposes = (
        ("/v1/sign-in", Purpose.SIGN_IN),
        ("/v1/unsubscribe", Purpose.UNSUBSCRIBE),
        ("/v1/alerts-stop", Purpose.STOP_ALERTS),
        ("/v1/data", Purpose.EXPORT),
        ("/v1/erase", Purpose.ERASE),
    )
    found = []
    for path, purpose in purposes:
        link = matcher.links.make(purpose, OTHER.id, "", now, now + timedelta(days=1))
        found.append((f"{path}/{matcher.links.token(link.id)}", None))
    return tuple(found)
