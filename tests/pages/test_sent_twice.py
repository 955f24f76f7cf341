"""A form that is sent twice does one thing: double click, back and again, a connection lost on the way.

All forms of the rendered pages are sent to one application: twice within seconds, and once more when that is
forgotten. The second gets the answer of the first and changes nothing; the third is answered too.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

import html5lib
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import create_engine, inspect, text
from starlette.routing import Match

from matcher.people import Person
from service.pages.forms import Sendings
from tests.pages.conftest import copied_settings, running
from tests.pages.made import Pages, in_process, make_pages
from tests.pages.signing_in import browser_of, visitor_of
from tests.pages.visited import VISITED

LAST = (
    "supprimer",
    "retrait",
    "desactiver",
    "revoquer",
    "fermer",
    "abandon",
    "effacer",
    "candidats",
    "deconnexion",
)
"""Words of addresses that end something: they are sent after all others, in this order."""
COUNTED_APART = frozenset(
    {
        *("audit_entries", "impressions", "outbox", "alembic_version"),
        *("plans", "plan_lists", "plan_members", "cursors", "owed_erasures"),
    }
)
"""Tables of what was asked for and not of what was done, and of what is made or settled later, apart from any
form: the service settles the erasures it owes every few seconds."""
LINKS = "/v1/"
"""Start of the addresses of mails' links: some work once, and say so the second time."""
FILE = "nom;organisation;Raison sociale\nAda;Maison 1;Atelier Onze\nBob;Maison 2;Atelier Douze\n"


@dataclass(frozen=True)
class Form:
    """A form of a page as a person sends it: to where, with which fields and files."""

    person: Person | None
    action: str
    fields: tuple[tuple[str, str], ...]
    files: tuple[str, ...] = field(default=())

    @property
    def order(self) -> int:
        """Place among the forms: those that end something come last."""
        return max((place for place, word in enumerate(LAST, 1) if word in self.action), default=0)


@pytest.fixture(scope="module")
def app_and_pages(
    pages_home: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[FastAPI, Pages]]:
    """An application of this module's own, and its pages."""
    settings = copied_settings(pages_home, tmp_path_factory.mktemp("twice"))
    # The worker would write at its own time: what is counted here is what the forms do.
    with running(settings.model_copy(update={"work": False})) as app:
        yield app, (*VISITED, *make_pages(app.state.matcher, in_process(app)))


def test_every_form_sent_twice_does_one_thing(app_and_pages: tuple[FastAPI, Pages]) -> None:
    app, pages = app_and_pages
    forms = forms_of(app, pages)
    assert len(forms) > 40
    faults = [f"{form.action}: {fault}" for form in forms if (fault := fault_of(app, form))]
    assert "\n".join(faults) == ""


def fault_of(app: FastAPI, form: Form) -> str:
    """Send a form twice, and again when it is forgotten; return what is wrong with that, "" for nothing."""
    app.state.sendings = Sendings(remembered_s=60)  # a slow machine takes more than the seconds of a click
    first, before = send(app, form), rows(app)
    second, after = send(app, form), rows(app)
    app.state.sendings = Sendings()  # as some seconds later, or in another process
    late = send(app, form)
    if max(first.status, second.status, late.status) >= 500:
        return f"fails: {first}, {second}, {late}"
    if first != second and not form.action.startswith(LINKS):
        return f"first {first}, then {second}"
    more = {name: after[name] - before[name] for name in after if after[name] != before[name]}
    return f"doubled: {more}" if more else ""


def forms_of(app: FastAPI, pages: Pages) -> list[Form]:
    """Return the forms of the pages that change something, one for each kind of address and fields."""
    found: dict[tuple[str, ...], Form] = {}
    for path, person in pages:
        document = html5lib.parse(client_of(app, person).get(path).text, namespaceHTMLElements=False)
        for element in document.iter("form"):
            if element.get("method") == "post":
                form = _read(element, person, path)
                found.setdefault((route_of(app, form.action), *(name for name, _ in form.fields)), form)
    return sorted(found.values(), key=lambda form: form.order)


def route_of(app: FastAPI, path: str) -> str:
    """Return the pattern of the route that takes a form sent to ``path``, or the path."""
    scope = {"type": "http", "path": path.partition("?")[0], "method": "POST", "headers": []}
    full = (route for route in app.routes if route.matches(scope)[0] is Match.FULL)
    return str(getattr(next(full, None), "path", path))


def _read(element: Element, person: Person | None, path: str) -> Form:
    fields: list[tuple[str, str]] = []
    files = []
    for one in element.iter():
        name = one.get("name")
        if name is None or (one.tag == "button" and any(name == known for known, _ in fields)):
            continue
        if one.get("type") == "file":
            files.append(name)
        elif (value := _value(one)) is not None:
            fields.append((name, value))
    return Form(person, element.get("action") or path, tuple(fields), tuple(files))


def _value(element: Element) -> str | None:
    """Return what is sent for a field: as it is shown, something where it is empty and required."""
    kind = element.get("type", "text")
    if element.tag == "select":
        options = list(element.iter("option"))
        chosen = [one for one in options if one.get("selected") is not None] or options[:1]
        return chosen[0].get("value", chosen[0].text or "") if chosen else None
    if element.tag == "textarea":
        return (element.text or "").strip() or "Développement Python à Toulouse, en équipe"
    if kind in ("checkbox", "radio"):
        return element.get("value", "on")
    if element.tag == "button" or element.get("value"):
        return element.get("value", "")
    return {"email": "zoe@example.org", "date": "2027-01-12", "time": "10:30", "number": "20"}.get(
        kind, "Essai Python"
    )


def client_of(app: FastAPI, person: Person | None) -> TestClient:
    return browser_of(app, person) if person else visitor_of(app)


@dataclass(frozen=True)
class Sent:
    """An answer to a form: its status and where it leads."""

    status: int
    location: str


def send(app: FastAPI, form: Form) -> Sent:
    fields: dict[str, Any] = {}
    for name, value in form.fields:
        fields.setdefault(name, []).append(value)
    files = dict.fromkeys(form.files, ("liste.csv", FILE, "text/csv"))
    answer = client_of(app, form.person).post(form.action, data=fields, files=files or None)
    return Sent(answer.status_code, answer.headers.get("location", ""))


def rows(app: FastAPI) -> dict[str, int]:
    """Return how many rows each table holds, and how many folders of kept files there are."""
    settings = app.state.matcher.settings
    engine = create_engine(settings.database_url)
    try:
        with engine.connect() as connection:
            tables = [name for name in inspect(connection).get_table_names() if name not in COUNTED_APART]
            found = {
                name: connection.execute(text(f'select count(*) from "{name}"')).scalar_one()
                for name in tables
            }
    finally:
        engine.dispose()
    kept = [path for path in settings.home.glob("*/*") if path.is_dir() and path.parent.name != "index"]
    return found | {"kept folders": len(kept)}
