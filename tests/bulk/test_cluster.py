"""What Ray is given when it is started here, and what is said when it does not start."""

import os
from pathlib import Path

import pytest

from matcher.bulk.cluster import not_started, token_in

PATH = "RAY_AUTH_TOKEN_PATH"


def test_the_token_of_a_run_is_for_its_user_alone_and_ends_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("RAY_AUTH_TOKEN", raising=False)
    monkeypatch.delenv(PATH, raising=False)
    with token_in(tmp_path):
        path = Path(os.environ[PATH])
        assert path.parent == tmp_path
        assert path.stat().st_mode & 0o777 == 0o600
        assert len(path.read_text(encoding="ascii")) == 64
    assert PATH not in os.environ


@pytest.mark.parametrize("name", ["RAY_AUTH_TOKEN", PATH])
def test_a_token_that_the_environment_names_is_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(name, "theirs")
    with token_in(tmp_path):
        assert os.environ[name] == "theirs"
        assert list(tmp_path.iterdir()) == []
    assert os.environ[name] == "theirs"


def test_a_cluster_is_named_only_where_one_is_joined() -> None:
    assert "cluster" not in not_started("")
    assert "10.0.0.5:6379" in not_started("10.0.0.5:6379")
