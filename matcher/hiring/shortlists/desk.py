"""The use cases of shortlists: made for a need, read, decided on by a person, told to the candidate."""

import secrets
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from matcher.domain import MessageRequest
from matcher.errors import InvalidRequest, NotAllowed, NotFound
from matcher.hiring.candidates import Candidate, own_link
from matcher.hiring.need import JobNeed
from matcher.hiring.shortlists.match import MODEL, NeedMatcher
from matcher.hiring.shortlists.ports import Candidates, Needs, Seals, ShortlistRows
from matcher.hiring.shortlists.quarter import QuarterAudit, audit_quarter
from matcher.hiring.shortlists.shortlist import (
    Decided,
    Decision,
    Listed,
    Shortlist,
    apart,
    decided_meanwhile,
    ordered,
    version_of,
)
from matcher.people import Links

SHORTEST_REASON, LONGEST_REASON = 10, 500
DECIDED_EVENT = "candidate_decided"
_SEEDS = 2**31


def _no_antenna(_department: str) -> str:
    return ""


@dataclass(frozen=True, slots=True)
class ShortlistParts:
    """What the use cases of shortlists work with.

    ``matcher`` is asked for when it is first needed: reading its lists takes a while. ``require_lawful``
    refuses a reason that speaks of a ground of discrimination. ``antenna_of`` gives the antenna of a
    department's code, "" for none.
    """

    rows: ShortlistRows
    needs: Needs
    candidates: Candidates
    matcher: Callable[[], NeedMatcher]
    seals: Seals
    links: Links
    require_lawful: Callable[[str], None]
    antenna_of: Callable[[str], str] = _no_antenna


