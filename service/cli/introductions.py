"""``matcher introductions`` and ``matcher availability``: what staff do on the machine itself."""

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Annotated, Any

import typer
from pydantic import BaseModel, TypeAdapter
from rich.table import Table

from matcher.build import Matcher, open_matcher
from matcher.domain.items import ItemType
from matcher.introductions import (
    Act,
    Actor,
    Basket,
    Details,
    Ground,
    Introduction,
    MeetingPlan,
    Outcome,
    Party,
    Side,
    State,
    Waiting,
)
from matcher.settings import load
from service import dates
from service.cli.render.console import remarks, results
from service.introductions import (
    BASKETS,
    GROUNDS,
    STATES,
    IntroductionReport,
    WaitingReport,
    Wishes,
    baskets_of,
    from_plan,
    history_of,
    reports,
    wishes_report,
)
from service.words import Language, choose

introductions = typer.Typer(
    help="Introductions of two members, and what waits for whom.", no_args_is_help=True
)

IdArgument = Annotated[str, typer.Argument(metavar="ID", help="An introduction, such as IN12.")]
LangOption = Annotated[Language, typer.Option("--lang", help="Language of the output.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON (docs/api.md).")]
ForOption = Annotated[str, typer.Option("--for", help="Id or name of the organisation you answer for.")]
NoteOption = Annotated[str, typer.Option("--note", help="A note for staff.")]
GroundOption = Annotated[Ground | None, typer.Option("--why", help="Why not.")]
PostponedOption = Annotated[str, typer.Option("--until", help="Date, such as 2027-01-15.")]
UntilOption = Annotated[str | None, typer.Option("--until", help="Date, such as 2027-01-15.")]


@contextmanager
def _opened() -> Iterator[tuple[Matcher, datetime]]:
    with open_matcher(load()) as matcher:
        yield matcher, datetime.now(UTC)


@introductions.command("list")
def list_(
    state: Annotated[list[State] | None, typer.Option("--state", help="May be repeated.")] = None,
    organisation: Annotated[str, typer.Option("--of", help="Id or name of an organisation.")] = "",
    lang: LangOption = "fr",
    as_json: JsonOption = False,
) -> None:
    """List introductions, oldest first."""
    with _opened() as (matcher, _):
        found = matcher.store.introductions.all(state or None, _id(matcher, organisation))
        names = _names(matcher)
    if as_json:
        _print_json(TypeAdapter(list[IntroductionReport]).dump_python(reports(found), mode="json"))
        return
    table = _table("", "premier / first", "second", "état / state", "")
    for one in found:
        table.add_row(*_row(one, names, lang))
    results().print(table)


@introductions.command()
def show(introduction: IdArgument, lang: LangOption = "fr", as_json: JsonOption = False) -> None:
    """Show an introduction and everything that was done to it."""
    with _opened() as (matcher, _):
        found = history_of(matcher, introduction)
        names, zone = _names(matcher), matcher.settings.zone
    if as_json:
        _print_model(found)
        return
    one = found.introduction
    first, second = names.get(one.first_id, one.first_id), names.get(one.second_id, one.second_id)
    results().print(f"{one.id}: {first} - {second}, {choose(STATES[one.state], lang)}")
    if one.meeting and not one.meeting.cancelled:
        at = one.meeting.starts.astimezone(zone)
        results().print(f"  {at:%Y-%m-%d %H:%M}, {one.meeting.minutes} min, {one.meeting.place}".rstrip(", "))
    for side, word in one.words.items():
        results().print(f"  {first if side is Side.FIRST else second} <- {word}", markup=False)
    for record in found.history:
        who = " ".join(part for part in (record.party, record.person_id, record.on_behalf_of) if part)
        why = choose(GROUNDS[record.ground], lang) if record.ground else record.note
        results().print(f"  {record.at.astimezone(zone):%Y-%m-%d %H:%M}  {record.act} ({who}) {why}".rstrip())


@introductions.command()
def propose(
    first: Annotated[str, typer.Argument(help="Id or name of the organisation that is asked first.")],
    second: Annotated[str, typer.Argument(help="Id or name of the other one.")],
) -> None:
    """Propose an introduction of two organisations."""
    with _opened() as (matcher, now):
        pair = (_id(matcher, first), _id(matcher, second))
        _say(matcher.introductions.propose(pair, Actor(Party.STAFF), now))


