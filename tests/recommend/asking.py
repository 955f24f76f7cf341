"""Recommenders over a few items, with the exact index and the weightless encoder."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from matcher.adapters.encoder import HashingEncoder
from matcher.domain.answers import Answer, Quote, Recommendation
from matcher.domain.items import AnyItem, Kind, Profile
from matcher.index import Bm25Lexical, ExactIndex, to_points
from matcher.knowledge import Knowledge
from matcher.recommend import Analyser, Recommender
from matcher.recommend.calibration import UNCALIBRATED

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
NOTHING_KNOWN = Knowledge()


class Held:
    """Items in memory, with the methods of the store that answers use; ``read`` are the ids read whole."""

    def __init__(self, items: Iterable[AnyItem]) -> None:
        self.items = {item.id: item for item in items}
        self.read: list[str] = []

    def get_many(self, ids: Iterable[str]) -> dict[str, AnyItem]:
        found = {item_id: self.items[item_id] for item_id in ids if item_id in self.items}
        self.read += found
        return found

    def versions_of(self, ids: Iterable[str]) -> dict[str, str]:
        return {item_id: self.items[item_id].version for item_id in ids if item_id in self.items}


def build(held: Held, knowledge: Knowledge = NOTHING_KNOWN, *, least_probability: float = 0.0) -> Recommender:
    """Return a recommender over these items, indexed as they are now; by default no score is too low."""
    encoder, lexical = HashingEncoder(), Bm25Lexical()
    index = ExactIndex(encoder.dim)
    index.upsert(to_points(list(held.items.values()), encoder, lexical))
    analyser = Analyser(knowledge)
    recommender = Recommender(held, index, encoder, lexical, analyser, generation="g1")  # type: ignore[arg-type]  # the rest of Items is not asked for
    recommender.calibrate(UNCALIBRATED, least_probability=least_probability)
    return recommender


def ask(
    query: AnyItem | Profile,
    *others: AnyItem,
    kind: Kind = Kind.PARTNER,
    k: int = 5,
    knowledge: Knowledge = NOTHING_KNOWN,
    least_probability: float = 0.0,
) -> Answer:
    """Ask among the others; a stored item that asks is held too."""
    own = [] if type(query) is Profile else [query]
    held = Held([*others, *own])  # type: ignore[list-item]  # what is not a mere profile is an item
    return build(held, knowledge, least_probability=least_probability).recommend(query, kind, k=k, on=NOW)


def ids(items: Iterable[Recommendation]) -> list[str]:
    return [item.item_id for item in items]


def told(items: Iterable[Recommendation], item_id: str) -> Recommendation:
    """Return the item of this id, which must be among these."""
    return next(item for item in items if item.item_id == item_id)


def french(item: Recommendation) -> str:
    return " ".join(reason.fr for reason in item.reasons)


def gaps(item: Recommendation) -> set[str]:
    return {gap.code for gap in item.missing}


def notices(answer: Answer) -> list[str]:
    return [notice.code for notice in answer.notices]


def is_exact(quote: Quote, side: AnyItem | Profile) -> bool:
    """Whether the quote stands in the side's field, at the place it names."""
    texts = (text for field, text in _quotable(side) if field == quote.field)
    return any(text[quote.start : quote.end] == quote.text for text in texts)


def _quotable(side: AnyItem | Profile) -> Iterator[tuple[str, str]]:
    yield from side.fields()
    for name in ("city", "antenna", "member_type", "eligibility_text", "size_band"):
        if getattr(side, name, None):
            yield name, str(getattr(side, name))
