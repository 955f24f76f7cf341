"""The page *État du service*: checks and how to fix what they find, settings in force, the index."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar
from urllib.parse import unquote, urlsplit

from fastapi import APIRouter, Request, Response
from pydantic import SecretStr

from matcher.build import Matcher
from matcher.people import Permission
from matcher.settings import PREFIX, Settings
from service.doctor import Finding, examine_open
from service.http.access import Caller, requires
from service.http.deps import EngineDep
from service.http.engine import client_of, count_pending
from service.pages.frame import Page, show
from service.pages.text import mark

router = APIRouter(include_in_schema=False)
AdminDep = Annotated[Caller, requires(Permission.MANAGE_KEYS)]
PARTS = {
    "python": mark("Python"),
    "settings": mark("réglages"),
    "disk": mark("disque"),
    "data": mark("données de référence"),
    "mail": mark("courriels"),
    "model": mark("modèle"),
    "store": mark("base"),
    "index": mark("index"),
    "erasures": mark("effacements"),
    "identity provider": mark("fournisseur d'identité"),
    "twins": mark("doublons"),
    "plan": mark("plan"),
}
"""What a check looks at, in French, by its name."""
HIDDEN = "•••"
"""Shown in place of a secret that is set."""


@dataclass(frozen=True, slots=True)
class SettingRow:
    """One setting in force, by the name of its variable; ``changed``: it is not the default."""

    name: str
    value: str
    changed: bool


@dataclass(frozen=True, slots=True)
class IndexWords:
    """The index that answers, what it has not taken in yet, and generations to be dropped."""

    generation: str
    points: int
    pending: int
    leftovers: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class StatePage(Page):
    """The state of the service."""

    template: ClassVar[str] = "admin/state.html"

    findings: Sequence[Finding]
    parts: Mapping[str, str]
    index: IndexWords
    settings: Sequence[SettingRow]


@router.get("/administration/etat", name="page_state")
async def state(request: Request, _admin: AdminDep, engine: EngineDep) -> Response:
    """Show the state of the service; the checks take their turn at the index."""
    findings = await engine.ask(lambda matcher: list(examine_open(matcher)), client_of(request))
    index = await engine.read(_index)
    page = StatePage(
        findings=findings, parts=PARTS, index=index, settings=in_force(request.app.state.settings)
    )
    return show(request, page, section="/administration")


def in_force(settings: Settings) -> list[SettingRow]:
    """Return the settings in the order of their definition, secrets and passwords hidden."""
    rows = []
    defaults = Settings.model_construct()
    for name in Settings.model_fields:
        value = getattr(settings, name)
        changed = value != getattr(defaults, name, None)
        rows.append(SettingRow(PREFIX + name.upper(), _shown(value), changed))
    return rows


def _shown(value: object) -> str:
    if isinstance(value, SecretStr):
        return HIDDEN
    text = "" if value is None else str(value)
    return _without_password(text) if "://" in text else text


def _without_password(address: str) -> str:
    """Return an address without the name and password in it, or a password among its parameters.

    >>> _without_password("postgresql://matcher:secret@db:5432/matcher")
    'postgresql://•••@db:5432/matcher'
    >>> _without_password("postgresql://db/matcher?user=matcher&password=secret")
    'postgresql://db/matcher?user=matcher&password=•••'
    """
    base, mark, query = address.partition("?")
    parts = urlsplit(base)
    if "@" in parts.netloc:
        base = parts._replace(netloc=f"{HIDDEN}@{parts.netloc.rpartition('@')[2]}").geturl()
    return base + mark + "&".join(_masked(parameter) for parameter in query.split("&"))


def _masked(parameter: str) -> str:
    name, mark, _ = parameter.partition("=")
    return f"{name}{mark}{HIDDEN}" if mark and "password" in unquote(name).lower() else parameter


def _index(matcher: Matcher) -> IndexWords:
    return IndexWords(
        matcher.serving.current_name(),
        matcher.serving.index.count(),
        count_pending(matcher),
        matcher.serving.indexer.generations.leftovers(),
    )
