"""Mail servers of the tests: a real one that keeps what it gets, and one that misbehaves byte by byte."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import BinaryIO

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


class Postbox:
    """Takes mails, or answers with what a test sets."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.recipients: list[str] = []
        self.on_recipient: dict[str, str] = {}
        self.on_text = "250 2.0.0 taken"
        self.on_sender = "250 2.1.0 fine"

    async def handle_MAIL(  # noqa: N802  # aiosmtpd's names
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.mail_from = address
        return self.on_sender

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        answer = self.on_recipient.get(address, "250 2.1.5 fine")
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        assert isinstance(envelope.content, bytes)
        if self.on_text.startswith("250"):
            self.mails.append(message_from_bytes(envelope.content, policy=policy.default))
            self.recipients.extend(envelope.rcpt_tos)
        return self.on_text


@contextmanager
def mail_server(postbox: Postbox) -> Iterator[int]:
    """Run a real mail server with this postbox; yield its port."""
    with socket.create_server(("127.0.0.1", 0)) as free:  # aiosmtpd must be given a number
        port = free.getsockname()[1]
    controller = Controller(postbox, hostname="127.0.0.1", port=port, enable_SMTPUTF8=True)
    controller.start()
    try:
        yield port
    finally:
        controller.stop()


Dialogue = list[tuple[bytes, bytes | None]]
"""What the server reads to the end of, and what it then answers; None: nothing, ever; b"": it hangs up."""

POLITE: Dialogue = [(b"EHLO", b"250 here\r\n"), (b"MAIL", b"250 ok\r\n"), (b"RCPT", b"250 ok\r\n")]


@contextmanager
def scripted_server(dialogue: Dialogue, greeting: bytes = b"220 here\r\n") -> Iterator[int]:
    """Serve one client at a time by a script; yield the port."""
    listener = socket.create_server(("127.0.0.1", 0))
    ended = threading.Event()
    thread = threading.Thread(target=_serve, args=(listener, dialogue, greeting, ended))
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        ended.set()
        listener.close()
        thread.join(10)


def _serve(listener: socket.socket, dialogue: Dialogue, greeting: bytes, ended: threading.Event) -> None:
    listener.settimeout(0.1)
    while not ended.is_set():
        try:
            client, _ = listener.accept()
        except OSError:
            continue
        with suppress(OSError), client, client.makefile("rb") as lines:
            client.settimeout(5)
            client.sendall(greeting)
            _talk(client, lines, dialogue, ended)


def _talk(client: socket.socket, lines: BinaryIO, dialogue: Dialogue, ended: threading.Event) -> None:
    for expected, answer in dialogue:
        start = b".\r\n" if expected == b"." else expected
        line = lines.readline()
        while line and not line.upper().startswith(start):
            line = lines.readline()
        if answer is None:
            ended.wait(5)
        if not answer:
            return
        client.sendall(answer)
