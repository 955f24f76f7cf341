"""Quality may not fall below what was recorded; README.md beside this file says how to record again."""

import json
from pathlib import Path

import numpy as np
import pytest

from training.ranking import baselines
from training.ranking.comparison import measure
from training.sources.beir import Benchmark, load

HERE = Path(__file__).parent
FLOORS = json.loads((HERE / "floors.json").read_text(encoding="utf-8"))["titles"]


@pytest.fixture(scope="module")
def titles() -> Benchmark:
    return load(HERE / "titles")


def below(benchmark: Benchmark, method: baselines.Method, floors: dict[str, float]) -> dict[str, float]:
    scores = method(list(benchmark.queries.values()), list(benchmark.corpus.values()))
    found = {name: float(np.mean(values)) for name, values in measure(benchmark, scores).items()}
    return {name: found[name] for name, floor in floors.items() if found[name] < floor}


def test_words_alone_keep_their_floor(titles: Benchmark) -> None:
    assert below(titles, baselines.lexical, FLOORS["BM25, neutral text"]) == {}


@pytest.mark.model
def test_the_text_pipeline_keeps_its_floor(titles: Benchmark, model_dir: Path) -> None:
    from matcher.adapters.encoder.sentence import SentenceEncoder

    pipeline = baselines.pipeline(SentenceEncoder(model_dir), symmetric=True)
    assert below(titles, pipeline, FLOORS["text pipeline"]) == {}
