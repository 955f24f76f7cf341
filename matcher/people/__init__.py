"""People: who they are, what they may do, and the links they are sent.

- ``person``: a person, roles and organisations; a contact person is a person without a role
- ``permissions``: what each role, each scope of a key and a visitor who is not signed in may do
- ``keys``: API keys
- ``data_links``: links to a copy of one's data and to its erasure
- ``links``: links of mails: made, opened, used, revoked; following one never acts
- ``visits``: signed-in visits: begun, recognised, ended
- ``passwords``: hashing and checking them
- ``sign_in``: letting people in, by a link in a mail or with a password
- ``open_id``: the trip to an identity provider and back
- ``secret``: the secret that tokens are derived from
"""

from matcher.people.data_links import DataLinks
from matcher.people.keys import ApiKey, ApiKeys, KeyRows
from matcher.people.links import FAULTS, Link, LinkGone, LinkRows, Links, Purpose
from matcher.people.open_id import IdentityProvider, NotVouched, Trip, begin_trip, resume_trip
from matcher.people.passwords import hash_password
from matcher.people.permissions import (
    ROLE_PERMISSIONS,
    SCOPE_PERMISSIONS,
    VISITOR_PERMISSIONS,
    Permission,
    Scope,
    permissions_of,
)
from matcher.people.person import (
    AT_THE_CLUSTER,
    DEMONSTRATION,
    Person,
    Role,
    address_key,
    check_address,
    new_person,
)
from matcher.people.secret import read_secret
from matcher.people.sign_in import SignIn, WrongSignIn
from matcher.people.visits import VISIT_FOR, Visit, VisitRows, Visits

__all__ = [
    "AT_THE_CLUSTER",
    "DEMONSTRATION",
    "FAULTS",
    "ROLE_PERMISSIONS",
    "SCOPE_PERMISSIONS",
    "VISITOR_PERMISSIONS",
    "VISIT_FOR",
    "ApiKey",
    "ApiKeys",
    "DataLinks",
    "IdentityProvider",
    "KeyRows",
    "Link",
    "LinkGone",
    "LinkRows",
    "Links",
    "NotVouched",
    "Permission",
    "Person",
    "Purpose",
    "Role",
    "Scope",
    "SignIn",
    "Trip",
    "Visit",
    "VisitRows",
    "Visits",
    "WrongSignIn",
    "address_key",
    "begin_trip",
    "check_address",
    "hash_password",
    "new_person",
    "permissions_of",
    "read_secret",
    "resume_trip",
]
