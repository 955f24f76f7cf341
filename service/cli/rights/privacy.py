"""The commands of rights: export, erase, correct, and what is owed."""

import json
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer
from rich import box
from rich.table import Table

from matcher.adapters.sql import utc_now
from matcher.build import Matcher, open_matcher
from matcher.domain.items import Organisation
from matcher.errors import InvalidRequest
from matcher.files import write_whole
from matcher.importing import write_csv
from matcher.people import check_address
from matcher.rights import (
    Durations,
    Erasure,
    Subject,
    SubjectKind,
    certificate,
    find_subject,
    keys_named,
    notice,
    processings,
    record_rows,
)
from matcher.settings import Settings, load
from service.cli.render.console import remarks, results
from service.running import find_running
from service.words import Language

privacy = typer.Typer(help="Rights of people and organisations over their data.", no_args_is_help=True)

SubjectArgument = Annotated[
    str, typer.Argument(metavar="SUBJECT", help="E-mail address, or id or name of an organisation.")
]
_PATIENCE_S = 60
_LOOK_S = 1.0
_OF_A_PERSON = ("name", "email", "function")


@privacy.command("export")
def export(
    subject: SubjectArgument,
    out: Annotated[Path | None, typer.Option(help="File to write; standard output if left out.")] = None,
) -> None:
    """Write everything that is held on a person or an organisation, as JSON."""
    with open_matcher(load()) as matcher:
        found = _subject(matcher, subject)
        held = matcher.rights.export(found, utc_now())
    text = json.dumps(held, ensure_ascii=False, indent=2)
    if out is None:
        results().out(text, highlight=False)
        return
    write_whole(out, text.encode(), check=lambda draft: draft.chmod(0o600))
    remarks().print(f"{out} holds personal data: hand it to the subject only, then delete it.")


def erase(
    subject: SubjectArgument,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask for confirmation.")] = False,
) -> None:
    """Erase a person or an organisation everywhere, for good, and print the certificate."""
    settings = load()
    with open_matcher(settings) as matcher:
        found = _subject(matcher, subject)
        if not yes:
            typer.confirm(f"Erase {found.kind.value} {found.id} for good?", abort=True, err=True)
        erasure = matcher.rights.erase(found, utc_now())
        _finish(settings, matcher, erasure)


@privacy.command("rectify")
def rectify(
    subject: SubjectArgument,
    given: Annotated[list[str], typer.Option("--set", help='"field=value"; may be repeated; lists by ";".')],
) -> None:
    """Correct fields; what they said before leaves the files too."""
    settings = load()
    values = dict(_pair(text) for text in given)
    with open_matcher(settings) as matcher:
        found = _subject(matcher, subject)
        erasure = _correct(matcher, found, values)
        if erasure is None:
            remarks().print("It says so already: nothing had to be corrected.")
            return
        _finish(settings, matcher, erasure)


@privacy.command("list")
def list_erasures(
    json_: Annotated[bool, typer.Option("--json", help="Print the certificates as JSON.")] = False,
) -> None:
    """List erasures and corrections, latest first, and what is owed of them."""
    with open_matcher(load()) as matcher:
        found = matcher.store.rights.all()
    if json_:
        results().out(json.dumps([certificate(one) for one in found], indent=2), highlight=False)
        return
    table = Table("certificate", "of", "asked", "state", box=box.SIMPLE_HEAD, header_style="dim")
    for one in found:
        state = f"done {one.done_at:%Y-%m-%d %H:%M}" if one.done_at else f"owed: {', '.join(one.found_in)}"
        table.add_row(one.id, one.kind.value, f"{one.asked_at:%Y-%m-%d %H:%M}", state)
    results().print(table)


@privacy.command("notice")
def show_notice(
    lang: Annotated[Language, typer.Option("--lang", help="Language of the notice.")] = "fr",
    record: Annotated[
        Path | None, typer.Option(help="Write the record of processing (art. 30) to this CSV file.")
    ] = None,
) -> None:
    """Print the privacy notice: what is held, why, how long, who sees it, by the settings in force."""
    told = processings(Durations(load().impressions_days))
    if record is None:
        results().out(notice(told, lang), end="", highlight=False)
        return
    columns, rows = record_rows(told)
    write_csv(record, columns, rows)
    remarks().print(f"{record} is written, version {rows[0][-1]}.")


