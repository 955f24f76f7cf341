"""The commands of mail: list, show, retry; and work, which does what is due."""

import time
from typing import Annotated

import typer
from rich import box
from rich.table import Table
from rich.text import Text

from matcher.adapters.sql import utc_now
from matcher.build import Matcher, open_matcher
from matcher.errors import InvalidRequest
from matcher.mail import TO_CANDIDATES, Delivered, Event, Message, Remark, State
from matcher.settings import Settings, load
from service.cli.render.console import remarks, results
from service.running import find_running
from service.words import Language

app = typer.Typer(no_args_is_help=True, help="Mails: what waits, was sent, or could not be.")

LangOption = Annotated[Language, typer.Option("--lang", help="Language of the list: fr or en.")]

_STATES: dict[State, tuple[str, str]] = {
    State.QUEUED: ("en attente", "waiting"),
    State.SENDING: ("envoi en cours", "being sent"),
    State.SENT: ("envoyé", "sent"),
    State.PARKED: ("à examiner", "to look at"),
    State.KEPT: ("conservé", "kept"),
    State.CANCELLED: ("sans objet", "cancelled"),
}
_EVENTS: dict[Event, tuple[str, str]] = {
    Event.SIGN_IN: ("lien de connexion", "sign-in link"),
    Event.ALERTS: ("appels de la semaine", "calls of the week"),
    Event.RIGHTS: ("liens vers ses données", "links to one's data"),
    Event.CANDIDATE_LINK: ("lien d'un profil", "link of a profile"),
    Event.CANDIDATE_OPENED: ("contact ouvert", "contact opened"),
    Event.CANDIDATE_DECIDED: ("décision sur un profil", "decision on a profile"),
    Event.ASKED: ("mise en relation proposée", "introduction proposed"),
    Event.REMINDER: ("rappel", "reminder"),
    Event.LAST_CHANCE: ("dernier rappel", "last reminder"),
    Event.ACCEPTED: ("acceptée par les deux", "accepted by both"),
    Event.DECLINED: ("déclinée", "declined"),
    Event.EXPIRED: ("sans réponse", "not answered"),
    Event.WITHDRAWN: ("retirée", "withdrawn"),
    Event.MEETING: ("rencontre : invitation", "meeting: invitation"),
    Event.MEETING_CANCELLED: ("rencontre annulée", "meeting cancelled"),
    Event.OUTCOME: ("deux questions sur la suite", "two questions about it"),
}
_REMARKS: dict[Remark, tuple[str, str]] = {
    Remark.REFUSED: ("le serveur de messagerie l'a refusé", "the mail server refused it"),
    Remark.NOT_NOW: ("remis à plus tard par le serveur", "put off by the mail server"),
    Remark.SERVER_DOWN: ("le serveur de messagerie ne répond pas", "the mail server does not answer"),
    Remark.IN_DOUBT: ("peut-être envoyé : vérifier, puis relancer", "maybe sent: check, then retry"),
    Remark.BAD_ADDRESS: ("adresse ou nom à corriger", "address or name to correct"),
    Remark.NOT_WRITTEN: ("le texte n'a pas pu être écrit", "its text could not be written"),
    Remark.NO_PERSON: (
        "personne ou fiche effacée, ou compte désactivé",
        "erased, or the account is disabled",
    ),
    Remark.OBJECTED: ("cette personne ne veut plus de messages", "this person wants no more mail"),
    Remark.SETTLED: ("réponse déjà donnée, ou situation changée", "answered already, or things changed"),
    Remark.OVERDUE: ("lien expiré avant l'envoi", "the link expired before it was sent"),
}


@app.command("list")
def list_command(
    state: Annotated[State | None, typer.Option(help="Only those in this state.")] = None,
    count: Annotated[int, typer.Option(min=1, max=1000, help="How many, newest first.")] = 30,
    lang: LangOption = "fr",
) -> None:
    """List mails, newest first, with their state and why."""
    settings = load()
    with open_matcher(settings) as matcher:
        found = matcher.store.mail.all(state, limit=count)
        names = {person.id: person.name for person in matcher.store.people.all()}
        counts = matcher.store.mail.counts()
    results().print(_table(found, names, settings, lang))
    told = [f"{number} {_STATES[each][_which(lang)]}" for each, number in counts.items() if number]
    results().print(Text(", ".join(told) or ("aucun message", "no message")[_which(lang)], "dim"))


