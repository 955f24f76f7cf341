"""Links of mails that need no sign-in: to stop mails. GET shows what POST would do."""

from datetime import UTC, datetime
from html import escape
from typing import Annotated

from fastapi import APIRouter, Path
from starlette.responses import HTMLResponse

from matcher.build import Matcher
from matcher.people import Person, Purpose
from service.http.deps import EngineDep
from service.http.routes.forms import page
from service.http.schemas import problems

router = APIRouter(prefix="/v1", tags=["links"])

Token = Annotated[str, Path(max_length=100)]


@router.get("/unsubscribe/{token}", responses=problems(404, 410, 422), summary="The page that stops mails")
async def show_unsubscribe(token: Token, engine: EngineDep) -> HTMLResponse:
    """Show a button; following the link stops nothing."""
    person = await engine.read(lambda matcher: _recipient(matcher, token))
    if person.lang == "en":
        question = f"Stop all e-mails to {escape(person.email)}? Sign-in links you ask for still come."
        return page("Stop e-mails", question, "Stop all e-mails", lang="en")
    question = (
        f"Arrêter tous les courriels à {escape(person.email)} ? Les liens de connexion restent possibles."
    )
    return page("Ne plus recevoir de courriels", question, "Arrêter tous les courriels")


@router.post("/unsubscribe/{token}", responses=problems(403, 404, 410, 422), summary="Stop mails")
async def unsubscribe(token: Token, engine: EngineDep) -> HTMLResponse:
    """Note the objection; a mail program may send this by itself when its button is used (RFC 8058)."""
    person = await engine.read(lambda matcher: _object(matcher, token))
    if person.lang == "en":
        done = "You will receive no more e-mails from this service, apart from sign-in links you ask for."
        return page("Done", done, lang="en")
    return page(
        "C'est fait",
        "Vous ne recevrez plus de courriels de ce service, sauf les liens de connexion demandés.",
    )


def _recipient(matcher: Matcher, token: str) -> Person:
    link = matcher.links.open(token, Purpose.UNSUBSCRIBE, datetime.now(UTC))
    return matcher.store.people.get(link.person_id)


def _object(matcher: Matcher, token: str) -> Person:
    now = datetime.now(UTC)
    link = matcher.links.use(token, Purpose.UNSUBSCRIBE, now)
    return matcher.store.people.object_to_mail(link.person_id, now, link.person_id)
