"""API keys: for programs, each with its scopes, an end, and a hash in place of the key."""

from dataclasses import dataclass
from datetime import datetime

from matcher.people.permissions import SCOPE_PERMISSIONS, Permission, Scope


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
