"""The ``motives`` command: how well unlawful reasons of staff are told from lawful ones."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from matcher.hiring import GroundCheck, read_ground_check
from matcher.knowledge.tables import read_rows
from matcher.settings import load

_SETS = ("dev", "held-out")


@dataclass(frozen=True, slots=True)
class Measured:
    """Precision and recall of finding unlawful phrases, and the phrases judged wrongly, in order."""

    phrases: int
    precision: float
    recall: float
    wrong: list[str]


def motives(
    folder: Annotated[
        Path | None, typer.Argument(help="Folder with dev.csv and held-out.csv; the one that ships.")
    ] = None,
) -> None:
    """Print precision and recall on reasons judged lawful or not, and the reasons judged wrongly."""
    settings = load()
    check = read_ground_check(settings.data_dir)
    for name in _SETS:
        found = measure(check, (folder or settings.data_dir / "benchmarks" / "motives") / f"{name}.csv")
        typer.echo(
            f"{name}: {found.phrases} phrases, precision {found.precision:.3f}, recall {found.recall:.3f}"
        )
        for phrase in found.wrong:
            typer.echo(f"  wrong: {phrase}")


def measure(check: GroundCheck, file: Path) -> Measured:
    """Measure the check on a file with the columns ``lawful`` and ``phrase``.

    At least one phrase must be unlawful. A precision without any phrase found is 0.
    """
    rows = read_rows(file, ("lawful", "phrase"))
    found = {row["phrase"] for row in rows if check.found(row["phrase"])}
    unlawful = {row["phrase"] for row in rows if row["lawful"] == "no"}
    right = len(found & unlawful)
    wrong = [row["phrase"] for row in rows if row["phrase"] in found ^ unlawful]
    return Measured(len(rows), right / max(len(found), 1), right / len(unlawful), wrong)
