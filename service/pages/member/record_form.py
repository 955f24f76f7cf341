"""The form of an organisation's record: its fields as stored or as typed, read back into an organisation."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal, get_args

from pydantic import ValidationError

from matcher.domain.items import Organisation, SizeBand
from matcher.knowledge import Territory
from service.pages.text import STAFF_COUNTS, mark

FieldKind = Literal["text", "area", "lines", "choice", "tick"]
Origin = Literal["", "inferred", "example"]

TOO_LONG = mark("Trop long : 300 signes au plus par ligne, 20 000 pour un texte.")
TOO_MANY = mark("Trop de lignes : 30 au plus. Gardez celles qui en disent le plus.")
WRONG_SIRET = mark("Un SIRET a 14 chiffres, un SIREN 9.")
WRONG_VALUE = mark("Cette valeur ne convient pas.")
NO_NAME = mark("Il faut un nom.")
UNKNOWN_TOWN = mark("Ville inconnue de notre liste : les distances ne pourront pas être calculées.")
LONGEST_TYPED = 40_000


@dataclass(frozen=True, slots=True)
class FieldPlan:
    """One field of the form: how it is typed, and what is said under its label."""

    name: str
    kind: FieldKind
    label: str
    hint: str = ""
    staff_only: bool = False


PLANS = (
    FieldPlan("name", "text", mark("Nom"), staff_only=True),
    FieldPlan(
        "description",
        "area",
        mark("Activité"),
        mark("Deux ou trois phrases : ce que vous faites, pour qui."),
    ),
    FieldPlan("expertise", "lines", mark("Savoir-faire"), mark("Un par ligne, avec les mots du métier.")),
    FieldPlan(
        "sectors", "lines", mark("Secteurs servis"), mark("Un par ligne : ceux de vos clients, pas le vôtre.")
    ),
    FieldPlan("offers", "lines", mark("Ce que vous proposez"), mark("Une offre par ligne.")),
    FieldPlan(
        "needs",
        "lines",
        mark("Ce que vous cherchez"),
        mark("Un besoin par ligne : partenaire, compétence, financement, marché."),
    ),
    FieldPlan("city", "text", mark("Ville")),
    FieldPlan("size_band", "choice", mark("Taille")),
    FieldPlan(
        "international", "area", mark("International"), mark("Pays visés, exportations, projets européens.")
    ),
    FieldPlan("siret", "text", mark("SIRET"), staff_only=True),
    FieldPlan(
        "accepts_ranking",
        "tick",
        mark("Je travaille à mon compte et j'accepte qu'on me propose comme partenaire"),
        mark(
            "Une entreprise individuelle est une personne : sans cet accord, aucun classement automatique ne"
            " la propose. Sans effet pour une société."
        ),
    ),
    FieldPlan(
        "opted_out",
        "tick",
        mark("Ne nous proposer à personne"),
        mark("La fiche sort de toutes les listes et de toutes les mises en relation."),
    ),
)
NAMES = frozenset(plan.name for plan in PLANS)
EXAMPLES = frozenset({"offers", "needs"})
"""Fields that an illustrative record has examples in."""
TICKS = tuple(plan.name for plan in PLANS if plan.kind == "tick")


@dataclass(frozen=True, slots=True, kw_only=True)
class FormField:
    """One field as it is shown.

    ``value`` is what was typed or is stored. ``origin`` says why it should be confirmed, "" where it need not
    be. ``theirs`` is what another person has stored meanwhile, where that is not what was read before.
    """

    plan: FieldPlan
    value: str
    origin: Origin = ""
    confirmed: bool = False
    error: str = ""
    warning: str = ""
    theirs: str | None = None


@dataclass(frozen=True, slots=True)
class Typed:
    """What was typed: fields, those confirmed as they are, and the version of the record that was read."""

    values: Mapping[str, str]
    confirmed: frozenset[str]
    version: str


def typed_record(form: Mapping[str, str], *, is_staff: bool) -> Typed:
    """Return what a form holds; a field it leaves out, or that only staff change, is not touched."""
    names = [plan.name for plan in PLANS if is_staff or not plan.staff_only]
    values = {name: form[name][:LONGEST_TYPED] for name in names if name in form}
    if "with_ticks" in form:  # a browser sends nothing for a box that is not ticked
        for name in TICKS:
            values.setdefault(name, "")
    confirmed = frozenset(name for name in names if form.get(f"confirm-{name}") == "yes")
    return Typed(values, confirmed, form.get("version", "")[:32])


def touched(given: Typed, read: Organisation | None) -> Typed:
    """Return what was typed without the fields left as they were read; all of it where that is not known."""
    if read is None:
        return given
    values = {
        name: text for name, text in given.values.items() if _plain(text) != _plain(stored_text(read, name))
    }
    return replace(given, values=values)


def stored_text(item: Organisation, name: str) -> str:
    """Return a field of a record as the form holds it."""
    value = getattr(item, name)
    if isinstance(value, tuple):
        return "\n".join(value)
    if isinstance(value, bool):
        return "yes" if value else ""
    return str(value or "")


def origin_of(item: Organisation, name: str) -> Origin:
    """Return why a field should be confirmed by its organisation."""
    if not stored_text(item, name):
        return ""
    if name in item.inferred_fields:
        return "inferred"
    return "example" if item.illustrative and name in EXAMPLES else ""


def changed_record(
    item: Organisation, typed: Typed, territory: Territory
) -> tuple[Organisation, dict[str, str]]:
    """Return the record with what was typed, and the errors by field; with errors, the record as it was.

    A field that was changed or confirmed is no longer inferred. Once nothing is, the record rests on the
    word of the organisation itself. Once it has written or confirmed its needs or its offers, it no longer
    counts as an example: what is left of the examples is to be confirmed, as what was inferred is.
    """
    given: dict[str, object] = {}
    for name, text in typed.values.items():
        if _plain(text) != _plain(stored_text(item, name)):
            given[name] = _value(name, text)
    if "city" in given:
        given |= _place_of(str(given["city"]), territory)
    given |= _evidence(item, typed.confirmed | given.keys())
    try:
        return Organisation.model_validate({**dict(item), **given}), {}
    except ValidationError as fault:
        return item, {
            str(error["loc"][0]): _sentence(error["type"], error["loc"]) for error in fault.errors()
        }


def form_fields(
    item: Organisation, typed: Typed | None, *, is_staff: bool, errors: Mapping[str, str]
) -> list[FormField]:
    """Return the fields of the form, as typed where something was typed."""
    fields = []
    for plan in PLANS:
        if plan.staff_only and not is_staff:
            continue
        stored = stored_text(item, plan.name)
        value = stored if typed is None else typed.values.get(plan.name, stored)
        fields.append(
            FormField(
                plan=plan,
                value=value,
                origin=origin_of(item, plan.name),
                confirmed=typed is not None and plan.name in typed.confirmed,
                error=errors.get(plan.name, ""),
            )
        )
    return fields


def sizes() -> list[tuple[str, str]]:
    """Return code and sentence of each size, smallest first."""
    return [(band, STAFF_COUNTS[band]) for band in get_args(SizeBand)]


def _value(name: str, text: str) -> object:
    if name in TICKS:
        return text == "yes"
    if name == "size_band":
        return text or None
    if name in ("expertise", "sectors", "offers", "needs"):
        return tuple(dict.fromkeys(line.strip() for line in text.splitlines() if line.strip()))
    return text.replace(" ", "") if name == "siret" else text


def _plain(text: str) -> str:
    """Return a text without what a browser changes in it: line ends, blank lines, spaces around lines."""
    return "\n".join(line.strip() for line in text.splitlines() if line.strip())


def _place_of(city: str, territory: Territory) -> dict[str, object]:
    """Return the department of a town; none for an unknown one."""
    place = territory.locate(city)
    return {"department_code": place.department_code if place else "", "department": ""}


def _evidence(item: Organisation, settled: frozenset[str]) -> dict[str, object]:
    """Return what the record rests on once its organisation has settled these fields."""
    changed: dict[str, object] = {}
    inferred = item.inferred_fields
    if item.illustrative and settled & EXAMPLES:
        changed["illustrative"] = False
        examples = (name for name in sorted(EXAMPLES) if stored_text(item, name))
        inferred = tuple(dict.fromkeys((*inferred, *examples)))
    left = tuple(name for name in inferred if name not in settled)
    if left != item.inferred_fields:
        changed["inferred_fields"] = left
    if settled and NAMES.isdisjoint(left):
        changed["evidence_level"] = "declared"
    return changed


def _sentence(kind: str, place: tuple[int | str, ...]) -> str:
    if kind == "string_too_long":
        return TOO_LONG
    if kind == "value_error":
        return TOO_MANY
    if place[0] == "siret":
        return WRONG_SIRET
    return NO_NAME if place[0] == "name" else WRONG_VALUE
