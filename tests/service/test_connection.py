"""Connections that send half a head, over a real socket."""

import asyncio
import contextlib

import pytest
import uvicorn

from service.http.connection import TimedH11Protocol


class Hasty(TimedH11Protocol):
    head_seconds = 0.2


async def _hello(scope, receive, send):
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"5")]})
    await send({"type": "http.response.body", "body": b"hello"})


async def _talk(parts: list[bytes]) -> bytes:
    """Everything a server sends back until it closes the connection, for these parts of a request."""
    config = uvicorn.Config(_hello, port=0, http=Hasty, log_config=None, lifespan="off")
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110  # uvicorn has a flag and no event
        await asyncio.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for part in parts:
        writer.write(part)
        await writer.drain()
        await asyncio.sleep(0.05)
    answer = b""
    with contextlib.suppress(ConnectionResetError):  # closed with bytes unread
        answer = await asyncio.wait_for(reader.read(), 30)
    writer.close()
    server.should_exit = True
    await serving
    return answer


@pytest.mark.parametrize(
    "parts", [[], [b"GET / HTTP/1.1\r\nHo"], [b"GET / HTTP/1.1\r\n", b"a: b\r\n", b"c: d\r\n"]]
)
def test_a_connection_without_a_whole_head_is_closed(parts):
    assert asyncio.run(_talk(parts)) == b""


def test_a_request_is_answered_and_an_idle_connection_closed_afterwards():
    answer = asyncio.run(_talk([b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"]))
    assert answer.startswith(b"HTTP/1.1 200")
    assert answer.endswith(b"hello")


def test_a_head_too_large_is_refused():
    head = b"GET / HTTP/1.1\r\nHost: x\r\nA: " + b"a" * 200_000
    assert b" 200 " not in asyncio.run(_talk([head]))
