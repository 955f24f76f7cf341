"""The HR factory put together: the use cases of candidates over the store, the mail and the rights."""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import cached_property

from matcher.adapters.sql import Store
from matcher.domain.items import ItemType, Lead, Organisation
from matcher.errors import NotFound
from matcher.hiring import JobNeed, read_ground_check, read_job_check
from matcher.hiring.candidates import (
    KEY_FILE,
    CandidateDesk,
    CandidateParts,
    Certifications,
    Controller,
    KeepList,
    OwnDesk,
    SampleDesk,
    Sealing,
    read_certifications,
    read_cv,
)
from matcher.hiring.needs import NeedDesk, NeedLeads, read_job_names, read_mobilities, read_need_reader
from matcher.hiring.shortlists import Decided, Shortlist, ShortlistDesk, ShortlistParts, read_need_matcher
from matcher.knowledge import read_job_skills
from matcher.knowledge.tables import read_rows
from matcher.people import Links, Person, read_secret
from matcher.rights import RightsDesk
from matcher.settings import Settings


class HiringParts:
    """What the HR factory works with; each part is made when it is first asked for.

    Parameters
    ----------
    settings
        What the operator chose.
    store
        The system of record.
    links, rights
        Give the links of mails, and the desk of rights.
    """

    def __init__(
        self, settings: Settings, store: Store, links: Callable[[], Links], rights: Callable[[], RightsDesk]
    ) -> None:
        self._settings, self._store = settings, store
        self._links, self._rights = links, rights

    @cached_property
    def desk(self) -> CandidateDesk:
        """What administrators and the HR factory do with candidates."""
        return CandidateDesk(self._parts)

    @cached_property
    def own(self) -> OwnDesk:
        """What a candidate does."""
        by_invitation = self._settings.candidates_by_invitation
        return OwnDesk(
            self._parts, self.desk, lambda: self.keep_list, read_cv, self._rights, by_invitation=by_invitation
        )

    @cached_property
    def sample(self) -> SampleDesk:
        """Invented profiles for demonstrations."""
        return SampleDesk(self._parts, self._technologies, self._rights)

    def _technologies(self) -> dict[str, str]:
        """Labels of technologies by id, in the order of their list: languages first."""
        data_dir = self._settings.data_dir
        ids = {label: skill_id for skill_id, label in read_job_skills(data_dir).skills().items()}
        rows = read_rows(data_dir / "hr" / "technologies.csv", ("label",))
        return {ids[row["label"]]: row["label"] for row in rows if row["label"] in ids}

    @cached_property
    def needs(self) -> NeedDesk:
        """Reads, checks and keeps job needs."""
        data_dir, days = self._settings.data_dir, self._settings.need_days
        reader = read_need_reader(data_dir, timedelta(days=days))
        return NeedDesk(reader, read_job_check(data_dir), self._store.needs, self._require_lawful_note)

    @cached_property
    def leads(self) -> NeedLeads:
        """Finds leads for job needs."""
        data_dir, names = self._settings.data_dir, read_job_names(self._settings.data_dir)
        territory = read_need_reader(data_dir).territory
        facts = self._store.employer_facts.all
        return NeedLeads(self._all_leads, territory, read_mobilities(data_dir), names.parents, facts)

    def _all_leads(self) -> Iterator[Lead]:
        for item in self._store.items.all(ItemType.LEAD):
            if isinstance(item, Lead):
                yield item

    @cached_property
    def shortlists(self) -> ShortlistDesk:
        """Lists candidates for needs."""
        store, data_dir = self._store, self._settings.data_dir
        parts = ShortlistParts(
            rows=store.shortlists,
            needs=_Needs(self),
            candidates=self.desk,
            matcher=lambda: read_need_matcher(data_dir),
            seals=self._parts.sealing,
            links=self._parts.links,
            require_lawful=self._require_lawful,
            antenna_of=self._antenna_of,
        )
        return ShortlistDesk(parts)

    def _antenna_of(self, department: str) -> str:
        territory = read_need_reader(self._settings.data_dir).territory
        centre = territory.locate("", department)
        return territory.antenna_of(centre) if centre else ""

    @cached_property
    def keep_list(self) -> KeepList:
        """What of a text enters a profile."""
        return KeepList(read_job_skills(self._settings.data_dir), self.certifications)

    @cached_property
    def certifications(self) -> Certifications:
        """The certifications of the national register."""
        return read_certifications(self._settings.data_dir)

    def titles(self, codes: Iterable[str]) -> dict[str, str]:
        """Return the title of each code of a certification, in their order; "" for one that left the list."""
        return {code: self.certifications.titles.get(code, "") for code in codes}

    def decisions_on(self, candidate_id: str) -> list[tuple[str, Decided]]:
        """Return what people decided on a candidate, each with the title of the job, reasons unsealed.

        Latest first, for the candidate's page. The title is "" once the need is gone.
        """
        found: list[tuple[str, Decided]] = []
        for shortlist, decided in self.shortlists.decisions_on(candidate_id):
            clear = replace(decided, reason=self.shortlists.reason(decided))
            found.append((self.title_of(shortlist.need_id), clear))
        return found

    def listed_with(self, candidate_id: str) -> list[Shortlist]:
        """Return the shortlists a candidate is on, latest first, without anybody else: for their copy."""
        alone = [one.among({candidate_id}) for one in self._store.shortlists.all()]
        return [one for one in alone if one.listed]

    def title_of(self, need_id: str) -> str:
        """Return the title of a need; "" once it is gone."""
        try:
            return self.needs.get(need_id).need.title
        except NotFound:
            return ""

    @cached_property
    def _parts(self) -> CandidateParts:
        store = self._store
        return CandidateParts(
            store.candidates,
            Sealing(self._key),
            self._links(),
            store.mail,
            store.people,
            store.rights.salt,
            self.controller,
            self._organisations,
            self._require_lawful,
        )

    def _require_lawful(self, text: str) -> None:
        read_ground_check(self._settings.data_dir).require_lawful(text)

    def _require_lawful_note(self, text: str) -> None:
        read_ground_check(self._settings.data_dir).require_lawful(text, of_job=True)

    def _organisations(self, ids: Sequence[str]) -> Collection[str]:
        found = self._store.items.get_many(ids).values()
        return {one.id for one in found if isinstance(one, Organisation)}

    @cached_property
    def controller(self) -> Controller:
        """Who answers for the profiles, as the settings say and candidates are told."""
        known = self._settings
        return Controller(
            known.cluster_name, known.controller_address, known.privacy_contact, known.processors
        )

    def _key(self) -> bytes:
        given = self._settings.candidate_key
        return read_secret(self._settings.home, given.get_secret_value() if given else "", KEY_FILE)


class _Needs:
    """Needs as shortlists read them: without what the desk keeps beside them."""

    def __init__(self, parts: HiringParts) -> None:
        self._parts = parts

    def get(self, need_id: str) -> JobNeed:
        return self._parts.needs.get(need_id).need


class Readers:
    """Who gets mail: people, and candidates, whose address is unsealed for the mail alone."""

    def __init__(self, store: Store, desk: Callable[[], CandidateDesk]) -> None:
        self._store, self._desk = store, desk

    def get(self, person_id: str) -> Person:
        """Return a person, or a candidate as one; NotFound when there is none."""
        try:
            return self._store.people.get(person_id)
        except NotFound:
            candidate = self._store.candidates.get(person_id)
            contact = self._desk().contact(person_id)
            return Person(candidate.id, contact.email, contact.name, lang=candidate.lang)

    def of_organisation(self, organisation_id: str) -> list[Person]:
        """Return the people who speak for an organisation."""
        return self._store.people.of_organisation(organisation_id)