@app.command("show")
def show_command(
    number: Annotated[
        int, typer.Argument(metavar="ID", help="Number of a mail, as `matcher mail list` says.")
    ],
    html: Annotated[bool, typer.Option("--html", help="Its HTML form.")] = False,
    source: Annotated[bool, typer.Option("--source", help="All of it, as it would be sent.")] = False,
) -> None:
    """Show a mail as it is, or would be, sent."""
    with open_matcher(load()) as matcher:
        message = matcher.store.mail.get(number)
        if message.event in TO_CANDIDATES:
            raise InvalidRequest("This mail is to a candidate: it is shown to nobody else.")
        mail = matcher.letters.compose(message, utc_now())
    if source:
        results().out(mail.as_string(), highlight=False)
        return
    body = mail.get_body(("html",) if html else ("plain",))
    text = str(body.get_content()) if body else ""
    if not html:
        for name in ("From", "To", "Subject"):
            results().print(Text.assemble((f"{name}: ", "dim"), str(mail[name])), soft_wrap=True)
        results().print()
    results().out(text, highlight=False)


@app.command("retry")
def retry_command(
    number: Annotated[int, typer.Argument(metavar="ID", help="Number of a mail that is kept or to look at.")],
) -> None:
    """Queue a mail again that was kept, or could not be sent."""
    with open_matcher(load()) as matcher:
        message = matcher.store.mail.get(number)
        if not matcher.store.mail.release(message, utc_now()):
            raise InvalidRequest(
                f"Message {number} is {message.state.value}: only kept and parked ones can be queued again."
            )
    remarks().print(f"Message {number} is queued again.")


def work(settings: Settings, *, once: bool) -> None:
    """Do what is due, once or until interrupted: requests, reminders, ends of introductions, and mails."""
    with open_matcher(settings) as matcher:
        try:
            _round(matcher)
            _clear_erased(settings, matcher)
            while not once:
                time.sleep(settings.work_interval_s)
                _round(matcher, quiet=True)
                _clear_erased(settings, matcher)
        except KeyboardInterrupt:
            return
        finally:
            matcher.worker.stop()


def _round(matcher: Matcher, *, quiet: bool = False) -> None:
    done = matcher.worker.round()
    if done is None:
        remarks().print("Another process does the work now: nothing was done here.")
    elif done.counts or done.waiting or not quiet:
        remarks().print(_told(done))


def _clear_erased(settings: Settings, matcher: Matcher) -> None:
    """Try again what is owed of erasures, unless a service runs, which does so by itself.

    It takes a matcher of its own: the index is held for as long as it lasts and no longer.
    """
    if matcher.rights.owes() and find_running(settings) is None:
        with open_matcher(settings) as own:
            own.rights.finish(utc_now)


def _told(done: Delivered) -> str:
    counted = [f"{number} {state.value}" for state, number in done.counts.items()]
    if done.waiting:
        counted.append(f"{done.waiting} put off")
    told = f"Mails: {', '.join(counted) or 'none due'}."
    return f"{told} The mail server does not answer; they wait." if done.server_down else told


def _table(found: list[Message], names: dict[str, str], settings: Settings, lang: Language) -> Table:
    table = Table(box=box.SIMPLE_HEAD, expand=True, padding=(0, 1), header_style="dim")
    heads = (
        ("n°", "pour", "objet", "prévu", "état") if lang == "fr" else ("no.", "to", "about", "due", "state")
    )
    table.add_column(heads[0], justify="right")
    table.add_column(heads[1], ratio=25, overflow="fold")
    table.add_column(heads[2], ratio=25)
    table.add_column(heads[3], width=16)
    table.add_column(heads[4], ratio=40, overflow="fold")
    for message in found:
        due = (message.sent_at or message.next_at).astimezone(settings.zone)
        state = Text(_STATES[message.state][_which(lang)])
        if message.error:
            state.append(f"\n{_why(message.error, lang)}", "dim")
        name = names.get(message.person_id, message.person_id)
        table.add_row(
            str(message.id), name, _EVENTS[message.event][_which(lang)], f"{due:%d/%m/%Y %H:%M}", state
        )
    return table


def _why(error: str, lang: Language) -> str:
    remark, _, code = error.partition(" ")
    told = _REMARKS[Remark(remark)][_which(lang)]
    return f"{told} ({code})" if code else told


def _which(lang: Language) -> int:
    return 0 if lang == "fr" else 1
