"""``matcher-lab quality``: run the commands that the quality page names and write their output into it."""

import os
import platform
import re
import shlex
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from matcher.adapters.encoder.sentence import computes_bfloat16
from matcher.errors import InvalidRequest

PAGE = Path("docs/quality.md")
BLOCK = re.compile(r"<!-- measured: (?P<command>[^\n]+?) -->\n.*?<!-- /measured -->", re.DOTALL)
"""A part of the page that a command writes; the text around it is a person's."""

Run = Callable[[Sequence[str]], str]


def quality(
    page: Annotated[Path, typer.Option(help="Page whose measured parts are written again")] = PAGE,
    only: Annotated[str, typer.Option(help="Run only commands that contain this text")] = "",
) -> None:
    """Run the commands that docs/quality.md names, and write what they print, with day and machine, into it.

    The page must lie in the folder of the repository, from which the commands are run; they take minutes.
    """
    console = Console(stderr=True)

    def measured(arguments: Sequence[str]) -> str:
        console.print(shlex.join(arguments))
        return run_command(arguments)

    text = page.read_text(encoding="utf-8")
    page.write_text(write_measured(text, measured, only, machine()), encoding="utf-8")
    console.print(f"{page} is written.")


def write_measured(text: str, run: Run, only: str, where: str) -> str:
    r"""Return the page with the output of each command that contains ``only`` in its block.

    A block whose command fails raises InvalidRequest: no page is written from half of its figures.

    >>> page = "<!-- measured: matcher-lab cluster -->\nold\n<!-- /measured -->"
    >>> print(write_measured(page, lambda arguments: "nDCG .7", "", "today"))
    <!-- measured: matcher-lab cluster -->
    `matcher-lab cluster`, today
    <BLANKLINE>
    ```text
    nDCG .7
    ```
    <!-- /measured -->
    """

    def block(found: re.Match[str]) -> str:
        command = found["command"]
        if only not in command:
            return found[0]
        began = time.perf_counter()
        output = "\n".join(line.rstrip() for line in run(shlex.split(command)).splitlines()).strip("\n")
        took = time.perf_counter() - began
        seconds = f", {took:.0f} s" if took >= 1 else ""
        lines = (
            f"<!-- measured: {command} -->",
            f"`{command}`, {where}{seconds}",
            "",
            "```text",
            output,
            "```",
            "<!-- /measured -->",
        )
        return "\n".join(lines)

    return BLOCK.sub(block, text)


def run_command(arguments: Sequence[str]) -> str:
    """Return what a command of the laboratory, or a module of Python, prints.

    Raises InvalidRequest for another program and for a command that fails, with the end of its message.
    """
    starts = {"matcher-lab": [sys.executable, "-m", "training.cli"], "python": [sys.executable]}
    if not arguments or arguments[0] not in starts:
        raise InvalidRequest(f"{shlex.join(arguments)}: only matcher-lab and python are run for the page.")
    done = subprocess.run(  # noqa: S603  # two known programs, named in the repository's own page
        [*starts[arguments[0]], *arguments[1:]],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise InvalidRequest(f"{shlex.join(arguments)} failed: {done.stderr.strip()[-400:]}")
    return done.stdout


def machine() -> str:
    """Return the day and the machine: its figures hold for processors that multiply in the same precision."""
    import torch

    precision = "bfloat16" if computes_bfloat16(torch.cpu.get_capabilities()) else "float32"
    today = datetime.now(UTC).date().isoformat()
    return f"{today}, {platform.machine()}, {os.cpu_count()} cores, products in {precision}"
