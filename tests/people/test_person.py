"""People as values: what makes an address, a member, and what each role may do."""

import pytest

from matcher.errors import InvalidRequest
from matcher.people import (
    ROLE_PERMISSIONS,
    SCOPE_PERMISSIONS,
    VISITOR_PERMISSIONS,
    Permission,
    Role,
    check_address,
    new_person,
    permissions_of,
)


@pytest.mark.parametrize(
    "address", ["a@b.fr", "jean.o'neil+digital@sous.domaine.example", "x@xn--caf-dma.fr"]
)
def test_an_address_is_kept(address):
    assert check_address(address) == address


@pytest.mark.parametrize(
    "address",
    [
        "a@b.fr\r\nBcc: all@example.org",
        "a@b.fr\nSubject: x",
        "a\r@b.fr",
        "a@b.fr\r\n",
        "a@b.fr\u2028",
        "a@b.fr\x00",
    ],
)
def test_a_line_break_in_an_address_is_refused_and_not_repeated(address):
    with pytest.raises(InvalidRequest, match="line breaks") as fault:
        check_address(address)
    assert "@" not in str(fault.value)


@pytest.mark.parametrize(
    "address", ["", "@", "a@b", "a b@c.fr", "a@b.fr, c@d.fr", "<a@b.fr>", "a" * 250 + "@b.fr"]
)
def test_what_is_no_address_is_refused(address):
    with pytest.raises(InvalidRequest, match=r"name@example\.org"):
        check_address(address)


@pytest.mark.parametrize("name", ["", "  ", "A\nB", "x" * 301])
def test_a_name_is_one_line(name):
    with pytest.raises(InvalidRequest, match="name"):
        new_person("a@b.fr", name)


def test_a_member_speaks_for_somebody_and_a_contact_person_needs_no_role():
    with pytest.raises(InvalidRequest, match="organisation"):
        new_person("a@b.fr", "Claire", roles=[Role.MEMBER])
    contact = new_person("a@b.fr", "Claire", organisations=["ORG001", "ORG001"])
    assert contact.organisations == ("ORG001",)
    assert not contact.may_sign_in
    assert contact.may_be_written_to
    assert permissions_of(contact.roles) == frozenset()


NEVER_PUBLIC = {
    Permission.READ_NEEDS,
    Permission.READ_OPTED_OUT,
    Permission.SEE_ALERTS,
    Permission.SEE_PLAN,
    Permission.SEE_METRICS,
}


def test_what_is_never_public_is_public_under_no_setting():
    assert [name for name, allowed in VISITOR_PERMISSIONS.items() if allowed & NEVER_PUBLIC] == []
    assert VISITOR_PERMISSIONS["nothing"] == frozenset()


def test_candidates_are_for_the_hr_factory_alone():
    roles = {role for role, allowed in ROLE_PERMISSIONS.items() if Permission.SEE_CANDIDATES in allowed}
    assert roles == {Role.HR}
    assert [
        scope for scope, allowed in SCOPE_PERMISSIONS.items() if Permission.SEE_CANDIDATES in allowed
    ] == []


def test_no_key_manages_people_or_keys():
    managing = {Permission.MANAGE_PEOPLE, Permission.MANAGE_KEYS, Permission.MANAGE_OWN_ACCOUNT}
    assert [scope for scope, allowed in SCOPE_PERMISSIONS.items() if allowed & managing] == []
