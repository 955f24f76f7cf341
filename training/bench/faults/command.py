"""``matcher-lab faults``: processes of the product killed (-9) at random moments, over and over.

Each round kills one process of each kind. Then the product is started again and compared: what was
acknowledged is there, an import whole or absent, nothing is there twice, the index equals the store, and
every mail arrived once or is parked where staff see it.
"""

import random
import time
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer
from rich.console import Console

from matcher.errors import InvalidRequest
from training.bench.faults.alone import importing, indexer, service
from training.bench.faults.bulk import bulk
from training.bench.faults.mail import mail
from training.bench.faults.shared import has_postgres, services
from training.bench.faults.tally import Kind, Tally
from training.bench.figures import Figure, table

KINDS: Mapping[str, Kind] = {
    "service": service,
    "indexer": indexer,
    "import": importing,
    "mail": mail,
    "one of 2": services(2),
    "one of 4": services(4),
    "bulk": bulk,
}
"""What is killed, by the name to choose it by."""
_NEED_POSTGRES = frozenset({"one of 2", "one of 4"})
_SELDOM = frozenset({"one of 4", "bulk"})
"""Only killed when asked for: they take many processors, and Ray is an extra."""


def faults(
    rounds: Annotated[int, typer.Option(min=1, help="Kills of each kind.")] = 3,
    kind: Annotated[list[str] | None, typer.Option(help=f"What is killed: {', '.join(KINDS)}.")] = None,
    seed: Annotated[int, typer.Option(help="Draws the moments.")] = 113,
) -> None:
    """Kill services, indexer, import and mail worker at random moments; count what is lost or doubled."""
    chosen, notes = _chosen(kind), Console(stderr=True)
    if kind is None and not has_postgres():
        notes.print("PostgreSQL is not installed: several services over one store are left out.")
    tally, start = Tally(random.Random(seed)), time.monotonic()  # noqa: S311  # no secret
    with TemporaryDirectory(prefix="matcher-faults-") as place, notes.status("") as status:
        try:
            for name, opened in chosen.items():
                status.update(name)
                _kill(name, opened, Path(place), rounds, tally)
        except KeyboardInterrupt:
            notes.print("Interrupted: this is what was killed so far.")
    for line in tally.refused:
        notes.print(line, markup=False, soft_wrap=True)
    minutes = (time.monotonic() - start) / 60
    Console().print(table(f"Killed {tally.killed.total()} times in {minutes:.0f} minutes", figures_of(tally)))
    if not tally.sound:
        raise typer.Exit(1)


def _kill(name: str, opened: Kind, place: Path, rounds: int, tally: Tally) -> None:
    folder = place / name.replace(" ", "-")
    folder.mkdir()
    with opened(folder, tally) as kill:
        for number in range(rounds):
            kill(number)
            tally.killed[name] += 1


def _chosen(names: list[str] | None) -> dict[str, Kind]:
    """Return the kinds of these names, or those that can be killed here; InvalidRequest for another name."""
    if names is None:
        left_out = _SELDOM if has_postgres() else _SELDOM | _NEED_POSTGRES
        return {name: kind for name, kind in KINDS.items() if name not in left_out}
    unknown = [name for name in names if name not in KINDS]
    if unknown:
        raise InvalidRequest(f"There is no kind '{unknown[0]}': choose from {', '.join(KINDS)}.")
    return {name: KINDS[name] for name in names}


def figures_of(tally: Tally) -> list[Figure]:
    """Return what was killed, and what came of it."""
    killed = [Figure(f"kills: {name}", float(count), "") for name, count in tally.killed.items()]
    counted = {
        "writes acknowledged": len(tally.acknowledged),
        "mails sent": tally.mails_sent,
        "mails in doubt: parked, or sent again as decided": tally.mails_in_doubt,
    }
    wrong = {
        "acknowledged writes lost": len(tally.lost),
        "imports by halves": tally.halves,
        "differences between index and store": tally.differences,
        "mails lost": len(tally.mails_lost),
        "mails sent twice that must not be": len(tally.mails_doubled),
        "requests refused by the services left": len(tally.refused),
    }
    counts = [Figure(name, float(count), "") for name, count in counted.items()]
    goals = [Figure(name, float(count), "", 0, basis="goal") for name, count in wrong.items()]
    return [*killed, *counts, *goals]
