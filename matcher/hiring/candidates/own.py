"""The use cases of a candidate: enter, see, correct, choose, pause, withdraw; by a link, no account."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, Protocol

from matcher.domain import MessageRequest
from matcher.errors import BackendUnavailable, InvalidRequest
from matcher.hiring.candidates.candidate import (
    Candidate,
    CandidateState,
    Consent,
    Contact,
    SealedCandidate,
    Source,
    new_code,
    new_id,
)
from matcher.hiring.candidates.cv import CvText
from matcher.hiring.candidates.desk import CandidateDesk, CandidateParts, address_hash, own_link
from matcher.hiring.candidates.gate import CandidatesClosed, require_open
from matcher.hiring.candidates.languages import LANGUAGES
from matcher.hiring.candidates.notice import require_current
from matcher.hiring.candidates.ports import Erases
from matcher.hiring.candidates.sample import require_no_sample
from matcher.hiring.profile import CandidateProfile, HeldSkill
from matcher.people import LinkGone, Purpose, check_address
from matcher.rights import Erasure, Subject, SubjectKind

LINK_EVENT = "candidate_link"
BETWEEN_LINKS = timedelta(minutes=10)
"""Time between two mails with a link: whoever types an address can write to it this often at most."""
MOST_SKILLS = 150
MOST_YEARS = 10
LONGEST_NAME = 120
_TRIES = 20
_NOT_TO_ALL = (
    "Votre profil n'est montré qu'à certaines organisations : nommez-en une, ou cochez la case qui le montre"
    " à tous les membres. Rien n'a été changé.",
    "Your profile is shown to some organisations only: name one, or tick the box that shows it to all"
    " members. Nothing was changed.",
)
_TOO_MANY = (
    f"Un profil garde {MOST_SKILLS} compétences au plus : décochez-en d'abord. Rien n'a été ajouté.",
    f"A profile holds {MOST_SKILLS} skills at most: untick some first. Nothing was added.",
)


class ChangeRefused(InvalidRequest):
    """A change that a candidate has to make in another way; ``french`` and ``str()`` say how."""

    def __init__(self, french: str, english: str) -> None:
        super().__init__(english)
        self.french = french


class Keeps(Protocol):
    """The keep-list."""

    def kept(self, text: str, *, listed: bool = False) -> CandidateProfile:
        """Return what of a text, or of a list of skills, enters a profile."""
        ...


@dataclass(frozen=True, slots=True)
class Entry:
    """What somebody types to enter; ``invitation`` is the token they were given, "" without."""

    email: str
    name: str
    notice_version: str
    lang: str = "fr"
    invitation: str = ""


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a candidate chooses: departments, remote work, when, for which organisations, which languages.

    ``to_everyone`` is the explicit wish to end a choice of organisations, for all members.
    """

    zone: tuple[str, ...] = ()
    remote: bool = False
    available_from: date | None = None
    shown_to: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    to_everyone: bool = False


