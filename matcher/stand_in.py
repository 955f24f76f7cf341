"""Answers from the store alone, for the time when the index or the encoder is away.

Words in common are counted with BM25 over the items of the store, and partners follow the last plan of
introductions. Conditions, dates, opt-outs and reactions hold as ever; labels, places and probabilities do not
count. An answer says that it is one of these (``degraded``).
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import blake2b
from threading import Lock

import numpy as np

from matcher.domain.answers import Answer, Quote, Reason, Recommendation, Side
from matcher.domain.items import AnyItem, Factory, Item, Kind, Opportunity, Organisation, Profile
from matcher.domain.store import Items, Outbox
from matcher.feedback import answer_id
from matcher.index import Bm25Lexical, ExactIndex, Hit, Point, Sparse, Where, passage
from matcher.language import content_tokens, exclusions
from matcher.market import IntroductionPlan, Planned
from matcher.recommend.free_text import blanked
from matcher.recommend.history import Reactions, said_by
from matcher.recommend.phrases import SHARED_WORDS, notice
from matcher.recommend.policies import POLICIES
from matcher.recommend.questions import check, may_meet, refusal

MAX_WORDS = 3
"""Words in common that a reason quotes."""
_DEPTH = 5
"""Hits looked at for each item wanted: some may not be recommended."""
_NO_VECTOR = np.ones(1, dtype=np.float32)


class StoreAnswers:
    """Answers every kind of question from the store; threads may share it.

    The words of all items are counted once, and those of changed items again.

    Parameters
    ----------
    items, outbox
        The store.
    lexical
        Counts the words.
    """

    def __init__(self, items: Items, outbox: Outbox, lexical: Bm25Lexical) -> None:
        self._items, self._outbox, self._lexical = items, outbox, lexical
        self._index = ExactIndex(1)
        self._seq = -1
        self._turn = Lock()

    def recommend(
        self,
        query: AnyItem | Profile,
        kind: Kind,
        k: int,
        on: datetime | None,
        *,
        plan: IntroductionPlan | None = None,
        reactions: Reactions | None = None,
    ) -> Answer:
        """Recommend at most ``k`` items that have words in common with the question, best first.

        Words of what the question excludes do not count. Ties, frequent where words alone are counted, are
        drawn by a hash of the question, so that the smallest id is not always first. Planned partners
        come first, in the order of the plan. InvalidRequest as of
        :meth:`matcher.recommend.Recommender.recommend`.
        """
        check(query, POLICIES[kind], k, on)
        answer = _empty(query, kind, k, on)
        refused = refusal(query, kind, on)
        if refused is not None:
            return replace(answer, notices=(refused,))
        aside = said_by(reactions, self._items, query, kind, on).excluded
        planned = _planned(plan, answer.query_id) if kind is Kind.PARTNER else {}
        asked = _affirmed(query)
        scores = self._words_in_common(asked, kind, k, aside)
        chosen = self._chosen(query, on, [*planned, *scores], aside)[:k]
        shown = [
            _present(rank, asked, item, scores.get(item.id, 0.0), planned.get(item.id))
            for rank, item in enumerate(chosen, start=1)
        ]
        answer = replace(answer, items=tuple(shown), plan=plan.version if plan and planned else None)
        return replace(answer, id=answer_id(answer))

    def _words_in_common(
        self, query: AnyItem | Profile, kind: Kind, k: int, aside: frozenset[str]
    ) -> dict[str, float]:
        """Return BM25 scores of the items with words of the question, best first, ties drawn by its hash."""
        text = passage(query)
        terms = self._lexical.encode_queries([text])[0]
        if not terms.indices:
            return {}
        with self._turn:
            self._count_words()
            most = _DEPTH * k + len(aside)
            hits = self._with_ties(terms, Where(POLICIES[kind].item_type), most)
        hits = sorted(hits, key=lambda hit: (-hit.score, _lot(text, hit.id)))
        return {hit.id: hit.score for hit in hits[:most]}

    def _with_ties(self, terms: Sparse, where: Where, most: int) -> list[Hit]:
        """Return the best hits, and those that score as the last of them, which the index cuts by id."""
        limit = most
        hits = self._index.query(None, terms, where, limit)
        while len(hits) == limit and hits[-1].score == hits[most - 1].score:
            limit *= 4
            hits = self._index.query(None, terms, where, limit)
        return hits

    def _count_words(self) -> None:
        """Take in what changed in the store since the last question."""
        seq = self._outbox.last_seq()
        # 0 says nothing: every erasure without an index empties the outbox.
        if seq == self._seq and seq != 0:
            return
        known = self._index.versions()
        stored = {item.id: item for item in self._items.all()}
        self._index.delete([name for name in known if name not in stored])
        changed = [item for item in stored.values() if known.get(item.id) != item.version]
        texts = [passage(item) for item in changed]
        for item, terms in zip(changed, self._lexical.encode_passages(texts), strict=True):
            self._index.upsert([Point(item.id, item.item_type, item.version, _NO_VECTOR, terms)])
        self._seq = seq

    def _chosen(
        self, query: AnyItem | Profile, on: datetime | None, ids: Sequence[str], aside: frozenset[str]
    ) -> list[AnyItem]:
        """Return the items that may be recommended, each once, in the order of ``ids``."""
        found = self._items.get_many(ids)
        stored = [found[name] for name in dict.fromkeys(ids) if name in found and name not in aside]
        own = query.id if isinstance(query, Item) else None
        return [item for item in stored if item.id != own and may_meet(query, item, on)]


def _affirmed(query: AnyItem | Profile) -> AnyItem | Profile:
    """Return the question less what its description excludes; all else keeps its place."""
    text = getattr(query, "description", "")
    return query.model_copy(update={"description": blanked(text, exclusions(text))}) if text else query


def _lot(text: str, item_id: str) -> bytes:
    """Return the place of an item among ties: the same for the same question."""
    return blake2b(f"{text}\0{item_id}".encode(), digest_size=8).digest()


def _empty(query: AnyItem | Profile, kind: Kind, k: int, on: datetime | None) -> Answer:
    """Return the answer before any item is found."""
    return Answer(
        kind=kind,
        query_id=query.id if isinstance(query, Item) else None,
        query_name=query.name if isinstance(query, Item) else None,
        on=on,
        k=k,
        generation="",
        items=(),
        notices=(notice("degraded"),),
        degraded=True,
    )


def _planned(plan: IntroductionPlan | None, asker: str | None) -> dict[str, Planned]:
    """Return the planned introductions of the asker by id, in the order of the plan."""
    if plan is None or asker is None:
        return {}
    return {entry.item_id: entry for entry in plan.lists.get(asker, ())}


def _present(
    rank: int, query: AnyItem | Profile, item: AnyItem, score: float, planned: Planned | None
) -> Recommendation:
    return Recommendation(
        rank=rank,
        item_id=item.id,
        item_type=item.item_type,
        name=item.name,
        score=round(min(1.0, score), 4),
        reasons=tuple(_reasons(query, item)),
        gain=round(planned.gain, 4) if planned else None,
        gain_of_other=round(planned.gain_of_other, 4) if planned else None,
        evidence_level=item.evidence_level,
        needs_confirmation=item.needs_confirmation,
        illustrative=any(isinstance(one, Organisation) and one.illustrative for one in (query, item)),
        opens_at=item.opens_at if isinstance(item, Opportunity) else None,
        closes_at=item.closes_at if isinstance(item, Opportunity) else None,
        next_date=item.next_meeting if isinstance(item, Factory) else None,
        source_url=item.source_url,
    )


@dataclass(frozen=True, slots=True)
class _Word:
    """The first place of a word in a text."""

    stem: str
    quote: Quote


def _reasons(query: AnyItem | Profile, item: AnyItem) -> Iterator[Reason]:
    """Say which words both texts have, the longest first: a note, as it is in a full answer."""
    theirs = {word.stem: word.quote for word in _words(item, "item")}
    common = [word for word in _words(query, "query") if word.stem in theirs]
    common.sort(key=lambda word: (-len(word.stem), word.stem))
    if not common:
        return
    quotes: list[Quote] = []
    for word in common[:MAX_WORDS]:
        quotes += [word.quote, theirs[word.stem]]
    words = [word.quote.text for word in common[:MAX_WORDS]]
    french, english = ", ".join(f"« {word} »" for word in words), ", ".join(f"“{word}”" for word in words)
    yield Reason(
        signal="words",
        fr=SHARED_WORDS[0].format(french=french),
        en=SHARED_WORDS[1].format(english=english),
        quotes=tuple(quotes),
        clear=False,
        note=True,
    )


def _words(subject: AnyItem | Profile, side: Side) -> Iterable[_Word]:
    """Return the distinct words of a text, each at its first place."""
    found: dict[str, _Word] = {}
    for field, text in subject.fields():
        for token in content_tokens(text):
            quote = Quote(side=side, field=field, start=token.start, end=token.end, text=token.text)
            found.setdefault(token.stem, _Word(token.stem, quote))
    return found.values()
