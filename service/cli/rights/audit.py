"""The commands of the audit: verify, export, checkpoint."""

import json
from pathlib import Path
from typing import Annotated

import typer

from matcher.adapters.sql import utc_now
from matcher.audit import Checkpoint, read_checkpoint
from matcher.build import open_matcher
from matcher.files import write_whole
from matcher.settings import load
from service.cli.render.console import remarks, results

audit = typer.Typer(help="Who saw or decided what, in a chain that shows changes.", no_args_is_help=True)


@audit.command("verify")
def verify(
    against: Annotated[
        list[Path] | None,
        typer.Option(help="A checkpoint that was kept elsewhere; may be repeated.", exists=True),
    ] = None,
) -> None:
    """Check every entry; exit code 3 if one was changed, left out, moved or cut off."""
    with open_matcher(load()) as matcher:
        verdict = matcher.audit.verify(*map(read_checkpoint, against or []))
    for one in verdict.resumptions:
        results().print(
            f"entry {one.seq}: on {one.at:%Y-%m-%d} the store was restored; entries up to {one.lost}"
            " that were signed before are lost",
            highlight=False,
            soft_wrap=True,
        )
    if verdict.is_sound:
        results().print(f"{verdict.entries} entries are sound, against {verdict.checkpoints} checkpoints.")
        return
    for fault in verdict.faults:
        where = f"entry {fault.seq}" if fault.seq else "the chain"
        results().print(f"{where}: {fault.what}", highlight=False, soft_wrap=True)
    remarks().print("Keep a copy of the store as it is now, and compare it with a backup from before.")
    raise typer.Exit(3)


@audit.command("export")
def export(
    out: Annotated[Path | None, typer.Argument(help="File to write; standard output if left out.")] = None,
) -> None:
    """Write every entry, oldest first, as JSON Lines."""
    with open_matcher(load()) as matcher:
        lines = [json.dumps(entry, sort_keys=True) for entry in matcher.audit.export()]
    text = "".join(f"{line}\n" for line in lines)
    if out is None:
        results().out(text, end="", highlight=False)
        return
    write_whole(out, text.encode())
    remarks().print(f"{len(lines)} entries written to {out}.")


@audit.command("checkpoint")
def checkpoint() -> None:
    """Sign the present state and print it: keep it away from this machine, for `audit verify --against`."""
    settings = load()
    with open_matcher(settings) as matcher:
        matcher.audit.checkpoint(utc_now())
        latest = matcher.audit.latest()
    if latest is None:
        remarks().print("The audit has no entry yet: there is nothing to sign.")
        return
    results().out(latest, highlight=False)


@audit.command("resume")
def resume(
    against: Annotated[
        list[Path] | None,
        typer.Option(help="A checkpoint that was kept elsewhere; may be repeated.", exists=True),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask for confirmation.")] = False,
) -> None:
    """Go on after a restore from an older backup: a signed entry says for ever what is lost."""
    if not yes:
        typer.confirm("Was the store restored from an older backup, and is nothing newer left?", abort=True)
    with open_matcher(load()) as matcher:
        is_compared = bool(against) or matcher.audit.latest() is not None
        lost = matcher.audit.resume(utc_now(), *map(read_checkpoint, against or []))
    if lost is None and is_compared:
        remarks().print("Nothing is lost: the audit continues the states that were signed.")
        return
    if lost is None:
        remarks().print(NOTHING_TO_COMPARE)
        return
    remarks().print(told_of_resumption(lost))


NOTHING_TO_COMPARE = (
    "Whether entries of the audit are lost is not known: the home has no checkpoint to compare with."
    " If you kept one elsewhere: `matcher audit resume --against FILE`."
)


def told_of_resumption(lost: Checkpoint) -> str:
    """Return what is said once the audit goes on from an older state."""
    return (
        f"The audit goes on from an older state: what was entered until entry {lost.seq},"
        f" signed on {lost.at:%Y-%m-%d %H:%M} UTC, is lost. `matcher audit verify` tells it from now on."
    )
