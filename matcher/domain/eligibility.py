"""Hard rules of eligibility: what is never recommended, whatever its score."""

from collections.abc import Iterable
from datetime import datetime

from matcher.domain.items import AnyItem, Eligibility, Lead, Opportunity, Organisation, Profile, Public

_LEGAL_KINDS = {"ge": "ge", "eti": "eti", "pme": "pme", "tpe": "pme", "startup": "pme"}
_TOO_YOUNG: frozenset[Public] = frozenset({"schoolgirls_13_15"})
_BANDS = {
    "startup": ("TPE", "PE", "ME"),
    "tpe": ("TPE",),
    "pme": ("TPE", "PE", "ME"),
    "eti": ("ETI",),
    "ge": ("GE",),
}


def size_bands(profile: Profile) -> tuple[str, ...]:
    """Return the size bands the profile may be in: its own, else those of its member type, else none."""
    if profile.size_band is not None:
        return (profile.size_band,)
    return _BANDS.get(getattr(profile, "member_type", "").casefold(), ())


def size_names(profile: Profile) -> frozenset[str]:
    """Return the folded words that stand for such an organisation in prose: size, member type, "pme".

    >>> sorted(size_names(Organisation(id="ORG1", name="Moi", member_type="Startup")))
    ['pme', 'startup', 'tpe']
    """
    names = {band.casefold() for band in size_bands(profile)}
    if isinstance(profile, Organisation) and profile.member_type:
        names.add(profile.member_type.casefold())
    if names & {"tpe", "pe", "me", "pme"}:
        names.add("pme")
    return frozenset(names - {"pe", "me", "ge"})


def meets(eligibility: Eligibility, profile: Profile) -> bool:
    """Return whether the profile can meet the typed conditions; a fact that is not known never excludes.

    A consortium condition never excludes: partners can be found, and the answer says that they are missing.

    >>> meets(Eligibility(department_codes=("12",)), Profile(department_code="31"))
    False
    """
    kind = getattr(profile, "member_type", "").casefold()
    kinds = {kind, _LEGAL_KINDS.get(kind, kind)} - {""}
    departments = {profile.department_code} - {""}
    return (
        _fulfils(departments, eligibility.department_codes)
        and _fulfils(size_bands(profile), eligibility.size_bands)
        and _fulfils(kinds, (entry.casefold() for entry in eligibility.legal_kinds))
    )


def _fulfils(known: Iterable[str], allowed: Iterable[str]) -> bool:
    """Return whether one of the known values is allowed; True where either side says nothing."""
    known, allowed = set(known), set(allowed)
    return not known or not allowed or bool(known & allowed)


def open_to_all(subject: AnyItem | Profile) -> bool:
    """Return whether ``subject`` is eligible for every other subject of which this holds, dates aside.

    A cheap first test: most pairs need no closer look.

    >>> open_to_all(Organisation(id="ORG1", name="Moi"))
    True
    >>> open_to_all(Organisation(id="ORG1", name="Moi", opted_out=True))
    False
    """
    if isinstance(subject, Organisation):
        return not subject.opted_out and may_be_ranked(subject)
    if isinstance(subject, Opportunity):
        conditions = subject.eligibility
        return not (conditions.size_bands or conditions.department_codes or conditions.legal_kinds)
    return not _is_too_young(subject)


def _is_too_young(subject: AnyItem | Profile) -> bool:
    """Return whether a lead is only for people who are too young to be hired."""
    return isinstance(subject, Lead) and bool(subject.public) and set(subject.public) <= _TOO_YOUNG


def eligible(query: AnyItem | Profile, item: AnyItem | Profile, at: datetime | None) -> bool:
    """Return whether ``item`` may be recommended to ``query`` at the instant ``at``.

    Refused: the query itself, an organisation that opted out (on either side), an opportunity that is not
    open at ``at`` or whose typed conditions the organisation cannot meet, a lead for people who are too young
    to be hired, a sole trader as somebody's partner (see :func:`may_be_ranked`). ``at=None`` ignores dates;
    only the laboratory uses it.

    >>> me = Organisation(id="ORG1", name="Moi")
    >>> eligible(me, me, None)
    False
    """
    if not (_admits(item, query, at) and _admits(query, item, at)):
        return False
    if isinstance(query, Profile) and isinstance(item, Organisation) and not may_be_ranked(item):
        return False
    # A free-text profile has no id, so it never equals the item.
    return getattr(query, "id", None) != getattr(item, "id", "")


def _admits(side: AnyItem | Profile, other: AnyItem | Profile, at: datetime | None) -> bool:
    """Return whether nothing on this side rules the other out."""
    if isinstance(side, Organisation):
        return not side.opted_out
    if _is_too_young(side):
        return not isinstance(other, Profile)
    if isinstance(side, Opportunity):
        is_open = at is None or side.is_open(at)
        return is_open and (not isinstance(other, Profile) or meets(side.eligibility, other))
    return True


def may_be_ranked(organisation: Organisation) -> bool:
    """Return whether an organisation may be put in an order of partners by a program.

    A sole trader is a person, and ordering self-employed people for work may be high-risk (AI Act, annex III,
    4 a): they are ranked once they agreed. They may always ask for partners themselves.

    >>> may_be_ranked(Organisation(id="ORG9", name="Ada", legal_category="1000"))
    False
    >>> may_be_ranked(Organisation(id="ORG9", name="Ada", legal_category="1000", accepts_ranking=True))
    True
    """
    return organisation.accepts_ranking or not organisation.is_sole_trader


def is_listed(item: AnyItem) -> bool:
    """Return whether an item may be recommended to anyone: organisations may opt out."""
    return not (isinstance(item, Organisation) and item.opted_out)


def has_text(item: AnyItem) -> bool:
    """Return whether there is a text to match on: some organisations have a name and a town only."""
    return not (isinstance(item, Organisation) and item.is_empty)
