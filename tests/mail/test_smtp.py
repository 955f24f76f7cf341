"""Handing a mail to a mail server that is well, bouncing, slow, cut or gone."""

import socket
import time
from email.message import EmailMessage

import pytest

from matcher.adapters.smtp import SmtpAddress, SmtpTransport, parse_smtp_url
from matcher.errors import InvalidRequest
from matcher.mail import Outcome, Trial
from tests.mail.servers import POLITE, Dialogue, scripted_server
from training.servers import Postbox, mail_server


def mail(to: str = "membre@exemple.fr", text: str = "Bonjour à vous,\n.\n..deux points\n") -> EmailMessage:
    made = EmailMessage()
    made["From"] = "Le cluster <contact@cluster.fr>"
    made["To"] = to
    made["Subject"] = "Une mise en relation à étudier"
    made.set_content(text)
    return made


def yes() -> bool:
    return True


def transport(port: int, step_s: float = 5, whole_s: float = 20) -> SmtpTransport:
    return SmtpTransport(SmtpAddress("127.0.0.1", port), step_s=step_s, whole_s=whole_s)


def test_a_mail_arrives_as_it_was_written() -> None:
    postbox = Postbox()
    with mail_server(postbox) as port:
        trial = transport(port).send(mail(), yes)
    assert trial == Trial(Outcome.ACCEPTED, "250")
    assert postbox.recipients == ["membre@exemple.fr"]
    received = postbox.mails[0]
    assert received["Subject"] == "Une mise en relation à étudier"
    assert received.get_content().splitlines() == mail().get_content().splitlines()


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("550 5.1.1 <membre@exemple.fr> unknown", Trial(Outcome.REFUSED, "550 5.1.1")),
        ("551 no", Trial(Outcome.REFUSED, "551")),
        ("450 4.2.1 mailbox of membre@exemple.fr busy", Trial(Outcome.NOT_NOW, "450 4.2.1")),
    ],
)
def test_a_recipient_may_be_refused_or_put_off_and_no_address_is_kept(answer: str, expected: Trial) -> None:
    postbox = Postbox()
    postbox.on_recipient["membre@exemple.fr"] = answer

    def never() -> bool:
        raise AssertionError("the text is not announced for a recipient who is refused")

    with mail_server(postbox) as port:
        assert transport(port).send(mail(), never) == expected


@pytest.mark.parametrize(
    ("answer", "outcome"), [("554 5.7.1 spam", Outcome.REFUSED), ("452 4.3.1 full", Outcome.NOT_NOW)]
)
def test_a_text_may_be_refused_or_put_off(answer: str, outcome: Outcome) -> None:
    postbox = Postbox()
    postbox.on_text = answer
    with mail_server(postbox) as port:
        assert transport(port).send(mail(), yes).outcome is outcome


def test_a_server_that_takes_no_mail_from_us_is_down() -> None:
    postbox = Postbox()
    postbox.on_sender = "550 5.7.1 not from you"
    with mail_server(postbox) as port:
        assert transport(port).send(mail(), yes) == Trial(Outcome.SERVER_DOWN, "550 5.7.1")


def test_a_message_that_is_not_to_be_sent_any_more_is_dropped_before_its_text() -> None:
    postbox = Postbox()
    with mail_server(postbox) as port:
        assert transport(port).send(mail(), lambda: False) == Trial(Outcome.DROPPED)
    assert postbox.mails == []


def test_no_server_is_down() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    assert transport(port).send(mail(), yes).outcome is Outcome.SERVER_DOWN


@pytest.mark.parametrize(
    ("dialogue", "outcome"),
    [
        ([(b"EHLO", b"")], Outcome.SERVER_DOWN),
        ([*POLITE[:2], (b"RCPT", b"")], Outcome.NOT_NOW),
        ([*POLITE, (b"DATA", b"")], Outcome.NOT_NOW),
        ([*POLITE, (b"DATA", b"354 go\r\n"), (b".", b"")], Outcome.IN_DOUBT),
    ],
    ids=["greeted", "recipient named", "text announced", "text sent"],
)
def test_a_cut_connection_leaves_doubt_only_after_the_whole_text(
    dialogue: Dialogue, outcome: Outcome
) -> None:
    with scripted_server(dialogue) as port:
        assert transport(port).send(mail(), yes).outcome is outcome


@pytest.mark.parametrize(
    ("dialogue", "outcome"),
    [
        ([(b"EHLO", None)], Outcome.SERVER_DOWN),
        ([*POLITE, (b"DATA", b"354 go\r\n"), (b".", None)], Outcome.IN_DOUBT),
    ],
    ids=["at the greeting", "after the text"],
)
def test_a_server_that_does_not_answer_is_given_up(dialogue: Dialogue, outcome: Outcome) -> None:
    with scripted_server(dialogue) as port:
        began = time.monotonic()
        assert transport(port, step_s=0.3).send(mail(), yes).outcome is outcome
        assert time.monotonic() - began < 4


def test_a_server_that_answers_step_by_step_too_slowly_is_given_up() -> None:
    def slowly() -> bool:
        time.sleep(1)
        return True

    with mail_server(Postbox()) as port:
        began = time.monotonic()
        slow = transport(port, whole_s=0.5).send(mail(), slowly)
        assert slow.outcome in (Outcome.NOT_NOW, Outcome.IN_DOUBT)
        assert time.monotonic() - began < 4


def test_a_password_is_not_sent_without_encryption() -> None:
    postbox = Postbox()
    with mail_server(postbox) as port:
        address = SmtpAddress("127.0.0.1", port, user="cluster", password="secret")
        assert SmtpTransport(address).send(mail(), yes).outcome is Outcome.SERVER_DOWN


def test_an_address_with_accents_needs_a_server_that_takes_them() -> None:
    postbox = Postbox()
    with mail_server(postbox) as port:
        assert transport(port).send(mail("hélène@exemple.fr"), yes).outcome is Outcome.ACCEPTED
    assert postbox.recipients == ["hélène@exemple.fr"]
    with scripted_server(POLITE) as port:
        assert transport(port).send(mail("hélène@exemple.fr"), yes) == Trial(Outcome.REFUSED, "smtputf8")


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("smtp://mail.cluster.fr", SmtpAddress("mail.cluster.fr", 587)),
        ("smtps://u:p@mail.cluster.fr", SmtpAddress("mail.cluster.fr", 465, True, "u", "p")),
        ("smtp://a%40b.fr:p%2Fq@h:25", SmtpAddress("h", 25, False, "a@b.fr", "p/q")),
    ],
)
def test_addresses_of_servers(url: str, expected: SmtpAddress) -> None:
    assert parse_smtp_url(url) == expected


@pytest.mark.parametrize("url", ["mail.cluster.fr", "http://u:secret@h", "smtp://", "smtp://h:99999", ""])
def test_what_is_no_address_of_a_server_is_refused_without_being_shown(url: str) -> None:
    with pytest.raises(InvalidRequest, match=r"MATCHER_SMTP_URL.*smtp://user:password@host:587") as fault:
        parse_smtp_url(url)
    assert "secret" not in str(fault.value)
