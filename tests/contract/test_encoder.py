"""What every encoder promises, whatever is inside."""

import threading

import numpy as np
import pytest

from matcher.adapters.encoder import HashingEncoder, SentenceEncoder
from matcher.errors import InvalidRequest
from matcher.index import Encoder

TEXTS = [
    "Éditeur de logiciels pour les collectivités territoriales",
    "",
    "cybersécurité",
    "Nous cherchons un partenaire en cybersécurité pour un hôpital à Rodez. " * 3,
    "AI for earth observation from nanosatellites",
    "viticulture",
    "12 € … « œuvre »",
]


@pytest.fixture(scope="module", params=["hashing", pytest.param("sentence", marks=pytest.mark.model)])
def encoder(request: pytest.FixtureRequest) -> Encoder:
    if request.param == "hashing":
        return HashingEncoder()
    return SentenceEncoder(request.getfixturevalue("model_dir"), batch_size=8)


def both(encoder: Encoder, texts: list[str]) -> list[np.ndarray]:
    return [encoder.encode_queries(texts), encoder.encode_passages(texts)]


def test_vectors_are_float32_rows_of_unit_length(encoder: Encoder) -> None:
    for vectors in both(encoder, TEXTS):
        assert vectors.shape == (len(TEXTS), encoder.dim)
        assert vectors.dtype == np.float32
        assert np.linalg.norm(vectors, axis=1) == pytest.approx(1, abs=1e-5)


def test_no_texts_give_no_rows(encoder: Encoder) -> None:
    for vectors in both(encoder, []):
        assert vectors.shape == (0, encoder.dim)
        assert vectors.dtype == np.float32


def test_rows_follow_the_order_of_the_texts_and_not_the_company_they_keep(encoder: Encoder) -> None:
    many = TEXTS * 2  # more than a batch of eight, lengths mixed
    for together, backwards, alone in zip(
        both(encoder, many),
        both(encoder, many[::-1]),
        both(encoder, TEXTS[:1]),
        strict=True,
    ):
        assert (together * backwards[::-1]).sum(axis=1) == pytest.approx(1, abs=1e-5)
        assert together[0] @ alone[0] == pytest.approx(1, abs=1e-5)


def test_the_same_call_gives_the_same_bits(encoder: Encoder) -> None:
    for first, second in zip(both(encoder, TEXTS), both(encoder, TEXTS), strict=True):
        np.testing.assert_array_equal(first, second)


def test_the_empty_text_has_a_vector_of_its_own(encoder: Encoder) -> None:
    for vectors in both(encoder, ["", "   ", "cybersécurité"]):
        assert vectors[0] @ vectors[1] == pytest.approx(1, abs=1e-5)
        assert vectors[0] @ vectors[2] < 0.99


@pytest.mark.parametrize("wrong", [float("nan"), None, b"octets"])
def test_what_is_not_a_text_is_refused_by_position(encoder: Encoder, wrong: object) -> None:
    with pytest.raises(InvalidRequest, match="Entry 1"):
        encoder.encode_passages(["texte", wrong])  # type: ignore[list-item]


def test_a_megabyte_of_text_is_cut(encoder: Encoder) -> None:
    head = "logiciel libre de cartographie " * 2_000
    long, short = encoder.encode_passages([head + "x " * 500_000, head])
    assert long @ short == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("développeur web confirmé", "développeuse web confirmée"),
        ("ingénieur", "ingénieur·e"),
        ("Nous cherchons un directeur technique", "Nous cherchons une directrice technique"),
    ],
)
def test_titles_in_any_gender_are_one_text(encoder: Encoder, one: str, other: str) -> None:
    for vectors in both(encoder, [one, other]):
        assert vectors[0] @ vectors[1] == pytest.approx(1, abs=1e-6)


def test_likeness_is_seen(encoder: Encoder) -> None:
    query = encoder.encode_queries(["sécurité informatique des hôpitaux"])
    near, far = encoder.encode_passages(
        ["cybersécurité pour les hôpitaux", "location de bateaux sur le canal"]
    )
    assert query[0] @ near > query[0] @ far


def test_threads_may_share_an_encoder(encoder: Encoder) -> None:
    expected = encoder.encode_passages(TEXTS)
    found: list[np.ndarray] = []
    workers = [
        threading.Thread(target=lambda: found.append(encoder.encode_passages(TEXTS))) for _ in range(2)
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(found) == 2
    for vectors in found:
        assert (vectors * expected).sum(axis=1) == pytest.approx(1, abs=1e-5)


def test_a_name_tells_encoders_apart_and_stays(encoder: Encoder) -> None:
    assert encoder.name == encoder.name
    assert encoder.name != HashingEncoder(dim=64).name
