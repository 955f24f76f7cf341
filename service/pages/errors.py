"""Errors as pages, for browsers; programs keep the problem documents of the API."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, ClassVar

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from matcher.errors import MatcherError, NotFound
from matcher.hiring.candidates import MOST_BYTES
from matcher.people import LinkGone
from matcher.people.links import FAULTS, Fault
from service.http.middleware import UPLOADS
from service.pages.environment import translate
from service.pages.frame import Page, language_of, show
from service.pages.text import mark
from service.words import choose

Handler = Callable[[Request, Any], Response | Awaitable[Response]]
MACHINE_PATHS = (
    "/v1/",
    "/healthz",
    "/readyz",
    "/metrics",
    "/openapi.json",
    "/docs",
    "/static/",
    "/calendars/",
)
"""Addresses that programs call: their errors are never pages."""
FOLLOWED_PATHS = ("/v1/sign-in/", "/v1/unsubscribe/", "/v1/alerts-stop/", "/v1/data/", "/v1/erase/")
"""Addresses below them that people follow from their mails: their errors are pages too."""

SENTENCES: dict[int, tuple[str, str, str]] = {
    400: (
        mark("Demande illisible"),
        mark("Le navigateur a envoyé une demande que le service ne peut pas lire."),
        "",
    ),
    401: (
        mark("Connexion nécessaire"),
        mark("Cette page est réservée aux personnes connectées, ou votre session a expiré."),
        mark("Demandez un lien de connexion : il arrive par courriel, sans mot de passe."),
    ),
    403: (
        mark("Accès refusé"),
        mark("Votre compte ne permet pas d'ouvrir cette page ou de faire cette action."),
        mark("Si vous pensez y avoir droit, écrivez à l'équipe du cluster."),
    ),
    404: (
        mark("Page introuvable"),
        mark("Cette adresse ne mène à rien, ou à quelque chose qui n'existe plus."),
        "",
    ),
    409: (
        mark("Déjà fait ou changé"),
        mark("Quelqu'un a agi entre-temps, ou vous l'aviez déjà fait : cette fois, rien n'a été changé."),
        mark("Rouvrez la page pour voir où en sont les choses."),
    ),
    413: (
        mark("Envoi trop volumineux"),
        mark("Le texte ou le fichier dépasse la taille admise."),
        mark("Raccourcissez-le."),
    ),
    422: (
        mark("Demande incomplète"),
        mark("Une valeur manque ou ne convient pas : rien n'a été enregistré."),
        "",
    ),
    429: (
        mark("Trop de demandes"),
        mark("Trop de demandes en peu de temps."),
        mark("Attendez une minute, puis réessayez."),
    ),
    503: (
        mark("Service occupé"),
        mark("Le service ne peut pas répondre pour le moment."),
        mark("Réessayez dans un instant."),
    ),
    500: (
        mark("Erreur du service"),
        mark("Le service a échoué ; rien n'a été enregistré."),
        mark("L'équipe peut retrouver la cause."),
    ),
}
"""Title, what happened, and what to do, by status; every other status is shown as 500."""


SMALLER_FILE = mark(
    "Un fichier fait %(size)s Mo au plus : enregistrez-le en CSV, ou partagez-le en plusieurs. Revenez à la"
    " page précédente, où ce que vous aviez tapé est encore, et envoyez-le de nouveau."
)
SMALLER_CV = mark(
    "Un CV fait %(size)s Mo au plus : exportez-le en PDF sans images, ou collez-en le texte. Revenez à la"
    " page précédente : rien d'autre n'y a changé."
)
CANDIDATES = "/candidat/"
"""Beginning of the addresses of candidates' own pages."""


@dataclass(frozen=True, slots=True)
class ErrorPage(Page):
    """One error: its title, what happened, what to do.

    ``typed`` are the fields of a form that was sent without a session, to be sent again to ``action``.
    """

    template: ClassVar[str] = "error.html"

    status: int
    title: str
    detail: str
    advice: str = ""
    request_id: str = ""
    typed: Sequence[tuple[str, str]] = ()
    action: str = ""


def is_for_browser(request: Request) -> bool:
    """Whether a browser asked for a page, so that an error is shown as one."""
    path = request.url.path
    if path.startswith(MACHINE_PATHS) and not path.startswith(FOLLOWED_PATHS):
        return False
    return "text/html" in request.headers.get("accept", "")


def install(app: FastAPI) -> None:
    """Put pages before the problem documents that ``app`` already answers errors with."""
    for kind in (MatcherError, RequestValidationError, HTTPException):
        app.add_exception_handler(kind, _page_before(app.exception_handlers[kind]))


def show_link_fault(request: Request, status: int, fault: Fault) -> Response:
    """Return the page of a link that opens nothing: why, and what to do."""
    lang = language_of(request)
    sentence, _, advice = choose(FAULTS[fault], lang).partition(". ")
    title = translate(mark("Ce lien ne mène nulle part"), lang)
    return show(request, ErrorPage(status, title, f"{sentence.rstrip('.')}.", advice), status=status)


def show_error(request: Request, status: int, typed: Sequence[tuple[str, str]] = ()) -> Response:
    """Return the page of a status; ``typed`` are the fields of a form that can be sent again."""
    lang = language_of(request)
    title, detail, advice = (translate(text, lang) for text in SENTENCES.get(status, SENTENCES[500]))
    if status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        advice = _smaller(request) or advice
    request_id = request.scope.get("request_id", "") if status >= 500 else ""
    action = request.url.path if typed else ""
    page = ErrorPage(status, title, detail, advice, request_id, typed, action)
    return show(request, page, status=status)


def _smaller(request: Request) -> str:
    """Return how large a file may be and how to make it smaller; "" where no file is sent."""
    path, lang = request.url.path, language_of(request)
    if not path.startswith(UPLOADS):
        return ""
    sentence, most = SMALLER_FILE, request.app.state.settings.max_upload_bytes // 2**20
    if path.startswith(CANDIDATES):
        sentence, most = SMALLER_CV, MOST_BYTES // 10**6
    return translate(sentence, lang) % {"size": most}


async def _sent(request: Request, status: int) -> list[tuple[str, str]]:
    """Return the fields of a form that an ended session kept from being taken; files are not sent again."""
    if status != HTTPStatus.UNAUTHORIZED or request.method != "POST":
        return []
    async with request.form() as form:
        return [(name, value) for name, value in form.multi_items() if isinstance(value, str)]


def _page_before(problem: Handler) -> Handler:
    async def handle(request: Request, error: Exception) -> Response:
        answered = problem(request, error)  # also logs what must be logged
        if not isinstance(answered, Response):
            answered = await answered
        if not is_for_browser(request):
            return answered
        fault = _link_fault(error)
        if fault is not None:
            return show_link_fault(request, answered.status_code, fault)
        page = show_error(request, answered.status_code, await _sent(request, answered.status_code))
        if "retry-after" in answered.headers:
            page.headers["Retry-After"] = answered.headers["retry-after"]
        return page

    return handle


def _link_fault(error: Exception) -> Fault | None:
    """Return why a followed link opens nothing; None for any other error."""
    if isinstance(error, LinkGone):
        return error.fault
    # A link that was never made is as unknown as any other thing: only its sentence tells.
    is_unknown = isinstance(error, NotFound) and str(error) == FAULTS["unknown"][1]
    return "unknown" if is_unknown else None
