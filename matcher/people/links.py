"""Links of mails: one row each, and a token that a reader of the database cannot make.

The token is an HMAC of the link's id, and the row keeps only the token's hash. A mail that is rendered again
holds the same link, and a copy of the database holds none that can be followed.
"""

import hashlib
import hmac
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Literal, Protocol
from uuid import uuid4

from matcher.errors import NotAllowed, NotFound

SIGN_IN_FOR = timedelta(minutes=15)
OWN_LINK_FOR = timedelta(days=90)
"""How long a candidate's link to their own page works; another one is sent at any time."""
_LONGEST_TOKEN = 100


class Purpose(StrEnum):
    """What following a link leads to; a link of one purpose opens nothing else."""

    SIGN_IN = "sign_in"
    ANSWER = "answer"
    UNSUBSCRIBE = "unsubscribe"
    STOP_ALERTS = "stop_alerts"
    CALENDAR = "calendar"
    EXPORT = "export"
    ERASE = "erase"
    CANDIDATE = "candidate"
    INVITATION = "invitation"


SINGLE_USE = frozenset({Purpose.SIGN_IN, Purpose.EXPORT, Purpose.ERASE, Purpose.INVITATION})
"""Links that act once. An answer's link stays open: the introduction decides whether a second one counts."""

Fault = Literal["unknown", "expired", "used", "revoked"]

FAULTS: dict[Fault, tuple[str, str]] = {
    "unknown": (
        "Ce lien n'est pas valable : il est peut-être incomplet. Copiez-le en entier depuis le message.",
        "This link is not valid: it may be incomplete. Copy the whole of it from the message.",
    ),
    "expired": (
        "Ce lien a expiré. Demandez-en un nouveau.",
        "This link has expired. Ask for a new one.",
    ),
    "used": (
        "Ce lien a déjà servi. Demandez-en un nouveau.",
        "This link has been used. Ask for a new one.",
    ),
    "revoked": (
        "Ce lien a été remplacé ou retiré. Utilisez le plus récent, ou demandez-en un nouveau.",
        "This link has been replaced or withdrawn. Use the latest one, or ask for a new one.",
    ),
}
"""What is said of a link that opens nothing, in French and English."""


class LinkGone(NotAllowed):
    """A link that opened something and no longer does; ``fault`` says why."""

    def __init__(self, message: str, *, fault: Fault = "expired") -> None:
        super().__init__(message)
        self.fault = fault


@dataclass(frozen=True, slots=True)
class Link:
    """A link that was made: its person, what it opens (``subject``: an id), until when.

    ``expires_at`` is None for a link without an end; ``used_at`` and ``revoked_at`` until that happens.
    """

    id: str
    purpose: Purpose
    person_id: str
    subject: str
    created_at: datetime
    expires_at: datetime | None = None
    used_at: datetime | None = None
    revoked_at: datetime | None = None


class LinkRows(Protocol):
    """The links that were made."""

    def add_link(self, link: Link, token_hash: str) -> Link:
        """Keep a link and return it; the kept one where there is one of its id."""
        ...

    def find_link(self, token_hash: str) -> Link | None:
        """Return the link of a token; None for a token that belongs to none."""
        ...

    def use_link(self, link_id: str, now: datetime) -> bool:
        """Note that a link was used; False where it was used before, so that of two uses one wins."""
        ...

    def links_of(self, person_id: str, purpose: Purpose) -> list[Link]:
        """Return the links of a person that were not revoked, oldest first."""
        ...

    def revoke_links(self, link_ids: list[str], now: datetime) -> None:
        """End links; those of unknown ids are passed over."""
        ...


class Links:
    """Makes and opens links.

    Parameters
    ----------
    rows
        Where links are kept.
    secret
        What tokens are derived from; see :func:`~matcher.people.secret.read_secret`.
    """

    def __init__(self, rows: LinkRows, secret: bytes) -> None:
        self._rows = rows
        self._secret = secret

    def make(  # what a link is: for what, for whom, of what, since when, until when, named how
        self,
        purpose: Purpose,
        person_id: str,
        subject: str,
        now: datetime,
        expires: datetime | None = None,
        link_id: str | None = None,
    ) -> Link:
        """Make a link and keep it.

        With a ``link_id`` the link is made once: a second call returns the kept one, and its token is the
        same. Sign-in links end after 15 minutes unless ``expires`` says otherwise.
        """
        if expires is None and purpose is Purpose.SIGN_IN:
            expires = now + SIGN_IN_FOR
        link = Link(link_id or uuid4().hex, purpose, person_id, subject, now, expires)
        return self._rows.add_link(link, hash_of(self.token(link.id)))

    def token(self, link_id: str) -> str:
        """Return the token of a link: 43 letters, digits, ``-`` and ``_``."""
        digest = hmac.digest(self._secret, b"link\0" + link_id.encode(), hashlib.sha256)
        return urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")

    def open(self, token: str, purpose: Purpose, now: datetime) -> Link:
        """Return the link of a token, without using it.

        Raises
        ------
        NotFound
            There is no such link, or it has another purpose.
        LinkGone
            It expired, was used, or was revoked.
        """
        link = self._rows.find_link(hash_of(token)) if len(token) <= _LONGEST_TOKEN else None
        if link is None or link.purpose is not purpose:
            raise NotFound(FAULTS["unknown"][1])
        if link.revoked_at is not None:
            raise _gone("revoked")
        if link.used_at is not None and purpose in SINGLE_USE:
            raise _gone("used")
        if link.expires_at is not None and link.expires_at <= now:
            raise _gone("expired")
        return link

    def use(self, token: str, purpose: Purpose, now: datetime) -> Link:
        """Return the link of a token and note its use; of two uses of a single-use link one is refused.

        Raises
        ------
        NotFound, LinkGone
            As :meth:`open`.
        """
        link = self.open(token, purpose, now)
        first = self._rows.use_link(link.id, now)
        if not first and purpose in SINGLE_USE:
            raise _gone("used")
        return link

    def of(self, person_id: str, purpose: Purpose) -> list[Link]:
        """Return the links of a person for a purpose that were not revoked, oldest first."""
        return self._rows.links_of(person_id, purpose)

    def revoke(self, link_ids: Sequence[str], now: datetime) -> None:
        """End links at once; unknown ids are passed over."""
        self._rows.revoke_links(list(link_ids), now)


def _gone(fault: Fault) -> LinkGone:
    return LinkGone(FAULTS[fault][1], fault=fault)


def hash_of(token: str) -> str:
    """Return what a row keeps of a token: a token is random, so a plain SHA-256 cannot be searched.

    >>> hash_of("a") == hash_of("b"), len(hash_of("é"))
    (False, 64)
    """
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