@introductions.command("from-plan")
def propose_from_plan(
    most: Annotated[int, typer.Option("-k", "--count", min=1, max=200, help="How many pairs at most.")] = 10,
) -> None:
    """Propose the best pairs of the plan that were not proposed yet."""
    with _opened() as (matcher, now):
        found = from_plan(matcher, Actor(Party.STAFF), most, now)
    for one in found.proposed:
        results().print(f"{one.id}: {one.first_id} - {one.second_id}")
    for why in found.skipped:
        remarks().print(why)


@introductions.command()
def approve(introduction: IdArgument, note: NoteOption = "") -> None:
    """Approve a proposal: both sides are asked, one after the other, when they have room."""
    _act(introduction, Act.APPROVE, Details(note=note))


@introductions.command()
def refuse(
    introduction: IdArgument,
    why: Annotated[Ground, typer.Option("--why", help="Why not.")],
    note: NoteOption = "",
) -> None:
    """Refuse a proposal."""
    _act(introduction, Act.REFUSE, Details(ground=why, note=note))


@introductions.command()
def postpone(introduction: IdArgument, until: PostponedOption, note: NoteOption = "") -> None:
    """Put a decision off: the proposal comes back to be approved on a day."""
    _act(introduction, Act.POSTPONE, Details(until=_date(until), note=note))


@introductions.command()
def write(
    introduction: IdArgument,
    first: Annotated[str | None, typer.Option(help="Word for the organisation that is asked first.")] = None,
    second: Annotated[str | None, typer.Option(help="Word for the other one.")] = None,
) -> None:
    """Add a word to the request that a side gets, before it is sent; an empty one removes it at any time."""
    given = {side: word for side, word in ((Side.FIRST, first), (Side.SECOND, second)) if word is not None}
    if not given:
        raise typer.BadParameter("write a word: --first, --second or both", param_hint="--first")
    _act(introduction, Act.WRITE, Details(words=given))


@introductions.command()
def reopen(introduction: IdArgument, note: NoteOption = "") -> None:
    """Take a refusal back."""
    _act(introduction, Act.REOPEN, Details(note=note))


@introductions.command()
def answer(
    introduction: IdArgument,
    said: Annotated[Act, typer.Argument(help="yes, no or not_now.")],
    organisation: ForOption,
    why: GroundOption = None,
    until: UntilOption = None,
    note: NoteOption = "",
) -> None:
    """Answer for a member that was asked."""
    if said not in (Act.YES, Act.NO, Act.NOT_NOW):
        raise typer.BadParameter("answer yes, no or not_now")
    _act(introduction, said, Details(ground=why, until=_date(until), note=note), organisation)


@introductions.command()
def withdraw(introduction: IdArgument, note: NoteOption = "") -> None:
    """Withdraw an introduction; whom it was proposed to is told."""
    _act(introduction, Act.WITHDRAW, Details(note=note))


@introductions.command()
def meeting(
    introduction: IdArgument,
    starts: Annotated[str, typer.Option("--on", help="Start, such as 2027-01-15T10:30.")],
    minutes: Annotated[int, typer.Option(help="How long.")] = 60,
    place: Annotated[str, typer.Option(help="Place, or link of an online meeting.")] = "",
    note: NoteOption = "",
) -> None:
    """Set the date of a meeting, or change it; both sides get an invitation for their calendars."""
    at = _date(starts, "on")
    if at is None or len(starts.strip()) <= len("2027-01-15"):
        raise typer.BadParameter("say the hour too, such as 2027-01-15T10:30", param_hint="--on")
    _act(introduction, Act.SCHEDULE, Details(meeting=MeetingPlan(at, minutes, place), note=note))


@introductions.command("cancel-meeting")
def cancel_meeting(introduction: IdArgument, note: NoteOption = "") -> None:
    """Cancel a meeting; it leaves the calendars of both sides, and another date can be set."""
    _act(introduction, Act.CANCEL_MEETING, Details(note=note))


@introductions.command()
def met(introduction: IdArgument, note: NoteOption = "") -> None:
    """Note that both have met."""
    _act(introduction, Act.MEET, Details(note=note))


@introductions.command()
def outcome(
    introduction: IdArgument,
    organisation: ForOption,
    contacted: Annotated[bool, typer.Option("--contacted/--not-contacted", help="Were they in contact?")],
    useful: Annotated[bool | None, typer.Option("--useful/--not-useful", help="Was it useful?")] = None,
) -> None:
    """Note how it was, as one of the two says."""
    _act(introduction, Act.OUTCOME, Details(outcome=Outcome(contacted, useful)), organisation)


def _listed(entries: Iterable[Waiting]) -> list[dict[str, Any]]:
    return [WaitingReport.of(one).model_dump(mode="json") for one in entries]


