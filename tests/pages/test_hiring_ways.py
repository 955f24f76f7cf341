"""From a need to a withdrawal, three ways: by commands, over HTTP, on pages; nothing is left."""

import html
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Protocol

import pytest
from fastapi import FastAPI

from matcher.adapters.sql import utc_now
from matcher.hiring.candidates import CURRENT
from service.cli.main import main
from tests.hiring.candidates.room import bytes_of
from tests.pages.conftest import copied_settings, running
from tests.pages.signing_in import ADMIN, HR, browser_of, visitor_of
from training.hiring.cv_files import Line, as_pdf

NEED = "développeuse Python junior à Nîmes"
ADDRESS, NAME = "ada.exemple@courriel.example", "Ada Exemplaire"
OPENED_FOR, DECIDED_FOR = "Poste de développement à Nîmes", "Le projet commence par la base de données."
CV = as_pdf([Line("Ada Exemplaire, 34 ans"), Line("Python 3 ans, Docker"), Line("Kubernetes", gray=1)])
CODE = r"[2-9B-Z]{3}-[2-9B-Z]{2}"


def first(pattern: str, text: str) -> str:
    found = re.search(pattern, text)
    assert found, text[:2_000]
    return found[1] if found.groups() else found[0]


def plain(text: str) -> str:
    """Return a page, an answer or what a command printed without references and line breaks."""
    return " ".join(html.unescape(text).split())


class Factory(Protocol):
    """What the HR factory does, one way or another."""

    def enable(self) -> None: ...
    def check(self) -> str: ...
    def need(self) -> str: ...
    def leads(self, need_id: str) -> str: ...
    def sample(self, count: int) -> None: ...
    def invite(self) -> str: ...
    def shortlist(self, need_id: str) -> tuple[str, str]: ...
    def contact(self, code: str) -> str: ...
    def decide(self, shortlist_id: str, code: str) -> None: ...


class ByCommand:
    """The HR factory at the command line of the machine."""

    def __init__(self, _app: FastAPI, said: Callable[[], str], folder: Path) -> None:
        self._said, self._folder = said, folder

    def _run(self, *words: str) -> str:
        self._said()  # the service beside it logs: that is no answer of the command
        assert main(list(words)) == 0
        return self._said()

    def enable(self) -> None:
        said = self._run("candidates", "enable", "--dpia", "AIPD-1", "--by", ADMIN.name)
        assert "Candidates are on, DPIA AIPD-1" in said

    def check(self) -> str:
        offer = self._folder / "offer.txt"
        offer.write_text("Développeur Python\nProfil jeune et dynamique, à Nîmes", "utf-8")
        return self._run("job", "check", str(offer))

    def need(self) -> str:
        return first(r"NEED-[0-9a-f]+", self._run("need", "add", NEED))

    def leads(self, need_id: str) -> str:
        return self._run("need", "leads", need_id)

    def sample(self, count: int) -> None:
        self._run("candidates", "sample", *(["--count", str(count)] if count else ["--remove"]))

    def invite(self) -> str:
        return first(r"/candidats/invitation/([\w-]+)", self._run("candidates", "invite"))

    def shortlist(self, need_id: str) -> tuple[str, str]:
        made = json.loads(first(r"(?s)\{\n.*\}", self._run("shortlist", "make", need_id, "--json")))
        return made["id"], made["profiles"][0]["code"]

    def contact(self, code: str) -> str:
        return self._run("shortlist", "contact", code, "--reason", OPENED_FOR, "--by", HR.email)

    def decide(self, shortlist_id: str, code: str) -> None:
        self._run(
            "shortlist", "decide", shortlist_id, code, "keep", "--reason", DECIDED_FOR, "--by", HR.email
        )


