"""The one table from errors to HTTP, and the problem documents (RFC 9457) every error becomes."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette import status
from starlette.exceptions import HTTPException

from matcher import errors
from matcher.errors import MatcherError
from matcher.hiring import UnlawfulWords
from matcher.hiring.candidates import CandidatesClosed, ChangeRefused, CvRefused
from matcher.hiring.needs import NeedRefused
from matcher.importing import FileRefused
from matcher.people import LinkGone, NotVouched, WrongSignIn
from matcher.rights import Suppressed

PROBLEM_JSON = "application/problem+json"
RETRY_AFTER_S = 5
_UNREADABLE: dict[type[BaseException], str] = {
    UnicodeDecodeError: "The body is not UTF-8: send JSON in UTF-8.",
    RecursionError: "The body is nested too deeply: leave out levels that no field has.",
    ValueError: "A number in the body has thousands of digits: write a shorter one.",
    BaseException: "The body cannot be read: send one JSON object in UTF-8.",
}


class TooLarge(errors.InvalidRequest):
    """The body of the request is over the limit."""


class Unauthorised(errors.NotAllowed):
    """The request carries no key, or a wrong one."""


class ClientGone(MatcherError):
    """The client closed the connection before its answer; only logs and metrics show it."""


class TooManyQuestions(errors.NotAllowed):
    """One client has too many questions waiting."""


class TooManyRequests(errors.NotAllowed):
    """A person, a key or an address asks too often; ``retry_after_s`` says when to go on."""

    def __init__(self, message: str, *, retry_after_s: int = 60) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class TooManyAttempts(TooManyRequests):
    """A person or an address tries to sign in, or asks for links, too often."""


class ServiceBusy(errors.BackendUnavailable):
    """Too many questions are waiting."""


class TurnTaken(ServiceBusy):
    """The index is being written for longer than a question waits."""


class UnsupportedMediaType(errors.InvalidRequest):
    """The body does not say that it is JSON."""


class TooSlow(errors.InvalidRequest):
    """The body of the request did not arrive in time."""


class PreconditionFailed(errors.InvalidRequest):
    """The item changed since the caller read it."""


@dataclass(frozen=True, slots=True)
class Row:
    """The HTTP status of an error, its name in ``type``, its title, and headers of its own."""

    status: int
    slug: str
    title: str
    headers: Mapping[str, str] = field(default_factory=dict)


TABLE: dict[type[MatcherError], Row] = {
    MatcherError: Row(status.HTTP_500_INTERNAL_SERVER_ERROR, "failed", "The request failed"),
    errors.InvalidRequest: Row(status.HTTP_422_UNPROCESSABLE_CONTENT, "invalid-request", "Invalid request"),
    FileRefused: Row(status.HTTP_422_UNPROCESSABLE_CONTENT, "file-refused", "The file cannot be imported"),
    Suppressed: Row(
        status.HTTP_422_UNPROCESSABLE_CONTENT, "erased-on-request", "It was erased and is not taken in again"
    ),
    CvRefused: Row(status.HTTP_422_UNPROCESSABLE_CONTENT, "cv-refused", "The CV cannot be read"),
    ChangeRefused: Row(
        status.HTTP_422_UNPROCESSABLE_CONTENT, "change-refused", "The profile cannot take this change"
    ),
    UnlawfulWords: Row(
        status.HTTP_422_UNPROCESSABLE_CONTENT, "unlawful-words", "The law forbids to decide on this"
    ),
    NeedRefused: Row(
        status.HTTP_422_UNPROCESSABLE_CONTENT, "need-refused", "The need cannot be kept as it is"
    ),
    errors.StalePlan: Row(status.HTTP_409_CONFLICT, "stale-plan", "The catalogue changed since the preview"),
    errors.IllegalStep: Row(
        status.HTTP_409_CONFLICT, "illegal-step", "The present state does not allow this"
    ),
    errors.Ambiguous: Row(status.HTTP_409_CONFLICT, "ambiguous", "The name stands for several items"),
    TooLarge: Row(status.HTTP_413_CONTENT_TOO_LARGE, "too-large", "The body is too large"),
    TooSlow: Row(status.HTTP_408_REQUEST_TIMEOUT, "too-slow", "The body did not arrive in time"),
    UnsupportedMediaType: Row(
        status.HTTP_415_UNSUPPORTED_MEDIA_TYPE, "unsupported-media-type", "The content type is not JSON"
    ),
    PreconditionFailed: Row(
        status.HTTP_412_PRECONDITION_FAILED, "changed-meanwhile", "The item changed meanwhile"
    ),
    errors.NotFound: Row(status.HTTP_404_NOT_FOUND, "not-found", "Not found"),
    errors.NotAllowed: Row(status.HTTP_403_FORBIDDEN, "not-allowed", "Not allowed"),
    CandidatesClosed: Row(status.HTTP_409_CONFLICT, "candidates-off", "Candidates are not taken in"),
    LinkGone: Row(status.HTTP_410_GONE, "link-gone", "The link no longer opens anything"),
    WrongSignIn: Row(
        status.HTTP_403_FORBIDDEN, "wrong-sign-in", "Address and password do not belong together"
    ),
    NotVouched: Row(
        status.HTTP_403_FORBIDDEN, "not-vouched", "The identity provider vouches for no one who may sign in"
    ),
    TooManyRequests: Row(status.HTTP_429_TOO_MANY_REQUESTS, "too-many-requests", "Too many requests"),
    TooManyAttempts: Row(status.HTTP_429_TOO_MANY_REQUESTS, "too-many-attempts", "Too many attempts"),
    Unauthorised: Row(
        status.HTTP_401_UNAUTHORIZED,
        "unauthorised",
        "The key is missing or wrong",
        {"WWW-Authenticate": "Bearer"},
    ),
    ClientGone: Row(499, "client-gone", "The client closed the connection"),
    TooManyQuestions: Row(
        status.HTTP_429_TOO_MANY_REQUESTS,
        "too-many",
        "Too many questions at once",
        {"Retry-After": str(RETRY_AFTER_S)},
    ),
    ServiceBusy: Row(status.HTTP_503_SERVICE_UNAVAILABLE, "busy", "The service is busy"),
    TurnTaken: Row(status.HTTP_503_SERVICE_UNAVAILABLE, "index-busy", "The index is being written"),
    errors.NotReady: Row(status.HTTP_503_SERVICE_UNAVAILABLE, "not-ready", "The service is not ready"),
    errors.IndexMismatch: Row(
        status.HTTP_503_SERVICE_UNAVAILABLE, "index-mismatch", "The index is of another encoder"
    ),
    errors.ModelMissing: Row(
        status.HTTP_503_SERVICE_UNAVAILABLE, "model-missing", "The encoder's files are missing"
    ),
    errors.BackendUnavailable: Row(
        status.HTTP_503_SERVICE_UNAVAILABLE, "unavailable", "An outside part failed"
    ),
    errors.IndexLocked: Row(
        status.HTTP_503_SERVICE_UNAVAILABLE, "index-locked", "Another process holds the index"
    ),
}


def row_of(error: MatcherError) -> Row:
    """Return the row of the error's nearest listed class."""
    return next(TABLE[cls] for cls in type(error).__mro__ if cls in TABLE)


