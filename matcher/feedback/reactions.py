"""Which reactions hold, what they set aside in answers, and which pairs they settle for the plan."""

from collections.abc import Iterable

from matcher.domain.events import Action, Feedback
from matcher.domain.items import Kind

OPINIONS = frozenset(
    {Action.JOINED, Action.INTERESTED, Action.NOT_FOR_ME, Action.ALREADY_MET, Action.DISMISSED}
)
"""What people may say of an item; the other actions are what became of an introduction."""

SETTING_ASIDE = frozenset({Action.NOT_FOR_ME, Action.DISMISSED, Action.ALREADY_MET, Action.DECLINED})
"""An item is not shown again to an organisation whose last reaction to it is one of these."""

_BOTH_WAYS = frozenset({Action.ALREADY_MET, Action.DECLINED})
"""Facts about a pair of organisations: they hold for the other side as well."""

_SETTLING = SETTING_ASIDE | {Action.INTRODUCED, Action.ACCEPTED}


def holding(rows: Iterable[Feedback]) -> list[Feedback]:
    """Return the reactions that hold, in the order of ``rows``, which is that of their log.

    Reactions that were taken back do not hold, nor does an opinion of an organisation on an item, for one
    kind, that a later one replaces. What became of an introduction holds until it is taken back.

    >>> from datetime import UTC, datetime
    >>> def said(number, action, undoes=None):
    ...     at = datetime(2026, 11, 30, tzinfo=UTC)
    ...     return Feedback(at, Kind.FACTORY, "ORG1", "FAC1", action, undoes=undoes, id=number)
    >>> rows = [said(1, Action.INTERESTED), said(2, Action.DISMISSED), said(3, Action.UNDONE, undoes=2)]
    >>> [row.action.value for row in holding(rows)]
    ['interested']
    """
    rows = list(rows)
    undone = {row.undoes for row in rows if row.action is Action.UNDONE}
    last: dict[tuple[str, str, Kind], int] = {}
    given: dict[int, Feedback] = {}
    for place, row in enumerate(rows):
        if row.action is Action.UNDONE or row.id in undone:
            continue
        if row.action in OPINIONS:
            opinion = (row.query_id, row.item_id, row.kind)
            given.pop(last.get(opinion, -1), None)
            last[opinion] = place
        given[place] = row
    return list(given.values())


def heard(asker: str, kind: Kind, rows: Iterable[Feedback]) -> dict[str, Feedback]:
    """Return, by item, the reaction that an answer to ``asker`` obeys.

    It is the last one that holds of the asker on the item. A fact about a pair of organisations, such as
    "already met", counts whichever of the two stated it. A member that set an opportunity aside is not to be
    alerted of it.

    Parameters
    ----------
    asker
        Id of the organisation or opportunity that the question is about.
    kind
        Kind of the question.
    rows
        Every reaction that names the asker on either side, in the order of the log.
    """
    found: dict[str, Feedback] = {}
    others: dict[str, Feedback] = {}
    for row in holding(rows):
        if row.query_id == asker and row.kind is kind:
            found[row.item_id] = row
        elif row.item_id == asker and _tells_the_other_side(row, kind):
            others[row.query_id] = row
    return found | others


def _tells_the_other_side(row: Feedback, kind: Kind) -> bool:
    """Whether a reaction to the asker keeps the one who gave it out of an answer of this kind."""
    if kind is Kind.PARTNER and row.kind is Kind.PARTNER:
        return row.action in _BOTH_WAYS
    return kind is Kind.ALERT and row.kind is Kind.INTERNATIONAL and row.action in SETTING_ASIDE


def settled_pairs(rows: Iterable[Feedback]) -> set[tuple[str, str]]:
    """Pairs not to plan: those introduced already, that have met, or where one side said no."""
    return {
        (row.query_id, row.item_id)
        for row in holding(rows)
        if row.kind is Kind.PARTNER and row.action in _SETTLING
    }