class OverHttp:
    """The HR factory's own program."""

    def __init__(self, app: FastAPI, _said: Callable[[], str], _folder: Path) -> None:
        self._hr, self._admin = browser_of(app, HR), browser_of(app, ADMIN)

    def enable(self) -> None:
        assert self._admin.put("/v1/candidates/gate", json={"dpia": "AIPD-1"}).json()["is_open"]

    def check(self) -> str:
        ad = "Développeur Python\nProfil jeune et dynamique, à Nîmes"
        return self._hr.post("/v1/job-checks", json={"text": ad}).text

    def need(self) -> str:
        found: str = self._hr.post("/v1/needs", json={"text": NEED}).json()["need"]["id"]
        return found

    def leads(self, need_id: str) -> str:
        return self._hr.get(f"/v1/needs/{need_id}/leads").text

    def sample(self, count: int) -> None:
        path = "/v1/candidates/sample"
        answer = self._admin.post(path, json={"count": count}) if count else self._admin.delete(path)
        assert answer.json()["profiles"] > 0

    def invite(self) -> str:
        url: str = self._hr.post("/v1/candidates/invitations").json()["url"]
        return url.rpartition("/")[2]

    def shortlist(self, need_id: str) -> tuple[str, str]:
        made = self._hr.post("/v1/shortlists", json={"need_id": need_id}).json()
        return made["id"], made["profiles"][0]["code"]

    def contact(self, code: str) -> str:
        return self._hr.post(f"/v1/candidates/{code}/contact", json={"reason": OPENED_FOR}).text

    def decide(self, shortlist_id: str, code: str) -> None:
        asked = {"code": code, "decision": "keep", "reason": DECIDED_FOR}
        assert self._hr.post(f"/v1/shortlists/{shortlist_id}/decisions", json=asked).status_code == 200


class OnPages:
    """A person of the HR factory in a browser."""

    def __init__(self, app: FastAPI, _said: Callable[[], str], _folder: Path) -> None:
        self._hr, self._admin, self._app = browser_of(app, HR), browser_of(app, ADMIN), app

    def enable(self) -> None:
        form = {"act": "enable", "dpia": "AIPD-1"}
        assert self._admin.post("/administration/candidats", data=form).status_code == 303

    def check(self) -> str:
        offer = "Développeur Python\nProfil jeune et dynamique, à Nîmes"
        return self._hr.post("/recruter/annonce", data={"offer": offer}).text

    def need(self) -> str:
        saved = self._hr.post("/recruter/besoins", data={"text": NEED})
        return first(r"/recruter/besoins/([\w-]+)", saved.headers["location"])

    def leads(self, need_id: str) -> str:
        return self._hr.get(f"/recruter/besoins/{need_id}").text

    def sample(self, count: int) -> None:
        desk = self._app.state.matcher.hiring.sample  # an operator's act: there is no page for it
        _ = desk.load(count, utc_now()) if count else desk.remove(utc_now())

    def invite(self) -> str:
        return first(r"/candidats/invitation/([\w-]+)", self._hr.post("/recruter/candidats/inviter").text)

    def shortlist(self, need_id: str) -> tuple[str, str]:
        made = self._hr.post(f"/recruter/besoins/{need_id}/selection").headers["location"].partition("?")[0]
        code = first(rf"/recruter/candidats/((?:EXEMPLE-\w\w|{CODE}))", self._hr.get(made).text)
        return made.rpartition("/")[2], code

    def contact(self, code: str) -> str:
        return self._hr.post(f"/recruter/candidats/{code}/ouvrir", data={"reason": OPENED_FOR}).text

    def decide(self, shortlist_id: str, code: str) -> None:
        form = {"decision": "keep", "reason": DECIDED_FOR}
        assert self._hr.post(f"/recruter/selections/{shortlist_id}/{code}", data=form).status_code == 303


class CandidateOverHttp:
    """A candidate whose program asks."""

    def __init__(self, app: FastAPI) -> None:
        self._client, self._app = visitor_of(app), app

    def enter(self, invitation: str) -> None:
        notice = self._client.get("/v1/candidates/notice?lang=en").json()
        assert "place de l'Exemple" in json.dumps(notice["parts"], ensure_ascii=False)
        entry = {
            "email": ADDRESS,
            "name": NAME,
            "notice_version": notice["version"],
            "invitation": invitation,
        }
        assert self._client.post("/v1/candidates", json=entry).status_code == 202
        assert self._client.post("/v1/candidates", json=entry).status_code == 410, "it lets one person in"
        assert self._client.get("/v1/own-profile", headers={"Candidate-Link": "none"}).status_code == 404
        self._client.headers["Candidate-Link"] = token_of(self._app)

    def fill(self) -> None:
        read = self._client.post("/v1/own-profile/cv", content=CV).json()
        assert read["dropped"] == {"white": len("Kubernetes")}
        years = {one["id"]: one["years"] for one in read["profile"]["skills"] if one["label"] == "Python"}
        assert list(years.values()) == [3]
        assert len(self._client.put("/v1/own-profile/skills", json={"years": years}).json()["skills"]) == 1
        added = self._client.post("/v1/own-profile/skills", json={"words": "Docker"}).json()["added"]
        assert [one["label"] for one in added] == ["Docker"]
        path = "/v1/own-profile/choices"
        for unknown in ("NOSUCH", "FAC001"):
            assert self._client.put(path, json={"shown_to": [unknown]}).status_code == 422
        assert self._client.put(path, json={"shown_to": ["ORG001"]}).json()["shown_to"] == ["ORG001"]
        chosen = self._client.put(path, json={"departments": ["30"], "to_everyone": True}).json()
        assert chosen["departments"] == ["30"]
        assert self._client.post("/v1/own-profile/cv", content=b"%PDF-1.4 nothing").status_code == 422
        assert self._client.post("/v1/own-profile/pause").status_code == 204
        assert self.held()["state"] == "paused"
        self._client.post("/v1/own-profile/resume")

    def held(self) -> Any:
        return self._client.get("/v1/own-profile").json()

    def withdraw(self) -> None:
        assert self._client.delete("/v1/own-profile").json()["certificate"]
        assert self._client.get("/v1/own-profile").status_code == 404


