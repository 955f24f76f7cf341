"""A mail server over SMTP: one connection a mail, every step bounded in time."""

import re
import smtplib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP as SMTP_LINES
from email.policy import SMTPUTF8
from urllib.parse import unquote, urlsplit

from matcher.errors import InvalidRequest
from matcher.mail.sending import Outcome, Trial

_PORTS = {"smtp": 587, "smtps": 465}
_END_OF_LINE = b"\r\n"
_LEADING_DOT = re.compile(rb"(?m)^\.")
_ENHANCED = re.compile(rb"^[245]\.\d{1,3}\.\d{1,3}\b")
_ADVICE = "Write smtp://user:password@host:587 (STARTTLS where the server offers it), or smtps://host:465."


@dataclass(frozen=True, slots=True)
class SmtpAddress:
    """Where the mail server is, and who we are to it.

    ``encrypted`` from the first byte (``smtps``); else STARTTLS is used where the server offers it, and
    demanded where a password is given.
    """

    host: str
    port: int
    encrypted: bool = False
    user: str = ""
    password: str = ""


def parse_smtp_url(url: str) -> SmtpAddress:
    """Read ``smtp://user:password@host:587`` or ``smtps://host:465``; ``%40`` is an at sign.

    Raises InvalidRequest, without showing the address, when it is neither.

    >>> parse_smtp_url("smtp://localhost:1025")
    SmtpAddress(host='localhost', port=1025, encrypted=False, user='', password='')
    """
    try:
        parts = urlsplit(url)
        port = parts.port or _PORTS[parts.scheme]
    except (ValueError, KeyError):
        raise InvalidRequest(f"MATCHER_SMTP_URL is not the address of a mail server. {_ADVICE}") from None
    if not parts.hostname:
        raise InvalidRequest(f"MATCHER_SMTP_URL names no host. {_ADVICE}")
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    return SmtpAddress(parts.hostname, port, parts.scheme == "smtps", user, password)


class SmtpTransport:
    """Hands mails to one server, a connection each: a few hundred mails a day need no more.

    Parameters
    ----------
    address
        The server.
    step_s
        How long one step may wait for the server.
    whole_s
        How long a mail may take in all, against servers that answer a byte at a time.
    """

    def __init__(self, address: SmtpAddress, *, step_s: float = 30, whole_s: float = 180) -> None:
        self._address, self._step_s, self._whole_s = address, step_s, whole_s

    def send(self, mail: EmailMessage, before_text: Callable[[], bool]) -> Trial:
        """Try to deliver one mail; see :class:`matcher.mail.sending.Transport`."""
        try:
            client = self._connect()
        except (OSError, smtplib.SMTPException) as error:
            return Trial(Outcome.SERVER_DOWN, _code_of(error))
        with _deadline(client, self._whole_s):
            try:
                self._greet(client)
            except (OSError, smtplib.SMTPException) as error:
                return Trial(Outcome.SERVER_DOWN, _code_of(error))
            return _deliver(client, mail, before_text)

    def _connect(self) -> smtplib.SMTP:
        where = self._address
        if where.encrypted:
            context = ssl.create_default_context()
            return smtplib.SMTP_SSL(where.host, where.port, timeout=self._step_s, context=context)
        return smtplib.SMTP(where.host, where.port, timeout=self._step_s)

    def _greet(self, client: smtplib.SMTP) -> None:
        client.ehlo_or_helo_if_needed()
        if not self._address.encrypted and client.has_extn("starttls"):
            client.starttls(context=ssl.create_default_context())
            client.ehlo()
        elif self._address.user and not self._address.encrypted:
            raise smtplib.SMTPNotSupportedError("a password is not sent without encryption")
        if self._address.user:
            client.login(self._address.user, self._address.password)


def _deliver(client: smtplib.SMTP, mail: EmailMessage, before_text: Callable[[], bool]) -> Trial:
    """Name sender and recipient, then send the text."""
    sender, recipient = mail["From"].addresses[0].addr_spec, mail["To"].addresses[0].addr_spec
    wide = not (sender + recipient).isascii()
    if wide and not client.has_extn("smtputf8"):
        return Trial(Outcome.REFUSED, "smtputf8")
    try:
        code, reply = client.mail(sender, ["SMTPUTF8", "BODY=8BITMIME"] if wide else [])
        if code != 250:
            return Trial(Outcome.SERVER_DOWN, _code(code, reply))  # it does not take mail from us at all
        code, reply = client.rcpt(recipient)
    except (OSError, smtplib.SMTPException) as error:
        return Trial(Outcome.NOT_NOW, _code_of(error))
    if code not in (250, 251):
        return _refusal(code, reply)
    if not before_text():
        return Trial(Outcome.DROPPED)
    return _send_text(client, mail.as_bytes(policy=SMTPUTF8 if wide else SMTP_LINES))


def _send_text(client: smtplib.SMTP, text: bytes) -> Trial:
    """Send the text and read the answer; smtplib's own ``data`` does not say which of the two failed."""
    lines = _LEADING_DOT.sub(b"..", text)  # RFC 5321, 4.5.2: a line of one dot ends the text
    if not lines.endswith(_END_OF_LINE):
        lines += _END_OF_LINE
    try:
        code, reply = client.docmd("DATA")
        if code != 354:
            return _refusal(code, reply)
        client.send(lines)
    except (OSError, smtplib.SMTPException) as error:
        return Trial(Outcome.NOT_NOW, _code_of(error))
    try:
        client.send(b"." + _END_OF_LINE)
        code, reply = client.getreply()
    except (OSError, smtplib.SMTPException) as error:
        return Trial(Outcome.IN_DOUBT, _code_of(error))
    return Trial(Outcome.ACCEPTED, str(code)) if code == 250 else _refusal(code, reply)


def _refusal(code: int, reply: bytes) -> Trial:
    outcome = Outcome.REFUSED if 500 <= code < 600 else Outcome.NOT_NOW
    return Trial(outcome, _code(code, reply))


def _code(code: int, reply: bytes) -> str:
    """Return ``550 5.1.1``: the words after it may quote the recipient's address."""
    found = _ENHANCED.match(reply)
    return f"{code} {found.group().decode()}" if found else str(code)


def _code_of(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        return _code(error.smtp_code, _bytes(error.smtp_error))
    return type(error).__name__


def _bytes(reply: bytes | str) -> bytes:
    return reply if isinstance(reply, bytes) else reply.encode()


@contextmanager
def _deadline(client: smtplib.SMTP, seconds: float) -> Iterator[None]:
    """Cut the connection after ``seconds``, and close it politely at the end.

    A timeout of the socket begins anew with every byte: a server that sends one now and then would hold the
    worker for ever.
    """
    timer = threading.Timer(seconds, _cut, [client])
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        _leave(client)


def _cut(client: smtplib.SMTP) -> None:
    if client.sock is not None:
        try:
            client.sock.shutdown(socket.SHUT_RDWR)
        except OSError:
            return  # it is closed already


def _leave(client: smtplib.SMTP) -> None:
    try:
        client.quit()
    except (OSError, smtplib.SMTPException):
        client.close()
