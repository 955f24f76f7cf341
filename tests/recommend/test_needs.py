"""Declaring a need never lowers a company's score (F1), and is searched with like the rest of its text."""

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matcher.adapters.encoder import HashingEncoder
from matcher.adapters.encoder.sentence import SentenceEncoder
from matcher.domain.items import Kind, Organisation, Profile
from matcher.importing import read
from matcher.index import Bm25Lexical, Encoder, ExactIndex, passage, terms, to_points
from matcher.knowledge import Knowledge, read_knowledge
from matcher.recommend import Analyser, Recommender
from tests.examples import draws
from tests.recommend.asking import Held

REPOSITORY = Path(__file__).resolve().parents[2]
ON = datetime(2026, 11, 30, 9, tzinfo=UTC)
REQUESTS = (
    "capteurs vibratoires pour machines-outils à Rodez",
    "start-up e-santé à Montpellier, cherche hébergeur HDS et premiers hôpitaux",
    "agence qui refait un site de vente en ligne",
    "partenaire en intelligence artificielle pour l'agriculture",
)
NEEDS = ("levée de fonds", "recrutement de développeurs", "hébergement HDS", "clients industriels", "IoT")


@cache
def catalogue() -> tuple[Organisation, ...]:
    rows = read(REPOSITORY / "data/catalogue/organisations.csv").rows
    return tuple(row.item for row in rows if isinstance(row.item, Organisation))


@cache
def knowledge() -> Knowledge:
    return read_knowledge(REPOSITORY / "data")


class Company:
    """A company among the first others of the catalogue, which are encoded once."""

    def __init__(self, encoder: Encoder, others: int) -> None:
        self._encoder, self._lexical = encoder, Bm25Lexical()
        self._others = catalogue()[:others]
        self._points = to_points(self._others, encoder, self._lexical)

    def score(self, item: Organisation, request: str) -> float:
        """Score of the company for a request, 0 when it is no hit."""
        held, index = Held([*self._others, item]), ExactIndex(self._encoder.dim)
        index.upsert([*self._points, *to_points([item], self._encoder, self._lexical)])
        recommender = Recommender(held, index, self._encoder, self._lexical, Analyser(knowledge()))  # type: ignore[arg-type]  # the rest of Items is not asked for
        scored = recommender.scores(Profile(description=request), Kind.PARTNER, ON)
        return next((entry.score for entry in scored if entry.id == item.id), 0.0)

    def loses(self, item: Organisation, needs: Sequence[str], request: str) -> float:
        """How much of its score the company loses when it declares needs."""
        needier = item.model_copy(update={"needs": tuple(needs)})
        return self.score(item, request) - self.score(needier, request)


@cache
def light() -> Company:
    return Company(HashingEncoder(), 40)


@given(
    place=st.integers(0, len(catalogue()) - 1),
    is_bare=st.booleans(),
    needs=st.lists(st.sampled_from(NEEDS), min_size=1, max_size=3, unique=True),
    request=st.sampled_from(REQUESTS),
)
@settings(max_examples=draws(10), deadline=None)
def test_a_need_lowers_no_score_of_the_catalogue(
    place: int, is_bare: bool, needs: list[str], request: str
) -> None:
    item = catalogue()[place].model_copy(update={"id": "ZX1", "needs": ()})
    if is_bare:  # as many files of members are: a description and nothing else
        item = item.model_copy(update={"expertise": (), "offers": (), "sectors": ()})
    assert light().loses(item, needs, request) <= 1e-5


@pytest.mark.model
def test_a_need_lowers_no_score_with_the_encoder_that_is_served(model_dir: Path) -> None:
    sensors = Organisation(
        id="ZX211", name="Essai", description="Capteurs vibratoires IoT pour machines-outils.", city="Rodez"
    )
    company = Company(SentenceEncoder(model_dir), 8)
    for item in (sensors, catalogue()[9].model_copy(update={"needs": ()})):
        assert company.loses(item, NEEDS[:1], REQUESTS[0]) <= 1e-5
        assert company.loses(item, NEEDS, REQUESTS[0]) <= 1e-5


@given(place=st.integers(0, len(catalogue()) - 1), needs=st.lists(st.sampled_from(NEEDS), unique=True))
@settings(max_examples=draws(20), deadline=None)
def test_a_stored_company_is_searched_for_by_the_words_of_its_text(place: int, needs: list[str]) -> None:
    item = catalogue()[place].model_copy(update={"needs": tuple(needs)})
    lexical = Bm25Lexical()
    (point,) = to_points([item], HashingEncoder(), lexical)
    assert lexical.query_of_ids(point.sparse.indices) == lexical.query_of(terms(passage(item)))
