"""The result of the last automatic test of accessibility, which ``make accessibility`` writes."""

import json
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

RESULT = Path(__file__).with_suffix(".json")


@dataclass(frozen=True, slots=True)
class AutomaticTest:
    """A test: its day, the tool, how many pages and visits of them, and the faults it found."""

    on: date
    tool: str
    pages: int
    visits: int
    faults: int


@cache
def last_test() -> AutomaticTest:
    """Return the test that this release was shipped with.

    >>> last_test().tool.startswith("axe-core")
    True
    """
    kept = json.loads(RESULT.read_text(encoding="utf-8"))
    return AutomaticTest(**kept | {"on": date.fromisoformat(kept["on"])})
