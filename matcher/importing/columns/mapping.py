"""Which column of a file gives which field, how sure that is, and why a column is not read."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from matcher.domain.items import ITEM_CLASSES, Eligibility, ItemType
from matcher.importing.columns.deciding import Sense, judge, read_sense
from matcher.importing.columns.headers import (
    TYPE_COLUMN,
    VOCABULARY,
    columns_of,
    fields_of,
    names_a_contact,
    names_a_person,
)
from matcher.importing.layout import TableRow
from matcher.importing.report import Certainty, ColumnUse, Fault, Notice, Reading, refusal, shortened
from matcher.importing.texts import BadCell, is_not_said, is_tick
from matcher.language import fold_words

SAMPLES = 3
_SENSES = frozenset(Sense)
_KNOWN_AS = {
    ItemType.ORGANISATION: ("opposition", "consentement", "statut adhésion"),
    ItemType.OPPORTUNITY: ("date d'ouverture", "date limite", "dates"),
}
"""Names of fields that a deciding column may be given to, as an office writes them."""


@dataclass(frozen=True, slots=True)
class Choices:
    """What a person decided for a file; a profile keeps it for the next one.

    ``columns`` gives titles a field, by its own name or a usual wording of it; ``ignored`` are titles of
    columns that are not read. Titles are compared without case, accents and punctuation. ``file_wins`` takes
    the file's values also where a member wrote another one itself, or only capitals and accents differ.
    """

    item_type: ItemType | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    ignored: tuple[str, ...] = ()
    empty_clears: bool = False
    file_wins: bool = False
    optional: frozenset[str] = frozenset()
    """Titles of ``columns`` and ``ignored`` that a file may lack: those of a profile."""


def map_columns(
    name: str, titles: Sequence[str], rows: Sequence[TableRow], choices: Choices, today: date
) -> tuple[ColumnUse, ...]:
    """Return what is made of each column, in file order.

    Parameters
    ----------
    name
        The file, for errors.
    titles
        Titles of the columns.
    rows
        The rows of ``choices.item_type``, which must be known, each with a cell for each title.
    choices
        What a person decided; it goes before everything known of titles.
    today
        The day on which a membership counts as ended.

    Raises
    ------
    InvalidRequest
        No column for the name; a field or a column of ``choices`` that does not exist; or a column that may
        decide what is recommended and is not clear. The message names it and how to map or ignore it.
    """
    item_type = choices.item_type
    if item_type is None:
        raise ValueError("the type of the rows must be known")
    columns = _Columns(item_type, titles, rows)
    asked = _asked(name, titles, choices, item_type)
    chosen = _chosen(item_type, titles, asked)
    stops: dict[str, Fault] = {}
    uses = []
    for position, title in enumerate(titles):
        if position in asked:
            uses.append(_asked_use(columns, position, asked[position]))
        elif position in chosen:
            uses.append(columns.used(position, chosen[position], _certainty(title, chosen[position])))
        else:
            uses.append(_judged(columns, position, chosen, stops, today))
    _check_senses(columns, uses, today, stops)
    if stops:
        raise _stopped(name, Reading(item_type, tuple(_with_stops(uses, stops)), tuple(stops)), stops)
    if "name" not in {use.field for use in uses}:
        raise _no_name(name, titles, Reading(item_type, tuple(uses)))
    return tuple(uses)


class _Columns:
    """The values of the columns of one file, looked at once."""

    def __init__(self, item_type: ItemType, titles: Sequence[str], rows: Sequence[TableRow]) -> None:
        self.item_type = item_type
        self.titles = titles
        self._values: list[dict[str, None]] = [{} for _ in titles]
        for row in rows:
            for values, cell in zip(self._values, row.cells, strict=False):
                if cell:
                    values[_text(cell)] = None

    def values(self, position: int) -> list[str]:
        """Return the different texts of a column that say something, in file order; a tick may."""
        ticks = self.item_type is ItemType.ORGANISATION
        return [text for text in self._values[position] if not is_not_said(text) or (ticks and is_tick(text))]

    def used(self, position: int, field_: str, certainty: Certainty, why: Fault | None = None) -> ColumnUse:
        samples = []
        for text in self._values[position]:
            samples.append(shortened(text))
            if len(samples) == SAMPLES:
                break
        return ColumnUse(self.titles[position], position, field_, certainty, tuple(samples), why)


def _text(cell: Any) -> str:
    return ";".join(map(str, cell)) if isinstance(cell, list) else str(cell).strip()


def _asked(name: str, titles: Sequence[str], choices: Choices, item_type: ItemType) -> dict[int, str]:
    """Return the field that a person gave to columns, by position; an empty field: not read."""
    keys = [fold_words(title) for title in titles]
    asked: dict[int, str] = {}
    for title, wanted in [*choices.columns.items(), *((title, "") for title in choices.ignored)]:
        key = fold_words(title)
        if key not in keys:
            if title in choices.optional:
                continue
            raise refusal(
                f"{name} n'a pas de colonne « {title} ». Colonnes : {', '.join(titles)}.",
                f"{name} has no column '{title}'. Columns: {', '.join(titles)}.",
            )
        field_ = _field(wanted, item_type) if wanted else ""
        asked |= {position: field_ for position, known in enumerate(keys) if known == key}
    return asked


def _field(wanted: str, item_type: ItemType) -> str:
    known = VOCABULARY[item_type].get(fold_words(wanted))
    if known is None:
        fields = sorted(_fields(item_type))
        raise refusal(
            f"« {wanted} » n'est pas un champ de {item_type.value}. Champs : {', '.join(fields)}.",
            f"'{wanted}' is no field of {item_type.value}. Fields: {', '.join(fields)}.",
        )
    return known


def _fields(item_type: ItemType) -> set[str]:
    fields = set(ITEM_CLASSES[item_type].model_fields) - {"eligibility"}
    if item_type is ItemType.OPPORTUNITY:
        fields |= {f"eligibility.{inner}" for inner in Eligibility.model_fields}
    return fields


def _chosen(item_type: ItemType, titles: Sequence[str], asked: Mapping[int, str]) -> dict[int, str]:
    """Return the fields of the columns whose titles are known, without those a person decided on."""
    hidden = ["" if position in asked else title for position, title in enumerate(titles)]
    taken = set(asked.values()) - _SENSES
    known = columns_of(item_type, hidden)
    return {position: field_ for position, field_ in known.items() if field_ not in taken}


def _certainty(title: str, field_: str) -> Certainty:
    return Certainty.EXACT if fold_words(title) == fold_words(field_) else Certainty.KNOWN


_IGNORED = Fault("à ignorer, comme demandé", "ignored, as asked")
_NOT_KEPT = Fault("données d'une personne, non conservées", "a person's data, not kept")
_CONTACT = Fault(
    "coordonnées d'une personne, non reprises : l'ajouter sous « Personnes », avec la source et son accord",
    "how to reach a person, not taken: add the person under “People”, with the source and their consent",
)
_UNKNOWN = Fault("colonne inconnue", "unknown column")


def _asked_use(columns: _Columns, position: int, field_: str) -> ColumnUse:
    return columns.used(position, field_, Certainty.ASKED, None if field_ else _IGNORED)


def _judged(
    columns: _Columns, position: int, chosen: Mapping[int, str], stops: dict[str, Fault], today: date
) -> ColumnUse:
    """Return what is made of a column without a field of its own."""
    title, values = columns.titles[position], columns.values(position)
    verdict = judge(columns.item_type, title, values, today)
    if verdict.sense:
        return columns.used(position, verdict.sense.value, Certainty.KNOWN)
    why = verdict.aside
    if verdict.stop:
        stops[title] = verdict.stop
    elif names_a_person(columns.item_type, columns.titles, position):
        why = _NOT_KEPT
    elif (other := _same_field(columns, position, chosen)) is not None:
        first = columns.titles[other]
        why = Fault(f"même champ que « {first} », déjà lue", f"same field as '{first}', which is read")
        if fold_words(first) == fold_words(title):
            why = Fault(
                f"colonne en double (n° {other + 1} et {position + 1})",
                f"column twice (no. {other + 1} and {position + 1})",
            )
    elif why is None and values:
        why = _CONTACT if names_a_contact(title) else _UNKNOWN
    return columns.used(position, "", Certainty.NONE, why)


def _same_field(columns: _Columns, position: int, chosen: Mapping[int, str]) -> int | None:
    wanted = fields_of(columns.item_type, columns.titles).get(position)
    for other, field_ in chosen.items():
        if field_ == wanted:
            return other
    return None


def _check_senses(columns: _Columns, uses: Sequence[ColumnUse], today: date, stops: dict[str, Fault]) -> None:
    """Note the first value that is not clear of each column that decides."""
    for use in uses:
        values = columns.values(use.position) if use.field in _SENSES else []
        for value in values:
            try:
                read_sense(Sense(use.field), use.title, value, today)
            except BadCell as error:
                fr, en = f"« {shortened(value)} » : {error.fr}", f"'{shortened(value)}': {error.en}"
                stops.setdefault(use.title, Fault(fr, en))


def _with_stops(uses: Iterable[ColumnUse], stops: Mapping[str, Fault]) -> Iterator[ColumnUse]:
    """Say at each column that stops the import why it does."""
    for use in uses:
        yield replace(use, why=stops[use.title]) if use.title in stops else use


def _stopped(name: str, reading: Reading, stops: Mapping[str, Fault]) -> Exception:
    titles = ", ".join(stops)
    first, fault = next(iter(stops.items()))
    fields = ", ".join(f"'{field_}'" for field_ in _KNOWN_AS[reading.item_type])
    read = "ne peut pas être lu" if len(stops) == 1 else "ne peuvent pas être lues"
    decides = "peut décider" if len(stops) == 1 else "peuvent décider"
    why_fr = fault.fr if len(stops) == 1 else f"{first} : {fault.fr}"
    why_en = fault.en if len(stops) == 1 else f"{first}: {fault.en}"
    return refusal(
        f"{name} : {titles} {read} ({why_fr}), et {decides} de ce qui est recommandé. Rien n'a été importé.",
        f"{name}: {titles} cannot be read ({why_en}), and may decide what is recommended. Nothing was "
        "imported.",
        (
            f" Dire ce que c'est (--map \"{first}=...\" avec {fields}), l'ignorer "
            f'(--ignore "{first}"), ou corriger ses valeurs.',
            f' Say what it is (--map "{first}=..." with {fields}), ignore it '
            f'(--ignore "{first}"), or correct its values.',
        ),
        reading,
    )


def _no_name(name: str, titles: Sequence[str], reading: Reading) -> Exception:
    item_type = reading.item_type
    listed = ", ".join(titles[:20])
    if any(names_a_person(item_type, titles, position) for position in range(len(titles))):
        return refusal(
            f"{name} est une liste de personnes : il manque une colonne pour le nom de l'organisation. "
            f"Colonnes : {listed}.",
            f"{name} is a list of people: it has no column for the name of the organisation. "
            f"Columns found: {listed}.",
            reading=reading,
        )
    return refusal(
        f"{name} n'a pas de colonne pour le nom de chaque {item_type.value} : l'appeler « nom », en première "
        f"ligne. Colonnes : {listed}.",
        f"{name} has no column for the name of each {item_type.value}: call it 'name' or 'nom', in the first "
        f"row. Columns found: {listed}.",
        reading=reading,
    )


def column_notices(mapping: Iterable[ColumnUse]) -> list[Notice]:
    """Say once what is not read: unknown columns, those of contacts, and others with the reason."""
    uses = list(mapping)
    notices = []
    if unknown := _titles(uses, _UNKNOWN):
        notices.append(
            Notice(f"Colonnes inconnues, non lues : {unknown}.", f"Unknown columns, not read: {unknown}.")
        )
    if contacts := _titles(uses, _CONTACT):
        notices.append(Notice(f"{contacts} : {_CONTACT.fr}.", f"{contacts}: {_CONTACT.en}."))
    for use in uses:
        if not use.why or use.field or use.why in (_UNKNOWN, _CONTACT, _IGNORED) or not use.samples:
            continue
        fr, en = f"{use.title}, non lue : {use.why.fr}.", f"{use.title}, not read: {use.why.en}."
        notices += [Notice(fr, en)]
    return notices


def _titles(uses: Iterable[ColumnUse], why: Fault) -> str:
    return ", ".join(use.title for use in uses if use.why is why)


def is_ours(titles: Sequence[str]) -> bool:
    """Say whether ``matcher export`` wrote a file with these columns: its texts are kept as they are.

    >>> is_ours(["item_type", "id", "name", "city"]), is_ours(["id", "name", "city"])
    (True, False)
    """
    if titles[0:1] != [TYPE_COLUMN] or "id" not in titles:
        return False
    fields = {TYPE_COLUMN}.union(*(_fields(item_type) for item_type in ItemType))
    return set(titles) <= fields