class OwnDesk:
    """What a candidate does, by their own link.

    Parameters
    ----------
    parts, desk
        What the use cases work with, and those of the HR factory.
    keep_list, read_cv
        What of a text enters a profile, and the text of a file.
    rights
        Erases.
    by_invitation
        Whether nobody enters without an invitation.
    """

    def __init__(  # the parts that both desks share, and what is the candidate's alone
        self,
        parts: CandidateParts,
        desk: CandidateDesk,
        keep_list: Callable[[], Keeps],
        read_cv: Callable[[bytes], CvText],
        rights: Callable[[], Erases],
        *,
        by_invitation: bool = False,
    ) -> None:
        self._parts, self._desk = parts, desk
        self._keep_list, self._read_cv, self._rights = keep_list, read_cv, rights
        self.by_invitation = by_invitation

    def enter(self, entry: Entry, now: datetime) -> None:
        """Keep the address, sealed, and send a link to it; nothing else is known yet.

        Nothing is returned: whoever asks must not learn who is a candidate. An address that is known gets its
        link again.

        Raises
        ------
        CandidatesClosed
            Tier B is off, or a setting of what candidates are told is missing.
        InvalidRequest
            The home shows invented profiles, the notice was not agreed to, or the address or name cannot be
            used.
        NotFound, LinkGone
            An invitation is needed, and this is none, or it was used.
        """
        require_open(self._desk.gate())
        require_no_sample(self._parts.rows.all())
        if self._parts.controller.missing():
            raise CandidatesClosed
        require_current(entry.notice_version)
        email, name = check_address(entry.email), _name(entry.name)
        links, invitation = self._parts.links, ""
        if entry.invitation:
            invitation = links.open(entry.invitation, Purpose.INVITATION, now).id
        elif self.by_invitation:
            raise InvalidRequest("Entering needs an invitation: ask the HR factory for one.")
        known = self._desk.find(email)
        if known is None:
            try:
                self._add(entry, Contact(name, email), invitation, now)
            except (BackendUnavailable, LinkGone):
                if self._desk.find(email) is None:  # else a second click: the first one has its mail
                    raise
            return
        if invitation:
            links.use(entry.invitation, Purpose.INVITATION, now)
        self._send_link(known, now)

    def send_link_again(self, email: str, now: datetime) -> None:
        """Send a candidate their link again; nothing happens for an address that is not known."""
        known = self._desk.find(check_address(email))
        if known is not None:
            self._send_link(known, now)

    def follow(self, token: str, now: datetime) -> Candidate:
        """Return the candidate of a link; following it changes nothing. NotFound or LinkGone otherwise."""
        return self._parts.rows.get(self._parts.links.open(token, Purpose.CANDIDATE, now).person_id)

    def take_cv(self, candidate: Candidate, content: bytes, now: datetime) -> tuple[Candidate, CvText]:
        """Replace skills, languages and certifications by those of a CV; return what was read, to count it.

        The file is read by a child process and forgotten. CvRefused says what is wrong with it, and
        ChangeRefused where it names more than :data:`MOST_SKILLS` skills: which to leave is not ours to say.
        """
        require_open(self._desk.gate())
        read = self._read_cv(content)
        kept = self._keep_list().kept(read.text)
        if len(kept.skills) > MOST_SKILLS:
            raise ChangeRefused(*_too_many_in_cv(len(kept.skills)))

        def taken(profile: CandidateProfile) -> CandidateProfile:
            return replace(
                profile,
                skills=kept.skills,
                languages=kept.languages,
                certifications=kept.certifications,
            )

        return self._change_profile(candidate, now, taken), read

    def add_skills(
        self, candidate: Candidate, words: str, now: datetime
    ) -> tuple[Candidate, Sequence[HeldSkill]]:
        """Add the skills and certifications that words name, as the lists have them; return new skills.

        ChangeRefused, and nothing is added, where a profile would hold more than :data:`MOST_SKILLS`.
        """
        kept = self._keep_list().kept(words, listed=True)
        new: list[HeldSkill] = []

        def added(profile: CandidateProfile) -> CandidateProfile:
            known = {held.skill.id for held in profile.skills}
            new.extend(held for held in kept.skills if held.skill.id not in known)
            if len(known) + len(new) > MOST_SKILLS:
                raise ChangeRefused(*_TOO_MANY)
            return replace(
                profile,
                skills=tuple(sorted([*profile.skills, *new])),
                certifications=tuple(sorted({*profile.certifications, *kept.certifications})),
            )

        return self._change_profile(candidate, now, added), new

    def keep_only(self, candidate: Candidate, years: Mapping[str, int | None], now: datetime) -> Candidate:
        """Keep the skills and certifications of the given ids alone, with these years; forget others."""

        def fewer(profile: CandidateProfile) -> CandidateProfile:
            skills = [
                replace(held, years=_years(years[held.skill.id]))
                for held in profile.skills
                if held.skill.id in years
            ]
            certifications = tuple(code for code in profile.certifications if code in years)
            return replace(profile, skills=tuple(skills), certifications=certifications)

        return self._change_profile(candidate, now, fewer)

    def choose(
        self, candidate: Candidate, wishes: Wishes, departments: Collection[str], now: datetime
    ) -> Candidate:
        """Keep what the candidate chooses.

        InvalidRequest for a department or a language off the lists; ChangeRefused for an organisation that
        is neither in the catalogue nor chosen already, and where a profile that is shown to some
        organisations alone would be shown to all without ``wishes.to_everyone``.
        """
        _require_listed("department", wishes.zone, departments)
        _require_listed("language", wishes.languages, LANGUAGES)
        there = self._parts.organisations(wishes.shown_to)

        def chosen(current: Candidate) -> Candidate:
            _require_there(wishes.shown_to, {*there, *current.shown_to})
            if current.shown_to and not wishes.shown_to and not wishes.to_everyone:
                raise ChangeRefused(*_NOT_TO_ALL)
            profile = replace(
                current.profile,
                zone=tuple(sorted(set(wishes.zone))),
                languages=tuple(sorted(set(wishes.languages))),
                remote=wishes.remote,
                available_from=wishes.available_from,
            )
            return replace(current, profile=profile, shown_to=tuple(sorted(set(wishes.shown_to))))

        return self._change(candidate, now, chosen)

    def pause(self, candidate: Candidate, now: datetime) -> None:
        """Hide the profile until it is resumed; always possible."""
        self._parts.rows.pause(candidate.id, now)

    def resume(self, candidate: Candidate, now: datetime) -> Candidate:
        """Show the profile again."""
        return self._change(candidate, now, lambda current: replace(current, state=CandidateState.ACTIVE))

    def withdraw(self, candidate: Candidate, now: datetime) -> Erasure:
        """Erase everything of the candidate, for good; always possible. See :meth:`RightsDesk.finish`."""
        return self._rights().erase(Subject(SubjectKind.CANDIDATE, candidate.id), now)

    def copy(self, candidate: Candidate) -> dict[str, Any]:
        """Return everything that is held, as plain values, contact and openings in clear (GDPR 15 and 20)."""
        contact = self._desk.contact(candidate.id)
        profile = candidate.profile
        return {
            "code": profile.code,
            "contact": {"name": contact.name, "email": contact.email},
            "state": candidate.state.value,
            "source": candidate.source.value,
            "consent": {"notice": candidate.consent.notice_version, "at": candidate.consent.at.isoformat()},
            "entered_at": candidate.created_at.isoformat(),
            "last_contact_at": candidate.last_contact_at.isoformat(),
            "erased_on": candidate.kept_until.date().isoformat(),
            "skills": [{"id": h.skill.id, "label": h.skill.label, "years": h.years} for h in profile.skills],
            "languages": list(profile.languages),
            "certifications": list(profile.certifications),
            "departments": list(profile.zone),
            "remote": profile.remote,
            "available_from": profile.available_from.isoformat() if profile.available_from else None,
            "shown_to": list(candidate.shown_to),
            "opened": [
                {"at": one.at.isoformat(), "by": one.by, "reason": one.reason}
                for one in self._desk.openings(candidate.id)
            ],
        }

    def sweep(self, now: datetime) -> int:
        """Erase the candidates who are kept no longer; return how many. The rule is that of the notice."""
        over = [one for one in self._parts.rows.all() if one.kept_until <= now]
        for candidate in over:
            self.withdraw(candidate, now)
        return len(over)

    def _add(self, entry: Entry, contact: Contact, invitation: str, now: datetime) -> None:
        candidate = Candidate(
            id=new_id(),
            profile=CandidateProfile(code=self._free_code()),
            state=CandidateState.UNCONFIRMED,
            source=Source.INVITATION if entry.invitation else Source.SIGN_UP,
            consent=Consent(entry.notice_version, now),
            created_at=now,
            last_contact_at=now,
            lang="en" if entry.lang == "en" else "fr",
        )
        sealed = self._parts.sealing.seal({"name": contact.name, "email": contact.email})
        hashed = address_hash(self._parts.salt(), contact.email)
        # Candidate, invitation and mail in one transaction: nobody is kept who was not written to.
        mail = self._link_mail(candidate.id, now)
        try:
            self._parts.rows.add(SealedCandidate(candidate, sealed, hashed), invitation, [mail])
        except Exception:
            self._parts.links.revoke([mail.subjects["link"]], now)
            raise

    def _free_code(self) -> str:
        for _ in range(_TRIES):
            code = new_code()
            if self._parts.rows.find(code=code) is None:
                return code
        raise InvalidRequest("No code is free: try again.")

    def _send_link(self, candidate: Candidate, now: datetime) -> None:
        latest = [link.created_at for link in self._parts.links.of(candidate.id, Purpose.CANDIDATE)]
        if latest and abs(now - max(latest)) < BETWEEN_LINKS:  # the clock may have been set back
            return
        self._parts.mail.queue([self._link_mail(candidate.id, now)], now)

    def _link_mail(self, candidate_id: str, now: datetime) -> MessageRequest:
        link_id = own_link(self._parts.links, candidate_id, now)
        return MessageRequest(f"{LINK_EVENT}:{link_id}", candidate_id, LINK_EVENT, now, {"link": link_id})

    def _change_profile(
        self, candidate: Candidate, now: datetime, changed: Callable[[CandidateProfile], CandidateProfile]
    ) -> Candidate:
        return self._change(
            candidate, now, lambda current: replace(current, profile=changed(current.profile))
        )

    def _change(
        self, candidate: Candidate, now: datetime, changed: Callable[[Candidate], Candidate]
    ) -> Candidate:
        """Keep a change: an own act by the link of a mail, which also confirms the address.

        The change is made on what is stored now, not on ``candidate`` as a page read it: a CV takes seconds,
        and a pause pressed meanwhile must hold.
        """

        def confirmed(current: Candidate) -> Candidate:
            acted = replace(current, last_contact_at=max(now, current.last_contact_at))
            if current.state is CandidateState.UNCONFIRMED:
                acted = replace(acted, state=CandidateState.ACTIVE)
            return changed(acted)

        return self._parts.rows.change(candidate.id, confirmed)


