"""A small cluster over HTTP: its members, the mails they get, the pages they answer on, and passing days."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from typing import Self
from xml.etree.ElementTree import Element

import html5lib
import httpx2
from sqlalchemy import Text, create_engine, select, update
from sqlalchemy.engine import Connection

from matcher.adapters.sql.engine import stamp
from matcher.adapters.sql.schema import (
    availabilities,
    feedback,
    impressions,
    introduction_records,
    introductions,
    links,
    messages,
)

COUPLES = (
    ("hébergement de données de santé", "audit de sécurité"),
    ("cartographie", "impression 3D"),
    ("réalité virtuelle", "traduction"),
    ("recrutement de développeurs", "comptabilité"),
    ("drones agricoles", "tests logiciels"),
    ("jeux vidéo", "musique à l'image"),
    ("capteurs d'eau", "fibre optique"),
    ("caisse enregistreuse", "chaînes de blocs"),
    ("satellites", "photographie"),
    ("formation au code", "robotique"),
    ("reconnaissance vocale", "paie"),
    ("maquette numérique du bâtiment", "vente en ligne"),
)
"""Each couple of members needs what the other offers: the pairs that a plan should find."""
HEADER = "id,name,description,offers,needs,city,size_band"
LINK = re.compile(r"https?://[^\s)]+")


def members_csv() -> str:
    """A file of members as a cluster may have it, two a couple."""
    lines = [HEADER]
    for number, (one, other) in enumerate(COUPLES, start=1):
        for side, offers, needs in (("A", one, other), ("B", other, one)):
            name = f"Maison {side}{number}"
            lines.append(f"ORG{side}{number},{name},Nous faisons : {offers}.,{offers},{needs},Albi,PE")
    return "\n".join(lines) + "\n"


def member_ids() -> list[str]:
    return [f"ORG{side}{number}" for number in range(1, len(COUPLES) + 1) for side in "AB"]


def address_of(organisation_id: str) -> str:
    """The address of the person who speaks for a member."""
    return f"{organisation_id.lower()}@members.example"


def links_of(mail: EmailMessage) -> list[str]:
    """The links that a reader of a mail sees, in order."""
    body = mail.get_body(("plain",))
    assert body is not None
    return LINK.findall(body.get_content())


@dataclass(frozen=True)
class Form:
    """A form of a page: where it is sent, and what it sends whichever button is used."""

    action: str
    hidden: Mapping[str, str]
    buttons: tuple[tuple[str, str], ...]


class Browser:
    """A browser without sign-in until a link signs it in: it reads pages and uses their buttons."""

    def __init__(self, base: str) -> None:
        self._client = httpx2.Client(
            base_url=base, timeout=30, headers={"Accept": "text/html", "Sec-Fetch-Site": "same-origin"}
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def read(self, link: str) -> httpx2.Response:
        """Follow a link."""
        return self._client.get(link)

    def press(self, link: str, name: str = "", value: str = "", **more: str) -> httpx2.Response:
        """Read a page and use its button of this name and value; the hidden fields go with it.

        ``more`` are other hidden fields that the form must hold: several forms may have the same button.
        """
        page = self.read(link)
        assert page.status_code == 200, page.text
        for form in forms_of(page.text):
            if (name, value) in form.buttons and more.items() <= form.hidden.items():
                sent = dict(form.hidden) | ({name: value} if name else {})
                return self._client.post(form.action or link, data=sent)
        raise AssertionError(f"no button {name}={value} on {link}: {page.text}")

    def call(self, method: str, path: str, body: object = None) -> httpx2.Response:
        """Call the API with the cookie of the visit."""
        return self._client.request(method, path, json=body, headers={"Accept": "application/json"})


def forms_of(page: str) -> list[Form]:
    tree = html5lib.parse(page, namespaceHTMLElements=False)
    return [_form(element) for element in tree.iter("form")]


def _form(element: Element) -> Form:
    hidden = {}
    for field in element.iter("input"):
        if field.get("type") == "hidden":
            hidden[field.get("name", "")] = field.get("value", "")
    buttons = [(button.get("name", ""), button.get("value", "")) for button in element.iter("button")]
    return Form(element.get("action", ""), hidden, tuple(buttons))


TABLES = (introductions, introduction_records, availabilities, messages, links, feedback, impressions)


def let_pass(database_url: str, days: int) -> None:
    """Let days pass: everything that was ever dated now lies that much further back.

    The clock of the service stays the machine's, and no product setting exists only for tests.
    """
    engine = create_engine(database_url)
    with engine.begin() as connection:
        for table in TABLES:
            for column in table.c:
                if isinstance(column.type, Text) and re.search(r"(^|_)(at|until)$", column.name):
                    _shift(connection, table.name, column.name, timedelta(days=days))
    engine.dispose()


def _shift(connection: Connection, table_name: str, column_name: str, by: timedelta) -> None:
    """Shift a column, earliest instants first, so that no instant is shifted twice."""
    table = next(table for table in TABLES if table.name == table_name)
    column = table.c[column_name]
    for at in connection.execute(select(column).distinct().order_by(column)).scalars().all():
        if at:
            earlier = stamp(datetime.fromisoformat(at) - by)
            connection.execute(update(table).where(column == at).values({column_name: earlier}))
