"""People of the tests, one a role, and how they sign in."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from fastapi.testclient import TestClient

from matcher.build import Matcher
from matcher.people import Person, Role, Scope, new_person

ROLES = {
    "member of A": ([Role.MEMBER], ["ORG001"]),
    "member of B": ([Role.MEMBER], ["ORG002"]),
    "staff": ([Role.STAFF], []),
    "hr": ([Role.HR], []),
    "admin": ([Role.ADMIN], []),
}


def add_person(matcher: Matcher, who: str) -> Person:
    """Store the person of a name in :data:`ROLES`, or return the stored one."""
    email = f"{who.replace(' ', '.')}@example.org"
    known = matcher.store.people.find(email)
    if known is not None:
        return known
    roles, organisations = ROLES[who]
    person = new_person(email, who.title(), roles=roles, organisations=organisations)
    matcher.store.people.put(person)
    return person


@dataclass
class Asker:
    """Somebody who asks the application of a client: with a cookie, a key, or neither."""

    client: TestClient
    headers: dict[str, str]

    def __call__(self, method: str, path: str, **options: Any) -> Any:
        """Send one request with these headers only; a redirect is not followed."""
        given = {**self.headers, **options.pop("headers", {})}
        response = self.client.request(method, path, headers=given, follow_redirects=False, **options)
        self.client.cookies.clear()
        return response


def askers(client: TestClient, matcher: Matcher) -> dict[str, Asker]:
    """One asker a role, a scope, and a visitor."""
    now = datetime.now(UTC)
    found = {"visitor": Asker(client, {})}
    for who in ROLES:
        token = matcher.visits.begin(add_person(matcher, who).id, now)
        found[who] = Asker(client, {"Cookie": f"matcher-visit={token}"})
    for scope in Scope:
        _, token = matcher.keys.make(scope.value, [scope], now)
        found[f"key {scope.value}"] = Asker(client, {"Authorization": f"Bearer {token}"})
    return found
