"""A service makes itself known to commands of the same account, and nobody else is taken for it."""

import json
from pathlib import Path

import pytest

from matcher.errors import InvalidRequest
from matcher.settings import Settings
from service.running import FILE, announced, find_running


@pytest.mark.parametrize(
    "text", ["", "nonsense", "[]", "{}", json.dumps({"host": "127.0.0.1", "port": 9, "token": "stale"})]
)
def test_a_damaged_file_or_that_of_a_killed_service_is_no_service(tmp_path: Path, text: str):
    (tmp_path / FILE).write_text(text, "utf-8")
    assert find_running(Settings(home=tmp_path)) is None


def test_no_file_is_no_service(tmp_path: Path):
    assert find_running(Settings(home=tmp_path)) is None


def test_the_token_is_new_at_each_start_for_the_account_alone_and_gone_at_the_end(tmp_path: Path):
    tokens = set()
    for _ in range(2):
        with announced(tmp_path, "0.0.0.0", 8000) as token:
            file = tmp_path / FILE
            assert file.stat().st_mode & 0o777 == 0o600
            assert json.loads(file.read_text("utf-8")) == {"host": "127.0.0.1", "port": 8000, "token": token}
            tokens.add(token)
        assert not file.exists()
    assert len(tokens) == 2


def test_the_file_of_a_service_started_since_stays(tmp_path: Path):
    with announced(tmp_path, "127.0.0.1", 8000):
        later = announced(tmp_path, "127.0.0.1", 8001)
        later.__enter__()
    assert (tmp_path / FILE).exists()


def test_a_service_on_another_machine_is_named_with_its_key():
    key = "a-key-of-that-service"
    found = find_running(Settings(url="https://matcher.example.org/app/", token=key))
    assert found is not None
    assert (found.place, found.secure, found.token) == ("matcher.example.org:443/app", True, key)
    with pytest.raises(InvalidRequest, match="MATCHER_TOKEN"):
        find_running(Settings(url="http://matcher.example.org"))
