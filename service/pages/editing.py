"""Changing the record of an organisation through a page: kept as a batch, with a history and an undo."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from matcher.adapters.sql import utc_now
from matcher.build import Matcher
from matcher.domain.imports import BY_PAGE, MEMBER, ImportBatch, ImportFile
from matcher.domain.items import AnyItem, Organisation
from matcher.errors import NotFound

MOST_SHOWN = 20


class ChangedMeanwhile(Exception):
    """The record was changed by another person since it was read; ``current`` is what it is now.

    The page catches it and shows both: it never becomes an answer of its own, so it has no status.
    """

    def __init__(self, current: Organisation) -> None:
        super().__init__("The record was changed meanwhile: read it again.")
        self.current = current


@dataclass(frozen=True, slots=True)
class Change:
    """One change of a record: when, by what file or by whom, which fields; ``undo`` names it, "" if too late.

    ``who`` is ``staff`` or ``member`` for a change made by a page, and who imported for a file.
    """

    at: datetime
    file: str
    who: str
    fields: Sequence[str]
    undo: str


@dataclass(frozen=True, slots=True)
class Editor:
    """Who changes a record: ``who`` is ``staff`` or ``member``, as :class:`Change` has it."""

    person_id: str
    who: str


def keep(
    matcher: Matcher, item_id: str, seen: str, by: Editor, change: Callable[[Organisation], Organisation]
) -> bool:
    """Change a record of the version that was read; return whether anything changed.

    Raises
    ------
    ChangedMeanwhile
        The record is of another version. It is compared once no other process can write.
    NotFound
        There is no such organisation.
    """

    def changed() -> Sequence[AnyItem]:
        current = stored(matcher, item_id)
        if current.version != seen:
            raise ChangedMeanwhile(current)
        return [change(current)]

    file = ImportFile(BY_PAGE, seen, by.who)
    current = stored(matcher, item_id)
    if current.version == seen and change(current) == current:
        return False
    return matcher.store.items.put(changed, source="page", file=file, by=by.person_id).changed == 1


def rectify(
    matcher: Matcher, item_id: str, seen: str, by: Editor, change: Callable[[Organisation], Organisation]
) -> bool:
    """Change a record as :func:`keep` does, and let what it said before leave the history and all files.

    It cannot be undone.
    """

    def corrected(current: Organisation) -> Organisation:
        if current.version != seen:
            raise ChangedMeanwhile(current)
        return change(current)

    return matcher.rights.correct_organisation(item_id, corrected, utc_now(), by.person_id) is not None


def stored(matcher: Matcher, item_id: str) -> Organisation:
    """Return an organisation as it is stored; NotFound for any other item."""
    item = matcher.store.items.get(item_id)
    if not isinstance(item, Organisation):
        raise NotFound(f"There is no organisation '{item_id}' in the store.")
    return item


def history(matcher: Matcher, item: Organisation, *, is_staff: bool) -> list[Change]:
    """Return the last changes of a record, the latest first; the latest made by a page can be undone.

    An organisation undoes its own change alone: staff change fields that it may not.
    """
    after = item
    found: list[Change] = []
    for batch, change in matcher.store.imports.of_item(item.id)[:MOST_SHOWN]:
        former = change.former if isinstance(change.former, Organisation) else None
        latest = not found and change.version == item.version
        undo = batch.id if latest and _may_undo(batch, is_staff=is_staff) else ""
        found.append(Change(batch.at, batch.file.name, batch.file.who, _fields(former, after), undo))
        after = former or after
    return found


def former(matcher: Matcher, item_id: str, version: str) -> Organisation | None:
    """Return a record as it was in an earlier version; None where that is not kept."""
    for _, change in matcher.store.imports.of_item(item_id):
        if isinstance(change.former, Organisation) and change.former.version == version:
            return change.former
    return None


def take_back(matcher: Matcher, item: Organisation, batch: str, by: Editor) -> None:
    """Undo the latest change of a record, where :func:`history` says it can be; NotFound for any other."""
    changes = history(matcher, item, is_staff=by.who == "staff")
    if batch not in {change.undo for change in changes if change.undo}:
        raise NotFound("There is no such change to undo.")
    matcher.store.imports.undo(batch, by.person_id)


def _may_undo(batch: ImportBatch, *, is_staff: bool) -> bool:
    return batch.file.name == BY_PAGE and (is_staff or batch.file.who == MEMBER)


def _fields(before: Organisation | None, after: Organisation) -> list[str]:
    """Return the names of the fields that differ, in the order of the record; none for a new record."""
    if before is None:
        return []
    return [name for name in type(after).model_fields if getattr(before, name) != getattr(after, name)]
