"""API keys: for programs, each with its scopes, an end, and a hash in place of the key."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from matcher.errors import InvalidRequest, NotFound
from matcher.people.links import hash_of
from matcher.people.permissions import SCOPE_PERMISSIONS, Permission, Scope

KEY_PREFIX = "mk_"
"""Begins every key, so that one that was published by mistake can be searched for."""
USED_EVERY = timedelta(minutes=1)
_LONGEST_TOKEN = 100


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key as it is listed: the key itself is shown once, when it is made.

    ``made_by`` is the id of the person who made it, None for one made on the command line. ``used_at`` is
    exact to a minute.
    """

    id: str
    name: str
    scopes: frozenset[Scope]
    created_at: datetime
    expires_at: datetime | None = None
    used_at: datetime | None = None
    revoked_at: datetime | None = None
    made_by: str | None = None

    @property
    def permissions(self) -> frozenset[Permission]:
        """What the key may do."""
        found: frozenset[Permission] = frozenset()
        for scope in self.scopes:
            found |= SCOPE_PERMISSIONS[scope]
        return found

    def is_valid(self, now: datetime) -> bool:
        """Whether the key opens anything at an instant."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)


class KeyRows(Protocol):
    """The keys that were made."""

    def add_key(self, key: ApiKey, token_hash: str) -> None:
        """Keep a key."""
        ...

    def find_key(self, token_hash: str) -> ApiKey | None:
        """Return the key of a token; None for a token that belongs to none."""
        ...

    def note_key_use(self, key_id: str, now: datetime) -> None:
        """Note that a key was used."""
        ...

    def revoke_key(self, key_id: str, now: datetime) -> bool:
        """End a key; False for an unknown id."""
        ...


class ApiKeys:
    """Makes, recognises and ends keys."""

    def __init__(self, rows: KeyRows) -> None:
        self._rows = rows

    def make(
        self,
        name: str,
        scopes: Iterable[Scope],
        now: datetime,
        expires: datetime | None = None,
        *,
        made_by: str | None = None,
    ) -> tuple[ApiKey, str]:
        """Make a key; return it and what the program sends, which is shown now and never again.

        ``made_by`` is the id of the person who makes it, None on the command line.

        Raises
        ------
        InvalidRequest
            No scope, no name, or an end that has passed.
        """
        kept, bare = frozenset(scopes), name.strip()
        if not kept:
            raise InvalidRequest("A key needs a scope: read, write, metrics or staff.")
        if not bare or len(bare) > 100 or not bare.isprintable():
            raise InvalidRequest("A key needs a name of one line and at most 100 characters.")
        if expires is not None and expires <= now:
            raise InvalidRequest("The end of the key has passed: give a later one.")
        key = ApiKey(f"K{secrets.token_hex(6)}", bare, kept, now, expires, made_by=made_by)
        token = f"{KEY_PREFIX}{secrets.token_urlsafe(32)}"
        self._rows.add_key(key, hash_of(token))
        return key, token

    def recognise(self, token: str, now: datetime) -> ApiKey | None:
        """Return the key that a program sent; None for one that opens nothing. Its use is noted."""
        if not token.startswith(KEY_PREFIX) or len(token) > _LONGEST_TOKEN:
            return None
        key = self._rows.find_key(hash_of(token))
        if key is None or not key.is_valid(now):
            return None
        if key.used_at is None or abs(now - key.used_at) >= USED_EVERY:
            self._rows.note_key_use(key.id, now)
        return key

    def revoke(self, key_id: str, now: datetime) -> None:
        """End a key at once; NotFound for an unknown id."""
        if not self._rows.revoke_key(key_id, now):
            raise NotFound(f"There is no key '{key_id}': matcher keys list names them.")
