"""A version of the notice is one text: what somebody agreed to does not change under its name."""

import hashlib
import json

import pytest

from matcher.errors import NotFound
from matcher.hiring.candidates import CURRENT, Controller, person_notice

HASHES = {
    "2026-11-30": "b702668c691548bcedc9aeadd6e6256f18b43d727d49d13da557b81cd0558539",
    "2026-12-01": "6bb774eef034cb70f84e1f92a9280acea01e33736294e4cce45e88ea17e7fa60",
}
"""Add a line for a new version. Renew one only for a version that was in no release."""


@pytest.mark.parametrize("version", HASHES)
def test_the_text_of_a_version_is_the_one_of_its_hash(version: str) -> None:
    notice = person_notice(version)
    text = json.dumps([notice.french, notice.english], ensure_ascii=False)
    assert hashlib.sha256(text.encode()).hexdigest() == HASHES[version]


def test_the_version_in_force_has_a_hash_and_one_that_never_was_has_no_text() -> None:
    assert CURRENT in HASHES
    with pytest.raises(NotFound, match=CURRENT):
        person_notice("2020-01-01")


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_the_notice_in_force_says_who_answers_and_where_the_data_are(lang: str) -> None:
    controller = Controller("Cluster", "1 place {Exemple}", "donnees@cluster.example", "Hébergeur (France)")
    told = " ".join(text for _, text in person_notice().parts(lang, controller))
    for given in (controller.cluster, controller.address, controller.contact, controller.processors):
        assert given in told
