"""What a benchmark measures: a figure, its goal, and whether it is met."""

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np
from rich.table import Table


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table; without a ``limit`` there is no goal."""

    name: str
    value: float
    unit: str
    limit: float | None = None
    bound: Literal["at most", "at least"] = "at most"
    basis: str = ""

    @property
    def holds(self) -> bool | None:
        """Whether the limit is kept; None without one."""
        if self.limit is None:
            return None
        return self.value <= self.limit if self.bound == "at most" else self.value >= self.limit

    def as_json(self) -> dict[str, Any]:
        """Everything, ready for JSON."""
        return {**asdict(self), "holds": self.holds}


@dataclass(frozen=True, slots=True)
class Times:
    """Seconds of the same requests, one row a run, one column a request."""

    runs: tuple[tuple[float, ...], ...]

    @property
    def p50(self) -> float:
        """Median over the runs of each run's median, in milliseconds.

        >>> Times(((0.001, 0.002, 0.009), (0.003, 0.004, 0.005))).p50
        3.0
        """
        return round(1e3 * float(np.median([np.median(run) for run in self.runs])), 6)

    def quantile(self, share: float) -> float:
        """Quantile over all requests of all runs, in milliseconds: the smallest value not below ``share``."""
        pooled = sorted(second for run in self.runs for second in run)
        return 1e3 * pooled[max(0, math.ceil(share * len(pooled)) - 1)]


def table(title: str, figures: Sequence[Figure]) -> Table:
    """Lay the figures out for a person."""
    made = Table(title=title, title_justify="left")
    made.add_column("figure")
    for name in ("measured", "limit"):
        made.add_column(name, justify="right")
    made.add_column("unit")
    made.add_column("holds")
    made.add_column("limit from", style="dim")
    marks = {True: "[green]yes[/]", False: "[bold red]no[/]", None: ""}
    for one in figures:
        limit = "" if one.limit is None else f"{one.limit:.4g}"
        made.add_row(one.name, f"{one.value:.4g}", limit, one.unit, marks[one.holds], one.basis)
    return made
