"""Long lists a page at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import urlencode

from fastapi import Request

T = TypeVar("T")
ROWS = 25
MOST_PAGES = 100_000


@dataclass(frozen=True, slots=True)
class Pager:
    """Addresses of the page before and the page after; "" where there is none."""

    before: str = ""
    after: str = ""


def page_of(rows: Sequence[T], request: Request) -> tuple[Sequence[T], Pager]:
    """Return the rows of the page that the address names (``page``, from 1), and the pages around it."""
    number = page_number(request)
    start = (number - 1) * ROWS
    before = _address(request, number - 1) if number > 1 else ""
    after = _address(request, number + 1) if len(rows) > start + ROWS else ""
    return rows[start : start + ROWS], Pager(before, after)


def page_number(request: Request) -> int:
    """Return the page that the address names; the first where it names none."""
    given = request.query_params.get("page", "")
    if not given.isdecimal() or len(given) > 6:
        return 1
    return min(max(int(given), 1), MOST_PAGES)


def _address(request: Request, number: int) -> str:
    kept = [pair for pair in request.query_params.multi_items() if pair[0] not in ("page", "fait")]
    return f"?{urlencode([*kept, ('page', number)])}"
