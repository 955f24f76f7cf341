"""Which questions are answered: what makes one wrong, which valid ones get no items, and how deep to look."""

from collections.abc import Iterable
from datetime import datetime

from matcher.domain.answers import Missing
from matcher.domain.eligibility import eligible
from matcher.domain.items import AnyItem, Item, Kind, Lead, Opportunity, Organisation, Profile
from matcher.errors import InvalidRequest
from matcher.language import Span, are_twins, fold_words, organisation_key
from matcher.recommend.phrases import notice
from matcher.recommend.policies import Policy

MAX_K = 100
REQUEST_DEPTH = 2


def check(query: AnyItem | Profile, policy: Policy, k: int, on: datetime | None) -> None:
    """Raise InvalidRequest for a question that cannot be answered as it is put."""
    if not 1 <= k <= MAX_K:
        raise InvalidRequest(f"k is {k}; ask for 1 to {MAX_K} items")
    if on is not None and on.utcoffset() is None:
        raise InvalidRequest("the instant asked for has no time zone; write 2026-11-22T09:00:00+01:00")
    if isinstance(query, Item) and query.item_type is not policy.asks:
        raise InvalidRequest(
            f"{query.id} is of type {query.item_type.value}; "
            f"'{policy.kind.value}' is asked of an item of type {policy.asks.value}"
        )
    if isinstance(query, Profile) and query.is_empty:
        who = f"{query.id}: " if isinstance(query, Item) else ""
        raise InvalidRequest(f"{who}there is no text to match on: describe the activity, expertise or need")


def refusal(query: AnyItem | Profile, kind: Kind, on: datetime | None) -> Missing | None:
    """Return why a valid question gets no items, None if it may."""
    if isinstance(query, Organisation) and query.opted_out:
        return notice("opted_out")
    if kind is Kind.ALERT and isinstance(query, Opportunity) and on is not None and not query.is_open(on):
        return notice("closed")
    return None


def depth_of(query: AnyItem | Profile, policy: Policy) -> int:
    """Return how many first hits are scored: more for a request, whose few words order them less well."""
    return policy.depth if isinstance(query, Item) else REQUEST_DEPTH * policy.depth


def may_meet(query: AnyItem | Profile, item: AnyItem | Profile, on: datetime | None) -> bool:
    """Whether an item may be recommended: eligible, and neither the asker itself nor what it runs."""
    if isinstance(query, Organisation):
        if isinstance(item, Organisation) and are_twins(query, item):
            return False
        if isinstance(item, Lead) and _runs(query, item):
            return False
    return eligible(query, item, on)


def refused_by(exclusions: Iterable[Span], item: AnyItem | Profile) -> bool:
    """Whether a request excludes an organisation by its name: "un expert, mais pas Custocy".

    >>> refused_by([Span(0, 11, "pas Custocy")], Organisation(id="ORG9", name="Custocy SAS"))
    True
    """
    if not isinstance(item, Organisation):
        return False
    name = organisation_key(item.name)
    return any(f" {name} " in f" {fold_words(span.text)} " for span in exclusions)


def _runs(organisation: Organisation, lead: Lead) -> bool:
    """Whether a lead is the organisation's own: it bears its name, or begins with it if that is two words."""
    own, name = organisation_key(organisation.name), organisation_key(lead.name)
    return name == own or (" " in own and name.startswith(f"{own} "))
