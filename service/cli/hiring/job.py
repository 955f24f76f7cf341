"""The command that checks the wording of a job offer: job check."""

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from matcher.errors import InvalidRequest
from matcher.hiring import Finding, Severity, read_job_ad, read_job_check
from matcher.settings import load
from service.cli.render.console import results
from service.words import Language

job = typer.Typer(help="Job offers: is the wording lawful and open to all?", no_args_is_help=True)

_LARGEST = 200_000
_HEADINGS = {
    Severity.FIX: ("À corriger avant de publier", "To correct before publishing"),
    Severity.JUSTIFY: ("À vérifier ou à motiver", "To check or to justify"),
    Severity.ADVICE: ("Conseils", "Advice"),
}
_NONE = (
    "Rien à signaler. Une personne relit toujours l'offre avant de la publier.",
    "Nothing found. A person always reads the offer before it is published.",
)
_ADVISES = (
    "Ce contrôle conseille, une personne décide. Textes : Code du travail, articles cités.",
    "This check advises, a person decides. Texts: Code du travail, the articles named.",
)


@job.callback()
def _job() -> None:
    """Keep subcommands by name, even while there is a single one."""


@job.command("check")
def check(
    file: Annotated[
        Path, typer.Argument(help="The offer: a text, its title first, or a JobPosting in JSON; - reads it.")
    ],
    lang: Annotated[Language, typer.Option("--lang", help="Language of the remarks.")] = "fr",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Check the wording of a job offer: the words, the article, and what to write instead."""
    found = read_job_check(load().data_dir).findings(read_job_ad(_content(file)))
    if as_json:
        rows = [asdict(finding) for finding in found]
        results().out(json.dumps({"findings": rows}, ensure_ascii=False, indent=2), highlight=False)
        return
    english = lang == "en"
    for severity in Severity:
        _print_group(_HEADINGS[severity][english], [f for f in found if f.severity is severity], lang)
    results().print(Text(f"\n{(_ADVISES if found else _NONE)[english]}", "dim"))


def _content(file: Path) -> str:
    try:
        content = sys.stdin.buffer.read(_LARGEST + 1) if str(file) == "-" else file.read_bytes()
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidRequest(f"{file} is not UTF-8 text: save the offer as plain text.") from error
    if len(content) > _LARGEST:
        raise InvalidRequest(f"{file} is over {_LARGEST:,} bytes: give one offer at a time.")
    return text


def _print_group(heading: str, found: list[Finding], lang: Language) -> None:
    if not found:
        return
    results().print(Text(f"\n{heading}", "bold"))
    for finding in found:
        why = finding.why_en if lang == "en" else finding.why_fr
        quoted = f"« {finding.words.text} »  " if finding.words.text else ""
        results().print(Text.assemble("  ", (quoted, "bold"), why))
        results().print(Text(f"    → {finding.instead_fr}   [{finding.article}]", "dim"))