@introductions.command("baskets")
def show_baskets(lang: LangOption = "fr", as_json: JsonOption = False) -> None:
    """Show what waits for whom since when, what to chase, and what came to nothing."""
    with _opened() as (matcher, now):
        found, names = baskets_of(matcher, now), _names(matcher)
    if as_json:
        _print_json({basket.value: _listed(entries) for basket, entries in found.items()})
        return
    for basket, entries in found.items():
        if entries:
            results().print(_basket_table(basket, entries, names, lang))
    if not any(found.values()):
        results().print(choose(("Rien n'attend.", "Nothing waits."), lang))


@introductions.command()
def due() -> None:
    """Do what is due now: ask, remind, end, wake, ask how it was; the worker does it by itself."""
    with _opened() as (matcher, now):
        done = matcher.introduction_worker.due(now)
    remarks().print(", ".join(f"{act.value}: {count}" for act, count in done.items()) or "nothing was due")


def availability(
    organisation: Annotated[str, typer.Argument(metavar="ORG", help="Id or name of an organisation.")],
    capacity: Annotated[
        int | None, typer.Option(min=0, max=50, help="Requests a month; by size if left out.")
    ] = None,
    pause_until: Annotated[str | None, typer.Option(help="Date until which no request is made.")] = None,
    not_with: Annotated[list[str] | None, typer.Option(help="Whom not to meet; may be repeated.")] = None,
    named_before: Annotated[bool, typer.Option(help="Others may read its name before both agreed.")] = False,
    clear: Annotated[bool, typer.Option("--clear", help="Wish nothing any more.")] = False,
) -> None:
    """Show what a member wishes, or replace it by what is given."""
    with _opened() as (matcher, now):
        organisation_id = _id(matcher, organisation)
        if clear or any(given for given in (capacity is not None, pause_until, not_with, named_before)):
            others = tuple(_id(matcher, other) for other in not_with or ())
            wished = Wishes(
                capacity=capacity, pause_until=_date(pause_until), not_with=others, named_before=named_before
            )
            matcher.introductions.wish(wished.of(organisation_id), now)
        found = matcher.introductions.wishes_of(organisation_id, now)
    _print_model(wishes_report(found))


def _act(introduction: str, act: Act, details: Details, organisation: str = "") -> None:
    with _opened() as (matcher, now):
        actor = Actor(Party.STAFF, on_behalf_of=_id(matcher, organisation))
        _say(matcher.introductions.act(introduction, act, actor, now, details))


def _say(one: Introduction) -> None:
    fr, en = STATES[one.state]
    remarks().print(f"{one.id} ({one.first_id} - {one.second_id}): {fr} / {en}")


def _id(matcher: Matcher, name_or_id: str) -> str:
    """Return the id of an organisation; "" stays ""."""
    return matcher.resolve(name_or_id, ItemType.ORGANISATION).id if name_or_id else ""


def _names(matcher: Matcher) -> dict[str, str]:
    return dict(matcher.store.items.names(ItemType.ORGANISATION))


def _date(text: str | None, name: str = "until") -> datetime | None:
    return dates.parse(text, load().zone, name) if text else None


def _row(one: Introduction, names: Mapping[str, str], lang: Language) -> tuple[str, ...]:
    ground = choose(GROUNDS[one.ground], lang) if one.ground else ""
    first, second = names.get(one.first_id, one.first_id), names.get(one.second_id, one.second_id)
    return one.id, first, second, choose(STATES[one.state], lang), ground


def _basket_table(basket: Basket, entries: list[Waiting], names: Mapping[str, str], lang: Language) -> Table:
    table = _table("", "premier / first", "second", "attend / waits for", "depuis / since", "")
    table.title, table.title_justify = f"{choose(BASKETS[basket], lang)} ({len(entries)})", "left"
    for entry in entries:
        one = entry.introduction
        first, second = names.get(one.first_id, one.first_id), names.get(one.second_id, one.second_id)
        whom = names.get(entry.organisation_id, entry.organisation_id)
        table.add_row(one.id, first, second, whom, f"{entry.since:%Y-%m-%d}", entry.why)
    return table


def _table(*titles: str) -> Table:
    return Table(*titles, header_style="dim", box=None, padding=(0, 1))


def _print_model(model: BaseModel) -> None:
    results().out(model.model_dump_json(indent=2), highlight=False)


def _print_json(content: object) -> None:
    results().out(json.dumps(content, ensure_ascii=False, indent=2), highlight=False)
