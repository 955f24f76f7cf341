"""An application over a matcher or a store that behaves as a test needs, without patching either."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from fastapi.testclient import TestClient

from matcher.adapters.sql import Store, utc_now
from matcher.adapters.sql.catalogue.items import Catalogue
from matcher.adapters.sql.rights import RightsTables
from matcher.build import Matcher
from matcher.market.introduction_planner import IntroductionPlanner
from matcher.settings import Settings
from service.app import create_app


@contextmanager
def serving(settings: Settings, matcher: Matcher) -> Iterator[TestClient]:
    """A client, with the administrator's key, of an application over ``matcher``, closed afterwards."""
    key = settings.admin_key
    headers = {"Authorization": f"Bearer {key.get_secret_value()}"} if key else {}
    try:
        with TestClient(create_app(settings, matcher), headers=headers) as client:
            yield client
    finally:
        matcher.close()


class InterruptedCatalogue:
    """The items of a store; what ``before_write`` does comes before the next write, once."""

    def __init__(self, items: Catalogue) -> None:
        self._items = items
        self.before_write: Callable[[], object] | None = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._items, name)

    def put(self, *arguments: Any, **options: Any) -> Any:
        """Store items, after what comes before."""
        self._run_once()
        return self._items.put(*arguments, **options)

    def delete(self, *arguments: Any, **options: Any) -> Any:
        """Erase items, after what comes before."""
        self._run_once()
        return self._items.delete(*arguments, **options)

    def _run_once(self) -> None:
        first, self.before_write = self.before_write, None
        if first is not None:
            first()


class InterruptedRights:
    """The rights of a store; what ``before_erase`` does comes before the next erasure."""

    def __init__(self, rights: RightsTables) -> None:
        self._rights = rights
        self.before_erase: Callable[[], object] = lambda: None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._rights, name)

    def erase(self, *arguments: Any, **options: Any) -> Any:
        """Erase a subject, after what comes before."""
        self.before_erase()
        return self._rights.erase(*arguments, **options)


class SilentStore:
    """A store whose ping does what ``on_ping`` does, where that is set."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.on_ping: Callable[[], object] | None = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def ping(self) -> None:
        """Fail as ``on_ping`` does, or ask the store."""
        if self.on_ping is not None:
            self.on_ping()
        self._store.ping()


class MatcherWithFaults(Matcher):
    """A matcher whose index fails while ``index_fault`` is set, with hooks around the making of a plan."""

    def __init__(self, settings: Settings, store: Store) -> None:
        super().__init__(settings, store)
        self.index_fault: Exception | None = None
        self.indexed: list[int] = []
        """How many changes each call took in that found any."""
        self.on_arrange: Callable[[], None] | None = None
        self.after_arrange: Callable[[], object] | None = None
        self.planner = _HookedPlanner(self)

    def index_now(self, *arguments: Any, **options: Any) -> Any:
        """Index, or fail."""
        if self.index_fault is not None:
            raise self.index_fault
        report = super().index_now(*arguments, **options)
        changes = report.upserted + report.deleted + report.unchanged
        self.indexed += [changes] if changes else []
        return report


class _HookedPlanner(IntroductionPlanner):
    """A planner that runs the hooks of its matcher around the making of a plan."""

    def __init__(self, matcher: MatcherWithFaults) -> None:
        store = matcher.store
        super().__init__(store.items, store.events, store.plans, utc_now)
        self._hooks = matcher

    def arrange(self, *arguments: Any, **options: Any) -> Any:
        """Make a plan, with what comes before and after."""
        if self._hooks.on_arrange is not None:
            self._hooks.on_arrange()
        plan = super().arrange(*arguments, **options)
        if self._hooks.after_arrange is not None:
            self._hooks.after_arrange()
        return plan
