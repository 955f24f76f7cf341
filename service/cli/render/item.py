"""One item as a person reads it: a field a row, in French or English."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from matcher.domain.items import AnyItem, Eligibility
from service.cli.render.answer import Prose, day, local, word

_LABELS: dict[str, tuple[str, str]] = {
    "description": ("description", "description"),
    "expertise": ("expertise", "expertise"),
    "sectors": ("secteurs servis", "sectors served"),
    "offers": ("offres", "offers"),
    "needs": ("besoins", "needs"),
    "city": ("ville", "town"),
    "department": ("département", "department"),
    "department_code": ("n° de département", "department no."),
    "size_band": ("taille", "size"),
    "member_type": ("type", "type"),
    "international": ("international", "international"),
    "member_link": ("lien avec le cluster", "link with the cluster"),
    "opted_out": ("ne veut pas être proposée", "wants no suggestion of it"),
    "aliases": ("autres noms", "other names"),
    "axis": ("axe", "axis"),
    "status": ("statut", "status"),
    "is_inferred": ("existence déduite", "existence inferred"),
    "existence": ("existence", "existence"),
    "ateliers": ("ateliers", "workshops"),
    "deliverables": ("livrables", "deliverables"),
    "meetings": ("rendez-vous", "meetings"),
    "next_meeting": ("prochaine réunion", "next meeting"),
    "hosts": ("animation", "hosts"),
    "antenna": ("antenne", "antenna"),
    "keywords": ("mots clés", "keywords"),
    "lead_kind": ("type", "type"),
    "themes": ("thèmes", "themes"),
    "country_region": ("pays ou région", "country or region"),
    "opportunity_type": ("type", "type"),
    "opens_at": ("ouverture", "opens"),
    "closes_at": ("clôture", "closes"),
    "dates_as_published": ("dates publiées", "dates as published"),
    "availability": ("disponibilité", "availability"),
    "eligibility_text": ("conditions publiées", "conditions as published"),
    "size_bands": ("tailles admises", "sizes admitted"),
    "department_codes": ("départements admis", "departments admitted"),
    "legal_kinds": ("statuts admis", "legal kinds admitted"),
    "min_countries": ("pays, au moins", "countries, at least"),
    "eligibility": ("conditions", "conditions"),
    "funding": ("aide", "funding"),
    "funding_rate": ("taux d'aide", "funding rate"),
    "budget_eur": ("budget", "budget"),
    "code": ("code", "code"),
    "lang": ("langue", "language"),
    "evidence_level": ("fondement", "rests on"),
    "inferred_fields": ("déduits", "inferred"),
    "source_url": ("source", "source"),
    "source_year": ("année de la source", "year of the source"),
}
"""Names of all fields, in the order in which they are shown."""
_TOLD = frozenset({"id", "name", "illustrative"})
"""What the title says."""
_VALUES: dict[object, tuple[str, str]] = {
    "organisation": ("organisation", "organisation"),
    "factory": ("factory", "factory"),
    "opportunity": ("opportunité", "opportunity"),
    "lead": ("piste de recrutement", "hiring lead"),
    "seen_in_source": ("lu dans la source", "seen in the source"),
    "named_in_source_activity_from_background": (
        "nom lu dans la source, activité décrite de connaissance générale",
        "name seen in the source, activity from background knowledge",
    ),
    "background_only_not_seen": ("connaissance générale seule", "background knowledge only"),
    "declared": ("déclaré par l'organisation", "declared by the organisation"),
    "dated": ("datée", "dated"),
    "standing": ("permanente", "standing"),
    "closed": ("close", "closed"),
    "unconfirmed": ("dates à confirmer", "dates to be confirmed"),
    "fr": ("français", "French"),
    "en": ("anglais", "English"),
    True: ("oui", "yes"),
}
_CODED = frozenset({"evidence_level", "availability", "lang"})


def label(name: str, lang: str) -> str:
    """Name a field in the language asked for; what has no name here stays as it is."""
    french, english = _LABELS.get(name, (name, name))
    return english if lang == "en" else french


def card(item: AnyItem, lang: str, zone: ZoneInfo) -> RenderableType:
    """Lay out everything known of one item, then what its marks mean; empty fields are left out.

    Offers and needs that were written as examples are marked where they stand.
    """
    illustrative = getattr(item, "illustrative", False)
    table = Table.grid(padding=(0, 2))
    table.add_column(style="dim", justify="right")
    table.add_column(ratio=1, overflow="fold")
    for name, value in _facts(item):
        marked = " ◆" if illustrative and name in ("offers", "needs") else ""
        unsure = "◇ " if name == "evidence_level" and item.needs_confirmation else ""
        table.add_row(label(name, lang) + marked, Prose(unsure + _said(name, value, lang, zone)))
    title = Text(f"\n{item.name}", "bold")
    title.append(f"  {_coded(item.item_type.value, lang)} {item.id}", "not bold dim")
    if illustrative:
        title.append(f"  ◆ {word('illustrative', lang)}", "not bold magenta")
    marks = {"legend_confirm": item.needs_confirmation, "legend_illustrative": illustrative}
    legend = [Prose(word(key, lang), "dim") for key, applies in marks.items() if applies]
    return Group(title, Text(), table, *([Text(), *legend] if legend else []))


def _facts(item: AnyItem) -> list[tuple[str, Any]]:
    facts = {name: getattr(item, name) for name in type(item).model_fields if name not in _TOLD}
    if facts.get("department"):  # the name says more than the number
        facts.pop("department_code")
    conditions = facts.pop("eligibility", None) or Eligibility()
    facts |= conditions.model_dump(exclude_defaults=True)
    facts = {name: value for name, value in facts.items() if value not in ("", None, (), False)}
    return [(name, facts[name]) for name in _LABELS if name in facts]


def _said(name: str, value: Any, lang: str, zone: ZoneInfo) -> str:
    if isinstance(value, tuple):
        parts = [label(part, lang) for part in value] if name == "inferred_fields" else value
        return ("\n" if any(len(part) > 40 for part in parts) else ", ").join(parts)
    if isinstance(value, datetime):
        return f"{day(value, lang, zone)}, {local(value, zone):%H:%M}"
    if name == "funding_rate":
        return f"{value * 100:.4g} %"
    if name == "budget_eur":
        return f"{value:,.0f} €".replace(",", "," if lang == "en" else "\u202f")
    return _coded(value, lang) if value is True or name in _CODED else str(value)


def _coded(value: object, lang: str) -> str:
    french, english = _VALUES[value]
    return english if lang == "en" else french
