import os
import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import ValidationError

from matcher.errors import InvalidRequest
from matcher.settings import Settings, load, unknown_variables


def test_everything_has_a_default():
    settings = Settings()
    assert settings.index_backend == "edge"
    assert settings.database_url == "sqlite:///var/matcher.db"
    assert settings.admin_key is None
    assert (settings.data_dir.name, settings.data_dir.is_absolute()) == ("data", True)


def test_what_lies_at_home_moves_with_it(tmp_path):
    settings = Settings(home=tmp_path)
    assert settings.database_url == f"sqlite:///{tmp_path}/matcher.db"
    assert settings.model_dir == tmp_path / "models" / "e5-small"
    assert settings.index_dir.parent == tmp_path


def test_the_environment_is_read(monkeypatch):
    monkeypatch.setenv("MATCHER_HOME", "elsewhere")
    monkeypatch.setenv("MATCHER_PORT", "9000")
    settings = Settings()
    assert (settings.home, settings.port) == (Path("elsewhere"), 9000)


def test_an_empty_variable_counts_as_unset(monkeypatch):
    monkeypatch.setenv("MATCHER_QDRANT_URL", "")
    monkeypatch.setenv("MATCHER_ADMIN_KEY", "")
    settings = Settings()
    assert (settings.qdrant_url, settings.index_backend, settings.admin_key) == (None, "edge", None)


def test_a_server_address_selects_the_server():
    assert Settings(qdrant_url="http://qdrant:6333").index_backend == "qdrant"
    assert Settings(qdrant_url="http://qdrant:6333", index_backend="edge").index_backend == "edge"


@pytest.mark.parametrize(
    "wrong",
    [
        {"port": 0},
        {"timezone": "Mars/Olympus"},
        {"admin_key": "short"},
        {"max_k": 0},
        {"max_k": 101},
        {"collection": "a b"},
    ],
)
def test_values_out_of_range_are_refused(wrong):
    with pytest.raises(ValidationError):
        Settings(**wrong)


def test_a_secret_shows_nowhere(monkeypatch):
    secret = "0123456789abcdef-secret"
    assert secret not in repr(Settings(admin_key=secret))
    monkeypatch.setenv("MATCHER_ADMIN_KEY", "short-secret")
    with pytest.raises(InvalidRequest) as fault:
        load()
    assert "MATCHER_ADMIN_KEY" in str(fault.value)
    assert "short-secret" not in str(fault.value)


def test_a_fault_names_every_variable(monkeypatch):
    monkeypatch.setenv("MATCHER_HOME", "elsewhere")
    monkeypatch.setenv("MATCHER_PORT", "many")
    monkeypatch.setenv("MATCHER_TIMEZONE", "Mars/Olympus")
    with pytest.raises(InvalidRequest, match=r"(?s)MATCHER_PORT.*MATCHER_TIMEZONE"):
        load()


@pytest.mark.parametrize(("field", "wrong"), [("ENCODER_THREADS", "0"), ("COLLECTION", "a b")])
def test_a_fault_names_no_variable_that_nobody_set(monkeypatch, field, wrong):
    monkeypatch.setenv(f"MATCHER_{field}", wrong)
    with pytest.raises(InvalidRequest) as fault:
        load()
    assert str(fault.value).count("MATCHER_") == 1
    assert f"MATCHER_{field}: " in str(fault.value)


def test_misspelt_variables_are_found(monkeypatch):
    monkeypatch.setenv("MATCHER_HOEM", "elsewhere")
    assert unknown_variables() == ["MATCHER_HOEM"]


def test_settings_do_not_change_once_read():
    with pytest.raises(ValidationError):
        Settings().port = 1  # type: ignore[misc]


@pytest.mark.process
def test_no_test_works_on_the_store_an_operator_has_set(tmp_path):
    ours = {"MATCHER_TEST_QDRANT_URL": "http://127.0.0.1:6333"}
    theirs = {"MATCHER_DATABASE_URL": f"sqlite:///{tmp_path}/prod.db", "matcher_home": str(tmp_path)}
    code = "import os, tests.conftest; print([n for n in os.environ if n.upper().startswith('MATCHER_')])"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=Path(__file__).parents[2],
        env={**os.environ, **ours, **theirs},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "['MATCHER_TEST_QDRANT_URL']"
