import pytest

from matcher.errors import BackendUnavailable, MatcherError, NotFound, NotReady
from service.http.errors import TABLE, of_error, row_of


def tree(cls: type[MatcherError]) -> list[type[MatcherError]]:
    return [cls, *(below for child in cls.__subclasses__() for below in tree(child))]


@pytest.mark.parametrize("cls", tree(MatcherError))
def test_every_error_has_a_row_of_its_own(cls):
    assert cls in TABLE
    assert row_of(cls.__new__(cls)) is TABLE[cls]  # the class decides, whatever it is made with


def test_slugs_are_stable_names_used_once():
    slugs = [row.slug for row in TABLE.values()]
    assert len(set(slugs)) == len(slugs)
    assert all(slug == slug.lower() and " " not in slug for slug in slugs)


def test_an_error_derived_later_takes_the_row_of_its_parent():
    class Odd(NotFound):
        """Not in the table."""

    assert row_of(Odd("x")) is TABLE[NotFound]


def test_a_problem_names_type_title_status_detail_and_request():
    response = of_error(NotFound("There is no item 'X'."), "request-1")
    assert response.status_code == 404
    assert response.media_type == "application/problem+json"
    assert bytes(response.body).decode() == (
        '{"type":"urn:matcher:not-found","title":"Not found","status":404,'
        '"detail":"There is no item \'X\'.","request_id":"request-1"}'
    )


@pytest.mark.parametrize("cls", [NotReady, BackendUnavailable])
def test_what_may_pass_says_when_to_come_back(cls):
    assert of_error(cls("later")).headers["Retry-After"] == "5"
