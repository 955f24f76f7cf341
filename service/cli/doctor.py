"""The command that checks every outside part and says how to fix it."""

import json
from dataclasses import asdict

from rich.table import Table
from rich.text import Text

from matcher.settings import Settings
from service.cli.render.console import remarks, results
from service.doctor import Finding, examine
from service.running import RunningService, find_running

_MARKS = {"ok": ("ok", "green"), "warning": ("warning", "yellow"), "error": ("ERROR", "bold red")}


def run(settings: Settings, *, as_json: bool) -> int:
    """Print all findings and return the exit code: 3 if there is an error, else 0.

    A running service, which has the store and the index open, looks at them itself.
    """
    with remarks().status("Checking"):
        running = find_running(settings)
        findings = list(examine(settings)) if running is None else _asked(running)
    if as_json:
        results().out(
            json.dumps([asdict(f) for f in findings], ensure_ascii=False, indent=2), highlight=False
        )
    else:
        results().print(_table(findings))
    return 3 if any(finding.state == "error" for finding in findings) else 0


def _asked(running: RunningService) -> list[Finding]:
    answer = json.loads(running.ask("GET", "/v1/commands/findings"))
    return [Finding("service", "ok", f"answers at {running.place}"), *(Finding(**found) for found in answer)]


def _table(findings: list[Finding]) -> Table:
    table = Table(box=None, show_header=False, padding=(0, 1))
    table.add_column(width=7)
    table.add_column(style="bold")
    table.add_column(ratio=1)
    for finding in findings:
        found = Text(finding.found)
        if finding.fix:
            found.append(f"\n{finding.fix}", "yellow")
        table.add_row(Text(*_MARKS[finding.state]), finding.check, found)
    return table