def problem(
    code: int,
    title: str,
    detail: str,
    *,
    slug: str = "",
    request_id: str = "",
    faults: Sequence[Mapping[str, str]] = (),
) -> Response:
    """Build the response for one error.

    ``type`` is ``about:blank`` (the status says all) or ``urn:matcher:<slug>``, stable and listed in
    ``docs/api.md``. A 503 says when to come back.
    """
    body: dict[str, Any] = {"type": f"urn:matcher:{slug}" if slug else "about:blank", "title": title}
    body |= {"status": code, "detail": detail}
    if request_id:
        body["request_id"] = request_id
    if faults:
        body["errors"] = list(faults)
    headers = {"Retry-After": str(RETRY_AFTER_S)} if code == status.HTTP_503_SERVICE_UNAVAILABLE else None
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return Response(text, status_code=code, media_type=PROBLEM_JSON, headers=headers)


def of_error(error: MatcherError, request_id: str = "") -> Response:
    """Build the response for one of our own errors."""
    row = row_of(error)
    response = problem(row.status, row.title, str(error), slug=row.slug, request_id=request_id)
    response.headers.update(row.headers)
    if isinstance(error, TooManyRequests):
        response.headers["Retry-After"] = str(error.retry_after_s)
    return response


def install(app: FastAPI) -> None:
    """Make every error of ``app`` a problem document."""
    app.add_exception_handler(MatcherError, _on_matcher_error)
    app.add_exception_handler(RequestValidationError, _on_invalid)
    app.add_exception_handler(HTTPException, _on_http)


