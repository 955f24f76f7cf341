"""One act for one form: what is sent again within seconds is answered with the first answer.

A double click, a button pressed again on a slow line and a post that the browser repeats after a lost
connection reach the service as equal forms of one person. The first one acts; the others wait for its answer.
The memory is that of one process: of several, a repeated form may reach two, and act twice.
"""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from http import HTTPStatus

from fastapi import Request, Response
from starlette.datastructures import UploadFile

from service.http.access import Caller

REMEMBERED_S = 2.0
"""Seconds after an answer in which an equal form is a repeated click; after them it is meant."""
Act = Callable[[], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class _Sent:
    """The form that somebody sent last, to which path, and its act."""

    path: str
    form: str
    act: "asyncio.Future[Response]"


class Sendings:
    """The last form of each person, until ``remembered_s`` seconds after its answer."""

    def __init__(self, remembered_s: float = REMEMBERED_S) -> None:
        self._remembered_s = remembered_s
        self._last: dict[str, _Sent] = {}

    async def answer(self, who: str, path: str, form: str, act: Act) -> Response:
        """Return what ``act`` answers, or what it answered to an equal form of ``who`` just now.

        Only the last form counts: to do, undo and do again are three acts. The act goes on where the browser
        has left. A refusal is not remembered: it can be tried again.
        """
        sent = self._last.get(who)
        if sent is None or (sent.path, sent.form) != (path, form):
            sent = _Sent(path, form, asyncio.ensure_future(act()))
            self._last[who] = sent
            sent.act.add_done_callback(lambda _: self._forget_soon(who, sent))
        return await asyncio.shield(sent.act)

    def leave(self, who: str, path: str) -> None:
        """Forget the last form of ``who`` if it went to another path: they have gone on to something else."""
        sent = self._last.get(who)
        if sent is not None and sent.path != path:
            del self._last[who]

    def _forget_soon(self, who: str, sent: _Sent) -> None:
        """Forget at once what was refused or failed, and by a timer an answer: it may hold a secret."""
        if _is_done_well(sent.act):
            asyncio.get_running_loop().call_later(self._remembered_s, self._forget, who, sent)
        else:
            self._forget(who, sent)

    def _forget(self, who: str, sent: _Sent) -> None:
        if self._last.get(who) is sent:
            del self._last[who]


async def once(request: Request, act: Act) -> Response:
    """Answer a form by an act that an equal form of the same person does not repeat within two seconds.

    A visitor without a session is told apart by the address, which holds the token of a link.
    """
    sendings: Sendings = request.app.state.sendings
    form = await _hash_of(request)
    response = await sendings.answer(_who(request), request.url.path, form, act)
    await request.close()  # no act has read the files of a form that is a repetition
    return response


async def leave_last_form(request: Request) -> None:
    """Forget the last form of a person who sends one to another address: what they undo they may do again."""
    if request.method == "POST":
        sendings: Sendings = request.app.state.sendings
        sendings.leave(_who(request), request.url.path)


def _who(request: Request) -> str:
    caller: Caller = request.state.caller
    return caller.person_id or request.url.path


def _is_done_well(act: "asyncio.Future[Response]") -> bool:
    if act.cancelled() or act.exception() is not None:
        return False
    return act.result().status_code < HTTPStatus.BAD_REQUEST


async def _hash_of(request: Request) -> str:
    """Return a hash of what was sent, files by their content."""
    digest = hashlib.sha256()
    form = await request.form()
    for name, value in form.multi_items():
        content = value.encode() if isinstance(value, str) else await _content(value)
        digest.update(f"\0{name}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()


async def _content(file: UploadFile) -> bytes:
    content = await file.read()
    await file.seek(0)
    return content
