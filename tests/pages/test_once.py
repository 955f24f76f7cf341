"""A form sent twice acts once; what was refused or failed can be sent again."""

import asyncio
import gc
import re
import time
import weakref
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest
from fastapi import FastAPI, Response

from matcher.people import Scope
from service.pages.forms import Sendings
from tests.pages.signing_in import ADMIN, HR, browser_of

KEY_FORM = {"name": "tableau de bord", "scopes": [next(iter(Scope)).value]}
REVOKED = re.compile(r"/administration/cles/[^/\"]+/revoquer")
INVITATION = re.compile(r"/candidats/invitation/([\w.-]+)")


class Acts:
    """An act that takes a moment; each time it answers with the next status, and fails at status 0."""

    def __init__(self, *statuses: int) -> None:
        self.statuses = list(statuses)
        self.done = 0

    async def __call__(self) -> Response:
        await asyncio.sleep(0)
        self.done += 1
        status = self.statuses.pop(0)
        if status == 0:
            raise OSError("the store is away")
        return Response(status_code=status)


async def at_once(sendings: Sendings, act: Acts, forms: Sequence[str]) -> list[int]:
    answers = await asyncio.gather(*(sendings.answer("claire", "/page", form, act) for form in forms))
    return [answer.status_code for answer in answers]


def test_equal_forms_at_once_and_after_are_one_act() -> None:
    async def both() -> list[int]:
        sendings = Sendings()
        return await at_once(sendings, act, "aa") + await at_once(sendings, act, "a")

    act = Acts(303)
    assert asyncio.run(both()) == [303, 303, 303]
    assert act.done == 1


def test_another_form_between_two_equal_ones_makes_three_acts() -> None:
    """To do, undo and do again are three acts."""
    act = Acts(303, 303, 303)
    assert asyncio.run(at_once(Sendings(), act, "aba")) == [303, 303, 303]
    assert act.done == 3


def test_what_was_refused_can_be_sent_again() -> None:
    async def twice() -> list[int]:
        sendings = Sendings()
        return await at_once(sendings, act, "a") + await at_once(sendings, act, "a")

    act = Acts(422, 303)
    assert asyncio.run(twice()) == [422, 303]


def test_what_failed_can_be_sent_again() -> None:
    async def twice() -> list[int]:
        sendings = Sendings()
        with pytest.raises(OSError, match="away"):
            await sendings.answer("claire", "/page", "a", act)
        return await at_once(sendings, act, "a")

    act = Acts(0, 303)
    assert asyncio.run(twice()) == [303]


def test_an_act_goes_on_where_the_browser_has_left() -> None:
    async def left() -> list[int]:
        sendings = Sendings()
        first = asyncio.ensure_future(sendings.answer("claire", "/page", "a", act))
        await asyncio.sleep(0)
        first.cancel()
        return await at_once(sendings, act, "a")

    act = Acts(303)
    assert asyncio.run(left()) == [303]
    assert act.done == 1


def test_an_answer_is_forgotten_by_itself() -> None:
    """An answer may hold a key or a contact: it must not stay in memory until another form comes."""

    async def is_gone() -> bool:
        sendings = Sendings(0.01)
        answer = weakref.ref(await sendings.answer("claire", "/page", "a", Acts(200)))
        await asyncio.sleep(0.05)
        gc.collect()
        return answer() is None

    assert asyncio.run(is_gone())


def test_inviting_again_gives_a_link_for_another_person(signed: FastAPI) -> None:
    signed.state.sendings = Sendings(0.01)
    signed.state.matcher.hiring.desk.enable("AIPD-2026-04", "Inès Garcia", datetime.now(UTC))
    staff = browser_of(signed, HR)
    links: set[str] = set()
    for _ in range(2):
        links.update(INVITATION.findall(staff.post("/recruter/candidats/inviter").text))
        time.sleep(0.05)
    assert len(links) == 2


def test_a_key_made_again_after_it_was_revoked_is_a_new_one(signed: FastAPI) -> None:
    """Any other form between two equal ones says that the second is meant."""
    admin = browser_of(signed, ADMIN)
    first = admin.post("/administration/cles", data=KEY_FORM)
    assert admin.post("/administration/cles", data=KEY_FORM).text == first.text, "a double click"
    (revoke,) = set(REVOKED.findall(admin.get("/administration").text))
    assert admin.post(revoke).status_code == 303
    again = admin.post("/administration/cles", data=KEY_FORM)
    assert again.text != first.text
    assert set(REVOKED.findall(admin.get("/administration").text)) - {revoke}
