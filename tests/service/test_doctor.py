"""What the doctor says of the encoder, the index and the disk; tests/e2e/test_cli.py types the command."""

import os
import shutil
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from matcher.adapters.encoder.model import prepare as model
from matcher.build import open_matcher
from matcher.domain import Organisation
from matcher.introductions import Availability
from matcher.settings import Settings
from service.doctor import Finding, examine, examine_open

DATA = Path(__file__).parents[2] / "data"
UNUSED = "http://127.0.0.1:1"


def found(settings: Settings, check: str) -> Finding:
    return next(finding for finding in examine(settings) if finding.check == check)


def sealed(home: Path, origin: dict[str, object]) -> Settings:
    """Settings whose prepared model is a file that costs nothing, made from ``origin``."""
    settings = Settings(home=home)
    settings.model_dir.mkdir(parents=True)
    (settings.model_dir / "tokenizer.json").write_text("{ }")
    model.seal(settings.model_dir, origin)
    return settings


def test_a_model_made_without_the_shipped_adapter_is_not_the_good_one(tmp_path):
    finding = found(sealed(tmp_path, model.origin_of(None)), "model")
    assert finding.state == "error"
    assert "matcher prepare" in finding.fix
    assert "matcher reindex" in finding.fix


def test_the_model_of_this_release_is_good(tmp_path):
    assert found(sealed(tmp_path, model.origin_of(model.shipped_adapter(DATA))), "model").state == "ok"


@pytest.mark.parametrize(
    ("name", "state"), [("/nonexist", "error"), ("nonexist/model", "warning"), (".", "ok")]
)
def test_another_encoder_is_good_only_where_there_is_one(tmp_path, name, state):
    assert found(Settings(home=tmp_path, encoder=name), "model").state == state


@pytest.mark.parametrize("zeroed", [False, True])
def test_an_index_whose_vectors_are_spoilt_is_not_well_though_it_opens(stocked, zeroed):
    assert found(stocked, "index").state == "ok"
    (vectors,) = stocked.index_dir.glob("*/shard/segments/*/vector_storage-text/vectors/chunk_0.mmap")
    size = vectors.stat().st_size
    os.truncate(vectors, 0)
    os.truncate(vectors, size if zeroed else 1_000)
    finding = found(stocked, "index")
    assert finding.state == "error"
    assert "matcher reindex" in finding.found


def test_a_server_that_does_not_answer_is_named_with_its_setting(stocked):
    finding = found(stocked.model_copy(update={"index_backend": "qdrant", "qdrant_url": UNUSED}), "index")
    assert finding.state == "error"
    assert "MATCHER_QDRANT_URL" in finding.found
    assert "matcher doctor" not in finding.found


def test_a_full_disk_is_reported(stocked, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=0))
    assert found(stocked, "disk").state == "error"
    finding = found(stocked, "index")
    assert finding.state == "error"
    assert "Free disk space" in finding.found


def test_who_takes_no_part_in_a_plan_is_not_said_to_have_joined_since(stocked):
    """Planning again would change nothing: a sole trader who was not asked, a pause, nothing to match on."""
    text, now = "Audits de cybersécurité pour les hôpitaux.", datetime.now(UTC)
    joined = [
        Organisation(id="ORG101", name="Seule", description=text, legal_category="1000"),
        Organisation(id="ORG102", name="En pause", description=text),
        Organisation(id="ORG103", name="Sans texte"),
    ]
    with open_matcher(stocked) as matcher:
        matcher.store.items.put(joined, source="test")
        pause = Availability("ORG102", pause_until=now + timedelta(days=15))
        matcher.introductions.wish(pause, now)
        assert [one.id for one in matcher.planner.members()] == ["ORG001", "ORG002", "ORG003"]
        matcher.index_now()
        matcher.plan()
        assert next(one for one in examine_open(matcher) if one.check == "plan").state == "ok"
        asked = joined[0].model_copy(update={"accepts_ranking": True})
        matcher.store.items.put([asked], source="test")
        finding = next(one for one in examine_open(matcher) if one.check == "plan")
        assert (finding.state, "1 joined since: ORG101" in finding.found) == ("warning", True)


def test_a_damaged_item_is_named_and_stops_neither_the_index_nor_the_others(stocked):
    with open_matcher(stocked) as matcher:
        points = matcher.index.count()
    with sqlite3.connect(stocked.home / "matcher.db") as connection:
        connection.execute("UPDATE items SET body = '{', version = 'damaged' WHERE id = 'ORG001'")
        row = ("ORG001", "organisation", "upsert", "damaged", "2026-11-30T00:00:00.000000+00:00")
        connection.execute("INSERT INTO outbox (item_id, item_type, op, version, at) VALUES (?,?,?,?,?)", row)
    finding = found(stocked, "store")
    assert finding.state == "warning"
    assert "1 damaged: ORG001" in finding.found
    assert "Import" in finding.fix
    with open_matcher(stocked) as matcher:
        matcher.index_now()
        assert matcher.index.count() == points - 1
        assert not matcher.serving.indexer.differences(matcher.index)
        matcher.reindex()
        assert matcher.index.count() == points - 1


@pytest.mark.parametrize(
    ("public_url", "state"),
    [(None, "warning"), ("http://localhost:8000", "warning"), ("https://matcher.example/r", "ok")],
)
def test_links_of_mails_that_lead_nobody_are_a_warning_once_mails_are_sent(tmp_path, public_url, state):
    given = {} if public_url is None else {"public_url": public_url}
    assert found(Settings(home=tmp_path, **given), "mail").state == "ok"
    finding = found(
        Settings(home=tmp_path, smtp_url="smtp://mail.example", mail_from="a@b.example", **given), "mail"
    )
    assert finding.state == state
    assert ("MATCHER_PUBLIC_URL" in finding.fix) == (state == "warning")