class ShortlistDesk:
    """What the HR factory does with shortlists; every call is given the present instant.

    Nothing here rejects anybody: a shortlist has everyone whom the need may be shown, and only a person
    decides. Everything raises CandidatesClosed while tier B is off.
    """

    def __init__(self, parts: ShortlistParts) -> None:
        self._parts = parts

    def make(self, need_id: str, by: str, now: datetime, seed: int | None = None) -> Shortlist:
        """Make and keep a shortlist of everyone who may be shown for a need.

        Parameters
        ----------
        need_id
            The need.
        by
            Id of the person who asks for it; "" for the command line.
        now
            The present instant.
        seed
            Draws the order of ties; drawn itself where it is left out, and kept.

        Raises
        ------
        NotFound
            There is no such need.
        InvalidRequest
            The need has expired.
        """
        need = self._parts.needs.get(need_id)
        if need.expires_at <= now:
            raise InvalidRequest("This need has expired: extend it before a shortlist is made for it.")
        drawn = secrets.randbelow(_SEEDS) if seed is None else seed
        eligible = self._eligible(need)
        matcher = self._parts.matcher()
        found = [
            (one.id, matcher.match(need, one.profile), apart(need, one.profile, now.date()))
            for one in eligible
        ]
        shortlist = Shortlist(
            id=f"SL{secrets.token_hex(6)}",
            need_id=need.id,
            need_version=version_of(need),
            made_at=now,
            made_by=by,
            seed=drawn,
            model=MODEL,
            skills_version=matcher.version,
            listed=ordered(found, drawn),
        )
        self._parts.rows.add(shortlist)
        return shortlist

    def get(self, shortlist_id: str) -> Shortlist:
        """Return a shortlist as it was made, with what was decided since.

        Profiles withdrawn, paused or shown to others alone since are left out. NotFound for an unknown id.
        """
        active = self._parts.candidates.listed()
        return self._present(self._parts.rows.get(shortlist_id), active)

    def all(self, need_id: str = "") -> list[Shortlist]:
        """Return shortlists, latest first: of a need, or all; those whose need is gone are left out."""
        active = self._parts.candidates.listed()
        found: list[Shortlist] = []
        for shortlist in self._parts.rows.all(need_id):
            with suppress(NotFound):
                found.append(self._present(shortlist, active))
        return found

    def audit(self, year: int, quarter: int) -> QuarterAudit:
        """Return what HR checks of the shortlists of a quarter (1 to 4, in UTC)."""
        zones = {one.id: one.profile.zone for one in self._parts.candidates.listed()}
        return audit_quarter(self.all(), zones, self._parts.antenna_of, year, quarter)

    def is_current(self, shortlist: Shortlist) -> bool:
        """Whether need, profiles and model are still as they were, and nobody came or left since."""
        need = self._parts.needs.get(shortlist.need_id)
        ids = {one.id for one in self._eligible(need)}
        same_people = ids == {entry.candidate_id for entry in shortlist.listed}
        same_profiles = not any(entry.has_changed for entry in shortlist.listed)
        same_rule = (version_of(need), MODEL) == (shortlist.need_version, shortlist.model)
        return same_rule and same_people and same_profiles

    def decide(self, shortlist_id: str, code: str, decided: Decided, seen: str | None = None) -> Shortlist:
        """Keep what a person decided on a profile, tell the candidate, and return the shortlist.

        ``seen`` is the instant of the decision that the person read, "" for none; None for any.

        Raises
        ------
        NotFound
            No such shortlist, or no such profile on it (any more).
        NotAllowed
            No person decides.
        InvalidRequest
            The reason says too little or too much.
        UnlawfulWords
            The reason speaks of a ground on which the law forbids to decide.
        IllegalStep
            Somebody else decided since: the person reads that first.
        """
        decided = _checked(decided)
        self._parts.require_lawful(decided.reason)
        shortlist = self.get(shortlist_id)
        entry = shortlist.of(code.strip().upper())
        if entry is None:
            raise NotFound(f"There is no profile '{code}' on this shortlist: it may have been withdrawn.")
        if seen is not None and seen != _instant(entry):
            raise decided_meanwhile(entry.code)
        sealed = Decided(
            decided.decision, self._parts.seals.seal({"reason": decided.reason}), decided.by, decided.at
        )
        self._parts.rows.decide(shortlist, entry, sealed, self._mail(shortlist, entry, decided))
        return self.get(shortlist_id)

    def reason(self, decided: Decided) -> str:
        """Return the words of a decision."""
        return self._parts.seals.open(decided.reason)["reason"]

    def decisions_on(self, candidate_id: str) -> list[tuple[Shortlist, Decided]]:
        """Return what was decided on a candidate, latest first, for their own page."""
        found: list[tuple[Shortlist, Decided]] = []
        for shortlist in self._parts.rows.all():
            found += [
                (shortlist, entry.decided)
                for entry in shortlist.listed
                if entry.candidate_id == candidate_id and entry.decided
            ]
        return sorted(found, key=lambda one: one[1].at, reverse=True)

    def _eligible(self, need: JobNeed) -> Sequence[Candidate]:
        return [one for one in self._parts.candidates.listed() if one.may_be_shown_to(need.organisation_id)]

    def _present(self, shortlist: Shortlist, active: Sequence[Candidate]) -> Shortlist:
        need = self._parts.needs.get(shortlist.need_id)
        return shortlist.among({one.id for one in active if one.may_be_shown_to(need.organisation_id)})

    def _mail(self, shortlist: Shortlist, entry: Listed, decided: Decided) -> MessageRequest:
        candidate_id = entry.candidate_id
        link = own_link(self._parts.links, candidate_id, decided.at)
        key = f"{DECIDED_EVENT}:{shortlist.id}:{candidate_id}:{decided.at.isoformat()}"
        told = {"link": link, "decision": decided.decision.value}
        return MessageRequest(key, candidate_id, DECIDED_EVENT, decided.at, told)


def _instant(entry: Listed) -> str:
    return entry.decided.at.isoformat() if entry.decided else ""


def _checked(decided: Decided) -> Decided:
    reason = " ".join(decided.reason.split())
    if not decided.by:
        raise NotAllowed("A person who is signed in decides, never a program.")
    if not SHORTEST_REASON <= len(reason) <= LONGEST_REASON:
        raise InvalidRequest(
            f"Say why, in {SHORTEST_REASON} to {LONGEST_REASON} characters: the candidate can ask for it."
        )
    return Decided(Decision(decided.decision), reason, decided.by, decided.at)