def _too_many_in_cv(count: int) -> tuple[str, str]:
    return (
        f"Ce CV nomme {count} compétences, un profil en garde {MOST_SKILLS} : raccourcissez-le, ou écrivez"
        " vos compétences ci-dessous. Rien n'a été changé.",
        f"This CV names {count} skills, a profile holds {MOST_SKILLS}: shorten it, or type your skills below."
        " Nothing was changed.",
    )


def _name(given: str) -> str:
    bare = given.strip()
    if len(bare) > LONGEST_NAME or not bare.isprintable():
        raise InvalidRequest(f"The name is one line of at most {LONGEST_NAME} characters.")
    return bare


def _years(given: int | None) -> int | None:
    return None if given is None else max(0, min(given, MOST_YEARS))


def _require_there(chosen: Sequence[str], known: Collection[str]) -> None:
    """Raise ChangeRefused for an organisation that is not there: a profile shown to none would be hidden."""
    for unknown in (each for each in chosen if each not in known):
        raise ChangeRefused(
            f"Aucune organisation n'a l'identifiant « {unknown[:20]} » : choisissez-en une du catalogue. Rien"
            " n'a été changé.",
            f"No organisation has the id '{unknown[:20]}': choose one of the catalogue. Nothing was changed.",
        )


def _require_listed(what: str, given: Sequence[str], known: Collection[str]) -> None:
    for each in given:
        if each not in known:
            raise InvalidRequest(
                f"There is no {what} '{each[:20]}' to choose. There are: {', '.join(sorted(known))}."
            )
