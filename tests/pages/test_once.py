"""A form sent twice acts once; what was refused or failed can be sent again."""

import asyncio
from collections.abc import Sequence

import pytest
from fastapi import Response

from service.pages.forms import Sendings


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
    answers = await asyncio.gather(*(sendings.answer("claire", form, act) for form in forms))
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
            await sendings.answer("claire", "a", act)
        return await at_once(sendings, act, "a")

    act = Acts(0, 303)
    assert asyncio.run(twice()) == [303]


def test_an_act_goes_on_where_the_browser_has_left() -> None:
    async def left() -> list[int]:
        sendings = Sendings()
        first = asyncio.ensure_future(sendings.answer("claire", "a", act))
        await asyncio.sleep(0)
        first.cancel()
        return await at_once(sendings, act, "a")

    act = Acts(303)
    assert asyncio.run(left()) == [303]
    assert act.done == 1
