"""The one place that chooses adapters and puts the product together."""

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cached_property

from threadpoolctl import threadpool_limits

from matcher.adapters.qdrant.folders import FolderGenerations
from matcher.adapters.sql import Store, open_store
from matcher.domain.events import Action
from matcher.domain.items import AnyItem, ItemType, Kind
from matcher.errors import BackendUnavailable, InvalidRequest, MatcherError, NotFound
from matcher.index.generations import DrainReport, Generation, Generations, Progress
from matcher.index.indexer import Indexer, has_text, is_listed
from matcher.index.lexical import Bm25Lexical
from matcher.index.ports import Encoder, Index
from matcher.knowledge.places import Territory
from matcher.knowledge.read import esco_finder, read_territory, read_vocabulary
from matcher.knowledge.skills import SkillFinder
from matcher.language.lookup import find_by_name, find_one
from matcher.market.introduction_plan import IntroductionPlan, plan_introductions
from matcher.recommend.analysis import Analyser
from matcher.recommend.policies import WEIGHTS_FILE, learnt
from matcher.recommend.recommender import Recommender
from matcher.settings import HASHING, Settings

_log = logging.getLogger(__name__)


def make_encoder(settings: Settings) -> Encoder:
    """Return the encoder of the settings; ModelMissing says what to run when its files are not there."""
    if settings.encoder == HASHING:
        from matcher.adapters.encoder.hashing import HashingEncoder

        return HashingEncoder()
    from matcher.adapters.encoder.sentence import SentenceEncoder

    folder = settings.encoder or settings.model_dir
    return SentenceEncoder(folder, threads=settings.encoder_threads)


def make_generations(settings: Settings) -> Generations:
    """Return the place of index generations for the backend of the settings."""
    if settings.index_backend == "qdrant":
        return _on_a_server(settings)
    root = settings.index_dir
    if settings.index_backend == "exact":
        from matcher.index.exact import ExactIndex

        return FolderGenerations(root, ExactIndex)
    from matcher.adapters.qdrant.edge import OPTIMIZE_ABOVE, EdgeIndex, optimize_folder

    return FolderGenerations(root, EdgeIndex, optimize=optimize_folder, optimize_above=OPTIMIZE_ABOVE)


def _on_a_server(settings: Settings) -> Generations:
    if not settings.qdrant_url:
        raise InvalidRequest("The index backend is qdrant but no server is named. Set MATCHER_QDRANT_URL.")
    from matcher.adapters.qdrant.server_generations import QdrantGenerations
    from matcher.adapters.qdrant.wire import Server

    read_key, write_key = (
        key.get_secret_value() if key else None
        for key in (settings.qdrant_api_key, settings.qdrant_write_key)
    )
    server = Server(settings.qdrant_url, read_key, write_key)
    return QdrantGenerations(server, settings.collection)


