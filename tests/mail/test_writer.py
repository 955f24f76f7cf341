"""What a mail may say at the moment it is written, and when it is not sent any more."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from email.message import EmailMessage
from itertools import product
from pathlib import Path

import pytest

from matcher.adapters.sql import Store, open_store
from matcher.introductions import Availability, Ground, Meeting, Outcome, Side, State
from matcher.mail import Event, LetterWriter, Message, Remark, Unwanted, Written
from matcher.people import LinkGone, Links, Purpose
from tests.mail.samples import CLAIRE, NOON, OneIntroduction, fill, writer_of
from tests.samples import migrated

WORD = "Vu au <b>salon</b> :\nhttps://x.example/?a=1&b=2"
MEETING = Meeting("uid", NOON + timedelta(days=9), 60, "Albi")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(migrated(tmp_path / "matcher.db"), now=lambda: NOON) as opened:
        fill(opened)
        yield opened


@pytest.fixture
def introductions() -> OneIntroduction:
    return OneIntroduction()


@pytest.fixture
def writer(store: Store, introductions: OneIntroduction) -> LetterWriter:
    return writer_of(store, introductions)


def message(event: Event, to: str = "P1", organisation: str = "ORG1") -> Message:
    subjects = {"introduction": "IN1", "organisation": organisation}
    return Message(1, f"{event}:{to}", to, event, subjects, NOON, NOON)


def written(writer: LetterWriter, event: Event, to: str = "P1", organisation: str = "ORG1") -> EmailMessage:
    found = writer.write(message(event, to, organisation), NOON)
    assert isinstance(found, Written)
    return found.mail


def text_of(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content()).replace("\u00a0", " ").replace("\u202f", " ")


def whole(mail: EmailMessage) -> str:
    parts = [part.get_content() for part in mail.walk() if part.get_content_maintype() == "text"]
    return "\n".join([str(mail["Subject"]), *map(str, parts)])


@pytest.mark.parametrize("event", [Event.ASKED, Event.REMINDER, Event.LAST_CHANCE])
def test_before_both_agreed_a_question_names_neither_the_other_nor_its_people(
    writer: LetterWriter, event: Event
) -> None:
    said = whole(written(writer, event))
    assert re.search("beta|jean|roux|ORG2|Toulouse", said, re.IGNORECASE) is None
    assert "une organisation de 10 à 49 personnes (Haute-Garonne)" in said.replace("\n", " ")
    assert "hébergement certifié HDS" in said
    assert "hébergement de données de santé" in said
    assert "31 décembre 2026" in said.replace("\n", " ")


@pytest.mark.parametrize("side", Side)
def test_a_word_of_staff_is_in_its_sides_request_and_in_no_other_mail(
    writer: LetterWriter, introductions: OneIntroduction, side: Side
) -> None:
    introductions.set(words={side: WORD}, meeting=MEETING)
    sides = {Side.FIRST: ("P1", "ORG1"), Side.SECOND: ("P2", "ORG2")}
    events = [event for event in Event if event.value.startswith("introduction_")]
    found = [
        (reader, event)
        for reader, event in product(sides, events)
        if "salon" in whole(writer.compose(message(event, *sides[reader]), NOON))
    ]
    assert found == [(side, Event.ASKED)]
    assert len(events) > 5


def test_a_word_is_escaped_in_html_and_plain_in_text(
    writer: LetterWriter, introductions: OneIntroduction
) -> None:
    introductions.set(words={Side.FIRST: WORD})
    mail = written(writer, Event.ASKED)
    assert "Vu au <b>salon</b> :\n\nhttps://x.example/?a=1&b=2\n" in text_of(mail)
    page = mail.get_body(("html",))
    assert page is not None
    assert "&lt;b&gt;salon&lt;/b&gt;" in page.get_content()
    assert "https://x.example/?a=1&amp;b=2" in page.get_content()


def test_a_preview_is_the_request_itself_without_its_links(
    writer: LetterWriter, introductions: OneIntroduction
) -> None:
    assert introductions.kept is not None
    introductions.set(words={Side.FIRST: "Vu au salon."})
    shown = writer.preview(introductions.kept, Side.FIRST, CLAIRE, NOON)
    sent = written(writer, Event.ASKED)
    assert shown.subject == sent["Subject"]
    without_links = re.compile(r"(answers|unsubscribe)/[^?)\s]+")
    assert without_links.sub("", shown.text).split() == without_links.sub("", text_of(sent)).split()
    assert "answers/…?choice=yes" in shown.text


def test_the_other_is_named_where_it_allows_that(
    writer: LetterWriter, introductions: OneIntroduction
) -> None:
    introductions.wish(Availability("ORG2", named_before=True))
    assert "Betacloud" in text_of(written(writer, Event.ASKED))


def test_the_second_side_reads_in_its_language_that_the_first_agreed(
    writer: LetterWriter, introductions: OneIntroduction
) -> None:
    introductions.set(state=State.ASKED_SECOND)
    mail = written(writer, Event.ASKED, "P2", "ORG2")
    assert mail["Subject"] == "Would you like to meet an organisation (Tarn)?"
    assert "has said yes already" in " ".join(text_of(mail).split())
    assert re.search("alpha|claire", whole(mail), re.IGNORECASE) is None


def test_once_both_agreed_each_reads_whom_to_contact(
    writer: LetterWriter, introductions: OneIntroduction
) -> None:
    introductions.set(state=State.ACCEPTED)
    mail = written(writer, Event.ACCEPTED)
    assert "Betacloud" in mail["Subject"]
    assert "Jean Roux, direction technique : jean@beta.example" in text_of(mail)


def test_a_no_is_told_with_its_ground_and_without_the_name(
    writer: LetterWriter, introductions: OneIntroduction
) -> None:
    introductions.set(state=State.DECLINED, ground=Ground.NO_TIME, ended_by=Side.SECOND)
    said = whole(written(writer, Event.DECLINED))
    assert "elle manque de temps en ce moment" in said.replace("\n", " ")
    assert "beta" not in said.casefold()


def test_the_end_is_told_to_each_side_in_its_own_words(
    writer: LetterWriter, introductions: OneIntroduction
) -> None:
    introductions.set(state=State.EXPIRED, ended_by=Side.SECOND)
    first = " ".join(text_of(written(writer, Event.EXPIRED)).split())
    second = " ".join(text_of(written(writer, Event.EXPIRED, "P2", "ORG2")).split())
    assert "L'autre organisation n'a pas répondu" in first
    assert "has ended without an answer" in second


@pytest.mark.parametrize(
    ("event", "state"),
    [
        (Event.ASKED, State.FIRST_AGREED),
        (Event.ASKED, State.ASKED_SECOND),
        (Event.REMINDER, State.DECLINED),
        (Event.REMINDER, State.NOT_NOW),
        (Event.LAST_CHANCE, State.WITHDRAWN),
        (Event.ACCEPTED, State.WITHDRAWN),
        (Event.OUTCOME, State.WITHDRAWN),
        (Event.DECLINED, State.ACCEPTED),
    ],
)
def test_what_is_no_longer_true_is_not_sent(
    writer: LetterWriter, introductions: OneIntroduction, event: Event, state: State
) -> None:
    introductions.set(state=state)
    assert writer.write(message(event), NOON) == Unwanted(Remark.SETTLED)


def test_a_side_that_said_how_it_was_is_not_asked_again(
    writer: LetterWriter, introductions: OneIntroduction
) -> None:
    introductions.set(state=State.CLOSED, outcomes={Side.SECOND: Outcome(contacted=True)})
    assert isinstance(writer.write(message(Event.OUTCOME), NOON), Written)
    assert writer.write(message(Event.OUTCOME, "P2", "ORG2"), NOON) == Unwanted(Remark.SETTLED)


def test_who_objected_or_left_gets_nothing_but_the_link_they_ask_for(
    store: Store, writer: LetterWriter
) -> None:
    store.people.put(replace(CLAIRE, objected_at=NOON))
    assert writer.write(message(Event.ASKED), NOON) == Unwanted(Remark.OBJECTED)
    asked_for = replace(message(Event.SIGN_IN), subjects={"link": "L1"})
    assert isinstance(writer.write(asked_for, NOON), Written)
    store.people.put(replace(CLAIRE, disabled_at=NOON))
    assert writer.write(asked_for, NOON) == Unwanted(Remark.NO_PERSON)
    store.people.erase("P1")
    assert writer.write(message(Event.ASKED), NOON) == Unwanted(Remark.NO_PERSON)


@pytest.mark.parametrize("erased", ["ORG1", "ORG2"])
def test_an_organisation_erased_in_the_middle_ends_its_mails(
    store: Store, writer: LetterWriter, erased: str
) -> None:
    store.items.delete([erased])
    assert writer.write(message(Event.ASKED), NOON) == Unwanted(Remark.NO_PERSON)


def test_an_introduction_erased_in_the_middle_ends_its_mails(
    writer: LetterWriter, introductions: OneIntroduction
) -> None:
    introductions.kept = None
    assert writer.write(message(Event.ASKED), NOON) == Unwanted(Remark.NO_PERSON)


def test_an_address_that_would_add_a_header_is_not_written_to(store: Store, writer: LetterWriter) -> None:
    store.people.put(replace(CLAIRE, email="claire@alpha.example\r\nBcc: all@cluster.example"))
    assert writer.write(message(Event.ASKED), NOON) == Unwanted(Remark.BAD_ADDRESS)


@pytest.mark.parametrize("name", ["Claire\r\nBcc: all@cluster.example", "Roux, Jean", '"Jo" <x@y.example>'])
def test_a_name_stays_a_name_or_is_refused(store: Store, writer: LetterWriter, name: str) -> None:
    store.people.put(replace(CLAIRE, name=name))
    found = writer.write(message(Event.ASKED), NOON)
    if isinstance(found, Written):
        [recipient] = found.mail["To"].addresses
        assert (recipient.addr_spec, recipient.display_name) == (CLAIRE.email, name)
        assert found.mail["Bcc"] is None
    else:
        assert found == Unwanted(Remark.BAD_ADDRESS)


def test_a_sign_in_link_is_not_sent_once_it_has_expired(writer: LetterWriter) -> None:
    asked_for = replace(message(Event.SIGN_IN), subjects={"link": "L1"})
    assert writer.write(asked_for, NOON + timedelta(minutes=15)) == Unwanted(Remark.OVERDUE)


def test_links_open_until_the_introduction_ends_and_are_the_same_when_written_again(
    store: Store, writer: LetterWriter
) -> None:
    first, again = text_of(written(writer, Event.ASKED)), text_of(written(writer, Event.ASKED))
    assert first == again
    found = re.search(r"https://m\.example/answers/([\w-]{43})\?choice=yes", first)
    assert found is not None
    links = Links(store.people, b"a secret of tests")
    link = links.open(found.group(1), Purpose.ANSWER, NOON + timedelta(days=29))
    assert (link.person_id, link.subject) == ("P1", "IN1/ORG1")
    with pytest.raises(LinkGone):
        links.open(found.group(1), Purpose.ANSWER, NOON + timedelta(days=31))


def test_the_headers_of_a_mail(writer: LetterWriter) -> None:
    mail = written(writer, Event.ASKED)
    assert mail["From"] == "Digital 113 <contact@cluster.example>"
    assert mail["To"] == "Claire Martin <claire@alpha.example>"
    assert mail["Message-ID"] == f"<{message(Event.ASKED).reference}@cluster.example>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert re.fullmatch(r"<https://m\.example/v1/unsubscribe/[\w-]{43}>", mail["List-Unsubscribe"])
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]


def test_the_link_a_person_asked_for_has_no_unsubscription(writer: LetterWriter) -> None:
    found = writer.write(replace(message(Event.SIGN_IN), subjects={"link": "L1"}), NOON)
    assert isinstance(found, Written)
    assert found.mail["List-Unsubscribe"] is None
