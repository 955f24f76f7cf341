"""Learning weights: honest figures, nothing learnt from too little, nothing better ever replaced."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from matcher.adapters.sql import open_store
from matcher.build import Matcher, open_matcher
from matcher.domain.events import Action, Feedback
from matcher.domain.items import Kind, Organisation
from matcher.errors import InvalidRequest
from matcher.feedback import examples, read_examples, write_examples
from matcher.recommend.policies import POLICIES, SIGNALS, WEIGHTS_FILE, learnt
from matcher.settings import Settings
from training.ranking.cluster import Judged, read_qrels
from training.ranking.fit_ranker import fit, from_examples, save


def judged(signal: str, queries: int = 12, seed: int = 0) -> list[Judged]:
    """Questions whose relevance follows one signal."""
    rng = np.random.default_rng(seed)
    ids = [f"o{number:02}" for number in range(30)]
    found = []
    for number in range(queries):
        table = rng.random((len(ids), len(SIGNALS)))
        relevance = table[:, SIGNALS.index(signal)]
        grades = {ids[row]: float(6 * relevance[row]) for row in np.argsort(-relevance)[:8]}
        found.append(Judged(f"q{number:02}", ids, table, grades))
    return found


def test_a_signal_that_explains_the_judgements_is_found_and_beats_what_is_in_use():
    found = fit(judged("market"), Kind.PARTNER)
    assert found.better
    assert SIGNALS[int(found.weights.argmax())] == "market"
    assert found.weights.sum() == pytest.approx(1.0)


def test_judgements_that_follow_no_signal_do_not_replace_anything():
    rng = np.random.default_rng(1)
    noise = [
        Judged(
            one.query,
            one.ids,
            one.table,
            {i: float(g) for i, g in zip(one.ids[:8], rng.random(8) * 6, strict=True)},
        )
        for one in judged("market")
    ]
    found = fit(noise, Kind.PARTNER)
    assert found.left_out < 0.7


def test_too_few_questions_teach_nothing():
    with pytest.raises(InvalidRequest, match="8 are needed"):
        fit(judged("market", queries=5), Kind.PARTNER)


def test_learnt_weights_are_kept_by_kind_and_read_by_the_pipeline(tmp_path: Path):
    save(tmp_path / WEIGHTS_FILE, Kind.PARTNER, fit(judged("market"), Kind.PARTNER))
    save(tmp_path / WEIGHTS_FILE, Kind.FACTORY, fit(judged("theme"), Kind.FACTORY))
    policies = learnt((tmp_path / WEIGHTS_FILE).read_text(encoding="utf-8"))
    assert max(policies[Kind.PARTNER].weights, key=policies[Kind.PARTNER].weights.__getitem__) == "market"
    assert max(policies[Kind.FACTORY].weights, key=policies[Kind.FACTORY].weights.__getitem__) == "theme"
    assert policies[Kind.LEAD] == POLICIES[Kind.LEAD]


@pytest.mark.parametrize(
    "text",
    [
        "nonsense",
        "[]",
        '{"nobody": {"text": 1}}',
        '{"lead": {"shoe_size": 1}}',
        '{"lead": {"text": -1}}',
        '{"lead": {"text": 0}}',
        '{"lead": 3}',
    ],
)
def test_a_damaged_weights_file_is_refused_with_its_mend(text: str):
    with pytest.raises(InvalidRequest, match="fit-ranker --write"):
        learnt(text)


def test_feedback_becomes_questions_weighted_by_how_likely_they_were_seen(tmp_path: Path):
    settings = Settings(home=tmp_path, encoder="hashing")
    with open_matcher_with(settings) as matcher:
        now = datetime(2026, 11, 22, tzinfo=UTC)
        for item, action, rank in (("ORG2", Action.ACCEPTED, 4), ("ORG3", Action.NOT_FOR_ME, 1)):
            matcher.store.events.log_feedback(Feedback(now, Kind.PARTNER, "ORG1", item, action, rank))
        matcher.store.events.log_feedback(Feedback(now, Kind.PARTNER, "ORG2", "ORG3", Action.DECLINED, 1))
        found = examples(matcher.store.events.feedback(), matcher.hits)
        questions, weights = from_examples(found, Kind.PARTNER)
    assert [one.query for one in questions] == ["ORG1"], "a question nobody wanted an answer of says nothing"
    assert questions[0].grades == {"ORG2": 6.0}
    assert dict(zip(questions[0].ids, weights[0].tolist(), strict=True)) == {"ORG2": 4.0, "ORG3": 1.0}


def reactions(follows: str, seed: int = 0) -> tuple[list[Feedback], dict[str, list[tuple[str, list[float]]]]]:
    """A log of members who look at ten places, the lower ones less, and want what one signal favours."""
    rng = np.random.default_rng(seed)
    now = datetime(2026, 11, 22, tzinfo=UTC)
    signal, rows, hits = SIGNALS.index(follows), [], {}
    for number in range(20):
        query = f"q{number:02}"
        hits[query] = [(f"o{item}", rng.random(len(SIGNALS)).tolist()) for item in range(10)]
        for rank, (item, signals) in enumerate(hits[query], start=1):
            if rng.random() < 1 / rank or rank == 1:
                action = Action.INTERESTED if signals[signal] > 0.5 else Action.NOT_FOR_ME
                rows.append(Feedback(now, Kind.PARTNER, query, item, action, rank))
    return rows, hits


@pytest.mark.parametrize("follows", ["market", "theme"])
@pytest.mark.parametrize("exported", [False, True])
def test_reactions_raise_the_weight_of_the_signal_that_members_follow(
    tmp_path: Path, follows: str, exported: bool
):
    rows, hits = reactions(follows)
    found = list(examples(rows, lambda query, _: hits[query]))
    if exported:
        write_examples(tmp_path / "f.jsonl", found, SIGNALS, b"k" * 16)
        found = read_examples(tmp_path / "f.jsonl", SIGNALS)
    questions, weights = from_examples(found, Kind.PARTNER)
    learnt_weights = fit(questions, Kind.PARTNER, weights).weights
    prior = np.array([POLICIES[Kind.PARTNER].weights[name] for name in SIGNALS])
    change = learnt_weights - prior
    assert SIGNALS[int(change.argmax())] == follows
    assert change[SIGNALS.index(follows)] > 0.1


@contextmanager
def open_matcher_with(settings: Settings) -> Iterator[Matcher]:
    with open_store(settings.database_url) as store:
        store.migrate()
        words = ("cartographie", "cybersécurité", "jeu vidéo")
        store.items.put(
            [Organisation(id=f"ORG{n}", name=f"N{n}", expertise=(w, "data")) for n, w in enumerate(words, 1)],
            source="test",
        )
    with open_matcher(settings) as matcher:
        matcher.index_now()
        yield matcher


def test_malformed_judgements_name_the_line(tmp_path: Path):
    path = tmp_path / "partner.qrels.tsv"
    path.write_text(
        "organisation_id\titem_id\tgrade\nORG1\tORG2\t4\nORG1\tORG3\tbeaucoup\n", encoding="utf-8"
    )
    with pytest.raises(InvalidRequest, match="line 3"):
        read_qrels(path)
    with pytest.raises(InvalidRequest, match="no judgements"):
        read_qrels(tmp_path / "absent.tsv")


def test_weights_survive_as_json(tmp_path: Path):
    save(tmp_path / WEIGHTS_FILE, Kind.PARTNER, fit(judged("market"), Kind.PARTNER))
    weights = json.loads((tmp_path / WEIGHTS_FILE).read_text(encoding="utf-8"))["partner"]
    assert set(weights) == set(SIGNALS)
