"""One act for one form: what is sent again within seconds is answered with the first answer.

A double click, a button pressed again on a slow line and a post that the browser repeats after a lost
connection reach the service as equal forms of one person. The first one acts; the others wait for its answer.
The memory is of this process: behind several of them, a repeated form may still act twice.
"""

import asyncio
import hashlib
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from http import HTTPStatus

from fastapi import Request, Response
from starlette.datastructures import UploadFile

from service.http.access import Caller

REMEMBERED_S = 10.0
Act = Callable[[], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class _Sent:
    """The form that somebody sent last, its act, and when it began on a clock that never goes back."""

    form: str
    at: float
    act: "asyncio.Task[Response]"


class Sendings:
    """The last form of each person, for some seconds, with its answer."""

    def __init__(self) -> None:
        self._last: dict[str, _Sent] = {}

    async def answer(self, who: str, form: str, act: Act) -> Response:
        """Return what ``act`` answers, or what it answered if ``who`` sent an equal form last, seconds ago.

        Only the last form counts: to do, undo and do again are three acts. The act goes on where the browser
        has left. A refusal is not remembered: it can be tried again.
        """
        now = time.monotonic()
        self._last = {name: sent for name, sent in self._last.items() if now - sent.at < REMEMBERED_S}
        sent = self._last.get(who)
        if sent is None or sent.form != form:
            sent = self._last[who] = _Sent(form, now, asyncio.ensure_future(act()))
        try:
            response = await asyncio.shield(sent.act)
        except BaseException:
            if sent.act.done():
                self._forget(who, sent)
            raise
        if response.status_code >= HTTPStatus.BAD_REQUEST:
            self._forget(who, sent)
        return response

    def _forget(self, who: str, sent: _Sent) -> None:
        if self._last.get(who) is sent:
            del self._last[who]


async def once(request: Request, act: Act) -> Response:
    """Answer a form by an act that an equal form of the same person does not repeat within ten seconds.

    A visitor without a session is told apart by the address, which holds the token of a link.
    """
    caller: Caller = request.state.caller
    sendings: Sendings = request.app.state.sendings
    who = caller.person_id or request.url.path
    return await sendings.answer(who, await _hash_of(request), act)


async def _hash_of(request: Request) -> str:
    """Return a hash of what was sent to where, files by their content."""
    digest = hashlib.sha256(request.url.path.encode())
    form = await request.form()
    for name, value in form.multi_items():
        content = value.encode() if isinstance(value, str) else await _content(value)
        digest.update(f"\0{name}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()


async def _content(file: UploadFile) -> bytes:
    content = await file.read()
    await file.seek(0)
    return content