@privacy.command("finish")
def finish() -> None:
    """Try again what is owed; `matcher work` and `matcher serve` do it by themselves."""
    settings = load()
    if find_running(settings) is not None:
        remarks().print("The running service does it by itself: see `matcher privacy list`.")
        return
    with open_matcher(settings) as matcher:
        for erasure in matcher.rights.finish(utc_now):
            _print(erasure)


@privacy.command("lift")
def lift(
    named: Annotated[
        str,
        typer.Argument(metavar="SUBJECT", help="E-mail address, or id, name or SIREN of an organisation."),
    ],
) -> None:
    """Let a subject that was erased be taken in again, at its request."""
    with open_matcher(load()) as matcher:
        count = matcher.rights.lift(keys_named(named))
    if not count:
        raise InvalidRequest("Nothing is refused under this name: write it as it was when it was erased.")
    remarks().print("It is taken in again. Lift its other names too, if it had some (id, name, SIREN).")


def _subject(matcher: Matcher, named: str) -> Subject:
    return find_subject(named, matcher.store.items, matcher.store.people, matcher.hiring.desk)


def _finish(settings: Settings, matcher: Matcher, erasure: Erasure) -> None:
    """Bring an erasure to its end, or wait for the running service to do so; print its certificate."""
    if find_running(settings) is None:
        matcher.rights.finish(utc_now)
        _print(matcher.store.rights.get(erasure.id))
        return
    with remarks().status("The running service clears the index"):
        end = time.monotonic() + _PATIENCE_S
        while matcher.store.rights.get(erasure.id).done_at is None and time.monotonic() < end:
            time.sleep(_LOOK_S)
    _print(matcher.store.rights.get(erasure.id))


def _print(erasure: Erasure) -> None:
    results().out(json.dumps(certificate(erasure), ensure_ascii=False, indent=2), highlight=False)
    if erasure.done_at is None:
        remarks().print(
            "Gone from the store; not yet from: "
            f"{', '.join(erasure.found_in) or 'the files, which are not searched yet'}.\n"
            "It is tried again by `matcher serve` and `matcher work`; `matcher doctor` says what is owed.",
            soft_wrap=True,
        )


def _pair(text: str) -> tuple[str, str]:
    field, sign, value = text.partition("=")
    if not sign or not field.strip():
        raise InvalidRequest(f'--set "{text}": write --set "field=value".')
    return field.strip(), value.strip()


def _correct(matcher: Matcher, subject: Subject, values: dict[str, str]) -> Erasure | None:
    """Correct fields; return what is owed of the former texts, None where nothing changed."""
    if subject.kind is SubjectKind.PERSON:
        _require_known(values, _OF_A_PERSON)
        if "email" in values:
            values["email"] = check_address(values["email"])
        changes: dict[str, Any] = dict(values)
        return matcher.rights.correct_person(
            subject.id, lambda current: replace(current, **changes), utc_now()
        )
    _require_known(values, [name for name in Organisation.model_fields if name != "id"])

    def change(current: Organisation) -> Organisation:
        facts = current.model_dump()
        for name, text in values.items():
            is_list = isinstance(facts[name], tuple)
            facts[name] = [part.strip() for part in text.split(";")] if is_list else text
        return _validated(facts)

    return matcher.rights.correct_organisation(subject.id, change, utc_now())


def _validated(facts: dict[str, Any]) -> Organisation:
    try:
        return Organisation.model_validate(facts)
    except ValueError as error:
        raise InvalidRequest(f"The record cannot be corrected so: {error}") from error


def _require_known(values: dict[str, str], known: Sequence[str]) -> None:
    for name in values:
        if name not in known:
            raise InvalidRequest(f"There is no field '{name}' to correct. There are: {', '.join(known)}.")