class CandidateOnPages:
    """A candidate in a browser."""

    def __init__(self, app: FastAPI) -> None:
        self._client, self._app, self._own = visitor_of(app), app, ""

    def enter(self, invitation: str) -> None:
        assert "place de l&#39;Exemple" in self._client.get(f"/candidats/invitation/{invitation}").text
        form = {"email": ADDRESS, "name": NAME, "agreed": CURRENT, "invitation": invitation}
        assert self._client.post("/candidats", data=form).status_code == 200
        self._own = f"/candidat/{token_of(self._app)}"

    def fill(self) -> None:
        sent = self._client.post(f"{self._own}/cv", files={"file": ("cv.pdf", CV, "application/pdf")})
        assert "10 signes" in sent.text
        assert self._client.post(f"{self._own}/choix", data={"zone": ["30"]}).status_code == 303

    def held(self) -> Any:
        return self._client.get(f"{self._own}/copie.json").json()

    def withdraw(self) -> None:
        assert "certificat" in self._client.post(f"{self._own}/effacer").text
        assert self._client.get(self._own).status_code == 404


def token_of(app: FastAPI) -> str:
    """Return the token in the latest mail with a link, as its reader sees it."""
    matcher = app.state.matcher
    messages = [one for one in matcher.store.mail.all() if one.event.value == "candidate_link"]
    text = matcher.letters.compose(messages[0], messages[0].created_at).get_body(("plain",)).get_content()
    return first(r"/candidat/([\w-]+)", text)


@pytest.fixture
def app(pages_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FastAPI]:
    """A running service, over whose home commands run too."""
    settings = copied_settings(pages_home, tmp_path)
    names = ("home", "encoder", "controller_address", "privacy_contact", "processors")
    for name in names:
        monkeypatch.setenv(f"MATCHER_{name.upper()}", str(getattr(settings, name)))
    with running(settings) as opened:
        yield opened


@pytest.mark.parametrize(
    ("way", "person"),
    [(ByCommand, CandidateOnPages), (OverHttp, CandidateOverHttp), (OnPages, CandidateOnPages)],
)
def test_from_a_need_to_a_withdrawal_that_leaves_no_byte(
    app: FastAPI, way: Any, person: Any, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    factory: Factory = way(app, lambda: capsys.readouterr().out, tmp_path)
    candidate = person(app)
    factory.enable()
    # A page holds the offer itself too: that it was checked shows only in what is said of the words.
    assert "Une limite d'âge ne peut pas figurer dans une offre" in plain(factory.check())
    need_id = factory.need()
    assert "Développeur / Développeuse multimédia" in plain(factory.leads(need_id))
    factory.sample(3)
    assert factory.shortlist(need_id)[1].startswith("EXEMPLE-")
    factory.sample(0)
    candidate.enter(factory.invite())
    candidate.fill()
    shortlist_id, code = factory.shortlist(need_id)
    assert ADDRESS in factory.contact(code)
    factory.decide(shortlist_id, code)
    held = candidate.held()
    assert (held["opened"][0]["reason"], held["opened"][0]["by"]) == (OPENED_FOR, HR.name)
    assert (held["decided"][0]["decision"], held["decided"][0]["reason"]) == ("keep", DECIDED_FOR)
    assert held["listed"][0]["profiles"][0]["lines"], "and what was said of each requirement"
    candidate.withdraw()
    matcher = app.state.matcher
    assert all(done.found_in == () and done.done_at for done in matcher.rights.finish(utc_now))
    content = bytes_of(matcher.settings.home)
    assert [text for text in (ADDRESS, NAME, code) if text.encode() in content] == []
    acts = [entry["act"] for entry in matcher.audit.export()]
    assert {"candidate.open", "shortlist.make", "shortlist.keep", "candidate.enter"} <= set(acts)
