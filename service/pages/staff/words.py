"""The mails that a pair will get: the word staff add to each, what they typed, and each mail as it reads."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from matcher.build import Matcher
from matcher.domain.items import Organisation
from matcher.errors import InvalidRequest
from matcher.introductions import LONGEST_WORD, Introduction, Side, cleaned_word, sides_to_write_to
from matcher.language import fold_words
from matcher.people import Person
from service.pages.text import mark

TOO_LONG = mark("Ce mot est trop long : 1 000 caractères au plus.")
WRONG_CHARACTER = mark("Ce mot contient un caractère de contrôle invisible : retapez la ligne.")
NAMES_THE_OTHER = mark(
    "Ce mot nomme l'autre organisation, alors que les noms ne sont donnés qu'une fois les deux d'accord."
)


@dataclass(frozen=True, slots=True)
class TypedWord:
    """The word of a side as it was typed, and as the form had it before."""

    text: str
    read: str


@dataclass(frozen=True, slots=True)
class MailPreview:
    """A mail as its readers of one language would get it now."""

    readers: str
    lang: str
    subject: str
    text: str


@dataclass(frozen=True, slots=True)
class SideMail:
    """The request that a side is to get.

    ``word`` is what the form shows, ``read`` what is stored. ``theirs`` is what somebody else has stored
    while this word was typed, None where nobody has. ``is_ahead`` is False where the request is queued
    already: then ``word`` is what was typed in vain, and ``read`` can only be removed.
    """

    side: Side
    name: str
    word: str
    read: str
    theirs: str | None
    is_ahead: bool
    error: str
    warning: str = ""
    previews: Sequence[MailPreview] = ()


def typed_words(form: Mapping[str, str]) -> dict[Side, TypedWord]:
    """Return the words of a form; a side that it has no field for is left out."""
    return {
        side: TypedWord(_one_line_end(form[f"word-{side}"]), _one_line_end(form.get(f"read-{side}", "")))
        for side in Side
        if f"word-{side}" in form
    }


def fault_of(word: str) -> str:
    """Return why a word may not be kept, as a sentence in French; "" where it may."""
    try:
        cleaned_word(word)
    except InvalidRequest:
        return TOO_LONG if len(word) > LONGEST_WORD else WRONG_CHARACTER
    return ""


def new_words(one: Introduction, given: Mapping[Side, TypedWord]) -> dict[Side, str]:
    """Return the words that were typed and are not stored yet."""
    found: dict[Side, str] = {}
    for side, typed in given.items():
        word = cleaned_word(typed.text)
        if word != one.words.get(side, "") and typed.text != typed.read:
            found[side] = word
    return found


def side_mails(
    matcher: Matcher,
    one: Introduction,
    pair: Sequence[Organisation],
    given: Mapping[Side, TypedWord],
    at: datetime,
) -> list[SideMail]:
    """Return the requests still to be queued, first side first; of others the words stored, or typed late."""
    ahead = sides_to_write_to(one)
    first, second = pair
    found = []
    for side, own, other in ((Side.FIRST, first, second), (Side.SECOND, second, first)):
        mail = _mail(one, side, own.name, given.get(side), is_ahead=side in ahead)
        if mail.is_ahead and not mail.error:
            warning = NAMES_THE_OTHER if _names(matcher, mail.word, other, at) else ""
            mail = replace(mail, warning=warning, previews=_previews(matcher, one, mail, at))
        if mail.is_ahead or mail.word or mail.read:
            found.append(mail)
    return found


def names_the_other(
    matcher: Matcher, introduction_id: str, given: Mapping[Side, TypedWord], at: datetime
) -> bool:
    """Whether a typed word names the other side, which does not allow that yet."""
    one = matcher.store.introductions.get(introduction_id)
    items = matcher.store.items.get_many([one.first_id, one.second_id])
    others = {Side.FIRST: items.get(one.second_id), Side.SECOND: items.get(one.first_id)}
    for side, typed in given.items():
        other = others[side]
        if isinstance(other, Organisation) and _names(matcher, typed.text, other, at):
            return True
    return False


def _mail(one: Introduction, side: Side, name: str, typed: TypedWord | None, *, is_ahead: bool) -> SideMail:
    """Return what the form of a side shows: what was typed, beside what another person stored meanwhile."""
    stored = one.words.get(side, "")
    theirs = None
    if typed is None or typed.text in (typed.read, stored):
        word = stored if is_ahead else ""
    else:
        word = typed.text
        theirs = stored if stored != typed.read else None
    return SideMail(side, name, word, stored, theirs, is_ahead, fault_of(word))


def _names(matcher: Matcher, word: str, other: Organisation, at: datetime) -> bool:
    """Whether a word gives a name away that its organisation does not allow to be read yet."""
    if f" {fold_words(other.name)} " not in f" {fold_words(word)} ":
        return False
    return not matcher.introductions.wishes_of(other.id, at).named_before


def _previews(matcher: Matcher, one: Introduction, mail: SideMail, at: datetime) -> list[MailPreview]:
    """Return the mail of a side as it reads, once a language of its readers."""
    wanted = replace(one, words={mail.side: cleaned_word(mail.word)})
    found = []
    for lang, readers in _readers(matcher, one.organisation(mail.side)).items():
        rendered = matcher.letters.preview(wanted, mail.side, readers[0], at)
        names = ", ".join(person.name for person in readers)
        found.append(MailPreview(names, lang, rendered.subject, rendered.text))
    return found


def _readers(matcher: Matcher, organisation_id: str) -> dict[str, list[Person]]:
    """Return the people who get the mail of an organisation, by language."""
    found: dict[str, list[Person]] = {}
    for person_id in matcher.contacts_of([organisation_id]).get(organisation_id, ()):
        person = matcher.store.people.get(person_id)
        found.setdefault("en" if person.lang == "en" else "fr", []).append(person)
    return found


def _one_line_end(text: str) -> str:
    return text.replace("\r\n", "\n").strip()
