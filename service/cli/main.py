"""The ``matcher`` command.

Each command reads the settings once and passes them to the module that does the work. Results go to standard
output, all else to standard error.

Exit codes: 0 done; 2 the command line or the request cannot be served as written; 3 something must be
prepared first, or an outside part failed.
"""

import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from matcher.domain.items import ItemType, Kind
from matcher.errors import BackendUnavailable, InvalidRequest, MatcherError, NotAllowed, NotFound
from matcher.settings import is_elsewhere, load
from service import cli
from service.cli.later import LATER, Commands
from service.cli.render.console import remarks
from service.words import Language

app = typer.Typer(
    cls=Commands,
    help="Who should meet whom: factories, partners, calls abroad and hiring leads for members.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


def _listed_only() -> None:
    """Stand in the list of commands for one that is loaded when it is used."""


for _name, _later in LATER.items():
    app.command(_name, help=_later.help, rich_help_panel=_later.panel)(_listed_only)

_ASKED_ELSEWHERE = frozenset(
    {"doctor", "index", "job", "meetings", "members-for", "plan", "prepare", "recommend", "search", "skills"}
)
"""Commands that can ask a service on another machine, or that need neither store nor index."""


@app.callback()
def of_every_command(context: typer.Context) -> None:
    """Refuse a command that would work on the store of this machine while a service elsewhere is named."""
    command = context.invoked_subcommand
    if command not in _ASKED_ELSEWHERE and is_elsewhere():
        raise InvalidRequest(
            f"MATCHER_URL names a service elsewhere, and `matcher {command}` works on the store itself:"
            " run it there, or unset MATCHER_URL."
        )


KindOption = Annotated[Kind, typer.Option("--kind", help="What to recommend.")]
CountOption = Annotated[int, typer.Option("-k", "--count", min=1, max=100, help="How many items at most.")]
OnOption = Annotated[
    str | None, typer.Option("--on", help="Date the answer is for, such as 2026-11-22; today if left out.")
]
LangOption = Annotated[Language, typer.Option("--lang", help="Language of the answer.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON (docs/api.md), in both languages.")]
WeakerOption = Annotated[bool, typer.Option("--all", help="Show the less certain items too.")]
ExplainOption = Annotated[bool, typer.Option("--explain", help="Show the signals each score is made of.")]


@app.command("demo", rich_help_panel="Start")
def demo_command(
    organisation: Annotated[str, typer.Argument(help="Id or name of an organisation.")] = "ORG001",
    lang: LangOption = "fr",
    *,
    serve: Annotated[
        bool, typer.Option("--serve", help="Show the pages instead, with four made-up people, until Ctrl-C.")
    ] = False,
    port: Annotated[int | None, typer.Option(help="Port of the pages; MATCHER_PORT if left out.")] = None,
) -> None:
    """Prepare everything and show what the service recommends to one real organisation."""
    if serve:
        cli.demo.serve(load(), organisation, port)
    else:
        cli.demo.run(load(), organisation, lang)


@app.command("prepare", rich_help_panel="Start")
def prepare_command() -> None:
    """Prepare the encoder: convert the pinned model and check every file. Done once."""
    cli.index.prepare(load())


@app.command("migrate", rich_help_panel="Start")
def migrate_command() -> None:
    """Make the store, or bring it to the schema of this release."""
    cli.index.migrate(load())


@app.command("doctor", rich_help_panel="Start")
def doctor_command(json: JsonOption = False) -> None:
    """Check every outside part and say how to fix it."""
    raise typer.Exit(cli.doctor.run(load(), as_json=json))


@app.command("recommend", rich_help_panel="Ask")
def recommend_command(  # noqa: PLR0913, PLR0917  # a command's parameters are its options
    organisation: Annotated[str, typer.Argument(metavar="ORG", help="Id or name of an organisation.")],
    kind: KindOption,
    count: CountOption = 5,
    on: OnOption = None,
    lang: LangOption = "fr",
    json: JsonOption = False,
    explain: ExplainOption = False,
    weaker: WeakerOption = False,
) -> None:
    """Recommend factories, partners, opportunities or leads to an organisation."""
    cli.recommend.recommend(
        load(), organisation, kind, cli.recommend.AnswerOptions(count, on, lang, json, explain, weaker)
    )


@app.command("search", rich_help_panel="Ask")
def search_command(  # noqa: PLR0913, PLR0917  # a command's parameters are its options
    text: Annotated[str, typer.Argument(help="The need, in French or English.")],
    kind: KindOption,
    count: CountOption = 5,
    on: OnOption = None,
    lang: LangOption = "fr",
    json: JsonOption = False,
    explain: ExplainOption = False,
    weaker: WeakerOption = False,
) -> None:
    """Recommend for a free text."""
    cli.recommend.search(
        load(), text, kind, cli.recommend.AnswerOptions(count, on, lang, json, explain, weaker)
    )


@app.command("members-for", rich_help_panel="Ask")
def alert_command(  # noqa: PLR0913, PLR0917  # a command's parameters are its options
    opportunity: Annotated[str, typer.Argument(help="Id or name of an opportunity.")],
    count: CountOption = 5,
    on: OnOption = None,
    lang: LangOption = "fr",
    json: JsonOption = False,
    explain: ExplainOption = False,
    weaker: WeakerOption = False,
) -> None:
    """List the members to alert of an opportunity."""
    cli.recommend.alert(
        load(), opportunity, cli.recommend.AnswerOptions(count, on, lang, json, explain, weaker)
    )


@app.command("open", rich_help_panel="Ask")
def open_command(  # a command's parameters are its options
    theme: Annotated[str, typer.Option(help="Words of the name, the description or a theme.")] = "",
    near: Annotated[
        str, typer.Option(help="A town or department number: what a company there may answer; or a country.")
    ] = "",
    count: CountOption = 20,
    on: OnOption = None,
    lang: LangOption = "fr",
    json: JsonOption = False,
) -> None:
    """List the calls and missions open on a day, soonest deadline first."""
    cli.recommend.list_open(load(), theme, near, cli.recommend.AnswerOptions(count, on, lang, json))


@app.command("show", rich_help_panel="Ask")
def show_command(
    item: Annotated[str, typer.Argument(metavar="ID", help="Id or name of an item.")],
    lang: LangOption = "fr",
    json: JsonOption = False,
) -> None:
    """Show every field of one item."""
    cli.catalogue.show(load(), item, lang, as_json=json)


@app.command("skills", rich_help_panel="Ask")
def skills_command(
    text: Annotated[str, typer.Argument(help="A description of an activity or a need.")],
    count: CountOption = 10,
    json: JsonOption = False,
) -> None:
    """Name the ESCO skills a text mentions."""
    cli.recommend.skills(load(), text, count, as_json=json)


@app.command("import", rich_help_panel="Catalogue")
def import_command(  # noqa: PLR0913, PLR0917 - the parameters of a command are its options
    file: Annotated[
        Path,
        typer.Argument(
            help="CSV, XLSX, .xls in XML or HTML, JSON, GeoJSON or .ics.", exists=True, dir_okay=False
        ),
    ],
    kind: Annotated[
        ItemType | None,
        typer.Option("--kind", help="Type of the items; guessed from the headers if left out."),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the plan and change nothing.")] = False,
    mapped: Annotated[
        list[str] | None, typer.Option("--map", help='What a column gives: "Column=field"; may be repeated.')
    ] = None,
    ignored: Annotated[
        list[str] | None, typer.Option("--ignore", help="A column not to read; may be repeated.")
    ] = None,
    profile: Annotated[
        str | None, typer.Option("--profile", help="Use, and keep, what is said of columns under this name.")
    ] = None,
    empty_clears: Annotated[
        bool, typer.Option("--empty-clears", help="Empty cells empty what is stored, instead of leaving it.")
    ] = False,
    file_wins: Annotated[
        bool,
        typer.Option("--file-wins", help="Replace also what members wrote themselves, and spellings alike."),
    ] = False,
    json: JsonOption = False,
) -> None:
    """Read items from a file; what cannot be read is listed and kept in a rejects file."""
    choices = cli.imports.choices_of(
        kind, mapped or [], ignored or [], empty_clears=empty_clears, file_wins=file_wins
    )
    raise typer.Exit(
        cli.imports.run_import(load(), file, choices, profile=profile, dry_run=dry_run, as_json=json)
    )


@app.command("imports", rich_help_panel="Catalogue")
def imports_command(json: JsonOption = False) -> None:
    """List the imports: file, who, when, and what each changed."""
    cli.imports.list_imports(load(), as_json=json)


@app.command("undo", rich_help_panel="Catalogue")
def undo_command(
    batch: Annotated[str, typer.Argument(help="An import, as `matcher imports` names it.")],
    json: JsonOption = False,
) -> None:
    """Bring back what an import changed, except items changed since."""
    cli.imports.undo(load(), batch, as_json=json)


@app.command("merge", rich_help_panel="Catalogue")
def merge_command(
    kept: Annotated[str, typer.Argument(help="Id or name of the item that stays.")],
    dropped: Annotated[str, typer.Argument(help="Id or name of the item that goes.")],
) -> None:
    """Make one item of two that stand for the same thing."""
    cli.imports.merge(load(), kept, dropped)


@app.command("export", rich_help_panel="Catalogue")
def export_command(
    file: Annotated[
        Path | None, typer.Argument(help="Where to write: .csv or .jsonl; standard output if left out.")
    ] = None,
    kind: Annotated[
        ItemType | None, typer.Option("--kind", help="Type of items; a CSV holds one type.")
    ] = None,
) -> None:
    """Write the items so that `matcher import` reads them back."""
    cli.catalogue.export(load(), file, kind)


@app.command("index", rich_help_panel="Catalogue")
def index_command() -> None:
    """Bring the index up to date with the store."""
    cli.index.index(load())


@app.command("reindex", rich_help_panel="Catalogue")
def reindex_command(
    ray: Annotated[
        bool, typer.Option("--ray", help="Many processes, on Ray (needs a Qdrant server and the extra bulk).")
    ] = False,
    address: Annotated[
        str, typer.Argument(help="Of a Ray cluster, as host:port; empty: Ray is started here.")
    ] = "",
) -> None:
    """Build a new index beside the old one, then swap."""
    if ray:
        cli.index.reindex_on_ray(load(), address)
        return
    if address:
        raise InvalidRequest(f"An address, '{address}', goes with --ray: matcher reindex --ray {address}")
    cli.index.reindex(load())


@app.command("plan", rich_help_panel="Catalogue")
def plan_command(json: JsonOption = False, lang: LangOption = "fr") -> None:
    """Plan the introductions of all members together; partner recommendations follow the plan."""
    cli.plan.run(load(), lang, as_json=json)


@app.command("serve", rich_help_panel="Serve")
def serve_command(
    host: Annotated[str | None, typer.Option(help="Address to listen on; MATCHER_HOST if left out.")] = None,
    port: Annotated[int | None, typer.Option(min=1, max=65_535, help="MATCHER_PORT if left out.")] = None,
    workers: Annotated[int, typer.Option(min=1, max=64, help="More than 1 needs a Qdrant server.")] = 1,
) -> None:
    """Serve the HTTP API."""
    cli.serve.run(load(), host, port, workers)


@app.command("backup", rich_help_panel="Run")
def backup_command(
    file: Annotated[Path, typer.Argument(help="Where to write it, such as matcher.tar.gz.")],
) -> None:
    """Write the whole store, as of one moment, to one file; the service may go on meanwhile."""
    cli.backup.backup(load(), file)


@app.command("restore", rich_help_panel="Run")
def restore_command(
    file: Annotated[Path, typer.Argument(help="A file that `matcher backup` wrote.")],
) -> None:
    """Write a backup into a new, empty home or database."""
    cli.backup.restore(load(), file)


@app.command("work", rich_help_panel="Serve")
def work_command(
    once: Annotated[bool, typer.Option("--once", help="One round, then end.")] = False,
) -> None:
    """Send mails, and ask, remind and close introductions when due; `matcher serve` does it too."""
    cli.mail.work(load(), once=once)


_UNWRITABLE = "The output holds characters that {} lacks: set PYTHONIOENCODING=utf-8 and repeat the command."


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    try:
        _require_text(sys.argv[1:] if arguments is None else arguments)
        app(arguments)
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 0
    except MatcherError as fault:
        return _report(fault)
    except UnicodeEncodeError:
        return _report(BackendUnavailable(_UNWRITABLE.format(sys.stdout.encoding)))
    except OSError as fault:
        where = f" ({fault.filename})" if fault.filename else ""
        if not fault.filename:
            _give_up_output()
        return _report(
            BackendUnavailable(f"The system refused to read or write{where}: {fault.strerror or fault}.")
        )
    return 0


def _give_up_output() -> None:
    """Write no more: Python would try again with what is left at its end, and fail with a code of its own."""
    with suppress(OSError, ValueError):  # a stream without a file
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _require_text(arguments: Sequence[str]) -> None:
    """Refuse an argument whose bytes are not UTF-8: Python hides them in surrogates, which fail later."""
    for argument in arguments:
        if any("\udc80" <= sign <= "\udcff" for sign in argument):
            raise InvalidRequest(
                f"An argument is not UTF-8 text: {argument[:60]!r}. Use a UTF-8 terminal, or rename the file."
            )


def _report(fault: MatcherError) -> int:
    """Print an error and return its exit code."""
    remarks().print(Text.assemble(("Error: ", "bold red"), fault.detail), soft_wrap=True)
    return 2 if isinstance(fault, InvalidRequest | NotFound | NotAllowed) else 3


if __name__ == "__main__":
    sys.exit(main())
