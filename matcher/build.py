"""The one place that chooses adapters and puts the product together."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from functools import cached_property

from threadpoolctl import threadpool_limits

from matcher.adapters.smtp import SmtpTransport, parse_smtp_url
from matcher.adapters.sql import Store, open_store, utc_now
from matcher.alerts import AlertDesk, AlertParts, DigestWorker
from matcher.audit import KEY_FILE, AuditLog
from matcher.backends import keep_encoder, kept_encoder, make_encoder, make_generations
from matcher.cleaning import ProductCleaning
from matcher.delays import alert_rules, introduction_rules
from matcher.domain.answers import Answer, Missing
from matcher.domain.items import AnyItem, Item, ItemType, Kind, Organisation, Profile
from matcher.errors import InvalidRequest
from matcher.fits import RecommendedFits
from matcher.hiring import JobCheck, read_ground_check, read_job_check, screened
from matcher.hiring_parts import HiringParts, Readers
from matcher.index import (
    Bm25Lexical,
    Encoder,
    Generation,
    Index,
    Indexer,
    Progress,
    ServingIndex,
    SyncReport,
)
from matcher.introductions import IntroducedReactions, IntroductionDesk, IntroductionWorker
from matcher.knowledge.read import Knowledge, read_knowledge
from matcher.language.lookup import find_item
from matcher.mail import (
    Addresses,
    CalendarFeeds,
    Delivery,
    FeedSources,
    LetterWriter,
    Sender,
    Sources,
    Turn,
    Worker,
)
from matcher.market.introduction_plan import IntroductionPlan
from matcher.market.introduction_planner import IntroductionPlanner
from matcher.people import (
    ApiKeys,
    DataLinks,
    IdentityProvider,
    Links,
    SignIn,
    Visits,
    check_address,
    read_secret,
)
from matcher.recommend.analysis import Analyser
from matcher.recommend.calibration import CALIBRATION_FILE, read_calibration
from matcher.recommend.policies import WEIGHTS_FILE, learnt
from matcher.recommend.recommender import Recommender
from matcher.rights import Durations, Home, Kept, Parts, RightsDesk, Swept, sweep
from matcher.settings import Settings
from matcher.stand_in import StoreAnswers


def _mail_from(settings: Settings) -> str:
    """Return the address that mails come from; without a mail server they are only shown."""
    if not settings.mail_from and not settings.smtp_url:
        return "matcher@example.org"
    try:
        return check_address(settings.mail_from)
    except InvalidRequest:
        raise InvalidRequest(
            "MATCHER_SMTP_URL is set, so MATCHER_MAIL_FROM must be the address that mails come from, such as"
            " contact@example.org."
        ) from None


class Matcher:
    """The product, put together: what the command line and the service hold. Use :func:`open_matcher`.

    Encoder, index and recommender are opened when first asked for, so that a command that needs only the
    store starts at once.

    Attributes
    ----------
    store
        The system of record.
    serving
        The index that answers, and what keeps it equal to the store.
    planner
        Makes the plan of introductions.
    letters, worker
        Writes mails; does what is due by the clock and delivers mails.
    introductions, introduction_worker, rules
        What people do to introductions, what time does, and the delays and limits of both.
    """

    def __init__(self, settings: Settings, store: Store) -> None:
        self.settings = settings
        self.store = store
        self.lexical = Bm25Lexical()
        self.serving = ServingIndex(self._indexer)
        self.rules = introduction_rules(settings)
        parts = (store.items, store.introductions, self.rules, self.contacts_of)
        self.introductions = IntroductionDesk(*parts)
        self.introduction_worker = IntroductionWorker(*parts)
        self._said = IntroducedReactions(store.events, store.introductions, utc_now)
        self.planner = IntroductionPlanner(
            store.items, self._said, store.plans, utc_now, paused=self._said.paused
        )
        self.without_index = StoreAnswers(store.items, store.outbox, self.lexical)
        self._recommender: Recommender | None = None
        self._answers_from: Generation | None = None

    @cached_property
    def encoder(self) -> Encoder:
        """The encoder of the settings; ModelMissing when its files are not there."""
        return make_encoder(self.settings)

    def keep_encoder(self) -> None:
        """Keep of the encoder what stored questions need while it is away."""
        keep_encoder(self.settings, self.encoder)

    def do_without_encoder(self) -> None:
        """Answer stored questions although the encoder is away; ModelMissing if nothing was kept of it."""
        self.encoder = kept_encoder(self.settings)

    @cached_property
    def knowledge(self) -> Knowledge:
        """What the product knows of the world."""
        return read_knowledge(self.settings.data_dir)

    @cached_property
    def links(self) -> Links:
        """Links of mails."""
        return Links(self.store.people, self.secret)

    @cached_property
    def secret(self) -> bytes:
        """What tokens are derived from."""
        given = self.settings.secret
        return read_secret(self.settings.home, given.get_secret_value() if given else "")

    @cached_property
    def identity_provider(self) -> IdentityProvider | None:
        """Who vouches for addresses; None where none is configured."""
        settings = self.settings
        if not settings.oidc_issuer or settings.oidc_client_secret is None:
            return None
        # Half a second to import, for those alone who have a provider.
        from matcher.adapters.oidc import Client, OpenIdProvider  # noqa: PLC0415

        secret, return_to = settings.oidc_client_secret.get_secret_value(), self.addresses.open_id
        names = (settings.oidc_client_id, secret, return_to, settings.oidc_name)
        return OpenIdProvider(Client(settings.oidc_issuer, *names))

    @cached_property
    def alerts(self) -> AlertDesk:
        """Tells members of the calls that fit them."""
        rules = alert_rules(self.settings)
        finder = RecommendedFits(lambda: self.recommender)
        return AlertDesk(AlertParts(self.store.items, self.store.alerts, finder, self.contacts_of, rules))

    @cached_property
    def digests(self) -> DigestWorker:
        """Sends the weekly mails of alerts."""
        rules = alert_rules(self.settings)
        return DigestWorker(self.store.items, self.store.alerts, self.contacts_of, rules)

    @cached_property
    def data_links(self) -> DataLinks:
        """Sends people the links to their data."""
        return DataLinks(self.store.people, self.links, self.store.mail)

    @cached_property
    def rights(self) -> RightsDesk:
        """Exports, erases and corrects what is held of a subject."""
        store, home = self.store, Home(self.settings.home, without=[self.settings.home / "models"])
        cleaning = ProductCleaning(store, self.serving)
        parts = Parts(store.items, store.people, store.rights, cleaning, home, store.audit, self.hiring.desk)
        return RightsDesk(parts)

    @cached_property
    def hiring(self) -> HiringParts:
        """The use cases of the HR factory."""
        return HiringParts(self.settings, self.store, lambda: self.links, lambda: self.rights)

    @cached_property
    def audit(self) -> AuditLog:
        """Who saw or decided what."""
        given = self.settings.audit_key

        def key() -> bytes:
            return read_secret(self.settings.home, given.get_secret_value() if given else "", KEY_FILE)

        return AuditLog(self.store.audit, key, self.settings.home)

    @cached_property
    def job_check(self) -> JobCheck:
        """Checks the wording of job offers."""
        return read_job_check(self.settings.data_dir)

    def contacts_of(self, organisation_ids: Sequence[str]) -> dict[str, list[str]]:
        """Return the ids of the people who get the mail of organisations, by organisation, in id order."""
        contacts: dict[str, list[str]] = {}
        for organisation_id, people in self.store.people.of_organisations(organisation_ids).items():
            contacts[organisation_id] = [person.id for person in people if person.may_be_written_to]
        return contacts

    def department_of(self, organisation: Organisation) -> str:
        """Return the name of an organisation's department; "" where it is not known, or elsewhere."""
        territory = self.knowledge.territory
        return territory.department_name(organisation.city, organisation.department_code)

    @cached_property
    def letters(self) -> LetterWriter:
        """Writes mails."""
        readers = Readers(self.store, lambda: self.hiring.desk)
        store, settings = self.store, self.settings
        sources = Sources(
            readers, store.items, store.introductions, self.links, store.alerts, self.department_of
        )
        sender = Sender(settings.cluster_name, _mail_from(settings), self.addresses, settings.zone)
        return LetterWriter(sources, sender, self.rules)

    @cached_property
    def calendars(self) -> CalendarFeeds:
        """Calendars of people."""
        store = self.store
        sources = FeedSources(
            store.people, store.items, store.introductions, store.participations, self.links
        )
        return CalendarFeeds(sources, self.settings.cluster_name, self.settings.zone)

    @cached_property
    def addresses(self) -> Addresses:
        """Where links lead."""
        return Addresses(self.settings.public_url)

    @cached_property
    def worker(self) -> Worker:
        """Does what is due by the clock, and delivers mails."""
        url = self.settings.smtp_url
        transport = SmtpTransport(parse_smtp_url(url.get_secret_value())) if url else None
        delivery = Delivery(self.store.mail, self.letters, transport, utc_now)
        turn = Turn(self.store.turns, "mail", utc_now)
        chores = [self.introduction_worker.due, self.digests.due, self.audit.sign_due, self.hiring.own.sweep]
        return Worker(turn, delivery, chores, utc_now)

    @cached_property
    def visits(self) -> Visits:
        """Signed-in visits."""
        return Visits(self.store.visits)

    @cached_property
    def keys(self) -> ApiKeys:
        """API keys."""
        return ApiKeys(self.store.keys)

    @cached_property
    def sign_in(self) -> SignIn:
        """Lets people in."""
        return SignIn(self.store.people, self.links, self.visits, self.store.mail)

    @property
    def index(self) -> Index:
        """The index that serves; NotReady, IndexMismatch or IndexLocked say what to do when it cannot."""
        return self.serving.index

    @property
    def generation(self) -> str:
        """Name of the index generation that serves."""
        return self.serving.generation.name

    @property
    def recommender(self) -> Recommender:
        """The use case over the index that serves, following the plan of introductions in the store."""
        generation = self.serving.generation
        if self._recommender is None or self._answers_from is not generation:
            self._recommender, self._answers_from = self._make_recommender(generation), generation
        if self.store.plans.version() != self._recommender.plan_version:
            self._recommender.follow(self.store.plans.load())
        return self._recommender

    def index_now(self, progress: Progress | None = None, *, most: int | None = None) -> SyncReport:
        """Apply the changes of the store to the index, and empty the store's log of what was erased."""
        report = self.serving.sync(progress, most=most)
        self.store.settle()
        return report

    def reindex(self, progress: Progress | None = None) -> Generation:
        """Build a new index beside the one that serves, then swap."""
        return self.serving.reindex(progress)

    def plan(self, progress: Progress | None = None) -> IntroductionPlan:
        """Plan everybody's introductions anew, keep the plan in the store and follow it."""
        recommender = self.recommender
        return self.planner.plan(recommender.mutual_scores, self.generation, progress)

    def answer_without_index(self, query: AnyItem | Profile, kind: Kind, k: int, at: datetime) -> Answer:
        """Answer from the store alone, while the index is away; see :mod:`matcher.stand_in`."""
        plan = self.store.plans.load() if kind is Kind.PARTNER else None
        left_out: tuple[Missing, ...] = ()
        if kind is Kind.LEAD and not isinstance(query, Item):
            query, left_out = self.screened(query)
        answer = self.without_index.recommend(query, kind, k, at, plan=plan, reactions=self._said)
        return replace(answer, notices=left_out + answer.notices)

    def screened(self, profile: Profile) -> tuple[Profile, tuple[Missing, ...]]:
        """Return a request for leads without the words that say who is wanted, and a notice of them."""
        return screened(read_ground_check(self.settings.data_dir), profile)

    def hits(self, query_id: str, kind: Kind) -> list[tuple[str, list[float]]]:
        """Return the first hits of a stored question with their signals; none for an unknown one."""
        query = self.store.items.get_many([query_id]).get(query_id)
        if query is None:
            return []
        return [(entry.id, entry.signals.tolist()) for entry in self.recommender.scores(query, kind)]

    def resolve(self, name_or_id: str, item_type: ItemType | None = None) -> AnyItem:
        """Return the item of this id, or the only one of this name; see :func:`find_item`."""
        return find_item(self.store.items, name_or_id, item_type)

    def close(self) -> None:
        """Flush and release everything, for good; safe to repeat."""
        self.serving.close()
        self._recommender = self._answers_from = None
        self.store.close()

    def _indexer(self) -> Indexer:
        generations = make_generations(self.settings)
        # An embedded index has a lock of its own.
        turns = self.store.turns if self.settings.index_backend == "qdrant" else None
        return Indexer(self.store, generations, self.encoder, self.lexical, turns=turns)

    def _names(self) -> list[str]:
        return [name for _, name in self.store.items.names(ItemType.ORGANISATION)]

    def _make_recommender(self, generation: Generation) -> Recommender:
        analyser = Analyser(self.knowledge, self._names)
        recommender = Recommender(
            self.store.items,
            generation.index,
            self.encoder,
            self.lexical.over(generation.usual_terms),
            analyser,
            generation.name,
        )
        calibration = read_calibration(self.settings.data_dir / "model" / CALIBRATION_FILE, self.encoder.name)
        recommender.calibrate(calibration, self.settings.least_probability)
        recommender.limit_memory(self.settings.kept_items_mb * 10**6)
        recommender.obey(self._said)
        recommender.enrol(self.store.participations)
        recommender.screen(self.screened)
        weights = self.settings.home / WEIGHTS_FILE
        if weights.exists():
            recommender.weigh(learnt(weights.read_text(encoding="utf-8")))
        return recommender


def sweep_old(settings: Settings, store: Store) -> Sequence[Swept]:
    """Remove what is kept no longer: old impressions, and links, visits, job needs and keys that are over."""
    kept = Kept(store.events, store.people, store.visits, store.needs, store.keys)
    return sweep(kept, Durations(settings.impressions_days), utc_now())


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
