"""A mail server that misbehaves byte by byte; one that behaves is in ``training.servers``."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import BinaryIO

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
