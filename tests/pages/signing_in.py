"""Browsers of people who are signed in, for tests of pages."""

from fastapi import FastAPI
from fastapi.testclient import TestClient
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from matcher.people import Person, Role, new_person, permissions_of
from service.http.access import Caller

BROWSER = {"Accept": "text/html,application/xhtml+xml"}
MEMBER = new_person("claire@example.org", "Claire Martin", roles=[Role.MEMBER], organisations=["ORG001"])
OTHER = new_person("hugo@example.org", "Hugo Petit", roles=[Role.MEMBER], organisations=["ORG002"])
STAFF = new_person("nadia@example.org", "Nadia Benali", roles=[Role.STAFF])
HR = new_person("lea@example.org", "Léa Durand", roles=[Role.HR])
ADMIN = new_person("ines@example.org", "Inès Garcia", roles=[Role.ADMIN])
PEOPLE = {person.id: person for person in (MEMBER, OTHER, STAFF, HR, ADMIN)}


def let_in(app: FastAPI) -> None:
    """Let the person of the header ``X-Person`` in: what is tested are the pages, not the sign-in.

    The application has not started yet.
    """
    app.add_middleware(_LetIn)


class _LetIn:
    """Says who asks before the application tries to find out."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            person = PEOPLE.get(Headers(scope=scope).get("x-person", ""))
            caller = Caller(permissions_of(person.roles if person else ()), person=person)
            scope["state"] = {**scope.get("state", {}), "caller": caller}
        await self.app(scope, receive, send)


def browser_of(app: FastAPI, person: Person) -> TestClient:
    """Return a browser in which a person is signed in; the application is running already."""
    return _browser(app, BROWSER | {"X-Person": person.id})


def visitor_of(app: FastAPI) -> TestClient:
    """Return a browser in which nobody is signed in."""
    return _browser(app, BROWSER)


def _browser(app: FastAPI, headers: dict[str, str]) -> TestClient:
    client = TestClient(app, headers=headers, follow_redirects=False)
    client.portal = app.state.loop
    return client
