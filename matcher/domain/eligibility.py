"""Hard rules: what may never be recommended, whatever its score."""

from datetime import datetime

from matcher.domain.items import AnyItem, Eligibility, Opportunity, Organisation, Profile

_LEGAL_KINDS = {"ge": "ge", "eti": "eti", "pme": "pme", "tpe": "pme", "startup": "pme"}
_BANDS = {
    "startup": ("TPE", "PE", "ME"),
    "tpe": ("TPE",),
    "pme": ("TPE", "PE", "ME"),
    "eti": ("ETI",),
    "ge": ("GE",),
}


def size_bands(profile: Profile) -> tuple[str, ...]:
    """Size bands the profile may be in: its own when known, those its member type allows, else none known."""
    if profile.size_band is not None:
        return (profile.size_band,)
    return _BANDS.get(getattr(profile, "member_type", "").casefold(), ())


def size_names(profile: Profile) -> frozenset[str]:
    """Words, folded, by which conditions in prose mean such an organisation: size, member type, "pme".

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
    """Whether the profile can meet the typed conditions; what is not known does not exclude.

    A consortium condition never excludes: partners can be found, and the answer says that they are missing.

    >>> meets(Eligibility(department_codes=("12",)), Profile(department_code="31"))
    False
    """
    department = profile.department_code
    if eligibility.department_codes and department and department not in eligibility.department_codes:
        return False
    bands = size_bands(profile)
    if eligibility.size_bands and bands and not set(bands) & set(eligibility.size_bands):
        return False
    kind = getattr(profile, "member_type", "").casefold()
    if eligibility.legal_kinds and kind:
        allowed = {entry.casefold() for entry in eligibility.legal_kinds}
        return bool({kind, _LEGAL_KINDS.get(kind, kind)} & allowed)
    return True


def open_to_all(subject: AnyItem | Profile) -> bool:
    """Whether :func:`eligible` keeps ``subject`` from nobody else, dates aside.

    Two different subjects of which this holds are eligible for one another, so that most need no closer look.

    >>> open_to_all(Organisation(id="ORG1", name="Moi"))
    True
    >>> open_to_all(Organisation(id="ORG1", name="Moi", opted_out=True))
    False
    """
    if isinstance(subject, Organisation):
        return not subject.opted_out
    if isinstance(subject, Opportunity):
        conditions = subject.eligibility
        return not (conditions.size_bands or conditions.department_codes or conditions.legal_kinds)
    return True


def eligible(query: AnyItem | Profile, item: AnyItem | Profile, at: datetime | None) -> bool:
    """Whether ``item`` may be recommended to ``query`` at the instant ``at``.

    Refused: oneself, an organisation that opted out (on either side), an opportunity that is not open at
    ``at`` or whose typed conditions the organisation cannot meet. ``at=None`` judges by fit, whatever the
    date: the laboratory uses it, no user can ask for it.

    >>> me = Organisation(id="ORG1", name="Moi")
    >>> eligible(me, me, None)
    False
    """
    for side, other in ((item, query), (query, item)):
        if isinstance(side, Organisation):
            if side.opted_out:
                return False
        elif isinstance(side, Opportunity) and not (
            (at is None or side.is_open(at))
            and (not isinstance(other, Profile) or meets(side.eligibility, other))
        ):
            return False
    return getattr(query, "id", None) != getattr(item, "id", "")  # who is not stored is nobody's double