def relabel(description: dict[str, Any]) -> None:
    """Give the problems in an OpenAPI description their own media type; safe to repeat.

    Every operation below ``/v1`` may be refused for asking too often: that is added here, once for all.
    """
    too_often = {"$ref": "#/components/schemas/Problem"}
    for path, operations in description["paths"].items():
        for operation in operations.values() if path.startswith("/v1/") else ():
            answer = {"description": "Too Many Requests", "content": {PROBLEM_JSON: {"schema": too_often}}}
            operation["responses"].setdefault("429", answer)
    operations = [operation for path in description["paths"].values() for operation in path.values()]
    for operation in operations:
        for code, response in operation["responses"].items():
            content = response.get("content", {})
            if code >= "400" and "application/json" in content:
                content[PROBLEM_JSON] = content.pop("application/json")


async def _on_matcher_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, MatcherError)  # noqa: S101  # starlette picks handlers by class
    if row_of(error).status >= status.HTTP_500_INTERNAL_SERVER_ERROR:
        structlog.get_logger().warning("failed", request_id=_request_id(request), **error.log_fields)
    return of_error(error, _request_id(request))


async def _on_invalid(request: Request, error: Exception) -> Response:
    """Say where and why, without echoing the value: it may be personal."""
    assert isinstance(error, RequestValidationError)  # noqa: S101  # starlette picks handlers by class
    if any(e["loc"] == ("body",) and isinstance(e.get("input"), bytes) for e in error.errors()):
        return of_error(_not_json(request), _request_id(request))  # only JSON is read: the rest stays bytes
    faults = [{"at": ".".join(map(str, e["loc"])), "message": e["msg"]} for e in error.errors()]
    row = TABLE[errors.InvalidRequest]
    detail = "; ".join(f"{fault['at']}: {fault['message']}" for fault in faults[:3])
    return problem(
        row.status, row.title, detail, slug=row.slug, request_id=_request_id(request), faults=faults[:50]
    )


async def _on_http(request: Request, error: Exception) -> Response:
    """Turn the framework's own refusals (unknown path, wrong method, unreadable body) into problems."""
    assert isinstance(error, HTTPException)  # noqa: S101  # starlette picks handlers by class
    if error.status_code == status.HTTP_400_BAD_REQUEST:
        return of_error(_unreadable(error.__cause__ or error), _request_id(request))
    title = HTTPStatus(error.status_code).phrase
    response = problem(error.status_code, title, str(error.detail), request_id=_request_id(request))
    response.headers.update(error.headers or {})
    return response


def _unreadable(cause: BaseException) -> MatcherError:
    """Return the error that says why a body could not be read: ours, or a sentence for a foreign one."""
    if isinstance(cause, MatcherError):
        return cause
    return errors.InvalidRequest(next(text for cls, text in _UNREADABLE.items() if isinstance(cause, cls)))


def _not_json(request: Request) -> UnsupportedMediaType:
    given = request.headers.get("content-type", "")
    what = f"The body's content type is '{given[:60]}'" if given else "The body has no content type"
    return UnsupportedMediaType(f"{what}: send JSON, with the header 'Content-Type: application/json'.")


def _request_id(request: Request) -> str:
    found: str = request.scope.get("request_id", "")
    return found
