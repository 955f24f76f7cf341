"""The ``job-check`` command: how well the check of job offers tells lawful from unlawful wordings."""

from pathlib import Path
from typing import Annotated

import typer

from matcher.hiring import JobCheck, read_job_ad, read_job_check
from matcher.knowledge.tables import read_rows
from matcher.settings import load

_AROUND = (
    "Développeuse ou développeur web\n{}\nCDI à Nîmes (30000), 32 000 à 36 000 €, publiée le 12/11/2026."
)
"""A sound offer around one wording, so that only the wording can be found fault with."""


def job_check(
    folder: Annotated[
        Path | None, typer.Argument(help="Folder with phrases.csv; the one that ships if left out.")
    ] = None,
) -> None:
    """Print precision and recall on phrases judged lawful or not, and the phrases judged wrongly."""
    settings = load()
    path = (folder or settings.data_dir / "benchmarks" / "job-check") / "phrases.csv"
    phrases = [(row["phrase"], row["lawful"] == "yes") for row in read_rows(path, ("lawful", "phrase"))]
    precision, recall, wrong = measure(read_job_check(settings.data_dir), phrases)
    typer.echo(f"{len(phrases)} phrases: precision {precision:.3f}, recall {recall:.3f}")
    for phrase in wrong:
        typer.echo(f"  wrong: {phrase}")


def measure(check: JobCheck, phrases: list[tuple[str, bool]]) -> tuple[float, float, list[str]]:
    """Return precision and recall of finding unlawful phrases, and the phrases judged wrongly, in order.

    ``phrases`` are ``(phrase, whether it is lawful)``; at least one must be unlawful. A precision without
    any phrase found is 0.
    """
    found = {phrase for phrase, _ in phrases if _is_found(check, phrase)}
    unlawful = {phrase for phrase, lawful in phrases if not lawful}
    right = len(found & unlawful)
    wrong = [phrase for phrase, _ in phrases if phrase in found ^ unlawful]
    return right / max(len(found), 1), right / len(unlawful), wrong


def _is_found(check: JobCheck, phrase: str) -> bool:
    return any(finding.words.text for finding in check.findings(read_job_ad(_AROUND.format(phrase))))
