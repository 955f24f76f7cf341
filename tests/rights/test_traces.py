"""Traces of the erased: what is found again in a content, and what only looks like it."""

import pytest

from matcher.rights.traces import Tracer

TRACER = Tracer(b"a key of this test")


@pytest.mark.parametrize("content", ["ORG001", "(ORG001)", "ORG001, ORG0010", '{"id":"ORG001","name":""}'])
def test_an_id_is_found_beside_any_sign(content: str) -> None:
    assert TRACER.is_found(TRACER.traces([], ids=["ORG001"]), content.encode())


@pytest.mark.parametrize("content", ["ORG0010", "MORG001", "ORG001-bis", "x_ORG001", "ORG00", ""])
def test_an_id_within_a_longer_one_is_not_found(content: str) -> None:
    """The erasure of ORG001 would otherwise be owed for as long as ORG0010 is a member."""
    assert not TRACER.is_found(TRACER.traces([], ids=["ORG001"]), f"la fiche {content} reste".encode())
