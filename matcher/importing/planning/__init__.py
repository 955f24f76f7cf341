"""What an import would do, decided against the store before anything is written.

- ``decide``: what becomes of each row, and the report of it
- ``completing``: a row completed with what the store has, and what stays of it
- ``doubts``: cells that are taken as they are and may be wrong: towns, dates
"""

from matcher.importing.planning.decide import Decided, decide, find_twins, report_of
from matcher.importing.planning.doubts import Towns, date_notices, find_doubts

__all__ = ["Decided", "Towns", "date_notices", "decide", "find_doubts", "find_twins", "report_of"]
