"""What a role, a key or a visitor who is not signed in may do."""

from collections.abc import Iterable, Mapping
from enum import StrEnum

from matcher.people.person import Role
from matcher.settings import Visibility


class Permission(StrEnum):
    """One thing a caller may be allowed to do."""

    READ_OFFERS = "read_offers"
    """Read factories, calls and leads."""
    READ_DIRECTORY = "read_directory"
    """Read organisations that have not opted out, without their needs."""
    READ_NEEDS = "read_needs"
    """Read the needs of organisations too."""
    READ_OPTED_OUT = "read_opted_out"
    """Read organisations that have opted out."""
    ASK = "ask"
    """Ask with a text, or for an organisation one speaks for."""
    ASK_FOR_ANY = "ask_for_any"
    """Ask for any organisation."""
    SEE_ALERTS = "see_alerts"
    """See which members an opportunity fits."""
    SEND_ALERTS = "send_alerts"
    """Have members told of a call, and see who was told."""
    WRITE_CATALOGUE = "write_catalogue"
    """Add, replace and erase items."""
    SEE_PLAN = "see_plan"
    """See the plan of introductions, with the gains of both sides."""
    MAKE_PLAN = "make_plan"
    """Plan introductions anew."""
    ACT_FOR_OWN = "act_for_own"
    """React, answer introductions, set availability and correct the record of one's own organisation."""
    ACT_FOR_ANY = "act_for_any"
    """The same for any organisation, marked as done on its behalf."""
    MANAGE_INTRODUCTIONS = "manage_introductions"
    """Approve, refuse and follow introductions."""
    SEE_MAIL = "see_mail"
    """See the mails that are waiting, kept or sent."""
    MANAGE_NEEDS = "manage_needs"
    """Read, save and close job needs, and see their leads."""
    SEE_CANDIDATES = "see_candidates"
    """Work with candidates for a job."""
    SEE_METRICS = "see_metrics"
    """Read the figures for monitoring."""
    MANAGE_OWN_ACCOUNT = "manage_own_account"
    """List and end one's own visits, set a password, sign out."""
    SEE_PEOPLE = "see_people"
    """Read the list of people."""
    MANAGE_PEOPLE = "manage_people"
    """Add, change, disable and erase people."""
    HANDLE_RIGHTS = "handle_rights"
    """Export and erase what is held of any person or organisation."""
    MANAGE_KEYS = "manage_keys"
    """Make, list and revoke API keys."""


class Scope(StrEnum):
    """What an API key is for."""

    READ = "read"
    WRITE = "write"
    METRICS = "metrics"
    STAFF = "staff"


_P = Permission
_READING = frozenset({_P.READ_OFFERS, _P.READ_DIRECTORY, _P.READ_NEEDS, _P.ASK})
_MEMBER = _READING | {_P.ACT_FOR_OWN, _P.MANAGE_OWN_ACCOUNT}
_HR = _READING | {_P.MANAGE_NEEDS, _P.SEE_CANDIDATES, _P.MANAGE_OWN_ACCOUNT}
_STAFF_KEY = _READING | {
    _P.READ_OPTED_OUT,
    _P.ASK_FOR_ANY,
    _P.SEE_ALERTS,
    _P.SEND_ALERTS,
    _P.WRITE_CATALOGUE,
    _P.SEE_PLAN,
    _P.MAKE_PLAN,
    _P.ACT_FOR_ANY,
    _P.MANAGE_INTRODUCTIONS,
    _P.SEE_MAIL,
    _P.MANAGE_NEEDS,
    _P.SEE_PEOPLE,
}
_ADMIN = frozenset(Permission) - {_P.SEE_CANDIDATES}

ROLE_PERMISSIONS: Mapping[Role, frozenset[Permission]] = {
    Role.MEMBER: _MEMBER,
    Role.STAFF: _STAFF_KEY | {_P.ACT_FOR_OWN, _P.MANAGE_OWN_ACCOUNT},
    Role.HR: _HR,
    Role.ADMIN: _ADMIN,
}
"""Candidates are for the HR factory alone: no other role, the administrator's included, works with them."""

SCOPE_PERMISSIONS: Mapping[Scope, frozenset[Permission]] = {
    Scope.READ: _READING | {_P.ASK_FOR_ANY},
    Scope.WRITE: frozenset({_P.READ_OFFERS, _P.READ_DIRECTORY, _P.READ_NEEDS, _P.WRITE_CATALOGUE}),
    Scope.METRICS: frozenset({_P.SEE_METRICS}),
    Scope.STAFF: _STAFF_KEY,
}

VISITOR_PERMISSIONS: Mapping[Visibility, frozenset[Permission]] = {
    "nothing": frozenset(),
    "factories": frozenset({_P.READ_OFFERS}),
    "directory": frozenset({_P.READ_OFFERS, _P.READ_DIRECTORY}),
}
"""Needs, opted-out organisations, alerts, gains and figures are in none of them."""


def permissions_of(roles: Iterable[Role]) -> frozenset[Permission]:
    """Return what a person of these roles may do; nothing for a contact person.

    >>> permissions_of([])
    frozenset()
    >>> Permission.MANAGE_PEOPLE in permissions_of([Role.STAFF])
    False
    """
    found: frozenset[Permission] = frozenset()
    for role in roles:
        found |= ROLE_PERMISSIONS[role]
    return found
