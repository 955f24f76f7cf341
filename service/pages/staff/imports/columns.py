"""What staff choose for each column of a file: a field, nothing, or what its title says."""

from collections.abc import Mapping, Sequence

from matcher.domain.items import ITEM_CLASSES, ItemType
from service.pages.staff.imports.waiting import Waiting
from service.pages.text import mark
from service.words import Language, field_label

AUTO, IGNORE = "auto", "-"
_HIDDEN = frozenset({"eligibility", "inferred_fields", "illustrative", "evidence_level", "lang"})
_HELPERS: dict[ItemType, dict[str, str]] = {
    ItemType.ORGANISATION: {
        "postcode": mark("code postal"),
        "headcount": mark("effectif, en nombre"),
        "consent": mark("accord pour être proposée"),
        "membership": mark("statut d'adhésion"),
        "until": mark("fin d'adhésion"),
        "left": mark("démission"),
    }
}
"""What a column may give beside the fields themselves, in the words that the reader of files knows."""
KINDS: dict[ItemType, str] = {
    ItemType.ORGANISATION: mark("Organisations"),
    ItemType.FACTORY: mark("Factories"),
    ItemType.OPPORTUNITY: mark("Appels et missions"),
    ItemType.LEAD: mark("Pistes pour recruter"),
}


def field_options(kind: ItemType, lang: Language) -> list[tuple[str, str]]:
    """Return code and name of what a column may give; names of helpers are French, to be translated."""
    fields = [name for name in ITEM_CLASSES[kind].model_fields if name not in _HIDDEN]
    named = [(name, field_label(name, lang)) for name in fields]
    return [*named, *_HELPERS.get(kind, {}).items()]


def chosen_for(waiting: Waiting, title: str) -> str:
    """Return what was chosen for a column."""
    if title in waiting.ignored:
        return IGNORE
    return waiting.columns.get(title, AUTO)


def clashing_title(form: Mapping[str, str], titles: Sequence[str]) -> str | None:
    """Return the first title whose columns were given different choices: a choice is kept by its title."""
    wanted: dict[str, str] = {}
    for position, title in enumerate(titles):
        choice = form.get(f"col-{position}", AUTO)
        if wanted.setdefault(title, choice) != choice:
            return title
    return None


def take_choices(waiting: Waiting, form: Mapping[str, str], titles: Sequence[str]) -> None:
    """Keep the choices of a form, whose fields are ``col-0``, ``col-1`` ... in the order of the columns."""
    kinds = {kind.value for kind in ItemType}
    waiting.kind = form["kind"] if form.get("kind") in kinds else ""
    waiting.empty_clears = form.get("empty_clears") == "yes"
    waiting.file_wins = form.get("file_wins") == "yes"
    waiting.columns, waiting.ignored = {}, []
    for position, title in enumerate(titles):
        wanted = form.get(f"col-{position}", AUTO)
        if wanted == IGNORE:
            waiting.ignored.append(title)
        elif wanted != AUTO:
            waiting.columns[title] = wanted
