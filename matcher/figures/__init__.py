"""Figures of a period for staff: what was proposed and what came of it, by antenna, size and factory.

- ``report``: the figures, counted from records; groups in which a person could be told are withheld
- ``writing``: the same as CSV, XLSX and SVG
"""

from matcher.figures.report import (
    FIGURES,
    Facts,
    MemberFacts,
    Period,
    Report,
    ReportRow,
    count,
)
from matcher.figures.writing import svg_text, write_report

__all__ = [
    "FIGURES",
    "Facts",
    "MemberFacts",
    "Period",
    "Report",
    "ReportRow",
    "count",
    "svg_text",
    "write_report",
]