class Matcher:
    """The product, put together: what both consoles and the service hold.

    Encoder, index and recommender are opened when first asked for, so that a command that needs only the
    store starts at once. One process owns an embedded index. Use :func:`open_matcher`.
    """

    def __init__(self, settings: Settings, store: Store) -> None:
        self.settings = settings
        self.store = store
        self.lexical = Bm25Lexical()
        self._generation: Generation | None = None
        self._recommender: Recommender | None = None
        self._closed = False

    @cached_property
    def encoder(self) -> Encoder:
        """The encoder of the settings; ModelMissing when its files are not there."""
        return make_encoder(self.settings)

    @cached_property
    def territory(self) -> Territory:
        """Where towns and antennas lie."""
        return read_territory(self.settings.data_dir / "reference")

    @cached_property
    def skills(self) -> SkillFinder:
        """Finds ESCO skills in texts."""
        return esco_finder(self.settings.data_dir / "esco")

    @cached_property
    def indexer(self) -> Indexer:
        """What keeps the index equal to the store."""
        return Indexer(
            self.store, make_generations(self.settings), self.encoder, self.lexical, skills=self.skills
        )

    @property
    def index(self) -> Index:
        """The index that serves; NotReady, IndexMismatch or IndexLocked say what to do when it cannot."""
        return self._open().index

    @property
    def generation(self) -> str:
        """Name of the index generation that serves."""
        return self._open().name

    @property
    def recommender(self) -> Recommender:
        """The use case over the index that serves."""
        generation = self._open()
        if self._recommender is None:
            self._recommender = Recommender(
                self.store.items,
                generation.index,
                self.encoder,
                self.lexical,
                Analyser(self.territory, self.skills, read_vocabulary(self.settings.data_dir / "catalogue")),
                generation.name,
            )
            weights = self.settings.home / WEIGHTS_FILE
            if weights.exists():
                self._recommender.weigh(learnt(weights.read_text(encoding="utf-8")))
            self._follow_plan()
        return self._recommender

    def index_now(self, progress: Progress | None = None, *, most: int | None = None) -> DrainReport:
        """Take in what the store has that the index has not, building the first index if there is none.

        ``most`` stops after that many changes: for whoever has questions waiting.
        """
        indexer, former = self._indexer_in_use(), self._generation
        current = indexer.generations.current()
        if former is None or former.name != current:
            generation = self._serve(indexer.refresh(progress) if current is None else indexer.open())
            indexer.mend(generation)
            if former is not None:
                indexer.let_go(former.name)
        report = indexer.drain(self._open(), progress, most=most)
        self._follow_plan()
        return report

    def plan(self, progress: Progress | None = None) -> IntroductionPlan:
        """Plan everybody's introductions anew, keep the plan in the store and follow it."""
        members = self.members()
        scores = {}
        for done, member in enumerate(members, start=1):
            scores[member.id] = self.recommender.mutual_scores(member)
            if progress:
                progress(done, len(members))
        return self.adopt(self.arrange(scores))

    def members(self) -> list[AnyItem]:
        """Every organisation that may be introduced and has a text to be matched on, by ascending id."""
        listed = filter(is_listed, self.store.items.all(ItemType.ORGANISATION))
        return [item for item in listed if has_text(item)]

    def arrange(self, scores: Mapping[str, Mapping[str, float]]) -> IntroductionPlan:
        """Make a plan of everybody's mutual scores, without touching index or store's plan."""
        now = datetime.now(UTC)
        return plan_introductions(
            scores,
            version=f"{now:%Y%m%dT%H%M%S%f}",
            created_at=now,
            generation=self.indexer.generations.current() or "",
            met=self._met(),
        )

    def adopt(self, plan: IntroductionPlan) -> IntroductionPlan:
        """Keep a plan in the store, less those who have left meanwhile, follow it and return it."""
        kept = self.store.plans.save(plan)
        self._follow_plan()
        return kept

    def _met(self) -> set[tuple[str, str]]:
        """Pairs that were introduced already, or where one said no."""
        settled = (Action.INTRODUCED, Action.ACCEPTED, Action.DECLINED, Action.NOT_FOR_ME)
        return {
            (row.query_id, row.item_id)
            for row in self.store.events.feedback()
            if row.kind is Kind.PARTNER and row.action in settled
        }

    def _follow_plan(self) -> None:
        version = self.store.plans.version()
        if self._recommender is not None and version != self._recommender.plan_version:
            self._recommender.follow(self.store.plans.load())

    def reindex(self, progress: Progress | None = None) -> Generation:
        """Build a new index beside the one that serves, then swap; the old one serves until then."""
        generation = self._serve(self._indexer_in_use().rebuild(progress))
        self.indexer.clean()
        return generation

    def resolve(self, name_or_id: str, item_type: ItemType | None = None) -> AnyItem:
        """Return the item of this id, or the only one of this name; case and accents do not matter.

        Raises NotFound with near names, Ambiguous with the candidates, InvalidRequest when it is of another
        type.
        """
        try:
            return self.store.items.get(find_one(name_or_id, self.store.items.names(item_type)))
        except NotFound:
            if item_type is None:
                raise
            names = self.store.items.names()
            others = find_by_name(name_or_id, [name for _, name in names], [item_id for item_id, _ in names])
            if not others.found:
                raise
        item = self.store.items.get(names[others.found[0]][0])
        raise InvalidRequest(
            f"{item.id} ({item.name}) is {_a(item.item_type)}, not {_a(item_type)}: "
            f"give the id or the name of {_a(item_type)}."
        )

    def close(self) -> None:
        """Flush and release everything, for good; safe to repeat."""
        self._closed = True
        if self._generation is not None:
            self._generation.index.close()
            self._generation = self._recommender = None
        self.store.close()

    def _open(self) -> Generation:
        return self._generation or self._serve(self._indexer_in_use().open())

    def _indexer_in_use(self) -> Indexer:
        """Return the indexer, unless the matcher is closed: a late call must not take the index again."""
        if self._closed:
            raise BackendUnavailable("The matcher is closed.")
        return self.indexer

    def _serve(self, generation: Generation) -> Generation:
        former, self._generation, self._recommender = self._generation, generation, None
        if former is not None and former.index is not generation.index:
            try:
                former.index.close()
            except MatcherError as fault:  # damaged or gone, which may be why there is a new one
                _log.warning("generation %s replaces one that did not close: %s", generation.name, fault)
        return generation


@contextmanager
def open_matcher(settings: Settings) -> Iterator[Matcher]:
    """Open the product; NotReady when the store has no schema yet or an older one.

    >>> with open_matcher(Settings(home=getfixture("tmp_path"), encoder="hashing")) as matcher:
    ...     matcher.store.items.counts()[ItemType.FACTORY]
    Traceback (most recent call last):
    ...
    matcher.errors.NotReady: ...
    """
    store = open_store(settings.database_url)
    matcher = Matcher(settings, store)
    try:
        store.check()
        # Questions are many small products: more BLAS threads than one only wait for each other.
        with threadpool_limits(1, user_api="blas"):
            yield matcher
    finally:
        matcher.close()


def _a(item_type: ItemType) -> str:
    return f"{'an' if item_type.value[0] in 'aeiou' else 'a'} {item_type.value}"
