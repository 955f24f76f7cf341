"""The ``matcher`` command.

Every command is a thin door: what it does lives in a module that is imported when it runs, so that
``matcher --help`` answers at once. What was asked for goes to standard output, all else to standard error.

Exit codes: 0 done; 2 the command line or the request cannot be served as written; 3 something must be
prepared first, or an outside part failed.
"""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal

import typer

from matcher.errors import BackendUnavailable, InvalidRequest, MatcherError, NotAllowed, NotFound
from service.cli.meetings import meetings

KindName = Literal["factory", "partner", "international", "lead"]
TypeName = Literal["organisation", "factory", "opportunity", "lead"]
LangName = Literal["fr", "en"]

app = typer.Typer(
    help="Who should meet whom: factories, partners, calls abroad and hiring leads for members.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(meetings, name="meetings", rich_help_panel="Ask")

KindOption = Annotated[KindName, typer.Option("--kind", help="What to recommend.")]
CountOption = Annotated[int, typer.Option("-k", "--count", min=1, max=100, help="How many items at most.")]
OnOption = Annotated[
    str | None, typer.Option("--on", help="Date the answer is for, such as 2026-11-22; today if left out.")
]
LangOption = Annotated[LangName, typer.Option("--lang", help="Language of what is said.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON (docs/api.md), in both languages.")]
ExplainOption = Annotated[bool, typer.Option("--explain", help="Show the signals each score is made of.")]


@app.command(rich_help_panel="Start")
def demo(
    organisation: Annotated[str, typer.Argument(help="Id or name of an organisation.")] = "ORG001",
    lang: LangOption = "fr",
) -> None:
    """Prepare everything and show what the service tells one real organisation."""
    from service.cli import demo as module

    module.run(organisation, lang)


@app.command(rich_help_panel="Start")
def prepare() -> None:
    """Prepare the encoder: convert the pinned model and check every file. Done once."""
    from service.cli import index as upkeep

    upkeep.prepare()


@app.command(rich_help_panel="Start")
def migrate() -> None:
    """Make the store, or bring it to the schema of this release."""
    from service.cli import index as upkeep

    upkeep.migrate()


@app.command(rich_help_panel="Start")
def doctor(json: JsonOption = False) -> None:
    """Check every outside thing and say how to mend it."""
    from service.cli import doctor as module

    raise typer.Exit(module.run(as_json=json))


@app.command(rich_help_panel="Ask")
def recommend(  # noqa: PLR0913, PLR0917  # a command's parameters are its options
    organisation: Annotated[str, typer.Argument(metavar="ORG", help="Id or name of an organisation.")],
    kind: KindOption,
    count: CountOption = 5,
    on: OnOption = None,
    lang: LangOption = "fr",
    json: JsonOption = False,
    explain: ExplainOption = False,
) -> None:
    """Recommend factories, partners, opportunities or leads to an organisation."""
    from service.cli import recommend as asking

    asking.recommend(organisation, kind, asking.Wishes(count, on, lang, json, explain))


@app.command(rich_help_panel="Ask")
def search(  # noqa: PLR0913, PLR0917  # a command's parameters are its options
    text: Annotated[str, typer.Argument(help="What is looked for, in French or English.")],
    kind: KindOption,
    count: CountOption = 5,
    on: OnOption = None,
    lang: LangOption = "fr",
    json: JsonOption = False,
    explain: ExplainOption = False,
) -> None:
    """Recommend for a free text."""
    from service.cli import recommend as asking

    asking.search(text, kind, asking.Wishes(count, on, lang, json, explain))


@app.command("members-for", rich_help_panel="Ask")
def members_for(
    opportunity: Annotated[str, typer.Argument(help="Id or name of an opportunity.")],
    count: CountOption = 5,
    on: OnOption = None,
    lang: LangOption = "fr",
    json: JsonOption = False,
    explain: ExplainOption = False,
) -> None:
    """List the members to tell of an opportunity."""
    from service.cli import recommend as asking

    asking.members_for(opportunity, asking.Wishes(count, on, lang, json, explain))


@app.command(rich_help_panel="Ask")
def show(
    item: Annotated[str, typer.Argument(metavar="ID", help="Id or name of an item.")],
    lang: LangOption = "fr",
    json: JsonOption = False,
) -> None:
    """Show everything known of one item."""
    from service.cli import catalogue

    catalogue.show(item, lang, as_json=json)


@app.command(rich_help_panel="Ask")
def skills(
    text: Annotated[str, typer.Argument(help="A description of what somebody does or looks for.")],
    count: CountOption = 10,
    json: JsonOption = False,
) -> None:
    """Name the ESCO skills a text speaks of."""
    from service.cli import recommend as asking

    asking.skills(text, count, as_json=json)


@app.command("import", rich_help_panel="Catalogue")
def import_(
    file: Annotated[
        Path, typer.Argument(help="A CSV, XLSX or JSON Lines file.", exists=True, dir_okay=False)
    ],
    kind: Annotated[
        TypeName | None,
        typer.Option("--kind", help="Type of the items; guessed from the headers if left out."),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check the file and change nothing.")] = False,
    json: JsonOption = False,
) -> None:
    """Read items from a file; rows that cannot be read are listed and kept in a rejects file."""
    from service.cli import catalogue

    raise typer.Exit(catalogue.import_file(file, kind, dry_run=dry_run, as_json=json))


@app.command(rich_help_panel="Catalogue")
def export(
    file: Annotated[
        Path | None, typer.Argument(help="Where to write: .csv or .jsonl; standard output if left out.")
    ] = None,
    kind: Annotated[
        TypeName | None, typer.Option("--kind", help="Type of items; a CSV holds one type.")
    ] = None,
) -> None:
    """Write the items so that `matcher import` reads them back."""
    from service.cli import catalogue

    catalogue.export(file, kind)


@app.command(rich_help_panel="Catalogue")
def index() -> None:
    """Bring the index up to date with the store."""
    from service.cli import index as upkeep

    upkeep.index()


@app.command(rich_help_panel="Catalogue")
def reindex() -> None:
    """Build a new index beside the old one, then swap."""
    from service.cli import index as upkeep

    upkeep.reindex()


@app.command(rich_help_panel="Catalogue")
def plan(json: JsonOption = False) -> None:
    """Plan everybody's introductions together; partner recommendations follow the plan."""
    from service.cli import plan as planning

    planning.run(as_json=json)


@app.command(rich_help_panel="Serve")
def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on; MATCHER_HOST if left out.")] = None,
    port: Annotated[int | None, typer.Option(min=1, max=65_535, help="MATCHER_PORT if left out.")] = None,
    workers: Annotated[int, typer.Option(min=1, max=64, help="More than 1 needs a Qdrant server.")] = 1,
) -> None:
    """Serve the HTTP API."""
    from service.cli import serve as serving

    serving.run(host, port, workers)


_UNWRITABLE = (
    "The output holds characters that {} has not: set PYTHONIOENCODING=utf-8 and repeat the command."
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    try:
        _require_text(sys.argv[1:] if arguments is None else arguments)
        app(arguments)
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 0
    except MatcherError as fault:
        return _complain(fault)
    except UnicodeEncodeError:
        return _complain(BackendUnavailable(_UNWRITABLE.format(sys.stdout.encoding)))
    except OSError as fault:
        where = f" ({fault.filename})" if fault.filename else ""
        return _complain(
            BackendUnavailable(f"The system refused to read or write{where}: {fault.strerror or fault}.")
        )
    return 0


def _require_text(arguments: Sequence[str]) -> None:
    """Refuse bytes that are no text before they reach a place that cannot hold them."""
    for argument in arguments:
        if any("\udc80" <= sign <= "\udcff" for sign in argument):
            raise InvalidRequest(
                f"An argument is not UTF-8 text: {argument[:60]!r}. Use a UTF-8 terminal, or rename the file."
            )


def _complain(fault: MatcherError) -> int:
    from rich.text import Text

    from service.cli.render.console import remarks

    remarks().print(Text.assemble(("Error: ", "bold red"), str(fault)), soft_wrap=True)
    return 2 if isinstance(fault, InvalidRequest | NotFound | NotAllowed) else 3


if __name__ == "__main__":
    sys.exit(main())
