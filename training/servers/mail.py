"""A mail server that keeps what it gets."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage

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

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take a sender."""
        envelope.mail_from = address
        return self.on_sender

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take a recipient, or answer what was set for it."""
        answer = self.on_recipient.get(address, "250 2.1.5 fine")
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Keep a mail, or refuse its text."""
        if self.on_text.startswith("250"):
            content = envelope.content or b""
            if isinstance(content, str):  # only where aiosmtpd is asked to decode
                content = content.encode()
            self.mails.append(message_from_bytes(content, policy=policy.default))
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
