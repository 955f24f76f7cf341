"""People: members, staff, and contact persons, who are people without a role."""

import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from matcher.errors import InvalidRequest

DEMONSTRATION = "demonstration"
"""Source of the people that the demonstration makes up; nobody else can be let in without a link."""
LONGEST_ADDRESS = 254
"""Characters of an address (RFC 5321, 4.5.3.1.3, less its angle brackets)."""
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
"""The HTML standard's e-mail address, with a dot in the domain: one line, no comment, no quoted part."""
_CONTROL = re.compile(r"[\x00-\x1f\x7f\u0085\u2028\u2029]")


class Role(StrEnum):
    """What a person is to the cluster; a person may have several roles, or none."""

    MEMBER = "member"
    STAFF = "staff"
    HR = "hr"
    ADMIN = "admin"


AT_THE_CLUSTER = frozenset({Role.STAFF, Role.HR, Role.ADMIN})
"""Roles of the cluster's own team."""


@dataclass(frozen=True, slots=True)
class Person:
    """A person, with what mail and rights need and nothing more.

    ``organisations`` are ids of those the person speaks for. ``source`` says where the data come from.
    ``consent_at`` is when the person agreed to be written to, ``objected_at`` when they asked not to be, and
    ``disabled_at`` since when they can no longer sign in; None where that has not happened.

    Examples
    --------
    >>> Person("P1", "claire@example.org", "Claire Martin", roles=frozenset({Role.STAFF})).may_sign_in
    True
    >>> Person("P2", "jean@example.org", "Jean Roux").may_sign_in  # a contact person
    False
    """

    id: str
    email: str
    name: str
    function: str = ""
    lang: str = "fr"
    roles: frozenset[Role] = frozenset()
    organisations: tuple[str, ...] = ()
    source: str = ""
    consent_at: datetime | None = None
    objected_at: datetime | None = None
    disabled_at: datetime | None = None

    @property
    def may_sign_in(self) -> bool:
        """Whether the person has a role and is not disabled."""
        return bool(self.roles) and self.disabled_at is None

    @property
    def may_be_written_to(self) -> bool:
        """Whether mail that the person did not ask for may be sent."""
        return self.objected_at is None and self.disabled_at is None


def new_person(
    email: str,
    name: str,
    *,
    roles: Iterable[Role] = (),
    organisations: Iterable[str] = (),
    function: str = "",
    source: str = "",
) -> Person:
    """Return a person with a new id.

    Raises
    ------
    InvalidRequest
        The address is none, the name is empty, a text holds a line break, or a member has no organisation.

    Examples
    --------
    >>> person = new_person(" Claire@Example.org ", "Claire Martin", roles=[Role.STAFF])
    >>> person.email, person.roles
    ('Claire@example.org', frozenset({<Role.STAFF: 'staff'>}))
    """
    kept_roles, kept_organisations = frozenset(roles), tuple(dict.fromkeys(organisations))
    if Role.MEMBER in kept_roles and not kept_organisations:
        raise InvalidRequest("A member speaks for an organisation: name at least one.")
    return Person(
        id=f"P{secrets.token_hex(6)}",
        email=check_address(email),
        name=_line(name, "name"),
        function=_line(function, "function") if function.strip() else "",
        roles=kept_roles,
        organisations=kept_organisations,
        source=_line(source, "source") if source.strip() else "",
    )


def check_address(address: str) -> str:
    r"""Return an address fit for the header of a mail, its domain in lower case.

    Line breaks are refused and not removed: one within an address adds a header to a mail.

    Raises
    ------
    InvalidRequest
        It is no address; the message does not repeat it.

    Examples
    --------
    >>> check_address("Claire@Example.ORG ")
    'Claire@example.org'
    >>> check_address("claire@example.org\r\nBcc: all@example.org")
    Traceback (most recent call last):
    ...
    matcher.errors.InvalidRequest: An e-mail address is one line, without line breaks.
    """
    bare = address.strip(" ")
    if _CONTROL.search(bare):
        raise InvalidRequest("An e-mail address is one line, without line breaks.")
    if len(bare) > LONGEST_ADDRESS or not _ADDRESS.fullmatch(bare):
        raise InvalidRequest("That is no e-mail address: write it as name@example.org.")
    local, _, domain = bare.rpartition("@")
    return f"{local}@{domain.lower()}"


def address_key(address: str) -> str:
    """Return what two spellings of one address have in common: case does not tell people apart.

    >>> address_key("Claire@Example.org")
    'claire@example.org'
    """
    return address.strip().casefold()


def _line(text: str, what: str) -> str:
    bare = text.strip(" ")
    if not bare or len(bare) > 300 or _CONTROL.search(bare):
        raise InvalidRequest(f"The {what} is one line of 1 to 300 characters.")
    return bare
