"""``matcher-lab contradictions``: order against reasons, over all organisations of a home.

Reads the public :class:`matcher.domain.answers.Answer` only. An item is *clear* when one of its reasons about
the match is clear, else *faint*. Shared words, stage and territory are notes, not reasons about the match.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from matcher import settings as configuration
from matcher.build import Matcher, open_matcher
from matcher.domain.answers import Answer, Recommendation
from matcher.domain.items import Kind

KINDS = (Kind.FACTORY, Kind.PARTNER, Kind.INTERNATIONAL, Kind.LEAD)
NOTES = frozenset({"text", "stage", "territory"})
"""Signals whose reasons say something true that is not about the match."""
SHOWN = 5
DEEP = 30
"""Length of the list in which a clear item that was left out is looked for."""


@dataclass(frozen=True, slots=True)
class Contradictions:
    """Counts of one kind, and the shares they make; a share of nothing is 0.

    Lists: ``faint_above_clear``, ``faint_first`` and ``clear_left_out`` (a clear item is not shown while a
    faint one is). Items: ``without_clear_reason``.
    """

    lists: int = 0
    items: int = 0
    faint_above_clear: float = 0.0
    without_clear_reason: float = 0.0
    faint_first: float = 0.0
    clear_left_out: float = 0.0


def is_clear(item: Recommendation) -> bool:
    """Whether a reason about the match itself is clear."""
    return any(reason.clear and reason.signal not in NOTES for reason in item.reasons)


def count(pairs: Iterable[tuple[Answer, Answer]]) -> Contradictions:
    """Count over answers as shown, each with a deeper one to the same question; empty lists do not count."""
    lists = items = above = unclear = first = left_out = 0
    for shown, deep in pairs:
        if not shown.items:
            continue
        marks = [is_clear(item) for item in shown.items]
        lists += 1
        items += len(marks)
        above += _falls(marks)
        unclear += marks.count(False)
        first += not marks[0]
        left_out += not all(marks) and _clear_beyond(shown, deep)
    if not lists:
        return Contradictions()
    return Contradictions(lists, items, above / lists, unclear / items, first / lists, left_out / lists)


def _falls(marks: list[bool]) -> bool:
    """Whether a faint item ranks above a clear one.

    >>> _falls([True, True, False]), _falls([True, False, True])
    (False, True)
    """
    return marks != sorted(marks, reverse=True)


def _clear_beyond(shown: Answer, deep: Answer) -> bool:
    """Whether the deeper answer has a clear item that is not shown."""
    ids = {item.item_id for item in shown.items}
    return any(is_clear(item) for item in deep.items if item.item_id not in ids)


def measure(matcher: Matcher, on: datetime) -> dict[str, Contradictions]:
    """Ask every kind for every organisation that may be introduced."""
    found = {}
    recommend = matcher.recommender.recommend
    for kind in KINDS:
        pairs = (
            (recommend(one, kind, SHOWN, on, signals=False), recommend(one, kind, DEEP, on, signals=False))
            for one in matcher.planner.members()
        )
        found[kind.value] = count(pairs)
    return found


def contradictions(
    on: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Day of the answers; default: today")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON")] = False,
) -> None:
    """Count lists whose order contradicts their reasons, over all organisations of MATCHER_HOME."""
    at = (on or datetime.now(UTC)).replace(tzinfo=UTC)
    with open_matcher(configuration.load()) as matcher:
        found = measure(matcher, at)
    console = Console()
    if as_json:
        console.print_json(json.dumps({kind: asdict(one) for kind, one in found.items()}))
        return
    console.print(_table(found))


def _table(found: Mapping[str, Contradictions]) -> Table:
    rows = {
        "lists with a faint item above a clear one": "faint_above_clear",
        "items shown without a clear reason": "without_clear_reason",
        "lists whose first item is faint": "faint_first",
        "lists with a faint item, a clear one left out": "clear_left_out",
    }
    table = Table("", *found, title="Order against reasons, all organisations")
    table.add_row("lists", *(str(one.lists) for one in found.values()))
    for label, name in rows.items():
        table.add_row(label, *(f"{getattr(one, name):.1%}" for one in found.values()))
    return table
